"""The cheapest tree that joins given vertices of a graph (Steiner tree), with a lower bound."""

import time

import numpy as np

from layers import PlanError
from planner.graph._net import Net, net_of
from planner.graph._search import Limit, search
from planner.graph.network import Answer, Graph, Ints


def solve(
    graph: Graph, terminals: Ints, *, seconds: float | None = None, iterations: int | None = None, seed: int = 1
) -> Answer:
    """Find a cheap tree that joins all terminals, and a bound that no tree undercuts.

    Parameters
    ----------
    graph
        Any graph; the order of its edges does not matter.
    terminals
        Vertices to join; repeats count once.
    seconds
        Wall time after which the search for a better tree stops. One tree and one bound are always made, so a large
        graph may take longer.
    iterations
        Number of improved trees after which the search stops. With neither limit the search stops after 16.
    seed
        Seed of the random choices.

    Returns
    -------
    Answer
        Edges of the tree. The search ends early where the bound meets the cost: then the tree is the cheapest. With a
        number of iterations and no time, the same seed gives the same answer.

    Raises
    ------
    PlanError
        Where a terminal is no vertex, or terminals are not connected.

    Notes
    -----
    Graph tests and reduced costs make the graph smaller (Duin; Polzin and Vahdati Daneshmand). A shortest-path tree
    (Takahashi and Matsuyama) is improved by local search (Uchoa and Werneck), from several starts and in the union of
    good trees. The bound is Wong's dual ascent from several roots.
    """
    begun = time.perf_counter()
    wanted = _check(graph, terminals)
    if len(wanted) < 2:
        return Answer(np.empty(0, np.int64), 0, 0.0, seed, time.perf_counter() - begun)
    if seconds is None and iterations is None:
        iterations = 16
    limit = Limit(begun + seconds if seconds is not None else np.inf, iterations if iterations is not None else 2**31)
    net, edge = _canonical(graph, wanted)
    edges, bound = search(net, limit, seed)
    chosen = np.sort(edge[edges])
    cost = int(graph.cost[chosen].sum())
    return Answer(chosen, cost, float(min(bound, cost)), seed, time.perf_counter() - begun)


def _check(graph: Graph, terminals: Ints) -> Ints:
    """Return the terminals once each, ascending, or say why they cannot be joined."""
    wanted = np.unique(np.asarray(terminals, np.int64))
    outside = wanted[(wanted < 0) | (wanted >= graph.vertices)]
    if len(outside):
        raise PlanError(
            "steiner tree", [f"terminal {int(v)} is no vertex (0 to {graph.vertices - 1})" for v in outside[:5]]
        )
    if len(wanted) < 2:
        return wanted
    parts, size = np.unique(graph.components()[wanted], return_counts=True)
    if len(parts) > 1:
        label = graph.components()
        faults = [
            f"{count} of {len(wanted)} terminals, such as vertex {int(wanted[label[wanted] == part][0])}, lie in a "
            f"part of {int((label == part).sum())} vertices on its own"
            for part, count in sorted(zip(parts.tolist(), size.tolist(), strict=True), key=lambda pair: -pair[1])[:5]
        ]
        raise PlanError(
            "steiner tree", [f"terminals are not connected: they lie in {len(parts)} parts of the graph", *faults]
        )
    return wanted


def _canonical(graph: Graph, terminals: Ints) -> tuple[Net, Ints]:
    """Return the net of edges without loops and dearer parallels, in an order of its own, and the edges' numbers."""
    low, high = np.minimum(graph.tail, graph.head), np.maximum(graph.tail, graph.head)
    order = np.lexsort((graph.cost, high, low))
    low, high = low[order], high[order]
    keep = low != high
    keep[1:] &= (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    terminal = np.zeros(graph.vertices, np.bool_)
    terminal[terminals] = True
    edge = order[keep]
    return net_of(low[keep].astype(np.int32), high[keep].astype(np.int32), graph.cost[edge], terminal), edge
