"""Sites that do well in every scenario of demand: least expected cost, least worst cost, or least regret."""

import math
import time
from typing import Final, Literal

import numpy as np

from layers import PlanError
from planner.graph._facility_bound import ascend
from planner.graph._facility_exact import ENTRIES, prove, size
from planner.graph._facility_lists import Floats, Lists, Singles, costs
from planner.graph._facility_milp import Effort
from planner.graph._facility_rules import obeyed
from planner.graph._facility_search import Goal
from planner.graph._facility_work import Work
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
    work = _Scenarios(lists_for(distance, weights, count), rules, Goal(np.zeros(sites), reference), limits)
    for got in starts:
        chosen = np.zeros(sites, np.bool_)
        chosen[got.sites] = True
        work.offer(chosen)
    work.lift(max(got.bound - ref for got, ref in zip(starts, reference, strict=True)))
    work.raise_bound()
    work.search(limits.iterations)
    work.close()
    return _with_scenarios(answer(work, distance, begun), distance, weights, reference)


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
        """Solve the whole model where it is small."""
        if self.done or self.late or size(self.lists, self.rules.state) > ENTRIES // 4:
            return
        effort = Effort(self.limits.nodes, self.until - time.perf_counter())
        chosen, bound, _ = prove(self.lists, self.rules, self.goal, effort)
        if chosen is not None and obeyed(self.rules, chosen):
            self.offer(chosen)
        self.lift(bound)


def _mixed(lists: Lists, share: Floats) -> Lists:
    """Return the lists with one mixture of scenarios."""
    return lists._replace(weight=np.ascontiguousarray((share @ lists.weight)[None, :]))
