"""What a cut costs, against removal one by one; two routes, against trying all pairs."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.rings import core, road
from layers import PlanError
from planner.graph.rings import cut_impact, diverse_routes
from tests.planner.graph._cases import labels, make


@st.composite
def networks(draw):
    vertices = draw(st.integers(1, 7))
    vertex = st.integers(0, vertices - 1)
    rows = draw(st.lists(st.tuples(vertex, vertex, st.integers(0, 9)), min_size=1, max_size=9))
    edges = draw(st.lists(st.sampled_from(range(len(rows))), unique=True))
    return (
        make(vertices, rows),
        np.array(edges, np.int64),
        np.array(sorted(draw(st.sets(vertex, min_size=1, max_size=3)))),
    )


def served(graph, edges, weight, roots):
    label = labels(graph, edges)
    ours = {label[root] for root in roots}
    return sum(weight[vertex] for vertex in range(graph.vertices) if label[vertex] in ours)


@given(networks(), st.lists(st.integers(0, 50), min_size=7, max_size=7))
@settings(max_examples=200)
def test_impact_of_each_cut_is_that_of_its_removal(case, weights):
    graph, edges, roots = case
    weight = np.array(weights[: graph.vertices])
    got = cut_impact(graph, edges, weight, roots)
    all_served = served(graph, edges, weight, roots)
    assert got.dtype == weight.dtype
    assert got.tolist() == [all_served - served(graph, edges[edges != edge], weight, roots) for edge in edges]


def ways(graph, edges, vertex, roots):
    """All simple paths to roots, as edge lists."""
    net = nx.MultiGraph()
    net.add_nodes_from(range(graph.vertices))
    net.add_edges_from((int(graph.tail[e]), int(graph.head[e]), int(e)) for e in edges)
    for root in roots.tolist():
        if root == vertex:
            yield []
        else:
            for path in nx.all_simple_edge_paths(net, vertex, root):
                yield [edge for _, _, edge in path]


@given(networks(), st.integers(0, 6))
@settings(max_examples=200)
def test_two_routes_share_the_least_and_then_cost_the_least(case, vertex):
    graph, edges, roots = case
    vertex %= graph.vertices
    every = list(ways(graph, edges, vertex, roots))
    if not every:
        with pytest.raises(PlanError, match="no path leads"):
            diverse_routes(graph, edges, vertex, roots)
        return
    got = diverse_routes(graph, edges, vertex, roots)
    best = min(
        (int(graph.cost[list(set(one) & set(two))].sum()), int(graph.cost[one].sum() + graph.cost[two].sum()))
        for one in (np.array(w, np.int64) for w in every) for two in (np.array(w, np.int64) for w in every)
    )  # fmt: skip
    assert (got.shared_cost, got.cost) == best
    for route in (got.first, got.second):
        here = vertex
        for edge in route:
            assert here in (graph.tail[edge], graph.head[edge])
            here = graph.tail[edge] + graph.head[edge] - here
        assert here in roots
    assert got.shared.tolist() == sorted(set(got.first) & set(got.second))


def test_a_large_network_without_bridges_loses_nothing():
    graph = road(2000)
    inner = core(graph)
    edges = np.flatnonzero(np.isin(graph.tail, inner) & np.isin(graph.head, inner))
    real = np.random.default_rng(1).random(2000)
    assert not cut_impact(graph, edges, real, inner[:1]).any()


@pytest.mark.parametrize(
    ("edges", "roots", "weights", "message"),
    [
        ([0, 5], [0], 3, "edges of the network not in the graph: 5"),
        ([0, 0], [0], 3, "named twice"),
        ([0], [], 3, "there is no root"),
        ([0], [3], 3, "roots not in the graph: 3"),
        ([0], [0], 2, "2 weights for 3 vertices"),
    ],
)
def test_bad_input_is_named(edges, roots, weights, message):
    graph = make(3, [(0, 1, 1), (1, 2, 1)])
    with pytest.raises(PlanError, match=message):
        cut_impact(graph, np.array(edges), np.ones(weights), np.array(roots, np.int64))


def test_a_vertex_outside_is_named():
    with pytest.raises(PlanError, match="the vertex not in the graph: 4"):
        diverse_routes(make(2, [(0, 1, 1)]), np.array([0]), 4, np.array([0]))
