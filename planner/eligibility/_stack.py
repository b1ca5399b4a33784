"""The largest total of grants as a mixed integer programme."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import coo_array

from layers import PlanError
from planner.eligibility.evidence import Floats

_SCALE: Final = 1e5  # what all costs come to in the model: the solver's tolerances are then far below a cent
_NODES: Final = 20_000  # of the search tree; the same on every machine
_SAME: Final = 1e-4  # by which two totals in the model may differ and count as one


@dataclass(frozen=True)
class Group:
    """Lines of one project and activity, of whose cost a programme bears at most a share."""

    programme: int
    lines: list[int]
    share: float


@dataclass(frozen=True)
class Limit:
    """Least and most USD over lines; `award` for the one that stands for the award to a project, without figures."""

    programme: int
    lines: list[int]
    least_usd: float
    most_usd: float
    award: bool


@dataclass(frozen=True, eq=False)
class Problem:
    """Costs of lines and what programmes may bear of them.

    Attributes
    ----------
    cost_usd, may
        Cost of each line; whether a programme may bear it, shape (programmes, lines).
    groups, limits
        Shares and sizes of awards.
    once
        Programmes that make one award only.
    no_match
        Pairs: the first does not take money of the second as match.
    excludes
        Pairs that do not share a cost.
    """

    cost_usd: Floats
    may: npt.NDArray[np.bool_]
    groups: list[Group]
    limits: list[Limit]
    once: list[int]
    no_match: list[tuple[int, int]]
    excludes: list[tuple[int, int]]


@dataclass
class _Model:
    """Rows ``low <= row @ x <= high`` over variables that are named by tuples."""

    number: dict[tuple[object, ...], int] = field(default_factory=dict)
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    ends: list[tuple[float, float]] = field(default_factory=list)

    def add(self, row: Iterable[tuple[tuple[object, ...], float]], low: float, high: float) -> None:
        """Add a row; a variable comes into being where it is first named."""
        for name, value in row:
            self.entries.append((len(self.ends), self.number.setdefault(name, len(self.number)), value))
        self.ends.append((low, high))

    def rules(self) -> LinearConstraint:
        """Return all rows."""
        row, column, value = zip(*self.entries, strict=True)
        shape = (len(self.ends), len(self.number))
        low, high = np.array(self.ends).T
        return LinearConstraint(coo_array((value, (row, column)), shape=shape).tocsr(), low, high)


def best_grants(problem: Problem) -> tuple[Floats, bool]:
    """Return grants in USD, shape (programmes, lines), of largest total and fewest awards, and whether that is proved.

    Variables: ``pay`` of a programme for a line, ``in`` where the line is part of its project, ``won`` where an award
    is made, ``more`` for money on a line of its project that it does not take as match.
    """
    grants = np.zeros(problem.may.shape)
    total = float(problem.cost_usd.sum()) / _SCALE
    if total == 0 or not problem.may.any():
        return grants, True
    costs = problem.cost_usd / total
    model = _model(problem, costs, total)
    pays = {name: column for name, column in model.number.items() if name[0] == "pay"}
    won = [column for name, column in model.number.items() if name[0] == "won" and name[-1]]
    most = dict.fromkeys(pays.values(), -1.0)
    first = _solved(model, most)
    if first.x is None:
        raise PlanError("stacking", [f"the solver found no answer ({first.message}); give fewer lines or programmes"])
    as_much = _Model(model.number, [*model.entries], [*model.ends])
    as_much.add([(name, 1.0) for name in pays], -first.fun - _SAME, np.inf)
    fewest = _solved(as_much, dict.fromkeys(won, 1.0)).x
    fixed = _solved(model, most, first.x if fewest is None else fewest)
    last = first if fixed.x is None else fixed
    for (_, programme, line), column in pays.items():
        grants[programme, line] = min(max(float(last.x[column]), 0.0), costs[line]) * total  # type: ignore[index,call-overload]
    return grants, first.status == 0 and fixed.x is not None and bool(last.fun <= first.fun + _SAME)


def _model(problem: Problem, costs: Floats, total: float) -> _Model:
    model = _Model()
    programmes, lines = (each.tolist() for each in np.nonzero(problem.may))
    for programme, line in zip(programmes, lines, strict=True):
        model.add([(("pay", programme, line), 1.0), (("in", programme, line), -costs[line])], -np.inf, 0.0)
    for line in sorted(set(lines)):
        model.add(
            [(("pay", each, line), 1.0) for each in np.flatnonzero(problem.may[:, line]).tolist()], 0.0, costs[line]
        )
    for one, two in problem.excludes:
        for line in np.flatnonzero(problem.may[one] & problem.may[two]).tolist():
            model.add([(("in", one, line), 1.0), (("in", two, line), 1.0)], 0.0, 1.0)
    _add_shares(model, problem, costs)
    _add_limits(model, problem, total)
    return model


def _add_shares(model: _Model, problem: Problem, costs: Floats) -> None:
    """Keep each programme, with what it does not take as match, within its share of what is part of its project."""
    for group in problem.groups:
        row: list[tuple[tuple[object, ...], float]] = [(("pay", group.programme, line), 1.0) for line in group.lines]
        row += [(("in", group.programme, line), -group.share * costs[line]) for line in group.lines]
        others = [two for one, two in problem.no_match if one == group.programme]
        for line in group.lines:
            for other in (each for each in others if problem.may[each, line]):
                more = ("more", group.programme, other, line)
                row.append((more, 1.0))
                inside = ("in", group.programme, line)
                model.add([(more, 1.0), (("pay", other, line), -1.0), (inside, -costs[line])], -costs[line], np.inf)
        model.add(row, -np.inf, 0.0)


def _add_limits(model: _Model, problem: Problem, total: float) -> None:
    """Keep awards within their sizes, and at one award where there is only one."""
    one_award: Mapping[int, list[tuple[object, ...]]] = {each: [] for each in problem.once}
    for number, limit in enumerate(problem.limits):
        won = ("won", limit.programme, number, limit.award)
        for line in limit.lines:
            model.add([(("in", limit.programme, line), 1.0), (won, -1.0)], -np.inf, 0.0)
        pays = [(("pay", limit.programme, line), 1.0) for line in limit.lines]
        model.add([*pays, (won, -limit.least_usd / total)], 0.0, np.inf)
        if np.isfinite(limit.most_usd):
            model.add([*pays, (won, -limit.most_usd / total)], -np.inf, 0.0)
        elif limit.award and limit.programme in one_award:
            one_award[limit.programme].append(won)
    for names in one_award.values():
        model.add([(name, 1.0) for name in names], 0.0, 1.0)


def _solved(model: _Model, goal: Mapping[int, float], fixed: Floats | None = None) -> OptimizeResult:
    """Return the solution of least goal; yes-or-no answers are those of `fixed` where it is given."""
    count = len(model.number)
    cost, lower = np.zeros(count), np.zeros(count)
    cost[list(goal)] = list(goal.values())
    whole = np.array([name[0] in ("in", "won") for name in model.number])
    upper = np.where(whole, 1.0, np.inf)
    if fixed is not None:
        lower[whole] = upper[whole] = np.round(fixed[whole])
    return milp(cost, integrality=whole.astype(np.int64), bounds=Bounds(lower, upper), constraints=model.rules(),
                options={"mip_rel_gap": 0.0, "node_limit": _NODES})  # fmt: skip
