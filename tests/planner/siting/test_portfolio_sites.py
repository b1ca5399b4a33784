"""Awards at their places, and the network in figures."""

import datetime as dt

import geopandas as gpd
import pytest

from planner.siting.portfolio import award_points, network_indicators, portfolio_sites


def test_the_fourteen_institutes_of_2017_and_todays_stand_at_their_cities():
    then, lost = award_points("manufacturing_institutes", dt.date(2017, 9, 30))
    assert (len(then), lost) == (14, 0)
    now, _ = award_points("manufacturing_institutes")
    assert len(now) == 18
    table, notes = portfolio_sites(("manufacturing_institutes",), "EPSG:5070")
    assert (len(table), notes) == (18, ())
    assert set(table["origin"]) == {"approximate"}


def test_hubs_engines_and_build_back_projects_stand_in_their_states_side_by_side():
    table, notes = portfolio_sites(("tech_hubs", "nsf_engines", "bbbrc"), "EPSG:5070")
    assert table["award_list"].value_counts().to_dict() == {"tech_hubs": 31, "bbbrc": 21, "nsf_engines": 7}
    assert notes == ("3 awards of 'nsf_engines' name neither a city nor a state and have no point",)
    assert not table[table["award_list"] == "tech_hubs"].geometry.duplicated().any()
    hub = table.set_index("name").loc["Advancing Gallium Nitride (GaN) Tech Hub"]
    assert hub["basis"] == "near the middle of VT: its list names no city"
    west, south, east, north = gpd.GeoSeries([hub.geometry], crs=table.crs).to_crs("EPSG:4326").total_bounds
    assert -73.5 < west == east < -71.4  # Vermont
    assert 42.7 < south == north < 45.1


def test_distances_between_cities_are_those_of_gazetteers():
    table = portfolio_sites(("manufacturing_institutes",), "EPSG:5070")[0].to_crs("EPSG:4326").set_index("place")
    west, south, _, _ = table.geometry.bounds.loc["New York, NY"]
    assert (west, south) == pytest.approx((-74.006, 40.7128), abs=0.01)  # US Geological Survey


def test_the_network_grew_from_830_to_1291_members():
    table = network_indicators().set_index(["indicator", "fiscal_year"])["value"]
    kinds = ("large firms", "small and mid-size firms", "academic members", "other members")
    for year, members in ((2016, 830), (2017, 1291)):
        assert table["members", year] == members
        assert sum(table[kind, year] for kind in kinds) == members
    assert table["co-investment", 2016] == 218.9e6
