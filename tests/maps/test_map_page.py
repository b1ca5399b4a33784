"""The file itself: policy, vendored files, the same bytes twice, and what it refuses."""

import base64
import hashlib
import html as markup
import os
import re
import subprocess
import sys
from pathlib import Path

import branca.element
import folium
import folium.plugins
import geopandas as gpd
import pytest
import shapely

import maps
from maps import constants

# https://leafletjs.com/download.html names these integrity values for 1.9.4
LEAFLET_JS = "20nQCchB9co0qIjJZRGuk2/Z9VM+kNiyxNV1lvTlZBo="
LEAFLET_CSS = "p4NxAoJBhIIN+hmNHrzRCf9tD/miZyoHS5obTRR9BMY="


def sha256(content):
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def test_vendored_leaflet_is_the_published_one():
    assert sha256((constants.ASSETS / "leaflet.js").read_bytes()) == LEAFLET_JS
    assert sha256((constants.ASSETS / "leaflet.css").read_bytes()) == LEAFLET_CSS
    for name, recorded in constants.vendored()["leaflet"]["sha256"].items():
        assert hashlib.sha256((constants.ASSETS / name).read_bytes()).hexdigest() == recorded


def test_a_changed_vendored_file_is_refused(monkeypatch, tmp_path):
    (tmp_path / "leaflet.js").write_text("something else")
    monkeypatch.setattr(constants, "ASSETS", tmp_path)
    monkeypatch.setattr(constants, "vendored", lambda: {"leaflet": {"sha256": {"leaflet.js": "0" * 64}}})
    with pytest.raises(ValueError, match=r"is not the file that vendored\.toml records"):
        constants.constant.__wrapped__("leaflet.js")


def test_policy_names_the_hashes_of_the_constants_and_nothing_else(html):
    policy = markup.unescape(re.findall(r'Content-Security-Policy" content="([^"]*)"', html)[0])
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    scripts = [body for kind, body in re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL) if not kind]
    sheets = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert rules.pop("script-src").split() == [f"'sha256-{sha256(each.encode())}'" for each in scripts]
    assert rules.pop("style-src").split() == [f"'sha256-{sha256(each.encode())}'" for each in sheets]
    assert rules == {"default-src": "'none'", "img-src": "data:", "base-uri": "'none'", "form-action": "'none'"}
    assert not re.search(r"unsafe|https?:", policy)


def test_constants_hold_no_way_from_text_to_code():
    for name in set(constants.SCRIPTS) - {"leaflet.js"}:
        script = constants.constant(name)
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|</script", script
        )


def test_the_same_plan_gives_the_same_bytes(make_plan, html):
    drawn = maps.draw(make_plan())
    assert drawn.get_root().render() == html
    assert drawn.get_root().render() == html


def test_the_same_bytes_in_another_process(tmp_path):
    script = (
        "import sys; sys.path.insert(0, 'tests/maps'); import conftest, maps;"
        "plan = conftest.make_plan.__wrapped__()();"
        "sys.stdout.buffer.write(maps.draw(plan).get_root().render().encode())"
    )
    root = Path(__file__).parents[2]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "America/New_York"))
    }
    assert len(outputs) == 1
    assert len(outputs.pop()) > 100_000


def test_no_random_identifier_of_folium_is_in_the_page(plan):
    drawn = maps.draw(plan)
    page = drawn.get_root().render()
    for layer in (drawn, drawn.get_root(), *drawn.page_layers()):
        assert layer._id not in page


def test_save_writes_the_page(plan, html, tmp_path):
    drawn = maps.draw(plan)
    assert isinstance(drawn, folium.Map)
    drawn.save(tmp_path / "map.html")
    assert (tmp_path / "map.html").read_bytes() == html.encode()


def test_layer_control_is_welcome(plan, html):
    drawn = maps.draw(plan)
    folium.LayerControl().add_to(drawn)
    assert drawn.get_root().render() == html


@pytest.mark.parametrize(
    ("element", "name"),
    [
        (lambda: folium.Marker([42, -72], popup="`${alert(1)}`"), "folium.Marker"),
        (lambda: folium.TileLayer("OpenStreetMap"), "folium.TileLayer"),
        (lambda: folium.FeatureGroup("a"), "folium.FeatureGroup"),
        (lambda: folium.plugins.HeatMap([[42, -72]]), "folium.HeatMap"),
        (lambda: branca.element.JavascriptLink("https://example.org/a.js"), "branca.JavascriptLink"),
    ],
)
def test_foreign_elements_are_refused_by_name(plan, element, name):
    drawn = maps.draw(plan)
    drawn.add_child(element())
    with pytest.raises(ValueError, match=rf"the map holds a {name}, which .*; use maps\.Points"):
        drawn.get_root().render()


@pytest.mark.parametrize("part", ["header", "html", "script"])
def test_foreign_elements_in_the_figure_are_refused(plan, part):
    drawn = maps.draw(plan)
    getattr(drawn.get_root(), part).add_child(branca.element.Element("<script src='https://example.org'></script>"))
    with pytest.raises(ValueError, match=r"the map holds a branca\.Element"):
        drawn.get_root().render()


def test_foreign_elements_in_our_layers_are_refused(plan):
    drawn = maps.draw(plan)
    next(drawn.page_layers()).add_child(folium.Popup("hello"))
    with pytest.raises(ValueError, match=r"the map holds a folium\.Popup"):
        drawn.get_root().render()


def test_another_figure_cannot_draw_the_map(plan):
    figure = branca.element.Figure().add_child(maps.draw(plan))
    with pytest.raises(ValueError, match="cannot be put into another figure"):
        figure.render()


def test_our_layers_cannot_stand_on_a_plain_folium_map(plan):
    plain = folium.Map(tiles=None)
    next(maps.draw(plan).page_layers()).add_to(plain)
    with pytest.raises(ValueError, match=r"can only be drawn on a map made by maps\.draw"):
        plain.get_root().render()


def test_two_layers_with_one_key_are_refused(plan):
    drawn = maps.draw(plan)
    maps.Points("anchors", plan.layers["anchors"]).add_to(drawn)
    with pytest.raises(ValueError, match="two layers with the key 'anchors'"):
        drawn.get_root().render()


def test_a_layer_without_style_crs_or_in_degrees_is_refused():
    points = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.Point(-72, 42)])
    with pytest.raises(ValueError, match=r"layer 'cafes' has no entry in maps/styles\.toml"):
        maps.Points("cafes", points)
    with pytest.raises(ValueError, match="layer 'anchors' has no CRS"):
        maps.Points("anchors", points)
    with pytest.raises(ValueError, match="bring it to the region's metric CRS"):
        maps.Points("anchors", points.set_crs("EPSG:4326"))


def test_a_plan_without_towns_is_refused(make_plan, plan):
    with pytest.raises(ValueError, match="has no table 'town_results'"):
        maps.draw(make_plan(results=plan.tables["town_results"].iloc[:0]))
    empty = plan.tables["town_results"].set_geometry([shapely.Polygon()] * 12, crs=plan.region.crs)
    with pytest.raises(ValueError, match="no town has a shape"):
        maps.draw(make_plan(results=empty, layers={})).get_root().render()
