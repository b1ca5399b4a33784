"""The best order of a rooted tree: against all ways, and against linear programming."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import coo_array

from layers import PlanError
from planner.graph.order import cheapest_first


def trees(most, cost=9):
    def of(size):
        parents = st.tuples(*(st.integers(0, max(row - 1, 0)) for row in range(1, size)))
        return st.tuples(
            parents, st.lists(st.integers(0, cost), min_size=size, max_size=size),
            st.lists(st.integers(0, 3), min_size=size, max_size=size),
        )  # fmt: skip

    return st.integers(1, most).flatmap(of)


def blocks_of(tree):
    parents, cost, weight = tree
    arrays = [np.array(values, np.int64) for values in ((-1, *parents), cost, weight)]
    return arrays, cheapest_first(*arrays)


def parts(parent):
    """All connected parts with the root, and the empty one."""
    for chosen in itertools.product((False, True), repeat=len(parent)):
        if all(chosen[above] for here, above in enumerate(parent) if chosen[here] and above >= 0):
            yield np.array(chosen)


@given(trees(9))
def test_after_each_block_no_part_is_better_at_its_price(tree):
    (parent, cost, weight), blocks = blocks_of(tree)
    sums = {(int(cost[part].sum()), int(weight[part].sum())) for part in parts(parent)}
    spent, got = 0, 0
    for block_cost, block_weight in zip(blocks.cost.tolist(), blocks.weight.tolist(), strict=True):
        spent, got = spent + block_cost, got + block_weight
        assert (spent, got) in sums
        if block_weight:
            price = Fraction(block_cost, block_weight)
            assert min(c - price * w for c, w in sums) == spent - price * got
            assert min(c for c, w in sums if w >= got) == spent
    assert (spent, got) == (cost.sum(), weight.sum())


@given(trees(25))
def test_prices_rise_and_nothing_comes_before_what_it_needs(tree):
    (parent, cost, weight), blocks = blocks_of(tree)
    assert (blocks.rank[1:] >= blocks.rank[parent[1:]]).all()
    assert np.bincount(blocks.rank, weights=cost).tolist() == blocks.cost.tolist()
    assert np.bincount(blocks.rank, weights=weight).tolist() == blocks.weight.tolist()
    prices = [Fraction(int(c), int(w)) if w else np.inf for c, w in zip(blocks.cost, blocks.weight, strict=True)]
    assert all(one <= two for one, two in itertools.pairwise(prices))


@pytest.mark.parametrize("seed", range(4))
def test_linear_programming_finds_nothing_better(seed):
    random = np.random.default_rng(seed)
    size = 400
    parent = np.array([-1, *(random.integers(max(0, row - 30), row) for row in range(1, size))])
    cost, weight = random.integers(0, 10_000, size), random.integers(0, 2, size)
    blocks = cheapest_first(parent, cost, weight)
    after = np.arange(1, size)
    # x of a vertex is at most x of its parent; such a programme has whole solutions
    need = coo_array(
        (np.tile([1.0, -1.0], size - 1), (np.repeat(after - 1, 2), np.column_stack([after, parent[1:]]).ravel()))
    ).toarray()
    upto = np.cumsum(blocks.cost), np.cumsum(blocks.weight)
    for number in random.choice(np.flatnonzero(blocks.weight), 5):
        price = blocks.cost[number] / blocks.weight[number]
        best = linprog(cost - price * weight, A_ub=need, b_ub=np.zeros(size - 1), bounds=(0, 1)).fun
        assert upto[0][number] - price * upto[1][number] == pytest.approx(best, abs=1e-6 * cost.sum())


def test_a_dear_way_to_many_waits_for_a_cheap_one_to_few():
    # root - a (cost 10) - three homes at 1; root - b (cost 2) - one home at 1
    parent = np.array([-1, 0, 0, 1, 1, 1, 2])
    blocks = cheapest_first(parent, np.array([0, 10, 2, 1, 1, 1, 1]), np.array([0, 0, 0, 1, 1, 1, 1]))
    assert blocks.cost.tolist() == [3, 13]
    assert blocks.weight.tolist() == [1, 3]
    assert blocks.rank.tolist() == [0, 1, 0, 1, 1, 1, 0]


@pytest.mark.parametrize(
    ("parent", "cost", "weight", "message"),
    [
        ([-1, 2, 0], [1, 1, 1], [1, 1, 1], "each parent before its children"),
        ([-1, -1], [1, 1], [1, 1], "the root must come first"),
        ([-1, 0], [1, -1], [1, 1], "costs and weights must be 0 or more"),
        ([-1, 0], [1], [1, 1], "must be of one length"),
        ([-1, 0], [2**40, 1], [2**30, 1], "too large to stay exact"),
    ],
)
def test_bad_trees_are_refused(parent, cost, weight, message):
    with pytest.raises(PlanError, match=message):
        cheapest_first(np.array(parent), np.array(cost), np.array(weight))
