"""Networks that survive a cut: cost against the tree and the certified gap, beside simple ear augmentation.

Instances: a seeded graph like roads (thinned Delaunay), and real street graphs where the files are (`--streets`). Hubs
and terminals are drawn from the seed; `tree_cost` is that of the best tree found, without protection. Fields: instance,
engine, cost, tree_cost, ratio_to_tree, lower_bound, certified_gap, seconds (wall), cpu_seconds, peak_mb.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely
from networkx.algorithms.approximation import steiner_tree
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay

from benchmarks._measure import measure
from planner.graph.network import Graph, Ints
from planner.graph.rings import cut_impact, survive

STREETS: Final = Path(__file__).parents[2] / "shared" / "bench" / "santa_cruz" / "santa_cruz_1000.gpkg"


class Given(NamedTuple):
    """The input of a call, the cost of the best tree known, and the seconds to spend."""

    graph: Graph
    hubs: Ints
    terminals: Ints
    tree: Ints
    tree_cost: int
    seconds: float


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument("--nodes", type=int, default=5000, help="vertices of the drawn graph")
    parser.add_argument("--hubs", type=int, default=30, help="vertices to protect")
    parser.add_argument("--terminals", type=int, default=200, help="vertices to connect, hubs included")
    parser.add_argument("--seconds", type=float, default=30.0, help="time for each network")
    parser.add_argument("--seed", type=int, default=1, help="seed of the graph and the draws")
    parser.add_argument("--streets", type=Path, default=STREETS, help="GeoPackage with graph_edges and graph_points")


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row an instance and engine."""
    instances = [f"roads {given.nodes}"]
    if given.streets.is_file():
        instances.append(str(given.streets))
    else:
        print(f"skipped: {given.streets} is not here", file=sys.stderr)
    for instance in instances:
        options = (instance, given.nodes, given.hubs, given.terminals, given.seconds, given.seed)
        for name, call in (("townline", _townline), ("ear augmentation", _ears)):
            got = measure(make_input, call, *options)
            cost, tree, bound = got.result
            yield {
                "instance": Path(instance).stem, "engine": name, "cost": cost, "tree_cost": tree,
                "ratio_to_tree": round(cost / tree, 4), "lower_bound": bound and round(bound),
                "certified_gap": bound and round((cost - bound) / bound, 4), "seconds": round(got.wall_seconds, 2),
                "cpu_seconds": round(got.seconds, 2), "peak_mb": round(got.peak_mb, 1),
            }  # fmt: skip


def make_input(instance: str, nodes: int, hubs: int, terminals: int, seconds: float, seed: int) -> Given:
    """Return an instance with a tree; everything is compiled before anything is measured."""
    random = np.random.default_rng(seed)
    if instance.startswith("roads"):
        graph = road(nodes, seed)
        places = np.arange(nodes)
    else:
        graph, places = streets(Path(instance))
    inner = core(graph)
    chosen = np.sort(random.choice(inner, min(hubs, len(inner)), replace=False))
    others = np.setdiff1d(places, chosen)
    drawn = random.choice(others, max(0, min(terminals - len(chosen), len(others))), replace=False)
    wanted = np.union1d(chosen, drawn)
    small = road(60, 1)
    survive(small, core(small)[:4], np.array([], np.int64), terminals=np.array([0, 1]), iterations=60)
    tree = survive(graph, chosen[:1], tree_of(graph, wanted), terminals=wanted, seconds=seconds / 3)
    return Given(graph, chosen, wanted, tree.edges, tree.cost, seconds)


def road(nodes: int, seed: int = 1) -> Graph:
    """Return a connected planar graph of random points with about 1.4 edges a vertex."""
    random = np.random.default_rng(seed)
    points = random.random((nodes, 2)) * 1000 * nodes**0.5
    corners = Delaunay(points).simplices
    ends = np.unique(np.sort(np.vstack([corners[:, pair] for pair in ([0, 1], [1, 2], [0, 2])]), axis=1), axis=0)
    length = np.hypot(*(points[ends[:, 0]] - points[ends[:, 1]]).T) * random.uniform(1, 1.3, len(ends))
    whole: Any = nx.Graph()
    whole.add_weighted_edges_from((*pair, cost) for pair, cost in zip(ends.tolist(), length, strict=True))
    tree = {frozenset(pair) for pair in nx.minimum_spanning_tree(whole).edges}
    kept = np.array([frozenset(pair) in tree for pair in ends.tolist()])
    spare = np.flatnonzero(~kept & (length < np.quantile(length, 0.9)))
    kept[random.choice(spare, int(0.42 * nodes), replace=False)] = True
    ends = ends[kept].astype(np.int64)
    return Graph(nodes, ends[:, 0].copy(), ends[:, 1].copy(), np.rint(length[kept]).astype(np.int64))


def streets(path: Path) -> tuple[Graph, Ints]:
    """Return the largest connected part of a street graph, costs in millimetres, and its places with demand."""
    lines, points = (gpd.read_file(path, layer=layer).to_crs("EPSG:32610") for layer in ("graph_edges", "graph_points"))
    ends = np.array([[line.coords[0], line.coords[-1]] for line in lines.geometry]).reshape(-1, 2)
    at = np.concatenate([ends, shapely.get_coordinates(points[points["demand"] > 0].geometry)])
    _, number = np.unique(np.rint(at * 10).astype(np.int64), axis=0, return_inverse=True)
    joints = number[: len(ends)].reshape(-1, 2).astype(np.int64)
    length = np.rint(lines.length.to_numpy() * 1000).astype(np.int64)
    graph = Graph(int(number.max()) + 1, joints[:, 0].copy(), joints[:, 1].copy(), length)
    label = graph.components()
    return graph, np.intersect1d(
        number[len(ends) :], np.flatnonzero(label == np.bincount(label[joints[:, 0]]).argmax())
    )


def core(graph: Graph) -> Ints:
    """Return the vertices of the largest part without bridges."""
    simple = _network(graph, np.arange(len(graph.cost)))
    simple.remove_edges_from(list(nx.bridges(simple)))
    parts: list[list[int]] = sorted((sorted(part) for part in nx.connected_components(simple)), key=len)
    return np.array(parts[-1])


def tree_of(graph: Graph, terminals: Ints) -> Ints:
    """Return the edges of a simple Steiner tree (Mehlhorn)."""
    whole = _network(graph, np.argsort(-graph.cost, kind="stable"))  # of parallel edges the cheapest stays
    tree = steiner_tree(whole, terminals.tolist(), weight="cost", method="mehlhorn")
    return np.array(sorted(whole.edges[pair]["edge"] for pair in tree.edges), np.int64)


def _network(graph: Graph, edges: Ints) -> Any:
    network: Any = nx.Graph()
    for edge in edges.tolist():
        network.add_edge(int(graph.tail[edge]), int(graph.head[edge]), cost=int(graph.cost[edge]), edge=edge)
    return network


def _townline(given: Given) -> tuple[int, int, float]:
    got = survive(given.graph, given.hubs, given.tree, terminals=given.terminals, seconds=given.seconds)
    return got.cost, given.tree_cost, got.lower_bound


def _ears(given: Given) -> tuple[int, int, None]:
    """Bridge by bridge, add the shortest way around it; then drop what is not needed, dear edges first."""
    graph, edges = given.graph, given.tree
    while len(cuts := _exposed(given, edges)):
        edges = np.union1d(edges, _around(graph, edges, cuts[0]))
    for edge in edges[np.argsort(-graph.cost[edges], kind="stable")]:
        left = edges[edges != edge]
        if _serves(given, left):
            edges = left
    return int(graph.cost[edges].sum()), given.tree_cost, None


def _exposed(given: Given, edges: Ints) -> Ints:
    """Return the edges of the network that part hubs when cut."""
    weight = np.zeros(given.graph.vertices, np.int64)
    weight[given.hubs] = 1
    return edges[cut_impact(given.graph, edges, weight, given.hubs[:1]) > 0]


def _serves(given: Given, edges: Ints) -> bool:
    """Tell whether the network connects the terminals and no cut parts hubs."""
    graph = given.graph
    label = Graph(graph.vertices, graph.tail[edges], graph.head[edges], graph.cost[edges]).components()
    return len(np.unique(label[given.terminals])) == 1 and not len(_exposed(given, edges))


def _around(graph: Graph, edges: Ints, cut: int) -> Ints:
    """Return the edges of the shortest way, edges of the network included, around one of its edges."""
    left = edges[edges != cut]
    label = Graph(graph.vertices, graph.tail[left], graph.head[left], graph.cost[left]).components()
    use = np.flatnonzero(np.arange(len(graph.cost)) != cut)
    far, by, _ = dijkstra(
        csr_array((graph.cost[use].astype(float), (graph.tail[use], graph.head[use])), (graph.vertices, graph.vertices)),
        directed=False, indices=np.flatnonzero(label == label[graph.tail[cut]]), min_only=True,
        return_predecessors=True,
    )  # fmt: skip
    others = np.flatnonzero(label == label[graph.head[cut]])
    here, way = int(others[far[others].argmin()]), []
    while by[here] >= 0:
        ends = {here, int(by[here])}
        between = use[np.isin(graph.tail[use], list(ends)) & np.isin(graph.head[use], list(ends))]
        way.append(int(between[graph.cost[between].argmin()]))
        here = int(by[here])
    return np.array(way, np.int64)
