"""Steiner trees on published graphs with known optima, against networkx, rustworkx and pcst_fast.

A folder of PACE files (`*.gr.gz`) with a table `optima.csv` (columns instance, origin, upper). Fields: instance, engine,
cost, lower_bound, known_optimum, gap (to the optimum), certified_gap (to the bound), seconds (wall), cpu_seconds (both
without reading the file and making the engine's graph), peak_mb.
"""

import argparse
import csv
import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from benchmarks import _steiner
from benchmarks._steiner import Instance
from planner.graph.network import Graph


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument("folder", type=Path, help="folder of .gr.gz files and optima.csv")
    parser.add_argument("--only", default="", help="instances whose name or origin contains this")
    _steiner.add_arguments(parser)


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row for each instance and engine."""
    with (given.folder / "optima.csv").open(encoding="utf-8", newline="") as table:
        for line in csv.DictReader(table):
            if given.only in f"{line['instance']} {line['origin']}":
                name = line["instance"].removesuffix(".gr")
                yield from _steiner.rows(name, given, int(line["upper"]), read, given.folder / f"{name}.gr.gz")


def read(path: Path) -> Instance:
    """Read a PACE file; its vertices count from 1."""
    with gzip.open(path, "rt", encoding="ascii") as text:
        lines = [line.split() for line in text]
    vertices = next(int(line[1]) for line in lines if line[:1] == ["Nodes"])
    tail, head, cost = np.array([line[1:] for line in lines if line[:1] == ["E"]], np.int64).T
    terminals = np.array([line[1] for line in lines if line[:1] == ["T"]], np.int64)
    return Instance(Graph(vertices, tail - 1, head - 1, cost), terminals - 1)
