"""Every hostile text in every place for words at once, from the region file to the tooltip, on one page of each kind."""

import dataclasses
import json
import re
import types
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import maps
from maps.siting import draw_siting
from maps.styles import LayerStyle
from planner.clusters.stage import measure
from planner.plan import plan as plan_of
from planner.region import load_region
from planner.siting.stage import siting
from planner.tables import checked
from tests.maps.test_map_clusters import COUNTIES as CLUSTER_COUNTIES
from tests.maps.test_map_clusters import MARKETS, NATION, jobs
from tests.maps.test_map_eligibility import boxes, rows
from tests.maps.test_map_hostile import PAYLOADS
from tests.planner.siting._world import region as siting_region
from tests.planner.siting._world import world

ALL = " \N{BROKEN BAR} ".join(PAYLOADS.values())
SITING = '[siting]\nmodel = "p-median"\nsites = 2\n'
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


@pytest.fixture
def planned(small):
    """The plan of a region file whose name, scenario, sources and towns are hostile."""
    path = small / "region.toml"
    text = path.read_text("utf-8").replace('"Six invented towns"', json.dumps(ALL))
    text = re.sub(
        r"\[layers\.(?:towns|premises|roads)\]\n", lambda head: f"{head[0]}source = {json.dumps(ALL)}\n", text
    )
    path.write_text(text.replace("[scenario.faster]", f"[scenario.{json.dumps(ALL)}]"), "utf-8")
    towns = json.loads((small / "towns.geojson").read_text("utf-8"))
    for town in towns["features"]:
        town["properties"] |= {"NAME": ALL, "COUNTY": ALL}
    (small / "towns.geojson").write_text(json.dumps(towns), "utf-8")
    return plan_of(load_region(path, ALL))


def spoilt(table):
    """Return a table with the hostile text in every column of words that is not held to a list or a pattern."""
    keep = {"geometry", "unit", "verdict", "status", "programme", "kind", "role", "statistic", "town_geoid"}
    free = [
        name for name in table.columns
        if name not in keep and not name.endswith(("_id", "_class", "_kind")) and isinstance(table[name].dtype, pd.StringDtype)
    ]  # fmt: skip
    return table.assign(**dict.fromkeys(free, ALL))


def own_layers(crs, middle):
    """Yield a layer for each payload: its title, meaning, terms, source, classes, columns and cells."""
    for number, payload in enumerate(PAYLOADS.values()):
        table = gpd.GeoDataFrame(
            {payload: [payload], "origin": "published", "source": payload, "as_of": "2020-01-01"},
            geometry=[shapely.Point(middle.x + 50 * number, middle.y)],
            crs=crs,
        )
        style = LayerStyle.model_validate({
            "noun": payload, "title": payload, "brief": payload, "class_column": payload, "tip": (payload,),
            "label_column": payload,
            "classes": [{"label": payload, "takes": (payload,), "colour": "#111111", "symbol": "circle", "size": 4},
                        {"label": "rest", "colour": "#111111", "symbol": "circle", "size": 4}],
        })  # fmt: skip
        said = types.SimpleNamespace(title=payload, meaning=payload, licence=payload)
        yield maps.Points(f"own_{number}", table, said, style)


def both(visit, html):
    """Open a page with its policy and without, and ask at the end that nothing ran."""
    without, removed = POLICY.subn("", html)
    assert removed == 1
    for page in (html, without):
        opened = visit(page)
        yield opened
        opened.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        opened.wait(50)
        assert opened.page.evaluate("document.querySelectorAll('img, iframe, object, embed, textarea').length") == 0
        assert opened.page.evaluate("Object.prototype.length === undefined && ({}).ran === undefined")
        opened.assert_clean()


def test_the_page_of_a_plan_shows_all_of_them_as_they_are(visit, planned):
    codes = planned.tables["town_results"]["town_geoid"].tolist()
    verdicts = checked("eligibility", spoilt(rows("community", codes, "one", ALL)))
    planned = dataclasses.replace(planned, tables={**planned.tables, "eligibility": verdicts})
    made = maps.draw(planned, publish=maps.Publish(3))
    middle = planned.tables["town_results"].geometry.union_all().centroid
    for layer in own_layers(planned.region.crs, middle):
        layer.add_to(made)
    for opened in both(visit, made.get_root().render()):
        assert opened.text(".eyebrow bdi") == ALL
        assert ALL in opened.text("title")
        titles = opened.texts(".layer-title")
        assert set(PAYLOADS.values()) <= set(titles)
        assert set(PAYLOADS.values()) <= set(opened.texts(".layer-points .class-label"))
        said = opened.texts("#sources dd")
        assert f"Source: {ALL}" in said
        assert all(f"Source: {payload}" in said and f"Usual terms: {payload}" in said for payload in PAYLOADS.values())
        opened.page.evaluate(
            "document.querySelectorAll('.layer input').forEach(each => { each.click(); each.click(); })"
        )
        assert ALL in " ".join(opened.texts("#programme option"))
        opened.page.select_option("#programme", index=1)
        opened.page.fill("#find", ALL[:9])
        opened.page.press("#find", "Enter")
        assert opened.text("#town h2") == ALL
        assert opened.text("#town [data-column=county]") == ALL
        assert ALL in opened.texts("#fits .fit-title")
        assert ALL in " ".join(opened.texts("#fits td"))
        place = opened.page.evaluate(
            "() => { const box = document.getElementById('map').getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }"
        )
        opened.page.mouse.move(*place)
        opened.page.mouse.move(place[0] + 1, place[1])
        assert ALL in opened.text(".tip")
        opened.page.click("#table-box summary")
        opened.page.wait_for_selector("#table tbody tr")
        assert set(opened.texts("#table tbody button")) == {ALL}
        assert opened.text("[data-layer=location_hexagons] .layer-title") == "Locations in hexagons"


@pytest.mark.parametrize("payload", [*PAYLOADS.values(), "", "a b", "A"])
def test_a_key_that_is_no_plain_name_is_refused(plan, payload):
    style = LayerStyle.model_validate({"noun": "n"})
    with pytest.raises(ValueError, match="not a plain name"):
        maps.Points(payload, plan.layers["anchors"], style=style)


def test_tooltips_of_layers_show_each_of_them_as_it_is(visit, plan):
    made = maps.draw(plan)
    for layer in own_layers(plan.region.crs, plan.tables["town_results"].geometry.union_all().centroid):
        layer.add_to(made)
    for opened in both(visit, made.get_root().render()):
        shown = opened.page.evaluate(
            """keys => keys.map(key => {
              const at = document.getElementById("data-layer-" + key);
              return JSON.parse(at.textContent).tips[0][0];
            })""",
            [f"own_{number}" for number in range(len(PAYLOADS))],
        )
        assert shown == list(PAYLOADS.values())
        for number, payload in enumerate(PAYLOADS.values()):
            opened.page.evaluate(
                "() => document.querySelectorAll('.layer-points input:checked').forEach(each => each.click())"
            )
            opened.page.evaluate("key => document.getElementById('show-' + key).click()", f"own_{number}")
            found = opened.page.evaluate(TIP, payload)
            assert found == payload


TIP = """key => {
  const box = document.getElementById("map").getBoundingClientRect(), tip = document.querySelector(".tip");
  for (let y = box.height / 2 - 30; y < box.height / 2 + 30; y += 3)
    for (let x = box.width / 2 - 30; x < box.width / 2 + 90; x += 3) {
      document.elementFromPoint(box.x + x, box.y + y).dispatchEvent(
        new MouseEvent("mousemove", { bubbles: true, clientX: box.x + x, clientY: box.y + y }));
      if (!tip.hidden && tip.firstChild.textContent === key) return tip.textContent;
    }
  return "";
}"""


def test_maps_of_eligibility_clusters_and_sites_show_them_as_they_are(visit, tmp_path):
    nation: Any = types.SimpleNamespace(**{**vars(NATION), "name": ALL})
    counties = boxes("county_fips", "county", CLUSTER_COUNTIES).assign(county=ALL, source=ALL)
    found = checked("eligibility", spoilt(rows("county", CLUSTER_COUNTIES, "one", ALL)))
    eligible = maps.draw_eligibility(nation, {"counties": counties}, {"eligibility": found})
    work = jobs(years=(2016,)).assign(area=ALL)
    work["cluster_name"] = ALL
    strong = maps.draw_clusters(
        nation, {"counties": counties, "labor_markets": MARKETS.assign(labor_market=ALL)}, measure(work, None)
    )
    asked, places = siting_region(tmp_path, SITING), world(2)
    places.layers["institutes"] = places.layers["institutes"].assign(name=ALL, source=ALL)
    places.layers["towns"] = places.layers["towns"].assign(town=ALL)
    sited = siting(places, asked, {})[0]
    sited["chosen_sites"] = sited["chosen_sites"].assign(why=ALL)
    sites = draw_siting(asked.model_copy(update={"name": ALL}), places.layers, sited)
    assert eligible is not None
    assert strong is not None
    for made, spots in ((eligible, "#fits .fit-title"), (strong, "#fits .fit-title"), (sites, "#reasons h2 button")):
        for opened in both(visit, made.get_root().render()):
            assert opened.text(".eyebrow bdi") == ALL
            if opened.page.locator("#find").is_visible():
                opened.page.fill("#find", ALL[:9])
                opened.page.press("#find", "Enter")
            assert ALL in opened.texts(spots)
