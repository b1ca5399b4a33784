"""Where sites should stand: the least distance to demand (p-median), with or without costs of sites, and a bound."""

import time
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from layers import PlanError
from planner.graph._facility_lists import Floats, Lists, Singles, lists_of, nearest_open
from planner.graph._facility_rules import Rules
from planner.graph._facility_search import Goal
from planner.graph._facility_small import Found
from planner.graph._facility_work import Limits, solve
from planner.graph.facility_distance import Near
from planner.graph.facility_rules import Conditions, rules_of
from planner.graph.network import Ints

PLAIN: Final = Conditions()
USUAL: Final = Limits()
_SMALL: Final = 4_000_000  # cells of a matrix whose lists are not cut short
_LONG: Final = 64
_TIMES: Final = 6  # length of lists, in sites that a chosen one stands for


@dataclass(frozen=True)
class Siting:
    """Chosen sites and how good they are.

    Attributes
    ----------
    sites
        Numbers of the chosen candidates, ascending.
    assignment
        Site that serves each demand, -1 where none does.
    value
        What was to be least (or most, see `upward`): cost, longest distance, covered demand.
    bound
        No choice has a lower value (a higher one, where `upward`).
    upward
        Whether a higher value is better.
    seed, iterations
        Seed of the random choices and improved starts; the same of both give the same answer where no time limit ended
        the search.
    seconds
        Wall time.
    by_scenario
        Value in each scenario, and the reference it is compared with.
    """

    sites: Ints
    assignment: Ints
    value: float
    bound: float
    seed: int
    iterations: int
    seconds: float
    upward: bool = False
    by_scenario: Floats = field(default_factory=lambda: np.empty(0))
    reference: Floats = field(default_factory=lambda: np.empty(0))

    @property
    def gap(self) -> float:
        """Share of the bound by which the value may miss the optimum, at most."""
        miss = abs(self.value - self.bound)
        return miss / abs(self.bound) if self.bound else float(miss > 0)

    @property
    def exact(self) -> bool:
        """Whether no choice is better, to the precision of doubles."""
        return abs(self.value - self.bound) <= 1e-8 * (1 + abs(self.value))


def p_median(
    distance: Singles | Near,
    count: int,
    weight: Floats | None = None,
    *,
    conditions: Conditions = PLAIN,
    limits: Limits = USUAL,
) -> Siting:
    """Choose a number of sites with the least sum of weighted distances from demands to their nearest site.

    Parameters
    ----------
    distance
        Demand by site (infinite where there is no way), or lists of what is near.
    count
        Number of sites.
    weight
        Of each demand; 1 where not given.
    conditions
        What the sites must obey.
    limits
        Where the search stops, and its seed.

    Returns
    -------
    Siting
        ``value`` is the sum, in the unit of distance times that of weight.

    Raises
    ------
    PlanError
        Where distances or weights are wrong, a demand cannot be reached, there are fewer candidates than sites, or
        conditions conflict.

    Notes
    -----
    Interchange (Whitaker; Resende and Werneck) from the choices behind a Lagrangean bound (Cornuejols, Fisher and
    Nemhauser) and from shaken copies of the best; branch and bound on what reduced costs leave open. The order of sites
    and demands is part of the input: sort them by a key first.
    """
    return fixed_charge(
        distance,
        np.zeros(_sites(distance)),
        weight,
        conditions=conditions,
        limits=limits,
        number=(count, count),
    )


def fixed_charge(
    distance: Singles | Near,
    price: Floats,
    weight: Floats | None = None,
    *,
    conditions: Conditions = PLAIN,
    limits: Limits = USUAL,
    number: tuple[int, int] | None = None,
) -> Siting:
    """Choose sites, as many as pay, with the least cost of sites and weighted distances (uncapacitated location).

    Parameters
    ----------
    distance, weight, conditions, limits
        As for `p_median`.
    price
        Cost of each site, in the unit of distance times that of weight.
    number
        Fewest and most sites; any number from 1 where not given.

    Returns
    -------
    Siting
        ``value`` is the whole cost.

    Raises
    ------
    PlanError
        As `p_median` does.
    """
    begun = time.perf_counter()
    sites = _sites(distance)
    least, most = (1, sites) if number is None else number
    checked_number(sites, least, most)
    weight = checked_weight(distance, weight)
    lists = lists_for(distance, weight[None, :], least if least == most else 1)
    goal = Goal(np.asarray(price, np.float64), np.zeros(1))
    work = solve(lists, rules_of(conditions, sites, least, most), goal, limits)
    return answer(work, distance, begun)


def answer(work: Found, distance: Singles | Near, begun: float) -> Siting:
    """Return the answer that a search came to, or say which demand its sites do not reach."""
    served = nearest_open(work.lists, work.chosen)[0].astype(np.int64)
    lost = np.flatnonzero((served < 0) & (work.lists.weight > 0).any(axis=0))
    if len(lost) and not isinstance(distance, Near):
        count = int(work.chosen.sum())
        raise PlanError(
            "sites",
            [
                f"no {count} sites were found that reach all demand, {len(lost)} demands stay without (first: row {lost[0]}); allow more sites"
            ],
        )
    return Siting(
        np.flatnonzero(work.chosen).astype(np.int64), served, work.value, work.bound, work.seed, work.iterations,
        time.perf_counter() - begun,
    )  # fmt: skip


def _sites(distance: Singles | Near) -> int:
    return distance.sites if isinstance(distance, Near) else int(distance.shape[1])


def checked_number(sites: int, least: int, most: int) -> None:
    """Refuse numbers of sites that candidates do not allow."""
    if least > sites:
        raise PlanError("sites", [f"{least} sites are wanted of {sites} candidates; ask for fewer or add candidates"])
    if not 1 <= least <= most:
        raise PlanError("sites", [f"the number of sites must lie between 1 and {sites}, not {least} to {most}"])


def checked_weight(distance: Singles | Near, weight: Floats | None) -> Floats:
    """Return the weights of demands, or say what is wrong with them or the distances."""
    demands = len(distance.start) - 1 if isinstance(distance, Near) else len(distance)
    weight = np.ones(demands) if weight is None else np.asarray(weight, np.float64)
    faults = _faulty_distances(distance)
    if weight.shape[-1:] != (demands,):
        faults.append(f"{weight.shape[-1] if weight.ndim else 1} weights for {demands} demands")
    elif not (np.isfinite(weight) & (weight >= 0)).all():
        wrong = np.argwhere(~(np.isfinite(weight) & (weight >= 0)))[0][-1]
        faults.append(f"weights must be numbers of 0 or more (first that is not: row {wrong})")
    if faults:
        raise PlanError("sites", faults)
    return weight


def _faulty_distances(distance: Singles | Near) -> list[str]:
    if isinstance(distance, Near):
        most = float(distance.distance.max(initial=0))
        return (
            []
            if most <= distance.beyond < np.inf
            else [f"distances up to {most:g} exceed 'beyond', {distance.beyond:g}"]
        )
    if not distance.size:
        return ["there are no demands or no candidates"]
    low = distance.min(axis=1)
    if not (low >= 0).all():  # a missing number fails the comparison too
        return [f"distances must be 0 or more (first row with another value: {int(np.argmin(low >= 0))})"]
    lone = np.flatnonzero(np.isinf(low))
    if len(lone):
        return [f"{len(lone)} demands are out of reach of every candidate (first: row {lone[0]}); leave them out"]
    return []


def lists_for(distance: Singles | Near, weight: Floats, count: int) -> Lists:
    """Return the lists that kernels walk; those of a large matrix hold some times as many sites as one stands for."""
    if isinstance(distance, Near):
        beyond = np.full(len(distance.start) - 1, distance.beyond, np.float32)
        full = np.empty((0, 0), np.float32)
        return Lists(distance.start, distance.site, distance.distance, beyond, beyond, full, weight, distance.sites)
    matrix = np.ascontiguousarray(distance, np.float32)
    sites = matrix.shape[1]
    longest = sites if matrix.size <= _SMALL else max(_LONG, _TIMES * -(-sites // max(count, 1)))
    return lists_of(matrix, np.ascontiguousarray(weight), longest)


__all__ = ["PLAIN", "USUAL", "Conditions", "Limits", "Near", "Rules", "Siting", "fixed_charge", "p_median"]
