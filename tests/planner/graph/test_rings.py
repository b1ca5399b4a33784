"""Networks that survive a cut: against trying everything, against removal one by one, and repeatable."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.rings import core, road, streets, tree_of
from layers import PlanError
from planner.graph.network import Graph
from planner.graph.rings import survive
from tests.planner.graph._cases import cheapest, labels, make, serves

NONE = np.array([], np.int64)


@st.composite
def small(draw):
    vertices = draw(st.integers(2, 6))
    vertex = st.integers(0, vertices - 1)
    rows = draw(st.lists(st.tuples(vertex, vertex, st.integers(0, 9)), min_size=1, max_size=9))
    hubs = draw(st.sets(vertex, min_size=1, max_size=3))
    return make(vertices, rows), np.array(sorted(hubs)), np.array(sorted(draw(st.sets(vertex, max_size=3))), np.int64)


@given(small())
@settings(max_examples=150)
def test_small_graphs_against_trying_everything(case):
    graph, hubs, terminals = case
    wanted = np.union1d(hubs, terminals)
    best = cheapest(graph, hubs, wanted)
    if best is None:
        with pytest.raises(PlanError, match=r"no path joins|cannot be protected"):
            survive(graph, hubs, NONE, terminals=terminals, iterations=5)
        return
    got = survive(graph, hubs, NONE, terminals=terminals, iterations=40)
    assert serves(graph, got.edges, hubs, wanted)
    assert got.lower_bound <= best <= got.cost == graph.cost[got.edges].sum()
    assert got.cost == best  # so small, the search finds the best
    assert sorted([*got.ring, *got.spurs]) == got.edges.tolist()
    assert not len(got.bridges)


@given(small())
@settings(max_examples=100)
def test_bridges_that_nothing_replaces_are_listed(case):
    graph, hubs, terminals = case
    wanted, every = np.union1d(hubs, terminals), np.arange(len(graph.cost))
    whole = labels(graph, every)
    if len({whole[vertex] for vertex in wanted}) > 1:
        return
    got = survive(graph, hubs, NONE, terminals=terminals, iterations=20, allow_bridges=True)
    alone = [
        edge for edge in every
        if len({label for hub, label in enumerate(labels(graph, every[every != edge])) if hub in hubs}) > 1
    ]  # fmt: skip
    assert got.bridges.tolist() == alone
    assert set(alone) <= set(got.edges.tolist())
    for cut in got.edges:
        left = labels(graph, got.edges[got.edges != cut])
        assert len({left[hub] for hub in hubs}) == 1 or cut in alone
    assert sorted([*got.ring, *got.spurs, *got.bridges]) == got.edges.tolist()
    assert got.lower_bound <= got.cost


@pytest.fixture(scope="module")
def town():
    graph = road(400)
    random = np.random.default_rng(3)
    hubs = np.sort(random.choice(core(graph), 12, replace=False))
    terminals = np.sort(random.choice(400, 40, replace=False))
    return graph, hubs, terminals, tree_of(graph, np.union1d(hubs, terminals))


def network(graph, edges):
    return nx.MultiGraph((int(graph.tail[e]), int(graph.head[e]), {"edge": int(e)}) for e in edges)


def test_a_road_graph_survives_every_cut_at_little_more_than_the_tree(town):
    graph, hubs, terminals, tree = town
    got = survive(graph, hubs, tree, terminals=terminals, iterations=200)
    assert serves(graph, got.edges, hubs, np.union1d(hubs, terminals))
    assert got.cost <= 1.6 * graph.cost[tree].sum()
    assert got.gap <= 0.25
    net = nx.Graph(network(graph, got.edges))
    bridges = {frozenset(pair) for pair in nx.bridges(net)}
    spurs = {frozenset((int(graph.tail[e]), int(graph.head[e]))) for e in got.spurs}
    assert spurs == bridges


def test_same_seed_and_rounds_give_the_same_answer_in_any_order_of_rows(town):
    graph, hubs, terminals, tree = town
    first = survive(graph, hubs, tree, terminals=terminals, iterations=60, seed=4)
    again = survive(graph, hubs, tree, terminals=terminals, iterations=60, seed=4)
    np.testing.assert_array_equal(first.edges, again.edges)
    assert first.lower_bound == again.lower_bound
    order = np.random.default_rng(9).permutation(len(graph.cost))
    turned = Graph(graph.vertices, graph.head[order], graph.tail[order], graph.cost[order])
    place = np.argsort(order)
    other = survive(turned, hubs[::-1], place[tree][::-1], terminals=terminals[::-1], iterations=60, seed=4)
    np.testing.assert_array_equal(np.sort(order[other.edges]), first.edges)
    np.testing.assert_array_equal(np.sort(order[other.ring]), first.ring)
    assert (other.cost, other.lower_bound) == (first.cost, first.lower_bound)


def test_time_is_kept(town):
    graph, hubs, terminals, tree = town
    got = survive(graph, hubs, tree, terminals=terminals, seconds=1.0)
    assert got.seconds < 4


def test_ends_of_the_tree_are_the_terminals_unless_named():
    graph = make(5, [(0, 1, 1), (1, 2, 1), (2, 0, 1), (2, 3, 1), (3, 4, 1)])
    assert survive(graph, np.array([0, 1]), np.array([0, 1, 3])).edges.tolist() == [0, 1, 2, 3]


def test_one_hub_needs_no_ring():
    graph = make(4, [(0, 1, 2), (1, 2, 2), (2, 0, 3), (2, 3, 1)])
    got = survive(graph, np.array([0]), NONE, terminals=np.array([2, 3]))
    assert (got.edges.tolist(), got.ring.tolist(), got.cost, got.gap) == ([2, 3], [], 4, 0)


def test_one_hub_alone_needs_nothing():
    got = survive(make(2, [(0, 1, 2)]), np.array([0]), NONE)
    assert (got.edges.tolist(), got.cost, got.lower_bound, got.gap) == ([], 0, 0, 0)


LINE = make(4, [(0, 1, 1), (1, 2, 1), (2, 0, 1), (2, 3, 1)])


@pytest.mark.parametrize(
    ("hubs", "tree", "terminals", "message"),
    [
        ([], [], [1], "there is no hub to protect; name at least one"),
        ([9], [], [1], "hubs not in the graph: 9; vertices are 0 to 3"),
        ([0], [], [-1], "terminals not in the graph: -1"),
        ([0], [7], [1], "edges of the tree not in the graph: 7; edges are 0 to 3"),
        ([0, 1, 3], [], [], "hubs that cannot be protected: 3; 1 edges"),
    ],
)
def test_bad_input_is_named(hubs, tree, terminals, message):
    arrays = [np.array(values, np.int64) for values in (hubs, tree, terminals)]
    with pytest.raises(PlanError, match=message):
        survive(LINE, arrays[0], arrays[1], terminals=arrays[2])


def test_parts_that_no_path_joins_are_named():
    with pytest.raises(PlanError, match="no path joins hub 0 and 2"):
        survive(make(4, [(0, 1, 1), (2, 3, 1)]), np.array([0, 1]), NONE, terminals=np.array([2]), allow_bridges=True)


def test_real_streets_with_bridges_that_nothing_replaces(shared):
    path = shared / "bench" / "santa_cruz" / "santa_cruz_500.gpkg"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    graph, places = streets(path)
    hubs = places[:: len(places) // 10]
    tree = tree_of(graph, places)
    with pytest.raises(PlanError, match="hubs that cannot be protected"):
        survive(graph, hubs, tree, iterations=1)
    got = survive(graph, hubs, tree, terminals=places, iterations=60, allow_bridges=True)
    net = network(graph, got.edges)
    assert len({frozenset(nx.node_connected_component(net, place)) for place in places.tolist()}) == 1
    assert len(got.bridges)
    assert got.gap <= 0.25
