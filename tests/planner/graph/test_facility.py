"""Sites for the least distance: against trying every choice, published optima, and themselves."""

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import PlanError
from planner.graph.facility import Conditions, Limits, fixed_charge, p_median
from planner.graph.facility_distance import within
from planner.graph.facility_rules import Group
from tests.planner.graph._sites import allowed, cases, least, published


def far(distance, weight, chosen):
    return float(weight @ distance[:, chosen].min(axis=1).astype(float))


@given(cases())
@settings(max_examples=150)
def test_p_median_is_that_of_trying_every_choice(case):
    distance, weight, count, conditions = case
    best = least(conditions, distance.shape[1], (count, count), lambda chosen: far(distance, weight, chosen))
    if best is None:
        with pytest.raises(PlanError, match=r"cannot be met together|no choice of sites"):
            p_median(distance, count, weight, conditions=conditions)
        return
    got = p_median(distance, count, weight, conditions=conditions)
    assert allowed(conditions, got.sites)
    assert len(got.sites) == count
    assert got.value == pytest.approx(far(distance, weight, got.sites), rel=1e-9)
    assert got.value == pytest.approx(best, rel=1e-6)
    assert got.bound <= got.value
    assert got.exact
    np.testing.assert_array_equal(
        distance[np.arange(len(distance)), got.assignment], distance[:, got.sites].min(axis=1)
    )


@given(cases(), st.data())
@settings(max_examples=100)
def test_sites_that_cost_are_those_of_trying_every_choice(case, data):
    distance, weight, most, conditions = case
    sites = distance.shape[1]
    price = np.array(data.draw(st.lists(st.integers(0, 30), min_size=sites, max_size=sites)), float)
    best = least(conditions, sites, (1, most), lambda chosen: far(distance, weight, chosen) + price[chosen].sum())
    if best is None:
        with pytest.raises(PlanError):
            fixed_charge(distance, price, weight, conditions=conditions, number=(1, most))
        return
    got = fixed_charge(distance, price, weight, conditions=conditions, number=(1, most))
    assert allowed(conditions, got.sites)
    assert got.value == pytest.approx(best, rel=1e-6)
    assert got.bound <= got.value
    assert got.exact


@given(cases(), st.integers(1, 11))
@settings(max_examples=60)
def test_lists_charge_what_lies_beyond(case, reach):
    distance, weight, count, conditions = case
    near = within(distance, reach, 12.5)

    def cost(chosen):
        nearest = distance[:, chosen].min(axis=1).astype(float)
        return float(weight @ np.where(nearest <= reach, nearest, 12.5))

    best = least(conditions, distance.shape[1], (count, count), cost)
    if best is not None:
        got = p_median(near, count, weight, conditions=conditions)
        assert got.value == pytest.approx(best, rel=1e-6)
        assert ((got.assignment >= 0) == (distance[:, got.sites].min(axis=1) <= reach)).all()


def drawn(demands, sites, seed=1):
    random = np.random.default_rng(seed)
    home, site = random.random((demands, 2)), random.random((sites, 2))
    distance = np.hypot(*(home[:, None] - site).transpose(2, 0, 1)).astype(np.float32)
    return distance, random.integers(1, 9, demands).astype(float)


def test_lists_cut_short_give_the_cost_of_all_distances(monkeypatch):
    distance, weight = drawn(400, 80)
    whole = p_median(distance, 4, weight)
    monkeypatch.setattr("planner.graph.facility._SMALL", 0)
    monkeypatch.setattr("planner.graph.facility._LONG", 8)
    monkeypatch.setattr("planner.graph.facility._TIMES", 1)
    short = p_median(distance, 4, weight)
    assert short.value == pytest.approx(far(distance, weight, short.sites), rel=1e-9)
    assert short.bound <= whole.value <= short.value + 1e-9
    assert short.value <= 1.02 * whole.value


def test_same_seed_and_iterations_give_the_same_answer():
    distance, weight = drawn(300, 60, 3)
    conditions = Conditions(groups=(Group("north", np.arange(60) % 3 == 0, share=0.5),))
    limits = Limits(iterations=5, nodes=3, seed=4)
    first, again = (p_median(distance, 9, weight, conditions=conditions, limits=limits) for _ in range(2))
    np.testing.assert_array_equal(first.sites, again.sites)
    np.testing.assert_array_equal(first.assignment, again.assignment)
    assert (first.value, first.bound, first.iterations) == (again.value, again.bound, again.iterations)


def test_conditions_of_a_larger_case_are_kept_and_certified():
    distance, weight = drawn(400, 60, 5)
    random = np.random.default_rng(2)
    north, spend = random.random(60) < 0.3, random.integers(1, 20, 60).astype(float)
    near = distance[:60] < 0.1
    conditions = Conditions(
        must=np.array([7]), never=np.array([3, 4]), groups=(Group("north", north, share=1 / 3, at_most=5),),
        spend=spend, budget=70.0, too_near=near & near.T & ~np.eye(60, dtype=bool),
    )  # fmt: skip
    got = p_median(distance, 8, weight, conditions=conditions)
    assert allowed(conditions, got.sites)
    assert got.gap <= 0.01
    assert got.value >= p_median(distance, 8, weight).value


@pytest.mark.parametrize("name", ["pmed1", "pmed3", "pmed5", "pmed11", "pmed15", "pmed17", "pmed21"])
def test_published_optima_are_reached_and_proved(shared, name):
    folder = shared / "bench" / "p_median"
    with (folder / "optima.csv").open(encoding="utf-8") as table:
        known = {row["instance"]: int(row["p_median_optimum"]) for row in csv.DictReader(table)}
    distance, count = published(folder / f"{name}.txt.gz")
    got = p_median(distance, count)
    assert got.value == got.bound == known[name]


def test_what_is_wrong_is_said():
    distance, weight = drawn(5, 4)
    group = Group("small and rural", np.array([True, False, False, False]), at_least=2)
    with pytest.raises(PlanError, match=r"at least 2 of 'small and rural'"):
        p_median(distance, 2, weight, conditions=Conditions(groups=(group,)))
    with pytest.raises(PlanError, match=r"3 sites; must-not sites"):
        p_median(distance, 3, weight, conditions=Conditions(never=np.array([0, 1])))
    with pytest.raises(PlanError, match="5 sites are wanted of 4 candidates"):
        p_median(distance, 5, weight)
    with pytest.raises(PlanError, match="must-have site 9 is no candidate"):
        p_median(distance, 2, weight, conditions=Conditions(must=np.array([9])))
    with pytest.raises(PlanError, match="weights must be numbers"):
        p_median(distance, 2, -weight)
    with pytest.raises(PlanError, match="6 weights for 5 demands"):
        p_median(distance, 2, np.ones(6))
    lone = distance.copy()
    lone[3] = np.inf
    with pytest.raises(PlanError, match=r"1 demands are out of reach of every candidate \(first: row 3\)"):
        p_median(lone, 2, weight)
    apart = np.array([[1, np.inf], [np.inf, 1]], np.float32)
    with pytest.raises(PlanError, match="no 1 sites were found that reach all demand"):
        p_median(apart, 1)
    with pytest.raises(PlanError, match="distances must be 0 or more"):
        p_median(np.array([[np.nan, 1]], np.float32), 1)


def test_each_conflicting_condition_is_needed_for_the_conflict():
    distance, weight = drawn(5, 6)
    spend = np.array([9.0, 9, 9, 1, 1, 1])
    rich = Group("rich", spend == 9, at_least=1)
    other = Group("other", np.ones(6, bool), at_least=1)
    conditions = Conditions(groups=(rich, other), spend=spend, budget=8.0, never=np.array([5]))
    with pytest.raises(PlanError) as told:
        p_median(distance, 2, weight, conditions=conditions)
    assert "at least 1 of 'rich'; the budget of 8;" in str(told.value)
    assert "other" not in str(told.value)
