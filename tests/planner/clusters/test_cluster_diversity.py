"""Diversity and concentration: brute force, limits of the indices, values of other libraries."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planner.clusters.diversity import ellison_glaeser, gini, hachman, herfindahl, krugman

counts = st.lists(st.integers(0, 40), min_size=2, max_size=7)


def shares(values):
    return np.array(values, float) / np.sum(values)


def even(count):
    return np.full(count, 1 / count)


@pytest.mark.parametrize(("values", "known"), [([1, 2, 3, 4, 10], 0.4), ([5, 0, 0, 7, 1, 2], 0.5666666666666667)])
def test_with_equal_reference_gini_is_that_of_pysals_inequality(values, known):
    # inequality 1.1.2, inequality.gini.Gini(values).g
    assert gini(shares(values)[None, :], even(len(values)))[0] == pytest.approx(known, abs=1e-12)


@given(counts, st.data())
def test_gini_is_the_mean_difference_of_quotients_and_ignores_order(values, data):
    assume(sum(values) > 0)
    beside = shares(data.draw(st.lists(st.integers(1, 40), min_size=len(values), max_size=len(values))))
    mine = shares(values)
    lq = mine / beside
    brute = 0.5 * np.sum(np.abs(lq[:, None] - lq) * beside[:, None] * beside)
    assert gini(mine[None, :], beside)[0] == pytest.approx(brute, abs=1e-12)
    assert gini(mine[None, ::-1], beside[::-1])[0] == pytest.approx(brute, abs=1e-12)


def test_limits_of_the_indices():
    nation, one = shares([5, 3, 2]), np.array([[0.0, 0.0, 1.0]])
    same = nation[None, :]
    assert herfindahl(even(4)[None, :])[0] == pytest.approx(0.25)
    assert herfindahl(one)[0] == 1
    assert krugman(same, nation)[0] == 0
    assert krugman(np.array([[0.0, 1.0]]), np.array([1.0, 0.0]))[0] == 2  # nothing in common (Krugman 1991)
    assert hachman(same, nation)[0] == pytest.approx(1)
    assert hachman(one, nation)[0] == pytest.approx(0.2)  # all in what is a fifth of the nation
    assert gini(same, nation)[0] == pytest.approx(0)
    assert gini(one, nation)[0] == pytest.approx(0.8)


@given(counts)
def test_hachman_is_one_by_the_weighted_mean_of_quotients(values):
    assume(sum(values) > 0)
    nation, mine = shares(range(1, len(values) + 1)), shares(values)
    assert hachman(mine[None, :], nation)[0] == pytest.approx(1 / np.sum(mine * (mine / nation)))


def test_plants_thrown_at_random_have_an_index_of_nothing():
    # the index is built so: its expectation is 0 where plants choose areas with the areas' shares (Ellison and Glaeser 1997)
    random, area, plants = np.random.default_rng(5), shares([8, 4, 3, 2, 2, 1]), shares(random_sizes())
    places = random.choice(len(area), size=(4000, len(plants)), p=area)
    mine = np.array([np.bincount(each, plants, len(area)) for each in places])
    found = ellison_glaeser(mine, area, np.full(len(mine), np.sum(plants**2)))
    assert abs(found.mean()) < 3 * found.std() / np.sqrt(len(found))
    assert ellison_glaeser(np.array([[1.0, 0, 0, 0, 0, 0]]), area, np.array([0.01]))[0] > 0.3


def random_sizes():
    return np.random.default_rng(6).integers(1, 30, 12)


def test_plants_of_equal_size_give_the_most_that_the_index_can_be():
    area, mine = shares([3, 2, 1]), np.array([[0.6, 0.1, 0.3]])
    found = [ellison_glaeser(mine, area, np.array([size]))[0] for size in (0.1, 0.2, 0.5)]
    assert found == sorted(found, reverse=True)
    assert np.isnan(ellison_glaeser(mine, area, np.array([1.0]))[0])
    assert np.isnan(ellison_glaeser(mine, area, np.array([np.nan]))[0])


def test_an_unknown_share_leaves_the_index_open():
    row, nation = np.array([[0.5, np.nan, 0.5]]), even(3)
    for of in (
        lambda: gini(row, nation),
        lambda: herfindahl(row),
        lambda: krugman(row, nation),
        lambda: hachman(row, nation),
    ):
        assert np.isnan(of()[0])
