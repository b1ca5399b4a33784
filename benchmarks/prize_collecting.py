"""Rooted prize collecting on SteinLib files, against pcst_fast.

The folder holds rooted instances (`*.stp.gz`, or `*.stp`) and, if optima are known, `optima.csv` (instance, optimum).
Fields: engine, instance, cost (edges and prizes left out), lower_bound, known_optimum, gap (to the optimum),
certified_gap (to the bound), seconds (wall), cpu_seconds, peak_mb. The kernels are compiled before anything is
measured.
"""

import argparse
import csv
import gzip
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks._measure import measure
from planner.graph import prize
from planner.graph.network import Graph, Ints

UNIT: Final = 1_000_000  # the files have six digits after the point

Rooted = tuple[Graph, Ints, int, int]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument("folder", type=Path, help="SteinLib files, rooted prize collecting")
    parser.add_argument("--seconds", type=float, default=10.0, help="most wall time for each instance")
    parser.add_argument("--peers", action="store_true", help="measure pcst_fast too")


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row an instance and engine."""
    optima = read_optima(given.folder)
    for path in sorted([*given.folder.glob("*.stp"), *given.folder.glob("*.stp.gz")]):
        best = optima.get(path.name.split(".")[0])
        yield _row("townline", _townline, path, best, given.seconds)
        if given.peers:
            yield _row("pcst_fast", _pcst_fast, path, best, given.seconds)


def read_optima(folder: Path) -> dict[str, float]:
    """Return the known optima by instance; none where there is no such file."""
    path = folder / "optima.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="ascii", newline="") as file:
        return {row["instance"]: float(row["optimum"]) for row in csv.DictReader(file)}


def read(path: Path) -> Rooted:
    """Return graph, prizes, root, and how many units of ours make one of the file's."""
    vertices, root = 0, 0
    edges: list[tuple[int, int, int]] = []
    prizes: dict[int, int] = {}
    with gzip.open(path, "rt", encoding="latin-1") if path.suffix == ".gz" else path.open(encoding="latin-1") as file:
        for words in map(str.split, file):
            match words:
                case ["Nodes", count]:
                    vertices = int(count)
                case ["RootP", number]:
                    root = int(number) - 1
                case ["E", tail, head, cost]:
                    edges.append((int(tail) - 1, int(head) - 1, round(float(cost) * UNIT)))
                case ["TP", number, amount]:
                    prizes[int(number) - 1] = round(float(amount) * UNIT)
    columns = np.array(edges, np.int64).reshape(-1, 3).T.copy()
    by_vertex = np.zeros(vertices, np.int64)
    by_vertex[list(prizes)] = list(prizes.values())
    return Graph(vertices, *columns), by_vertex, root, UNIT


def _row(
    engine: str, call: Callable[[tuple[Rooted, float]], tuple[int, float]], path: Path, best: float | None, most: float
) -> Mapping[str, object]:
    got = measure(make_input, call, path, most)
    cost, bound = (value / UNIT for value in got.result)
    return {
        "engine": engine, "instance": path.name.split(".")[0], "cost": cost, "lower_bound": bound,
        "known_optimum": best, "gap": None if best is None else cost / best - 1,
        "certified_gap": cost / bound - 1 if bound else None, "seconds": round(got.wall_seconds, 4),
        "cpu_seconds": round(got.seconds, 4), "peak_mb": round(got.peak_mb, 1),
    }  # fmt: skip


def make_input(path: Path, seconds: float) -> tuple[Rooted, float]:
    """Return the instance and the limit; the kernels are compiled here."""
    random = np.random.default_rng(1)
    tail, head, cost = random.integers(0, 60, (3, 150))
    prize.solve(Graph(60, tail, head, cost), random.integers(0, 60, 60), 0)  # needs every kernel
    return read(path), seconds


def _townline(given: tuple[Rooted, float]) -> tuple[int, float]:
    (graph, prizes, root, _), seconds = given
    answer = prize.solve(graph, prizes, root, seconds=seconds)
    return answer.objective, answer.lower_bound


def _pcst_fast(given: tuple[Rooted, float]) -> tuple[int, float]:
    import pcst_fast  # noqa: PLC0415 - only this engine's process pays for it

    (graph, prizes, root, _), _ = given
    ends = np.stack([graph.tail, graph.head], axis=1)
    # from the package pcst-fast2: the first one's wheel, built for numpy 1, gives broken arrays under numpy 2
    chosen, edges = pcst_fast.pcst_fast(ends, prizes / UNIT, graph.cost / UNIT, root, 1, "strong", 0)
    if len(np.union1d(ends[edges], [root])) != len(chosen):
        raise RuntimeError("pcst_fast's answer is not a tree")
    return int(graph.cost[edges].sum() + prizes.sum() - prizes[chosen].sum()), 0.0
