"""The form of a graph that kernels walk: entries of each vertex, one after the other."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layers._kernel import kernel

Longs = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


class Net(NamedTuple):
    """A graph without loops; entries ``start[v]`` to ``start[v + 1]`` are those of vertex v."""

    start: Longs
    other: Shorts
    """Neighbour of each entry."""
    edge: Shorts
    """Edge of each entry."""
    tail: Shorts
    head: Shorts
    cost: Longs
    terminal: Flags


def net_of(tail: Shorts, head: Shorts, cost: Longs, terminal: Flags) -> Net:
    """Return the walkable form of edges between vertices of which some are terminals."""
    start, other, edge = _entries(tail, head, len(terminal))
    return Net(start, other, edge, tail, head, cost, terminal)


@kernel
def _entries(tail: Shorts, head: Shorts, vertices: int) -> tuple[Longs, Shorts, Shorts]:
    start = np.zeros(vertices + 1, np.int64)
    for e in range(len(tail)):
        start[tail[e] + 1] += 1
        start[head[e] + 1] += 1
    for v in range(vertices):
        start[v + 1] += start[v]
    place = start[:-1].copy()
    other = np.empty(2 * len(tail), np.int32)
    edge = np.empty(2 * len(tail), np.int32)
    for e in range(len(tail)):
        u, v = tail[e], head[e]
        other[place[u]] = v
        edge[place[u]] = e
        place[u] += 1
        other[place[v]] = u
        edge[place[v]] = e
        place[v] += 1
    return start, other, edge
