"""Readiness of the places in which candidates stand: as ranked by the stage of clusters, else of counties on what there is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from planner.check import World
from planner.clusters._places import Places, places
from planner.clusters._readings import Given, value_of
from planner.clusters.areas import COUNTY
from planner.clusters.criteria import criteria
from planner.clusters.entry import ClustersEntry, ReadinessEntry
from planner.clusters.readiness import rank
from planner.region import Region
from planner.siting.entry import SitingEntry


@dataclass(frozen=True)
class Ready:
    """What is known of readiness.

    Attributes
    ----------
    table
        Table `readiness`, or None.
    place_of
        Ranked place of each county.
    made
        Tables of readiness that no stage before made.
    notes
        What it rests on.
    """

    table: pd.DataFrame | None = None
    place_of: Mapping[str, str] = field(default_factory=dict)
    made: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def readiness_of(world: World, region: Region, tables: Mapping[str, pd.DataFrame], entry: SitingEntry) -> Ready:
    """Return the readiness of places; nothing where no stage ranked them and the region file does not weigh it.

    Raises
    ------
    PlanError
        Where places cannot be ranked.
    """
    ranked = tables.get("readiness")
    if ranked is not None:
        clusters = region.clusters or ClustersEntry()
        where = places(world, tables["cluster_strength"], clusters, clusters.readiness or ReadinessEntry())
        return Ready(ranked, _place_of(where))
    if entry.readiness_m == 0 and all(each.best is None for each in entry.candidates):
        return Ready()
    return _of_counties(world, region, tables)


def _place_of(where: Places) -> dict[str, str]:
    rows = where.counties.sort_values(["place", "county_fips"])
    return {county: where.codes[place] for county, place in zip(rows["county_fips"], rows["place"], strict=True)}


def _of_counties(world: World, region: Region, tables: Mapping[str, pd.DataFrame]) -> Ready:
    """Rank the counties of the region's towns by the criteria that its layers and tables tell; clusters are not among them."""
    asked = (region.clusters.readiness if region.clusters else None) or ReadinessEntry()
    asked = asked.model_copy(update={"places": COUNTY, "candidates": ()})
    towns = world.towns
    named = towns["county"] if "county" in towns else towns["town_geoid"].str[:5]
    areas = pd.DataFrame({"area_kind": COUNTY, "area_id": towns["town_geoid"].str[:5], "area": named})
    where = places(world, areas, region.clusters or ClustersEntry(), asked)
    given = Given(world, region, tables, where, asked)
    made = rank(where, [value_of(given, each) for each in criteria()], asked)
    used = int((made["readiness_criteria"]["status"] == "used").sum())
    note = (
        f"readiness of {len(where)} counties rests on {used} of {len(made['readiness_criteria'])} criteria; without a"
        " table of clusters their strength is not among them"
    )
    return Ready(made["readiness"], _place_of(where), made, (note,))
