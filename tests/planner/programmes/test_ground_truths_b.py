"""Rules on tracts, counties and areas against the law said again in plain code, and against published counts."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.eligibility.engine import screen
from planner.eligibility.evidence import Evidence, Measured
from planner.eligibility.verdict import WORDS
from planner.programmes import programme

COUNT = 40
KINDS = ("metropolitan area", "micropolitan area", "neither")


def evidence(unit, figures, attributes, answers=None):
    """Places with figures by (measure, side), attributes and answers by (programme, test)."""
    count = len(attributes["state"])

    def of(measure, way, side):
        value = figures.get((measure, side)) if way == 0 else None
        value = np.full(count, np.nan) if value is None else np.asarray(value, float)
        missing = np.where(np.isnan(value), measure, "").astype(object)
        day = np.full(count, "2020-12-31", "datetime64[D]")
        return Measured(value, np.full(count, np.nan), day, missing, np.full(count, "made", object))

    places = pd.DataFrame(
        {"place_id": [f"{row:011d}" for row in range(count)], "place": "made", "state": attributes["state"]}
    )
    words = {name: np.array(values, object) for name, values in attributes.items()}
    said = {key: np.asarray(values, float) for key, values in (answers or {}).items()}
    return Evidence(unit, places, of, words, said)


def verdicts(name, known, day):
    found = screen({known.unit: known}, [programme(name)], day)
    return [WORDS[verdict] for verdict in found.screened[name, known.unit].verdict]


def low_income_community(tract):
    """26 USC 45D(e)(1), (4), (5)."""
    own, state, metro = tract["own"], tract["state_median"], tract["metro_median"]
    in_metro = tract["kind"] == "metropolitan area"
    if tract["poverty"] >= 20:
        return True
    if tract["code"] == "PR":
        reference, limit = state, 80
    elif in_metro:
        reference, limit = max(state, metro), 80
    else:
        reference, limit = state, 85 if tract["lost"] >= 10 else 80
    small = tract["people"] < 2000 and tract["zone"] and tract["beside"]
    return 100 * own <= limit * reference or small


def low_income_community_from_2025(tract):
    """26 USC 1400Z-1(c)(1) as amended by P.L. 119-21."""
    reference = tract["metro_median"] if tract["kind"] == "metropolitan area" else tract["state_median"]
    income = 100 * tract["own"]
    return income <= 70 * reference or (tract["poverty"] >= 20 and income <= 125 * reference)


TRACTS = st.lists(
    st.fixed_dictionaries({
        "own": st.integers(20, 200), "state_median": st.sampled_from([80, 100]), "metro_median": st.sampled_from([60, 100, 120]),
        "poverty": st.sampled_from([0, 19, 20, 21, 40]), "kind": st.sampled_from(KINDS), "code": st.sampled_from(["MA", "PR"]),
        "lost": st.sampled_from([0, 9, 10, 11]), "people": st.sampled_from([1999, 2000, 5000]),
        "zone": st.booleans(), "beside": st.booleans(),
    }),
    min_size=1, max_size=COUNT,
)  # fmt: skip


def known_tracts(tracts):
    column = pd.DataFrame(tracts)
    figures = {
        ("median_family_income", ""): column["own"], ("median_family_income", "state"): column["state_median"],
        ("median_family_income", "metro"): column["metro_median"], ("poverty_rate", ""): column["poverty"],
        ("net_out_migration_20_years", ""): column["lost"], ("population", ""): column["people"],
    }  # fmt: skip
    answers = {
        ("new-markets", "empowerment_zone"): column["zone"],
        ("new-markets", "next_to_low_income"): column["beside"],
    }
    return evidence("tract", figures, {"state": list(column["code"]), "metro_kind": list(column["kind"])}, answers)


@given(TRACTS)
@settings(max_examples=60, deadline=None)
def test_low_income_communities_are_those_of_the_law_in_plain_code(tracts):
    known = known_tracts(tracts)
    wanted = ["eligible" if low_income_community(tract) else "not eligible" for tract in tracts]
    assert verdicts("new-markets", known, dt.date(2023, 4, 1)) == wanted


@given(TRACTS)
@settings(max_examples=60, deadline=None)
def test_the_narrower_definition_is_that_of_the_law_in_plain_code_and_within_the_wider(tracts):
    known = known_tracts(tracts)
    wanted = ["eligible" if low_income_community_from_2025(tract) else "not eligible" for tract in tracts]
    found = verdicts("opportunity-zones-2", known, dt.date(2026, 7, 1))
    assert found == wanted
    wider = verdicts("new-markets", known, dt.date(2023, 4, 1))
    in_states = [tract["code"] != "PR" for tract in tracts]
    assert all(
        wide == "eligible"
        for wide, narrow, inside in zip(wider, found, in_states, strict=True)
        if inside and narrow == "eligible"
    )


@given(st.lists(st.tuples(st.integers(40, 120), st.integers(10, 200), st.sampled_from([40, 60]), st.sampled_from(KINDS)), min_size=1, max_size=COUNT))  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_qualified_nonmetropolitan_counties_are_those_of_the_law_in_plain_code(counties):
    """15 USC 657a(b)(3)(B), in tenths of a percent of unemployment and thousands of dollars."""
    income, jobless, state_jobless, kinds = (list(column) for column in zip(*counties, strict=True))
    count = len(counties)
    figures = {
        ("median_household_income", ""): income, ("median_household_income", "state"): np.full(count, 100),
        ("unemployment_rate_60_months", ""): np.array(jobless) / 10,
        ("unemployment_rate_60_months", "state"): np.array(state_jobless) / 10,
        ("unemployment_rate_60_months", "nation"): np.full(count, 5.0),
    }  # fmt: skip
    no = np.zeros(count)
    closed = ("reservation", "redesignated", "base_closure", "disaster", "governor_designated")
    known = evidence(
        "county", figures, {"state": ["WV"] * count, "metro_kind": kinds}, {("hubzone", name): no for name in closed}
    )
    wanted = [
        "eligible"
        if kind != "metropolitan area" and (mine < 80 or 10 * rate >= 14 * min(50, state))
        else "not eligible"
        for mine, rate, state, kind in counties
    ]
    assert verdicts("hubzone", known, dt.date(2023, 4, 1)) == wanted


@pytest.mark.parametrize("answer", [0.0, 1.0, np.nan])
def test_no_answer_ever_turns_a_qualified_county_into_one_that_is_not(answer):
    figures = {("median_household_income", ""): [79], ("median_household_income", "state"): [100]}
    names = ("reservation", "redesignated", "base_closure", "disaster", "governor_designated", "difficult_development")
    known = evidence(
        "county", figures, {"state": ["WV"], "metro_kind": ["neither"]}, {("hubzone", name): [answer] for name in names}
    )
    assert verdicts("hubzone", known, dt.date(2023, 4, 1)) == ["eligible"]


def test_both_rural_definitions_by_county_agree_on_the_nation_of_2023(shared):
    """USDA ERS and OMB, 2023: codes 4 to 9 are the nonmetropolitan counties; ERS counts 1,186 metropolitan ones."""
    table = pd.read_csv(shared / "layers/rural_urban_continuum_2023.csv", dtype="str")
    table = table[table["geoid"].str[:2].astype(int) <= 56]
    code = table["rural_def"].str[0]
    metro = (
        pd.read_csv(shared / "layers/cbsa_2023.csv", dtype="str")
        .set_index("geoid")["rural_def"]
        .reindex(table["geoid"])
    )
    kind = np.where(metro.str.contains("Metro"), KINDS[0], np.where(metro.str.contains("Micro"), KINDS[1], KINDS[2]))
    states = ["MA"] * len(table)
    day = dt.date(2024, 1, 1)
    by_code = verdicts("rural-rucc", evidence("county", {}, {"state": states, "rural_urban_code": list(code)}), day)
    by_area = verdicts("rural-omb", evidence("county", {}, {"state": states, "metro_kind": list(kind)}), day)
    assert by_code == by_area
    assert by_code.count("not eligible") == 1186
    assert by_code.count("eligible") == 1958


def test_thresholds_shares_and_caps_are_those_of_the_texts():
    """Figures read in the US Code and on the agencies' pages, said again."""
    day = dt.date(2026, 1, 1)
    wanted: dict[str, dict[str, float]] = {
        "b2s": {"federal_most": 50}, "rcei": {"grant_most": 10e6, "planning_most": 2e6, "federal_most_later": 50},
        "manufacturing-usa": {"federal_most": 50, "shortest_years": 5, "longest_years": 7},
        "ma-collaborative-rd": {"state_most": 100 * 1 / (1 + 3)}, "m2i2": {"state_most": 100 * 1 / (1 + 1), "affoa_most": 8e6,
        "aim_most": 5.6e6, "nextflex_most": 4e6, "arm_most": 1e6}, "new-markets": {"credit": 3 * 5 + 4 * 6},
        "bead-areas": {"federal_most": 100 - 25, "project_least": 80}, "arc": {"competitive_most": 30},
        "clean-energy-incubator": {"state_most": 4e6}, "hubzone": {"redesignated_years": 3, "area_population_most": 20},
    }  # fmt: skip
    for name, figures in wanted.items():
        found = {key: programme(name).parameters[key].at(day) for key in figures}
        assert {key: value.value for key, value in found.items() if value} == figures


def test_what_is_background_knowledge_says_so():
    """Days that no source gave carry the word where a reader sees it."""
    for name in (
        "opportunity-zones-1",
        "opportunity-zones-2",
        "new-markets",
        "persistent-poverty",
        "m2i2",
        "rural-omb",
    ):
        assert all("unverified" in rule.note for rule in programme(name).rules)
