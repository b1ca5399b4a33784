"""Covers: against trying every choice, spopt and published optima."""

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import PlanError
from planner.graph.facility_cover import max_cover, p_center, set_cover
from planner.graph.facility_distance import within
from tests.planner.graph._sites import allowed, cases, least, published


@given(cases(), st.integers(0, 12))
@settings(max_examples=120)
def test_the_largest_cover_is_that_of_trying_every_choice(case, reach):
    distance, weight, count, conditions = case

    def missed(chosen):
        return float(weight[(distance[:, chosen] > reach).all(axis=1)].sum())

    best = least(conditions, distance.shape[1], (count, count), missed)
    if best is None:
        return
    got = max_cover(within(distance, reach), count, weight, conditions=conditions)
    assert allowed(conditions, got.sites)
    assert got.value == weight.sum() - missed(got.sites) == pytest.approx(weight.sum() - best)
    assert got.bound >= got.value
    assert got.exact
    assert ((got.assignment >= 0) == (distance[:, got.sites] <= reach).any(axis=1)).all()


@given(cases(), st.integers(3, 12))
@settings(max_examples=80)
def test_the_cheapest_cover_is_that_of_trying_every_choice(case, reach):
    distance, _, _, conditions = case
    sites = distance.shape[1]
    price = np.arange(1.0, sites + 1)

    def cost(chosen):
        return price[chosen].sum() if (distance[:, chosen] <= reach).any(axis=1).all() else np.inf

    best = least(conditions, sites, (1, sites), cost)
    if best is None or not np.isfinite(best):
        with pytest.raises(PlanError):
            set_cover(within(distance, reach), price, conditions=conditions)
        return
    got = set_cover(within(distance, reach), price, conditions=conditions)
    assert allowed(conditions, got.sites)
    assert got.value == got.bound == best == cost(got.sites)


@given(cases())
@settings(max_examples=80)
def test_the_center_is_that_of_trying_every_choice(case):
    distance, _, count, conditions = case

    def longest(chosen):
        return float(distance[:, chosen].min(axis=1).max())

    best = least(conditions, distance.shape[1], (count, count), longest)
    if best is None:
        return
    got = p_center(distance, count, conditions=conditions)
    assert allowed(conditions, got.sites)
    assert got.value == got.bound == best == longest(got.sites)


@pytest.mark.parametrize("name", ["pmed3", "pmed5", "pmed9", "pmed15"])
def test_published_centers_are_reached(shared, name):
    folder = shared / "bench" / "p_median"
    with (folder / "optima.csv").open(encoding="utf-8") as table:
        known = {row["instance"]: int(row["p_center_optimum"]) for row in csv.DictReader(table)}
    got = p_center(*published(folder / f"{name}.txt.gz"))
    assert got.value == got.bound == known[name]


def test_a_larger_cover_is_certified_with_joined_demands():
    random = np.random.default_rng(1)
    home, site = random.random((20_000, 2)), random.random((60, 2))
    distance = np.hypot(*(home[:, None] - site).transpose(2, 0, 1)).astype(np.float32)
    near, weight = within(distance, 0.1), random.integers(1, 9, 20_000).astype(float)
    got = max_cover(near, 10, weight)
    assert got.value == weight[(distance[:, got.sites] <= 0.1).any(axis=1)].sum()
    assert got.gap <= 0.001
    again = max_cover(near, 10, weight)
    np.testing.assert_array_equal(got.sites, again.sites)


def test_demand_that_nothing_covers_is_named():
    near = within(np.array([[1, 2], [7, 8]], np.float32), 3)
    with pytest.raises(PlanError, match=r"1 demands are covered by no candidate \(first: row 1\)"):
        set_cover(near)
    got = max_cover(near, 1)
    assert (got.value, got.assignment.tolist()[1]) == (1, -1)
