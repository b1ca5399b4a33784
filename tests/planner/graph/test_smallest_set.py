"""The smallest connected set against all connected sets counted out, and against an integer programme with flows."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from layers import PlanError
from planner.graph import smallest_set as module
from planner.graph.smallest_set import Effort, smallest_set


@st.composite
def cases(draw, most=10, small=12):
    """Up to ten areas, any borders between them, one to three conditions in small whole numbers."""
    count = draw(st.integers(1, most))
    every = list(itertools.combinations(range(count), 2))
    pairs = draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    rows = draw(st.integers(1, 3))
    weights = [draw(st.lists(st.integers(-small, small), min_size=count, max_size=count)) for _ in range(rows)]
    return np.array(pairs, np.int64).reshape(-1, 2), draw(st.integers(0, count - 1)), np.array(weights, float)


def count_out(pairs, root, weights):
    """The best set by its definition: fewest areas, most slack in the first condition, first in order."""
    graph = nx.Graph()
    graph.add_nodes_from(range(weights.shape[1]))
    graph.add_edges_from(pairs.tolist())
    others = [area for area in graph if area != root]
    for size in range(len(others) + 1):
        fits = []
        for rest in itertools.combinations(others, size):
            areas = sorted((root, *rest))
            if (weights[:, areas].sum(axis=1) >= 0).all() and nx.is_connected(graph.subgraph(areas)):
                fits.append((-weights[0, areas].sum(), areas))
        if fits:
            return min(fits)[1]
    return []


@effort(max_examples=80)
@given(cases())
def test_no_set_counted_out_is_better(case):
    found = smallest_set(*case)
    wanted = count_out(*case)
    assert found.areas.tolist() == wanted
    assert found.exact
    assert found.settled
    assert found.none_exists == (not wanted)
    assert found.lower_bound == (len(wanted) or found.lower_bound)


@effort(max_examples=60)
@given(cases(), st.integers(1, 10))
def test_a_limit_on_areas_proves_that_there_is_none_within_it(case, most):
    pairs, root, weights = case
    found = smallest_set(pairs, root, weights, Effort(most=most))
    wanted = count_out(*case)
    assert found.areas.tolist() == (wanted if len(wanted) <= most else [])
    assert found.none_exists == (not 0 < len(wanted) <= most)


@effort(max_examples=60)
@given(cases(), st.integers(1, 4))
def test_what_a_short_search_says_is_true(case, sets):
    """Few sets are looked at: growing and cuts must answer, and their bound must hold."""
    pairs, root, weights = case
    found = smallest_set(pairs, root, weights, Effort(sets=sets))
    wanted = count_out(*case)
    if found.none_exists:
        assert not wanted
    if wanted:
        assert found.lower_bound <= len(wanted)
    if found.size:
        assert found.size >= len(wanted)
        assert (weights[:, found.areas].sum(axis=1) >= 0).all()
        graph = nx.Graph(pairs.tolist())
        graph.add_nodes_from(range(weights.shape[1]))
        assert nx.is_connected(graph.subgraph(found.areas.tolist()))
        assert root in found.areas
        assert found.lower_bound <= found.size
    assert found.exact == (found.none_exists or found.size == found.lower_bound)


@effort(max_examples=60)
@given(cases(), st.randoms(use_true_random=False))
def test_names_of_areas_change_size_and_slack_of_nothing(case, shuffle):
    pairs, root, weights = case
    new = list(range(weights.shape[1]))
    shuffle.shuffle(new)
    moved = np.empty_like(weights)
    moved[:, new] = weights
    rows = [tuple(np.array(new)[pair][:: shuffle.choice([1, -1])]) for pair in pairs]
    shuffle.shuffle(rows)
    one = smallest_set(pairs, root, weights)
    other = smallest_set(np.array(rows, np.int64).reshape(-1, 2), new[root], moved)
    assert (one.size, one.none_exists, one.exact) == (other.size, other.none_exists, other.exact)
    assert weights[0, one.areas].sum() == moved[0, other.areas].sum()
    again = smallest_set(pairs[::-1, ::-1], root, weights)
    assert again.areas.tolist() == one.areas.tolist()


def hexagons(side):
    """A field of areas with six neighbours each."""
    number = np.arange(side * side).reshape(side, side)
    steps = [(number[:, :-1], number[:, 1:]), (number[:-1], number[1:]), (number[:-1, 1:], number[1:, :-1])]
    return np.concatenate([np.column_stack([one.ravel(), two.ravel()]) for one, two in steps])


def by_flow(pairs, root, weights):
    """Size of the smallest set by another method: an integer programme in which the root sends one unit to each area."""
    count = weights.shape[1]
    arcs = np.concatenate([pairs, pairs[:, ::-1]])
    total = count + len(arcs)
    rows, low, high = [], [], []

    def add(areas, flows, least, most):
        row = np.zeros(total)
        for place, value in areas:
            row[place] += value
        for place, value in flows:
            row[count + place] += value
        rows.append(row)
        low.append(least)
        high.append(most)

    for number, (_, head) in enumerate(arcs):
        add([(head, -count)], [(number, 1)], -np.inf, 0)
    for area in range(count):
        into = [(place, 1) for place in np.flatnonzero(arcs[:, 1] == area)]
        out = [(place, -1) for place in np.flatnonzero(arcs[:, 0] == area)]
        if area != root:
            add([(area, -1)], into + out, 0, 0)
    for row in weights:
        add(list(enumerate(row)), [], 0, np.inf)
    cost = np.append(np.ones(count), np.zeros(len(arcs)))
    upper = np.append(np.ones(count), np.full(len(arcs), count))
    lower = np.zeros(total)
    lower[root] = 1
    found = milp(
        cost, integrality=np.append(np.ones(count), np.zeros(len(arcs))), bounds=Bounds(lower, upper),
        constraints=LinearConstraint(np.array(rows), low, high),
    )  # fmt: skip
    return round(found.fun) if found.status == 0 else 0


@pytest.mark.parametrize("seed", range(4))
def test_a_programme_with_flows_finds_no_smaller_set_in_a_field(seed):
    pairs = hexagons(7)
    weights = np.random.default_rng(seed).integers(-30, 14, (1 + seed % 2, 49)).astype(float)
    weights[:, 24] = -25
    found = smallest_set(pairs, 24, weights)
    assert found.exact
    assert found.size == by_flow(pairs, 24, weights)


@pytest.mark.parametrize("seed", [1, 2])
def test_search_and_cuts_agree_in_a_wide_field(seed):
    pairs = hexagons(25)
    weights = np.random.default_rng(seed).normal(-1, 3, (2, 625))
    weights[:, 312] = -11
    found = smallest_set(pairs, 312, weights)
    cut = smallest_set(pairs, 312, weights, Effort(sets=2000))
    assert found.exact
    assert cut.lower_bound <= found.size <= cut.size
    assert not cut.settled


def test_a_root_that_meets_all_stays_alone():
    found = smallest_set(np.array([[0, 1]]), 0, np.array([[0.0, 5.0]]))
    assert (found.areas.tolist(), found.size, found.lower_bound) == ([0], 1, 1)


def test_an_area_beyond_a_gap_does_not_help():
    found = smallest_set(np.array([[0, 1], [2, 3]]), 0, np.array([[-1.0, 0.0, 9.0, 9.0]]))
    assert found.none_exists
    assert found.exact
    assert found.lower_bound == 3


def test_rates_that_meet_to_the_last_digit_meet():
    counts, people = np.array([0.1, 0.2]), np.array([1.0, 1.0])
    found = smallest_set(np.array([[0, 1]]), 0, (counts - 0.15 * people)[None, :])
    assert found.areas.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("pairs", "root", "weights", "words"),
    [
        ([[0, 1]], 0, [1.0, 2.0], "a row for each condition"),
        ([[0, 1]], 0, [[1.0, np.nan]], "leave out areas whose figures are not known"),
        ([[0, 1]], 2, [[1.0, 2.0]], "one of areas 0 to 1"),
        ([[0, 5]], 0, [[1.0, 2.0]], "rows of two areas from 0 to 1"),
    ],
)
def test_arrays_that_do_not_fit_are_named(pairs, root, weights, words):
    with pytest.raises(PlanError, match=words):
        smallest_set(np.array(pairs), root, np.array(weights))


def test_what_is_too_wide_for_the_search_is_left_to_the_programme(monkeypatch):
    monkeypatch.setattr(module, "_WIDEST", 3)
    found = smallest_set(np.array([[0, 1], [1, 2], [2, 3], [3, 4]]), 0, np.array([[-4.0, 1, 1, 1, 1]]))
    assert (found.areas.tolist(), found.exact, found.settled) == ([0, 1, 2, 3, 4], True, False)
