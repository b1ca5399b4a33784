"""The one path from layers to a plan, to be read as a table of contents."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from planner import costs, summary
from planner.check import World, check
from planner.clusters.stage import clusters
from planner.covered import cover
from planner.eligibility.stage import eligibility
from planner.finance.stage import money
from planner.last_mile.entry import LastMileEntry
from planner.last_mile.quantities import quantities
from planner.last_mile.stage import projects
from planner.middle_mile import design
from planner.middle_mile.huts import huts
from planner.middle_mile.tables import tables as mile_tables
from planner.region import Region
from planner.result import Plan, provenance
from planner.siting.stage import siting


def plan(region: Region, tell: Callable[[str], None] = lambda _stage: None, engine: str = "duckdb") -> Plan:
    """Make the plan of a region.

    Parameters
    ----------
    region
        A checked region file; see `planner.load_region`.
    tell
        Called with the name of each stage as it begins.
    engine
        Where filings are counted: ``duckdb`` or ``spark``.

    Returns
    -------
    Plan
        Layers, result tables and where they come from. Stages whose layers the region does not give have no table.

    Raises
    ------
    LayerError
        Where layers are not as declared.
    PlanError
        Where a stage cannot be done with them.
    """
    tell("check")
    world = check(region)
    tell("coverage")
    tables, notes = cover(world, region, engine)
    found, said = _towns(world, region, tables, tell)
    if region.middle_mile is not None:
        tell("middle mile")
        joined, reasons = middle_mile(world, region, tables["coverage"])
        tables, notes = tables | joined, (*notes, *reasons)
    tables, notes = tables | found, (*notes, *said)
    lost = _lost_candidates(world, region)
    placed, said = _places(world, region.model_copy(update={"siting": None}) if lost else region, tables, tell)
    tables, notes = tables | placed, (*notes, *said, *lost)
    tables["town_results"] = summary.town_results(world, region, tables)
    notes = (*world.notes, *notes)
    return Plan(region, world.layers, tables, notes, provenance(region, world.hashes, notes))


def screening(
    region: Region, tell: Callable[[str], None] = lambda _stage: None
) -> tuple[World, dict[str, pd.DataFrame]]:
    """Return the world of a region and what its places are screened with.

    These are the checked layers and, where the region has filings, who is served under the federal rule; see `plan`
    for errors. A region without towns is screened on its statistics alone.
    """
    tell("check")
    world = check(region)
    if region.filings is None or "towns" not in world.layers:
        return world, {}
    tell("coverage")
    tables, _ = cover(world, region)
    return world, tables


def _lost_candidates(world: World, region: Region) -> tuple[str, ...]:
    """Return notes on layers of candidates that the region's area leaves empty: then a plan has no sites."""
    asked = {each.layer for each in region.siting.candidates} if region.siting else set()
    lost = sorted(name for name in asked if name in region.layers and name not in world.layers)
    return tuple(
        f"siting: no sites are chosen, for layer '{name}' has no candidate in the region's area" for name in lost
    )


def sites(
    region: Region, tell: Callable[[str], None] = lambda _stage: None
) -> tuple[World, dict[str, pd.DataFrame], tuple[str, ...]]:
    """Return the world, the tables of eligibility, clusters and siting as far as a region asks for them, and notes.

    Coverage is counted where the region has towns and filings; a middle mile is not designed. See `plan` for errors.
    """
    world, covered = screening(region, tell)
    placed, notes = _places(world, region, covered, tell)
    return world, covered | placed, notes


def _places(
    world: World, region: Region, known: Mapping[str, pd.DataFrame], tell: Callable[[str], None]
) -> tuple[dict[str, pd.DataFrame], tuple[str, ...]]:
    """Return what places can apply for, what they are strong in, and where sites should stand."""
    tables: dict[str, pd.DataFrame] = {}
    notes: tuple[str, ...] = ()
    if region.eligibility is not None or region.programmes:
        tell("eligibility")
        tables |= eligibility(world.layers, region, known)
    for asked, name, stage in ((region.clusters, "clusters", clusters), (region.siting, "siting", siting)):
        if asked is not None:
            tell(name)
            made, said = stage(world, region, {**known, **tables})
            tables, notes = tables | made, (*notes, *said)
    return tables, notes


def last_mile(
    region: Region, tell: Callable[[str], None] = lambda _stage: None, engine: str = "duckdb"
) -> tuple[World, dict[str, pd.DataFrame], tuple[str, ...]]:
    """Return the world, the tables of the last mile and notes, without a middle mile; see `plan` for errors."""
    tell("check")
    world = check(region)
    tell("coverage")
    tables, notes = cover(world, region, engine)
    asked = region if region.last_mile else region.model_copy(update={"last_mile": LastMileEntry()})
    found, said = _towns(world, asked, tables, tell)
    return world, found, (*notes, *said)


def _towns(
    world: World, region: Region, cover: Mapping[str, pd.DataFrame], tell: Callable[[str], None]
) -> tuple[dict[str, pd.DataFrame], tuple[str, ...]]:
    """Return cost, projects, choice and finance of the towns that do not pass, as far as the region asks for them."""
    tables: dict[str, pd.DataFrame] = {}
    notes: tuple[str, ...] = ()
    budgets = world.get("published_budgets")
    if budgets is not None:
        tell("last-mile cost")
        tables |= _costs(world, region, cover["coverage"], budgets)
    if region.last_mile is not None:
        tell("last mile")
        found, notes = projects(world, region, {**cover, **tables})
        tables |= found
    if "project_options" in tables and (region.prices.finance or region.finance):
        tell("finance")
        tables |= money(world, region, tables)
    return tables, notes


def middle_mile(world: World, region: Region, cover: pd.DataFrame) -> tuple[dict[str, pd.DataFrame], tuple[str, ...]]:
    """Return the tables of the designed middle mile, and what was merged, joined and left out on the way.

    Raises
    ------
    PlanError
        Where layers or prices are missing, or the roads do not join what is to be connected.
    LayerError
        Where a place lies too far from any road.
    """
    made = design(world, region, premises_of(world, cover))
    reach_m = region.middle_mile.hut_reach_m if region.middle_mile else None
    sites = huts(made, reach_m) if reach_m else np.empty(0, np.int64)
    return mile_tables(made, sites, region), tuple(f"middle mile: {note}" for note in made.network.notes)


def premises_of(world: World, cover: pd.DataFrame) -> dict[str, int]:
    """Return premises by town: those of the coverage table, else the housing units of the towns layer."""
    counted = cover.drop_duplicates("town_geoid").set_index("town_geoid")["premises"].dropna().astype("int64")
    towns = world.towns
    if "housing_units_2020" not in towns:
        return dict(counted)
    homes = towns.set_index("town_geoid")["housing_units_2020"].dropna().astype("int64")
    return dict(homes) | dict(counted)


def _costs(world: World, region: Region, cover: pd.DataFrame, budgets: pd.DataFrame) -> dict[str, pd.DataFrame]:
    model, factor = costs.fit(budgets), region.prices.budget_to_cost
    roads = world.shapes("roads") if "roads" in world.layers else None
    needs = quantities(world.towns, cover, world.get("build_quantities"), roads, model.poles_per_m)
    decided = cover[cover["target"] == region.target.label].reset_index(drop=True)
    actual = world.get("actual_costs")
    finished = costs.backtest(actual, model, factor) if actual is not None else None
    tables = {
        **({"quantities": needs} if len(needs) else {}),
        "build_costs": costs.price(decided, needs, model, factor),
        "cost_terms": costs.terms_table(model),
        "cost_fit": costs.fit_table(model, finished),
    }
    return tables if finished is None else tables | {"cost_backtest": finished}
