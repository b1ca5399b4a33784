"""Distances between places: along great circles, or along roads."""

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.road_graph import RoadGraph, attach, split
from planner.graph._facility_lists import Singles
from planner.graph.facility_distance import great_circle, over_network
from planner.graph.network import Graph, Ints

_PER_M = 100  # whole centimetres


def by_air(left: gpd.GeoSeries, right: gpd.GeoSeries) -> Singles:
    """Return great-circle distances in metres, left by right."""
    west, east = (each.to_crs("EPSG:4326") for each in (left, right))
    return great_circle(np.column_stack([west.x, west.y]), np.column_stack([east.x, east.y]))


def by_road(graph: RoadGraph, left: gpd.GeoSeries, right: gpd.GeoSeries, limit_m: float) -> tuple[Singles, Ints, float]:
    """Return distances along roads.

    Parameters
    ----------
    graph
        The roads.
    left, right
        Points in the graph's CRS; the way to the nearest road is not counted.
    limit_m
        A point farther than this from any road is off the network.

    Returns
    -------
    tuple
        Metres, left by right, infinite where no road leads; numbers of the points that are off the network (left ones
        first, then right ones), and how far the farthest of them is from a road in metres.
    """
    points = gpd.GeoSeries(pd.concat([left, right], ignore_index=True), crs=left.crs)
    attached = attach(graph, (points.x, points.y), limit_m=limit_m, leave_out=True, layer="places")
    graph, vertex = split(graph, attached)
    net = Graph(graph.vertices, graph.tail, graph.head, np.round(graph.length_m * _PER_M).astype(np.int64))
    starts, ends = vertex[: len(left)], vertex[len(left) :]
    found = np.full((len(left), len(right)), np.inf, np.float32)
    if (starts >= 0).any() and (ends >= 0).any():
        found[np.ix_(starts >= 0, ends >= 0)] = over_network(net, starts[starts >= 0], ends[ends >= 0])
    off = np.flatnonzero(vertex < 0)
    return found / np.float32(_PER_M), off, float(attached.distance_m[off].max(initial=0.0))
