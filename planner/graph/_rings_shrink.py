"""A smaller graph with the same cheapest survivable networks, and the way back."""

from typing import NamedTuple

import numpy as np

from layers._kernel import kernel
from planner.graph._rings_ascent import Cuts, chosen
from planner.graph._rings_walk import Flags, Net, make_net, survey
from planner.graph.network import Graph, Ints


class Shrunk(NamedTuple):
    """A smaller graph.

    `keep` holds the number in the large graph of each vertex; the edges of the large graph that edge `e` stands for
    are ``chain[start[e]:start[e + 1]]``.
    """

    graph: Graph
    keep: Ints
    start: Ints
    chain: Ints

    def back(self, edges: Ints) -> Ints:
        """Return the edges of the large graph behind the given edges, ascending."""
        return np.sort(
            np.concatenate([self.chain[:0], *(self.chain[self.start[e] : self.start[e + 1]] for e in edges)])
        )


def shrink(graph: Graph, wanted: Ints) -> Shrunk:
    """Drop what no cheapest network uses and make one edge of each chain, until nothing changes.

    Dead ends, parts behind a bridge with nothing wanted, loops, and all but the two cheapest of parallel edges are
    dropped: none of them is in a cheapest network (or one as cheap is without them).
    """
    edges = np.arange(len(graph.cost))
    now = Shrunk(graph, np.arange(graph.vertices), np.arange(len(edges) + 1), edges)
    while True:
        number = np.full(graph.vertices, -1, np.int64)
        number[now.keep] = np.arange(len(now.keep))
        net = make_net(now.graph, number[:0], number[wanted])
        small = _once(now, net)
        if len(small.graph.cost) == len(now.graph.cost):
            return small
        now = small


def _once(now: Shrunk, net: Net) -> Shrunk:
    useful = _useful(net)
    tail, head, cost, start, chain = _chains(net, useful)
    keep = np.unique(np.concatenate([tail, head, np.flatnonzero(net.wanted)]))
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    order = np.lexsort((cost, high, low))
    third = np.zeros(len(order), np.bool_)
    third[2:] = (low[order[2:]] == low[order[:-2]]) & (high[order[2:]] == high[order[:-2]])
    order = order[~third]
    pieces = chosen(Cuts(start, chain), order)
    parts = chosen(Cuts(now.start, now.chain), pieces.arcs)
    number = np.full(len(net.hub), -1, np.int64)
    number[keep] = np.arange(len(keep))
    graph = Graph(len(keep), number[low[order]], number[high[order]], cost[order])
    return Shrunk(graph, now.keep[keep], parts.start[pieces.start], parts.arcs)


@kernel
def _useful(net: Net) -> Flags:
    """Return the edges on the root's side that have something wanted behind every bridge."""
    inside = np.ones(len(net.cost), np.bool_)
    aim = Net(net.start, net.other, net.edge, net.tail, net.head, net.cost, net.wanted, net.wanted, net.root)
    walk = survey(aim, inside)
    idle = walk.number < 0
    for vertex in walk.order:
        if walk.bridge[vertex] and walk.below[vertex] == 0 and not idle[vertex]:
            for place in range(walk.number[vertex], walk.past[vertex]):
                idle[walk.order[place]] = True
    for edge in range(len(inside)):
        tail, head = net.tail[edge], net.head[edge]
        inside[edge] = tail != head and not idle[tail] and not idle[head]
    return inside


@kernel
def _chains(net: Net, useful: Flags) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Return ends, cost and edges of each chain between vertices that are wanted or where three edges meet."""
    degree, edges = np.zeros(len(net.hub), np.int64), len(net.cost)
    for edge in range(edges):
        if useful[edge]:
            degree[net.tail[edge]] += 1
            degree[net.head[edge]] += 1
    stops = np.zeros(len(degree), np.bool_)
    for vertex in range(len(degree)):
        stops[vertex] = degree[vertex] > 2 or net.wanted[vertex] > 0
    tail, head, cost = np.empty(edges, np.int64), np.empty(edges, np.int64), np.zeros(edges, np.int64)
    start, chain = np.zeros(edges + 1, np.int64), np.empty(edges, np.int64)
    done = np.zeros(edges, np.bool_)
    count = links = 0
    for stop in range(len(stops)):
        for first in range(net.start[stop], net.start[stop + 1]):
            if not stops[stop] or done[net.edge[first]] or not useful[net.edge[first]]:
                continue
            here, slot, price, begin = stop, first, 0, links
            while True:
                edge = net.edge[slot]
                done[edge], chain[links] = True, edge
                links += 1
                price += net.cost[edge]
                here = net.other[slot]
                if stops[here]:
                    break
                for slot in range(net.start[here], net.start[here + 1]):
                    if useful[net.edge[slot]] and not done[net.edge[slot]]:
                        break
            if here == stop:
                links = begin
                continue
            tail[count], head[count], cost[count] = stop, here, price
            count += 1
            start[count] = links
    return tail[:count], head[:count], cost[:count], start[: count + 1], chain[:links]
