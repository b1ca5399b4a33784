"""Hubs with satellites: each satellite stands within a distance of a hub, and demand goes to the nearest of either."""

import time
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from layers import PlanError
from planner.graph._facility_hub import HubTree, Land
from planner.graph._facility_lists import Floats, Lists, Singles
from planner.graph._facility_milp import Effort, choose
from planner.graph._facility_rules import Rules
from planner.graph._facility_search import Goal
from planner.graph._facility_small import Found
from planner.graph._facility_work import Work
from planner.graph._net import Flags
from planner.graph.facility import PLAIN, USUAL, Limits, Siting, answer, checked_number, checked_weight, lists_for
from planner.graph.facility_rules import Conditions, Group, Row, pairs_within, rules_of
from planner.graph.network import Ints

_NONE: Final = np.empty(0, np.int64)
_FEW: Final = 2


@dataclass(frozen=True)
class Kinds:
    """How many hubs and satellites, how far apart they may be, and which candidates may be which.

    Attributes
    ----------
    hubs, satellites
        Numbers to choose.
    between
        Distance of candidates from each other, site by site.
    reach
        Most distance of a satellite from a hub, in the same unit.
    no_hub, no_satellite
        Candidates that cannot be one.
    """

    hubs: int
    satellites: int
    between: Singles
    reach: float
    no_hub: Ints = field(default_factory=lambda: _NONE)
    no_satellite: Ints = field(default_factory=lambda: _NONE)


@dataclass(frozen=True)
class Hubs:
    """The answer, its hubs and satellites (ascending), and the nearest hub of each satellite.

    Attributes
    ----------
    siting
        Both kinds together.
    hubs, satellites
        Numbers of candidates.
    hub_of
        Hub of each satellite.
    """

    siting: Siting
    hubs: Ints
    satellites: Ints
    hub_of: Ints


def hubs_and_satellites(
    distance: Singles,
    kinds: Kinds,
    weight: Floats | None = None,
    *,
    conditions: Conditions = PLAIN,
    limits: Limits = USUAL,
) -> Hubs:
    """Choose hubs and satellites with the least sum of weighted distances from demands to the nearest of either.

    Parameters
    ----------
    distance
        Demand by site, infinite where there is no way.
    kinds
        Numbers, distances and who may be what.
    weight, conditions, limits
        As for `planner.graph.facility.p_median`; conditions count hubs and satellites alike.

    Returns
    -------
    Hubs
        Among equal answers any one.

    Raises
    ------
    PlanError
        As `p_median` does, and where no hubs and satellites lie within reach of each other.
    """
    begun = time.perf_counter()
    sites = distance.shape[1]
    checked_number(sites, kinds.hubs + kinds.satellites, kinds.hubs + kinds.satellites)
    weight = checked_weight(distance, weight)
    if kinds.between.shape != (sites, sites):
        raise PlanError("hubs", [f"distances between sites must be a matrix of {sites} by {sites}"])
    tree = _searched(distance, weight, kinds, conditions, limits)
    found = Found(tree.land.lists, tree.chosen, tree.value, tree.bound, limits.seed, tree.iterations)
    served = answer(found, distance, begun)  # refuses what is out of reach
    hubs = np.flatnonzero(tree.hubs).astype(np.int64)
    satellites = np.flatnonzero(tree.chosen & ~tree.hubs).astype(np.int64)
    both = served.sites
    siting = replace(served, assignment=both[np.argmin(distance[:, both], axis=1)])
    near = hubs[np.argmin(kinds.between[np.ix_(satellites, hubs)], axis=1)] if len(satellites) else _NONE
    return Hubs(siting, hubs, satellites, near)


def _searched(distance: Singles, weight: Floats, kinds: Kinds, conditions: Conditions, limits: Limits) -> HubTree:
    """Search for hubs from a choice that obeys the rules."""
    sites, total = distance.shape[1], kinds.hubs + kinds.satellites
    rules = _rules(kinds, conditions, sites)
    lists = lists_for(distance, weight[None, :], total)
    tree, least = HubTree(_land(lists, kinds, conditions), limits), -np.inf
    if tree.small:
        first = _cheap(lists, rules)
    else:
        twice = lists_for(np.hstack([distance, distance]), weight[None, :], total)
        work = Work(twice, rules, Goal(np.zeros(2 * sites), np.zeros(1)), limits)
        work.raise_bound()
        work.search(limits.iterations)
        if kinds.hubs > _FEW:  # regions of many hubs are many, and branching on sites finds better answers
            work.close()
        first, tree.iterations, least = work.chosen, work.iterations, work.bound
    tree.know(first[:sites], first[:sites] | first[sites:])
    tree.search()
    tree.bound = min(max(tree.bound, least), tree.value)
    return tree


def _cheap(lists: Lists, rules: Rules) -> Flags:
    """Return a choice of sites that are near to demand each on its own."""
    mean = np.bincount(lists.site, minlength=lists.sites)
    demand = np.repeat(np.arange(len(lists.beyond)), np.diff(lists.start))
    saved = lists.weight[0][demand] * (lists.beyond[demand].astype(np.float64) - lists.far)
    cost = -np.bincount(lists.site, weights=saved, minlength=lists.sites) / np.maximum(mean, 1)
    chosen, _ = choose(rules, np.tile(cost, 2), Effort())
    if chosen is None:
        raise RuntimeError("conditions that can be met were not met")
    return chosen


def _land(lists: Lists, kinds: Kinds, conditions: Conditions) -> Land:
    """Return the problem on single sites."""
    sites, total = lists.sites, kinds.hubs + kinds.satellites
    near = pairs_within(kinds.between, np.nextafter(kinds.reach, np.inf)) | np.eye(sites, dtype=np.bool_)
    hub, satellite = np.ones(sites, np.bool_), np.ones(sites, np.bool_)
    hub[kinds.no_hub], satellite[kinds.no_satellite] = False, False
    return Land(
        lists, rules_of(conditions, sites, total, total), near, np.asarray(kinds.between), hub, satellite, kinds.hubs
    )


def _rules(kinds: Kinds, conditions: Conditions, sites: int) -> Rules:
    """Return the rules of candidates as hubs, then as satellites."""
    one, nil = np.ones(sites), np.zeros(sites)
    rows = [
        Row(
            f"{kinds.hubs} {'hub' if kinds.hubs == 1 else 'hubs'}",
            np.concatenate([one, nil]),
            float(kinds.hubs),
            float(kinds.hubs),
        ),
        *(Row("must-have sites", _unit(sites, int(j)), 1.0, 1.0) for j in conditions.must),
        *_links(kinds, sites),
    ]
    never = np.concatenate([conditions.never, kinds.no_hub, conditions.never + sites, kinds.no_satellite + sites])
    near = np.zeros((sites, sites), np.bool_) if conditions.too_near is None else conditions.too_near
    same = near | np.eye(sites, dtype=np.bool_)
    groups = tuple(
        Group(group.name, np.tile(group.member, 2), group.at_least, group.share, group.at_most)
        for group in conditions.groups
    )
    spend = None if conditions.spend is None else np.tile(conditions.spend, 2)
    doubled = Conditions(
        never=np.unique(never), groups=groups, spend=spend, budget=conditions.budget,
        too_near=np.block([[near, same], [same, near]]), copies=2,
    )  # fmt: skip
    total = kinds.hubs + kinds.satellites
    return rules_of(doubled, 2 * sites, total, total, rows)


def _unit(sites: int, site: int) -> Floats:
    weight = np.zeros(2 * sites)
    weight[[site, sites + site]] = 1.0
    return weight


def _links(kinds: Kinds, sites: int) -> list[Row]:
    """Return the limits that let a satellite stand only where a hub is within reach."""
    within = pairs_within(kinds.between, np.nextafter(kinds.reach, np.inf))
    rows = []
    for j in range(sites):
        weight = np.concatenate([within[j].astype(np.float64), np.zeros(sites)])
        weight[sites + j] = -1.0
        rows.append(Row("the reach of hubs", weight, 0.0, np.inf))
    return rows
