"""The clusters stage: employment by industry or cluster -> strength, diversity, change, and readiness of places."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from layers import PlanError
from planner.check import World
from planner.clusters.areas import COUNTY, DRAWN, drawn_areas, members, sum_counties
from planner.clusters.counts import NATION
from planner.clusters.entry import ClustersEntry
from planner.clusters.industry import by_cluster, filled, midpoints, narrow, suppression, withheld
from planner.clusters.quotient import reference
from planner.clusters.readiness import rank_places
from planner.clusters.regions import concentration, regions
from planner.clusters.related import with_related
from planner.clusters.shift import shift_share
from planner.clusters.strength import strength
from planner.region import Region
from planner.tables import checked

_FEW: Final = 50
_KEY: Final = ["area_kind", "area_id", "cluster", "year"]
Tables = dict[str, pd.DataFrame]


def clusters(world: World, region: Region, tables: Mapping[str, pd.DataFrame]) -> tuple[Tables, tuple[str, ...]]:
    """Return the tables of clusters and of readiness, and what to mind.

    Parameters
    ----------
    world
        Layers `cluster_employment`, or `industry_employment` with `naics_clusters`; where there, `related_clusters`,
        `labor_markets`, `institutes`, `place_figures` and what the criteria name.
    region
        Its table ``[clusters]``.
    tables
        Results of earlier stages, which criteria of readiness read: coverage, middle mile, eligibility.

    Returns
    -------
    tuple
        Tables `cluster_strength`, `cluster_regions`, `cluster_concentration`; `suppressed_employment` of industries;
        `shift_share` where there are several years; `readiness`, `readiness_reasons` and `readiness_criteria` where
        asked for. And notes.

    Raises
    ------
    LayerError
        Where an edition of NAICS is not known.
    PlanError
        Where there is no layer to measure, or an area or criterion that is asked for cannot be made.
    """
    entry = region.clusters or ClustersEntry()
    table, made, notes = employment(world, entry)
    made |= measure(table, world.get("related_clusters"))
    notes = (*notes, *_few(table))
    if entry.readiness is not None:
        made |= rank_places(world, region, {**tables, **made})
    return made, tuple(f"clusters: {note}" for note in notes)


def _few(table: pd.DataFrame) -> tuple[str, ...]:
    """Return notes on kinds of which the table has few areas: their percentiles are not the nation's."""
    flagged = table["strong"].notna() if "strong" in table else False
    count = table[(table["area_kind"] != NATION) & ~flagged].groupby("area_kind")["area_id"].nunique()
    return tuple(
        f"percentiles of strength run over the {number} areas of kind '{kind}' that have data, not over the nation's"
        for kind, number in count.items()
        if number < _FEW
    )


def employment(world: World, entry: ClustersEntry) -> tuple[pd.DataFrame, Tables, tuple[str, ...]]:
    """Return employment by cluster of all areas that are asked for, table `suppressed_employment`, and notes.

    Raises
    ------
    PlanError
        Where there is neither layer, or labor markets are asked for and not given.
    LayerError
        Where an edition of NAICS is not known.
    """
    frames: list[pd.DataFrame] = []
    made: Tables = {}
    notes: list[str] = []
    given = world.get("cluster_employment")
    if given is not None:
        frames.append(given)
    industry, definitions = world.get("industry_employment"), world.get("naics_clusters")
    if industry is not None and definitions is not None:
        rows = narrow(withheld(industry), complete=entry.complete, rounding=entry.rounding)
        made["suppressed_employment"] = checked("suppressed_employment", suppression(rows))
        counted, said = by_cluster(rows, definitions, entry.naics_vintage)
        frames.append(filled(counted) if entry.complete else counted)
        notes += said if entry.complete else [*said, "industries that the source leaves out count as without jobs"]
    if not frames:
        needs = "layer 'cluster_employment', or 'industry_employment' with 'naics_clusters'"
        raise PlanError("clusters", [f"need {needs}; add it to the region file"])
    table = pd.concat(frames, ignore_index=True).drop_duplicates(_KEY)
    summed, said = _summed(table, world, entry)
    table = pd.concat([table, summed], ignore_index=True).drop_duplicates(_KEY)
    if entry.suppressed == "midpoint":
        table = midpoints(table)
    wanted = {*entry.areas, NATION} | (set(given["area_kind"]) if given is not None else set())
    return table[table["area_kind"].isin(wanted)].reset_index(drop=True), made, (*notes, *said)


def _summed(table: pd.DataFrame, world: World, entry: ClustersEntry) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the areas that counties make up and no row has of itself."""
    have = set(table["area_kind"])
    wanted = [kind for kind in entry.areas if kind != COUNTY and kind not in have]
    if not wanted:
        return table.head(0), ()
    if COUNTY not in have:
        raise PlanError(
            "clusters", [f"areas name '{wanted[0]}', which is summed from counties, and no county has data"]
        )
    counties = sorted(set(table.loc[table["area_kind"] == COUNTY, "area_id"]))
    drawn = drawn_areas(entry.drawn, world.get("drawn_areas"))
    if DRAWN in wanted:
        lost = sorted(name for name, parts in drawn.items() if not set(parts) & set(counties))
        if lost:
            fault = f"no county of drawn area '{lost[0]}' has data ({', '.join(drawn[lost[0]])}); correct its codes"
            raise PlanError("clusters", [fault])
    return sum_counties(table, members(counties, world.get("labor_markets"), drawn, wanted))


def strength_table(table: pd.DataFrame, related: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return table `cluster_strength` of layer `cluster_employment`."""
    return _strength_table(with_related(strength(table), related))


def _strength_table(rows: pd.DataFrame) -> pd.DataFrame:
    guessed = (
        rows["modelled"].fillna(value=False).astype(bool)
        if "modelled" in rows
        else pd.Series(data=False, index=rows.index)
    )
    basis = np.where(guessed, "middle of its range", np.where(rows["employment"].isna(), "withheld", "reported"))
    optional = ("area", "cluster_name", "employment_low", "employment_high")
    nothing = {name: None for name in optional if name not in rows}
    order = rows.sort_values(
        ["area_kind", "year", "area_id", "traded", "cluster"], ascending=[True, True, True, False, True]
    )
    return checked("cluster_strength", order.assign(basis=basis[order.index], **nothing))


def measure(table: pd.DataFrame, related: pd.DataFrame | None) -> Tables:
    """Return the tables of clusters that rest on employment alone.

    Parameters
    ----------
    table
        Layer `cluster_employment`.
    related
        Layer `related_clusters`, or None.
    """
    named = table.assign(**{name: None for name in ("area", "cluster_name") if name not in table})
    rows = with_related(strength(named), related)
    made = {"cluster_strength": _strength_table(rows)}
    if rows["traded"].any():
        made["cluster_regions"] = checked("cluster_regions", regions(rows, reference(named)))
        made["cluster_concentration"] = checked("cluster_concentration", concentration(rows))
    years = sorted(set(named["year"].astype(int)))
    if len(years) > 1:
        spans = list(pairwise(years))
        pairs = [*spans, (years[0], years[-1])] if len(years) > 2 else spans
        found = pd.concat([shift_share(named, *pair) for pair in pairs], ignore_index=True)
        made["shift_share"] = checked("shift_share", found)
    return made
