"""Lower bounds from cuts: dual ascent in both directions, and the bound that any weights of cuts give.

Every survivable network can be oriented so that each wanted vertex is reached from the root and each hub reaches the
root (Robbins 1939 on the part without bridges, away from the root on the spurs), with each edge in one direction only.
So of the arcs into a set without the root one is used where the set holds a wanted vertex, and of the arcs out of it
one where it holds a hub. Arc ``2 e`` runs along edge `e` from tail to head, arc ``2 e + 1`` back.
"""

from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layers._kernel import kernel, part
from planner.graph._rings_walk import Net
from planner.graph.network import Ints


class Cuts(NamedTuple):
    """Sets of arcs of which one must be used: arcs of cut `k` are ``arcs[start[k]:start[k + 1]]``."""

    start: Ints
    arcs: Ints


@part
def _grow(net: Net, rest: Ints, vertex: int, sign: int, room: tuple[Ints, Ints, Ints]) -> tuple[int, int]:
    """Gather what reaches the vertex (sign 0), or it reaches (1), over used-up arcs, and the arcs across the border.

    Returns the number of vertices, or 0 where the root is among them, and the number of arcs, both left in `room`.
    """
    queue, seen, arcs = room
    queue[0], seen[vertex] = vertex, vertex + 1 + sign * len(seen)
    mark, count, place, found = seen[vertex], 1, 0, 0
    while place < count:
        here = queue[place]
        place += 1
        for slot in range(net.start[here], net.start[here + 1]):
            there, edge = net.other[slot], net.edge[slot]
            if seen[there] == mark:
                continue
            outward = 2 * edge + (0 if net.tail[edge] == here else 1)
            arc = outward if sign == 1 else outward ^ 1
            if rest[arc] > 0:
                arcs[found] = arc
                found += 1
                continue
            if there == net.root:
                return 0, 0
            seen[there] = mark
            queue[count] = there
            count += 1
    kept = 0
    for place in range(found):
        arc = arcs[place]
        edge = arc // 2
        if seen[net.tail[edge]] != mark or seen[net.head[edge]] != mark:
            arcs[kept] = arc
            kept += 1
    return count, kept


@kernel
def ascend(net: Net, left: Ints) -> tuple[int, Ints, Ints, Ints, Ints]:
    """Raise weights of cuts, small cuts first, until no cut is left; Wong (1984) with cuts both ways.

    `left` is what is left of each arc's cost. Returns the bound to add, what is left then, and the weight, first arc
    and arcs of each cut.
    """
    rest, size = left.copy(), len(net.hub)
    room = (np.empty(size, np.int64), np.full(size, -1, np.int64), np.empty(len(rest) + 1, np.int64))
    queue = [(0, 0, net.root)]
    for vertex in range(size):
        if vertex != net.root:
            if net.wanted[vertex]:
                queue.append((1, 0, vertex))
            if net.hub[vertex]:
                queue.append((1, 1, vertex))
    queue = queue[1:]
    heapify(queue)
    bound, used, cuts = 0, 0, 0
    weight, start, arcs = np.empty(1024, np.int64), np.zeros(1025, np.int64), np.empty(65536, np.int64)
    while queue:
        _, sign, vertex = heappop(queue)
        room[1][:] = -1
        count, found = _grow(net, rest, vertex, sign, room)
        if count == 0:
            continue
        if found == 0:
            return -1, rest, weight[:0], start[:1], arcs[:0]
        border = room[2][:found]
        step = rest[border].min()
        rest[border] -= step
        bound += step
        if cuts == len(weight):
            weight = np.concatenate((weight, np.empty(cuts, np.int64)))
            start = np.concatenate((start, np.empty(cuts, np.int64)))
        while used + found > len(arcs):
            arcs = np.concatenate((arcs, np.empty(len(arcs), np.int64)))
        arcs[used : used + found] = border
        used += found
        weight[cuts] = step
        cuts += 1
        start[cuts] = used
        heappush(queue, (found, sign, vertex))
    return bound, rest, weight[:cuts], start[: cuts + 1], arcs[:used]


def worth(cost: Ints, cuts: Cuts, weight: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
    """Return the bound that weights of cuts give, and what is left of each arc's cost (0 or more).

    Any weights of 0 or more give a bound: an edge is used once at most, and in one direction, so what weights exceed
    its cost by is taken off once. No solver needs to be believed.
    """
    rest = np.repeat(cost, 2).astype(np.float64)
    rest -= np.bincount(cuts.arcs, np.repeat(weight, np.diff(cuts.start)), minlength=len(rest))
    over = np.minimum(np.minimum(rest[::2], rest[1::2]), 0.0)
    return float(weight.sum() + over.sum()), rest - np.repeat(over, 2)


def chosen(cuts: Cuts, which: npt.ArrayLike) -> Cuts:
    """Return some of the cuts."""
    numbers = np.asarray(which, np.int64)
    sizes = np.diff(cuts.start)[numbers]
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    at = np.repeat(cuts.start[numbers] - start[:-1], sizes) + np.arange(start[-1])
    return Cuts(start, cuts.arcs[at])


def joined(first: Cuts, second: Cuts) -> Cuts:
    """Return all cuts of both."""
    return Cuts(
        np.concatenate([first.start, second.start[1:] + first.start[-1]]), np.concatenate([first.arcs, second.arcs])
    )
