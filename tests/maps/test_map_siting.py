"""Chosen sites on the map: spokes, names in the legend, why in the panel."""

import pytest

from maps.siting import draw_siting, save_siting, site_layers, spokes
from planner.siting.stage import siting
from tests.planner.siting._world import region, world

TEXT = '[siting]\nmodel = "hub with satellites"\nhubs = 1\nsatellites = 1\nsatellite_reach_m = 90_000\n'


@pytest.fixture
def made(tmp_path):
    asked = region(tmp_path, TEXT)
    found = world(2)
    return asked, found, siting(found, asked, {})[0]


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
    opened = visit(draw_siting(asked, found.layers, tables).get_root().render())
    assert opened.text("h1") == "Where should sites stand?"
    assert "1 hub and 1 satellite chosen of 6 candidates; no choice is better" in opened.text("#answer")
    why = opened.text(".layer[data-layer='chosen_sites']")
    assert "without it the mean distance would be" in why
    assert "Hub" in why
    assert opened.page.locator(".find-box").is_hidden()
    opened.assert_clean()


def test_no_tables_no_layers_and_the_same_bytes(tmp_path, made):
    assert not list(site_layers({}))
    asked, found, tables = made
    one = save_siting(asked, found.layers, tables, tmp_path / "a")[0].read_bytes()
    assert save_siting(asked, found.layers, tables, tmp_path / "b")[0].read_bytes() == one
