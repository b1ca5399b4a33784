"""Capacities, hubs with satellites and scenarios: against trying every choice."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from layers import PlanError
from planner.graph.facility import Limits
from planner.graph.facility_capacity import Sizes, capacitated
from planner.graph.facility_hubs import Kinds, hubs_and_satellites
from planner.graph.facility_robust import robust
from tests.planner.graph._sites import allowed, cases, least


def served(distance, weight, capacity, chosen):
    demands, count = len(weight), len(chosen)
    cost = (weight[:, None] * distance[:, chosen]).ravel()
    each = np.kron(np.eye(demands), np.ones(count))
    full = np.kron(weight, np.eye(count))
    got = linprog(cost, full, capacity[chosen], each, np.ones(demands), bounds=(0, None))
    return got.fun if got.status == 0 else np.inf


@given(cases(), st.data())
@settings(max_examples=50)
def test_capacities_are_those_of_trying_every_choice(case, data):
    distance, weight, most, conditions = case
    sites = distance.shape[1]
    capacity = np.array(data.draw(st.lists(st.integers(2, 20), min_size=sites, max_size=sites)), float)
    price = np.array(data.draw(st.lists(st.integers(0, 9), min_size=sites, max_size=sites)), float)
    cost = lambda chosen: served(distance, weight, capacity, chosen) + price[chosen].sum()  # noqa: E731
    best = least(conditions, sites, (1, most), cost)
    sizes = Sizes(capacity, price, 1, most)
    if best is None or not np.isfinite(best):
        with pytest.raises(PlanError):
            capacitated(distance, sizes, weight, conditions=conditions)
        return
    got = capacitated(distance, sizes, weight, conditions=conditions)
    assert allowed(conditions, got.siting.sites)
    assert got.siting.value == pytest.approx(best, rel=1e-5, abs=1e-5)
    assert got.siting.bound <= got.siting.value
    used = np.bincount(got.site, weights=got.share * weight[got.demand], minlength=sites)
    assert (used <= capacity + 1e-5).all()


def test_a_larger_capacitated_case_is_certified(monkeypatch):
    random = np.random.default_rng(4)
    home, site = random.random((150, 2)), random.random((30, 2))
    distance = np.hypot(*(home[:, None] - site).transpose(2, 0, 1)).astype(np.float32)
    weight, capacity = random.integers(1, 9, 150).astype(float), random.integers(60, 160, 30).astype(float)
    sizes = Sizes(capacity, np.zeros(30), 9, 9)
    exact = capacitated(distance, sizes, weight)
    assert exact.siting.gap <= 1e-6
    monkeypatch.setattr("planner.graph.facility_capacity._CELLS", 0)
    priced = capacitated(distance, sizes, weight, limits=Limits(nodes=200))
    assert priced.siting.bound <= exact.siting.value + 1e-6
    assert priced.siting.value >= exact.siting.bound - 1e-6
    assert priced.siting.gap <= 0.03


def pairs(kinds, conditions, sites):
    for hubs in itertools.combinations(range(sites), kinds.hubs):
        rest = [j for j in range(sites) if j not in hubs]
        for satellites in itertools.combinations(rest, kinds.satellites):
            near = all(kinds.between[list(hubs), s].min() <= kinds.reach for s in satellites)
            if near and allowed(conditions, hubs + satellites) and not set(hubs) & set(kinds.no_hub.tolist()):
                yield list(hubs + satellites)


@given(cases(), st.integers(0, 2), st.integers(2, 12), st.data())
@settings(max_examples=80)
def test_hubs_and_satellites_are_those_of_trying_every_choice(case, satellites, reach, data):
    distance, weight, _, conditions = case
    sites = distance.shape[1]
    if sites < 1 + satellites:
        return
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    between = random.integers(1, 15, (sites, sites))
    kinds = Kinds(1, satellites, ((between + between.T) / 2).astype(np.float32), reach, no_hub=np.array([0]))
    best = min(
        (float(weight @ distance[:, both].min(axis=1)) for both in pairs(kinds, conditions, sites)), default=None
    )
    if best is None:
        with pytest.raises(PlanError, match=r"cannot be met together|no choice of sites"):
            hubs_and_satellites(distance, kinds, weight, conditions=conditions)
        return
    got = hubs_and_satellites(distance, kinds, weight, conditions=conditions)
    assert allowed(conditions, got.siting.sites)
    assert 0 not in got.hubs
    assert (len(got.hubs), len(got.satellites)) == (1, satellites)
    assert (kinds.between[got.satellites, got.hub_of] <= reach).all()
    assert got.siting.value == pytest.approx(best, rel=1e-6)
    assert got.siting.exact


@given(cases(), st.sampled_from(["expected", "worst", "regret"]), st.integers(1, 3), st.integers(0, 99))
@settings(max_examples=80)
def test_scenarios_are_those_of_trying_every_choice(case, aim, scenarios, seed):
    distance, _, count, conditions = case
    weights = np.random.default_rng(seed).integers(0, 6, (scenarios, len(distance))).astype(float)

    def cost(chosen):
        return weights @ distance[:, chosen].min(axis=1).astype(float)

    sites, numbers = distance.shape[1], (count, count)
    alone = [least(conditions, sites, numbers, lambda chosen, s=s: cost(chosen)[s]) for s in range(scenarios)]
    if alone[0] is None:
        return
    alone = np.array(alone) * (aim == "regret")
    got = robust(distance, count, weights, aim, conditions=conditions)
    assert allowed(conditions, got.sites)
    np.testing.assert_allclose(got.by_scenario, cost(got.sites))
    if aim == "expected" or scenarios == 1:
        best = least(conditions, sites, numbers, lambda chosen: cost(chosen).sum())
    else:
        best = least(conditions, sites, numbers, lambda chosen: (cost(chosen) - alone).max())
        np.testing.assert_allclose(got.reference, alone, rtol=1e-6)
    assert got.value == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert got.bound <= got.value + 1e-9


def test_scenarios_of_a_larger_case_are_certified():
    random = np.random.default_rng(6)
    home, site = random.random((300, 2)), random.random((60, 2))
    distance = np.hypot(*(home[:, None] - site).transpose(2, 0, 1)).astype(np.float32)
    weights = random.random((4, 300)) * (1 + 4 * (home[:, 0] > np.array([[0.2], [0.5], [0.7], [0.9]])))
    got = robust(distance, 6, weights, "worst", limits=Limits(iterations=8, nodes=50))
    assert got.bound <= got.value == pytest.approx(got.by_scenario.max())
    assert got.gap <= 0.05
    again = robust(distance, 6, weights, "worst", limits=Limits(iterations=8, nodes=50))
    np.testing.assert_array_equal(got.sites, again.sites)
    with pytest.raises(PlanError, match="aim 'best' is not known"):
        robust(distance, 6, weights, "best")  # type: ignore[arg-type]
