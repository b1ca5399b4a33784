"""Distances between points: along great circles, or along the region's roads."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from layers import LayerError, PlanError
from layers.road_graph import road_graph
from planner.check import World
from planner.reach import by_air, by_road
from planner.siting.entry import SitingEntry

Matrix = np.ndarray


def distances(world: World, entry: SitingEntry, demand: gpd.GeoSeries, site: gpd.GeoSeries) -> tuple[Matrix, Matrix]:
    """Return the distances in metres from demand to sites, and from sites to sites; infinite where no road leads.

    Raises
    ------
    PlanError
        Where distances along roads are asked for without layer `roads`.
    LayerError
        Where a place lies too far from any road.
    """
    if entry.distance == "great circle":
        return by_air(demand, site), by_air(site, site)
    if "roads" not in world.layers:
        raise PlanError("siting", ["distance = \"roads\" needs layer 'roads'; add it, or say great circle"])
    points = gpd.GeoSeries(pd.concat([demand, site], ignore_index=True), crs=site.crs)
    both, off, far = by_road(road_graph(world.shapes("roads")), points, site, entry.snap_limit_m)
    if len(off):
        count = int((off < len(points)).sum())
        fault = f"{count} places of siting lie more than {entry.snap_limit_m:g} m from any road (the farthest: {far:,.0f} m); raise snap_limit_m, or add their roads"
        raise LayerError("layer 'roads'", [fault])
    return both[: len(demand)], both[len(demand) :]


def nearest_m(points: gpd.GeoSeries, others: Sequence[gpd.GeoSeries]) -> Matrix:
    """Return the great-circle distance of each point from the nearest of the others, infinite where there are none."""
    rows = [by_air(points, each).min(axis=1) for each in others if len(each)]
    return np.min(rows, axis=0) if rows else np.full(len(points), np.inf)
