"""The bound of linear programming over directed cuts, found as they are needed.

What HiGHS answers is only used as weights of cuts; the bound itself is added up from them, so it holds whenever the
solver is stopped and whatever its tolerances are.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import highspy
import numpy as np
import numpy.typing as npt

from planner.graph._rings_ascent import Cuts, ascend, chosen, joined, worth
from planner.graph._rings_flow import separate
from planner.graph._rings_walk import Net
from planner.graph.network import Ints

_CREEP: Final = 2e-3  # added to every arc's value, so that cuts of few arcs are found first
_NESTED: Final = 3
_MOST: Final = 500  # cuts a round
_IDLE: Final = 3  # rounds without weight after which a cut is dropped
_FIRST: Final = 300_000  # arcs of the first cuts, together
_STEPS: Final = 20_000  # simplex steps a round

Reals = npt.NDArray[np.float64]


class Bound(NamedTuple):
    """A bound, and the share of each edge in the last program's answer."""

    value: float
    share: Reals


def lower_bound(net: Net, rounds: int | None, left: Callable[[], float], enough: int, state: Ints) -> Bound:
    """Return a bound below the cost of every survivable network.

    Parameters
    ----------
    net
        The graph.
    rounds
        Most programs to solve.
    left
        Gives the seconds left.
    enough
        Cost of a known network: a bound that reaches it needs no more rounds.
    state
        Of the random numbers.
    """
    value, _, weight, start, arcs = ascend(net, np.repeat(net.cost, 2))
    best, share = float(value), np.zeros(len(net.cost))
    if rounds == 0 or left() <= 0:
        return Bound(best, share)
    heavy = np.argsort(-weight, kind="stable")
    program = _Program(net, chosen(Cuts(start, arcs), np.sort(heavy[np.cumsum(np.diff(start)[heavy]) <= _FIRST])))
    rest, done = np.repeat(net.cost, 2).astype(np.float64), 0
    while (rounds is None or done < rounds) and left() > 0 and best <= enough - 1:
        values, solved = program.solve(left())
        reached, over = program.bound()
        if reached > best:
            best, rest = reached, over
        if not solved:
            break
        share, done = np.minimum(values[::2] + values[1::2], 1.0), done + 1
        if not program.extend(values, state):
            break
    more = ascend(net, np.floor(rest).astype(np.int64))[0] if best > value else 0
    return Bound(best + max(more, 0), share)


class _Program:
    """The linear program: a column an arc, a row a cut, or (`pair`) an edge used one way only."""

    def __init__(self, net: Net, cuts: Cuts) -> None:
        columns = 2 * len(net.cost)
        self.net = net
        self.solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (
            ("output_flag", False), ("threads", 1), ("random_seed", 1), ("solver", "simplex"),
            ("simplex_iteration_limit", _STEPS),
        ):  # fmt: skip
            self.solver.setOptionValue(name, value)
        self.solver.addVars(columns, np.zeros(columns), np.ones(columns))
        self.solver.changeColsCost(columns, np.arange(columns, dtype=np.int32), np.repeat(net.cost, 2).astype(float))
        self.rows = Cuts(np.zeros(1, np.int64), np.zeros(0, np.int64))
        self.pair, self.idle, self.weight = np.zeros(0, np.bool_), np.zeros(0, np.int64), np.zeros(0)
        self._add(cuts, pair=False)

    def _add(self, rows: Cuts, *, pair: bool) -> None:
        count = len(rows.start) - 1
        if count:
            low, high = (-np.inf, 1.0) if pair else (1.0, np.inf)
            self.solver.addRows(
                count, np.full(count, low), np.full(count, high), len(rows.arcs),
                rows.start[:-1].astype(np.int32), rows.arcs.astype(np.int32), np.ones(len(rows.arcs)),
            )  # fmt: skip
            self.rows = joined(self.rows, rows)
            self.pair = np.concatenate([self.pair, np.full(count, pair)])
            self.idle = np.concatenate([self.idle, np.zeros(count, np.int64)])

    def solve(self, seconds: float) -> tuple[Reals, bool]:
        """Solve; return the arcs' values and whether they are the program's best."""
        if np.isfinite(seconds):
            self.solver.setOptionValue("time_limit", self.solver.getRunTime() + seconds)
        self.solver.run()
        answer = self.solver.getSolution()
        weight = np.array(answer.row_dual)
        self.weight = weight if len(weight) == len(self.pair) else np.zeros(len(self.pair))
        self.idle = np.where(self.weight == 0, self.idle + 1, 0)
        solved = self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return np.maximum(np.array(answer.col_value), 0.0), solved

    def bound(self) -> tuple[float, Reals]:
        """Return the bound that the cuts' weights give, and what they leave of each arc's cost."""
        cuts = np.flatnonzero(~self.pair)
        weight = self.weight[cuts]
        return worth(self.net.cost, chosen(self.rows, cuts), np.where(weight > 0, weight, 0.0))

    def extend(self, values: Reals, state: Ints) -> bool:
        """Add rows that the values break, drop idle ones; False where none is broken."""
        cuts = Cuts(*separate(self.net, values + _CREEP, _NESTED, _MOST, state))
        both = np.flatnonzero(values[::2] + values[1::2] > 1.001)
        drop = np.flatnonzero(self.idle >= _IDLE)
        if len(drop):
            self.solver.deleteRows(len(drop), drop.astype(np.int32))
            kept = np.flatnonzero(self.idle < _IDLE)
            self.rows, self.pair, self.idle = chosen(self.rows, kept), self.pair[kept], self.idle[kept]
        self._add(cuts, pair=False)
        pairs = np.column_stack([2 * both, 2 * both + 1]).astype(np.int64).ravel()
        self._add(Cuts(np.arange(0, len(pairs) + 1, 2), pairs), pair=True)
        return len(cuts.start) > 1 or len(both) > 0
