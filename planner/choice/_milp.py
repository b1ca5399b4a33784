"""Yes-or-no programmes with whole coefficients: solved by HiGHS, checked in whole numbers."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import highspy
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, vstack

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_LARGEST: Final = 1e5  # largest coefficient that HiGHS sees; its smallest unit is then far above its tolerance
_OPTIONS: Final = {
    "output_flag": False, "threads": 1, "mip_rel_gap": 0.0, "mip_abs_gap": 0.0, "mip_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
}  # fmt: skip
_REPAIRS: Final = 50


@dataclass(frozen=True)
class Rules:
    """Rows ``matrix @ x <= most`` that a choice must obey, in whole numbers."""

    matrix: csr_array
    most: Ints

    def plus(self, weights: Ints, most: int) -> "Rules":
        """Return the rules with one more."""
        row = csr_array(weights[None, :])
        return Rules(csr_array(vstack([self.matrix, row])), np.append(self.most, most))

    def obeyed(self, chosen: Flags) -> bool:
        """Return whether a choice obeys every rule exactly."""
        return bool((self.matrix @ chosen.astype(np.int64) <= self.most).all())

    def scaled(self) -> tuple[csr_array, npt.NDArray[np.float64]]:
        """Return the rules with coefficients of a size that HiGHS is exact at.

        Half a unit is added to each limit: no other choice of whole coefficients fits in, and none is lost to rounding.
        """
        largest = np.maximum(abs(self.matrix).max(axis=1).toarray().ravel() / _LARGEST, 1.0)
        return csr_array(self.matrix / largest[:, None]), (self.most + 0.5) / largest


@dataclass(frozen=True)
class Found:
    """A choice; its objective (least), a bound that no choice undercuts, and whether the two were proved to meet."""

    chosen: Flags
    objective: int
    bound: float
    proven: bool


def best(goals: Sequence[Ints], rules: Rules, deadline: float) -> list[Found] | None:
    """Return the choice that is least in the first goal, among those in the second, and so on.

    Returns
    -------
    list of Found or None
        One for each goal that was reached before the deadline; the last one holds the choice. None where no choice
        obeys the rules, or none was found in time (then the deadline is over).
    """
    found: list[Found] = []
    for goal in goals:
        step = solve(goal, rules, deadline, found[-1].chosen if found else None)
        if step is None:
            break
        found.append(step)
        if not step.proven:
            break
        rules = rules.plus(goal, step.objective)
    return found or None


def solve(goal: Ints, rules: Rules, deadline: float, start: Flags | None = None) -> Found | None:
    """Return a choice that obeys the rules and is least in ``goal @ x``; None where there is none or time is over.

    `start` is a choice that is known to obey the rules, from which the search may begin.
    """
    for _ in range(_REPAIRS):
        left = deadline - time.perf_counter()
        if left <= 0:
            return None
        values, bound, solved = _highs(goal, rules, left, start)
        if values is None:
            return None
        chosen: Flags = values > 0.5
        if rules.obeyed(chosen):
            return _judged(goal, chosen, bound, solved=solved)
        rules = rules.plus(np.where(chosen, 1, -1).astype(np.int64), int(chosen.sum()) - 1)  # not this one again
    return None


def _highs(
    goal: Ints, rules: Rules, seconds: float, start: Flags | None
) -> tuple[npt.NDArray[np.float64] | None, float, bool]:
    """Return values of the variables where any were found, the bound, and whether the search came to its end."""
    scale = max(float(np.abs(goal).max(initial=0)) / _LARGEST, 1.0)
    model = _model(goal / scale, rules)
    for presolve in ("choose", "off"):  # presolve at times fails on close budgets
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in {**_OPTIONS, "presolve": presolve, "time_limit": seconds}.items():
            solver.setOptionValue(option, value)
        solver.passModel(model)
        if start is not None:
            solver.setSolution(len(goal), np.arange(len(goal), dtype=np.int32), start.astype(np.float64))
        solver.run()
        info, status = solver.getInfo(), solver.getModelStatus()
        if info.primal_solution_status == highspy.kSolutionStatusFeasible:
            values = np.asarray(solver.getSolution().col_value, np.float64)
            return values, float(info.mip_dual_bound) * scale, status == highspy.HighsModelStatus.kOptimal
        if status == highspy.HighsModelStatus.kTimeLimit:
            break
    return None, -math.inf, False


def _model(cost: npt.NDArray[np.float64], rules: Rules) -> highspy.HighsLp:
    matrix, most = rules.scaled()
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_ = cost
    model.col_lower_, model.col_upper_ = np.zeros(len(cost)), np.ones(len(cost))
    model.row_lower_, model.row_upper_ = np.full(len(most), -highspy.kHighsInf), most
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.a_matrix_.value_ = matrix.data
    return model


def _judged(goal: Ints, chosen: Flags, bound: float, *, solved: bool) -> Found:
    objective = int(goal @ chosen.astype(np.int64))
    proven = solved and objective - bound < 1.0  # whole numbers: nothing lies between
    return Found(chosen, objective, float(objective) if proven else _below(bound, objective), proven)


def _below(bound: float, objective: int) -> float:
    """Return the bound as a whole number that nothing undercuts."""
    return min(float(math.ceil(bound - 1e-3)), float(objective)) if math.isfinite(bound) else -math.inf
