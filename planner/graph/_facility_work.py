"""The search for sites: a choice from interchange, a bound from prices, and the two brought together."""

import math
import time
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from planner.graph._facility_bound import Bound, Prices, ascend
from planner.graph._facility_branch import Tree, branch, fixings
from planner.graph._facility_exact import ENTRIES, prove, size
from planner.graph._facility_lists import Lists, nearest_two
from planner.graph._facility_milp import Effort, choose
from planner.graph._facility_rules import MUST, Rules, obeyed, slack_of
from planner.graph._facility_search import Goal, descend, shake, slices
from planner.graph._facility_small import EQUAL, Found, is_whole, met, small
from planner.graph._net import Flags

_BATCH: Final = 100  # steps of the bound between two searches
_RUNS: Final = 16
_MOVES: Final = 100_000
_MILP: Final = Effort(nodes=500)


@dataclass(frozen=True)
class Limits:
    """Where the search stops, and the seed of its random choices.

    Attributes
    ----------
    iterations
        Improved starts.
    seconds
        Wall time; without it the same input gives the same answer.
    nodes
        Of the exact search.
    gap
        Certified gap that is good enough.
    seed
        Of the random choices.
    """

    iterations: int = 16
    seconds: float = math.inf
    nodes: int = 2000
    gap: float = 0.0
    seed: int = 1


class Work:
    """The best choice so far and the bound, for one scenario.

    Attributes
    ----------
    chosen, value
        Best choice and what it costs.
    bound
        No choice costs less.
    """

    def __init__(self, lists: Lists, rules: Rules, goal: Goal, limits: Limits) -> None:
        self.lists, self.rules, self.goal = lists, rules, goal
        self.limits, self.until = limits, time.perf_counter() + limits.seconds
        self.bound = -math.inf
        self.value = math.inf
        self.iterations = 0
        self._random = np.random.default_rng(limits.seed)
        self._slack = slack_of(rules)
        self._whole = is_whole(lists, goal)
        self._best = Bound(-math.inf, np.empty(0), 0.0, np.empty(0, np.bool_), 0)
        self.chosen = self._first()
        self.offer(self.chosen)
        self.prices = _first_prices(lists, rules, self.chosen)

    @property
    def done(self) -> bool:
        """Tell whether the bound meets the value, or comes as near as is asked."""
        return met(self.value, self.bound, self.limits.gap)

    @property
    def late(self) -> bool:
        """Tell whether time is over."""
        return time.perf_counter() >= self.until

    @property
    def found(self) -> Found:
        """Best choice and bound so far."""
        return Found(self.lists, self.chosen, self.value, self.bound, self.limits.seed, self.iterations)

    def know(self, found: Found | None) -> None:
        """Take a choice and a bound that are known from elsewhere."""
        if found is not None:
            self.offer(found.chosen.copy())
            self.lift(found.bound)

    def offer(self, chosen: Flags) -> None:
        """Improve a feasible choice and keep it if it is the best."""
        value, _ = descend(self.lists, self.rules, self.goal, self._slack, chosen, _MOVES)
        if value < self.value - EQUAL * (1 + abs(value)):
            self.value, self.chosen = value, chosen.copy()

    def raise_bound(self) -> None:
        """Raise the bound in runs; what each run would choose is where a search begins."""
        theta = 1.0
        weight = self.lists.weight[0]
        for _ in range(_RUNS):
            if self.done or self.late:
                return
            target = self.value + self.goal.reference[0]
            got, theta = ascend(self.lists, weight, self.goal.price, self.rules, self.prices, target, _BATCH, theta)
            self._take(got)
            start = self._mended(got)
            if start is not None:
                self.offer(start)
            if got.steps < _BATCH:
                return

    def _take(self, got: Bound) -> None:
        if got.value > self._best.value:
            self._best = got
        self.lift(got.value - self.goal.reference[0])

    def lift(self, bound: float) -> None:
        """Take a bound; whole costs leave nothing between whole numbers."""
        if self._whole and math.isfinite(bound):
            bound = math.ceil(bound - 1e-6 * (1 + abs(bound)))
        self.bound = min(max(self.bound, bound), self.value)

    def _mended(self, got: Bound, base: float | None = None) -> Flags | None:
        """Return the choice behind a bound, or the cheapest one at its prices that obeys all rules."""
        if obeyed(self.rules, got.chosen):
            return got.chosen.copy()
        if self.rules.plain:
            return None
        chosen, bound = choose(self.rules, got.reduced, _MILP)
        self.lift(got.constant + bound - (self.goal.reference[0] if base is None else base))
        return chosen if chosen is not None and obeyed(self.rules, chosen) else None

    def search(self, rounds: int) -> None:
        """Search from shaken copies of the best choice."""
        moves = slices(max(int(self.chosen.sum()), 1))
        for k in range(rounds):
            if self.done or self.late:
                return
            chosen = self.chosen.copy()
            shake(self.rules, self._slack, chosen, int(moves[k % len(moves)]), int(self._random.integers(2**31)))
            self.offer(chosen)
            self.iterations += 1

    def close(self) -> None:
        """Leave out sites by their reduced costs; branch on the rest, or let HiGHS solve it where it is small."""
        if self.done or self.late or not len(self._best.reduced):
            return
        shift = self.goal.reference[0]
        goal = self.goal._replace(reference=np.zeros(1))  # bounds here are of the cost itself
        tree = Tree(self.lists, self.rules, goal, self._whole, self.limits.nodes, self.until)
        rules = fixings(self.rules, self._best, tree.needed(self.value + shift) - self._best.value)
        tree = replace(tree, rules=rules)
        self.lift(branch(tree, self.prices, self.value + shift, self._offered) - shift)
        self._solved(rules)

    def _offered(self, chosen: Flags) -> float:
        if obeyed(self.rules, chosen):
            self.offer(chosen.copy())
        return float(self.value + self.goal.reference[0])

    def _solved(self, rules: Rules) -> None:
        """Let HiGHS solve what is left where it is small."""
        if self.done or self.late or size(self.lists, rules.state) > ENTRIES:
            return
        effort = Effort(self.limits.nodes, self.until - time.perf_counter())
        chosen, bound, impossible = prove(self.lists, rules, self.goal, effort, self.chosen)
        if chosen is not None and obeyed(self.rules, chosen):
            self.offer(chosen)
        self.lift(self.value if impossible else bound)

    def _first(self) -> Flags:
        """Return a feasible choice."""
        random = self._random.random(self.lists.sites)
        if not self.rules.plain:
            chosen, _ = choose(self.rules, random, _MILP)
            if chosen is None:
                raise RuntimeError("conditions that can be met were not met")
            return chosen
        musts: Flags = self.rules.state == MUST
        free = np.flatnonzero(self.rules.state == 0)
        order = free[np.argsort(random[free], kind="stable")]
        musts[order[: max(self.rules.least - int(musts.sum()), 0)]] = True
        return musts


def _first_prices(lists: Lists, rules: Rules, chosen: Flags) -> Prices:
    """Return prices between the nearest and the second nearest site of a choice."""
    _, near, _, after = nearest_two(lists, chosen)
    return Prices(np.minimum((near + after) / 2, lists.cap.astype(np.float64)), np.zeros(len(rules.low)))


def solve(lists: Lists, rules: Rules, goal: Goal, limits: Limits) -> Found:
    """Let HiGHS solve what is small; else search, bound, and close the gap where that fits."""
    known = small(lists, rules, goal, Effort(limits.nodes, limits.seconds), limits.seed)
    if known is not None and known.done(limits.gap):
        return known
    work = Work(lists, rules, goal, limits)
    work.know(known)
    work.raise_bound()
    work.search(min(limits.iterations, 8))
    work.close()
    work.search(limits.iterations - work.iterations)
    return work.found
