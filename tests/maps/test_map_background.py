"""A background map from a tile server: nothing is asked before a reader ticks it, and of no other host then."""

import re

import pytest

import maps
from planner.entry import MapEntry

TILES = "https://tiles.example.org/{z}/{x}/{y}.png"


@pytest.fixture
def with_tiles(make_plan):
    plan = make_plan()
    plan.region.map = MapEntry(tiles=TILES, attribution="<b>Surveyors</b>")
    return maps.draw(plan).get_root().render()


def test_tiles_are_asked_for_only_when_they_are_ticked_and_of_one_host(visit, with_tiles):
    opened = visit(with_tiles)
    opened.assert_clean()
    assert "<b>Surveyors</b>. Asks https://tiles.example.org for pictures" in opened.text("[data-background] .quiet")
    opened.page.check("#show-background")
    opened.page.wait_for_function("() => document.querySelectorAll('.leaflet-background-pane img').length > 0")
    opened.wait(200)
    asked = set(opened.requests[1:])
    assert asked
    assert all(re.fullmatch(r"https://tiles\.example\.org/\d+/\d+/\d+\.png", address) for address in asked)
    assert opened.text(".credit") == "Background: <b>Surveyors</b>"
    assert opened.page.evaluate("window.violations") == []
    opened.page.uncheck("#show-background")
    assert opened.page.locator(".leaflet-background-pane img").count() == 0
    assert opened.page.locator(".credit").is_hidden()


def test_a_page_without_tiles_may_fetch_nothing(make_plan, with_tiles):
    plain = maps.draw(make_plan()).get_root().render()
    assert "img-src data:;" in plain
    assert "This page needs no network." in plain
    assert "img-src data: https://tiles.example.org;" in with_tiles
    assert "This page needs no network." not in with_tiles


@pytest.mark.parametrize(
    "tiles",
    [
        "http://tiles.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org/{z}/{x}.png",
        "https://tiles.example.org; script-src *//{z}/{x}/{y}.png",
        "https://user:secret@tiles.example.org/{z}/{x}/{y}.png",
        "https://{s}.example.org/{z}/{x}/{y}.png",
        "javascript:alert(1)//{z}/{x}/{y}",
    ],
)
def test_what_is_no_plain_address_is_refused(tiles):
    with pytest.raises(ValueError, match="is not an address such as https"):
        MapEntry(tiles=tiles, attribution="Surveyors")
