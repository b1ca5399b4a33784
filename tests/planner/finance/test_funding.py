"""Who pays: published grants, exact sums, rules and their limits."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from benchmarks.finance import facts, published_projects
from layers import PlanError
from planner.finance.funding import BORROWING, PROVIDER, fund, funded
from planner.finance.terms import finance_prices
from planner.prices import Factor, Grant, load_prices

DAY = dt.date(2016, 1, 1)
CITED: dict[str, Any] = {"as_of": DAY, "source": "s", "meaning": "m"}


def factor(value):
    return Factor(low=value, central=value, high=value, unit="u", **CITED)


def grant(**changed):
    return Grant(**({"name": "Grant", "covers": "capital", "basis": "share", "value": factor(0.5)} | CITED | changed))


def project(**changed):
    row = {
        "town_geoid": "2501100000", "town": "T", "option_id": "a", "model": "municipal network", "premises": 100,
        "capital_central_usd": 100_000.0,
    }  # fmt: skip
    return pd.DataFrame([row | changed])


def amounts(table):
    return dict(zip(table["payer"], table["amount_usd"], strict=True))


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    return finance_prices(load_prices("massachusetts-2015", tmp_path_factory.mktemp("p"))).grants


def test_allocations_are_the_published_grants(rules):
    allocations = facts("allocations_2015", "allocations").set_index("town")
    both = allocations["professional_services_usd"] + allocations["construction_usd"]
    # grants as announced, in thousands; professional services and construction together
    announced = {
        "Charlemont": 960, "Colrain": 1300, "Cummington": 840, "Heath": 820, "New Salem": 750, "Rowe": 440,
        "Ashfield": 1400, "Leyden": 680, "Plainfield": 650, "Shutesbury": 870, "Windsor": 830,
    }  # fmt: skip
    for town, thousands in announced.items():
        assert both[town] == pytest.approx(thousands * 1000, abs=10_000)
    assert both["Cummington"] == 840_000
    assert both["Plainfield"] == 650_000
    # the programme in all: 17.47 and 22.01 million from the state
    assert allocations["professional_services_usd"].sum() == 17_470_000
    assert allocations["construction_usd"].sum() == 22_010_000


def test_what_is_left_is_the_towns_published_share(rules):
    projects = published_projects(shared=False, grants=False)
    table = fund(projects, facts("allocations_2015", "allocations"), rules)
    left = table[table["payer"] == BORROWING].set_index("town_geoid")["amount_usd"]
    town_share = projects.set_index("town_geoid")["town_share_usd"]
    # the budgets are in ten thousands, each column rounded by itself
    assert (left - town_share[left.index]).abs().max() <= 20_000
    assert left.sum() == pytest.approx(town_share.sum(), rel=1e-3)


def test_the_plain_case_written_out():
    rule = [grant(name="One", value=factor(0.3)), grant(name="Two", basis="per premises", value=factor(250.0))]
    table = fund(project(), None, rule)
    assert amounts(table) == {"One": 30_000, "Two": 25_000, BORROWING: 45_000}
    assert table["rule"].tolist() == ["30.0% of the capital", "by premises, for the capital", "what is left"]


def test_a_provider_pays_what_it_offered_or_all_that_is_left():
    given = project(model="private provider")
    assert amounts(fund(given, None, [grant()])) == {"Grant": 50_000, PROVIDER: 50_000}
    assert amounts(fund(given.assign(provider_usd=20_000.0), None, [grant()])) == {
        "Grant": 50_000, PROVIDER: 20_000, BORROWING: 30_000,
    }  # fmt: skip


def test_limits_of_a_grant():
    services = project(professional_services_usd=16_000.0)
    rule = grant(covers="professional services", basis="per premises", value=factor(1000.0))
    assert amounts(fund(services, None, [rule]))["Grant"] == 16_000
    rule = grant(covers="construction", value=factor(0.5))
    assert amounts(fund(services, None, [rule]))["Grant"] == 42_000
    assert amounts(fund(project(), None, [grant(value=factor(0.9), match_share=0.2)]))["Grant"] == 80_000
    table = fund(project(), None, [grant(cap_usd=12_345.67)])
    assert amounts(table)["Grant"] == 12_345.67
    assert table["rule"][0] == "50.0% of the capital; cap of the grant"
    two = fund(project(), None, [grant(value=factor(0.9)), grant(name="Other", value=factor(0.5))])
    assert amounts(two) == {"Grant": 90_000, "Other": 10_000}
    assert two["rule"][1] == "50.0% of the capital; less, as no more is left to pay"
    assert amounts(fund(project(), None, [grant(models=["cable upgrade"])])) == {BORROWING: 100_000}


def test_a_town_without_allocation_gets_none(rules):
    assert amounts(fund(project(), None, rules)) == {BORROWING: 100_000}
    assert len(fund(project(capital_central_usd=None), None, rules)) == 0
    with pytest.raises(PlanError, match="projects lack the columns premises; add them"):
        fund(project().drop(columns="premises"), None, rules)


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 3000), st.booleans()), min_size=1, max_size=4),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.booleans()), max_size=4),
)
def test_payers_sum_to_the_capital_to_the_cent(towns, shares):
    rules = [
        grant(name=f"Grant {n}", match_share=match, **({"value": factor(share)} if by_share else {
            "basis": "per premises", "value": factor(share * 5000)}))
        for n, (share, match, by_share) in enumerate(shares)
    ]  # fmt: skip
    rows = [
        project(option_id=str(n), capital_central_usd=cents / 100, premises=premises,
                model="private provider" if owned else "municipal network")
        for n, (cents, premises, owned) in enumerate(towns)
    ]  # fmt: skip
    given = pd.concat(rows, ignore_index=True)
    table = fund(given, None, rules)
    paid = (table["amount_usd"] * 100).round().astype("int64").groupby(table["option_id"]).sum()
    for n, (cents, _, _) in enumerate(towns):
        assert paid.get(str(n), 0) == cents
    assert table.to_csv() == fund(given.iloc[::-1], None, rules).to_csv()
    back = funded(given, table)
    assert len(back) == len(given)
    assert (back["grant_usd"] + back["provider_usd"] <= back["capital_central_usd"] + 0.005).all()


def test_a_rule_without_its_amount_is_refused():
    with pytest.raises(ValidationError, match="a column is needed for basis allocation"):
        grant(basis="allocation", value=None)
    with pytest.raises(ValidationError, match="a value is needed"):
        grant(value=None)
    with pytest.raises(ValidationError, match="must be at most 1"):
        grant(value=factor(40.0))
