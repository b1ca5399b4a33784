"""The published fibre planning case of Santa Cruz, against networkx and rustworkx.

A GeoPackage with `graph_edges` and `graph_points` (demand 1: to be joined). Lengths are great circles on a sphere of
6,371 km, in whole millimetres, which are also the unit of cost and lower_bound. Fields as for `steiner`; known_optimum
and gap are empty.
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from benchmarks import _steiner
from benchmarks._steiner import Instance
from planner.graph.network import Graph

RADIUS_MM: Final = 6_371_000_000
Floats = npt.NDArray[np.float64]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument("file", type=Path, help="GeoPackage")
    _steiner.add_arguments(parser)


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row an engine."""
    yield from _steiner.rows(given.file.stem, given, None, read, given.file)


def read(path: Path) -> Instance:
    """Read the graph: a vertex for each place where a line has a point."""
    lines = gpd.read_file(path, layer="graph_edges").geometry.to_numpy()
    points = gpd.read_file(path, layer="graph_points")
    at, line = shapely.get_coordinates(lines, return_index=True)
    wanted = shapely.get_coordinates(points[points["demand"] == 1].geometry.to_numpy())
    places, number = np.unique(np.vstack([at, wanted]), axis=0, return_inverse=True)
    number = number.ravel()
    along = np.flatnonzero(line[1:] == line[:-1])
    cost = np.rint(_great_circle_mm(at[along], at[along + 1])).astype(np.int64)
    return Instance(Graph(len(places), number[along], number[along + 1], cost), np.unique(number[len(at) :]))


def _great_circle_mm(one: Floats, two: Floats) -> Floats:
    """Return the length between longitudes and latitudes by the haversine formula."""
    (west, south), (east, north) = np.radians(one).T, np.radians(two).T
    half = np.sin((north - south) / 2) ** 2 + np.cos(south) * np.cos(north) * np.sin((east - west) / 2) ** 2
    angle: Floats = 2 * np.arcsin(np.sqrt(half))
    return RADIUS_MM * angle
