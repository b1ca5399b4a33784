"""Wong's dual ascent: a lower bound, and what an edge would add to it."""

from typing import Final

import numpy as np

from layers._kernel import kernel, part, typed
from planner.graph._heap import pop, push
from planner.graph._net import Flags, Longs, Net
from planner.graph._paths import FAR

_AWAY: Final = typed(0)
_BACK: Final = typed(1)


@kernel
def ascend(net: Net, root: int, rest: Longs, guide: Flags) -> int:
    """Return how much the bound rises; `rest` is the reduced cost of each arc and falls.

    Arc 2e runs from tail to head of edge e, 2e + 1 back. The set of vertices that reach a terminal without cost must be
    entered by every tree from the root, so the least cost of an arc into it can be taken off all arcs into it
    (R. T. Wong, 1984). The set with the fewest such arcs goes first, as in T. Pajor, E. Uchoa and R. F. Werneck,
    A robust and scalable algorithm for the Steiner problem in graphs (2018).
    """
    n, m = len(net.terminal), len(net.cost)
    score = np.zeros(n, np.int64)
    heap, place = np.empty(n, np.int32), np.full(n, -1, np.int32)
    stamp = np.zeros(n, np.int32)
    queue, arcs = np.empty(n, np.int32), np.empty(2 * m, np.int32)
    size = bound = now = 0
    for v in range(n):
        if net.terminal[v] and v != root:
            score[v] = net.start[v + 1] - net.start[v]
            size = push(heap, place, score, size, v)
    while size:
        t = pop(heap, place, score, size)
        size -= 1
        now += 1
        stamp[t] = now
        queue[0] = t
        at, reached, cuts = 0, 1, 0
        free = True
        while free:
            while at < reached:
                v = queue[at]
                at += 1
                if v == root or place[v] >= 0:
                    free = False
                    break
                for k in range(net.start[v], net.start[v + 1]):
                    u, e = net.other[k], net.edge[k]
                    arc = 2 * e + (net.tail[e] == v)
                    if stamp[u] == now:
                        continue
                    if rest[arc] == 0:
                        stamp[u] = now
                        queue[reached] = u
                        reached += 1
                    else:
                        arcs[cuts] = arc
                        cuts += 1
            if not free:
                break
            kept, least, crossed = 0, FAR, 0
            for i in range(cuts):
                arc = arcs[i]
                if stamp[net.head[arc >> 1] if arc & 1 else net.tail[arc >> 1]] != now:
                    arcs[kept] = arc
                    kept += 1
                    least = min(least, rest[arc])
                    crossed += guide[arc]
            cuts = kept
            price = cuts * max(crossed, 1) ** 2
            if size and price > score[heap[0]] * 5 // 4:
                score[t] = price
                size = push(heap, place, score, size, t)
                break
            bound += least
            kept = 0
            for i in range(cuts):
                arc = arcs[i]
                rest[arc] -= least
                if rest[arc]:
                    arcs[kept] = arc
                    kept += 1
                    continue
                u = net.head[arc >> 1] if arc & 1 else net.tail[arc >> 1]
                if stamp[u] != now:
                    stamp[u] = now
                    queue[reached] = u
                    reached += 1
            cuts = kept
    return bound


@kernel
def useful(net: Net, root: int, rest: Longs, slack: int) -> Flags:
    """Return the edges that a tree can use without costing more than the bound and the slack."""
    n = len(net.terminal)
    down = np.full(n, FAR, np.int64)
    up = np.full(n, FAR, np.int64)
    down[root] = 0
    _measure(net, rest, down, _AWAY, slack)
    for v in range(n):
        if net.terminal[v] and v != root:
            up[v] = 0
    _measure(net, rest, up, _BACK, slack)
    keep = np.zeros(len(net.cost), np.bool_)
    for e in range(len(net.cost)):
        a, b = net.tail[e], net.head[e]
        if down[a] < FAR and up[b] < FAR:
            keep[e] = down[a] + rest[2 * e] + up[b] <= slack
        if down[b] < FAR and up[a] < FAR:
            keep[e] |= down[b] + rest[2 * e + 1] + up[a] <= slack
    return keep


@part
def _measure(net: Net, rest: Longs, far: Longs, back: int, slack: int) -> None:
    """Lower `far` to the least reduced cost from (or, back, to) the vertices where it is 0, as far as the slack."""
    n = len(far)
    heap, place = np.empty(n, np.int32), np.full(n, -1, np.int32)
    size = 0
    for v in range(n):
        if far[v] == 0:
            size = push(heap, place, far, size, v)
    while size:
        v = pop(heap, place, far, size)
        size -= 1
        for k in range(net.start[v], net.start[v + 1]):
            u, e = net.other[k], net.edge[k]
            there = far[v] + rest[2 * e + ((net.tail[e] == u) != (back == 1))]
            if there < far[u] and there <= slack:
                far[u] = there
                size = push(heap, place, far, size, u)
