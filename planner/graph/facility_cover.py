"""Sites that cover demand: the fewest that cover all, the most that some cover, the shortest reach that covers all."""

import math
import time

import numpy as np

from layers import PlanError
from planner.graph._facility_center import Reach, shortest
from planner.graph._facility_cover import Sets, cheapest_cover, sets_of
from planner.graph._facility_lists import Floats, Lists, Singles
from planner.graph._facility_search import Goal
from planner.graph._facility_work import solve
from planner.graph.facility import PLAIN, USUAL, Limits, Siting, checked_number, checked_weight
from planner.graph.facility_distance import Near
from planner.graph.facility_rules import Conditions, rules_of
from planner.graph.network import Ints


def max_cover(
    near: Near,
    count: int,
    weight: Floats | None = None,
    *,
    conditions: Conditions = PLAIN,
    limits: Limits = USUAL,
) -> Siting:
    """Choose a number of sites that cover the most demand (R. Church and C. ReVelle, 1974).

    Parameters
    ----------
    near
        Sites that cover each demand.
    count
        Number of sites.
    weight
        Of each demand; 1 where not given.
    conditions, limits
        As for `planner.graph.facility.p_median`.

    Returns
    -------
    Siting
        ``value`` is the covered weight and ``bound`` the most that any choice covers; -1 is assigned to what is not
        covered, the nearest site to what is.

    Raises
    ------
    PlanError
        As `p_median` does.

    Notes
    -----
    Demands with the same set of sites become one. What stays uncovered is a p-median with distances 0 and 1.
    """
    begun = time.perf_counter()
    checked_number(near.sites, count, count)
    weight = checked_weight(near, weight)
    sets = sets_of(near, weight)
    rules = rules_of(conditions, near.sites, count, count)
    total = float(sets.weight.sum())
    work = solve(_zero_one(sets), rules, Goal(np.zeros(near.sites), np.array([total])), limits)
    chosen = np.flatnonzero(work.chosen).astype(np.int64)
    return Siting(
        chosen, assigned(near, chosen), -work.value, -work.bound, limits.seed, work.iterations,
        time.perf_counter() - begun, upward=True,
    )  # fmt: skip


def _zero_one(sets: Sets) -> Lists:
    """Return lists in which a covering site is at distance 0 and anything else at 1."""
    one = np.ones(len(sets.weight), np.float32)
    zero, full = np.zeros(len(sets.site), np.float32), np.empty((0, 0), np.float32)
    return Lists(sets.start, sets.site, zero, one, one, full, sets.weight[None, :].copy(), sets.sites)


def assigned(near: Near, sites: Ints) -> Ints:
    """Return the nearest of the sites that each demand lists, -1 where it lists none."""
    chosen = np.zeros(near.sites, np.bool_)
    chosen[sites] = True
    entry = np.flatnonzero(chosen[near.site])
    demand, first = np.unique(np.searchsorted(near.start, entry, side="right") - 1, return_index=True)
    out = np.full(len(near.start) - 1, -1, np.int64)
    out[demand] = near.site[entry[first]]
    return out


def set_cover(
    near: Near, price: Floats | None = None, *, conditions: Conditions = PLAIN, limits: Limits = USUAL
) -> Siting:
    """Choose the fewest or cheapest sites that cover all demand (C. Toregas and others, 1971).

    Parameters
    ----------
    near
        Sites that cover each demand.
    price
        Cost of each site; 1 where not given.
    conditions, limits
        As for `planner.graph.facility.p_median`.

    Returns
    -------
    Siting
        ``value`` is the number of sites, or their cost.

    Raises
    ------
    PlanError
        Where a demand has no site that covers it, or conditions leave no cover.
    """
    begun = time.perf_counter()
    lone = np.flatnonzero(np.diff(near.start) == 0)
    if len(lone):
        raise PlanError("set cover", [f"{len(lone)} demands are covered by no candidate (first: row {lone[0]})"])
    sets = sets_of(near, np.ones(len(near.start) - 1))
    rules = rules_of(conditions, near.sites, 1, near.sites)
    price = np.ones(near.sites) if price is None else np.asarray(price, np.float64)
    got = cheapest_cover(sets, rules, price, limits)
    if got.chosen is None:
        raise PlanError(
            "set cover", ["the conditions leave no choice of sites that covers all demand, or none was found"]
        )
    sites = np.flatnonzero(got.chosen).astype(np.int64)
    value = float(price[sites].sum())
    return Siting(
        sites, assigned(near, sites), value, min(got.bound, value), limits.seed, 0, time.perf_counter() - begun
    )


def p_center(distance: Singles, count: int, *, conditions: Conditions = PLAIN, limits: Limits = USUAL) -> Siting:
    """Choose a number of sites with the shortest longest distance from any demand to its nearest site.

    Parameters
    ----------
    distance
        Demand by site, infinite where there is no way.
    count
        Number of sites.
    conditions, limits
        As for `planner.graph.facility.p_median`.

    Returns
    -------
    Siting
        ``value`` is the longest distance.

    Raises
    ------
    PlanError
        As `p_median` does; also where no number of sites reaches all demand.

    Notes
    -----
    Bisection over the distances (E. Minieka, 1970): a distance is long enough where a cover of that reach exists.
    """
    begun = time.perf_counter()
    checked_number(distance.shape[1], count, count)
    checked_weight(distance, None)
    rules = rules_of(conditions, distance.shape[1], count, count)
    got = shortest(Reach(np.ascontiguousarray(distance, np.float32), rules, limits))
    if got.chosen is None or not math.isfinite(got.value):
        raise PlanError("p-center", [f"no {count} sites were found that reach all demand; allow more sites"])
    sites = np.flatnonzero(got.chosen).astype(np.int64)
    served = sites[np.argmin(distance[:, sites], axis=1)]
    return Siting(sites, served, got.value, got.bound, limits.seed, got.probes, time.perf_counter() - begun)
