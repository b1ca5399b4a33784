"""A net while it is made smaller: chains of half-edges that can be moved from vertex to vertex."""

from typing import NamedTuple

import numpy as np

from layers._kernel import kernel, leaf
from planner.graph._heap import iota
from planner.graph._net import Flags, Longs, Net, Shorts


class Draft(NamedTuple):
    """A graph in change: chains of half-edges for each vertex; half-edges 2e and 2e + 1 end at tail and head."""

    end: Shorts
    """Vertex of each half-edge."""
    top: Shorts
    after: Shorts
    before: Shorts
    degree: Shorts
    cost: Longs
    alive: Flags
    terminal: Flags
    piece: Shorts
    first: Shorts
    second: Shorts
    fixed: Shorts
    todo: Shorts
    waiting: Flags
    size: Longs
    """Pieces made, fixed pieces, vertices to do, terminals left."""


@kernel
def chain(net: Net, keep: Flags) -> Draft:
    """Return the changeable form of the edges to keep."""
    n, m = len(net.terminal), len(net.cost)
    draft = Draft(
        np.empty(2 * m, np.int32), np.full(n, -1, np.int32), np.full(2 * m, -1, np.int32), np.full(2 * m, -1, np.int32),
        np.zeros(n, np.int32), net.cost.copy(), keep.copy(), net.terminal.copy(), iota(m),
        np.full(m + 3 * n, -1, np.int32), np.full(m + 3 * n, -1, np.int32), np.empty(m, np.int32), iota(n),
        np.ones(n, np.bool_), np.array([m, 0, n, net.terminal.sum()]),
    )  # fmt: skip
    for e in range(m - 1, -1, -1):
        if keep[e]:
            hang(draft, 2 * e, int(net.tail[e]))
            hang(draft, 2 * e + 1, int(net.head[e]))
    return draft


@leaf
def hang(draft: Draft, h: int, v: int) -> None:
    """Let a half-edge end at a vertex."""
    draft.end[h] = v
    draft.before[h] = -1
    draft.after[h] = draft.top[v]
    if draft.top[v] >= 0:
        draft.before[draft.top[v]] = h
    draft.top[v] = h
    draft.degree[v] += 1


@leaf
def unhang(draft: Draft, h: int) -> None:
    """Take a half-edge from its vertex, which is to be looked at again."""
    v = draft.end[h]
    if draft.before[h] >= 0:
        draft.after[draft.before[h]] = draft.after[h]
    else:
        draft.top[v] = draft.after[h]
    if draft.after[h] >= 0:
        draft.before[draft.after[h]] = draft.before[h]
    draft.degree[v] -= 1
    remember(draft, v)


@leaf
def remember(draft: Draft, v: int) -> None:
    """Note that a vertex is to be looked at again."""
    if not draft.waiting[v]:
        draft.waiting[v] = True
        draft.todo[draft.size[2]] = v
        draft.size[2] += 1


@leaf
def cut(draft: Draft, e: int) -> None:
    """Take an edge away."""
    draft.alive[e] = False
    unhang(draft, 2 * e)
    unhang(draft, 2 * e + 1)


@leaf
def between(draft: Draft, u: int, v: int) -> int:
    """Return the edge between two vertices, or -1."""
    if draft.degree[v] < draft.degree[u]:
        u, v = v, u
    h = int(draft.top[u])
    while h >= 0:
        if draft.end[h ^ 1] == v:
            return h >> 1
        h = int(draft.after[h])
    return -1


@leaf
def compose(draft: Draft, one: int, two: int) -> int:
    """Return a new piece of two pieces."""
    made = draft.size[0]
    draft.first[made], draft.second[made] = one, two
    draft.size[0] += 1
    return int(made)
