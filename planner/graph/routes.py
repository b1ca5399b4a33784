"""What a cut costs, and two routes that share as little as they can."""

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any

import numpy as np
import numpy.typing as npt

from layers import PlanError
from layers._kernel import kernel
from planner.graph._rings_check import check_edges, check_vertices
from planner.graph._rings_walk import Net, survey
from planner.graph.network import MOST, Graph, Ints

_FAR = 2 * MOST


@dataclass(frozen=True)
class Routes:
    """Two routes from a vertex to roots.

    Attributes
    ----------
    first, second
        Numbers of each route's edges, in order from the vertex.
    cost
        Cost of both, shared edges counted twice.
    shared
        Numbers of the edges in both, ascending.
    shared_cost
        Their cost: what one cut can take from both.
    """

    first: Ints
    second: Ints
    cost: int
    shared: Ints
    shared_cost: int


def cut_impact(graph: Graph, edges: Ints, weight: npt.NDArray[Any], roots: Ints) -> npt.NDArray[Any]:
    """Return, for each edge of a network, the weight that loses its path to every root when that edge is cut.

    One depth-first walk (Tarjan 1974) with all roots as one vertex: exact, in linear time.

    Parameters
    ----------
    graph
        The graph.
    edges
        Numbers of the network's edges, once each.
    weight
        Weight of each vertex, such as premises: whole or real numbers, shape (vertices,).
    roots
        Vertices that must be reached.

    Returns
    -------
    ndarray
        One value an edge, in the order of `edges` and the type of `weight`. What no root reaches anyway has nothing
        to lose.

    Raises
    ------
    PlanError
        Where an edge or root does not exist, there is no root, or weights do not fit the vertices.
    """
    network = _Network.make(graph, edges, roots)
    if len(weight) != graph.vertices:
        raise PlanError("rings", [f"{len(weight)} weights for {graph.vertices} vertices; give one a vertex"])
    merged = np.where(network.is_root, roots[0], np.arange(graph.vertices))
    part = Graph(graph.vertices, merged[network.tail], merged[network.head], network.cost)
    none = np.zeros(graph.vertices, np.int64)
    net = Net(*part.adjacency, part.tail, part.head, part.cost, none, none, int(roots[0]))
    walk = survey(net, np.ones(len(edges), np.bool_))
    sums = np.concatenate([np.zeros(1, weight.dtype), np.cumsum(weight[walk.order], dtype=weight.dtype)])
    lost = np.zeros(len(edges), weight.dtype)
    tops = np.flatnonzero(walk.bridge)
    lost[walk.up[tops]] = sums[walk.past[tops]] - sums[walk.number[tops]]
    return lost


def diverse_routes(graph: Graph, edges: Ints, vertex: int, roots: Ints) -> Routes:
    """Return two routes from a vertex to roots that share the least cost, and of these the cheapest.

    The routes end at two roots or both at one. Successive shortest paths with costs in pairs, shared before total
    (Suurballe and Tarjan 1984; Bhandari 1999).

    Parameters
    ----------
    graph
        The graph.
    edges
        Numbers of the network's edges, once each.
    vertex
        Where both routes begin; at a root both are empty.
    roots
        Where they may end.

    Returns
    -------
    Routes

    Raises
    ------
    PlanError
        Where an edge, the vertex or a root does not exist, there is no root, or no path leads to one.
    """
    network = _Network.make(graph, edges, roots)
    check_vertices(graph, "the vertex", np.array([vertex]))
    part = Graph(graph.vertices, network.tail, network.head, network.cost)
    root = network.is_root.astype(np.int64)
    net = Net(*part.adjacency, part.tail, part.head, part.cost, root, root, vertex)
    flow = _send(net)
    if len(flow) != len(edges) or not (root[vertex] or flow.any()):
        raise PlanError("rings", [f"no path leads from vertex {vertex} to a root; connect it first"])
    walks = (_trace(net, flow), _trace(net, flow))
    shared = np.intersect1d(*walks)
    return Routes(
        edges[walks[0]], edges[walks[1]], sum(int(part.cost[walk].sum()) for walk in walks),
        np.sort(edges[shared]), int(part.cost[shared].sum()),
    )  # fmt: skip


@dataclass(frozen=True)
class _Network:
    tail: Ints
    head: Ints
    cost: Ints
    is_root: npt.NDArray[np.bool_]

    @classmethod
    def make(cls, graph: Graph, edges: Ints, roots: Ints) -> "_Network":
        if len(check_edges(graph, "edges of the network", edges)) < len(edges):
            raise PlanError("rings", ["an edge of the network is named twice; name each once"])
        if not len(check_vertices(graph, "roots", roots)):
            raise PlanError("rings", ["there is no root; name at least one"])
        is_root = np.zeros(graph.vertices, np.bool_)
        is_root[roots] = True
        return cls(graph.tail[edges], graph.head[edges], graph.cost[edges], is_root)


@kernel
def _send(net: Net) -> Ints:
    """Return the flow along each edge (-2 to 2, above 0 from tail to head) of two routes from the net's root to hubs.

    Empty where no hub is reached.
    """
    flow, apart = np.zeros(len(net.cost), np.int64), np.zeros(len(net.hub), np.int64)
    for _ in range(2):
        shared, plain = np.full(len(net.hub), _FAR, np.int64), np.full(len(net.hub), _FAR, np.int64)
        by, queue, found = np.full(len(net.hub), -1, np.int64), [(0, 0, net.root)], -1
        shared[net.root] = plain[net.root] = 0
        while queue:
            once, twice, here = heappop(queue)
            if once != shared[here] or twice != plain[here]:
                continue
            if net.hub[here] and (
                found < 0 or (once, twice + apart[here]) < (shared[found], plain[found] + apart[found])
            ):
                found = here
            for slot in range(net.start[here], net.start[here + 1]):
                there, way = net.other[slot], net.edge[slot]
                sent = flow[way] if net.tail[way] == here else -flow[way]
                near = once + (net.cost[way] if sent > 0 else 0)
                far = twice + (-net.cost[way] if sent < 0 else net.cost[way]) + apart[here] - apart[there]
                if (near, far) < (shared[there], plain[there]):
                    shared[there], plain[there], by[there] = near, far, way
                    heappush(queue, (near, far, there))
        if found < 0:
            return flow[:0]
        while found != net.root:
            flow[by[found]] += 1 if net.head[by[found]] == found else -1
            found = net.tail[by[found]] + net.head[by[found]] - found
        for vertex in range(len(apart)):
            apart[vertex] = apart[vertex] + plain[vertex] if shared[vertex] < _FAR else 0
    return flow


@kernel
def _trace(net: Net, flow: Ints) -> Ints:
    """Follow one unit of flow from the net's root to a hub, and take it off."""
    here, count, path = net.root, 0, np.empty(2 * len(flow), np.int64)
    while not net.hub[here]:
        for slot in range(net.start[here], net.start[here + 1]):
            way = net.edge[slot]
            sign = 1 if net.tail[way] == here else -1
            if flow[way] * sign > 0:
                flow[way] -= sign
                path[count] = way
                count += 1
                here = net.other[slot]
                break
    return path[:count]
