"""Siting as mixed whole-number programmes for HiGHS: conditions alone, and the reduced problem that proves an answer."""

import math
from dataclasses import dataclass
from typing import Any, Final

import highspy
import numpy as np
from scipy.sparse import csr_array, vstack

from planner.graph._facility_lists import Floats
from planner.graph._facility_rules import MUST, NEVER, Rules, slack_of
from planner.graph._net import Flags

_OPTIONS: Final = {
    "output_flag": False, "threads": 1, "mip_rel_gap": 1e-9, "mip_abs_gap": 1e-9, "random_seed": 1,
    "mip_feasibility_tolerance": 1e-7, "primal_feasibility_tolerance": 1e-8,
}  # fmt: skip


@dataclass(frozen=True)
class Effort:
    """Where HiGHS stops: nodes repeat from run to run, seconds do not."""

    nodes: int = 2000
    seconds: float = math.inf


@dataclass(frozen=True)
class Model:
    """Least ``cost @ x`` with rows between ``low`` and ``high``, columns between 0 and ``upper``."""

    cost: Floats
    matrix: csr_array
    low: Floats
    high: Floats
    lower: Floats
    upper: Floats
    whole: Flags

    def plus(self, matrix: csr_array, low: Floats, high: Floats) -> "Model":
        """Return the model with more rows."""
        rows = csr_array(vstack([self.matrix, matrix]))
        return Model(
            self.cost, rows, np.append(self.low, low), np.append(self.high, high), self.lower, self.upper, self.whole
        )


@dataclass(frozen=True)
class Solved:
    """Values where any were found, a bound that no values undercut, and whether there are none at all."""

    values: Floats | None
    bound: float
    impossible: bool


def run(model: Model, effort: Effort, start: Floats | None = None) -> Solved:
    """Solve a model; `start` holds values that obey it."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    limits: dict[str, Any] = {"mip_max_nodes": effort.nodes}
    if math.isfinite(effort.seconds):
        limits["time_limit"] = max(effort.seconds, 0.01)
    for option, value in {**_OPTIONS, **limits}.items():
        solver.setOptionValue(option, value)
    solver.passModel(_highs(model))
    if start is not None:
        solver.setSolution(len(start), np.arange(len(start), dtype=np.int32), start)
    solver.run()
    info, status = solver.getInfo(), solver.getModelStatus()
    impossible = status in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}
    if impossible:
        return Solved(None, math.inf, impossible=True)
    there = info.primal_solution_status == highspy.kSolutionStatusFeasible
    values = np.asarray(solver.getSolution().col_value, np.float64) if there else None
    if model.whole.any():
        bound = float(info.mip_dual_bound)
    else:
        bound = float(info.objective_function_value) if status == highspy.HighsModelStatus.kOptimal else -math.inf
    return Solved(values, bound, impossible=False)


def _highs(model: Model) -> highspy.HighsLp:
    made = highspy.HighsLp()
    made.num_row_, made.num_col_ = model.matrix.shape
    made.col_cost_ = model.cost
    made.col_lower_, made.col_upper_ = model.lower, model.upper
    made.row_lower_, made.row_upper_ = model.low, model.high
    if model.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        made.integrality_ = [kinds[bool(whole)] for whole in model.whole]
    made.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    made.a_matrix_.start_, made.a_matrix_.index_ = model.matrix.indptr, model.matrix.indices
    made.a_matrix_.value_ = model.matrix.data
    return made


def of_rules(rules: Rules, cost: Floats, more: int = 0) -> Model:
    """Return the model of a choice of sites; `more` columns without bounds of their own follow those of the sites."""
    sites = len(rules.state)
    rows, slack = rules.matrix, slack_of(rules)
    matrix = np.vstack([np.ones((1, sites)), rows]) if len(rows) else np.ones((1, sites))
    low = np.concatenate([[rules.least], rules.low - slack])
    high = np.concatenate([[rules.most], rules.high + slack])
    pairs = clash_rows(rules)
    both = csr_array(vstack([csr_array(matrix), pairs])) if pairs.shape[0] else csr_array(matrix)
    wide = csr_array((both.data, both.indices, both.indptr), shape=(both.shape[0], sites + more))
    return Model(
        np.concatenate([cost, np.zeros(more)]), wide,
        np.concatenate([low, np.full(pairs.shape[0], -np.inf)]), np.concatenate([high, np.ones(pairs.shape[0])]),
        np.concatenate([(rules.state == MUST).astype(float), np.zeros(more)]),
        np.concatenate([(rules.state != NEVER).astype(float), np.full(more, np.inf)]),
        np.concatenate([np.ones(sites, np.bool_), np.zeros(more, np.bool_)]),
    )  # fmt: skip


def clash_rows(rules: Rules) -> csr_array:
    """Return groups of sites of which one at most is open, so that every clash lies in a group."""
    sites = len(rules.state)
    if not len(rules.clash):
        return csr_array((0, sites))
    left = np.triu(rules.clash.astype(np.bool_), 1)
    near = left | left.T
    groups = []
    for i in range(sites):
        while left[i].any():
            group = [i]
            others = np.flatnonzero(left[i])
            for j in [*others.tolist(), *np.flatnonzero(near[i] & ~left[i]).tolist()]:
                if near[j, group].all():
                    group.append(j)
            groups.append(group)
            left[np.ix_(group, group)] = False
    row = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    column = np.concatenate([np.asarray(group) for group in groups]) if groups else np.empty(0, np.int64)
    return csr_array((np.ones(len(row)), (row, column)), shape=(len(groups), sites))


def choose(rules: Rules, cost: Floats, effort: Effort) -> tuple[Flags | None, float]:
    """Return the sites of least cost that obey the rules (None where none were found), and a bound."""
    scale = max(float(np.abs(cost).max(initial=0.0)) / 1e4, 1e-12)
    got = run(of_rules(rules, cost / scale), effort)
    chosen = None if got.values is None else np.asarray(got.values[: len(cost)] > 0.5)
    return chosen, got.bound * scale
