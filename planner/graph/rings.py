"""Networks whose hubs stay connected when any one edge is cut, with spurs to the other places, and a lower bound.

The start is a tree, whose bridges between hubs get cheapest links (Frederickson and Ja'Ja' 1981); then key paths are
exchanged (each exchange is exact: the cheapest repair is a shortest path), and parts are torn down and rebuilt. The
bound comes from directed cuts (dual ascent, then linear programming), see `planner.graph._rings_ascent`.
"""

import time
from dataclasses import dataclass
from typing import Final

import numpy as np

from planner.graph._rings_check import check_places, find_bridges
from planner.graph._rings_shrink import Shrunk, shrink
from planner.graph._rings_solve import Limits, solve
from planner.graph._rings_walk import Flags, make_net, survey
from planner.graph.network import Answer, Graph, Ints
from planner.graph.routes import Routes, cut_impact, diverse_routes

__all__ = ["Rings", "Routes", "cut_impact", "diverse_routes", "survive"]

ROUNDS: Final = 1000
"""Rounds of the search where no limit is given."""


@dataclass(frozen=True)
class Rings(Answer):
    """A network that survives cuts, and how good it is.

    Attributes
    ----------
    ring
        Numbers of the edges that protect hubs: none of them is a bridge of the network.
    spurs
        Numbers of the other edges: cutting one parts places from the hubs, but no hub from another.
    bridges
        Numbers of the edges between hubs that nothing in the graph can stand in for; in neither `ring` nor `spurs`.
    """

    ring: Ints
    spurs: Ints
    bridges: Ints


def survive(  # noqa: PLR0913 - three things to build from, and limits by name
    graph: Graph,
    hubs: Ints,
    tree: Ints,
    *,
    terminals: Ints | None = None,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 1,
    allow_bridges: bool = False,
    known_bound: float = 0.0,
) -> Rings:
    """Find a cheap network that connects all terminals and keeps hubs connected when any one edge is cut.

    Parameters
    ----------
    graph
        The graph; costs in any whole unit.
    hubs
        Vertices that must be two-edge-connected to each other; with one hub there is nothing to protect, and the
        answer is a tree.
    tree
        Edges to start from, such as a Steiner tree; any edges will do.
    terminals
        Other vertices to connect. By default the ends of the tree's edges where the tree stops.
    seconds
        Wall time to spend, about; the first call in a new process also compiles.
    iterations
        Rounds of the search; without `seconds` the same seed and iterations give the same answer.
    seed
        Seed of the random choices.
    allow_bridges
        Accept an edge between hubs that nothing in the graph can stand in for; it is listed.
    known_bound
        A bound that is known already, such as that of the tree: a network that survives cuts costs no less than the
        cheapest tree. With fewer than 50 iterations no other is sought.

    Returns
    -------
    Rings
        Independent of the order of the graph's edges, but for edges alike in ends and cost.

    Raises
    ------
    PlanError
        Where there is no hub, a vertex or edge does not exist, no path joins the terminals, or (without
        `allow_bridges`) the graph has a bridge between hubs.
    """
    begin = time.perf_counter()
    low, high = np.minimum(graph.tail, graph.head), np.maximum(graph.tail, graph.head)
    order = np.lexsort((graph.cost, high, low))
    ordered = Graph(graph.vertices, low[order], high[order], graph.cost[order])
    hubs, wanted = check_places(graph, hubs, tree, terminals)
    forced = find_bridges(ordered, hubs, allow=allow_bridges)
    start = np.zeros(len(order) + len(forced), np.bool_)
    start[: len(order)] = np.isin(order, tree)
    doubled = _double(ordered, forced)
    small = shrink(doubled, wanted)
    limits = Limits.make(begin, seconds, iterations if seconds or iterations is not None else ROUNDS, seed)
    inside, bound = solve(*_lesser(small, start, hubs, wanted), limits, known_bound)
    network = np.zeros(len(start), np.bool_)
    network[small.back(np.flatnonzero(inside))] = True
    cut = _bridges(doubled, network, hubs, wanted)
    network[len(order) :] = False
    edges = np.flatnonzero(network)
    ring = network & ~cut
    ring[forced] = False
    cost = int(ordered.cost[edges].sum())
    return Rings(
        np.sort(order[edges]), cost, min(bound, float(cost)), seed, time.perf_counter() - begin,
        np.sort(order[np.flatnonzero(ring)]), np.sort(order[np.flatnonzero(network & cut)]), np.sort(order[forced]),
    )  # fmt: skip


def _double(graph: Graph, forced: Ints) -> Graph:
    """Return the graph with a free second edge beside each forced one: as if that could not be cut."""
    tail, head = (np.concatenate([side, side[forced]]) for side in (graph.tail, graph.head))
    return Graph(graph.vertices, tail, head, np.concatenate([graph.cost, np.zeros(len(forced), np.int64)]))


def _lesser(small: Shrunk, start: Flags, hubs: Ints, wanted: Ints) -> tuple[Graph, Ints, Ints, Flags]:
    """Return the small graph, and hubs, wanted vertices and starting edges in its numbers."""
    number = np.full(int(small.keep.max()) + 1, -1, np.int64)
    number[small.keep] = np.arange(len(small.keep))
    whole = np.minimum.reduceat(start[small.chain], small.start[:-1]) if len(small.chain) else start[:0]
    return small.graph, number[hubs], number[wanted], whole


def _bridges(graph: Graph, network: Flags, hubs: Ints, wanted: Ints) -> Flags:
    """Return the edges whose cut parts the network."""
    walk = survey(make_net(graph, hubs, wanted), network)
    cut = np.zeros(len(network), np.bool_)
    cut[walk.up[walk.bridge]] = True
    return cut
