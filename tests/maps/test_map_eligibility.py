"""The map of eligibility for regions without a plan: counties of a nation, or towns."""

import types
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import maps
from layers import PlanError, data_folder
from maps import geometry
from planner.tables import checked

DAY = np.datetime64("2026-11-22", "s")
CRS = "EPSG:5070"
NATION: Any = types.SimpleNamespace(name="Test nation")
VERDICTS = ("eligible", "borderline", "not known", "not eligible")


def rows(unit, codes, programme, title="Title", status="open"):
    return pd.DataFrame({
        "unit": unit, "place_id": codes, "place": [f"Place {code}" for code in codes], "state": "MA",
        "programme": programme, "programme_title": title, "verdict": [VERDICTS[at % 4] for at in range(len(codes))],
        "status": status, "reason": [f"Rate: {at}.50 percent" for at in range(len(codes))],
        "margin": [at - 2.0 for at in range(len(codes))], "margin_unit": "percent", "probability": np.nan,
        "missing": None, "data_as_of": DAY, "citation": "1 USC 1", "day": DAY,
    })  # fmt: skip


def table(*parts):
    return checked("eligibility", pd.concat(parts, ignore_index=True))


def boxes(key, name, codes, crs=CRS, side=100_000):
    shapes = [shapely.box(side * at, 0, side * (at + 1), side) for at in range(len(codes))]
    return gpd.GeoDataFrame(
        {key: codes, name: [f"Name {code}" for code in codes], "origin": "published"}, geometry=shapes, crs=crs
    )


CODES = [f"25{number:03d}" for number in range(1, 18, 2)]


@pytest.fixture
def counties():
    return boxes("county_fips", "county", [*CODES, "99001"])


@pytest.fixture
def tables():
    return {
        "eligibility": table(
            rows("county", [*CODES, "25027"], "one", "One", "expired"),
            rows("county", CODES, "two", "Two"),
            rows("state", ["25"], "three", "Three"),
        )
    }


def draw(tables, **layers):
    made = maps.draw_eligibility(NATION, layers, tables)
    assert made is not None
    return made.get_root().render()


def test_counties_are_painted_at_once_by_an_open_programme(visit, tables, counties):
    opened = visit(draw(tables, counties=counties))
    assert opened.text("h1") == "What can each county apply for?"
    assert opened.text("#answer") == "3 programmes screened, 2 open on the day"
    assert opened.text(".eyebrow .day") == "As of November 22, 2026"
    assert opened.page.get_attribute("body", "data-programme") == "two"
    paths = opened.page.locator(".leaflet-layer-counties-pane path[fill^='url(#fit-']")
    assert paths.count() == len(CODES)
    assert opened.page.locator("#bar").count() == 0
    assert opened.page.locator("#meanings-box").is_hidden()
    opened.assert_clean()


def test_counts_and_places_without_an_outline(visit, tables, counties, tmp_path):
    files, notes = maps.save_eligibility(NATION, {"counties": counties}, tables, tmp_path / "out")
    assert [file.name for file in files] == ["eligibility.html"]
    assert notes == ["1 county has verdicts but no outline in layer 'counties', and are not on the map (first: 25027)"]
    opened = visit(files[0].read_text("utf-8"))
    opened.page.select_option("#programme", label="One (expired): 3 eligible")
    chips = opened.page.locator("#fit-legend li[data-verdict]")
    counts = [int(chips.nth(at).get_attribute("data-count")) for at in range(4)]
    of_table = tables["eligibility"].query("programme == 'one'")["verdict"].value_counts()
    assert counts == [of_table[verdict] for verdict in VERDICTS]
    assert opened.page.get_attribute("#fit-legend .total", "data-total") == str(sum(counts))
    assert "1 with a verdict not on the map." in opened.text("#programme-said")
    opened.select("Name 25003")
    assert opened.text("#town .town-head") == "Name 25003MA"
    assert opened.texts("#fits .fit-title") == ["Three", "Two", "One"]
    opened.page.click("#table-box summary")
    opened.page.wait_for_selector("#table tbody tr")
    assert opened.page.locator("#table tbody tr").count() == len(CODES)
    opened.assert_clean()


def test_without_outlines_there_is_no_map_and_the_note_says_what_to_add(tables, tmp_path):
    files, notes = maps.save_eligibility(NATION, {}, tables, tmp_path)
    assert files == []
    assert notes[0].startswith("no map: ")
    assert 'path = "townline:outlines/counties.parquet"' in notes[0]
    assert list(tmp_path.iterdir()) == []
    elsewhere = boxes("county_fips", "county", ["99001"])
    assert maps.draw_eligibility(NATION, {"counties": elsewhere}, tables) is None
    empty = {"eligibility": tables["eligibility"].iloc[:0]}
    assert maps.draw_eligibility(NATION, {"counties": elsewhere}, empty) is None


def test_towns_are_drawn_where_communities_have_verdicts(visit, counties):
    codes = [f"25001{number:05d}" for number in range(6)]
    towns = boxes("town_geoid", "town", codes, side=9_000).assign(county="Barnstable", origin="approximate")
    with_towns = {"eligibility": table(rows("community", codes, "one"), rows("county", CODES, "two"))}
    opened = visit(draw(with_towns, towns=towns, counties=counties))
    assert opened.text("h1") == "What can each town apply for?"
    assert opened.text("#badge").endswith("Town shapes approximate: not survey")
    opened.select("Name 2500100004")
    assert opened.text("#town .town-head") == "Name 2500100004Barnstable"
    assert opened.page.locator("#fits tbody tr").count() == 2
    opened.assert_clean()
    only_county = {"eligibility": table(rows("county", CODES, "two"))}
    assert "What can each county apply for?" in draw(only_county, towns=towns, counties=counties)
    assert "What can each town apply for?" in draw(only_county, towns=towns)


def test_what_is_screened_but_not_drawn_is_said(visit, tables, counties):
    more = table(tables["eligibility"], rows("tract", ["25001010100", "25001010200"], "four", "Only tracts"))
    said = visit(draw({"eligibility": more}, counties=counties)).texts("#sources dd")
    assert "In the tables, but not on the map: 2 census tracts." in said
    assert "Programmes without a verdict on this map: Only tracts." in said


def test_the_map_opens_on_the_main_ground_and_says_what_lies_beyond(visit, tables):
    far = boxes("county_fips", "county", CODES)
    far.loc[8, "geometry"] = shapely.box(-5_000_000, 4_000_000, -4_900_000, 4_100_000)
    opened = visit(draw(tables, counties=far))
    assert "1 lie beyond this view: zoom out." in opened.text("#programme-said")
    opened.select("Name 25017")
    opened.assert_clean()


def test_the_same_input_gives_the_same_bytes_in_any_order(tables, counties):
    mixed = {"eligibility": tables["eligibility"][::-1].reset_index(drop=True)}
    assert draw(tables, counties=counties) == draw(mixed, counties=counties[::-1].reset_index(drop=True))


def test_a_folder_that_is_a_file_is_refused(tables, counties, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(PlanError, match="cannot be written"):
        maps.save_eligibility(NATION, {"counties": counties}, tables, tmp_path / "file")


def test_shapes_on_both_sides_of_the_date_line_stand_together():
    degrees = gpd.GeoSeries([shapely.Point(-179, 52), shapely.Point(179, 52), shapely.Point(-70, 42)], crs="EPSG:4326")
    found = geometry.to_page(np.asarray(degrees.to_crs("EPSG:3338").to_numpy(), dtype=object), "EPSG:3338")
    assert np.round(shapely.get_x(found), 4).tolist() == [-179, -181, -70]


def test_all_counties_of_the_shipped_outlines_fit_one_page(visit):
    outlines = gpd.read_parquet(Path(data_folder()) / "outlines" / "counties.parquet").to_crs(CRS)
    codes = outlines["county_fips"].tolist()
    page = draw({"eligibility": table(rows("county", codes, "one"))}, counties=outlines)
    assert len(page.encode()) < 1_500_000
    opened = visit(page)
    assert opened.page.get_attribute("#fit-legend .total", "data-total") == "3,230"
    assert opened.page.locator(".leaflet-layer-counties-pane path").count() == len(codes)
    opened.assert_clean()
