"""Roads to a graph, and points to their nearest road, on the sample region against momepy and a loop over shapely.

The graph is made from all sample roads; momepy must find the same number of junctions and ends. Points lie at random
beside the roads; one query of shapely's tree for each point must give the same distances. Fields: engine, rows,
seconds, peak_mb, hash.
"""

import argparse
import hashlib
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from benchmarks._measure import measure
from layers import data_folder
from layers.road_graph import RoadGraph, attach, road_graph, split

CRS = "EPSG:26986"


class Given(NamedTuple):
    """The input of a call."""

    roads: gpd.GeoDataFrame
    graph: RoadGraph
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument("--points", type=int, default=100_000, help="points beside the roads")
    parser.add_argument("--rows", type=int, help="first roads of the sample (default: all)")
    parser.add_argument("--peer-rows", type=int, default=20_000, help="most points that the loop is given")


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row an engine."""
    yield _row("townline road_graph", _graph, given.rows, 0)
    if find_spec("momepy"):
        yield _row("momepy", _momepy, given.rows, 0)
    yield _row("townline attach", _attach, given.rows, given.points)
    yield _row("townline attach and split", _split, given.rows, given.points)
    few = min(given.points, given.peer_rows)
    if few < given.points:
        yield _row("townline attach", _attach, given.rows, few)
    yield _row("shapely, point by point", _loop, given.rows, few)


def _row(name: str, call: Callable[[Given], tuple[int, str]], count: int | None, points: int) -> Mapping[str, object]:
    got = measure(make_input, call, count, points)
    size, digest = got.result
    return {
        "engine": name, "rows": size, "seconds": round(got.seconds, 3), "peak_mb": round(got.peak_mb, 1), "hash": digest,
    }  # fmt: skip


def make_input(count: int | None, points: int) -> Given:
    """Return roads, their graph and seeded points up to 100 m beside them; loops are compiled before measuring."""
    roads = gpd.read_parquet(data_folder() / "sample" / "roads.parquet").iloc[:count].to_crs(CRS)
    graph = road_graph(roads)
    xy = shapely.get_coordinates(roads.geometry)
    random = np.random.default_rng(1)
    x, y = (xy[random.integers(0, len(xy), points)] + random.uniform(-100, 100, (points, 2))).T
    return Given(roads, graph, x, y)


def _graph(given: Given) -> tuple[int, str]:
    graph = road_graph(given.roads)
    degree = np.bincount(np.concatenate([graph.tail, graph.head]))
    return len(given.roads), _hash(np.sort(degree[degree != 2]))


def _momepy(given: Given) -> tuple[int, str]:
    import momepy  # noqa: PLC0415 - a peer that need not be here

    lines = momepy.remove_false_nodes(given.roads)
    ends = shapely.get_coordinates(shapely.get_point(lines.geometry.to_numpy()[:, None], [0, -1]))
    degree = np.unique(ends, axis=0, return_counts=True)[1]
    return len(given.roads), _hash(np.sort(degree[degree != 2]))


def _attach(given: Given) -> tuple[int, str]:
    found = attach(given.graph, (given.x, given.y), limit_m=1000)
    return len(given.x), _hash(np.round(found.distance_m * 1000))


def _split(given: Given) -> tuple[int, str]:
    found = attach(given.graph, (given.x, given.y), limit_m=1000)
    graph, _ = split(given.graph, found)
    return len(given.x), _hash(np.round([graph.length_m.sum()]))


def _loop(given: Given) -> tuple[int, str]:
    lines = given.roads.geometry.to_numpy()
    tree = shapely.STRtree(lines)
    distance = np.empty(len(given.x))
    for k, point in enumerate(np.asarray(shapely.points(given.x, given.y))):
        line = lines[tree.nearest(point)]
        line.interpolate(line.project(point))
        distance[k] = line.distance(point)
    return len(given.x), _hash(np.round(distance * 1000))


def _hash(values: npt.ArrayLike) -> str:
    return hashlib.sha256(np.asarray(values).astype(np.int64).tobytes()).hexdigest()[:16]
