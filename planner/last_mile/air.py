"""Pilots over the air: towers for the premises of each town that lack service."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from layers import PlanError
from layers.place import data_path
from layers.terrain import Terrain, read_terrain
from planner.check import World
from planner.last_mile.options import Build, Money
from planner.region import Region
from planner.service import to_reach
from planner.wireless.pilot import Ground, WirelessDesign, pilot
from planner.wireless.towers import NoReachError


def pilots(
    world: World, region: Region, tables: Mapping[str, pd.DataFrame]
) -> tuple[dict[str, WirelessDesign], list[str]]:
    """Return the towers of each town that does not pass, for its premises that lack service, and notes.

    Raises
    ------
    PlanError
        Where the price book has no [wireless], or premises have no coordinates.
    LayerError
        Where the terrain cannot be used.
    """
    settings, prices = region.wireless, region.prices.wireless
    if settings is None:
        return {}, []
    if prices is None:
        raise PlanError("[wireless]", [f"price book '{region.prices.name}' has no [wireless]; add it"])
    if to_reach(tables) is None and "premises" in world.layers:
        return {}, []  # no premises lacks service
    homes = _lacking(world, tables)
    towns = world.towns[world.towns["town_geoid"].isin(homes["town_geoid"])]
    terrain = _terrain(region, towns) if settings.terrain else None
    sites = world.shapes("tower_sites") if "tower_sites" in world.layers else None
    found, notes = {}, []
    for code, rows in homes.groupby("town_geoid"):
        place = Ground(gpd.GeoDataFrame(towns[towns["town_geoid"] == code]), terrain, sites)
        try:
            found[str(code)] = pilot(gpd.GeoDataFrame(rows), place, settings, prices)
        except NoReachError as error:
            notes.append(f"town {code} has no pilot: {'; '.join(error.faults)}")
    return found, [*notes, *sorted({note for each in found.values() for note in each.notes})]


def _lacking(world: World, tables: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """Return the premises that lack service, of towns that do not pass."""
    premises, failing = world.get("premises"), to_reach(tables)
    if premises is None or "geometry" not in premises:
        raise PlanError("[wireless]", ["needs a layer 'premises' with coordinates, to know whom a tower reaches"])
    if failing is None:  # none fails
        return gpd.GeoDataFrame(premises.loc[[], ["location_id", "town_geoid", "geometry"]])
    lacking = premises["location_id"].isin(failing["location_id"])
    return gpd.GeoDataFrame(premises.loc[lacking, ["location_id", "town_geoid", "geometry"]])


def _terrain(region: Region, towns: gpd.GeoDataFrame) -> Terrain:
    path = data_path(str(region.wireless and region.wireless.terrain), region.path.parent)
    return read_terrain(path, region.crs, towns)


def air_build(design: WirelessDesign, region: Region) -> Build:
    """Return a pilot as a way to serve premises."""
    cost = design.cost_usd
    source = region.prices.wireless.tower.source if region.prices.wireless else ""
    origin = "approximate" if region.wireless and region.wireless.terrain is None else "modelled"
    note = "; ".join(design.notes)
    money = Money(cost["low"], cost["central"], cost["high"])
    return Build(int(design.served.sum()), money, design.basis, origin, source, note)
