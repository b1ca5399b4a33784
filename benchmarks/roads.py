"""Steiner trees on made-up road graphs of any size, against networkx and rustworkx.

A lattice with shifted crossings, from which edges are taken until a crossing has 2.6 roads on average; costs are
lengths in millimetres; terminals lie anywhere. Fields as for `steiner`; known_optimum and gap are empty.
"""

import argparse
import math
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from benchmarks import _steiner
from benchmarks._steiner import Instance
from planner.graph.network import Graph

BLOCK_MM: Final = 100_000
ROADS: Final = 1.3  # for each crossing, each counted at one end


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument("--nodes", type=int, default=300_000, help="crossings, about")
    parser.add_argument("--terminals", type=int, default=1_300)
    _steiner.add_arguments(parser)


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row an engine."""
    name = f"roads {given.nodes} nodes, {given.terminals} terminals"
    yield from _steiner.rows(name, given, None, make, given.nodes, given.terminals)


def make(nodes: int, terminals: int) -> Instance:
    """Return the graph, connected, and its terminals; the same for the same numbers."""
    random = np.random.default_rng(1)
    side = math.isqrt(nodes)
    number = np.arange(side * side).reshape(side, side)
    x, y = np.indices((side, side)).reshape(2, -1) + random.uniform(-0.4, 0.4, (2, side * side))
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    kept = np.sort(random.permutation(len(tail))[: int(ROADS * side * side)])
    tail, head = tail[kept], head[kept]
    cost = (BLOCK_MM * np.hypot(x[tail] - x[head], y[tail] - y[head])).astype(np.int64) + 1
    label = Graph(side * side, tail, head, cost).components()
    largest = np.flatnonzero(label == np.bincount(label).argmax())
    inside = np.flatnonzero(label[tail] == label[largest[0]])
    tail, head = np.searchsorted(largest, tail[inside]), np.searchsorted(largest, head[inside])
    graph = Graph(len(largest), tail, head, cost[inside])
    return Instance(graph, np.sort(random.choice(len(largest), terminals, replace=False)))
