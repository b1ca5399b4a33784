"""All that one place can apply for, through all that contains it."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import PlanError
from planner.eligibility.portfolio import NEAREST, STATUSES, VERDICTS, containers, portfolio, ranked
from planner.tables import checked, nothing

DAY = np.datetime64("2026-11-22", "s")
MARKETS = pd.DataFrame(
    [
        ("25011", "cz1", "commuting zone"),
        ("25013", "cz1", "commuting zone"),
        ("25013", "44140", "metropolitan area"),
        ("25015", "49340", "micropolitan area"),
        ("25015", "44140", "metropolitan area"),
        ("25017", "T1", "tribal land"),
    ],
    columns=["county_fips", "labor_market_id", "kind"],
)


def row(unit, place_id, programme, verdict, status="open", **more):
    return {
        "unit": unit, "place_id": place_id, "place": f"{unit} {place_id}", "state": "MA", "programme": programme,
        "programme_title": programme.upper(), "verdict": verdict, "status": status, "reason": "because",
        "margin": 1.5, "margin_unit": "percent", "probability": np.nan, "missing": None, "data_as_of": DAY,
        "citation": "1 USC 1", "day": DAY, **more,
    }  # fmt: skip


def table(*rows):
    return checked("eligibility", pd.DataFrame(list(rows)))


@pytest.fixture
def eligibility():
    return table(
        row("community", "2501112505", "a", "not eligible"),
        row("community", "2501112505", "b", "eligible", "expired"),
        row("community", "2501130560", "b", "eligible"),
        row("county", "25011", "a", "eligible"),
        row("county", "25013", "a", "borderline"),
        row("local labor market", "CZcz1", "c", "not known", missing="B23001 for cz1"),
        row("local labor market", "CBSA44140", "c", "eligible"),
        row("state", "25", "d", "borderline", "frozen"),
        row("state", "33", "d", "eligible"),
    )


def test_a_town_has_the_verdicts_of_its_county_labor_market_and_state_too(eligibility):
    found = portfolio(eligibility, nothing("eligibility_tests"), "2501112505", labor_markets=MARKETS)
    assert found[["unit", "place_id", "programme", "verdict", "status"]].to_numpy().tolist() == [
        ["county", "25011", "a", "eligible", "open"],
        ["community", "2501112505", "b", "eligible", "expired"],
        ["state", "25", "d", "borderline", "frozen"],
        ["local labor market", "CZcz1", "c", "not known", "open"],
        ["community", "2501112505", "a", "not eligible", "open"],
    ]
    assert found["missing"].dropna().tolist() == ["B23001 for cz1"]


def test_a_county_is_in_its_core_area_before_its_commuting_zone(eligibility):
    found = containers(["25011", "25013", "25015", "25017"], "county", eligibility, MARKETS)
    assert found["local labor market"].tolist() == ["CZcz1", "CBSA44140", "CBSA44140", ""]
    assert found["state"].tolist() == ["25"] * 4
    assert set(containers(["25011"], "county", eligibility)["local labor market"]) == {""}


def test_a_town_without_verdicts_of_its_own_has_those_around_it(eligibility):
    found = portfolio(eligibility, nothing("eligibility_tests"), "2501199999", labor_markets=MARKETS)
    assert set(found["unit"]) == {"county", "local labor market", "state"}


def test_a_labor_market_stands_for_itself(eligibility):
    found = portfolio(eligibility, nothing("eligibility_tests"), "CBSA44140", labor_markets=MARKETS)
    assert found["place_id"].tolist() == ["CBSA44140"]


def test_what_fails_and_what_is_left_to_show_is_named(eligibility):
    more = dict.fromkeys(("reference_of", "unit_of_test", "op", "found", "basis", "missing", "threshold_citation"))
    numbers = dict.fromkeys(
        ("value", "reference", "compared", "threshold", "margin", "margin_of_error", "probability"), np.nan
    )
    given_tests = [
        ("one", "place", "First", "not eligible"), ("two", "place", "Second", "eligible"),
        ("three", "place", "Third", "not eligible"), ("four", "applicant", "Has a board", "not known"),
        ("five", "applicant", "Is public", "eligible"), ("six", "preference", "Is rural", "not eligible"),
    ]  # fmt: skip
    base = {"unit": "community", "place_id": "2501112505", "place": "x", "programme": "a", "citation": "1 USC 1"}
    tests = checked(
        "eligibility_tests",
        pd.DataFrame([
            {**base, "test": test, "role": role, "test_title": title, "verdict": verdict, "data_as_of": pd.NaT}
            | more | numbers
            for test, role, title, verdict in given_tests
        ]),
    )  # fmt: skip
    found = portfolio(eligibility, tests, "2501112505").set_index(["unit", "programme"])
    assert found.loc[("community", "a"), "not_met"] == "First; Third"
    assert found.loc[("community", "a"), "to_show"] == "Has a board"
    assert found.loc[("community", "b"), ["not_met", "to_show"]].isna().all()


def test_an_unknown_code_and_a_code_of_two_kinds_are_refused(eligibility):
    tests = nothing("eligibility_tests")
    with pytest.raises(PlanError, match=r"no place with code '9901112505', and none that contains it"):
        portfolio(eligibility, tests, "9901112505")
    both = table(row("county", "33860", "a", "eligible"), row("local labor market", "33860", "a", "not eligible"))
    with pytest.raises(PlanError, match=r"2 kinds with code '33860' \(county, local labor market\); say which unit"):
        portfolio(both, tests, "33860")
    assert portfolio(both, tests, "33860", "local labor market")["verdict"].tolist() == ["not eligible"]


@settings(max_examples=15)
@given(st.randoms(use_true_random=False))
def test_order_does_not_hang_on_the_order_of_rows(random):
    pairs = list(itertools.product(VERDICTS, STATUSES, NEAREST))
    rows = [row(unit, f"{at:05d}", "p", verdict, status) for at, (verdict, status, unit) in enumerate(pairs)]
    random.shuffle(rows)
    found = ranked(table(*rows))
    assert list(zip(found["verdict"], found["status"], found["unit"], strict=True)) == pairs
