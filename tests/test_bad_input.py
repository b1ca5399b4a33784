"""Bad inputs as a planner meets them: one message each, exit status 2, no traceback, earlier files untouched."""

import json

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point
from shapely.affinity import translate


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
    return "column 'down_mbps' has 1 negative value (first: row 1, '-25')"


def unknown_key(folder):
    edit(folder / "region.toml", 'crs = "EPSG:26986"', 'crs = "EPSG:26986"\ntarget = 25')
    return "key 'target' is not known (did you mean 'targets'?)"


def share_above_one(folder):
    edit(folder / "shares.csv", "0.955", "95.5")
    return "column 'share_served' has 1 value above 1 (first: row 1, '95.5'); the largest allowed is 1 (a share, not percent)"


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


def mercator(folder):
    edit(folder / "region.toml", 'crs = "EPSG:26986"', 'crs = "EPSG:3857"')
    return "lengths in the region's CRS EPSG:3857 are off by"


def unknown_area(folder):
    text = (folder / "region.toml").read_text("utf-8")
    (folder / "region.toml").write_text('area = { towns = ["2599910000", "2599919999"] }\n' + text, "utf-8")
    return "has no town of the [area] codes 2599919999; correct them"


def overlapping_towns(folder):
    towns = gpd.read_file(folder / "towns.geojson")
    towns = towns.set_geometry([towns.geometry[0], towns.geometry[0], *towns.geometry[2:]], crs=towns.crs)
    towns.to_file(folder / "towns.gpkg")
    edit(folder / "region.toml", "towns.geojson", "towns.gpkg")
    return "1 pairs of towns overlap (first: Alder and Birch)"


def a_town_far_away(folder):
    towns = gpd.read_file(folder / "towns.geojson")
    towns = towns.set_geometry([*towns.geometry[:5], translate(towns.geometry[5], 2e6, 2e6)], crs=towns.crs)
    towns.to_file(folder / "towns.gpkg")
    edit(folder / "region.toml", "towns.geojson", "towns.gpkg")
    return "1 towns lie outside the area of the region's CRS EPSG:26986 (first: row 6, Fir)"


def a_premises_at_zero(folder):
    edit(folder / "premises.csv", ",100500,904000", ",0,0")
    return "geometry lies more than 20 km from all towns in 1 rows (first: row 1)"


def a_broken_coordinate(folder):
    edit(folder / "premises.csv", ",100500,904000", ",nowhere,904000")
    return "column 'x' has 1 value of another type (first: row 1, 'nowhere'); expected numbers"


def a_stray_quote(folder):
    rows = (folder / "premises.csv").read_text("utf-8").splitlines()
    rows[4], rows[9] = '"' + rows[4], '"' + rows[9]
    (folder / "premises.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return "look for a stray quotation mark"


def semicolons(folder):
    text = (folder / "premises.csv").read_text("utf-8").replace(",", ";")
    (folder / "premises.csv").write_text(text, "utf-8")
    return "its values are parted by another sign than a comma"


def a_column_twice(folder):
    edit(folder / "premises.csv", "id,town,down,up,x,y", "id,town,down,down,x,y")
    return "has several columns named down; keep one of each"


def two_crs(folder):
    gpd.read_file(folder / "towns.geojson").to_file(folder / "towns.gpkg")
    edit(folder / "region.toml", 'path = "towns.geojson"', 'path = "towns.gpkg"\ncrs = "EPSG:2249"')
    return "says that its CRS is EPSG:26986, the region file says EPSG:2249"


def open_ring(folder):
    text = json.loads((folder / "towns.geojson").read_text("utf-8"))
    text["features"][0]["geometry"]["coordinates"][0].pop()
    (folder / "towns.geojson").write_text(json.dumps(text), "utf-8")
    return "layer 'towns' (towns.geojson): cannot be read"


def an_empty_wkt(folder):
    edit(folder / "roads.csv", '"LINESTRING (100000 904000, 124000 904000)"', "")
    return "geometry is empty in 1 rows (first: row 1)"


def not_toml(folder):
    (folder / "region.toml").write_text("name = [", "utf-8")
    return "is not TOML"


CASES = [
    missing_file, missing_crs, degrees_that_are_metres, metres_that_are_degrees, mixed_geometry, empty_layer,
    duplicate_keys, negative_and_text_speeds, unknown_key, share_above_one, lost_town, cut_geopackage,
    no_such_column, not_toml, mercator, unknown_area, overlapping_towns, a_town_far_away, a_premises_at_zero,
    a_broken_coordinate, a_stray_quote, semicolons, a_column_twice, two_crs, open_ring, an_empty_wkt,
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
        "negative value",
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


def test_a_region_file_whose_last_line_has_no_end_is_read_with_a_word_of_warning(small, townline):
    path = small / "region.toml"
    path.write_text(path.read_text("utf-8").rstrip("\n"), "utf-8")
    status, printed, _ = townline("check", path)
    assert (status, "its last line may be cut short" in printed) == (0, True)
