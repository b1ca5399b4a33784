"""Sites that do well in every scenario of demand: least expected cost, least worst cost, or least regret."""

import math
import time
from typing import Final, Literal

import numpy as np

from layers import PlanError
from planner.graph._facility_bound import Prices, ascend
from planner.graph._facility_branch import Tree, branch
from planner.graph._facility_lists import Floats, Lists, Singles, costs, nearest_two
from planner.graph._facility_milp import Effort
from planner.graph._facility_rules import Rules, obeyed
from planner.graph._facility_search import Goal
from planner.graph._facility_small import Found, small
from planner.graph._facility_work import Work
from planner.graph._net import Flags
from planner.graph.facility import (
    PLAIN,
    USUAL,
    Limits,
    Near,
    Siting,
    answer,
    checked_number,
    checked_weight,
    lists_for,
    p_median,
)
from planner.graph.facility_rules import Conditions, rules_of

Aim = Literal["expected", "worst", "regret"]
_TURNS: Final = 24  # mixtures of scenarios that are bounded
_STEPS: Final = 120
_NODES: Final = 3  # nodes of a search for one scenario are as cheap as so many others


def robust(
    distance: Singles | Near,
    count: int,
    weights: Floats,
    aim: Aim = "regret",
    *,
    conditions: Conditions = PLAIN,
    limits: Limits = USUAL,
) -> Siting:
    """Choose a number of sites for several scenarios of demand.

    Parameters
    ----------
    distance, count, conditions, limits
        As for `planner.graph.facility.p_median`.
    weights
        Scenario by demand. For 'expected' multiply each row by its chance first.
    aim
        'expected' adds the scenarios up; 'worst' makes the largest cost of a scenario least; 'regret' the largest
        difference to the best answer known for the scenario alone, which is its reference.

    Returns
    -------
    Siting
        ``by_scenario`` holds the cost in each scenario, ``reference`` what it is compared with (0 but for 'regret').

    Raises
    ------
    PlanError
        As `p_median` does.

    Notes
    -----
    Every mixture of scenarios is a p-median whose bound holds for the worst one too; mixtures move towards the
    scenarios that cost most (P. Kouvelis and G. Yu, 1997, for the models).
    """
    begun = time.perf_counter()
    weights = np.atleast_2d(np.asarray(weights, np.float64))
    checked_weight(distance, weights)
    if aim not in {"expected", "worst", "regret"}:
        raise PlanError("sites", [f"aim '{aim}' is not known; use 'expected', 'worst' or 'regret'"])
    if aim == "expected" or len(weights) == 1:
        alone = p_median(distance, count, weights.sum(axis=0), conditions=conditions, limits=limits)
        return _with_scenarios(alone, distance, weights, np.zeros(len(weights)))
    sites = distance.sites if isinstance(distance, Near) else distance.shape[1]
    checked_number(sites, count, count)
    starts = [p_median(distance, count, row, conditions=conditions, limits=limits) for row in weights]
    reference = np.array([got.value for got in starts]) * (aim == "regret")
    rules = rules_of(conditions, sites, count, count)
    lists, goal = lists_for(distance, weights, count), Goal(np.zeros(sites), reference)
    found = _solve(lists, rules, goal, limits, starts)
    return _with_scenarios(answer(found, distance, begun), distance, weights, reference)


def _solve(lists: Lists, rules: Rules, goal: Goal, limits: Limits, starts: list[Siting]) -> Found:
    """Let HiGHS solve what is small; else search from the answers of scenarios alone."""
    known = small(lists, rules, goal, Effort(limits.nodes, limits.seconds), limits.seed)
    if known is not None and known.done(limits.gap):
        return known
    work = _Scenarios(lists, rules, goal, limits)
    work.know(known)
    for got in starts:
        chosen = np.zeros(lists.sites, np.bool_)
        chosen[got.sites] = True
        work.offer(chosen)
    work.lift(max(got.bound - ref for got, ref in zip(starts, goal.reference, strict=True)))
    work.raise_bound()
    work.search(limits.iterations)
    work.close()
    return work.found


def _with_scenarios(got: Siting, distance: Singles | Near, weights: Floats, reference: Floats) -> Siting:
    """Return the answer with its cost in each scenario."""
    sites = distance.sites if isinstance(distance, Near) else distance.shape[1]
    chosen = np.zeros(sites, np.bool_)
    chosen[got.sites] = True
    each = costs(lists_for(distance, weights, len(got.sites)), chosen)
    return Siting(
        got.sites, got.assignment, got.value, got.bound, got.seed, got.iterations, got.seconds, by_scenario=each,
        reference=reference,
    )  # fmt: skip


class _Scenarios(Work):
    """The search for the least largest cost above references."""

    share: Floats | None = None
    """Mixture with the best bound."""

    def raise_bound(self) -> None:
        """Bound mixtures of scenarios, each heavier in what costs most in the last one's best choice."""
        share = np.full(len(self.lists.weight), 1 / len(self.lists.weight))
        score = np.zeros(len(share))
        for turn in range(_TURNS):
            if self.done or self.late:
                return
            mixed = _mixed(self.lists, share)
            base = float(share @ self.goal.reference)
            got, _ = ascend(
                mixed, mixed.weight[0], self.goal.price, self.rules, self.prices, self.value + base, _STEPS, 1.0
            )
            if self.share is None or got.value - base > self.bound:
                self.share = share
                self._kept = Prices(self.prices.demand.copy(), self.prices.limit.copy())
            self.lift(got.value - base)
            start = self._mended(got, base)
            if start is None:
                return
            over = costs(self.lists, start) - self.goal.reference
            self.offer(start)
            score += (over - over.max()) / max(float(np.ptp(over)), 1e-9) / math.sqrt(1 + turn)
            share = np.exp(score - score.max())
            share /= share.sum()

    def close(self) -> None:
        """Branch on sites."""
        if self.done or self.late or self.share is None:
            return
        tree = Tree(self.lists, self.rules, self.goal, self._whole, _NODES * self.limits.nodes, self.until)
        self.lift(branch(tree, self._kept, self.value, self._branched, self.share))

    def _branched(self, chosen: Flags) -> float:
        """Improve a choice only where it is near the best: a search costs more than a bound."""
        if obeyed(self.rules, chosen):
            over = self.lists.weight @ nearest_two(self.lists, chosen)[1] - self.goal.reference
            if over.max() < self.value:
                self.offer(chosen.copy())
        return self.value


def _mixed(lists: Lists, share: Floats) -> Lists:
    """Return the lists with one mixture of scenarios."""
    return lists._replace(weight=np.ascontiguousarray((share @ lists.weight)[None, :]))
