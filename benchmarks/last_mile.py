"""The street-level design of a last mile, everything included, beside a networkx tree on the same streets.

A GeoPackage with layers `streets` and `premises` (raw lines and points), or generated streets with about 13 premises a
mile. The hub stands at the middle of the premises, on the nearest street. Fields: area, premises, engine, trench_m (routes
along streets), drops_m, lower_bound_m and certified_gap (of the routes), route_usd (routes alone, without design) and
cost_usd (the whole project), seconds (wall), cpu_seconds, peak_mb. networkx makes the tree alone, by Mehlhorn's method.
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely

from benchmarks._measure import measure
from layers import PlanError
from planner.graph.network import Graph
from planner.last_mile._joined import Joined, join, rates
from planner.last_mile.entry import LastMileEntry
from planner.last_mile.streets import design_area, prices_of
from planner.prices import LastMilePrices, load_prices

BLOCK_M: Final = 200.0
ROADS: Final = 1.3  # for each crossing, each counted at one end
PREMISES_A_ROAD: Final = 1.6  # 13 a mile
CRS: Final = "EPSG:26986"


class Area(NamedTuple):
    """The input of a design."""

    premises: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    hub: shapely.Point
    settings: LastMileEntry
    prices: LastMilePrices
    graph: Any


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument("file", type=Path, nargs="?", help="GeoPackage with layers streets and premises")
    parser.add_argument("--generated", type=int, help="generate this many premises instead")
    parser.add_argument("--iterations", type=int, default=4, help="improved trees after which the search stops")
    parser.add_argument("--no-peers", action="store_true", help="leave networkx out")


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row an engine."""
    if (given.file is None) == (given.generated is None):
        raise PlanError("last_mile", ["give either a GeoPackage or --generated N"])
    name = f"generated {given.generated}" if given.file is None else given.file.stem
    for engine in ("townline",) if given.no_peers else ("townline", "networkx"):
        got = measure(
            _prepare,
            _townline if engine == "townline" else _networkx,
            engine,
            given.file,
            given.generated,
            given.iterations,
        )
        bound = got.result.pop("route_bound_usd", None)
        cost = got.result["route_usd"]
        yield {
            "area": name, "engine": engine, **got.result,
            "certified_gap": None if bound is None else (cost - bound) / bound,
            "seconds": round(got.wall_seconds, 3), "cpu_seconds": round(got.seconds, 3), "peak_mb": round(got.peak_mb, 1),
        }  # fmt: skip


def read(path: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Read premises and streets, in the UTM zone of the premises."""
    premises, streets = (gpd.read_file(path, layer=layer) for layer in ("premises", "streets"))
    crs = premises.estimate_utm_crs()
    premises["location_id"] = premises["premise_id"].astype("str")
    return premises.to_crs(crs), streets.to_crs(crs)


def generate(premises: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return premises beside the streets of a thinned lattice with shifted crossings; the same for the same number."""
    random = np.random.default_rng(1)
    side = max(4, round((premises / PREMISES_A_ROAD / ROADS) ** 0.5))
    number = np.arange(side * side).reshape(side, side)
    at = BLOCK_M * (np.indices((side, side)).reshape(2, -1).T + random.uniform(-0.4, 0.4, (side * side, 2)))
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    kept = np.sort(random.permutation(len(tail))[: int(ROADS * side * side)])
    tail, head = tail[kept], head[kept]
    label = Graph(side * side, tail, head, np.ones(len(tail), np.int64)).components()
    whole = label[tail] == np.bincount(label).argmax()
    a, b = at[tail[whole]] + (100_000, 800_000), at[head[whole]] + (100_000, 800_000)
    road, along = random.integers(0, len(a), premises), random.uniform(0, 1, (premises, 1))
    ahead = (b - a) / np.hypot(*(b - a).T)[:, None]
    away = (
        random.exponential(30, (premises, 1)) * random.choice([-1, 1], (premises, 1)) * ahead[road][:, ::-1] * (1, -1)
    )
    doors = gpd.points_from_xy(*(a[road] + along * (b - a)[road] + away).T)
    ids = [f"{row:07}" for row in range(premises)]
    roads = gpd.GeoDataFrame(geometry=shapely.linestrings(np.stack([a, b], axis=1)), crs=CRS)
    return gpd.GeoDataFrame({"location_id": ids}, geometry=doors, crs=CRS), roads


def _prepare(engine: str, path: Path | None, count: int | None, iterations: int) -> Area:
    """Return the input; ours is compiled, and the peer's graph made, before anything is measured."""
    premises, roads = generate(count or 0) if path is None else read(path)
    middle = premises.geometry.union_all().centroid
    prices = prices_of(load_prices("massachusetts-2015", Path()))
    settings = LastMileEntry(iterations=iterations, snap_limit_m=10_000)
    graph = None
    if engine == "townline":
        small, lines = generate(300)
        design_area(small, lines, shapely.Point(101_000, 801_000), LastMileEntry(snap_limit_m=10_000), prices)
    else:
        graph = _to_networkx(join(premises, roads, middle, settings, prices), prices)
    return Area(premises, roads, middle, settings, prices, graph)


def _townline(area: Area) -> dict[str, object]:
    made = design_area(area.premises, area.roads, area.hub, area.settings, area.prices)
    return {
        "premises": len(made.drops), "trench_m": made.trench_m, "drops_m": made.drops_m, "lower_bound_m": made.lower_bound_m,
        "route_usd": made.route_usd, "route_bound_usd": made.route_bound_usd, "cost_usd": made.cost_central_usd,
    }  # fmt: skip


def _to_networkx(joined: Joined, prices: LastMilePrices) -> tuple[Any, list[int], float]:
    graph: nx.Graph[int] = nx.Graph()
    roads = joined.roads
    usd = joined.laid.usd_per_m(rates(prices, "central")) * roads.length_m
    for row in np.argsort(-usd, kind="stable").tolist():  # the cheapest of parallel edges stays
        if roads.tail[row] != roads.head[row]:
            graph.add_edge(
                int(roads.tail[row]), int(roads.head[row]), usd=float(usd[row]), m=float(roads.length_m[row])
            )
    wanted = np.unique(joined.vertex[np.append(joined.premises["node"], 0)]).tolist()
    return graph, wanted, float(joined.premises["snap_m"].sum())


def _networkx(area: Area) -> dict[str, object]:
    graph, wanted, drops_m = area.graph
    tree = nx.algorithms.approximation.steiner_tree(graph, wanted, weight="usd", method="mehlhorn")
    return {
        "premises": len(area.premises), "trench_m": float(tree.size(weight="m")), "drops_m": drops_m, "lower_bound_m": None,
        "route_usd": float(tree.size(weight="usd")), "cost_usd": None,
    }  # fmt: skip
