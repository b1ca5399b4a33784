"""From a file's columns to ours: names with blanks, constant columns, stripped codes and marks of what is missing."""

import datetime as dt
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from layers import LayerError, Source, declared, read

CRS = "EPSG:26986"
MAP = {"area_geoid": "ID", "share_served": "SHARE"}
TIER = {"down_mbps": 25, "up_mbps": 3}


@pytest.fixture
def area(tmp_path):
    """Read rows of a two-column file as layer `area_service`."""

    def get(*rows, header="ID, SHARE ", layer="area_service", **entry):
        path = tmp_path / "a.csv"
        path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
        keys: dict[str, Any] = {"columns": MAP, "values": TIER, **entry}
        return read(Source(path, **keys), declared(layer), CRS)

    return get


def faults(area, *rows, **entry):
    with pytest.raises(LayerError) as caught:
        area(*rows, **entry)
    return caught.value.faults


@pytest.mark.parametrize("name", ["SHARE", " SHARE ", "SHARE ", " SHARE"])
def test_a_column_is_found_with_or_without_the_blanks_around_its_name(area, name):
    table = area("25011,0.5", columns=MAP | {"share_served": name}).table
    assert table["share_served"].tolist() == [0.5]


def test_a_column_with_our_name_and_blanks_needs_no_map(area):
    assert area("25011,0.5", header=" area_geoid , share_served ", columns={}).table["share_served"].tolist() == [0.5]


def test_blanks_that_tell_two_columns_apart_must_be_written(tmp_path):
    pd.DataFrame({"ID": ["25011"], "SHARE ": [0.5], " SHARE": [0.7]}).to_parquet(tmp_path / "a.parquet")
    source = Source(tmp_path / "a.parquet", columns=MAP, values=TIER)
    with pytest.raises(LayerError, match=r"which fits several columns of the file \('SHARE ', ' SHARE'\); write it"):
        read(source, declared("area_service"), CRS)
    exact = Source(tmp_path / "a.parquet", columns=MAP | {"share_served": " SHARE"}, values=TIER)
    assert read(exact, declared("area_service"), CRS).table["share_served"].tolist() == [0.7]


def test_one_column_for_two_of_ours_is_a_fault_however_it_is_written(area):
    columns = {"area_geoid": "ID", "area": "ID ", "share_served": "SHARE"}
    assert faults(area, "25011,0.5", columns=columns) == ("column 'ID' is mapped to several of ours; name it once",)


def test_a_mapped_column_goes_before_one_with_our_name(area):
    got = area("25011,0.5,0.9", header="ID,SHARE,share_served")
    assert got.table["share_served"].tolist() == [0.5]


def test_values_fill_what_the_file_does_not_have(area):
    got = area("25011,0.5", "25013,0.6", values=TIER | {"note": "of people", "premises": 7})
    assert got.table["down_mbps"].tolist() == [25.0, 25.0]
    assert got.table["note"].tolist() == ["of people"] * 2
    assert got.table["premises"].tolist() == [7, 7]
    assert got.warnings == ()


def test_values_of_any_kind_are_checked_as_those_of_a_file(area, tmp_path):
    (found,) = faults(area, "25011,0.5", values=TIER | {"up_mbps": "fast"})
    assert found == "column 'up_mbps' has 1 value of another type (first: row 1, 'fast'); expected numbers"
    points = gpd.GeoDataFrame({"pop_id": ["p"]}, geometry=[Point(1e5, 9e5)], crs=CRS)
    points.to_file(tmp_path / "p.gpkg")
    source = Source(tmp_path / "p.gpkg", values={"name": "Springfield"}, as_of=dt.date(2015, 1, 1))
    assert read(source, declared("points_of_presence"), CRS).table["name"].tolist() == ["Springfield"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"downmbps": 25}, "values fills 'downmbps', which the layer does not declare (did you mean 'down_mbps'?)"),
        ({"share_served": 1}, "values fills 'share_served', but the file has it (column 'SHARE '); take it out of"),
        ({"origin": "published"}, "values fills 'origin', which has its own key; write origin = ... beside path"),
    ],
)
def test_values_that_cannot_be_filled_are_told(area, values, words):
    (found,) = faults(area, "25011,0.5", values=TIER | values)
    assert found.startswith(words)


def test_a_code_without_its_leading_zeros_is_padded_and_counted(area):
    got = area("1001,0.5", "25011,0.6", " 2013 ,0.7", zero_pad={"area_geoid": 5})
    assert got.table["area_geoid"].tolist() == ["01001", "25011", "02013"]
    assert got.warnings == ("column 'area_geoid': 2 codes padded with zeros to 5 digits",)


def test_a_code_that_is_a_number_in_its_file_is_padded(tmp_path):
    pd.DataFrame({"ID": [1001, 25011], "SHARE": [0.5, 0.6]}, index=[7, 9]).to_parquet(tmp_path / "a.parquet")
    source = Source(tmp_path / "a.parquet", columns=MAP, values=TIER, zero_pad={"area_geoid": 5})
    table = read(source, declared("area_service"), CRS).table
    assert table["area_geoid"].tolist() == ["01001", "25011"]
    assert table["share_served"].tolist() == [0.5, 0.6]


@pytest.mark.parametrize("code", ["125011", "1001.0", "A1001", "-1001", "\N{ARABIC-INDIC DIGIT ONE}001"])
def test_a_code_that_is_too_long_or_not_all_digits_is_told(area, code):
    (found,) = faults(area, "25011,0.5", f"{code},0.6", zero_pad={"area_geoid": 5})
    assert found.startswith("column 'area_geoid' has 1 value that zero_pad cannot pad to 5 digits")
    assert f"(first: row 2, '{code}')" in found


def test_an_empty_code_stays_empty(area):
    (found,) = faults(area, ",0.5", zero_pad={"area_geoid": 5})
    assert "has 1 empty value" in found


@pytest.mark.parametrize(
    ("widths", "words"),
    [
        ({"geoid": 5}, "zero_pad names 'geoid', which the layer does not declare (did you mean 'area_geoid'?)"),
        ({"share_served": 5}, "zero_pad names 'share_served', which holds no codes but is of type number"),
        ({"area": 5}, "zero_pad names 'area', which the file does not have; map one of its columns to it"),
    ],
)
def test_padding_of_what_is_no_code_is_told(area, widths, words):
    (found,) = faults(area, "25011,0.5", zero_pad=widths)
    assert found.startswith(words)


def test_a_mark_is_read_as_not_known_and_counted_by_column(area):
    got = area("25011, -   ", "25013,n/a", "25015,0.5", "25003,", missing=("-", "n/a"))
    assert got.table["share_served"].isna().tolist() == [True, True, False, True]
    assert got.warnings == ("column 'share_served': 2 values '-', 'n/a' read as not known",)


def test_without_the_mark_and_for_anything_else_a_non_number_is_a_fault(area):
    (found,) = faults(area, "25011,-")
    assert "1 value of another type (first: row 1, '-'); expected numbers" in found
    (found,) = faults(area, "25011,--", "25013,-", missing=("-",))
    assert "1 value of another type (first: row 1, '--'); expected numbers" in found


def test_a_mark_in_a_column_that_must_be_known_is_a_fault(area):
    (found,) = faults(area, "-,0.5", "25013,0.5", missing=("-",))
    assert "column 'area_geoid' has 1 empty value (first: row 1)" in found


def test_a_number_can_be_a_mark(tmp_path):
    pd.DataFrame({"ID": ["25011", "25013"], "SHARE": [-9999.0, 0.6]}).to_parquet(tmp_path / "a.parquet")
    source = Source(tmp_path / "a.parquet", columns=MAP, values=TIER, missing=("-9999", "-"))
    assert read(source, declared("area_service"), CRS).table["share_served"].isna().tolist() == [True, False]


def test_all_faults_of_an_entry_come_at_once(area):
    found = faults(
        area, "25011,0.5",
        columns=MAP | {"area": "NAME"}, values=TIER | {"share_served": 1}, zero_pad={"geoid": 5},
    )  # fmt: skip
    assert len(found) == 3


def test_a_missing_column_still_lists_what_the_file_has(area):
    (found,) = faults(area, "25011,0.5", columns={"area_geoid": "ID"})
    assert "(the file has: ID, SHARE )" in found


def test_the_layers_of_areas_take_their_codes_and_no_others(area):
    columns = {"area_geoid": "ID", "share_used": "SHARE"}
    codes = ["25", "25011", "2501154030", "25011040100"]
    got = area(*(f"{code},0.5" for code in codes), layer="usage", columns=columns)
    assert got.table["area_geoid"].tolist() == codes
    assert "1 value of another form" in faults(area, "2501,0.5", layer="usage", columns=columns)[0]
    assert "1 value of another form" in faults(area, "2501A,0.5")[0]
    assert "a share, not percent" in faults(area, "25011,82")[0]
