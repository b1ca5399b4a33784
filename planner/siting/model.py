"""The siting problem and its answer: one of the kernels' models, with readiness as a price of sites."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from layers import PlanError
from planner.clusters._groups import Floats
from planner.graph._facility_rules import Rules
from planner.graph.facility import Limits, Siting, fixed_charge, p_median
from planner.graph.facility_capacity import Shares, Sizes, capacitated
from planner.graph.facility_cover import max_cover, p_center, set_cover
from planner.graph.facility_distance import within
from planner.graph.facility_hubs import Kinds, hubs_and_satellites
from planner.graph.facility_robust import robust
from planner.graph.facility_rules import rules_of
from planner.graph.network import Ints
from planner.siting.conditions import Asked
from planner.siting.distance import Matrix
from planner.siting.entry import SitingEntry

_NONE: Final = np.empty(0, np.int64)
UNITS: Final = {
    "p-median": "m", "hub with satellites": "m", "p-center": "m", "set cover": "sites", "maximal cover": "share",
    "fixed charge": "usd",
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """What is to be solved.

    Attributes
    ----------
    entry
        Table ``[siting]``.
    distance, between
        From demand to candidates and among candidates, in metres; infinite where there is no way.
    weight
        Of each scenario and demand: shares of 1, or dollars a metre for a fixed charge.
    score
        Readiness of each candidate, 0 where not known.
    asked
        Conditions.
    per_unit
        Weight of one unit of demand.
    """

    entry: SitingEntry
    distance: Matrix
    between: Matrix
    weight: Floats
    score: Floats
    asked: Asked
    per_unit: float = 1.0

    @property
    def sites(self) -> int:
        """Number of candidates."""
        return int(self.distance.shape[1])

    @property
    def number(self) -> tuple[int, int]:
        """Fewest and most sites."""
        return self.entry.number or (1, self.sites)

    @property
    def limits(self) -> Limits:
        """Effort of the search; it does not stop by time, so that the same input gives the same sites."""
        return Limits(iterations=self.entry.iterations, nodes=self.entry.nodes, seed=self.entry.seed)

    @property
    def price(self) -> Floats:
        """What each site adds to the value: dollars, sites, or metres for want of readiness."""
        if self.entry.model == "fixed charge":
            return self.asked.cost_usd
        if self.entry.model == "set cover":
            priced = not np.isnan(self.asked.cost_usd).any()
            return self.asked.cost_usd if priced else np.ones(self.sites)
        return self.entry.readiness_m * (1 - self.score) / self.number[1]


@dataclass(frozen=True)
class Links:
    """Who is served by whom.

    Attributes
    ----------
    demand, site
        Numbers of the demand and of the site; -1 where no way leads.
    share
        Which share of the demand goes there.
    away_m
        Distance, infinite where no way leads.
    """

    demand: Ints
    site: Ints
    share: Floats
    away_m: Floats


@dataclass(frozen=True)
class Solved:
    """Chosen sites, and hubs among them.

    Attributes
    ----------
    siting
        Answer of the kernel, with value and bound in the problem's unit.
    hubs
        Numbers of hubs; none in models without.
    hub_of
        Nearest hub by number of satellite.
    shares
        Who is served by whom where sites have capacities; else None, and all go to the nearest site.
    """

    siting: Siting
    hubs: Ints
    hub_of: dict[int, int]
    shares: Shares | None = None

    @property
    def sites(self) -> list[int]:
        """Numbers of all chosen candidates."""
        return [int(site) for site in self.siting.sites]


def rules(problem: Problem) -> Rules:
    """Return the conditions as rules.

    Raises
    ------
    PlanError
        Where there are fewer candidates than sites, or conditions conflict: the message names which, and how many
        candidates do not count because something is not known of them.
    """
    least, most = problem.number
    open_ = problem.sites - len(problem.asked.rules.never)
    if least > open_:
        fault = f"{least} sites are wanted of {open_} candidates ({len(problem.asked.rules.never)} more are out); ask for fewer or add candidates"
        raise PlanError("siting", [fault])
    try:
        return rules_of(problem.asked.rules, problem.sites, least, most)
    except PlanError as error:
        raise _explained(error, problem.asked) from None


def _explained(error: PlanError, asked: Asked) -> PlanError:
    return PlanError(
        "siting", ["; ".join([*error.faults, *(each.note for each in asked.groups.values() if each.note)])]
    )


def solve(problem: Problem) -> Solved:
    """Return the answer.

    Raises
    ------
    PlanError
        As `rules`, and as the kernels do.
    """
    rules(problem)
    try:
        if problem.entry.hub_model:
            return _hubs(problem)
        if problem.asked.capacity is not None:
            found = _limited(problem, problem.asked.capacity)
            return Solved(found.siting, _NONE, {}, found)
        return Solved(_plain(problem), _NONE, {})
    except PlanError as error:
        raise _explained(error, problem.asked) from None


def _limited(problem: Problem, capacity: Floats) -> Shares:
    """Solve a p-median or fixed charge whose sites can serve so much and no more."""
    entry, weight = problem.entry, problem.weight[0]
    least, most = problem.number
    dear = entry.model == "fixed charge" or entry.readiness_m > 0
    price = problem.price if dear else np.zeros(problem.sites)
    sizes = Sizes(capacity * problem.per_unit, price, least, most)
    return capacitated(problem.distance, sizes, weight, conditions=problem.asked.rules, limits=problem.limits)


def links(problem: Problem, found: Solved) -> Links:
    """Return who is served by whom."""
    if found.shares is not None:
        told = found.shares
        away = problem.distance[told.demand, told.site]
        return Links(told.demand, told.site, told.share, np.asarray(away, np.float64))
    sites = np.array(found.sites)
    far = problem.distance[:, sites]
    away = np.asarray(far.min(axis=1), np.float64)
    site = np.where(np.isfinite(away), sites[far.argmin(axis=1)], -1)
    return Links(np.arange(len(away)), site, np.ones(len(away)), away)


def _plain(problem: Problem) -> Siting:
    """Solve any model without hubs."""
    if problem.entry.model in ("p-center", "set cover", "maximal cover"):
        return _covers(problem)
    entry, law, limits = problem.entry, problem.asked.rules, problem.limits
    if entry.scenarios:
        chances = np.array([each.chance or 1.0 for each in entry.scenarios])[:, None]
        weight = problem.weight * (chances if entry.aim == "expected" else 1.0)
        return robust(problem.distance, entry.sites, weight, entry.aim, conditions=law, limits=limits)
    share = problem.weight[0]
    if entry.model == "fixed charge" or entry.readiness_m > 0:
        return fixed_charge(
            problem.distance, problem.price, share, conditions=law, limits=limits, number=problem.number
        )
    return p_median(problem.distance, entry.sites, share, conditions=law, limits=limits)


def _covers(problem: Problem) -> Siting:
    entry, law, limits = problem.entry, problem.asked.rules, problem.limits
    if entry.model == "p-center":
        return p_center(problem.distance, entry.sites, conditions=law, limits=limits)
    near = within(problem.distance, _reach(entry))
    if entry.model == "set cover":
        return set_cover(near, problem.price, conditions=law, limits=limits)
    return max_cover(near, entry.sites, problem.weight[0], conditions=law, limits=limits)


def _reach(entry: SitingEntry) -> float:
    return entry.reach_m or 0.0


def _hubs(problem: Problem) -> Solved:
    """Solve hubs with satellites; readiness enters as demand that only its own site serves without distance.

    A site's score is the weight of that demand, and all other sites are one metre away: its sum over candidates falls by
    the score of each chosen site, which is the price of `Problem.price` up to a constant.
    """
    entry, count = problem.entry, problem.number[1]
    far, own = np.nextafter(np.float32(entry.satellite_reach_m or 0), np.float32(np.inf)), entry.readiness_m / count
    kinds = Kinds(entry.hubs, entry.satellites, problem.between, float(far), no_hub=problem.asked.no_hub)
    distance, weight = problem.distance, problem.weight[0]
    if entry.readiness_m > 0:
        distance = np.vstack([distance, 1 - np.eye(problem.sites, dtype=np.float32)])
        weight = np.concatenate([weight, own * problem.score])
    got = hubs_and_satellites(distance, kinds, weight, conditions=problem.asked.rules, limits=problem.limits)
    shift = entry.readiness_m - own * float(problem.score.sum()) if entry.readiness_m > 0 else 0.0
    found = got.siting
    siting = Siting(
        found.sites, found.assignment[: len(problem.distance)], found.value + shift, found.bound + shift, found.seed,
        found.iterations, found.seconds,
    )  # fmt: skip
    hub_of = {int(site): int(hub) for site, hub in zip(got.satellites, got.hub_of, strict=True)}
    return Solved(siting, got.hubs, hub_of)


def nearest(problem: Problem, sites: list[int]) -> Floats:
    """Return each demand's distance from the nearest of some sites."""
    if not sites:
        return np.full(len(problem.distance), np.inf)
    return np.asarray(problem.distance[:, sites].min(axis=1), np.float64)


def value(problem: Problem, away_m: Floats, sites: list[int], reference: Floats) -> float:
    """Return the value of sites by each demand's distance from them; infinite where a model's demand is not met.

    Parameters
    ----------
    problem
        The problem.
    away_m
        See `nearest`.
    sites
        Numbers of candidates.
    reference
        Best values of scenarios alone, where regret counts.
    """
    entry = problem.entry
    price = float(problem.price[sites].sum())
    if problem.asked.capacity is not None:
        return _transport(problem, sites, problem.asked.capacity * problem.per_unit) + price
    if entry.model == "p-center":
        return float(away_m.max())
    if entry.model in ("maximal cover", "set cover"):
        within = away_m <= np.float32(_reach(entry))
        if entry.model == "maximal cover":
            return float(problem.weight[0] @ within)
        return price if within.all() else float("inf")
    used = np.where((problem.weight > 0).any(axis=0), away_m, 0.0)
    each = problem.weight @ used
    if not entry.scenarios:
        return float(each[0]) + price
    chances = np.array([scenario.chance or 0.0 for scenario in entry.scenarios])
    worst = (each - (reference if entry.aim == "regret" else 0.0)).max()
    return float(each @ chances if entry.aim == "expected" else worst)


def _transport(problem: Problem, sites: list[int], capacity: Floats) -> float:
    """Return what it costs to serve all demand from certain sites within their capacities; infinite where it cannot be."""
    here, weight = np.array(sites, np.int64), problem.weight[0]
    if not len(here) or capacity[here].sum() < weight.sum():
        return float("inf")
    sizes = Sizes(capacity[here], np.zeros(len(here)), len(here), len(here))
    try:
        return capacitated(problem.distance[:, here], sizes, weight, limits=problem.limits).siting.value
    except PlanError:
        return float("inf")
