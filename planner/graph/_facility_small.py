"""Small problems of siting: HiGHS solves the whole model at once, and no kernel is compiled."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from planner.graph._facility_exact import prove, size
from planner.graph._facility_lists import Floats, Lists, costs
from planner.graph._facility_milp import Effort
from planner.graph._facility_rules import Rules, obeyed
from planner.graph._facility_search import Goal
from planner.graph._net import Flags

EQUAL: Final = 1e-9
SMALL: Final = 10_000  # most listed pairs of a problem that HiGHS gets whole
_LONG: Final = 40 * SMALL  # lists that closed sites hardly make small, and that are dear to look through
SCENARIOS: Final = 3_500  # the same for several scenarios, whose linear bound is weak


@dataclass(frozen=True)
class Found:
    """Answer to a problem in lists.

    Attributes
    ----------
    lists
        What was solved.
    chosen, value
        Best choice and what it costs.
    bound
        No choice costs less.
    seed, iterations
        See `planner.graph.facility.Siting`.
    """

    lists: Lists
    chosen: Flags
    value: float
    bound: float
    seed: int
    iterations: int

    def done(self, gap: float) -> bool:
        """Tell whether the bound meets the value, or comes as near as is asked."""
        return met(self.value, self.bound, gap)


def met(value: float, bound: float, gap: float) -> bool:
    """Tell whether a bound meets a value, or comes as near as is asked."""
    return math.isfinite(bound) and value - bound <= max(EQUAL * (1 + abs(value)), gap * abs(bound))


def is_whole(lists: Lists, goal: Goal) -> bool:
    """Tell whether every cost is a whole number, small enough for exact sums."""
    parts: tuple[Floats, ...] = (lists.weight.ravel(), goal.price, goal.reference, lists.beyond.astype(np.float64))
    if not all(np.array_equal(part, np.rint(part)) for part in parts):
        return False
    if float(lists.weight.sum(axis=1).max()) * float(lists.beyond.max(initial=0)) > 1e9:
        return False
    return all(np.array_equal(part, np.rint(part)) for part in (lists.far, lists.full))


def value_of(lists: Lists, goal: Goal, chosen: Flags) -> float:
    """Return what a choice costs: prices of sites and the largest cost of a scenario above its reference."""
    return float(goal.price[chosen].sum() + (costs(lists, chosen) - goal.reference).max())


def small(lists: Lists, rules: Rules, goal: Goal, effort: Effort, seed: int) -> Found | None:
    """Return the best choice of a small problem; None where it is large or HiGHS finds no choice."""
    if len(lists.far) > _LONG or size(lists, rules.state) > (SMALL if len(lists.weight) == 1 else SCENARIOS):
        return None
    chosen, bound, _ = prove(lists, rules, goal, effort)
    if chosen is None or not obeyed(rules, chosen):
        return None
    value = value_of(lists, goal, chosen)
    if is_whole(lists, goal) and math.isfinite(bound):
        bound = math.ceil(bound - 1e-6 * (1 + abs(bound)))
    return Found(lists, chosen, value, min(bound, value), seed, 0)
