"""Notebooks: what a plan, a map and any table with places show in a cell, in a real browser."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from axe_playwright_python.sync_playwright import Axe
from IPython.core.interactiveshell import InteractiveShell

import maps
from tests.maps.test_map_hostile import PAYLOADS

ALL = " \N{BROKEN BAR} ".join(PAYLOADS.values())
HEAD = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Cell</title></head><body data-ready><main><h1>Cell</h1>'


def cell(code, **names):
    """Run a cell as a notebook does, and return the HTML that it displays."""
    shell = InteractiveShell()
    shell.push({"maps": maps, **names})
    result = shell.run_cell(code, store_history=False)
    result.raise_error()
    formatter: Any = shell.display_formatter
    data, _ = formatter.format(result.result)
    return HEAD + data["text/html"] + "</main></body></html>"


def framed(visit, html):
    opened = visit(html)
    frame = opened.page.frame_locator("iframe")
    frame.locator("body[data-ready]").wait_for()
    return opened, frame


def test_a_map_stands_in_a_frame_of_its_own_and_asks_for_nothing(visit, plan):
    opened, frame = framed(visit, cell("maps.draw(plan)", plan=plan))
    assert frame.locator("#answer").text_content().startswith("4 of 12 towns pass")
    node = opened.page.locator("iframe")
    assert node.get_attribute("sandbox") == "allow-scripts"
    assert "25/3 Mbps" in node.get_attribute("title")
    frame.locator("#find").fill("Dalton")
    frame.locator("#find").press("Enter")
    assert frame.locator("#town h2").text_content() == "Dalton"
    opened.assert_clean()


def test_a_hostile_map_stays_in_its_frame(visit, make_plan):
    opened, frame = framed(visit, cell("maps.draw(plan)", plan=make_plan(name=ALL)))
    assert frame.locator(".eyebrow bdi").text_content() == ALL
    assert ALL in opened.page.get_attribute("iframe", "title")
    opened.assert_clean()


def test_a_plan_shows_its_figures_and_tables(visit, hills):
    whole, _ = hills
    opened = visit(cell("plan", plan=whole))
    opened.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    rows = opened.page.locator("table").first.locator("tbody tr").all_inner_texts()
    figures = whole.headline["targets"][0]
    assert rows[0].split("\t")[1:4] == [str(figures[name]) for name in ("towns", "pass", "fail")]
    assert opened.page.locator("table").nth(1).locator("tbody tr").count() == len(whole.tables)
    assert len(opened.texts("li")) == len(whole.notes)
    assert Axe().run(opened.page).response["violations"] == []
    opened.assert_clean()


@pytest.fixture
def places():
    corners = [(300_000 + 5000 * at, 900_000) for at in range(12)]
    return gpd.GeoDataFrame(
        {
            "name": [f"P{at}" for at in range(12)],
            "amount": [*range(10), np.nan, 90],
            "sort": ["a"] * 5 + ["b"] * 4 + [ALL, ALL, None],
        },
        geometry=[shapely.Point(*corner) for corner in corners],
        crs="EPSG:26986",
    )


def shape(table, kind):
    made = {"points": lambda at: at, "lines": lambda at: shapely.LineString([(at.x, at.y), (at.x + 3000, at.y + 3000)]),
            "polygons": lambda at: at.buffer(2000, cap_style="square")}[kind]  # fmt: skip
    return table.set_geometry(table.geometry.map(made))


@pytest.mark.parametrize("kind", ["points", "lines", "polygons"])
def test_numbers_in_five_classes_and_missing_ones_not_known(visit, places, kind):
    opened, frame = framed(
        visit, cell("maps.explore(table, 'amount', tooltip=['name', 'amount'])", table=shape(places, kind))
    )
    labels = frame.locator(".class-label").all_text_contents()
    amounts = frame.locator(".classes .amount").all_text_contents()
    # quintiles by R type 7 (Hyndman and Fan 1996) of 0, 1, ..., 9, 90: 2, 4, 6, 8
    assert labels == ["0 to under 2", "2 to under 4", "4 to under 6", "6 to under 8", "8 to 90", "Not known"]
    assert amounts == ["2", "2", "2", "2", "3", "1"]
    opened.assert_clean()


@pytest.mark.parametrize("kind", ["points", "lines", "polygons"])
def test_categories_and_degrees(visit, places, kind):
    table = shape(places, kind).to_crs("EPSG:4326")
    html = maps.explore(table, "sort", tooltip=["sort", "name"], legend=ALL, name=ALL).get_root().render()
    opened = visit(html)
    assert opened.texts(".class-label") == ["a", "b", ALL, "Not known"]
    assert opened.text(".layer-title") == ALL
    assert opened.text("h1") == ALL
    if kind == "polygons":
        opened.page.click("details.hexagons summary")
        assert opened.page.locator("details.hexagons tbody tr").count() == 12
    opened.assert_clean()


def test_schemes():
    line = gpd.GeoDataFrame(
        {"v": [0.0, 1, 2, 10]}, geometry=[shapely.Point(at, 0) for at in range(4)], crs="EPSG:26986"
    )

    def labels(scheme):
        (layer,) = maps.explore(line, "v", scheme).page_layers()
        return [each["label"] for each in layer.payload()["classes"]]

    assert labels("equal") == ["0 to under 2", "2 to under 4", "8 to 10"]
    assert labels([1.5]) == ["0 to under 1.5", "1.5 to 10"]
    with pytest.raises(ValueError, match="rising"):
        maps.explore(line, "v", [2, 1])


def test_what_cannot_be_shown_is_said(places):
    with pytest.raises(ValueError, match="no CRS"):
        maps.explore(gpd.GeoDataFrame(places.set_crs(None, allow_override=True)))
    with pytest.raises(ValueError, match="no column 'amounts'"):
        maps.explore(places, "amounts")
    mixed = gpd.GeoDataFrame(pd.concat([places, shape(places, "lines")]))
    with pytest.raises(ValueError, match="LineString, Point"):
        maps.explore(mixed)
    lost = places.copy()
    lost.loc[3, "geometry"] = None
    (layer,) = maps.explore(lost).page_layers()
    assert layer.payload()["note"] == "1 rows without a place are not shown."
    assert maps.explore(places, "sort").get_root().render() == maps.explore(places, "sort").get_root().render()
