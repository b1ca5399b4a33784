"""p-median and p-center of OR-Library graphs with known optima, against spopt with HiGHS.

A folder of `pmed*.txt.gz` with a table `optima.csv` (columns instance, p_median_optimum, p_center_optimum). Fields:
instance, model, engine, demands, count, value, bound, known_optimum, gap (to the optimum), certified_gap (to the bound),
seconds (wall), cpu_seconds (both without distances), peak_mb.
"""

import argparse
import csv
import gzip
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks._measure import measure
from benchmarks._spopt import chosen_of, highs, ready
from planner.graph._facility_lists import Singles
from planner.graph.facility import Limits, p_median
from planner.graph.facility_cover import p_center


@dataclass(frozen=True)
class Instance:
    """Shortest ways between all vertices, and the number of sites."""

    distance: Singles
    count: int
    seconds: float


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument("folder", type=Path, help="folder of pmed*.txt.gz and optima.csv")
    parser.add_argument("--only", default="", help="instances whose name contains this, or equals one of a list (a,b)")
    parser.add_argument("--model", choices=["p_median", "p_center", "both"], default="p_median")
    parser.add_argument("--seconds", type=float, default=math.inf, help="time limit of each run (default: none)")
    parser.add_argument("--peers", action="store_true", help="measure spopt with HiGHS too")


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row for each instance, model and engine."""
    models = ["p_median", "p_center"] if given.model == "both" else [given.model]
    with (given.folder / "optima.csv").open(encoding="utf-8", newline="") as table:
        for line in csv.DictReader(table):
            if _wanted(line["instance"], given.only):
                for model in models:
                    yield from _rows(given, line["instance"], model, int(line[f"{model}_optimum"]))


def _wanted(name: str, only: str) -> bool:
    return name in only.split(",") if "," in only else only in name


def _rows(given: argparse.Namespace, name: str, model: str, known: int) -> Iterator[Mapping[str, object]]:
    for engine in ("townline", "spopt") if given.peers else ("townline",):
        path = given.folder / f"{name}.txt.gz"
        got = measure(_prepare, ENGINES[engine, model], path, given.seconds, engine)
        value, bound, demands, count = got.result
        yield {
            "instance": name, "model": model, "engine": engine, "demands": demands, "count": count, "value": value,
            "bound": bound, "known_optimum": known, "gap": value / known - 1,
            "certified_gap": None if bound is None else value / bound - 1,
            "seconds": round(got.wall_seconds, 3), "cpu_seconds": round(got.seconds, 3),
            "peak_mb": round(got.peak_mb, 1),
        }  # fmt: skip


def _prepare(path: Path, seconds: float, engine: str) -> Instance:
    if engine == "spopt":
        ready()
        return Instance(*read(path), seconds)
    random = np.random.default_rng(1)
    at = random.integers(0, 1000, (200, 2))  # more than what goes whole to HiGHS
    apart = np.hypot(*(at[:, None] - at).T).round().astype(np.float32)
    p_median(apart, 5, limits=Limits(nodes=5))
    p_center(apart[:30, :30], 5)
    return Instance(*read(path), seconds)


def read(path: Path) -> tuple[Singles, int]:
    """Read an OR-Library file; of repeated edges the last one counts, as its authors say."""
    with gzip.open(path, "rt", encoding="ascii") as text:
        lines = [[int(word) for word in line.split()] for line in text]
    vertices, _, count = lines[0]
    edges = {(min(a, b) - 1, max(a, b) - 1): cost for a, b, cost in (line for line in lines[1:] if len(line) == 3)}
    low, high = np.array(list(edges)).T
    graph = csr_array((np.array(list(edges.values()), np.float64), (low, high)), shape=(vertices, vertices))
    return dijkstra(graph, directed=False).astype(np.float32), count


Outcome = tuple[float, float | None, int, int]


def _p_median(given: Instance) -> Outcome:
    got = p_median(given.distance, given.count, limits=Limits(seconds=given.seconds))
    return got.value, got.bound, len(given.distance), given.count


def _p_center(given: Instance) -> Outcome:
    got = p_center(given.distance, given.count, limits=Limits(seconds=given.seconds))
    return got.value, got.bound, len(given.distance), given.count


def _spopt_p_median(given: Instance) -> Outcome:
    from spopt.locate import PMedian  # noqa: PLC0415 - only this engine's process pays for it

    ones = np.ones(len(given.distance))
    model: Any = PMedian.from_cost_matrix(given.distance.astype(float), ones, p_facilities=given.count)
    chosen = chosen_of(model.solve(highs(min(given.seconds, 3600.0))))
    return float(given.distance[:, chosen].min(axis=1).sum()), None, len(given.distance), given.count


def _spopt_p_center(given: Instance) -> Outcome:
    from spopt.locate import PCenter  # noqa: PLC0415

    model: Any = PCenter.from_cost_matrix(given.distance.astype(float), p_facilities=given.count)
    chosen = chosen_of(model.solve(highs(min(given.seconds, 3600.0))))
    return float(given.distance[:, chosen].min(axis=1).max()), None, len(given.distance), given.count


ENGINES: Final[dict[tuple[str, str], Callable[[Instance], Outcome]]] = {
    ("townline", "p_median"): _p_median,
    ("townline", "p_center"): _p_center,
    ("spopt", "p_median"): _spopt_p_median,
    ("spopt", "p_center"): _spopt_p_center,
}
