"""Chosen sites on the map: names, service areas, candidates by score, strength of clusters, and why in the panel."""

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import maps
from maps.service import spokes
from maps.sites import graded
from maps.siting import draw_siting, save_siting, site_layers
from planner.clusters.stage import measure
from planner.siting.stage import siting
from planner.siting.summary import by_role
from planner.words import floor_percent
from tests.planner.siting._world import COUNTIES, CRS, SIDE, SOUTH, WEST, region, world

TEXT = '[siting]\nmodel = "hub with satellites"\nhubs = 1\nsatellites = 1\nsatellite_reach_m = 90_000\n'
AREAS = """
[clusters]
[siting]
model = "p-median"
sites = 2
[siting.demand]
places = "cluster areas"
area_kind = "county"
weight = "cluster employment"
clusters = ["a", "b"]
"""
CODES = (*COUNTIES, "25015")
HOSTILE = ("</script><script>window.ran=1</script>", '"><img src=x onerror=window.ran=1>', "${window.ran=1}", "{{7*7}}")


@pytest.fixture
def made(tmp_path):
    asked = region(tmp_path, TEXT)
    found = world(2)
    return asked, found, siting(found, asked, {})[0]


@pytest.fixture
def served(tmp_path):
    """Sites for jobs of two clusters in four counties, of which three have an outline."""
    asked = region(tmp_path, AREAS)
    rows = [
        {"area_kind": "county", "area_id": code, "area": f"County {code}", "cluster": cluster,
         "cluster_name": f"Cluster {cluster}", "traded": True, "year": 2016, "employment": float(number % 7 * 40 + 10),
         "establishments": 5.0}
        for number, (code, cluster) in enumerate((code, cluster) for code in CODES for cluster in "abc")
    ]  # fmt: skip
    tables = measure(pd.DataFrame(rows), None)
    shapes = [shapely.box(WEST + SIDE * at, SOUTH, WEST + SIDE * (at + 1), SOUTH + 2 * SIDE) for at in range(3)]
    counties = gpd.GeoDataFrame(
        {"county_fips": COUNTIES, "county": COUNTIES, "origin": "published"}, geometry=shapes, crs=CRS
    )
    points = gpd.GeoDataFrame(
        {"area_id": CODES}, geometry=[shapely.Point(WEST + 9000 * at, SOUTH + 5000) for at in range(4)], crs=CRS
    )
    found = world(2, counties=counties, place_points=points)
    del found.layers["towns"]
    return asked, found.layers, {**tables, **siting(found, asked, tables)[0]}


def render(asked, layers, tables):
    return draw_siting(asked, layers, tables).get_root().render()


def test_each_served_place_has_a_line_to_its_site(made):
    _, _, tables = made
    lines = spokes(tables["site_service"], tables["chosen_sites"])
    assert lines is not None
    found = lines.table
    assert len(found) == 8
    at = tables["chosen_sites"].set_index("site_id").geometry
    ends = [line.coords[-1] for line in found.geometry]
    assert ends == [at[code].coords[0] for code in found["site_id"]]
    labels = [each["label"] for each in lines.payload()["classes"]]
    assert set(labels) == set(tables["chosen_sites"]["site"])


def test_the_page_shows_hub_and_satellite_and_says_why(visit, made):
    asked, found, tables = made
    opened = visit(render(asked, found.layers, tables))
    assert opened.text("h1") == "Where should sites stand?"
    assert "1 hub and 1 satellite chosen of 6 candidates; no choice is better" in opened.text("#answer")
    chosen = by_role(tables["chosen_sites"])
    assert opened.texts("#reasons h2 button") == chosen["site"].tolist()
    assert sorted(opened.texts(".name-site")) == sorted(chosen["site"])
    assert opened.page.get_attribute("#reasons-box", "open") is not None
    why = opened.texts("#reasons [data-place] ul")
    for said, places, share in zip(why, chosen["demand_places"], chosen["demand_share"], strict=True):
        assert f"Serves {places} places with {floor_percent(share)} of demand" in said
        assert "Without it the mean distance would be " in said
    assert opened.texts(".signs li")[:2] == ["Hub", "Satellite"]
    assert opened.page.locator(".find-box").is_hidden()
    assert opened.page.locator("#table-box").is_hidden()
    opened.assert_clean()


def test_towns_of_one_site_are_one_pale_ground(visit, made):
    asked, found, tables = made
    opened = visit(render(asked, found.layers, tables))
    service = tables["site_service"]
    assert opened.page.locator("path.zone").count() == 2
    rows = opened.page.locator("[data-layer=site_zones] .classes li")
    said = dict(
        zip(rows.locator(".class-label").all_text_contents(), rows.locator(".amount").all_text_contents(), strict=True)
    )
    for name, mine in service.groupby("site"):
        share = floor_percent(mine["weight"].sum() / service["weight"].sum())
        assert said[name] == f"{len(mine)} places, {share}"


def test_candidates_are_graded_and_their_classes_sum_to_all(visit, made):
    asked, found, tables = made
    candidates = tables["site_candidates"]
    opened = visit(render(asked, found.layers, tables))
    amounts = opened.texts("[data-layer=site_candidates] .classes .amount")
    assert (
        sum(map(int, amounts))
        == len(candidates)
        == int(opened.text("[data-layer=site_candidates] .layer-head .amount"))
    )
    assert "by mean distance of demand" in opened.text("[data-layer=site_candidates] .layer-title")
    scored = candidates.assign(score=[0.9, 0.8, 0.5, 0.4, 0.1, np.nan])
    scored["score_class"] = ["first third", "first third", "second third", "second third", "last third", "no score"]
    classes = graded(scored, show=True).payload()["classes"]
    assert [each["label"] for each in classes] == [
        "0.80 to 0.90 (best third)", "0.40 to 0.50 (second third)", "0.10 (last third)", "Place not ranked",
    ]  # fmt: skip
    assert [each["amount"] for each in classes] == ["2", "2", "1", "1"]
    sizes = [each["style"]["size"] for each in classes[:3]]
    assert sizes == sorted(sizes, reverse=True)


def test_a_click_on_a_site_shows_its_reasons_and_its_name_leads_to_it(visit, made):
    asked, found, tables = made
    opened = visit(render(asked, found.layers, tables), 390, 844)
    opened.page.click("#reasons [data-place='0'] button")
    box = opened.page.locator("#map").bounding_box()
    opened.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    opened.page.wait_for_selector("#reasons .told")
    assert opened.page.get_attribute("#reasons .told", "data-place") == "0"
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 390
    opened.assert_clean()


def test_areas_served_are_coloured_by_the_clusters_of_the_siting(visit, served):
    opened = visit(render(*served))
    assert opened.texts("#cluster option") != []
    assert [words.split(":")[0] for words in opened.texts("#cluster option")] == [
        "All traded clusters", "Cluster a", "Cluster b",
    ]  # fmt: skip
    assert opened.page.locator(".leaflet-layer-cluster_areas-pane path.town-area").count() == 3
    assert opened.text("[data-layer=area_strength] .layer-head .amount") == "1"
    assert "1 with figures but without an outline." in opened.text("#cluster-said")
    for at in range(3):
        opened.page.select_option("#cluster", index=at)
        counts = [
            int(node.get_attribute("data-count")) for node in opened.page.locator("#fit-legend li[data-count]").all()
        ]
        assert str(sum(counts)) == opened.page.get_attribute("#fit-legend .total", "data-total") == "4"
    opened.select("County 25003")
    assert opened.text("#fits h2") == "Clusters of County 25003"
    assert opened.page.locator("#fits tbody tr").count() == 3
    opened.assert_clean()


def test_without_outlines_all_areas_stand_as_points(visit, served):
    asked, layers, tables = served
    left = {name: table for name, table in layers.items() if name != "counties"}
    opened = visit(render(asked, left, tables))
    assert opened.text("[data-layer=area_strength] .layer-head .amount") == "4"
    assert opened.page.locator("#chooser").is_hidden()
    opened.assert_clean()


def test_hostile_names_are_shown_as_they_are_written(visit, served):
    asked, layers, tables = served
    changed = {name: table.copy() for name, table in tables.items()}
    for name in ("chosen_sites", "site_candidates", "siting_alternatives"):
        for column in set(changed[name]) & {
            "site",
            "candidate",
            "kind",
            "instead",
            "why",
            "said",
            "conditions_met",
            "groups",
        }:
            changed[name][column] = [HOSTILE[at % 4] for at in range(len(changed[name]))]
    for name in ("area_strength", "cluster_strength"):
        changed[name]["area"] = changed[name]["area_id"].map(dict(zip(CODES, HOSTILE, strict=True)))
    changed["cluster_strength"]["cluster_name"] = changed["cluster_strength"]["cluster"].map(
        dict(zip("abc", HOSTILE[1:], strict=True))
    )
    html = render(asked, layers, changed)
    for page in (html, re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)):
        opened = visit(page)
        assert opened.texts("#reasons h2 button") == by_role(changed["chosen_sites"])["site"].tolist()
        opened.page.select_option("#cluster", index=1)
        opened.page.click("#table-box summary")
        opened.page.wait_for_selector("#table tbody tr")
        assert sorted(opened.texts("#table tbody button")) == sorted(HOSTILE[:3])
        opened.page.locator("#table tbody button").first.click()
        assert opened.text("#fits h2") == f"Clusters of {opened.text('#town h2')}"
        opened.assert_clean()


def test_on_the_map_of_a_plan_reasons_are_folded_and_grounds_hidden(visit, make_plan, plan, made):
    _, _, tables = made
    both = make_plan(tables=tables)
    opened = visit(maps.draw(both).get_root().render())
    assert opened.page.get_attribute("#reasons-box", "open") is None
    assert opened.texts("#reasons h2 button") == by_role(tables["chosen_sites"])["site"].tolist()
    assert opened.page.locator(".signs").count() == 0
    opened.assert_clean()
    plain = visit(maps.draw(plan).get_root().render())
    assert plain.page.locator("#reasons-box").is_hidden()


def test_no_tables_no_layers_and_the_same_bytes(tmp_path, made):
    assert not list(site_layers({}))
    asked, found, tables = made
    one = save_siting(asked, found.layers, tables, tmp_path / "a")[0].read_bytes()
    assert save_siting(asked, found.layers, tables, tmp_path / "b")[0].read_bytes() == one


def test_without_tables_of_clusters_areas_still_show_their_share(visit, served):
    asked, layers, tables = served
    left = {name: table for name, table in tables.items() if not name.startswith(("cluster_", "shift_"))}
    opened = visit(render(asked, layers, left))
    assert opened.page.locator("#cluster option").count() == 1
    assert opened.page.get_attribute("#fit-legend .total", "data-total") == "4"
    opened.assert_clean()
