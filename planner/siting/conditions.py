"""What the region file asks of sites, as the kernels take it, and why candidates are out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from layers import PlanError
from layers.errors import suggestion
from planner.check import World
from planner.clusters._groups import Floats
from planner.graph.facility_rules import Conditions, Group, pairs_within
from planner.graph.network import Ints
from planner.siting.candidates import Candidates
from planner.siting.distance import Matrix, nearest_m
from planner.siting.entry import AwayEntry, ConditionEntry, SitingEntry
from planner.siting.groups import Membership, membership
from planner.siting.portfolio import award_points
from planner.words import miles

_SLACK: Final = 1e-9
_SEVERAL: Final = {"cost_usd": "costs_usd", "capacity": "capacities"}
_WORDS: Final = {"cost_usd": "cost", "capacity": "capacity"}


@dataclass(frozen=True)
class Asked:
    """Conditions in the form of the kernels, and in words.

    Attributes
    ----------
    rules
        For the kernels.
    no_hub
        Numbers of candidates that cannot be a hub.
    why_out
        Why a candidate cannot be chosen, by its number.
    groups
        Groups that conditions name.
    cost_usd
        Cost of each candidate as a site, NaN where none is given.
    capacity
        Demand that each candidate can serve, in the unit of its weight; None where nothing limits it.
    notes
        What is not known, and what existing institutes have no point.
    """

    rules: Conditions
    no_hub: Ints
    why_out: Mapping[int, str]
    groups: Mapping[str, Membership]
    cost_usd: Floats
    capacity: Floats | None
    notes: tuple[str, ...]


def asked_of(
    world: World, tables: Mapping[str, pd.DataFrame], entry: SitingEntry, found: Candidates, between: Matrix
) -> Asked:
    """Return what is asked of sites.

    Parameters
    ----------
    world
        Layers `institutes` and `labor_markets` where conditions need them.
    tables
        Table `eligibility` where groups name programmes.
    entry
        Table ``[siting]``.
    found
        The candidates.
    between
        Distances of candidates from each other in metres.

    Raises
    ------
    PlanError
        Where conditions name what there is not.
    """
    number = {code: place for place, code in enumerate(found.ids)}
    for key in ("must", "must_not"):
        lost = [code for code in getattr(entry, key) if code not in number]
        if lost:
            raise PlanError("siting", [f"{key} names '{lost[0]}', which is no candidate{suggestion(lost[0], number)}"])
    groups = {
        each.group: membership(found, each.group, tables.get("eligibility"), world.get("labor_markets"))
        for each in entry.conditions
    }
    why = {number[code]: "must_not names it" for code in entry.must_not}
    away, notes = _too_near(world, entry, found)
    why |= {place: words for place, words in away.items() if place not in why}
    for each in entry.conditions:
        if each.kind == "only":
            outside = np.flatnonzero(~groups[each.group].yes)
            unknown = groups[each.group].unknown
            why |= {
                int(j): f"{'not known whether it is' if unknown[j] else 'is not'} of '{each.group}'"
                for j in outside
                if j not in why
            }
    shut = [number[code] for code in entry.must if number[code] in why]
    if shut:
        name = f"'{found.ids[shut[0]]}' ({found.table['candidate'].iloc[shut[0]]})"
        raise PlanError(
            "siting", [f"must names {name}, which is out: {why[shut[0]]}; take it from must, or relax that"]
        )
    paid = (
        entry.budget_usd is not None
        or entry.model == "fixed charge"
        or (entry.model == "set cover" and bool(entry.costs_usd))
    )
    cost = _by_candidate(found, entry.cost_usd, entry.costs_usd, "cost_usd", needed=paid)
    holds = _by_candidate(found, entry.capacity, entry.capacities, "capacity", needed=True) if entry.limited else None
    rules = Conditions(
        must=np.array(sorted(number[code] for code in entry.must), np.int64), never=np.array(sorted(why), np.int64),
        groups=tuple(
            law for each in entry.conditions if each.kind in ("share", "number") for law in _groups(each, groups[each.group])
        ),
        spend=cost if entry.budget_usd is not None else None, budget=entry.budget_usd,
        too_near=pairs_within(between, entry.apart_m) if entry.apart_m is not None else None,
    )  # fmt: skip
    hubs = [groups[each.group].yes for each in entry.conditions if each.kind == "hub"]
    no_hub = np.flatnonzero(~np.logical_and.reduce(hubs)).astype(np.int64) if hubs else np.empty(0, np.int64)
    said = tuple(each.note for each in groups.values() if each.note)
    return Asked(rules, no_hub, why, groups, cost, holds, (*said, *notes))


def _groups(each: ConditionEntry, who: Membership) -> list[Group]:
    """Return a condition for the kernels; candidates of which it is not known count against a most, not for a least."""
    if each.kind == "share":
        return [Group(each.group, who.yes, share=float(each.least or 0))]
    found = [Group(each.group, who.yes, at_least=int(each.least))] if each.least else []
    return found + ([Group(each.group, who.yes | who.unknown, at_most=each.most)] if each.most is not None else [])


def _by_candidate(
    found: Candidates, usual: float | None, named: Mapping[str, float], key: str, *, needed: bool
) -> Floats:
    """Return a figure of each candidate: that named for it, else the usual one, else NaN.

    Raises
    ------
    PlanError
        Where one is named for what is no candidate, or is needed of all and missing.
    """
    lost = sorted(set(named) - set(found.ids))
    several = _SEVERAL[key]
    if lost:
        raise PlanError(
            "siting", [f"{several} names '{lost[0]}', which is no candidate{suggestion(lost[0], found.ids)}"]
        )
    rest = np.nan if usual is None else usual
    figure = np.array([named.get(code, rest) for code in found.ids], np.float64)
    if needed and np.isnan(figure).any():
        first = found.table["candidate"].iloc[int(np.isnan(figure).argmax())]
        missing = f"{int(np.isnan(figure).sum())} candidates have no {_WORDS[key]} (first: {first})"
        raise PlanError("siting", [f"{missing}; add {key} for all that {several} does not name"])
    return figure


def _too_near(world: World, entry: SitingEntry, found: Candidates) -> tuple[dict[int, str], tuple[str, ...]]:
    why: dict[int, str] = {}
    notes: list[str] = []
    for each in entry.away_from:
        points, said = _existing(world, each)
        notes += said
        away = nearest_m(found.table.geometry, [points])
        what = each.kind or f"one of '{each.awards}'"
        near = np.flatnonzero(away < each.least_m - _SLACK)
        why |= {int(j): f"{miles(away[j])} from {what}; {miles(each.least_m)} asked" for j in near if j not in why}
    return why, tuple(notes)


def _existing(world: World, each: AwayEntry) -> tuple[gpd.GeoSeries, tuple[str, ...]]:
    if each.awards is not None:
        points, lost = award_points(each.awards)
        note = f"{lost} of '{each.awards}' have no point and keep no site away"
        crs = world.shapes(next(name for name in world.layers if isinstance(world.layers[name], gpd.GeoDataFrame))).crs
        return points.geometry.to_crs(str(crs)), (note,) if lost else ()
    if "institutes" not in world.layers:
        raise PlanError("siting", ["away_from needs layer 'institutes'; add it, or name a shipped list under awards"])
    rows = world.shapes("institutes")
    mine = rows[rows["kind"] == each.kind]
    if mine.empty:
        raise PlanError(
            "siting",
            [
                f"layer 'institutes' has no kind '{each.kind}' to keep away from{suggestion(str(each.kind), rows['kind'].unique())}"
            ],
        )
    return mine.geometry, ()
