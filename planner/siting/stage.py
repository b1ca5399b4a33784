"""The siting stage: candidates, demand, distances and conditions -> chosen sites, whom they serve, and what else could be."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from layers import PlanError
from planner.check import World
from planner.region import Region
from planner.siting.candidates import Candidates, candidates, scores
from planner.siting.conditions import asked_of
from planner.siting.demand import Demand, demand
from planner.siting.distance import Matrix, distances
from planner.siting.entry import SitingEntry
from planner.siting.model import Problem, solve
from planner.siting.portfolio import NETWORK_OF, network_indicators, portfolio_sites
from planner.siting.ready import readiness_of
from planner.siting.tables import Answer, area_strength
from planner.siting.tables import tables as made_of

Tables = dict[str, pd.DataFrame]
_KM: Final = 1000.0


def siting(world: World, region: Region, tables: Mapping[str, pd.DataFrame]) -> tuple[Tables, tuple[str, ...]]:
    """Return where sites should stand, and what to mind.

    Parameters
    ----------
    world
        Layers of candidates and demand; `counties` where candidates lie in no town of the region; `roads` where
        distances run along them.
    region
        Its table ``[siting]``.
    tables
        Results of earlier stages: `eligibility` for groups by programme, `cluster_strength` and `readiness` for demand
        and scores, `coverage` for premises.

    Returns
    -------
    tuple
        Tables `site_candidates`, `chosen_sites`, `site_service`, `siting_totals`, `siting_alternatives`;
        `siting_scenarios` where there are scenarios, `what_if` where a move is asked for; `area_strength` where demand is
        of cluster areas; `portfolio_sites` where lists of awards are named, `institute_network` where that of the
        institutes is; tables of readiness where no stage before made them and it is weighed. And notes.

    Raises
    ------
    PlanError
        Where what the region file asks for is not there, demand cannot be reached, there are fewer candidates than
        sites, or conditions conflict.
    LayerError
        Where a place lies too far from any road.
    """
    entry = region.siting or SitingEntry()
    ready = readiness_of(world, region, tables, entry)
    found = candidates(world, entry, ready.table)
    wanted = demand(world, region, tables, entry)
    away, between = distances(world, entry, wanted.table.geometry, found.table.geometry)
    asked = asked_of(world, tables, entry, found, between)
    wanted, away = _reached(wanted, away, entry, asked.rules.never)
    score = scores(found, ready.table, ready.place_of)
    weight = _weight(wanted, entry)
    unit = float(weight[0].sum() / wanted.weight[0].sum())
    problem = Problem(entry, away, between, weight, np.nan_to_num(score), asked, unit)
    answer = Answer(problem, found, wanted, score, solve(problem))
    notes = (*ready.notes, *found.notes, *wanted.notes, *asked.notes, *_unranked(found, score, entry))
    strong = area_strength(answer, tables)
    made = {**ready.made, **made_of(answer), **({} if strong is None else {"area_strength": strong})}
    lists = tuple(dict.fromkeys([*entry.portfolio, *(each.awards for each in entry.away_from if each.awards)]))
    if lists:
        made["portfolio_sites"], said = portfolio_sites(lists, region.crs)
        notes = (*notes, *said)
        if NETWORK_OF in lists:
            made["institute_network"] = network_indicators()
    return made, tuple(f"siting: {note}" for note in notes)


def _weight(wanted: Demand, entry: SitingEntry) -> np.ndarray:
    """Return shares of demand by scenario, or dollars a metre."""
    if entry.model == "fixed charge":
        return wanted.weight * (entry.travel_usd_per_km or 0.0) / _KM
    return np.asarray(wanted.weight / wanted.weight.sum(axis=1, keepdims=True), np.float64)


def _reached(wanted: Demand, away: Matrix, entry: SitingEntry, never: np.ndarray) -> tuple[Demand, Matrix]:
    """Leave out demand that no candidate can serve, where the region file says so, or refuse."""
    open_ = np.ones(away.shape[1], np.bool_)
    open_[never] = False
    if not open_.any():
        raise PlanError(
            "siting", [f"all {len(open_)} candidates are out; see must_not, away_from and conditions of kind 'only'"]
        )
    limit = np.float32(entry.reach_m) if entry.model == "set cover" and entry.reach_m else np.float32(np.inf)
    near = away[:, open_].min(axis=1)
    rows = (near <= limit) & np.isfinite(near)
    if rows.all():
        return wanted, away
    if not entry.demand.leave_out:
        first = wanted.table["demand"][~rows].iloc[0]
        raise PlanError(
            "siting",
            [
                f"{int((~rows).sum())} places of demand are out of reach of every candidate (first: {first}); add candidates, or say leave_out = true under [siting.demand]"
            ],
        )
    if not rows.any():
        raise PlanError("siting", ["all demand is out of reach of every candidate; add candidates"])
    return replace(wanted.keep(rows, "out of reach of every candidate")), away[rows]


def _unranked(found: Candidates, score: np.ndarray, entry: SitingEntry) -> tuple[str, ...]:
    lost = int(np.isnan(score).sum())
    if entry.readiness_m == 0 or not lost:
        return ()
    return (f"{lost} of {len(found)} candidates stand in no ranked place; their readiness counts as 0",)
