"""Bad inputs as a planner meets them: one message each, exit status 2, no traceback, earlier files untouched."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point


def edit(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def missing_file(folder):
    (folder / "premises.csv").unlink()
    return "premises.csv does not exist; correct its path in the region file"


def missing_crs(folder):
    edit(folder / "region.toml", 'path = "premises.csv"\ncrs = "EPSG:26986"', 'path = "premises.csv"')
    return "layer 'premises' (premises.csv): has no CRS; say which one it is, such as crs = \"EPSG:4326\""


def degrees_that_are_metres(folder):
    edit(
        folder / "region.toml", 'path = "premises.csv"\ncrs = "EPSG:26986"', 'path = "premises.csv"\ncrs = "EPSG:4326"'
    )
    return "CRS is EPSG:4326 (degrees), but coordinates reach"


def metres_that_are_degrees(folder):
    towns = gpd.read_file(folder / "towns.geojson").to_crs("EPSG:4326").set_crs("EPSG:26986", allow_override=True)
    towns.to_file(folder / "towns.gpkg")
    edit(folder / "region.toml", "towns.geojson", "towns.gpkg")
    return "CRS is EPSG:26986, and with it the layer lies outside the area of the region's CRS EPSG:26986"


def mixed_geometry(folder):
    shapes = [LineString([(1e5, 9e5), (1.1e5, 9e5)]), Point(1e5, 9e5)]
    gpd.GeoDataFrame({"road_id": ["a", "b"]}, geometry=shapes, crs="EPSG:26986").to_file(folder / "roads.gpkg")
    edit(folder / "region.toml", "roads.csv", "roads.gpkg")
    return "geometry must be of one kind, LineString or MultiLineString, but the layer has 1 LineString, 1 Point"


def empty_layer(folder):
    header = (folder / "premises.csv").read_text("utf-8").splitlines()[0]
    (folder / "premises.csv").write_text(header + "\n", "utf-8")
    return "layer 'premises' (premises.csv): has no rows"


def duplicate_keys(folder):
    rows = (folder / "premises.csv").read_text("utf-8").splitlines()
    (folder / "premises.csv").write_text("\n".join([*rows, rows[1]]) + "\n", "utf-8")
    return "key 'location_id' repeats (1 rows too many, first: row 86, 00000); keep one of each"


def negative_and_text_speeds(folder):
    edit(folder / "premises.csv", ",25,3,", ",-25,fast,")
    return "column 'down_mbps' has 1 negative values (first: row 1, '-25')"


def unknown_key(folder):
    edit(folder / "region.toml", 'crs = "EPSG:26986"', 'crs = "EPSG:26986"\ntarget = 25')
    return "key 'target' is not known (did you mean 'targets'?)"


def share_above_one(folder):
    edit(folder / "shares.csv", "0.955", "95.5")
    return "column 'share_served' has 1 values above 1 (first: row 1, '95.5'); the largest allowed is 1 (a share, not percent)"


def lost_town(folder):
    edit(folder / "premises.csv", "2599910001", "2599919999")
    return "names 1 towns that layer 'towns' does not have, in 1 rows (first: row 26, '2599919999')"


def cut_geopackage(folder):
    towns = gpd.read_file(folder / "towns.geojson")
    pd.concat([towns] * 50).to_file(folder / "towns.gpkg")
    whole = (folder / "towns.gpkg").read_bytes()
    (folder / "towns.gpkg").write_bytes(whole[: len(whole) // 2])
    edit(folder / "region.toml", "towns.geojson", "towns.gpkg")
    return "layer 'towns' (towns.gpkg): is cut short:"


def no_such_column(folder):
    edit(folder / "region.toml", 'town = "NAME"', 'town = "NAMME"')
    return "column 'town' is mapped to 'NAMME', which the file does not have (did you mean 'NAME'?)"


def not_toml(folder):
    (folder / "region.toml").write_text("name = [", "utf-8")
    return "is not TOML"


CASES = [
    missing_file, missing_crs, degrees_that_are_metres, metres_that_are_degrees, mixed_geometry, empty_layer,
    duplicate_keys, negative_and_text_speeds, unknown_key, share_above_one, lost_town, cut_geopackage,
    no_such_column, not_toml,
]  # fmt: skip


@pytest.mark.parametrize("spoil", CASES)
def test_bad_input_gives_one_message_and_leaves_earlier_results(spoil, small, tmp_path, townline):
    out = tmp_path / "out"
    status, _, error = townline("plan", small / "region.toml", "--out", out)
    assert (status, error) == (0, "")
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    words = spoil(small)
    status, printed, error = townline("plan", small / "region.toml", "--out", out)
    assert status == 2
    assert words in error
    assert error.startswith("error: ")
    assert "Traceback" not in error
    assert printed == ""
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_all_faults_of_all_layers_come_together(small, townline):
    negative_and_text_speeds(small)
    share_above_one(small)
    missing_file_too = small / "roads.csv"
    missing_file_too.unlink()
    status, _, error = townline("check", small / "region.toml")
    assert status == 2
    for words in (
        "3 layers have faults",
        "negative values",
        "'fast'",
        "a share, not percent",
        "roads.csv does not exist",
    ):
        assert words in error


def test_names_with_control_codes_and_markup_are_shown_as_text(small, townline):
    edit(small / "region.toml", '"Six invented towns"', '"[bold red]Six\\u001b[2J towns[/]"')
    status, printed, _ = townline("coverage", small / "region.toml")
    assert status == 0
    assert "[bold red]Six\N{REPLACEMENT CHARACTER}[2J towns[/]" in printed
    assert "\x1b" not in printed
