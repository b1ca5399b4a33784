"""The last mile of a region: designs, towers, options, the choice among them, who pays and whether it can live."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers import PlanError
from planner.check import World
from planner.choice import ChoiceEntry, choose, front, neighbours
from planner.last_mile.air import air_build, pilots
from planner.last_mile.cases import cases, counts_for
from planner.last_mile.curve import beyond
from planner.last_mile.entry import LastMileEntry
from planner.last_mile.options import options
from planner.last_mile.streets import AreaDesign, design_area, prices_of
from planner.middle_mile.places import halls
from planner.region import Region
from planner.tables import checked
from planner.words import listing

_AROUND_M = 2000.0
_POINTS = 9
_NAMED = 10


def designs(world: World, region: Region) -> dict[str, AreaDesign]:
    """Return the street design of each town that ``[last_mile]`` names.

    Raises
    ------
    PlanError
        Where a named town is not in the region, layers or prices are missing, or roads do not join its premises.
    """
    settings = region.last_mile or LastMileEntry()
    if not settings.design:
        return {}
    prices = prices_of(region.prices)
    towns = world.towns.set_index("town_geoid")
    lost = [f"names town {code}, which is not in the region" for code in settings.design if code not in towns.index]
    lost += [
        f"needs a layer '{name}' to design towns street by street"
        for name in ("roads", "premises")
        if name not in world.layers
    ]
    if "premises" in world.layers and "geometry" not in world.layers["premises"]:
        lost.append("needs premises with coordinates to design towns street by street")
    if lost:
        raise PlanError("[last_mile]", lost)
    hubs = halls(world.towns, _anchors(world)).geometry
    found = {}
    for code in sorted(settings.design):
        premises = world.shapes("premises")
        mine = premises[premises["town_geoid"] == code]
        if mine.empty:
            raise PlanError(
                "[last_mile]", [f"town {code} has no premises in layer 'premises'; give them or leave it out"]
            )
        near = _around(world.shapes("roads"), towns.geometry[code])
        try:
            found[code] = design_area(mine, near, hubs[code].centroid, settings, prices, town_geoid=code)
        except PlanError as error:
            raise PlanError(f"[last_mile]: design of town {code}", error.faults) from None
    return found


def _around(roads: gpd.GeoDataFrame, town: shapely.Geometry) -> gpd.GeoDataFrame:
    """Return the roads of a town and of its surroundings, over which they may be joined."""
    return roads[shapely.dwithin(roads.geometry.to_numpy(), town, _AROUND_M)]


def projects(
    world: World, region: Region, tables: Mapping[str, pd.DataFrame]
) -> tuple[dict[str, pd.DataFrame], tuple[str, ...]]:
    """Return the tables of the last mile: designs, options, choice; and notes.

    Parameters
    ----------
    world, region
        Layers and region file.
    tables
        Tables of the coverage and cost stages.

    Raises
    ------
    PlanError
        Where layers or prices are missing.
    """
    prices = region.prices.projects
    if prices is None:
        raise PlanError("last mile", [f"price book '{region.prices.name}' has no [projects]; add it"])
    drawn = designs(world, region)
    air, said = pilots(world, region, tables)
    made = _design_tables(drawn, world, region)
    if air:
        towers = pd.concat([each.towers for each in air.values()], ignore_index=True)
        made["towers"] = checked("towers", towers, region.crs)
    reached = {code: air_build(each, region) for code, each in air.items()}
    hub = prices_of(region.prices).hub
    rows = options(cases(world, region, tables, drawn, reached), prices, hub, counts_for(region))
    made["project_options"] = rows
    if len(rows):
        made |= _choice(world, region, rows)
    notes = [*(f"{code}: {note}" for code, design in drawn.items() for note in design.notes), *said]
    notes += _without(tables["coverage"], rows, region)
    return made, tuple(f"last mile: {note}" for note in notes)


def _without(cover: pd.DataFrame, rows: pd.DataFrame, region: Region) -> list[str]:
    """Say which towns that do not pass have no option or no known service, or that all pass."""
    short = cover[(cover["target"] == region.target.label) & (cover["verdict"] != "pass")]
    if short.empty:
        return ["every town passes; there is no project to choose"]
    unknown = int((short["served"].isna() & short["town_geoid"].isin(rows["town_geoid"])).sum())
    notes = [f"present service of {unknown} towns with options is not known and counted as none"] if unknown else []
    lost = short.loc[~short["town_geoid"].isin(rows["town_geoid"]), "town"].astype("str").tolist()
    if not lost:
        return notes
    named = listing(lost[:_NAMED]) + (f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else "")
    notes.append(
        f"{len(lost)} of {len(short)} towns that do not pass have no option, as their premises or the cost of a project are"
        f" not known: {named}; layers published_budgets with build_quantities or roads, offers, premises with coordinates,"
        " or a design give options"
    )
    return notes


def _choice(world: World, region: Region, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables of the choice among options; the chosen projects stand at the towns' halls."""
    pairs, settings = neighbours(world.towns), region.choice or ChoiceEntry()
    decided = world.get("decided_projects")
    worth = world.towns.set_index("town_geoid")["weight"].dropna() if "weight" in world.towns else None
    weight = None if worth is None else {str(code): float(value) for code, value in worth.items()}
    chosen = choose(rows, pairs, settings, decided, weight)
    points = halls(world.towns, _anchors(world)).geometry
    table = gpd.GeoDataFrame(chosen.table, geometry=np.asarray(points.loc[chosen.table["town_geoid"]]), crs=region.crs)
    return {
        "chosen_projects": table,
        "choice_totals": chosen.totals,
        "pareto": front(rows, pairs, settings, decided, points=_POINTS),
    }


def _anchors(world: World) -> gpd.GeoDataFrame | None:
    return world.shapes("anchors") if "anchors" in world.layers else None


def _design_tables(drawn: Mapping[str, AreaDesign], world: World, region: Region) -> dict[str, pd.DataFrame]:
    """Return the tables of all designed towns together."""
    if not drawn:
        return {}
    parts = {
        "last_mile_routes": "routes", "last_mile_sites": "sites", "last_mile_drops": "drops",
        "bill_of_materials": "bill", "last_percent": "curve", "last_mile_left_out": "left_out",
    }  # fmt: skip
    made = {
        name: pd.concat([getattr(design, part) for design in drawn.values()], ignore_index=True)
        for name, part in parts.items()
    }
    made["last_premises"] = _last_premises(drawn, world, region)
    return {name: table for name, table in made.items() if len(table)}


def _last_premises(drawn: Mapping[str, AreaDesign], world: World, region: Region) -> pd.DataFrame:
    """Return the dearest premises of each design, which the target does not need."""
    frames = []
    for design in drawn.values():
        total = len(design.drops) + len(design.left_out)
        frames.append(beyond(design.drops, region.target.share, total).premises)
    found = pd.concat(frames, ignore_index=True)
    points = world.shapes("premises").set_index("location_id").geometry
    table = found[["location_id", "town_geoid", "order", "marginal_cost_usd", "origin", "source"]]
    shapes = np.asarray(points.loc[found["location_id"]])
    return checked("last_premises", gpd.GeoDataFrame(table, geometry=shapes, crs=region.crs), region.crs)
