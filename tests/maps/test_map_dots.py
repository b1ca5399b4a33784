"""Every location on the page: what is drawn is counted against the table, at every zoom, without network."""

import datetime as dt
import json
import re
from fractions import Fraction

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import maps
from maps import binary
from planner.locations import STATUSES

CRS = "EPSG:26986"
LABELS = {"served": "Served", "not known": "Not known", "unserved": "Unserved"}
DRAWN = """() => [...document.querySelectorAll('.leaflet-layer-locations-pane canvas')]
    .map(tile => (tile.getAttribute('data-counts') || '0 0 0').split(' ').map(Number))
    .reduce((sum, tile) => sum.map((each, at) => each + tile[at]), [0, 0, 0])"""
INK = """() => [...document.querySelectorAll('.leaflet-layer-locations-pane canvas')].reduce((sum, tile) => sum +
    tile.getContext('2d').getImageData(0, 0, tile.width, tile.height).data.filter((v, at) => at % 4 === 3 && v).length, 0)"""
HOOK = """Object.defineProperty(window, 'L', { configurable: true, set(value) {
    Object.defineProperty(window, 'L', { value: value, writable: true });
    value.Map.addInitHook(function () { window.map = this; }); } });"""


def premises(towns, origin="generated"):
    """Points in the middle parts of the first eleven towns, with their town and service; more in some than in others."""
    random = np.random.default_rng(4)
    number = np.concatenate([np.full(60 * at * at + 1, at) for at in range(11)])
    boxes = shapely.bounds(towns.geometry.to_numpy())[number]
    part = random.uniform(0.03, 0.97, (len(number), 2))
    xy = boxes[:, :2] + part * (boxes[:, 2:] - boxes[:, :2])
    return gpd.GeoDataFrame(
        {
            "location_id": [f"L{at}" for at in range(len(number))],
            "town_geoid": towns["town_geoid"].to_numpy()[number],
            "status": random.choice(STATUSES, len(number), p=(0.7, 0.2, 0.1)),
            "origin": origin,
            "source": "Town list",
            "as_of": dt.date(2015, 6, 30),
        },
        geometry=shapely.points(xy),
        crs=CRS,
    )


@pytest.fixture
def located(make_plan):
    """A plan with locations: coverage decided by the premises list, and those that fail."""

    def make(origin="generated", lost=0):
        plan = make_plan()
        table = premises(plan.layers["towns"], origin)
        table.loc[table.index[:lost], "geometry"] = None
        target = plan.region.targets[0]
        plan.region.target = target
        plan.layers["premises"] = table.drop(columns="status")
        plan.tables["coverage"] = pd.DataFrame(
            {"target": target.label, "town_geoid": table["town_geoid"].unique(), "basis": "premises list", "note": None}
        )
        failing = table[table["status"] != "served"]
        plan.tables["failing_locations"] = pd.DataFrame(failing[["location_id", "status"]])
        return plan, table

    return make


def shown(visit, plan, **given):
    """Open the page, with Leaflet's map at hand, and show the locations."""
    page = maps.draw(plan).get_root().render()
    opened = visit(page, **given)
    opened.page.add_init_script(HOOK)
    opened.page.reload()
    opened.requests.clear()
    opened.requests.append(opened.path.as_uri())
    opened.page.wait_for_selector("body[data-ready]")
    opened.page.check("#show-locations")
    opened.page.wait_for_function("() => Boolean(Townline.dots.locations && Townline.dots.locations.cells)")
    return opened


def by_status(table):
    return {LABELS[status]: int((table["status"] == status).sum()) for status in STATUSES}


@pytest.mark.parametrize("zoom", [8, 9.25, 10, 10.5, 11.25])
def test_every_location_is_drawn_once_at_every_zoom(visit, located, zoom):
    plan, table = located()
    opened = shown(visit, plan, width=2000, height=1800)
    opened.page.evaluate("zoom => window.map.setZoom(zoom, { animate: false })", zoom)
    opened.wait(400)
    expected = by_status(table)
    assert opened.page.evaluate(DRAWN) == [expected[label] for label in ("Served", "Not known", "Unserved")]
    assert opened.page.evaluate("Townline.dots.locations.count()") == expected
    assert opened.page.evaluate(INK) > 200
    opened.assert_clean()


def test_counts_of_every_town_are_those_of_the_table_at_every_zoom(visit, located):
    plan, table = located()
    towns = plan.layers["towns"].to_crs(4326).set_index("town_geoid")
    opened = shown(visit, plan)
    groups = opened.page.evaluate("Townline.dots.locations.countGroups()")
    for zoom in (7, 12, 15):
        opened.page.evaluate("zoom => window.map.setZoom(zoom, { animate: false })", zoom)
        for geoid, rows in table.groupby("town_geoid"):
            west, south, east, north = towns.loc[geoid].geometry.bounds
            box = f"Townline.dots.locations.count([[{south}, {west}], [{north}, {east}]])"
            assert opened.page.evaluate(box) == groups[geoid] == by_status(rows)


def test_the_legend_sums_to_the_total_and_the_layer_is_off_at_first(visit, located):
    plan, table = located()
    opened = visit(maps.draw(plan).get_root().render())
    box = opened.page.locator("[data-layer=locations]")
    assert not opened.page.is_checked("#show-locations")
    assert opened.page.locator(".leaflet-layer-locations-pane canvas").count() == 0
    counts = [int(each) for each in box.locator("li[data-count]").evaluate_all("all => all.map(e => e.dataset.count)")]
    assert dict(zip(LABELS.values(), counts, strict=True)) == by_status(table)
    assert box.locator(".total .amount").text_content() == f"{len(table):,}" == f"{sum(counts):,}"
    assert "Locations, one by one" in box.locator(".layer-head").text_content()
    assert box.locator(".mark").text_content() == "generated"


def test_pointing_at_a_box_or_a_dot_says_what_it_is(visit, located):
    plan, table = located()
    opened = shown(visit, plan)
    for key in ("anchors", "institutes", "points_of_presence"):
        opened.page.uncheck(f"#show-{key}")
    one = table[table["status"] == "unserved"].to_crs(4326).geometry.iloc[-1]
    middle = opened.page.locator("#map").bounding_box()
    x, y = middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2
    for zoom, said in ((9, r"\d+ locations? in this box(.*: \d+)+"), (16, r"Unserved|Served|Not known")):
        opened.page.evaluate(
            "([y, x, zoom]) => window.map.setView([y, x], zoom, { animate: false })", [one.y, one.x, zoom]
        )
        opened.page.mouse.move(x + 2, y + 1)
        opened.page.mouse.move(x, y)
        assert re.fullmatch(said, opened.text(".tip"))
    assert opened.text(".tip") == "Unserved"
    opened.assert_clean()


def test_hiding_the_layer_lets_go_of_it_and_showing_it_again_draws_it(visit, located):
    plan, table = located()
    opened = shown(visit, plan)
    assert opened.page.locator("#map.dots-on").count() == 1
    opened.page.uncheck("#show-locations")
    assert opened.page.locator("#map.dots-on, .leaflet-layer-locations-pane canvas").count() == 0
    opened.page.check("#show-locations")
    assert opened.page.evaluate("Townline.dots.locations.count()") == by_status(table)
    opened.assert_clean()


def test_an_old_browser_is_told_in_words_and_keeps_the_rest(visit, html):
    opened = visit(html.replace("<head>", "<head><!-- old -->"))
    opened.page.add_init_script("delete window.DecompressionStream")
    opened.page.reload()
    opened.page.wait_for_selector("body[data-ready]")
    assert "too old to unpack" in opened.text("#not-unpacked")
    opened.select("Goshen")
    assert opened.errors == []


def test_a_damaged_file_is_told_in_words(visit, html):
    packed = re.findall(r'"data":"([A-Za-z0-9+/=]{60,})"', html)[0]
    opened = visit(html.replace(packed, packed[:40] + packed[44:]))
    opened.page.wait_for_selector("#not-unpacked")
    assert "cannot be read" in opened.text("#not-unpacked")
    opened.select("Goshen")


def payload(plan):
    page = maps.draw(plan).get_root().render()
    return json.loads(re.findall(r'id="data-layer-locations">(.*?)</script>', page, re.DOTALL)[0])


def test_the_page_holds_every_location_to_a_metre_and_the_same_bytes_in_any_order(located):
    plan, table = located()
    given = payload(plan)
    xy, member, group = binary.unpacked_points(given["packed"])
    labels = [each["label"] for each in given["classes"]]
    found = sorted(
        zip(*xy.T.tolist(), [labels[at] for at in member], [given["groups"][at] for at in group], strict=True)
    )
    degrees = np.rint(shapely.get_coordinates(table.to_crs(4326).geometry.to_numpy()) * 1e5).astype(int)
    expected = zip(*degrees.T.tolist(), table["status"].map(LABELS), table["town_geoid"], strict=True)
    assert found == sorted(expected)
    plan.layers["premises"] = plan.layers["premises"].sample(frac=1, random_state=1)
    assert payload(plan) == given


def test_locations_that_are_not_generated_are_not_for_publication(located):
    assert not any("Not for publication" in line for line in payload(located()[0])["said"])
    said = payload(located("published")[0])["said"]
    assert any("Not for publication" in line for line in said)
    assert "Source: Town list" in said


def test_locations_without_a_place_are_counted_and_named(located):
    given = payload(located(lost=7)[0])
    assert given["note"] == "Not drawn, since their place is not known: 7."
    assert sum(each["count"] for each in given["classes"]) == given["packed"]["count"] + 7


def test_boxes_break_where_the_towns_do(located):
    boxes = payload(located()[0])["boxes"]
    assert [each["least"] for each in boxes["shades"]] == [0.96, 0.9, 0.75, 0.5, 0.0]
    assert boxes["shades"][0]["label"] == "96 % or more"
    assert (boxes["met"], boxes["unknown"]) == ([0], [1])


def test_dots_need_boxes_in_their_style(located):
    table = located()[1]
    with pytest.raises(ValueError, match="no boxes in its style"):
        maps.Dots("anchors", table, Fraction(1, 2))


def test_a_plan_without_places_of_premises_has_no_such_layer(plan, plain_layers):
    plan.layers |= plain_layers
    plan.tables["coverage"] = pd.DataFrame({"target": ["25/3"]})
    assert "locations" not in [layer.key for layer in maps.draw(plan).page_layers()]
