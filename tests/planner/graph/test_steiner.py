"""The tree joins all terminals, the bound holds, and neither depends on how the input is written."""

import csv
import gzip
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import PlanError
from planner.graph import steiner
from planner.graph.network import Graph

PACE = Path(__file__).parents[3] / "../shared/bench/steiner"


def graph_of(vertices, edges):
    tail, head, cost = np.array(edges, np.int64).reshape(-1, 3).T
    return Graph(vertices, tail, head, cost)


@st.composite
def cases(draw):
    """A connected graph of up to 10 vertices, with loops, parallel edges and edges for free, and its terminals."""
    vertices = draw(st.integers(2, 10))
    cost = st.integers(0, 12)
    edges = [(draw(st.integers(0, v - 1)), v, draw(cost)) for v in range(1, vertices)]
    vertex = st.integers(0, vertices - 1)
    edges += draw(st.lists(st.tuples(vertex, vertex, cost), max_size=2 * vertices))
    terminals = draw(st.lists(vertex, min_size=2, max_size=vertices, unique=True))
    return graph_of(vertices, draw(st.permutations(edges))), np.array(terminals)


def optimum(graph, terminals):
    """Return the cost of the best tree: the cheapest spanning tree of the terminals with any set of other vertices."""
    others = sorted(set(range(graph.vertices)) - set(terminals.tolist()))
    order = np.argsort(graph.cost, kind="stable")
    edges = list(zip(graph.tail[order].tolist(), graph.head[order].tolist(), graph.cost[order].tolist(), strict=True))
    sets = ({*terminals.tolist(), *more} for size in range(len(others) + 1) for more in combinations(others, size))
    return min(spanning(edges, inside) for inside in sets)


def spanning(edges, inside):
    leader, total, parts = {v: v for v in inside}, 0, len(inside)

    def find(v):
        while leader[v] != v:
            v = leader[v]
        return v

    for a, b, cost in edges:
        if a in inside and b in inside and find(a) != find(b):
            leader[find(a)] = find(b)
            total += cost
            parts -= 1
    return total if parts == 1 else np.inf


def assert_tree(graph, terminals, answer):
    edges = answer.edges
    assert (np.diff(edges) > 0).all()
    assert answer.cost == graph.cost[edges].sum()
    touched = np.unique([graph.tail[edges], graph.head[edges]])
    tree = Graph(graph.vertices, graph.tail[edges], graph.head[edges], graph.cost[edges])
    assert len(np.unique(tree.components()[touched])) <= 1
    assert len(edges) == max(len(touched) - 1, 0)
    assert len(np.unique(terminals)) < 2 or np.isin(terminals, touched).all()


@settings(deadline=None, max_examples=300)
@given(cases())
def test_tree_joins_terminals_and_the_optimum_lies_between_bound_and_cost(case):
    graph, terminals = case
    for iterations in (0, 4):
        answer = steiner.solve(graph, terminals, iterations=iterations)
        assert_tree(graph, terminals, answer)
        assert answer.lower_bound <= optimum(graph, terminals) <= answer.cost


@settings(deadline=None, max_examples=100)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_ends_does_not_matter(case, random):
    graph, terminals = case
    order = list(range(len(graph.cost)))
    random.shuffle(order)
    turned = Graph(graph.vertices, graph.head[order], graph.tail[order], graph.cost[order])
    one, two = steiner.solve(graph, terminals), steiner.solve(turned, terminals[::-1])

    def written(graph, answer):
        ends = np.sort([graph.tail[answer.edges], graph.head[answer.edges]], axis=0)
        return sorted(map(tuple, np.vstack([ends, graph.cost[answer.edges]]).T.tolist()))

    assert written(graph, one) == written(turned, two)
    assert one.lower_bound == two.lower_bound


def roads(side=40, terminals=60, seed=3):
    """A lattice with random costs and random terminals."""
    random = np.random.default_rng(seed)
    number = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    graph = Graph(side * side, tail, head, random.integers(500, 1500, len(tail)))
    return graph, random.choice(side * side, terminals, replace=False)


def test_one_seed_gives_one_answer_and_more_iterations_none_that_is_worse():
    graph, terminals = roads()
    answers = [steiner.solve(graph, terminals, iterations=count, seed=5) for count in (1, 12, 12)]
    assert np.array_equal(answers[1].edges, answers[2].edges)
    assert answers[1].lower_bound == answers[2].lower_bound
    assert answers[0].cost >= answers[1].cost
    assert answers[1].gap < 0.03
    for answer in answers:
        assert_tree(graph, terminals, answer)


@settings(deadline=None, max_examples=100)
@given(cases(), st.integers(0, 9))
def test_one_more_terminal_never_lowers_the_optimum(case, more):
    graph, terminals = case
    wider = np.unique(np.append(terminals, more % graph.vertices))
    least, most = optimum(graph, terminals), optimum(graph, wider)
    assert least <= most
    assert steiner.solve(graph, wider).cost >= least


@pytest.mark.parametrize("terminals", [[], [2], [2, 2]])
def test_one_terminal_or_none_needs_no_edge(terminals):
    answer = steiner.solve(graph_of(3, [(0, 1, 4)]), np.array(terminals, np.int64))
    assert (len(answer.edges), answer.cost, answer.lower_bound) == (0, 0, 0)


def test_loops_parallel_edges_and_free_edges():
    graph = graph_of(4, [(0, 0, 0), (0, 1, 5), (1, 0, 3), (1, 2, 0), (2, 2, 7), (2, 3, 0), (3, 2, 0)])
    answer = steiner.solve(graph, np.array([0, 3]))
    assert (answer.cost, answer.lower_bound) == (3, 3)
    assert answer.edges.tolist() in ([2, 3, 5], [2, 3, 6])


def test_terminals_in_several_parts_are_named():
    graph = graph_of(6, [(0, 1, 1), (1, 2, 1), (3, 4, 1)])
    with pytest.raises(
        PlanError, match=r"3 parts(.|\n)*2 of 4 terminals, such as vertex 0, lie in a part of 3 vertices"
    ):
        steiner.solve(graph, np.array([0, 2, 3, 5]))


def test_terminals_outside_the_graph_and_negative_costs_are_refused():
    with pytest.raises(PlanError, match="terminal 9 is no vertex"):
        steiner.solve(graph_of(3, [(0, 1, 1)]), np.array([0, 9]))
    with pytest.raises(PlanError, match="edge 0 has a negative cost"):
        graph_of(3, [(0, 1, -1)])


def pace(name):
    lines = [
        line.split() for line in gzip.decompress((PACE / f"{name}.gr.gz").read_bytes()).decode("ascii").splitlines()
    ]
    vertices = next(int(line[1]) for line in lines if line[:1] == ["Nodes"])
    tail, head, cost = np.array([line[1:] for line in lines if line[:1] == ["E"]], np.int64).T
    terminals = np.array([int(line[1]) for line in lines if line[:1] == ["T"]])
    return Graph(vertices, tail - 1, head - 1, cost), terminals - 1


@pytest.mark.skipif(not PACE.is_dir(), reason="the PACE instances are not beside the project")
@pytest.mark.parametrize(("name", "most"), [("instance016", 0.001), ("instance121", 0.001), ("instance145", 0.01)])
def test_known_optima_lie_between_bound_and_cost(name, most):
    with (PACE / "optima.csv").open(encoding="utf-8") as rows:
        known = next(int(row["upper"]) for row in csv.DictReader(rows) if row["instance"] == f"{name}.gr")
    graph, terminals = pace(name)
    answer = steiner.solve(graph, terminals, iterations=8)
    assert_tree(graph, terminals, answer)
    assert answer.lower_bound <= known <= answer.cost <= known * (1 + most)
