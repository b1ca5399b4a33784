"""Rule files against figures from outside the project: lists of states, targets, caps, and the text of the law."""

import csv
import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.eligibility.engine import screen
from planner.eligibility.evidence import Evidence, Measured
from planner.eligibility.verdict import WORDS
from planner.programmes import programme

SHARED = Path(__file__).parents[3] / ".." / "shared"
FREEZE = dt.date(2022, 8, 9)
LAST = dt.date(2027, 9, 30)
# States, District of Columbia and territories by their postal codes.
STATES = [
    "AK", "AL", "AR", "AS", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "FM", "GA", "GU", "HI", "IA", "ID", "IL", "IN",
    "KS", "KY", "LA", "MA", "MD", "ME", "MI", "MN", "MO", "MP", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV",
    "NY", "OH", "OK", "OR", "PA", "PR", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VI", "VT", "WA", "WI", "WV", "WY",
]  # fmt: skip
NOTHING = np.array([""], object)


def places(unit="state", codes=STATES):
    frame = pd.DataFrame({"place_id": codes, "place": codes, "state": codes})

    def figures(measure, way, side):
        del measure, way, side
        empty = np.full(len(codes), np.nan)
        words = np.repeat(NOTHING, len(codes))
        return Measured(empty, empty, np.full(len(codes), "NaT", "datetime64[D]"), words, words)

    return Evidence(unit, frame, figures)


def verdicts(name, day):
    """Return the states by verdict, by the screen itself."""
    found = screen({"state": places()}, [programme(name)], day).screened[name, "state"].verdict
    return {word: {code for code, v in zip(STATES, found, strict=True) if WORDS[v] == word} for word in WORDS}


def figure(name, parameter, day):
    """Return a figure of a rule file on a day."""
    found = programme(name).parameters[parameter].at(day)
    assert found is not None, f"{name}: no {parameter} on {day}"
    return found.value


def facts(*path):
    file = SHARED.joinpath("facts", *path)
    if not file.is_file():
        pytest.skip("../shared is not beside the project")
    return file


@given(day=st.dates(FREEZE, LAST))
def test_the_28_jurisdictions_are_frozen_from_the_act_to_the_end_of_fiscal_year_2027(day):
    # 42 USC 19014(a)(3)(H); the agency's page says 28 through fiscal year 2027
    found = verdicts("nsf-epscor", day)
    assert len(found["eligible"]) == 28
    assert "IA" in found["eligible"]
    assert not found["not known"]
    status = programme("nsf-epscor").status_on(day)
    assert status is not None
    assert status.is_ == "frozen"


@given(day=st.dates(dt.date(2015, 1, 1), FREEZE - dt.timedelta(days=1)))
def test_27_jurisdictions_before_and_iowa_is_not_known(day):
    found = verdicts("nsf-epscor", day)
    assert len(found["eligible"]) == 27
    assert found["not known"] == {"IA"}


def test_after_the_freeze_no_state_is_said_to_be_in_or_out():
    assert verdicts("nsf-epscor", LAST + dt.timedelta(days=1))["not known"] == set(STATES)


def test_lists_equal_the_collected_ones():
    lists = json.loads(facts("epscor_jurisdictions.json").read_text("utf-8"))
    frozen = set(lists["nsf_epscor"]["frozen_2022_to_fy2027"]["jurisdictions"])
    earlier = set(lists["nsf_epscor"]["three_year_rule_page_undated_mid2010s"]["jurisdictions"])
    day = dt.timedelta(days=1)
    assert verdicts("nsf-epscor", FREEZE)["eligible"] == frozen
    assert verdicts("nsf-epscor", FREEZE - day)["eligible"] == earlier
    assert verdicts("nih-idea", FREEZE)["eligible"] == set(lists["nih_idea"]["jurisdictions"])
    of_2016 = lists["usda_epscor_fy2016"]
    assert verdicts("usda-epscor", dt.date(2016, 3, 1))["eligible"] == {*of_2016["states"], *of_2016["other_entities"]}


def test_every_row_of_the_jurisdictions_says_the_same_28():
    rules = programme("nsf-epscor")
    rows = [row.members for row in rules.lists["jurisdictions"].rows[1:]]
    assert rows == [rules.lists["established"].rows[0].members] * 2
    assert rules.lists["jurisdictions"].rows[0].members == tuple(code for code in rows[0] if code != "IA")


def test_the_health_institutes_have_24_the_28_less_four():
    # NIGMS: 23 states and Puerto Rico
    day = dt.date(2024, 6, 1)
    found = verdicts("nih-idea", day)["eligible"]
    assert len(found) == 24
    assert verdicts("nsf-epscor", day)["eligible"] - found == {"AL", "GU", "IA", "VI"}
    assert found < verdicts("nsf-epscor", day)["eligible"]


def test_the_agriculture_department_has_26_in_fiscal_year_2016_and_nothing_is_known_later():
    assert len(verdicts("usda-epscor", dt.date(2016, 9, 30))["eligible"]) == 19 + 7
    assert verdicts("usda-epscor", dt.date(2016, 10, 1))["not known"] == set(STATES)


@pytest.mark.parametrize("name", ["nasa-epscor", "doe-epscor"])
@pytest.mark.parametrize("day", [FREEZE, dt.date(2024, 2, 29), LAST])
def test_followers_have_the_foundations_states(name, day):
    assert verdicts(name, day) == verdicts("nsf-epscor", day)


def test_16_of_31_hubs_touch_a_jurisdiction_by_their_states():
    with facts("tech_hubs_2023.csv").open(encoding="utf-8", newline="") as lines:
        hubs = [set(row["states"].split(";")) for row in csv.DictReader(lines)]
    jurisdictions = verdicts("nsf-epscor", dt.date(2023, 12, 31))["eligible"]
    assert len(hubs) == 31
    assert sum(bool(hub & jurisdictions) for hub in hubs) == 16


@pytest.mark.parametrize(
    ("year", "institutions", "scholarships"),
    [
        (2023, 15.5, 16),
        (2024, 16, 18),
        (2025, 16.5, 20),
        (2026, 17, 20),
        (2027, 18, 20),
        (2028, 19, 20),
        (2029, 20, 20),
    ],
)
def test_targets_of_fiscal_years(year, institutions, scholarships):
    # 42 USC 19014(a)(3)(A), (B); a fiscal year runs from October to September
    for day in (dt.date(year - 1, 10, 1), dt.date(year, 9, 30)):
        assert figure("nsf-epscor", "institutions_target_percent", day) == institutions
        assert figure("nsf-epscor", "scholarships_target_percent", day) == scholarships


def test_no_targets_outside_these_years():
    for parameter in ("institutions_target_percent", "scholarships_target_percent"):
        for day in (dt.date(2022, 9, 30), dt.date(2029, 10, 1)):
            assert programme("nsf-epscor").parameters[parameter].at(day) is None


def cap(unit, points, persons):
    rules = programme("recompete")
    award = next(each for each in rules.awards if unit in each.units)
    rate, floor = (figure("recompete", name, FREEZE) for name in (award.usd_per_person, award.least_usd))
    return points / 100 * persons * rate, floor


def test_caps_of_the_award():
    # 15 USC 3722b(f)(1)(B): gap x prime-age population x 70,585 or 53,600 dollars
    assert cap("local labor market", 5.0, 40_000)[0] == pytest.approx(141_170_000)
    assert cap("community", 5.0, 40_000)[0] == pytest.approx(107_200_000)
    small, floor = cap("local labor market", 2.5, 10_000)
    assert small == pytest.approx(17_646_250)
    assert small < floor == 20_000_000


@pytest.mark.parametrize(
    ("unit", "points", "persons"), [("local labor market", 2.5, 11_334), ("community", 5.0, 7_463)]
)
def test_least_population_whose_cap_reaches_the_floor(unit, points, persons):
    below, floor = cap(unit, points, persons - 1)
    assert below < floor <= cap(unit, points, persons)[0]


def one_place(unit, employment, income):
    """One place with the same figures in every unit; the nation's employment rate is 80 percent."""
    known = {("prime_age_employment", ""): employment, ("prime_age_employment", "nation"): 80.0,
             ("median_household_income", ""): income}  # fmt: skip

    def figures(measure, way, side):
        value = known.get((measure, side), np.nan) if way == 0 else np.nan
        nothing = np.array([np.nan])
        return Measured(np.array([value]), nothing, np.array(["NaT"], "datetime64[D]"), NOTHING, NOTHING)

    frame = pd.DataFrame({"place_id": ["25011"], "place": ["a place"], "state": ["MA"]})
    return Evidence(unit, frame, figures, containers={"local labor market": np.array([0])})


@given(employment=st.floats(0.0, 100.0), income=st.floats(1.0, 200_000.0))
def test_a_community_that_covers_its_labor_market_is_never_eligible_as_one(employment, income):
    # 15 USC 3722b(j)(1)(B)(ii), (j)(4): its gap of 5 points makes the labor market eligible first
    units = ("local labor market", "community", "county")
    evidence = {unit: one_place(unit, employment, income) for unit in units}
    found = screen(evidence, [programme("recompete")], FREEZE).screened
    market, community, county = (WORDS[found["recompete", unit].verdict[0]] for unit in units)
    assert community == "not eligible"
    assert county == market


def test_share_table_of_the_regulation():
    # 13 CFR 301.4 table 1: 80 at 225 or 50, 70 at 200 or 60, 60 at 175 or 65, 50 at one point above or 80
    day = dt.date(2024, 10, 31)
    rows = {
        share: (figure("eda-distress", f"unemployment_for_{share}", day),
                figure("eda-distress", f"income_for_{share}", day))
        for share in (80, 70, 60)
    }  # fmt: skip
    assert rows == {80: (225, 50), 70: (200, 60), 60: (175, 65)}
    assert figure("eda-distress", "unemployment_points", day) == 1.0
    assert figure("eda-distress", "income_percent", day) == 80
    assert [figure("eda-distress", f"share_{share}", day) for share in (50, 60, 70, 80, 100)] == [
        50,
        60,
        70,
        80,
        100,
    ]


def test_hubs_need_five_types_of_members_and_may_have_thirteen_more():
    # 15 USC 3722a(c)(1)(A) to (E), (c)(2)(A) to (M)
    partners = programme("tech-hubs").partners
    assert [each.role for each in partners].count("required") == 5
    assert [len(each.types) for each in partners if each.role == "optional"] == [13]


def test_engines_need_one_partner_of_six_types():
    # 42 USC 19108(e)(2)(A)(i) to (vi)
    (required,) = (each for each in programme("nsf-engines").partners if each.role == "required")
    assert (len(required.types), required.least) == (6, 1)


@pytest.mark.parametrize(
    ("file", "name", "parameter", "words"),
    [
        ("15usc3722b.md", "recompete", "gap_labor_market_points", "equal to not less than {} percent"),
        ("15usc3722b.md", "recompete", "gap_community_points", "equal to not less than {} percent"),
        ("15usc3722b.md", "recompete", "income_community_usd", "of not more than ${}"),
        ("15usc3722b.md", "recompete", "labor_market_usd_per_person", "${} for local labor markets"),
        ("15usc3722b.md", "recompete", "community_usd_per_person", "${} for local communities"),
        ("15usc3722b.md", "recompete", "floor_usd", "less than ${} to an eligible recipient"),
        ("15usc3722a.md", "tech-hubs", "planning_percent", "may not exceed {} percent"),
        ("15usc3722a.md", "tech-hubs", "planning_small_percent", "may be up to {} percent of the total cost, subject"),
        ("15usc3722a.md", "tech-hubs", "first_percent", "shall not exceed {} percent of the total operating costs"),
        ("15usc3722a.md", "tech-hubs", "later_percent", "shall not exceed {} percent of the total operating costs"),
        ("15usc3722a.md", "tech-hubs", "tribal_percent", "led by a Tribal government, in a fiscal year, {} percent"),
        ("15usc3722a.md", "tech-hubs", "initial_most_usd", "no more than ${}"),
        ("15usc3722a.md", "tech-hubs", "small_metro_persons", "with a population of not more than {}"),
        ("15usc3722a.md", "tech-hubs", "urban_area_persons", "with a population greater than {} as reported"),
        ("42usc18901.md", "nsf-engines", "emerging_institution_usd", "less than ${} in Federal research"),
        ("10usc4010.md", "depscor", "share_of_even_share_percent", "multiplying {} percent times"),
        ("15usc278k.md", "mep", "share_percent", "may not provide more than {} percent"),
        ("42usc3144.md", "eda-distress", "share_50", "{} percent; plus"),
        ("42usc3144.md", "eda-distress", "share_100", "up to {} percent of the cost"),
        ("13cfr301_tables.md", "eda-distress", "unemployment_for_80", "UR >= {}% of national or PCI <= 50%"),
        ("42usc3161_snapshot2023.md", "eda-distress", "income_percent", "per capita income of {} percent or less"),
        ("42usc3161_in_effect_2025-04-18.md", "eda-distress", "household_income_percent", "median household income {} percent or less"),
        ("42usc3161_in_effect_2025-04-18.md", "eda-distress", "participation_percent", "participation rate {} percent or less"),
        ("42usc3161_in_effect_2025-04-18.md", "eda-distress", "gap_points", "employment gap of {} percent or more"),
    ],
)  # fmt: skip
def test_figures_stand_in_the_text_of_the_law(file, name, parameter, words):
    path = SHARED / "statutes" / file
    if not path.is_file():
        pytest.skip("../shared is not beside the project")
    value = figure(name, parameter, dt.date(2025, 6, 1))
    said = f"{value:,.1f}".removesuffix(".0")
    assert words.format(said).lower() in path.read_text("utf-8").lower()
