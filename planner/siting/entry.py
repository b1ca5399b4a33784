"""The region file's table ``[siting]``."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from layers.errors import suggestion
from planner.clusters.entry import AreaKind
from planner.programmes import names
from planner.programmes.awards import listed
from planner.target import Strict, plain_number
from planner.words import listing

Model = Literal["p-median", "p-center", "set cover", "maximal cover", "fixed charge", "hub with satellites"]
PROGRAMME = "programme"
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Metres = Annotated[float, BeforeValidator(plain_number), Field(gt=0, le=4e7)]
_Count = Annotated[int, Field(strict=True, ge=0, le=10_000)]
_Share = Annotated[float, BeforeValidator(plain_number), Field(ge=0, le=1)]
_Dollars = Annotated[float, BeforeValidator(plain_number), Field(ge=0, le=1e13)]
_Amount = Annotated[float, BeforeValidator(plain_number), Field(ge=0, le=1e15)]
_Longitude = Annotated[float, BeforeValidator(plain_number), Field(ge=-180, le=180)]
_Latitude = Annotated[float, BeforeValidator(plain_number), Field(ge=-90, le=90)]


def _is_group(group: str) -> str:
    """Refuse what is no group: a programme without a rule file, or words without a colon."""
    column, _, value = group.partition(":")
    if not column or not value:
        raise ValueError(
            f"'{group}' is no group; write programme:NAME, or COLUMN:VALUE of the candidates, such as state:MA"
        )
    if column == PROGRAMME and value not in names():
        raise ValueError(f"programme '{value}' has no rule file{suggestion(value, names())}")
    return group


Group = Annotated[str, AfterValidator(_is_group)]


def _is_list(name: str) -> str:
    """Refuse what is no shipped list of awards."""
    if name not in listed():
        raise ValueError(
            f"there is no list of awards '{name}'{suggestion(name, listed())}; there are {listing(listed())}"
        )
    return name


_List = Annotated[str, AfterValidator(_is_list)]


class CandidatesEntry(Strict):
    """One ``[[siting.candidates]]``: where sites may stand.

    Attributes
    ----------
    layer
        Layer of points, or ``towns``, which stand at their town halls.
    where
        By column of the layer the values that are wanted; all rows where nothing is said.
    best
        Only those in the first so many places by readiness; all where nothing is said.
    """

    layer: Literal["institutes", "anchors", "place_points", "towns"] = "institutes"
    where: dict[_Name, tuple[Any, ...]] = Field(default_factory=dict)
    best: Annotated[int, Field(strict=True, ge=1)] | None = None


class DemandEntry(Strict):
    """Table ``[siting.demand]``: whom sites serve, and how much each counts.

    Attributes
    ----------
    places
        ``towns``, at their town halls; ``place_points``; or ``cluster areas``, at the points of the areas measured.
    where
        By column of the layer the values that are wanted; not for cluster areas.
    area_kind
        Kind of cluster area.
    weight
        Column of the layer, or ``premises``, ``cluster employment``, ``equal``.
    clusters
        Codes of the clusters whose jobs count; all traded ones where nothing is said.
    points_deg
        Longitude and latitude of places that no layer locates, by code.
    leave_out
        Leave out demand that no candidate reaches or that has no point or weight, and say so, instead of refusing.
    """

    places: Literal["towns", "place_points", "cluster areas"] = "towns"
    where: dict[_Name, tuple[Any, ...]] = Field(default_factory=dict)
    area_kind: AreaKind = "metropolitan or micropolitan area"
    weight: _Name = "population_2020"
    clusters: tuple[_Name, ...] = ()
    points_deg: dict[_Name, tuple[_Longitude, _Latitude]] = Field(default_factory=dict)
    leave_out: bool = False


class ConditionEntry(Strict):
    """One ``[[siting.conditions]]``: what chosen sites must be.

    Attributes
    ----------
    kind
        ``share``: at least a share of the sites is of the group. ``number``: at least, or at most, so many are.
        ``only``: all are. ``hub``: all hubs are.
    group
        ``programme:NAME``, the candidates whose place is eligible, or ``COLUMN:VALUE``; values are parted by a bar.
    least, most
        Share from 0 to 1, or number of sites.
    """

    kind: Literal["share", "number", "only", "hub"]
    group: Group
    least: Annotated[float, BeforeValidator(plain_number), Field(ge=0)] | None = None
    most: _Count | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.kind == "share" and (self.least is None or self.least > 1 or self.most is not None):
            raise ValueError("of kind 'share' needs least, between 0 and 1, and nothing else")
        if self.kind == "number" and self.least is None and self.most is None:
            raise ValueError("of kind 'number' needs least or most")
        if self.kind == "number" and self.least is not None and self.least % 1:
            raise ValueError("of kind 'number' needs a whole number; a share is of kind 'share'")
        if self.kind in ("only", "hub") and (self.least is not None or self.most is not None):
            raise ValueError(f"of kind '{self.kind}' takes neither least nor most")
        return self


class AwayEntry(Strict):
    """One ``[[siting.away_from]]``: how far sites must stand from institutes that exist.

    Attributes
    ----------
    kind
        Kind of layer `institutes`.
    awards
        Or the name of a shipped list of awards, at the cities that it names.
    least_m
        Great-circle distance.
    """

    kind: _Name | None = None
    awards: _List | None = None
    least_m: _Metres

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if (self.kind is None) == (self.awards is None):
            raise ValueError("takes kind (of layer institutes) or awards (a shipped list), one of them")
        return self


class ScenarioEntry(Strict):
    """One ``[[siting.scenarios]]``: demand as it may come out; `weight` as under ``[siting.demand]``."""

    name: _Name
    weight: _Name
    clusters: tuple[_Name, ...] = ()
    chance: Annotated[float, BeforeValidator(plain_number), Field(gt=0, le=1)] | None = None


class WhatIfEntry(Strict):
    """One ``[[siting.what_if]]``: a chosen site that is moved to another candidate, by their identifiers."""

    site: _Name
    to: _Name

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.site == self.to:
            raise ValueError(f"moves '{self.site}' to itself; name another candidate")
        return self


class SitingEntry(Strict):
    """Table ``[siting]`` of the region file: where sites should stand.

    Attributes
    ----------
    model
        ``p-median`` makes the mean distance of demand least, ``p-center`` the longest distance, ``set cover`` the number
        of sites that reach all demand, ``maximal cover`` the demand out of reach, ``fixed charge`` the cost of sites and
        of distance; ``hub with satellites`` is a p-median in which each satellite has a hub within reach.
    sites
        Number of sites; not for a set cover, and the most for a fixed charge.
    hubs, satellites, satellite_reach_m
        Numbers of both, and how far a satellite may stand from a hub.
    candidates, demand
        Where sites may stand, and whom they serve.
    distance
        ``great circle``, or ``roads``: along layer `roads`.
    snap_limit_m
        A place farther than this from any road is a fault.
    reach_m
        Distance within which a site covers demand.
    must, must_not
        Identifiers of candidates that are chosen, or never.
    conditions
        What chosen sites must be.
    away_from, apart_m
        Least distances from institutes that exist, and of sites from each other.
    costs_usd, cost_usd, budget_usd
        Cost of sites by identifier and of all others, and what they may cost together.
    capacity, capacities
        How much demand a site can serve, in the unit of its weight: of every site, and of some by identifier. Demand may
        then be split between sites, and need not go to the nearest one.
    travel_usd_per_km
        Dollars for each kilometre of one unit of demand, which a fixed charge weighs costs against.
    readiness_m
        By how many metres of mean distance a site at the readiest place (score 1) is better than one at a place with
        score 0, on average over the sites.
    scenarios, aim
        Demand as it may come out. ``regret`` makes the largest difference to the best answer for one scenario alone
        least, ``worst`` the largest mean distance, ``expected`` the mean by chances.
    what_if
        Chosen sites that are moved, one at a time: what becomes of the value and of the conditions.
    portfolio
        Shipped lists of awards to be shown beside the sites.
    iterations, nodes, seed
        Effort and seed of the search; the same ones give the same sites.
    """

    model: Model = "p-median"
    sites: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 1
    hubs: Annotated[int, Field(strict=True, ge=1, le=1000)] = 1
    satellites: _Count = 2
    satellite_reach_m: _Metres | None = None
    candidates: Annotated[tuple[CandidatesEntry, ...], Field(min_length=1)] = (CandidatesEntry(),)
    demand: DemandEntry = DemandEntry()
    distance: Literal["great circle", "roads"] = "great circle"
    snap_limit_m: _Metres = 2000.0
    reach_m: _Metres | None = None
    must: tuple[_Name, ...] = ()
    must_not: tuple[_Name, ...] = ()
    conditions: tuple[ConditionEntry, ...] = ()
    away_from: tuple[AwayEntry, ...] = ()
    apart_m: _Metres | None = None
    costs_usd: dict[_Name, _Dollars] = Field(default_factory=dict)
    cost_usd: _Dollars | None = None
    budget_usd: _Dollars | None = None
    capacity: _Amount | None = None
    capacities: dict[_Name, _Amount] = Field(default_factory=dict)
    travel_usd_per_km: _Dollars | None = None
    readiness_m: Annotated[float, BeforeValidator(plain_number), Field(ge=0, le=1e7)] = 0.0
    scenarios: tuple[ScenarioEntry, ...] = ()
    aim: Literal["expected", "worst", "regret"] = "regret"
    what_if: tuple[WhatIfEntry, ...] = ()
    portfolio: tuple[_List, ...] = ()
    iterations: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 16
    nodes: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] = 2000
    seed: Annotated[int, Field(strict=True, ge=0, le=2**31)] = 1

    @property
    def hub_model(self) -> bool:
        """Whether there are hubs and satellites."""
        return self.model == "hub with satellites"

    @property
    def limited(self) -> bool:
        """Whether sites can serve so much and no more."""
        return self.capacity is not None or bool(self.capacities)

    @property
    def number(self) -> tuple[int, int] | None:
        """Fewest and most sites; None where candidates alone limit them."""
        if self.model == "set cover":
            return None
        if self.hub_model:
            return self.hubs + self.satellites, self.hubs + self.satellites
        return (1 if self.model == "fixed charge" else self.sites), self.sites

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        faults = [words for wrong, words in self._faults() if wrong]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _faults(self) -> tuple[tuple[bool, str], ...]:
        cover = self.model in ("set cover", "maximal cover")
        median = self.model in ("p-median", "fixed charge", "hub with satellites")
        both = sorted({*self.must} & {*self.must_not})
        costs = self.cost_usd is not None or bool(self.costs_usd)
        chances = [each.chance for each in self.scenarios]
        return (
            (cover and self.reach_m is None, f"a {self.model} needs reach_m"),
            (self.hub_model and self.satellites > 0 and self.satellite_reach_m is None, "a hub with satellites needs satellite_reach_m"),
            (self.readiness_m > 0 and not median, f"readiness_m does not go with a {self.model}"),
            (bool(self.scenarios) and self.model != "p-median", "scenarios go with a p-median only"),
            (bool(self.scenarios) and self.readiness_m > 0, "scenarios do not go with readiness_m"),
            (len({each.name for each in self.scenarios}) < len(self.scenarios), "two scenarios have one name"),
            (self.aim == "expected" and bool(chances) and (None in chances or abs(sum(filter(None, chances)) - 1) > 1e-6), "scenarios need chances that sum to 1 for the aim 'expected'"),
            (self.model == "fixed charge" and (not costs or self.travel_usd_per_km is None), "a fixed charge needs cost_usd or costs_usd, and travel_usd_per_km"),
            (self.budget_usd is not None and not costs, "a budget needs cost_usd or costs_usd"),
            (self.limited and (self.model not in ("p-median", "fixed charge") or bool(self.scenarios)), "capacities go with a p-median or a fixed charge, without scenarios"),
            (bool(both), f"must and must_not both name '{both[0] if both else ''}'"),
            (not self.hub_model and any(each.kind == "hub" for each in self.conditions), "conditions of kind 'hub' go with the model 'hub with satellites'"),
        )  # fmt: skip
