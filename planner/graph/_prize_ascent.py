"""Dual ascent for prize collecting: a lower bound, and what each arc would add to it.

Directed form (Ljubic et al. 2006): every vertex with a prize must be reached from the root, through the network at its
arcs' costs or past it at the price of its prize. Wong's dual ascent (1984) raises cuts around one prize at a time, the
smallest first, until the network or the prize is paid in full; the scheme for the queue is that of Pajor, Uchoa and
Werneck (2018).
"""

from heapq import heappop, heappush
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from layers._kernel import kernel
from planner.graph.network import Ints

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FAR: Final = 1 << 60
_DONE: Final = 0
_ACTIVE: Final = 1
_WAITING: Final = 2
_SLACK: Final = 1.25  # a cut goes on rising while it is at most this much larger than the next smallest


class Net(NamedTuple):
    """Neighbours by vertex: an entry is one end of an edge, seen from its owner.

    `start` holds each owner's first entry; `near` the neighbour, `edge` the edge, `twin` the entry of the other end
    and `cost` the edge's cost, by entry.
    """

    start: Ints
    near: Ints
    edge: Ints
    twin: Ints
    cost: Ints


def net_of(vertices: int, ends: tuple[Ints, Ints], cost: Ints, chosen: Ints) -> Net:
    """Return neighbours by vertex over the chosen edges, which must not be loops."""
    count = len(chosen)
    tail, head = ends[0][chosen], ends[1][chosen]
    owner = np.concatenate([tail, head])
    order = np.argsort(owner, kind="stable")
    place = np.empty(2 * count, np.int64)
    place[order] = np.arange(2 * count)
    start = np.zeros(vertices + 1, np.int64)
    np.cumsum(np.bincount(owner, minlength=vertices), out=start[1:])
    edge = np.concatenate([chosen, chosen])[order]
    near = np.concatenate([head, tail])[order]
    twin = np.concatenate([place[count:], place[:count]])[order]
    return Net(start, near, edge, twin, cost[edge])


@kernel
def ascend(net: Net, root: int, prize: Ints, weight: Floats) -> tuple[int, Ints, Ints]:
    """Return a lower bound, the reduced cost of the arc into each entry's owner, and what is left of each prize.

    `weight` multiplies the size of a vertex's cut in the queue: ones for the plain order.
    """
    start, near = net.start, net.near
    count = len(prize)
    reduced, left = net.cost.copy(), prize.copy()
    left[root] = 0
    mark, state = np.zeros(count, np.int64), np.zeros(count, np.int8)
    waits, after = np.full(count, -1, np.int64), np.full(count, -1, np.int64)  # lists of those that wait for a vertex
    inside, cut = np.empty(count, np.int64), np.empty(len(near), np.int64)
    heap = [(0.0, root)]
    for vertex in range(count):
        if left[vertex] > 0:
            state[vertex] = _ACTIVE
            heappush(heap, ((start[vertex + 1] - start[vertex]) * weight[vertex], vertex))
    bound, stamp = 0, 0
    while len(heap) > 0:
        key, vertex = heappop(heap)
        stamp += 1
        mark[vertex] = stamp
        inside[0] = vertex
        size, seen, wide = 1, 0, 0
        met, ahead, again = False, -1, False
        while True:
            while seen < size and not met and ahead < 0:  # all that reaches the prize for nothing
                owner = inside[seen]
                seen += 1
                for entry in range(start[owner], start[owner + 1]):
                    other = near[entry]
                    if mark[other] == stamp:
                        continue
                    if reduced[entry] > 0:
                        cut[wide] = entry
                        wide += 1
                    elif other == root:
                        met = True
                        break
                    else:
                        mark[other] = stamp
                        inside[size] = other
                        size += 1
                        if state[other] == _ACTIVE:
                            ahead = other
                            break
            if met or ahead >= 0 or left[vertex] == 0:
                break
            kept, least = 0, left[vertex]
            for k in range(wide):
                entry = cut[k]
                if mark[near[entry]] != stamp:
                    cut[kept] = entry
                    kept += 1
                    least = min(least, reduced[entry])
            wide = kept
            score = wide * weight[vertex]
            if len(heap) > 0 and score > _SLACK * heap[0][0]:
                again = True
                break
            bound += least
            left[vertex] -= least
            for k in range(wide):
                entry = cut[k]
                reduced[entry] -= least
                if reduced[entry] == 0:
                    other = near[entry]
                    if other == root:
                        met = True
                    elif mark[other] != stamp:
                        mark[other] = stamp
                        inside[size] = other
                        size += 1
                        if state[other] == _ACTIVE:
                            ahead = other
        if again:
            heappush(heap, (score, vertex))
        elif ahead >= 0 and not met and left[vertex] > 0:  # what reaches that one reaches this one too
            state[vertex] = _WAITING
            after[vertex] = waits[ahead]
            waits[ahead] = vertex
        else:
            state[vertex] = _DONE
            other = waits[vertex]
            while other >= 0:
                state[other] = _ACTIVE
                heappush(heap, (key, other))
                other = after[other]
    return bound, reduced, left


@kernel
def distances(net: Net, length: Ints, source: Bools) -> Ints:
    """Return each vertex's distance from the nearest source; `length` is that of leaving the owner by its entry."""
    count = len(source)
    distance = np.full(count, FAR, np.int64)
    heap = [(0, 0)]
    heap.clear()
    for vertex in range(count):
        if source[vertex]:
            distance[vertex] = 0
            heappush(heap, (0, vertex))
    while len(heap) > 0:
        here, vertex = heappop(heap)
        if here > distance[vertex]:
            continue
        for entry in range(net.start[vertex], net.start[vertex + 1]):
            other = net.near[entry]
            there = here + length[entry]
            if there < distance[other]:
                distance[other] = there
                heappush(heap, (there, other))
    return distance
