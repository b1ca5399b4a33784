"""Small graphs, and answers by trying everything."""

import itertools

import numpy as np

from planner.graph.network import Graph


def make(vertices, rows):
    """A graph from (tail, head, cost) rows."""
    columns = np.array(rows, np.int64).reshape(-1, 3).T
    return Graph(vertices, columns[0].copy(), columns[1].copy(), columns[2].copy())


def labels(graph, edges):
    """Component of each vertex in the network of some edges."""
    parts = list(range(graph.vertices))

    def find(vertex):
        while parts[vertex] != vertex:
            vertex = parts[vertex]
        return vertex

    for edge in edges:
        parts[find(int(graph.tail[edge]))] = find(int(graph.head[edge]))
    return [find(vertex) for vertex in range(graph.vertices)]


def serves(graph, edges, hubs, wanted):
    """Whether all wanted vertices are connected, and hubs still are without any one edge."""
    whole = labels(graph, edges)
    if len({whole[vertex] for vertex in wanted}) > 1:
        return False
    for cut in edges:
        left = labels(graph, [edge for edge in edges if edge != cut])
        if len({left[hub] for hub in hubs}) > 1:
            return False
    return True


def cheapest(graph, hubs, wanted):
    """Cost of the cheapest network that serves, by trying all; None: there is none."""
    best = None
    for chosen in itertools.product((False, True), repeat=len(graph.cost)):
        edges = np.flatnonzero(chosen)
        cost = int(graph.cost[edges].sum())
        if (best is None or cost < best) and serves(graph, edges, hubs, wanted):
            best = cost
    return best
