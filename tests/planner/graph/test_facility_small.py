"""Small problems go to HiGHS alone, without kernels: against the kernels' answers and trying every choice."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core.dispatcher import Dispatcher

from planner.graph import _facility_bound, _facility_branch, _facility_lists, _facility_search
from planner.graph._facility_bound import Prices, ascend
from planner.graph._facility_branch import narrowed
from planner.graph._facility_exact import shortened
from planner.graph._facility_lists import lists_of, nearest_open, nearest_two
from planner.graph._facility_plain import ascend_plain
from planner.graph.facility import Limits, fixed_charge, p_median
from planner.graph.facility_cover import max_cover, p_center, set_cover
from planner.graph.facility_distance import great_circle, within
from planner.graph.facility_hubs import Kinds, hubs_and_satellites
from planner.graph.facility_robust import robust
from planner.graph.facility_rules import Conditions, Group, rules_of
from tests.planner.graph._sites import allowed, cases, choices

KERNELS = [
    (module, name)
    for module in (_facility_bound, _facility_branch, _facility_lists, _facility_search)
    for name, thing in vars(module).items()
    if isinstance(thing, Dispatcher)
]


def large():
    """Let nothing be small enough for HiGHS at once."""
    parts = {"planner.graph._facility_small.SMALL": 0, "planner.graph._facility_small.SCENARIOS": 0}
    return [mock.patch(name, value) for name, value in (parts | {"planner.graph._facility_hub._WHOLE": 0}).items()]


def by_kernels(solve):
    patches = large()
    for patch in patches:
        patch.start()
    try:
        return solve()
    finally:
        for patch in patches:
            patch.stop()


def drawn(demands, sites, seed=1):
    random = np.random.default_rng(seed)
    home, site = random.random((demands, 2)), random.random((sites, 2))
    distance = np.hypot(*(home[:, None] - site).transpose(2, 0, 1)).astype(np.float32)
    between = np.hypot(*(site[:, None] - site).transpose(2, 0, 1)).astype(np.float32)
    return distance, between, random.integers(1, 9, demands).astype(float)


@given(cases(), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_kernels_and_highs_agree(case, seed):
    distance, weight, count, conditions = case
    sites = distance.shape[1]
    if not list(choices(conditions, sites, count, count)):
        return
    random = np.random.default_rng(seed)
    price = random.integers(0, 9, sites).astype(float)
    weights = random.integers(0, 6, (3, len(distance))).astype(float)
    for solve in (
        lambda: p_median(distance, count, weight, conditions=conditions),
        lambda: fixed_charge(distance, price, weight, conditions=conditions, number=(1, count)),
        lambda: max_cover(within(distance, 6), count, weight, conditions=conditions),
        lambda: robust(distance, count, weights, "regret", conditions=conditions),
        lambda: robust(distance, count, weights, "worst", conditions=conditions),
    ):
        small, other = solve(), by_kernels(solve)
        assert small.exact
        assert small.value == pytest.approx(other.value, rel=1e-6, abs=1e-6)
        assert allowed(conditions, small.sites)
        slack = 1e-6 * (1 + abs(small.value))
        assert other.bound >= small.value - slack if other.upward else other.bound <= small.value + slack


def linked(kinds, conditions, sites):
    """Yield every choice of sites among which some can be hubs that reach the others."""
    total = kinds.hubs + kinds.satellites
    may = [j for j in range(sites) if j not in kinds.no_hub]
    for chosen in choices(conditions, sites, total, total):
        for hubs in choices(Conditions(), sites, kinds.hubs, kinds.hubs):
            rest = [j for j in chosen if j not in hubs]
            if set(hubs) <= {*chosen} & {*may} and all(kinds.between[s, hubs].min() <= kinds.reach for s in rest):
                yield chosen
                break


@given(cases(), st.integers(2, 3), st.integers(1, 2), st.integers(2, 12), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_several_hubs_are_those_of_trying_every_choice(case, hubs, satellites, reach, seed):
    distance, weight, _, conditions = case
    sites = distance.shape[1]
    between = np.random.default_rng(seed).integers(1, 15, (sites, sites))
    kinds = Kinds(hubs, satellites, ((between + between.T) / 2).astype(np.float32), reach, no_hub=np.array([0]))
    values = [float(weight @ distance[:, each].min(axis=1)) for each in linked(kinds, conditions, sites)]
    if not values:
        return
    solve = lambda: hubs_and_satellites(distance, kinds, weight, conditions=conditions)  # noqa: E731
    for got in (solve(), by_kernels(solve)):
        assert allowed(conditions, got.siting.sites)
        assert (len(got.hubs), len(got.satellites)) == (hubs, satellites)
        assert 0 not in got.hubs
        assert (kinds.between[got.satellites, got.hub_of] <= reach).all()
        assert got.siting.value == pytest.approx(min(values), rel=1e-6, abs=1e-6)
        assert got.siting.exact


def test_small_problems_compile_no_kernel(monkeypatch):
    def refuse(*_):
        raise AssertionError("a kernel was called")

    for module, name in KERNELS:
        monkeypatch.setattr(module, name, refuse)
    for user in ("_facility_work", "_facility_hub", "facility_robust"):
        for name in ("ascend", "descend", "shake", "nearest_two"):
            monkeypatch.setattr(f"planner.graph.{user}.{name}", refuse, raising=False)
    distance, between, weight = drawn(100, 25)
    laws = Conditions(
        must=np.array([3]), groups=(Group("north", np.arange(25) % 3 == 0, share=0.5),), spend=np.ones(25), budget=9.0,
        too_near=(between < 0.05) & ~np.eye(25, dtype=bool),
    )  # fmt: skip
    weights = np.vstack([weight, weight[::-1]])
    great_circle(np.column_stack([weight, weight]), np.zeros((2, 2)))
    for got in (
        p_median(distance, 4, weight, conditions=laws),
        fixed_charge(distance, np.ones(25), weight, conditions=laws),
        max_cover(within(distance, 0.2), 4, weight, conditions=laws),
        set_cover(within(distance, 0.5), conditions=laws),
        p_center(distance, 4, conditions=laws),
        robust(distance, 4, weights, "regret", conditions=laws),
        robust(distance, 4, weights, "worst", conditions=laws),
        robust(distance, 4, weights, "expected", conditions=laws),
        hubs_and_satellites(distance, Kinds(1, 3, between, 0.5), weight, conditions=laws).siting,
        hubs_and_satellites(distance, Kinds(2, 3, between, 0.4), weight, conditions=laws).siting,
    ):
        assert got.exact


def test_several_hubs_of_a_larger_case_are_certified():
    distance, between, weight = drawn(500, 50, 3)
    limits = Limits(iterations=4)
    first, again = (hubs_and_satellites(distance, Kinds(2, 4, between, 0.25), weight, limits=limits) for _ in range(2))
    assert first.siting.gap <= 0.01
    assert first.siting.value == pytest.approx(float(weight @ distance[:, first.siting.sites].min(axis=1)))
    np.testing.assert_array_equal(first.hubs, again.hubs)
    np.testing.assert_array_equal(first.siting.sites, again.siting.sites)
    assert first.siting.bound == again.siting.bound


def test_regret_of_a_larger_case_is_certified():
    distance, _, _ = drawn(500, 60, 5)
    weights = np.random.default_rng(5).random((3, 500)) * np.where(np.arange(500) % 3 == np.arange(3)[:, None], 6, 1)
    got = robust(distance, 4, weights, "regret", limits=Limits(iterations=4))
    assert got.gap <= 0.01
    assert got.value == pytest.approx((got.by_scenario - got.reference).max())


@given(cases(), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_whole_arrays_do_what_kernels_do(case, seed):
    distance, weight, count, _ = case
    sites, random = distance.shape[1], np.random.default_rng(seed)
    full = lists_of(distance, weight[None], sites)
    cut = lists_of(distance, weight[None], max(sites // 2, 1))
    chosen = random.random(sites) < 0.5
    for lists in (full, cut):
        site, far = nearest_open(lists, chosen)
        one, near, _, _ = nearest_two(lists, chosen)
        np.testing.assert_array_equal(far, near)
        np.testing.assert_array_equal(site < 0, one < 0)
    state = random.integers(-1, 2, sites).astype(np.int8)
    for ours, theirs in zip(shortened(full, state)[4:5], narrowed(full, state)[4:5], strict=True):
        np.testing.assert_array_equal(ours, theirs)
    rules = rules_of(Conditions(groups=(Group("some", chosen, at_most=sites),)), sites, count, count)
    prices = Prices(random.uniform(0, 1, len(weight)) * full.cap, np.zeros(1))
    price = np.zeros(sites)
    once, _ = ascend(full, weight, price, rules, Prices(prices.demand.copy(), np.zeros(1)), 1e3, 1, 1.0)
    plain, _ = ascend_plain(full, price, rules, prices, 1e3, 1, 1.0)
    assert plain.value == pytest.approx(once.value, rel=1e-9, abs=1e-9)
    np.testing.assert_allclose(plain.reduced, once.reduced, rtol=1e-9, atol=1e-9)
