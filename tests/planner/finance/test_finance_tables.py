"""The tables of town finance: published costs, order, what is not known, and messages."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.finance import PUBLISHED, facts, medians, published_projects
from layers import PlanError, RegionError, RuleError
from planner import load_region
from planner import prices as prices_of_all
from planner.finance.entry import FinanceEntry
from planner.finance.tables import finance
from planner.finance.terms import finance_prices
from planner.prices import load_prices
from tests.planner.finance._cases import ROUND, projects, towns

DRAWS = FinanceEntry(draws=200)
REGION = """name = "R"
crs = "EPSG:26986"
as_of = 2015-12-31
prices = "{book}"
[layers.towns]
path = "towns.gpkg"
[finance]
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return load_prices("massachusetts-2015", tmp_path_factory.mktemp("p"))


@pytest.fixture(scope="module")
def prices(book):
    return finance_prices(book)


@pytest.mark.parametrize("take", PUBLISHED)
def test_median_costs_are_the_published_ones_within_a_tenth(take):
    # reckoned from dkulp2/opex for 43 towns: running costs and all costs by subscriber and month
    opex, all_in = medians(published_projects(shared=False, grants=True), take)
    assert opex == pytest.approx(PUBLISHED[take][0], rel=0.1)
    assert all_in == pytest.approx(PUBLISHED[take][1], rel=0.1)


def test_towns_together_break_even_where_their_cooperative_said(prices):
    # WiredWest: no town below 40 percent, break-even at about 50 (towns pay the debt by taxes)
    table = finance(
        published_projects(shared=True, grants=True), facts("town_finances_2016", "town_finances"), DRAWS, prices
    )["finance"]
    assert table["break_even_before_debt"].median() == pytest.approx(0.5, abs=0.03)


def test_accounts_add_up(prices):
    made = finance(projects(3), towns(3), DRAWS, prices)
    table = made["finance"]
    paid = table[["isp_usd_year", "opex_usd_year", "reserve_usd_year", "debt_service_usd_year"]].sum(axis=1)
    np.testing.assert_allclose(table["revenue_usd_year"] - paid, table["surplus_usd_year"], atol=0.03)
    np.testing.assert_allclose(paid / table["subscribers"] / 12, table["cost_per_subscriber_usd_month"], rtol=1e-3)
    by_part = made["finance_opex"].groupby("town_geoid")["opex_usd_year"].sum()
    np.testing.assert_allclose(by_part, table["opex_usd_year"], atol=0.05)
    last = made["cash_flow"].groupby("town_geoid").tail(1)
    np.testing.assert_allclose(last["surplus_usd"], table["surplus_usd_year"])
    assert (last["year"] == 20).all()
    lacking = -table["surplus_usd_year"].clip(upper=0)
    np.testing.assert_allclose(table["tax_impact_usd_year"], lacking / 50, atol=0.01)


def test_one_town_alone_and_towns_together_stand_side_by_side(prices):
    alone = finance(projects(), towns(), DRAWS, prices)["finance"].iloc[0]
    together = finance(projects(shared=True), towns(), DRAWS, prices)["finance"].iloc[0]
    assert alone["opex_usd_year"] == alone["single_town_opex_usd_year"] == together["single_town_opex_usd_year"]
    assert together["opex_usd_year"] == alone["multi_town_opex_usd_year"]
    # half of 19,200 and of 16,800 with five percent on top
    assert alone["opex_usd_year"] - together["opex_usd_year"] == pytest.approx(18_000 * 1.05)
    assert alone["multi_town_surplus_usd_year"] == together["surplus_usd_year"]


def test_settings_take_the_place_of_the_book_and_are_certain(prices):
    settings = FinanceEntry(take_rate=0.7, price_usd_month=90, interest=0, term_years=10, ramp=(), years=3, draws=0)
    made = finance(projects(), towns(), settings, prices)
    assert set(made) == {"finance", "finance_opex", "cash_flow", "finance_tornado"}
    row = made["finance"].iloc[0]
    assert row["revenue_usd_year"] == pytest.approx(70 * 90 * 12)
    assert row["debt_service_usd_year"] == 7000
    assert made["cash_flow"]["take_rate"].tolist() == [0.7] * 3
    assert not {"take_rate", "price", "interest", "term_years"} & set(made["finance_tornado"]["input"])


def test_order_of_rows_does_not_matter_and_the_same_input_gives_the_same_bytes(prices):
    given = pd.concat([projects(5), projects(5, option_id="b", shared=True, capital_high_usd=150_000.0)])
    one = finance(given, towns(5), DRAWS, prices)
    other = finance(given.sample(frac=1, random_state=1), towns(5).iloc[::-1], DRAWS, prices)
    for name, table in one.items():
        assert table.to_csv() == other[name].to_csv()


def test_what_is_not_known_is_said_and_not_guessed(prices):
    given = projects(5, units=[100, None, 100, 100, 100], capital_central_usd=[1e5, 1e5, None, 1e5, 1e5],
                     route_m=[1000.0, 1000, 1000, None, 1000], make_ready_usd=None)  # fmt: skip
    given["model"] = ["municipal network"] * 4 + ["private provider"]
    made = finance(given, None, DRAWS, prices)
    table = made["finance"]
    assert table["surplus_usd_year"].isna().tolist() == [False, False, True, True, False]
    assert table["tax_impact_usd_year"].isna().all()
    assert table["note"].str.contains("tax not known: no assessed values").all()
    assert table["basis"][1].startswith("units taken as premises, vacancy share of the price book")
    assert table["note"][2].startswith("not known: no capital")
    assert table["note"][3].startswith("not known: no route length")
    assert table["note"][4].startswith("the provider owns and runs it")
    assert table["town_borrowing_usd"][4] == 0
    assert set(made["cash_flow"]["town_geoid"]) == set(table["town_geoid"][[0, 1, 4]])
    assert set(made["finance_risk"]["town_geoid"]) == set(table["town_geoid"][[0, 1, 4]])


def test_a_network_that_no_capital_grant_mends_is_said_to_be_one(prices):
    row = finance(projects(premises=20, units=20), towns().drop(columns="units"), DRAWS, prices)["finance"].iloc[0]
    assert pd.isna(row["grant_to_break_even_usd"])
    assert "no capital grant mends it" in row["note"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"poles": -1}, "project 'a' of Town 0: column 'poles' is negative; correct it"),
        ({"capital_high_usd": 1.0}, "capital_low, central and high must rise"),
        ({"make_ready_usd": 2e5}, "make_ready_usd is more than the capital"),
        ({"grant_usd": None}, "grant_usd is empty; write 0 for no grant"),
        ({"town_geoid": "2501100000"}, "option repeats within its town; keep one of each"),
    ],
)
def test_faulty_projects_are_refused_in_words(prices, changed, message):
    with pytest.raises(PlanError, match=message):
        finance(projects(2).assign(**changed), None, DRAWS, prices)
    with pytest.raises(PlanError, match="projects lack the columns route_m, shared; add them"):
        finance(projects().drop(columns=["route_m", "shared"]), None, DRAWS, prices)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("take_rate = 72", "72 is not a share between 0 and 1; write 60 percent as 0.6"),
        ("take_rate = 1.2", "1.2 is not a share"),
        ("ramp = [0.5, 2]", "2 is not a share"),
        ("interest = -0.01", "-0.01 is not a yearly rate between 0 and 1; write 4 percent as 0.04"),
        ("years = 0", "0 is not a whole number of years from 1 to 40"),
        ("term_years = 0.5", "0.5 is not a whole number of years"),
        ("draws = -1", "greater than or equal to 0"),
        ('price_usd_month = "75"', "'75' is not a number"),
        ("take = 0.5", r"key 'finance.take' is not known \(did you mean 'take_rate'\?\)"),
    ],
)
def test_faulty_settings_are_refused_in_words(tmp_path, line, message):
    (tmp_path / "region.toml").write_text(REGION.format(book="massachusetts-2015") + line, "utf-8")
    with pytest.raises(RegionError, match=message):
        load_region(tmp_path / "region.toml")


def test_settings_are_read_from_the_region_file(tmp_path):
    text = REGION.format(book="massachusetts-2015") + "take_rate = 0.55\nramp = [0.5]\nseed = 7"
    (tmp_path / "region.toml").write_text(text, "utf-8")
    assert load_region(tmp_path / "region.toml").finance == FinanceEntry(take_rate=0.55, ramp=(0.5,), seed=7)


def test_a_price_book_without_what_is_needed_is_refused_in_words(tmp_path, book):
    with pytest.raises(
        PlanError, match=r"price book 'massachusetts-2015' has no prices of town finance; add \[finance\]"
    ):
        finance_prices(book.model_copy(update={"finance": None}))
    text = (Path(prices_of_all.__file__).parent / "massachusetts-2015.toml").read_text("utf-8")
    (tmp_path / "own.toml").write_text(text.replace("[finance.price]", "[finance.pric]"), "utf-8")
    with pytest.raises(RuleError, match=r"key 'finance.price' is missing; add it"):
        load_prices("own.toml", tmp_path)
    faulty = text.replace('high = 0.8\nunit = "share of occ', 'high = 80.0\nunit = "share of occ')
    (tmp_path / "own.toml").write_text(faulty, "utf-8")
    with pytest.raises(RuleError, match="take_rate: is a share and must be at most 1; write 5 percent"):
        load_prices("own.toml", tmp_path)


def test_every_factor_is_cited_and_has_a_term(prices):
    assert set(prices.factors) == set(ROUND)
    assert all(factor.source and factor.meaning for factor in prices.factors.values())


def test_no_projects_give_empty_tables(prices):
    made = finance(projects().head(0), None, DRAWS, prices)
    assert {name: len(table) for name, table in made.items()} == dict.fromkeys(made, 0)
    assert len(made) == 5
