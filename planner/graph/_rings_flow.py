"""Cuts that a fractional network falls short of, by maximum flows."""

import numpy as np
import numpy.typing as npt

from layers._kernel import kernel, part
from planner.graph._rings_search import shuffle
from planner.graph._rings_walk import Net
from planner.graph.network import Ints

_LITTLE = 1e-9
_SHORT = 0.01  # a cut must fall this much below 1


@part
def _reach(net: Net, room: npt.NDArray[np.float64], vertex: int, sign: int, work: tuple[Ints, Ints]) -> int:
    """Walk from the vertex over arcs with room, against them (sign 0) or along (1); return how many it reached.

    Stops at the root, with -1. `work` receives the reached vertices and the slot by which each was reached.
    """
    queue, by = work
    by[:] = -1
    queue[0], by[vertex], count, place = vertex, -2, 1, 0
    while place < count:
        here = queue[place]
        place += 1
        for slot in range(net.start[here], net.start[here + 1]):
            there, edge = net.other[slot], net.edge[slot]
            if by[there] != -1:
                continue
            outward = 2 * edge + (0 if net.tail[edge] == here else 1)
            if room[outward if sign == 1 else outward ^ 1] <= _LITTLE:
                continue
            by[there] = slot
            if there == net.root:
                return -1
            queue[count] = there
            count += 1
    return count


@part
def _push(net: Net, room: npt.NDArray[np.float64], vertex: int, sign: int, by: Ints) -> float:
    """Send what fits along the path just found, and return it."""
    most = 1.0
    for change in range(2):
        here = net.root
        while here != vertex:
            slot = by[here]
            edge = net.edge[slot]
            outward = 2 * edge + (0 if net.head[edge] == here else 1)
            arc = outward if sign == 1 else outward ^ 1
            if change:
                room[arc] -= most
                room[arc ^ 1] += most
            else:
                most = min(most, room[arc])
            here = net.tail[edge] + net.head[edge] - here
    return float(most)


@part
def _border(net: Net, count: int, sign: int, work: tuple[Ints, Ints]) -> Ints:
    """Return the arcs into (sign 0) or out of (1) the vertices just reached."""
    queue, by = work
    size = 0
    for here in queue[:count]:
        size += net.start[here + 1] - net.start[here]
    arcs, used = np.empty(size, np.int64), 0
    for here in queue[:count]:
        for slot in range(net.start[here], net.start[here + 1]):
            if by[net.other[slot]] == -1:
                edge = net.edge[slot]
                outward = 2 * edge + (0 if net.tail[edge] == here else 1)
                arcs[used] = outward if sign == 1 else outward ^ 1
                used += 1
    return arcs[:used]


@kernel
def separate(net: Net, value: npt.NDArray[np.float64], nested: int, most: int, state: Ints) -> tuple[Ints, Ints]:
    """Return cuts that arcs of the given values miss: starts and arcs.

    For each vertex in random order a flow from the root, and for hubs one to it; after a cut its arcs are filled and
    the flow goes on to the next, `nested` times; at most `most` cuts in all.
    """
    size = len(net.hub)
    work = (np.empty(size, np.int64), np.empty(size, np.int64))
    start, arcs, cuts, used = np.zeros(most + 1, np.int64), np.empty(65536, np.int64), 0, 0
    ask = np.concatenate((np.flatnonzero(net.wanted), np.flatnonzero(net.hub) + size))
    shuffle(ask, state)
    for one in ask:
        vertex, sign = one % size, one // size
        if vertex == net.root:
            continue
        room, sent, left = value.copy(), 0.0, nested
        while left > 0 and cuts < most:
            count = _reach(net, room, vertex, sign, work)
            if count < 0:
                sent += _push(net, room, vertex, sign, work[1])
                if sent >= 1.0 - _SHORT:
                    break
                continue
            border = _border(net, count, sign, work)
            while used + len(border) > len(arcs):
                arcs = np.concatenate((arcs, np.empty(len(arcs), np.int64)))
            arcs[used : used + len(border)] = border
            used += len(border)
            cuts += 1
            start[cuts] = used
            left -= 1
            room[border] = 1.0
    return start[: cuts + 1], arcs[:used]
