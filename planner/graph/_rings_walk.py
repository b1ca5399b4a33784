"""Walks over a network inside a graph: depth first for bridges, and cheapest links that mend what a cut breaks."""

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layers._kernel import kernel, leaf, part
from planner.graph.network import Graph, Ints

Flags = npt.NDArray[np.bool_]


class Net(NamedTuple):
    """A graph as kernels take it: adjacency, ends and costs, and what is asked of each vertex.

    `hub` is 1 at vertices that need two edge-disjoint routes to the root (which is one of them), `wanted` 1 at those
    that need one.
    """

    start: Ints
    other: Ints
    edge: Ints
    tail: Ints
    head: Ints
    cost: Ints
    hub: Ints
    wanted: Ints
    root: int


class Survey(NamedTuple):
    """A depth-first walk from the root, per vertex.

    `number` is the place in the walk (-1: not reached), `past` the place after the last vertex below, `up` the edge
    to the parent, `bridge` whether that edge is a bridge, `below` the hubs at or below the vertex; `order` lists the
    reached vertices.
    """

    order: Ints
    number: Ints
    past: Ints
    up: Ints
    bridge: Flags
    below: Ints


def make_net(graph: Graph, hubs: Ints, wanted: Ints) -> Net:
    """Return a graph as kernels take it; with fewer than two hubs nothing needs a second route."""
    hub, want = np.zeros(graph.vertices, np.int64), np.zeros(graph.vertices, np.int64)
    want[wanted] = 1
    if len(hubs) > 1:
        hub[hubs] = 1
    root = int(hubs[0] if len(hubs) else wanted[0])
    return Net(*graph.adjacency, graph.tail, graph.head, graph.cost, hub, want, root)


@kernel
def survey(net: Net, inside: Flags) -> Survey:
    """Walk depth first from the root over the edges inside."""
    vertices = len(net.hub)
    number, past = np.full(vertices, -1, np.int64), np.zeros(vertices, np.int64)
    up, low = np.full(vertices, -1, np.int64), np.zeros(vertices, np.int64)
    order, at = np.empty(vertices, np.int64), np.empty(vertices, np.int64)
    below, bridge = np.zeros(vertices, np.int64), np.zeros(vertices, np.bool_)
    order[0], number[net.root], at[net.root] = net.root, 0, net.start[net.root]
    below[net.root] = net.hub[net.root]
    count, here = 1, net.root
    while True:
        if at[here] < net.start[here + 1]:
            slot = at[here]
            at[here] += 1
            edge = net.edge[slot]
            if not inside[edge] or edge == up[here]:
                continue
            there = net.other[slot]
            if number[there] >= 0:
                low[here] = min(low[here], number[there])
                continue
            order[count], number[there], low[there] = there, count, count
            up[there], at[there], below[there] = edge, net.start[there], net.hub[there]
            count += 1
            here = there
            continue
        past[here] = count
        if here == net.root:
            break
        parent = net.tail[up[here]] + net.head[up[here]] - here
        bridge[here] = low[here] > number[parent]
        low[parent] = min(low[parent], low[here])
        below[parent] += below[here]
        here = parent
    return Survey(order[:count], number, past, up, bridge, below)


@leaf
def exposed(walk: Survey) -> int:
    """Return the last vertex of the walk whose edge upwards is a bridge between hubs, or -1."""
    for place in range(len(walk.order) - 1, 0, -1):
        vertex = walk.order[place]
        if walk.bridge[vertex] and walk.below[vertex] > 0:
            return int(vertex)
    return -1


@leaf
def missing(net: Net, walk: Survey) -> int:
    """Return the first wanted vertex that the walk did not reach, or -1."""
    for vertex in range(len(net.wanted)):
        if net.wanted[vertex] and walk.number[vertex] < 0:
            return vertex
    return -1


@leaf
def _holds(walk: Survey, top: int, vertex: int) -> bool:
    """Tell whether a vertex is at or below another in the walk."""
    return bool(walk.number[top] <= walk.number[vertex] < walk.past[top])


@leaf
def _forbidden(walk: Survey, ends: tuple[int, int], step: tuple[int, int, int]) -> bool:
    """Tell whether a step along an edge inside goes forward over a bridge between hubs that the link must span."""
    here, there, edge = step
    down = walk.up[there] == edge
    child = there if down else here
    if walk.up[child] != edge or not walk.bridge[child] or walk.below[child] == 0:
        return False
    first, last = _holds(walk, child, ends[0]), _holds(walk, child, ends[1])
    if first == last:
        return False
    return bool(first != down)


@part
def link(
    net: Net, inside: Flags, walk: Survey, ends: tuple[int, int], price: Ints, most: int
) -> tuple[int, Ints]:  # fmt: skip
    """Return the price and the new edges of the cheapest link, or -1 where none costs less than `most`.

    With `ends[1]` >= 0 the link spans every bridge between hubs on the way between the two ends: edges inside are
    free, but over such a bridge only backwards (Frederickson and Ja'Ja' 1981 on a path of bridges). With `ends[1]`
    below 0 it joins the unreached part at `ends[0]` to any vertex that the walk reached.
    """
    distance = np.full(len(net.hub), most, np.int64)
    by, queue = np.full(len(net.hub), -1, np.int64), [(0, ends[0])]
    distance[ends[0]] = 0
    found = -1
    while queue:
        far, here = heappop(queue)
        if far > distance[here]:
            continue
        if here == ends[1] or (ends[1] < 0 and walk.number[here] >= 0):
            found = here
            break
        for slot in range(net.start[here], net.start[here + 1]):
            there, edge = net.other[slot], net.edge[slot]
            step = 0 if inside[edge] else price[edge]
            if far + step >= distance[there]:
                continue
            if inside[edge] and ends[1] >= 0 and _forbidden(walk, ends, (here, there, edge)):
                continue
            distance[there], by[there] = far + step, edge
            heappush(queue, (far + step, there))
    edges = np.empty(len(net.hub), np.int64)
    if found < 0:
        return -1, edges[:0]
    count, here = 0, found
    while here != ends[0]:
        edge = by[here]
        if not inside[edge]:
            edges[count] = edge
            count += 1
        here = net.tail[edge] + net.head[edge] - here
    return int(distance[found]), edges[:count]
