"""Evidence from small invented layers, against figures worked out by hand or by plain loops."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import PlanError, RuleError, declared
from layers.state_codes import states
from planner.eligibility import _answers, error
from planner.eligibility.gather import gather
from planner.programmes.measures import measures
from planner.programmes.rule import AnswerTest

DAY = dt.date(2020, 12, 31)
WAY = measures()["prime_age_employment"].ways[0]
RATE = ("unemployment_rate_24_months", 0)


def layer(name, columns, *rows):
    return declared(name).check(pd.DataFrame(list(rows), columns=columns.split()))


def labor(*rows):
    """Rows of area, year, month, labor force, unemployed."""
    full = [(area, year, month, force, None, lost) for area, year, month, force, lost in rows]
    return {"labor_force": layer("labor_force", "area_geoid year month labor_force employed unemployed", *full)}


def survey(*rows, year=2019):
    """Rows of area, series, estimate, margin of error; five years that end with `year`."""
    first, last = pd.Timestamp(year - 4, 1, 1), pd.Timestamp(year, 12, 31)
    full = [(*row, first, last) for row in rows]
    columns = "area_geoid series estimate margin_of_error period_from period_to"
    return {"acs_estimates": layer("acs_estimates", columns, *full)}


def markets(*rows):
    return {"labor_markets": layer("labor_markets", "county_fips labor_market_id labor_market kind", *rows)}


def indicators(*rows):
    full = [(area, series, value, pd.Timestamp(day)) for area, series, value, day in rows]
    return {"indicators": layer("indicators", "area_geoid series value period_to", *full)}


def figure(layers, unit, code, measure, way=0, side="", day=DAY, **more):
    """Return value, margin, day, missing and basis of one place."""
    evidence = gather(layers, day, **more)[unit]
    row = evidence.places["place_id"].tolist().index(code)
    found = evidence.figures(measure, way, side)
    return SimpleNamespace(
        value=found.value[row], margin=found.margin_of_error[row], as_of=found.as_of[row], missing=found.missing[row], basis=found.basis[row]
    )  # fmt: skip


MARKETS = markets(
    ("25013", "44140", "Springfield, MA", "metropolitan area"),
    ("25011", "24640", "Greenfield, MA", "micropolitan area"),
    ("25011", "12", None, "commuting zone"),
    ("25013", "12", None, "commuting zone"),
    ("25003", "13", None, "commuting zone"),
    ("50025", "13", None, "commuting zone"),
)


def test_counts_are_pooled_over_24_months_and_annual_rows_count_for_twelve():
    found = figure(labor(("25011", 2018, None, 100, 10), ("25011", 2019, None, 300, 6)), "county", "25011", *RATE)
    assert found.value == pytest.approx(100 * 16 / 400)
    assert found.basis == "BLS LAUS 24 months to 2019-12"
    assert found.as_of == np.datetime64("2019-12-31")
    assert found.missing == ""


def test_months_and_years_are_pooled_together_by_their_length():
    monthly = [("25011", 2019, month, 200.0, 20.0 + month) for month in range(1, 13)]
    both = labor(("25011", 2018, None, 100, 5), ("25011", 2019, None, 999, 999), *monthly)
    found = figure(both, "county", "25011", *RATE)
    lost = 12 * 5 + sum(20.0 + month for month in range(1, 13))
    assert found.value == pytest.approx(100 * lost / (12 * 100 + 12 * 200))  # months go before the year's average


def test_a_window_with_a_gap_is_missing_and_names_the_months():
    found = figure(labor(("25011", 2017, None, 100, 5), ("25011", 2019, None, 100, 5)), "county", "25011", *RATE)
    assert np.isnan(found.value)
    assert found.missing == "BLS LAUS labor_force, unemployed: months 2018-01 to 2018-12 for 25011"
    assert np.isnat(found.as_of)
    months = [("25011", 2019, month, 100, 5) for month in range(1, 12)]
    years = [("25011", year, None, 100, 5) for year in (2017, 2018)]
    part = figure(labor(*years, *months), "county", "25011", *RATE)
    assert part.missing == "BLS LAUS labor_force, unemployed: months 2017-12 for 25011"  # no part of a year's average


def test_only_what_was_known_on_the_day_counts():
    rows = labor(*(("25011", year, None, 100.0, float(year - 2010)) for year in (2016, 2017, 2018, 2019)))
    assert figure(rows, "county", "25011", *RATE, day=dt.date(2019, 12, 30)).value == pytest.approx(7.5)
    assert figure(rows, "county", "25011", *RATE, day=dt.date(2019, 12, 31)).value == pytest.approx(8.5)
    late = rows["labor_force"].assign(released=pd.Timestamp(2020, 4, 1))
    assert np.isnan(figure({"labor_force": late}, "county", "25011", *RATE, day=dt.date(2020, 3, 31)).value)
    assert figure({"labor_force": late}, "county", "25011", *RATE, day=dt.date(2020, 4, 1)).value == pytest.approx(8.5)


def test_the_labor_market_is_the_metropolitan_area_else_the_rest_of_the_zone():
    evidence = gather(
        MARKETS | labor(*((code, 2019, None, 1, 1) for code in ("25003", "25011", "25013", "50025"))), DAY
    )
    market = evidence["local labor market"]
    assert market.places.to_numpy().tolist() == [
        ["CBSA24640", "Greenfield, MA", "MA"], ["CBSA44140", "Springfield, MA", "MA"], ["CZ13", "CZ13", ""],
    ]  # fmt: skip
    assert market.attributes["labor_market_kind"].tolist() == [
        "micropolitan area",
        "metropolitan area",
        "commuting zone",
    ]
    assert market.attributes["metro_kind"].tolist() == ["micropolitan area", "metropolitan area", "neither"]
    county = evidence["county"]
    assert county.places["place_id"].tolist() == ["25003", "25011", "25013", "50025"]
    assert county.attributes["metro_kind"].tolist() == ["neither", "micropolitan area", "metropolitan area", "neither"]
    assert county.containers["local labor market"].tolist() == [2, 0, 1, 2]
    assert county.containers["state"].tolist() == [0, 0, 0, 1]
    assert market.containers["state"].tolist() == [0, 0, -1]


def test_counts_are_summed_over_members_and_all_must_have_them():
    two_years = [
        (code, year, None, force, lost)
        for code, force, lost in (("25003", 100, 10), ("50025", 300, 6))
        for year in (2018, 2019)
    ]
    found = figure(MARKETS | labor(*two_years), "local labor market", "CZ13", *RATE)
    assert found.value == pytest.approx(4.0)  # 16 of 400, not the mean of 10 and 2 percent
    assert found.basis == "BLS LAUS 24 months to 2019-12, sum of 2 counties on file"
    lacking = figure(MARKETS | labor(*two_years[:2]), "local labor market", "CZ13", *RATE)
    assert lacking.missing == "BLS LAUS labor_force, unemployed for CZ13: 1 of 2 counties lack them (50025)"
    half = [*two_years[:2], ("50025", 2019, None, 300, 6)]
    gap = figure(MARKETS | labor(*half), "local labor market", "CZ13", *RATE)
    assert gap.missing == "BLS LAUS labor_force, unemployed: months 2018-01 to 2018-12 for CZ13"


def all_counties(value=1.0, skip=(), extra=()):
    """Rows of two years for the fewest counties that every state can have."""
    named = [
        f"{fips}{2 * number + 1:03}"
        for fips, state in states().items()
        if not state.territory
        for number in range(state.least_counties)
    ]
    return [(code, year, None, 100.0, value) for code in [*named, *extra] if code not in skip for year in (2018, 2019)]


def test_the_nation_is_its_own_row_else_a_sum_of_all_counties_that_says_so():
    rows = all_counties()
    summed = figure(labor(*rows), "county", "25011", *RATE, side="nation")
    assert summed.value == pytest.approx(1.0)
    count = len(rows) // 2
    assert (
        summed.basis
        == f"BLS LAUS 24 months to 2019-12, sum of {count:,} counties on file, not the published national figure"
    )
    own = figure(
        labor(*rows, ("US", 2018, None, 100, 4), ("US", 2019, None, 100, 4)), "county", "25011", *RATE, side="nation"
    )
    assert (own.value, own.basis) == (pytest.approx(4.0), "BLS LAUS 24 months to 2019-12")
    lost = figure(labor(*all_counties(skip=("56001",))), "county", "25011", *RATE, side="nation")
    assert lost.missing == "BLS LAUS labor_force, unemployed for US, 24 months to 2019-12"


def test_territories_are_in_the_sum_for_the_nation_or_left_out():
    extra = [f"72{2 * number + 1:03}" for number in range(states()["72"].least_counties)]
    rows = [
        (code, year, month, force, 60.0 if code[:2] == "72" else lost)
        for code, year, month, force, lost in all_counties(extra=extra)
    ]
    with_them = figure(labor(*rows), "county", "25011", *RATE, side="nation", territories=True)
    without = figure(labor(*rows), "county", "25011", *RATE, side="nation")
    counties = sum(state.least_counties for state in states().values() if not state.territory)
    assert with_them.value == pytest.approx((counties + 60 * 78) / (counties + 78))
    assert "78 of them in territories" in with_them.basis
    assert without.value == pytest.approx(1.0)


def test_a_state_is_its_own_row_else_the_sum_of_all_its_counties():
    rows = [(f"44{2 * number + 1:03}", year, None, 100.0, 5.0 + number) for number in range(5) for year in (2018, 2019)]
    found = figure(labor(*rows), "county", "44001", *RATE, side="state")
    assert (found.value, found.basis) == (
        pytest.approx(7.0),
        "BLS LAUS 24 months to 2019-12, sum of 5 counties on file",
    )
    assert figure(labor(*rows), "state", "44", *RATE).value == pytest.approx(7.0)
    lost = figure(labor(*rows[:8]), "state", "44", *RATE)
    assert lost.missing == "BLS LAUS labor_force, unemployed for 44 (4 counties on file of at least 5)"
    published = labor(*rows, ("44", 2018, None, 100, 1), ("44", 2019, None, 100, 1))
    assert figure(published, "county", "44001", *RATE, side="state").value == pytest.approx(1.0)


def test_a_state_whose_counties_were_recoded_within_the_window_is_missing_and_says_why():
    named = {2018: range(1, 11, 2), 2019: range(101, 111, 2)}
    rows = [(f"44{number:03}", year, None, 100.0, 5.0) for year, numbers in named.items() for number in numbers]
    lost = figure(labor(*rows), "state", "44", *RATE)
    assert lost.missing == "BLS LAUS labor_force, unemployed for 44: its counties have other codes in other periods"


def test_what_a_place_is_compared_with_is_of_the_same_period():
    rows = [
        ("25011", 2018, None, 1, 0.5),
        ("25011", 2019, None, 1, 0.5),
        *(("US", year, None, 100, year - 2000) for year in range(2016, 2021)),
    ]
    found = figure(labor(*rows), "county", "25011", *RATE, side="nation")
    assert found.value == pytest.approx(18.5)
    assert found.as_of == np.datetime64("2019-12-31")


def test_a_median_is_not_summed():
    rows = survey(
        ("25003", "B19013_001", 60000, 900), ("50025", "B19013_001", 50000, 900), ("25011", "B19013_001", 55000, 800)
    )
    alone = figure(MARKETS | rows, "local labor market", "CBSA24640", "median_household_income")
    assert (alone.value, alone.margin, alone.basis) == (55000, 800, "ACS B19013 2015-2019, its only county")
    lost = figure(MARKETS | rows, "local labor market", "CZ13", "median_household_income")
    assert lost.missing == "B19013_001 for CZ13: not published for it, and not to be put together from 2 counties"
    assert (
        figure(rows, "county", "25003", "median_household_income", side="nation").missing
        == "B19013_001 for US, 2015-2019"
    )
    own = figure(
        MARKETS | survey(("CZ13", "B19013_001", 1, 2)), "local labor market", "CZ13", "median_household_income"
    )
    assert own.value == 1


def test_income_per_resident_is_put_together_with_residents_as_weights():
    rows = survey(
        ("25003", "B19301_001", 30000, 300), ("25003", "B01003_001", 100, 0),
        ("50025", "B19301_001", 60000, 400), ("50025", "B01003_001", 300, 0),
    )  # fmt: skip
    found = figure(MARKETS | rows, "local labor market", "CZ13", "per_capita_income", 2)
    assert found.value == pytest.approx(52500)
    assert found.margin == pytest.approx(np.hypot(0.25 * 300, 0.75 * 400))
    assert found.basis == "ACS B19301 2015-2019, mean of 2 counties on file weighted by residents"


def test_income_of_all_residents_is_rebuilt_where_only_the_mean_is_on_file_and_says_so():
    rows = layer(
        "personal_income", "area_geoid year per_capita_personal_income_usd bea_population",
        ("25003", 2018, 40000, 100), ("50025", 2018, 60000, 300),
    )  # fmt: skip
    found = figure(MARKETS | {"personal_income": rows}, "local labor market", "CZ13", "per_capita_income", 0)
    assert found.value == pytest.approx(55000)
    assert (
        found.basis
        == "BEA CAINC1 2018, sum of 2 counties on file, with rebuilt (income per resident times residents) rows"
    )


def test_missing_series_are_named_by_table():
    rows = survey(*(("25011", name, 1.0, 1.0) for name in WAY.needs), ("25013", WAY.needs[0], 1, 1))
    assert (
        figure(rows, "county", "25013", "prime_age_employment").missing == "B23001 (24 series: 024, 026, ...) for 25013"
    )
    assert figure(labor(("25013", 2019, None, 1, 1)), "county", "25013", "prime_age_employment").missing.endswith(
        "for 25013"
    )


def test_a_rate_of_nobody_is_missing():
    rows = survey(("25011", "B17001_001", 0, 12), ("25011", "B17001_002", 0, 12))
    found = figure(rows, "county", "25011", "poverty_rate")
    assert found.missing == "B17001 (2 series: 001, 002) for 25011: the count that it is divided by is zero"


def test_margins_of_sums_and_shares_are_those_of_the_formulas():
    seeded = np.random.default_rng(7)
    codes = ("25003", "50025")
    value = {(code, name): float(seeded.integers(0, 4)) * 50 for code in codes for name in WAY.needs}
    margin = {key: float(seeded.integers(5, 30)) for key in value}
    rows = [(code, name, value[code, name], margin[code, name]) for code, name in value]
    found = figure(MARKETS | survey(*rows), "local labor market", "CZ13", "prime_age_employment")
    sides = []
    for names in (WAY.numerator, WAY.denominator):
        keys = [(code, name) for code in codes for name in names]
        sides += [
            sum(value[key] for key in keys),
            error.of_sum([value[key] for key in keys], [margin[key] for key in keys]),
        ]
    assert found.value == pytest.approx(100 * sides[0] / sides[2])
    assert found.margin == pytest.approx(100 * error.of_share(*sides))
    unknown = [(*row[:3], None) if row[1] == WAY.numerator[0] else row for row in rows]
    assert np.isnan(figure(MARKETS | survey(*unknown), "local labor market", "CZ13", "prime_age_employment").margin)


@settings(max_examples=30)
@given(st.data())
def test_sums_over_any_members_by_plain_loops(data):
    codes = [f"25{number:03}" for number in range(1, 2 * data.draw(st.integers(1, 6)), 2)]
    zone = {code: data.draw(st.sampled_from(["1", "2", "3"])) for code in codes}
    rows = [
        (code, year, None, float(data.draw(st.integers(9, 20))), float(data.draw(st.integers(0, 9))))
        for code in codes for year in (2017, 2018, 2019) if data.draw(st.integers(0, 5))
    ]  # fmt: skip
    if not rows:
        return
    made = markets(
        ("26001", "1", None, "metropolitan area"), *((code, zone[code], None, "commuting zone") for code in codes)
    )
    order = data.draw(st.permutations(rows))
    evidence = gather(made | labor(*order), DAY)["local labor market"]
    found = evidence.figures(*RATE, "")
    for place, value in zip(evidence.places["place_id"], found.value, strict=True):
        members = [code for code in codes if f"CZ{zone[code]}" == place] or ["26001"]
        years = [{row[1] for row in rows if row[0] == code} for code in members]
        common = set.intersection(*years)
        latest = max(common, default=0)
        if {latest, latest - 1} <= common:
            used = [row for row in rows if row[0] in members and row[1] in (latest, latest - 1)]
            assert value == pytest.approx(100 * sum(row[4] for row in used) / sum(row[3] for row in used))
        else:
            assert np.isnan(value)


def test_the_metropolitan_side_is_the_sum_of_its_counties():
    zones = markets(
        ("25013", "44140", "S", "metropolitan area"),
        ("25015", "44140", "S", "metropolitan area"),
        ("25011", "1", "z", "commuting zone"),
    )
    rows = survey(
        *(
            (code, f"B17001_00{number}", value, 1)
            for code, both in (("25013", (100, 10)), ("25015", (300, 70)), ("25011", (1, 1)))
            for number, value in enumerate(both, 1)
        )
    )
    found = figure(zones | rows, "county", "25015", "poverty_rate", side="metro")
    assert found.value == pytest.approx(20.0)
    none = figure(zones | rows, "county", "25011", "poverty_rate", side="metro")
    assert none.missing == "B17001 (2 series: 001, 002): the place lies in no metropolitan area that is on file"


def test_residents_of_the_metropolitan_area_around_a_place():
    rows = indicators(("25013", "population", 465825, "2020-04-01"), ("25011", "population", 71029, "2020-04-01"))
    found = figure(MARKETS | rows, "county", "25013", "metro_population")
    assert (found.value, found.basis) == (465825, "Decennial census by metropolitan area 2020-04-01, its only county")
    assert np.isnan(figure(MARKETS | rows, "county", "25011", "metro_population").value)  # micropolitan
    assert figure(MARKETS | rows, "local labor market", "CBSA44140", "metro_population").value == 465825


def test_the_largest_urban_area_reaches_into_all_its_states():
    rows = layer(
        "urban_areas", "uace name state_fips population census_year",
        ("83926", "Springfield", "25", 621300, 2020), ("83926", "Springfield", "09", 621300, 2020),
        ("09271", "Boston", "25", 4382009, 2020), ("09271", "Boston", "25", 4181019, 2010),
    )  # fmt: skip
    layers = {"urban_areas": rows} | labor(("25", 2019, None, 1, 1), ("09", 2019, None, 1, 1), ("23", 2019, None, 1, 1))
    assert [figure(layers, "state", code, "largest_urban_area_population").value for code in ("09", "25")] == [
        621300,
        4382009,
    ]
    assert figure(layers, "state", "25", "largest_urban_area_population", day=dt.date(2015, 1, 1)).value == 4181019
    assert figure(layers, "state", "23", "largest_urban_area_population").missing.endswith("for 23")


def test_tribal_lands_weigh_their_two_counts():
    rows = layer(
        "tribal_lands",
        "area_geoid area state residents_25_54 enrolled_25_54 period_to",
        ("AIA1", "One", "AZ", 1000, 2000, pd.Timestamp(2020, 1, 1)),
    )
    evidence = gather({"tribal_lands": rows}, DAY)["tribal land"]
    assert evidence.figures("tribal_prime_age_population", 0, "").value.tolist() == [1350.0]
    assert evidence.places["state"].tolist() == ["AZ"]
    assert evidence.attributes["labor_market_kind"].tolist() == ["tribal land"]


def test_drawn_areas_are_summed_over_tracts_and_know_what_their_parts_share():
    drawn = layer(
        "drawn_areas",
        "area_geoid area member_geoid",
        *(("D1", "Ours", code) for code in ("25013800100", "25013800200")),
        ("D2", "Wide", "25013800100"),
        ("D2", "Wide", "25011040100"),
    )
    rows = survey(
        *(
            (code, f"B17001_00{number}", 10.0 * number, 1)
            for code in ("25013800100", "25013800200")
            for number in (1, 2)
        )
    )
    layers = MARKETS | rows | {"drawn_areas": drawn}
    found = figure(layers, "drawn area", "D1", "poverty_rate")
    assert (found.value, found.basis) == (pytest.approx(200.0), "ACS B17001 2015-2019, sum of 2 tracts on file")
    assert (
        figure(layers, "drawn area", "D2", "poverty_rate").missing
        == "B17001 (2 series: 001, 002) for D2: 1 of 2 tracts lack them (25011040100)"
    )
    evidence = gather(layers, DAY)["drawn area"]
    assert evidence.attributes["metro_kind"].tolist() == ["metropolitan area", None]
    assert evidence.containers["local labor market"].tolist() == [1, -1]


def test_longer_periods_go_before_shorter_ones_that_end_with_them():
    both = pd.concat(
        [
            survey(("25011", "B19013_001", 1, None))["acs_estimates"],
            survey(("25011", "B19013_001", 2, None))["acs_estimates"].assign(period_from=pd.Timestamp(2019, 1, 1)),
        ]
    )
    assert figure({"acs_estimates": both}, "county", "25011", "median_household_income").value == 1


def test_generated_rows_are_told_in_the_basis():
    rows = survey(("25011", "B19013_001", 1, None))["acs_estimates"].assign(origin="generated")
    assert (
        figure({"acs_estimates": rows}, "county", "25011", "median_household_income").basis
        == "ACS B19013 2015-2019, with generated rows"
    )


def test_towns_are_communities_and_an_area_narrows_the_places_not_what_they_are_compared_with():
    towns = pd.DataFrame(
        {
            "town_geoid": ["2501114885", "2501336300"],
            "town": ["Colrain", "Longmeadow"],
            "population_2020": [1606, 15853],
        }
    )
    layers = {"towns": towns} | MARKETS | labor(*all_counties(), ("25011", 2017, None, 1, 1))
    evidence = gather(layers, DAY, area=("25013",))
    assert evidence["community"].places.to_numpy().tolist()[1] == ["2501336300", "Longmeadow", "MA"]
    assert evidence["community"].figures("population", 0, "").value.tolist() == [1606, 15853]
    assert {name: each.places["place_id"].iloc[each.reported].tolist() for name, each in evidence.items()} == {
        "state": ["25"], "county": ["25013"], "local labor market": ["CBSA44140"], "community": ["2501336300"],
    }  # fmt: skip
    around = {
        name: evidence[name].places["place_id"].iloc[evidence["community"].containers[name]].tolist()
        for name in ("state", "county", "local labor market")
    }
    assert (around["state"], around["county"]) == (["25", "25"], ["25011", "25013"])
    assert around["local labor market"][1] == "CBSA44140"
    assert evidence["county"].figures(*RATE, "nation").value == pytest.approx(1.0)
    only = gather(layers, DAY, wanted=("county",))
    assert [name for name, each in only.items() if len(each.reported)] == ["county"]
    with pytest.raises(PlanError, match=r"'countie' is no unit .did you mean 'county'"):
        gather(layers, DAY, wanted=("countie",))


def test_rural_codes_and_facts_are_attributes():
    rural = layer("rural_codes", "county_fips code", ("25011", 4), ("25003", 3))
    facts = layer("place_facts", "area_geoid attribute value", ("25011", "urban_area", "outside"))
    evidence = gather({"rural_codes": rural, "place_facts": facts} | labor(("25013", 2019, None, 1, 1)), DAY)["county"]
    assert evidence.places["place_id"].tolist() == ["25011", "25013"]
    assert evidence.attributes["rural_urban_code"].tolist() == ["4", None]
    assert evidence.attributes["urban_area"].tolist() == ["outside", None]
    assert evidence.attributes["metro_kind"].tolist() == [None, None]  # without a delineation it is not known
    wrong = layer(
        "place_facts", "area_geoid attribute value", ("25011", "urban_aria", "x"), ("25011", "urban_area", "in")
    )
    with pytest.raises(
        PlanError, match=r"row 1 names property 'urban_aria'.*; row 2 gives 'urban_area' the value 'in'"
    ):
        gather({"place_facts": wrong}, DAY)


@pytest.fixture
def asking(monkeypatch):
    tests = {
        "need": AnswerTest(citation="1 USC 1", kind="answer", title="t", question="?"),
        "points": AnswerTest(citation="1 USC 1", kind="answer", title="t", question="?", op=">=", threshold="least"),
    }
    monkeypatch.setattr(_answers, "programmes", lambda: (SimpleNamespace(name="one", tests=tests),))


def answer(*rows):
    full = [(*row[:4], "the applicant", pd.Timestamp(row[4]) if row[4] else pd.NaT) for row in rows]
    return {"programme_answers": layer("programme_answers", "area_geoid programme test answer source as_of", *full)}


def test_answers_hold_from_their_day_and_all_places_yield_to_one(asking):
    said = answer(
        ("all", "one", "need", "no", None), ("25011", "one", "need", "yes", "2020-06-01"),
        ("25011", "one", "need", "no", "2020-07-01"), ("25011", "one", "points", "2.5", "2020-06-01"),
    )  # fmt: skip
    layers = said | labor(("25011", 2019, None, 1, 1), ("25013", 2019, None, 1, 1))
    assert gather(layers, dt.date(2020, 6, 30))["county"].answers["one", "need"].tolist() == [1.0, 0.0]
    assert gather(layers, dt.date(2020, 7, 1))["county"].answers["one", "need"].tolist() == [0.0, 0.0]
    assert np.isnan(gather(layers, DAY)["county"].answers["one", "points"][1])
    assert ("one", "points") not in gather(layers, dt.date(2020, 5, 1))["county"].answers


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("25011", "on", "need", "yes", None), "row 1 names programme 'on', which asks nothing .did you mean 'one'"),
        (
            ("25011", "one", "neet", "yes", None),
            "row 1 names test 'neet' of 'one', which asks no such thing .did you mean 'need'",
        ),
        (("25099", "one", "need", "yes", None), None),
        (("C1", "one", "need", "yes", None), "row 1 names place 'C1', of which no other layer has a row"),
        (("all", "one", "need", "3", None), "row 1 answers '3' to 'need', which asks for yes or no"),
        (("all", "one", "points", "yes", None), "row 1 answers 'yes' to 'points', which asks for a number"),
    ],
)
def test_answers_to_nothing_are_refused(asking, row, words):
    layers = answer(row) | labor(("25011", 2019, None, 1, 1))
    if words is None:
        assert "25099" in gather(layers, DAY)["county"].places["place_id"].tolist()
        return
    with pytest.raises(PlanError, match=f"layer 'programme_answers': {words}"):
        gather(layers, DAY)


def test_unknown_measures_are_refused_and_no_layers_give_no_evidence():
    evidence = gather(labor(("25011", 2019, None, 1, 1)), DAY)["county"]
    for asked in (("povert_rate", 0, ""), ("poverty_rate", 9, ""), ("poverty_rate", 0, "county")):
        with pytest.raises(RuleError, match=f"measure '{asked[0]}'"):
            evidence.figures(*asked)
    assert gather({}, DAY) == {}


def test_every_measure_can_be_asked_of_every_unit_without_any_figure():
    drawn = layer("drawn_areas", "area_geoid area member_geoid", ("D1", "Ours", "25013"))
    layers = (
        MARKETS
        | labor(("25011", 2019, None, None, None), ("2501114885", 2019, None, None, None))
        | {"drawn_areas": drawn}
    )
    evidence = gather(layers, dt.date(1999, 1, 1))
    assert set(evidence) == {"state", "county", "local labor market", "community", "drawn area"} - {"county"}
    for each in evidence.values():
        for name, measure in measures().items():
            for way in range(len(measure.ways)):
                for side in ("", "nation", "state", "metro"):
                    found = each.figures(name, way, side)
                    assert np.isnan(found.value).all()
                    assert all(found.missing)


def test_the_order_of_rows_changes_nothing():
    extra = [("US", 2018, None, 100, 4), ("US", 2019, None, 100, 4)]
    drawn = {
        "drawn_areas": layer(
            "drawn_areas", "area_geoid area member_geoid", ("D1", "Ours", "25013"), ("D1", "Ours", "25011")
        )
    }
    names = {
        "labor_force": labor(*all_counties(), *extra)["labor_force"].assign(
            area=lambda table: "n" + table["year"].astype("str")
        )
    }
    layers = MARKETS | drawn | names
    turned = {name: table.sample(frac=1, random_state=3).reset_index(drop=True) for name, table in layers.items()}
    one, other = gather(layers, DAY), gather(turned, DAY)
    assert list(one) == list(other)
    for name, evidence in one.items():
        pd.testing.assert_frame_equal(evidence.places, other[name].places)
        for side in ("", "nation", "state", "metro"):
            left, right = evidence.figures(*RATE, side), other[name].figures(*RATE, side)
            assert left.value.tobytes() == right.value.tobytes()
            assert (left.missing == right.missing).all()
            assert (left.basis == right.basis).all()
        for kind, values in evidence.attributes.items():
            assert (values == other[name].attributes[kind]).all()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("US", "Z", "25013")], "code of the nation or of a labor market"),
        ([("CBSA44140", "Z", "25013")], "code of the nation or of a labor market"),
        ([("Z", "One", "25013"), ("Z", "Two", "25011")], "has 2 names"),
        ([("Z", "Z", "25013"), ("Z", "Z", "2501367000")], "may count residents twice"),
        ([("Z", "Z", "99999")], "1 parts in no state"),
    ],
)
def test_drawn_areas_that_would_mislead_are_refused(rows, words):
    with pytest.raises(PlanError, match=words):
        gather({"drawn_areas": layer("drawn_areas", "area_geoid area member_geoid", *rows)}, DAY)


def test_more_unemployed_than_the_labor_force_are_refused():
    with pytest.raises(
        PlanError, match=r"'unemployed' is above 'labor_force' in 1 rows .first: row 1, 25011 2019, 101 of 100"
    ):
        gather(labor(("25011", 2019, None, 100.0, 101.0)), DAY)


def test_a_period_that_ends_before_it_begins_is_refused():
    rows = survey(("25011", "B19301_001", 1.0, 1.0))["acs_estimates"]
    turned = rows.assign(period_from=rows["period_to"], period_to=rows["period_from"])
    with pytest.raises(PlanError, match=r"ends before it begins .first: row 1"):
        gather({"acs_estimates": turned}, DAY)
