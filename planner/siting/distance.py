"""Distances between points: along great circles, or along the region's roads."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from layers import LayerError, PlanError
from layers.road_graph import attach, road_graph, split
from planner.check import World
from planner.graph.facility_distance import great_circle, over_network
from planner.graph.network import Graph
from planner.siting.entry import SitingEntry

_PER_M = 100  # whole centimetres
Matrix = np.ndarray


def by_air(left: gpd.GeoSeries, right: gpd.GeoSeries) -> Matrix:
    """Return great-circle distances in metres, left by right."""
    west, east = (each.to_crs("EPSG:4326") for each in (left, right))
    return great_circle(np.column_stack([west.x, west.y]), np.column_stack([east.x, east.y]))


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
    graph = road_graph(world.shapes("roads"))
    points = gpd.GeoSeries(pd.concat([demand, site], ignore_index=True), crs=site.crs)
    attached = attach(graph, (points.x, points.y), limit_m=entry.snap_limit_m, leave_out=True, layer="places of siting")
    if len(attached.left_out):
        far = float(attached.distance_m.max())
        fault = f"{len(attached.left_out)} places of siting lie more than {entry.snap_limit_m:g} m from any road (the farthest: {far:,.0f} m); raise snap_limit_m, or add their roads"
        raise LayerError("layer 'roads'", [fault])
    graph, vertex = split(graph, attached)
    net = Graph(graph.vertices, graph.tail, graph.head, np.round(graph.length_m * _PER_M).astype(np.int64))
    sites = vertex[len(demand) :]
    both = over_network(net, vertex, sites) / np.float32(_PER_M)
    return both[: len(demand)], both[len(demand) :]


def nearest_m(points: gpd.GeoSeries, others: Sequence[gpd.GeoSeries]) -> Matrix:
    """Return the great-circle distance of each point from the nearest of the others, infinite where there are none."""
    rows = [by_air(points, each).min(axis=1) for each in others if len(each)]
    return np.min(rows, axis=0) if rows else np.full(len(points), np.inf)
