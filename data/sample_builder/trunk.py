"""Points of presence, and the trunk that starts at one of them and follows generated roads."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.sample_builder.facts import COMMON, Facts, read_csv
from data.sample_builder.grid import Floats, as_points, snap, to_degrees, to_metric
from data.sample_builder.junctions import nearest
from data.sample_builder.paths import RoadGraph
from data.sample_builder.settings import DEGREES_CRS


def points_table(name: str) -> gpd.GeoDataFrame:
    """Return facts with coordinates as points, exactly where the facts put them."""
    table = read_csv(name)
    shapes = shapely.points(table.pop("longitude_deg"), table.pop("latitude_deg"))
    return gpd.GeoDataFrame(table, geometry=shapes, crs=DEGREES_CRS)


def trunk_table(
    facts: Facts, graph: RoadGraph, pops: gpd.GeoDataFrame, cells: list[shapely.Polygon]
) -> gpd.GeoDataFrame:
    """Return the fibre routes: through the centres of the towns named, then to the region's edge."""
    routes = read_csv("fibre_routes")
    places = dict(zip(pops["pop_id"], pops.geometry, strict=True))
    outline = shapely.union_all(cells).boundary
    lines = []
    for hub, towns in zip(routes.pop("from_pop_id"), routes.pop("through_town_geoids"), strict=True):
        start = graph.nearest(to_metric(shapely.get_coordinates(places[hub]))[0])
        centres = [_centre(facts, code) for code in towns.split()]
        stops = [start, *(graph.nearest(centre) for centre in centres), _edge(graph, centres[-1], outline)]
        segments = [part for here, there in pairwise(stops) for part in graph.route(here, there)]
        lines.append(graph.trace(start, _without_spurs(segments)))
    shapes = shapely.transform(np.array(lines, dtype=object), lambda xy: snap(to_degrees(xy)))
    table = pd.DataFrame(routes[["route_id", "name", "status", "owner", *COMMON]]).astype({"owner": "str"})
    return gpd.GeoDataFrame(table.assign(owner=None), geometry=shapes, crs=DEGREES_CRS)


def _without_spurs(segments: list[int]) -> list[int]:
    """Leave out what a route runs to and fro, where a town's centre stands beside the way."""
    kept: list[int] = []
    for segment in segments:
        if kept and kept[-1] == segment:
            kept.pop()
        else:
            kept.append(segment)
    return kept


def _edge(graph: RoadGraph, centre: Floats, outline: shapely.Geometry) -> int:
    """Return the junction on the region's outline that is nearest to a town's centre."""
    on_edge = np.flatnonzero(shapely.dwithin(outline, as_points(graph.nodes), 1.0))
    return int(on_edge[nearest(graph.nodes[on_edge], centre)[0]])


def _centre(facts: Facts, code: str) -> Floats:
    return np.asarray(facts.centres[int(np.flatnonzero(facts.towns["town_geoid"] == code)[0])])
