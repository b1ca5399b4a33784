"""Prize collecting: against every subset of vertices on small graphs, and against published optima."""

import csv
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import prize_collecting
from layers import PlanError
from planner.graph import prize
from planner.graph.network import Graph


def graph_of(vertices, edges):
    tail, head, cost = np.array(edges, np.int64).reshape(-1, 3).T.copy()
    return Graph(vertices, tail, head, cost)


@st.composite
def cases(draw, largest=12):
    vertices = draw(st.integers(1, 7))
    end = st.integers(0, vertices - 1)
    edges = draw(st.lists(st.tuples(end, end, st.integers(0, largest)), max_size=13))
    prizes = draw(st.lists(st.integers(0, largest), min_size=vertices, max_size=vertices))
    return graph_of(vertices, edges), np.array(prizes), draw(end)


def trees(graph, roots):
    """Every set of vertices with the roots that trees to the roots can span: the set and the least cost (Kruskal)."""
    order = np.argsort(graph.cost, kind="stable")
    others = [vertex for vertex in range(graph.vertices) if vertex not in roots]
    for count in range(len(others) + 1):
        for chosen in itertools.combinations(others, count):
            part = {vertex: vertex for vertex in (*roots, *chosen)} | dict.fromkeys(roots, roots[0])
            cost = 0
            for edge in order:
                one, two = part.get(int(graph.tail[edge])), part.get(int(graph.head[edge]))
                if one is not None and two is not None and one != two:
                    cost += int(graph.cost[edge])
                    part = {vertex: one if label == two else label for vertex, label in part.items()}
            if len(set(part.values())) == 1:
                yield sorted(part), cost


def check_tree(graph, roots, answer):
    assert (np.diff(answer.edges) > 0).all()
    assert answer.cost == graph.cost[answer.edges].sum()
    chosen = set(answer.vertices.tolist())
    assert set(roots) <= chosen
    assert len(answer.edges) == len(chosen) - len(set(roots))
    reached, before = set(roots), 0
    while len(reached) != before:
        before = len(reached)
        for edge in answer.edges:
            ends = {int(graph.tail[edge]), int(graph.head[edge])}
            if ends & reached:
                reached |= ends
    assert reached == chosen


@settings(max_examples=300)
@given(cases())
def test_small_networks_are_solved_exactly(case):
    graph, prizes, root = case
    answer = prize.solve(graph, prizes, root)
    check_tree(graph, [root], answer)
    assert answer.penalty == prizes.sum() - prizes[answer.vertices].sum()
    best = min(cost + prizes.sum() - prizes[chosen].sum() for chosen, cost in trees(graph, [root]))
    assert answer.objective == answer.lower_bound == best
    assert answer.gap == 0


@settings(max_examples=100)
@given(cases(), st.integers(0, 3))
def test_an_unfinished_search_has_a_true_bound(case, iterations):
    graph, prizes, root = case
    answer = prize.solve(graph, prizes, root, iterations=iterations)
    check_tree(graph, [root], answer)
    best = min(cost + prizes.sum() - prizes[chosen].sum() for chosen, cost in trees(graph, [root]))
    assert answer.lower_bound <= best <= answer.objective


@settings(max_examples=100)
@given(cases(), st.data())
def test_several_roots_are_joined_at_no_cost(case, data):
    graph, prizes, root = case
    roots = sorted({root, data.draw(st.integers(0, graph.vertices - 1))})
    answer = prize.solve(graph, prizes, roots)
    check_tree(graph, roots, answer)
    best = min(cost + prizes.sum() - prizes[chosen].sum() for chosen, cost in trees(graph, roots))
    assert answer.objective == answer.lower_bound == best


@settings(max_examples=200)
@given(cases(), st.integers(0, 40))
def test_a_budget_is_kept_and_its_bound_is_true(case, budget):
    graph, prizes, root = case
    every = [(cost, int(prizes[chosen].sum())) for chosen, cost in trees(graph, [root])]
    answer = prize.within_budget(graph, prizes, root, budget)
    check_tree(graph, [root], answer)
    assert answer.cost <= budget
    assert answer.collected == prizes[answer.vertices].sum()
    best = max(collected for cost, collected in every if cost <= budget)
    assert answer.collected <= best <= answer.upper_bound
    assert 0 <= answer.gap <= 1
    more = prize.within_budget(graph, prizes, root, budget + 5)
    assert more.upper_bound >= answer.collected
    if best == prizes[graph.components() == graph.components()[root]].sum():
        assert answer.collected == answer.upper_bound == best


@settings(max_examples=50)
@given(cases(), st.randoms(use_true_random=False))
def test_order_of_rows_and_ends_makes_no_difference(case, random):
    graph, prizes, root = case
    order = list(range(len(graph.cost)))
    random.shuffle(order)
    ends = np.stack([graph.tail, graph.head])[:, order]
    turned = np.array([random.random() < 0.5 for _ in order], bool)
    ends[:, turned] = ends[::-1, turned]
    other = Graph(graph.vertices, ends[0].copy(), ends[1].copy(), graph.cost[order])
    for one, two in (
        (prize.solve(graph, prizes, root), prize.solve(other, prizes, root)),
        (prize.within_budget(graph, prizes, root, 9), prize.within_budget(other, prizes, root, 9)),
    ):
        assert one.vertices.tolist() == two.vertices.tolist()
        assert one.cost == two.cost
        assert sorted(graph.cost[one.edges]) == sorted(other.cost[two.edges])


def test_same_seed_same_answer(shared):
    graph, prizes, root, _ = prize_collecting.read(shared / "bench" / "prize_collecting" / "i103M2.stp.gz")
    prizes = prizes // 2
    for one, two in (
        [prize.solve(graph, prizes, root, iterations=20, seed=7) for _ in range(2)],
        [prize.within_budget(graph, prizes, root, 10**11, iterations=20, seed=7) for _ in range(2)],
    ):
        assert one.edges.tolist() == two.edges.tolist()
        assert one.vertices.tolist() == two.vertices.tolist()


@pytest.mark.parametrize("name", ["i101M2", "i105M2", "i203M4"])
def test_published_optima_are_proved(shared, name):
    folder = shared / "bench" / "prize_collecting"
    with (folder / "optima.csv").open(encoding="ascii") as file:
        optima = {row["instance"]: float(row["optimum"]) for row in csv.DictReader(file)}
    graph, prizes, root, unit = prize_collecting.read(folder / f"{name}.stp.gz")
    answer = prize.solve(graph, prizes, root, iterations=20)
    assert answer.objective / unit == pytest.approx(optima[name], abs=1e-5)
    assert answer.gap == 0


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.6])
def test_a_real_network_within_a_budget(shared, share):
    graph, prizes, root, _ = prize_collecting.read(shared / "bench" / "prize_collecting" / "i103M2.stp.gz")
    everything = prize.solve(graph, prizes * 100, root, iterations=5)
    assert everything.penalty == 0
    answer = prize.within_budget(graph, prizes, root, int(share * everything.cost))
    check_tree(graph, [root], answer)
    assert answer.cost <= share * everything.cost
    assert answer.collected <= answer.upper_bound < prizes.sum()


def test_a_budget_below_every_connection_gives_the_root_alone():
    graph = graph_of(3, [(0, 1, 5), (1, 2, 5)])
    answer = prize.within_budget(graph, np.array([0, 0, 9]), 0, 9)
    assert (answer.edges.tolist(), answer.vertices.tolist(), answer.collected, answer.upper_bound) == ([], [0], 0, 0)
    answer = prize.within_budget(graph, np.array([0, 0, 9]), 0, 10)
    assert (answer.edges.tolist(), answer.collected, answer.upper_bound) == ([0, 1], 9, 9)


def test_nothing_to_collect():
    graph = graph_of(3, [(0, 1, 5), (1, 2, 0)])
    none = np.zeros(3, np.int64)
    answer = prize.solve(graph, none, 1)
    assert (answer.vertices.tolist(), answer.objective, answer.lower_bound, answer.gap) == ([1], 0, 0, 0)
    within = prize.within_budget(graph, none, 1, 100)
    assert (within.collected, within.upper_bound, within.gap) == (0, 0, 0)


def test_a_lone_root_and_another_component():
    graph = graph_of(4, [(1, 2, 1), (2, 3, 1), (0, 0, 1)])
    prizes = np.array([4, 5, 0, 6])
    answer = prize.solve(graph, prizes, 0)
    assert (answer.vertices.tolist(), answer.cost, answer.penalty, answer.lower_bound) == ([0], 0, 11, 11)
    within = prize.within_budget(graph, prizes, 0, 100)
    assert (within.vertices.tolist(), within.collected, within.upper_bound) == ([0], 4, 4)
    assert prize.solve(Graph(1, *np.zeros((3, 0), np.int64)), np.array([3]), 0).objective == 0


def test_parallel_and_free_edges_and_loops():
    graph = graph_of(4, [(0, 1, 7), (1, 0, 3), (0, 1, 3), (1, 1, 0), (1, 2, 0), (2, 3, 0), (3, 1, 0)])
    answer = prize.solve(graph, np.array([0, 0, 0, 9]), 0)
    assert (answer.cost, answer.penalty, answer.lower_bound) == (3, 0, 3)
    assert answer.edges[0] == 1
    free = prize.within_budget(graph, np.array([0, 0, 0, 9]), 2, 0)
    assert (free.collected, free.cost, free.upper_bound) == (9, 0, 9)


def test_what_does_not_fit_is_refused():
    graph = graph_of(2, [(0, 1, 1)])
    for prizes, root, message in (
        (np.array([1]), 0, "1 prizes for 2 vertices"),
        (np.array([1, -1]), 0, "vertex 1 has a negative prize"),
        (np.array([1.0, 2.0]), 0, "whole numbers"),
        (np.array([2**53, 0]), 0, "2\\^53"),
        (np.array([1, 1]), 2, "outside 0 to 1"),
        (np.array([1, 1]), [], "no root"),
    ):
        with pytest.raises(PlanError, match=message):
            prize.solve(graph, prizes, root)
    with pytest.raises(PlanError, match="the budget is -1"):
        prize.within_budget(graph, np.array([1, 1]), 0, -1)


def test_time_ends_the_search(shared):
    graph, prizes, root, _ = prize_collecting.read(shared / "bench" / "prize_collecting" / "i101M2.stp.gz")
    answer = prize.solve(graph, prizes, root, seconds=0.0)
    assert answer.lower_bound == 0
    assert answer.gap == 1
    check_tree(graph, [root], answer)
    check_tree(graph, [root], prize.within_budget(graph, prizes, root, 10**10, seconds=0.0))
