"""Awards at their cities, the network in figures, and matches."""

import datetime as dt

import pytest

from layers import PlanError
from planner.siting.portfolio import award_points, match, network_indicators, portfolio_sites


def test_the_fourteen_institutes_of_2017_and_todays_stand_at_their_cities():
    then, lost = award_points("manufacturing_institutes", dt.date(2017, 9, 30))
    assert (len(then), lost) == (14, 0)
    now, _ = award_points("manufacturing_institutes")
    assert len(now) == 18
    table = portfolio_sites(("manufacturing_institutes",), "EPSG:5070")
    assert set(table["origin"]) == {"approximate"}
    with pytest.raises(PlanError, match="no award"):
        portfolio_sites(("tech_hubs",), "EPSG:5070")


def test_distances_between_cities_are_those_of_gazetteers():
    table = portfolio_sites(("manufacturing_institutes",), "EPSG:5070").to_crs("EPSG:4326").set_index("place")
    west, south, _, _ = table.geometry.bounds.loc["New York, NY"]
    assert (west, south) == pytest.approx((-74.006, 40.7128), abs=0.01)  # US Geological Survey


def test_the_network_grew_from_830_to_1291_members():
    table = network_indicators().set_index(["indicator", "fiscal_year"])["value"]
    kinds = ("large firms", "small and mid-size firms", "academic members", "other members")
    for year, members in ((2016, 830), (2017, 1291)):
        assert table["members", year] == members
        assert sum(table[kind, year] for kind in kinds) == members
    assert table["co-investment", 2016] == 218.9e6


def test_a_match_sums_to_the_cost_and_never_pays_more_than_its_share():
    rows = match(140e6, 50, {"state": 58e6}).set_index("payer")["amount_usd"]
    assert rows.to_dict() == {"grant": 70e6, "state": 58e6, "still to be found": 12e6}
    full = match(148e6, 50, {"state": 58e6, "industry": 60e6}).set_index("payer")["amount_usd"]
    assert full["grant"] == 30e6
    assert full["still to be found"] == 0
    with pytest.raises(PlanError, match="exceed the cost"):
        match(10.0, 50, {"state": 11.0})
