"""What must hold before a network can be protected."""

import numpy as np
import numpy.typing as npt

from layers import PlanError
from planner.graph._rings_walk import make_net, survey
from planner.graph.network import Graph, Ints

_SHOWN = 10


def listed(numbers: npt.ArrayLike) -> str:
    """Return numbers as text, the first ten and how many more."""
    every = np.asarray(numbers).tolist()
    rest = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return ", ".join(str(number) for number in every[:_SHOWN]) + rest


def check_vertices(graph: Graph, name: str, vertices: Ints) -> Ints:
    """Return the vertices ascending and once each; raises where one does not exist."""
    wrong = vertices[(vertices < 0) | (vertices >= graph.vertices)]
    if len(wrong):
        raise PlanError("rings", [f"{name} not in the graph: {listed(wrong)}; vertices are 0 to {graph.vertices - 1}"])
    return np.unique(vertices).astype(np.int64)


def check_edges(graph: Graph, name: str, edges: Ints) -> Ints:
    """Return the edges ascending and once each; raises where one does not exist."""
    wrong = edges[(edges < 0) | (edges >= len(graph.cost))]
    if len(wrong):
        raise PlanError("rings", [f"{name} not in the graph: {listed(wrong)}; edges are 0 to {len(graph.cost) - 1}"])
    return np.unique(edges).astype(np.int64)


def check_places(graph: Graph, hubs: Ints, tree: Ints, terminals: Ints | None) -> tuple[Ints, Ints]:
    """Return hubs, and hubs with terminals, ascending and once each; raises where no network can connect them."""
    hubs, tree = check_vertices(graph, "hubs", hubs), check_edges(graph, "edges of the tree", tree)
    if not len(hubs):
        raise PlanError("rings", ["there is no hub to protect; name at least one"])
    if terminals is None:
        degree = np.bincount(np.concatenate([graph.tail[tree], graph.head[tree]]), minlength=graph.vertices)
        terminals = np.flatnonzero(degree == 1)
    wanted = np.union1d(hubs, check_vertices(graph, "terminals", terminals))
    label = graph.components()
    away = wanted[label[wanted] != label[hubs[0]]]
    if len(away):
        raise PlanError("rings", [f"no path joins hub {hubs[0]} and {listed(away)}; leave them out or add edges"])
    return hubs, wanted


def find_bridges(graph: Graph, hubs: Ints, *, allow: bool) -> Ints:
    """Return the edges without which hubs part; raises where there are any and they are not allowed."""
    net = make_net(graph, hubs, hubs)
    walk = survey(net, np.ones(len(graph.cost), np.bool_))
    tops = walk.bridge & (walk.below > 0)
    forced = np.sort(walk.up[tops])
    if not len(forced) or allow:
        return forced
    part = np.full(graph.vertices, -1, np.int64)
    for vertex in walk.order.tolist():
        up = walk.up[vertex]
        part[vertex] = vertex if up < 0 or tops[vertex] else part[graph.tail[up] + graph.head[up] - vertex]
    most = np.bincount(part[hubs]).argmax()
    away = hubs[part[hubs] != most]
    raise PlanError(
        "rings",
        [
            f"hubs that cannot be protected: {listed(away)}; {len(forced)} edges between hubs have no second way around",
            "leave these hubs out, add edges, or allow bridges",
        ],
    )
