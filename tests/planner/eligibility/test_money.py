"""Shares, sizes of awards and splits: worked figures of the statute, edges, and what is not known."""

import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import PlanError
from planner.eligibility.money import Place, as_table, awards, shares, split
from planner.eligibility.verdict import BORDERLINE, ELIGIBLE, NOT_ELIGIBLE, NOT_KNOWN
from planner.tables import tables
from tests.planner.eligibility._invented import DAY, figure, programme

AWARDS: list[dict[str, Any]] = [
    {"activity": "implementation", "units": ["local labor market"], "least_usd": "floor_usd", "gap_test": "gap",
     "persons": "prime_age_population", "usd_per_person": "market_usd", "citation": "Act 1(f)"},
    {"activity": "implementation", "units": ["community"], "least_usd": "floor_usd", "gap_test": "gap",
     "persons": "prime_age_population", "usd_per_person": "community_usd"},
    {"activity": "planning", "most_usd": "income_usd", "typical": True},
]  # fmt: skip


def place(unit, gap, persons, **more):
    return Place(unit, gap_points={"gap": gap}, persons={"prime_age_population": persons}, **more)


@pytest.mark.parametrize(
    ("unit", "gap", "persons", "cap", "result"),
    [
        # 15 USC 3722b(f): the gap as a share x prime-age persons x 70,585 or 53,600; an award is 20 million at least.
        ("local labor market", 5.0, 40_000, 141_170_000.0, "amount"),
        ("community", 5.0, 40_000, 107_200_000.0, "amount"),
        ("local labor market", 2.5, 10_000, 17_646_250.0, "cap below floor"),
        # The cap reaches the floor at 11,334 persons with 2.5 points, and at 7,463 with 5 points in a community.
        ("local labor market", 2.5, 11_333, 19_998_495.13, "cap below floor"),
        ("local labor market", 2.5, 11_334, 20_000_259.75, "amount"),
        ("community", 5.0, 7_462, 19_998_160.0, "cap below floor"),
        ("community", 5.0, 7_463, 20_000_840.0, "amount"),
        ("local labor market", -1.0, 40_000, 0.0, "cap below floor"),
        ("local labor market", math.nan, 40_000, math.nan, "not known"),
        ("local labor market", 5.0, math.nan, math.nan, "not known"),
    ],
)
def test_computed_caps_are_the_statutes(unit, gap, persons, cap, result):
    found = awards(programme(awards=AWARDS), DAY, place(unit, gap, persons))[0]
    assert found.cap_usd == pytest.approx(cap, abs=0.01, nan_ok=True)
    assert found.result == result
    assert found.most_usd == pytest.approx(cap if result == "amount" else math.nan, abs=0.01, nan_ok=True)
    assert found.least_usd == 20e6


def test_awards_say_what_they_are():
    rules = programme(awards=[*AWARDS, {"activity": "other", "units": ["state"]}, {"activity": "free"}])
    found = awards(rules, DAY, place("local labor market", 2.5, 10_000))
    assert [each.says for each in found] == [
        "cap below floor: 17,646,250 is less than 20,000,000 USD", "at most 75,000 USD", "no limit given",
    ]  # fmt: skip
    assert awards(rules, DAY, Place("local labor market"))[0].says == "not known: computed cap"
    table = as_table(rules, "x", (*shares(rules, DAY, Place("community")), *found))
    assert table["kind"].tolist() == ["award", "typical award", "award"]
    assert table["counts"].tolist() == [False, False, True]
    assert set(table["citation"].dropna()) == {"Act 1(f)"}
    assert as_table(rules, "x", ()).empty
    assert list(table.columns) == [name for name in tables()["programme_money"].columns if name in table]


def test_a_fixed_limit_and_a_cap_meet_at_the_lesser():
    both = AWARDS[0] | {"most_usd": "ceiling_usd"}
    rules = programme(awards=[both])
    assert awards(rules, DAY, place("local labor market", 5.0, 40_000))[0].most_usd == 141_170_000.0
    assert awards(rules, DAY, place("local labor market", 6.0, 40_000))[0].most_usd == 150e6


SHARES: list[dict[str, Any]] = [
    {"activity": "building", "most_percent": "half"},
    {"activity": "building", "most_percent": "most_share", "when": {"any": ["rural", "need"]}, "citation": "Act 2"},
    {"activity": "planning", "most_percent": "most_share"},
    {"activity": "building", "most_percent": "all_share", "when": {"all": ["gap", "need"]}},
]


@pytest.mark.parametrize(
    ("verdicts", "best"),
    [
        ({}, 50.0),
        ({"rural": ELIGIBLE}, 80.0),
        ({"rural": BORDERLINE}, 50.0),
        ({"gap": ELIGIBLE, "need": ELIGIBLE}, 100.0),
        ({"gap": NOT_ELIGIBLE, "need": ELIGIBLE}, 80.0),
        ({"gap": NOT_KNOWN, "need": NOT_KNOWN, "rural": NOT_ELIGIBLE}, 50.0),
    ],
)
def test_the_highest_share_that_surely_applies_counts(verdicts, best):
    found = shares(programme(shares=SHARES), DAY, Place("community", verdicts))
    assert [each.activity for each in found] == ["building", "building", "building", "planning"]
    assert [each.most_percent for each in found if each.counts] == [best, 80.0]


def test_shares_that_are_not_sure_say_on_what_they_hang():
    found = shares(programme(shares=SHARES), DAY, Place("community", {"rural": BORDERLINE, "need": NOT_ELIGIBLE}))
    assert [each.says for each in found] == [
        "up to 50 percent", "up to 80 percent if 'Not metropolitan' or 'Special need': borderline",
        "up to 100 percent if 'Test gap_points' and 'Special need': not eligible", "up to 80 percent",
    ]  # fmt: skip


def test_shares_follow_the_day():
    dated = [SHARES[0] | {"until": "2024-07-01"}, SHARES[2] | {"activity": "building", "from": "2024-07-01"}]
    rules = programme(shares=dated)
    assert [each.most_percent for each in shares(rules, DAY, Place("community"))] == [50.0]
    assert [each.most_percent for each in shares(rules, dt.date(2024, 7, 1), Place("community"))] == [80.0]


def test_a_condition_whose_tests_do_not_hold_yet_gives_nothing_away():
    late = [SHARES[0] | {"when": {"all": ["later"]}}]
    assert [each.applies for each in shares(programme(shares=late), DAY, Place("community", {"later": 3}))] == [
        NOT_KNOWN
    ]


def test_a_share_without_a_figure_on_the_day_does_not_count():
    rules = programme(
        shares=SHARES[:1],
        parameters=programme().model_dump(by_alias=True)["parameters"]
        | {"half": figure(50.0, **{"from": "2025-01-01"})},
    )
    (found,) = shares(rules, DAY, Place("community"))
    assert (found.counts, found.says) == (False, "parameter 'half' has no figure on the day")


def test_a_middle_mile_split_is_as_published():
    """Massachusetts, 2010 to 2014: 45.4 of 89.7 million federal, 44.3 of the state; the share limit was 80 percent."""
    found = split(89.7e6, 80.0, 45.4e6)
    assert (found.grant_usd, found.other_usd) == (45.4e6, 44.3e6)


@given(st.integers(0, 10**12), st.floats(0, 100), st.one_of(st.just(math.inf), st.floats(0, 1e9)))
def test_a_split_adds_up_and_keeps_its_limits(cents, percent, most):
    cost = cents / 100
    found = split(cost, percent, most)
    assert round(found.grant_usd * 100) + round(found.other_usd * 100) == cents
    assert 0 <= found.grant_usd <= min(cost * percent / 100 + 1e-5, most + 1e-5, cost)
    assert found.grant_usd >= min(cost * percent / 100, most, cost) - 0.01 - 1e-6


@pytest.mark.parametrize("given_", [(-1, 50, 1), (1, 101, 1), (math.nan, 50, 1), (1, 50, -1)])
def test_figures_that_are_none_are_refused(given_):
    with pytest.raises(PlanError, match="share 0 to 100 percent"):
        split(*given_)
