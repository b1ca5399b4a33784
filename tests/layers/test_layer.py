"""The declarations, and the one check: faults found, faults worded, types brought to what is declared."""

import datetime as dt
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, box

from layers import Layer, LayerError, declarations, declared
from layers._columns import Column, conform

WANTED = {
    "towns", "counties", "states", "labor_markets", "roads", "fibre_routes", "points_of_presence", "premises",
    "anchors", "areas", "block_towns", "institutes", "indicators", "industry_employment", "area_service", "usage",
}  # fmt: skip


def premises(**columns):
    size = len(next(iter(columns.values()))) if columns else 2
    table = {
        "location_id": [f"L{i}" for i in range(size)],
        "town_geoid": ["2501154030"] * size,
        "down_mbps": [25.0] * size,
        "up_mbps": [3.0] * size,
    }
    return pd.DataFrame(table | columns)


def faults(layer, table, crs=None):
    with pytest.raises(LayerError) as caught:
        declared(layer).check(table, crs)
    return caught.value.faults


def test_all_layers_of_the_plan_are_declared_with_meaning_source_and_licence():
    assert set(declarations()) >= WANTED
    for layer in declarations().values():
        assert all([layer.title, layer.meaning.endswith("."), layer.source, layer.licence])
        assert set(layer.key) <= set(layer.columns)
        assert {"origin", "source", "as_of"} <= set(layer.columns)
        assert all(column.meaning.endswith(".") for column in layer.columns.values())


def test_units_are_declared_where_the_name_ends_in_one():
    endings = {"_mbps": "Mbps", "_m2": "m2", "_m": "m", "_usd": "usd", "_deg": "deg"}
    for layer in declarations().values():
        for name, column in layer.columns.items():
            for ending, unit in endings.items():
                if name.endswith(ending):
                    assert column.unit == unit, (layer.name, name)


def test_a_good_table_comes_back_as_declared_without_other_columns():
    checked = declared("premises").check(premises(extra=[1, 2]).assign(up_mbps=["3", "3.5"]))
    assert list(checked.columns) == ["location_id", "town_geoid", "down_mbps", "up_mbps"]
    assert checked["up_mbps"].tolist() == [3.0, 3.5]
    assert isinstance(checked["town_geoid"].dtype, pd.StringDtype)


def test_all_faults_of_a_layer_come_in_one_error_with_first_row_and_value():
    table = premises(down_mbps=[25, -5, "fast"], up_mbps=[3, 3, 3], location_id=["a", "b", "a"], units=[1, 1.5, 0])
    found = faults("premises", table)
    assert found == (
        "column 'units' has 1 value of another type (first: row 2, 1.5); expected whole numbers",
        "column 'units' has 1 value below 1 (first: row 3, 0.0); the smallest allowed is 1 units",
        "column 'down_mbps' has 1 value of another type (first: row 3, 'fast'); expected numbers",
        "column 'down_mbps' has 1 negative value (first: row 2, '-5'); the smallest allowed is 0 Mbps",
        "key 'location_id' repeats (1 rows too many, first: row 3, a); keep one of each",
    )


def test_a_missing_column_is_named_with_a_remedy():
    (found,) = faults("premises", premises().drop(columns="town_geoid").assign(code=1))
    assert found.startswith("column 'town_geoid' (Town in which the location lies")
    assert 'columns = { town_geoid = "..." }' in found
    assert "code" in found


def test_a_share_in_percent_is_refused_in_words():
    table = pd.DataFrame(
        {"town_geoid": ["2501154030"], "down_mbps": 25, "up_mbps": 3, "premises": 9, "share_served": 96}
    )
    (found,) = faults("town_service", table)
    assert found.endswith("the largest allowed is 1 (a share, not percent)")


def test_a_code_that_lost_its_leading_zero_is_told_so():
    table = pd.DataFrame({"county_fips": [1001, 25001], "county": ["Autauga", "Barnstable"]})
    shapes = gpd.GeoDataFrame(table, geometry=[box(0, 0, 1, 1)] * 2, crs="EPSG:26986")
    (found,) = faults("counties", shapes)
    assert "1 value of another form (first: row 1, 1001)" in found
    assert "leading zeros may be lost" in found


def test_a_code_stored_as_a_number_without_loss_becomes_text():
    table = premises().assign(town_geoid=[2501154030.0, 2501154030.0])
    assert declared("premises").check(table)["town_geoid"].tolist() == ["2501154030"] * 2


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        ([Point(0, 0), LineString([(0, 0), (1, 1)])], "the layer has 1 LineString, 1 Point (first other: row 2)"),
        ([Point(0, 0), None], "geometry is empty in 1 rows (first: row 2)"),
        ([Point(0, 0), Point()], "geometry is empty in 1 rows (first: row 2)"),
        ([Point(0, 0), Point(math.nan, 1)], "coordinates are not finite in 1 rows (first: row 2)"),
        ([Point(0, 0), Point(math.inf, 1)], "coordinates are not finite in 1 rows (first: row 2)"),
    ],
)
def test_geometry_faults_are_named(shapes, words):
    table = gpd.GeoDataFrame(premises(), geometry=shapes, crs="EPSG:26986")
    assert any(words in fault for fault in faults("premises", table))


def test_a_table_without_crs_or_in_another_one_is_refused():
    table = gpd.GeoDataFrame(premises(), geometry=[Point(0, 0), Point(1, 1)])
    assert faults("premises", table, "EPSG:26986")[0].startswith("has no CRS; say which one")
    (found,) = faults("premises", table.set_crs("EPSG:3857"), "EPSG:26986")
    assert found.startswith("CRS is EPSG:3857, expected the region's EPSG:26986")


def test_single_and_multi_part_geometries_are_one_kind():
    shapes = [box(0, 0, 1, 1), MultiPolygon([box(2, 2, 3, 3)])]
    table = gpd.GeoDataFrame({"state_fips": ["25", "50"], "state": ["a", "b"]}, geometry=shapes, crs="EPSG:26986")
    assert len(declared("states").check(table, "EPSG:26986")) == 2


def test_an_unknown_layer_gets_the_nearest_name():
    with pytest.raises(LayerError, match="did you mean 'premises'"):
        declared("premise")


def test_dates_and_flags_take_their_usual_spellings_and_refuse_others():
    dates, bad = conform(pd.Series(["2015-12-31", "31/12/2015"]), Column(type="date", meaning="."))
    assert dates[0] == pd.Timestamp(dt.date(2015, 12, 31))
    assert bad == ["has 1 value of another type (first: row 2, '31/12/2015'); expected dates as YYYY-MM-DD"]
    flags, none = conform(pd.Series(["yes", "0", "True"]), Column(type="flag", meaning="."))
    assert flags.tolist() == [True, False, True]
    assert none == []
    assert conform(pd.Series(["perhaps"]), Column(type="flag", meaning="."))[1]


def test_infinite_numbers_are_not_numbers():
    assert conform(pd.Series([1.0, np.inf]), Column(type="number", meaning="."))[1] == [
        "has 1 value of another type (first: row 2, inf); expected numbers"
    ]


@given(st.lists(st.one_of(st.none(), st.floats(-10, 10), st.text(max_size=5), st.booleans()), min_size=1, max_size=8))
def test_no_value_crashes_the_check_and_what_passes_is_in_range(values):
    column = Column(type="number", null=True, min=0, max=5, meaning=".")
    typed, found = conform(pd.Series(values, dtype=object), column)
    if not found:
        assert typed.dropna().between(0, 5).all()
        assert typed.isna().sum() == sum(v is None or (isinstance(v, str) and not v.strip()) for v in values)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12))
def test_a_key_is_accepted_exactly_when_it_is_unique(keys):
    layer = Layer(
        name="t", title="T", meaning=".", geometry="none", key=("k",), source="s", licence="l",
        columns={"k": Column(type="integer", required=True, meaning=".")},
    )  # fmt: skip
    table = pd.DataFrame({"k": keys})
    if len(set(keys)) == len(keys):
        assert layer.check(table)["k"].tolist() == keys
    else:
        with pytest.raises(LayerError, match=f"repeats \\({len(keys) - len(set(keys))} rows too many"):
            layer.check(table)


def test_a_key_column_that_may_be_left_out_does_not_switch_the_key_off():
    table = pd.DataFrame(
        {
            "area_geoid": ["25003"] * 2,
            "year": [2022] * 2,
            "labor_force": [9.0, 8.0],
            "employed": [8.0, 7.0],
            "unemployed": [1.0, 1.0],
        }
    )
    with pytest.raises(LayerError, match=r"key 'area_geoid . year' repeats"):
        declared("labor_force").check(table)
