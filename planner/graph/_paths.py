"""Trees from shortest paths: growing one, spanning a set of vertices, and the regions nearest to each of its vertices."""

from typing import Final, NamedTuple

import numpy as np

from layers._kernel import kernel, part
from planner.graph._heap import pop, push
from planner.graph._net import Flags, Longs, Net, Shorts

FAR: Final = 2**62


class Tree(NamedTuple):
    """A rooted tree: its vertices, root first and each after its parent; parent and edge to it of each vertex, or -1."""

    order: Shorts
    parent: Shorts
    via: Shorts


class Regions(NamedTuple):
    """For each vertex the nearest base, the distance to it and the edge towards it, or -1."""

    base: Shorts
    far: Longs
    via: Shorts


@kernel
def grow(net: Net, root: int, needed: Flags) -> Flags:
    """Return the vertices of a tree that joins the nearest needed vertex, again and again, by a shortest path.

    Takahashi and Matsuyama (1980), with one queue for all vertices of the tree.
    """
    n = len(net.terminal)
    inside = np.zeros(n, np.bool_)
    far = np.full(n, FAR, np.int64)
    via = np.full(n, -1, np.int32)
    heap, place = np.empty(n, np.int32), np.full(n, -1, np.int32)
    left = needed.sum() - needed[root]
    inside[root] = True
    far[root] = 0
    size = push(heap, place, far, 0, root)
    while size and left:
        v = pop(heap, place, far, size)
        size -= 1
        if needed[v] and not inside[v]:
            left -= 1
            while not inside[v]:
                inside[v] = True
                far[v] = 0
                size = push(heap, place, far, size, v)
                v = net.tail[via[v]] + net.head[via[v]] - v
            continue
        for k in range(net.start[v], net.start[v + 1]):
            u = net.other[k]
            there = far[v] + net.cost[net.edge[k]]
            if there < far[u]:
                far[u] = there
                via[u] = net.edge[k]
                size = push(heap, place, far, size, u)
    return inside


@kernel
def span(net: Net, inside: Flags, root: int) -> Tree:
    """Return the cheapest tree over a connected set of vertices, without leaves that are no terminals.

    `inside` then holds the vertices of the tree.
    """
    n = len(net.terminal)
    order = np.empty(inside.sum(), np.int32)
    parent, via = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    near = np.full(n, FAR, np.int64)
    done = np.zeros(n, np.bool_)
    heap, place = np.empty(n, np.int32), np.full(n, -1, np.int32)
    near[root] = 0
    size = push(heap, place, near, 0, root)
    count = 0
    while size:
        v = pop(heap, place, near, size)
        size -= 1
        done[v] = True
        order[count] = v
        count += 1
        for k in range(net.start[v], net.start[v + 1]):
            u, e = net.other[k], net.edge[k]
            if inside[u] and not done[u] and net.cost[e] < near[u]:
                near[u] = net.cost[e]
                parent[u] = v
                via[u] = e
                size = push(heap, place, near, size, u)
    children = np.zeros(n, np.int32)
    for i in range(count - 1, 0, -1):
        v = order[i]
        if net.terminal[v] or children[v]:
            children[parent[v]] += 1
        else:
            parent[v] = via[v] = -1
    inside[:] = False
    kept = 0
    for i in range(count):
        v = order[i]
        if i == 0 or via[v] >= 0:
            inside[v] = True
            order[kept] = v
            kept += 1
    return Tree(order[:kept], parent, via)


@kernel
def cost_of(tree: Tree, cost: Longs) -> int:
    """Return the cost of a tree."""
    total = 0
    for i in range(1, len(tree.order)):
        total += cost[tree.via[tree.order[i]]]
    return total


@part
def nearest(net: Net, bases: Flags) -> Regions:
    """Return the regions of vertices nearest to each base (Voronoi regions)."""
    n = len(net.terminal)
    base, via = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    far = np.full(n, FAR, np.int64)
    heap, place = np.empty(n, np.int32), np.full(n, -1, np.int32)
    size = 0
    for v in range(n):
        if bases[v]:
            base[v] = v
            far[v] = 0
            size = push(heap, place, far, size, v)
    while size:
        v = pop(heap, place, far, size)
        size -= 1
        for k in range(net.start[v], net.start[v + 1]):
            u = net.other[k]
            there = far[v] + net.cost[net.edge[k]]
            if there < far[u]:
                far[u] = there
                base[u] = base[v]
                via[u] = net.edge[k]
                size = push(heap, place, far, size, u)
    return Regions(base, far, via)
