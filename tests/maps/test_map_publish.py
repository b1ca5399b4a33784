"""What is published has no place and no name of a location, in any file that is written."""

import json
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from PIL import Image

import maps
from layers import PlanError, declarations
from maps import geometry
from maps.binary import unpacked_lines, unpacked_points
from planner.locations import locations
from planner.publish import Publish, published
from planner.publish._cells import parts
from planner.publish.hexagons import NAME
from planner.tables import tables

LEAST = 10


def steps(points):
    """Return coordinates in degrees as pairs of steps of 1e-5 degree."""
    return set(map(tuple, np.rint(np.asarray(points) * 1e5).astype(int).tolist()))


def drawn(value):
    """Return every point that a page draws, from all runs of differences and rings in its data."""
    found = set()
    if isinstance(value, dict):
        if "packed" in value:
            xy = (
                unpacked_lines(value["packed"])[1]
                if "lines" in value["packed"]
                else unpacked_points(value["packed"])[0]
            )
            found |= set(map(tuple, xy.tolist()))
        for each in value.values():
            found |= drawn(each)
    elif isinstance(value, list) and len(value) > 1 and all(isinstance(each, int) for each in value):
        if len(value) % 2 == 0:
            run = np.array(value).reshape(-1, 2)
            found |= set(map(tuple, np.cumsum(run, axis=0).tolist())) | set(map(tuple, run.tolist()))
    elif isinstance(value, list):
        for each in value:
            found |= drawn(each)
    return found


def test_no_place_and_no_name_of_a_location_is_in_any_file(hills):
    whole, folder = hills
    premises = whole.layers["premises"]
    degrees = premises.geometry.to_crs("EPSG:4326")
    places = steps(np.column_stack([degrees.x, degrees.y]))
    names = {name.encode() for name in premises["location_id"]}
    texts = {f"{value:.5f}" for value in [*degrees.x, *degrees.y]}
    metres = {f"{value:.1f}" for value in [*premises.geometry.x, *premises.geometry.y]}
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"map.html", "report.html", "plan.gpkg", "plan.json", f"{NAME}.csv"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        assert not names & set(re.findall(rb"\d{10}", content)), path
        if path.name == "map.html":
            blocks = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', content.decode(), re.DOTALL)
            points = set().union(*(drawn(json.loads(block)) for block in blocks))
            assert len(points) > 100
            assert not places & points, path
        if path.suffix in {".csv", ".json", ".svg"}:
            figures = {figure[: figure.index(".") + 6] for figure in re.findall(r"-?\d+\.\d{5,}", content.decode())}
            assert not texts & figures, path
            assert not metres & set(re.findall(r"\b\d{5,6}\.\d\b", content.decode())) or path.suffix == ".svg"
    for layer in pyogrio.list_layers(folder / "plan.gpkg")[:, 0]:
        table = pyogrio.read_dataframe(folder / "plan.gpkg", layer=layer)
        assert "location_id" not in table
        if isinstance(table, gpd.GeoDataFrame):
            assert not places & steps(shapely.get_coordinates(table.geometry.to_crs("EPSG:4326")))


def test_what_is_left_out_is_said_and_was_there(hills):
    whole, folder = hills
    gone = {
        "failing_locations",
        "last_mile_drops",
        "last_mile_routes",
        "last_mile_sites",
        "last_premises",
        "last_percent",
    }
    assert gone <= set(whole.tables)
    written = {path.stem for path in (folder / "tables").iterdir()}
    assert not gone & written
    assert {"coverage", "town_results", NAME} <= written
    notes = json.loads((folder / "plan.json").read_text("utf-8"))["notes"]
    assert any("published without: premises" in note for note in notes)
    assert not [path for path in (folder / "charts").iterdir() if "last-percent" in path.name]


def test_hexagons_are_counts_of_locations_with_small_ones_hidden(hills):
    whole, _ = hills
    table = published(whole, Publish(LEAST)).tables[NAME]
    found = locations(whole)
    assert found is not None
    counted = parts(found, whole.tables["town_results"], int(table["resolution"].iloc[0]))
    assert counted[["served", "unserved", "not known"]].to_numpy().sum() == len(found)
    both = table.merge(counted.drop(columns="geometry"), on=["town_geoid", "cell"], suffixes=("", "_counted"))
    for name, own in {"served": "served_counted", "unserved": "unserved_counted", "unknown": "not known"}.items():
        shown = both[f"{name}_shown"] == "count"
        assert (both.loc[shown, name] == both.loc[shown, own]).all()
        assert both.loc[~shown, name].isna().all()
        assert not both.loc[shown, name].between(1, LEAST - 1).any()
    whole_counts = both[["served_counted", "unserved_counted", "not known"]].sum(axis=1)
    assert both.loc[whole_counts < LEAST, "locations"].isna().all()
    assert shapely.area(table.geometry).sum() <= shapely.area(whole.tables["town_results"].geometry).sum() + 1
    # the mean hexagon of resolution 7 has 5.161293 km2 (h3geo.org, table of cell areas); grids of two makers agree
    areas = shapely.area(counted.geometry)
    assert areas.max() / 1e6 == pytest.approx(5.161293 if table["resolution"].iloc[0] == 7 else 0.737328, rel=0.6)


def test_order_of_rows_does_not_matter_and_the_threshold_must_hide_something(hills):
    whole, _ = hills
    shuffled = whole.layers["premises"].sample(frac=1, random_state=1)
    other = type(whole)(
        whole.region, {**whole.layers, "premises": shuffled}, whole.tables, whole.notes, whole.provenance
    )
    one, two = (published(each, Publish(LEAST)).tables[NAME] for each in (whole, other))
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(two))
    with pytest.raises(PlanError, match="hides nothing"):
        Publish(2)


def test_notes_that_name_a_location_are_left_out(hills):
    whole, _ = hills
    name = whole.layers["premises"]["location_id"].iloc[7]
    noted = type(whole)(
        whole.region, whole.layers, whole.tables, (f"premises: row 8 ({name}) moved", "b"), whole.provenance
    )
    notes = published(noted, Publish(LEAST)).notes
    assert not [note for note in notes if name in note]
    assert notes[0] == "b"


def test_whatever_names_a_location_is_declared_as_not_public():
    for declaration in [*declarations().values(), *tables().values()]:
        if "location_id" in declaration.columns:
            assert declaration.publish == "no" or not declaration.columns["location_id"].publish, declaration.name
        assert set(declaration.publish_where) <= set(declaration.columns)


def test_the_map_shows_hexagons_of_a_town_in_words(visit, hills):
    _, folder = hills
    opened = visit((folder / "map.html").read_text("utf-8"))
    assert opened.page.locator("[data-layer=location_hexagons] .classes li").count() >= 2
    assert opened.page.locator("[data-layer=last_premises]").count() == 0
    opened.select("Charlemont")
    opened.page.wait_for_selector("path.hexagon")
    opened.page.click("details.hexagons summary")
    rows = opened.page.locator("details.hexagons tbody tr").all_inner_texts()
    assert rows
    assert all(
        re.fullmatch(r"[0-9a-f]{15}\t(\d[\d,]*|fewer than 10|not shown)(\t(\d[\d,]*|fewer than 10|not shown)){2}", row)
        for row in rows
    )
    small = [int(number) for row in rows for number in row.split("\t")[1:] if number.isdigit()]
    assert not [number for number in small if 0 < number < LEAST]
    box = opened.page.locator("#map").bounding_box()
    opened.page.mouse.move(box["x"] + box["width"] / 2 + 9, box["y"] + box["height"] / 2 + 17)
    opened.page.wait_for_selector(".tip:not([hidden])")
    opened.assert_clean()


def test_hexagons_keep_their_patterns_in_every_view_and_in_the_picture(visit, hills):
    plan, _ = hills
    opened = visit(maps.draw(plan, {"again": plan}, publish=Publish(LEAST)).get_root().render())
    assert opened.page.locator("[data-layer=locations]").count() == 0
    opened.select("Charlemont")
    opened.page.wait_for_selector("path.hexagon")
    for key in ("scenario:again", "change-verdict:again", "now"):
        assert opened.page.evaluate("key => Townline.views.choose(key)", key)
        missing = opened.page.evaluate(
            """() => [...document.querySelectorAll('[fill^="url("]')].map(each => each.getAttribute('fill').slice(4, -1))
                .filter(each => !document.querySelector(each))"""
        )
        assert missing == []
    colours = opened.page.evaluate(
        "JSON.parse(document.getElementById('data-layer-location_hexagons').textContent).classes.map(each => each.style.colour)"
    )
    opened.page.uncheck("#show-towns")
    assert inked(opened, colours) > inked(opened, colours, "#show-location_hexagons") + 50_000
    assert opened.console == opened.errors == []


def inked(opened, colours, off=""):
    """Number of points of a saved picture in the colours of hexagons, seen through a little of the ground."""
    if off:
        opened.page.uncheck(off)
    with opened.page.expect_download() as download:
        opened.page.evaluate("document.querySelector('#save-picture').click()")
    image = np.asarray(Image.open(download.value.path()).convert("RGB"), dtype=int)
    wanted = np.array([[int(each[at : at + 2], 16) for at in (1, 3, 5)] for each in colours])
    return int((np.abs(image[:, :, None, :] - wanted).max(axis=-1).min(axis=-1) <= 24).sum())


def test_steps_of_the_page_are_those_of_this_test():
    run = geometry.encoded_points(np.array([shapely.Point(-72.5, 42.3), shapely.Point(-72.50001, 42.30002)]))
    assert steps([[-72.5, 42.3], [-72.50001, 42.30002]]) <= drawn(run)


def test_the_command_publishes_over_what_it_published_and_over_nothing_else(small, tmp_path, townline):
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert townline("plan", small / "region.toml", "--out", whole)[0] == 0
    assert (whole / "tables" / "failing_locations.csv").is_file()
    status, _, error = townline("plan", small / "region.toml", "--out", whole, "--publish")
    assert (status, "would go out with what is published" in error) == (2, True)
    assert townline("plan", small / "region.toml", "--out", out, "--publish")[0] == 0
    status, printed, _ = townline("plan", small / "region.toml", "--out", out, "--publish", "--least", 5, "--json")
    assert status == 0
    assert any(note.startswith("published without: ") for note in json.loads(printed)["notes"])
    assert not (out / "tables" / "failing_locations.csv").exists()
    assert set(pd.read_csv(out / "tables" / f"{NAME}.csv")["least"]) == {5}
    status, _, error = townline("plan", small / "region.toml", "--out", out, "--publish", "--least", 1)
    assert (status, "hides nothing" in error) == (2, True)
