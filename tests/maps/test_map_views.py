"""Scenarios, changes and earlier filings on one map: every view shows its own figures, counted in a browser."""

import json
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import maps
from planner.tables import checked
from tests.maps.conftest import CRS, TOWNS, common, results
from tests.maps.test_map_fits import rows

HOSTILE = "</script><img src=x onerror=window.ran=1>\u202e${1}"
SHARES = [1.0, 0.5, 0.98, 0.97, 0.8999, None, 0.1, 0.2, 0.99, 0.5, 0.97, 0.961]


def scenario_results(**columns):
    """The towns of the small plan with other shares; the seventh has no verdict any more, the ninth has one now."""
    known = [share is not None for share in SHARES]
    verdict = ["not known" if share is None else "pass" if share >= 0.96 else "fail" for share in SHARES]
    served = pd.array([pd.NA if share is None else round(share * 10_000) for share in SHARES], dtype="Int64")
    share = np.array([np.nan if each is None else each for each in SHARES])
    return results().assign(
        share_served=share, verdict=verdict, served=served, unserved=10_000 - pd.Series(served),
        unknown=pd.array([0 if each else 10_000 for each in known], dtype="Int64"),
        shortfall=pd.array([max(0, 9_600 - each) if each is not pd.NA else pd.NA for each in served], dtype="Int64"),
        **columns,
    )  # fmt: skip


def projects(money, share=1.0):
    """Columns of chosen projects: the first towns have one each, at a public cost."""
    none = [None] * (len(TOWNS) - len(money))
    return {
        "project": [*(["municipal network, fibre"] * len(money)), *none],
        "project_share": [*([share] * len(money)), *([np.nan] * len(none))],
        "project_public_usd": [*money, *([np.nan] * len(none))],
    }


def chosen(model, codes):
    points = [shapely.Point(104_000 + 8_000 * at, 884_000) for at in range(len(codes))]
    return gpd.GeoDataFrame(
        {"town_geoid": codes, "town": "x", "model": model, "technology": "fibre", **common("modelled")},
        geometry=points, crs=CRS,
    )  # fmt: skip


@pytest.fixture
def plans(make_plan):
    codes = results()["town_geoid"].tolist()
    now = make_plan(
        results=results().assign(**projects([1e6, 2e6, 3e6])),
        tables={"chosen_projects": chosen("municipal network", codes[:3])},
    )
    then = make_plan(
        results=scenario_results(**projects([1e6, 2.5e6])),
        tables={"chosen_projects": chosen("private provider", codes[:2])},
        label="100/20",
    )
    return now, then


@pytest.fixture
def two_years(make_plan):
    """A plan with two filings: of each town 10,000 locations, of which some had an offer before."""
    now = results()
    before = [10_000, 9_500, 9_600, 9_000, 8_000, 5_000, 1_000, 0, 2_000, 0, 9_700]
    served = now["served"].fillna(0).astype(int).tolist()[: len(before)]
    change = pd.DataFrame({"town_geoid": now["town_geoid"][: len(before)], "town": now["town"][: len(before)]})
    change = change.assign(
        target="25/3", before=pd.Timestamp("2013-12-31"), premises=10_000, served_before=before, unknown_before=0,
        served=served, gained=[max(0, one - other) for one, other in zip(served, before, strict=True)],
        lost=[max(0, other - one) for one, other in zip(served, before, strict=True)],
        **common("generated", as_of=pd.Timestamp("2014-12-31")),
    )  # fmt: skip
    change["change_share"] = (change["gained"] - change["lost"]) / 10_000
    return make_plan(tables={"coverage_change": change})


def counts(opened):
    rows = opened.page.locator("[data-layer=towns] .classes li[data-count]")
    return {row.locator(".class-label").text_content(): int(row.get_attribute("data-count")) for row in rows.all()}


def choose(opened, key):
    assert opened.page.evaluate("key => Townline.views.choose(key)", key)
    assert opened.page.evaluate("Townline.views.current()") == key == opened.page.get_attribute("body", "data-view")


def fills(opened):
    """Labels of the classes that the areas are painted in, with their number."""
    return opened.page.evaluate(
        """() => {
            const rows = [...document.querySelectorAll('[data-layer=towns] .classes li[data-count]')];
            const found = {};
            for (const path of document.querySelectorAll('.leaflet-layer-towns-pane path')) {
                const fill = path.getAttribute('fill');
                if (!document.querySelector(fill.slice(4, -1))) throw new Error('no pattern ' + fill);
                const row = rows.find(each => each.querySelector('rect').getAttribute('fill') === fill);
                const label = row.querySelector('.class-label').textContent;
                found[label] = (found[label] || 0) + 1;
            }
            return found;
        }"""
    )


def told(opened, towns=12):
    """Check that legend, paint and table agree; return the verdicts of the table in order."""
    found = counts(opened)
    assert sum(found.values()) == towns
    assert {label: count for label, count in found.items() if count} == fills(opened)
    return opened.texts("#table .verdict-cell")


def test_without_a_second_view_there_is_no_choice(visit, html):
    opened = visit(html)
    assert opened.page.locator("#view").count() == 0
    assert not opened.page.locator("#chooser").is_visible()
    assert opened.page.evaluate("[Townline.views.keys, Townline.views.current(), Townline.views.choose('x')]") == [
        ["now"], "now", False,
    ]  # fmt: skip
    assert opened.page.evaluate("Townline.views.choose('now')")


def test_a_scenario_swaps_all_figures_and_back_again(visit, plans):
    now, then = plans
    opened = visit(maps.draw(now, {"faster": then}).get_root().render())
    opened.page.click("#table-box summary")
    first = opened.page.evaluate("document.querySelector('main').innerText")
    as_it_stands = told(opened)
    opened.page.evaluate("document.addEventListener('townline:view', e => { window.heard = e.detail.key; })")
    opened.select("Becket")
    opened.page.select_option("#view", label="Scenario: faster")
    assert opened.page.evaluate("window.heard") == "scenario:faster"
    assert opened.text("h1") == "Scenario faster: which towns have 100/20 Mbps for at least 96 % of premises?"
    assert opened.text("#answer") == "6 of 12 towns pass, 5 fall short, 1 not known"
    assert opened.page.get_attribute("#answer", "role") == "status"
    said = told(opened)
    words = {"pass": "✓ passes", "fail": "✗ falls short", "not known": "? not known"}
    assert said == [words[each] for each in then.tables["town_results"]["verdict"]]
    assert opened.text("#town .pill") == "✗Falls short"
    assert opened.text("#town [data-column=share_served]") == "50.0 %"
    assert "100/20" in opened.text("#town")
    shares = opened.texts("#table tbody tr td:nth-child(3)")
    assert shares[:6] == ["100.0 %", "50.0 %", "98.0 %", "97.0 %", "89.9 %", "\N{EN DASH}"]
    box = opened.page.locator("#map").bounding_box()
    opened.page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2 + 60)
    assert "50.0 % served" in opened.text(".tip")
    choose(opened, "now")
    assert opened.text("#town [data-column=share_served]") == "96.0 %"
    assert told(opened) == as_it_stands
    assert opened.text("#answer") == "4 of 12 towns pass, 7 fall short, 1 not known"
    assert opened.page.evaluate("document.querySelector('#layers').innerText") in first
    opened.assert_clean()


def test_changes_are_counted_by_town_and_shown_before_and_after(visit, plans):
    now, then = plans
    opened = visit(maps.draw(now, {"faster": then}).get_root().render())
    opened.page.click("#table-box summary")
    opened.select("Becket")
    choose(opened, "change-verdict:faster")
    # Becket falls out, Colrain and Dalton come in, Heath becomes known, Florida is known no more
    names = opened.texts("#table tbody th button")
    said = dict(zip(names, told(opened), strict=True))
    assert counts(opened) == {
        "Falls short → passes ▲": 2, "Not known → passes △": 1, "Unchanged =": 7, "Not known → falls short ▽": 0,
        "Passes → falls short ▼": 1, "Not known ?": 1,
    }  # fmt: skip
    assert said["Becket"] == "▼ Passes → falls short"
    assert said["Colrain"] == said["Dalton"] == "▲ Falls short → passes"
    assert (said["Heath"], said["Florida"]) == ("△ Not known → passes", "? Not known")
    assert opened.text("#answer") == (
        "4 of 12 towns change: 2 falls short → passes, 1 not known → passes, 1 passes → falls short; 1 not known"
    )
    assert opened.text("#town .pill") == "▼Passes → falls short"
    assert opened.page.locator("#town .change").count() == 0
    assert opened.text("#town [data-column=share_served]") == "96.0 % → 50.0 %"
    assert opened.text("#town [data-column=needed]") == "9,600"
    assert "25/3 Mbps for at least 96 % of premises → 100/20" in opened.text("#view-said")
    assert opened.texts("#table thead th span:first-child")[:2] == ["Town", "Change"]
    assert opened.text("#table caption") == "Scenario faster: change of verdict against the plan as it stands"
    choose(opened, "change-share:faster")
    told(opened)
    # with the projects: Colrain had one and passes by it, and keeps 98 %; Dalton goes from 90 % to 97 %
    found = counts(opened)
    assert found == {
        "Up by 10 points or more ▲": 1, "Up by less than 10 points △": 1, "Unchanged =": 6,
        "Down by less than 10 points ▽": 1, "Down by 10 points or more ▼": 0, "Not known ?": 3,
    }  # fmt: skip
    choose(opened, "change-cost:faster")
    told(opened)
    assert opened.text("#answer").endswith("public cost $6.00M → $3.50M")
    assert counts(opened)["More by less than $1M △"] == counts(opened)["Less by $1M or more ▼"] == 1
    opened.assert_clean()


def test_each_scenario_has_its_own_layers_and_shares_the_rest(visit, plans):
    now, then = plans
    html = maps.draw(now, {"faster": then}).get_root().render()
    block = re.search(r'id="data-page">(.*?)</script>', html)
    assert block
    keys = json.loads(block.group(1))["keys"]
    assert [key for key in keys if key.startswith("chosen")] == ["chosen_projects", "chosen_projects-s1"]
    assert len(keys) == 1 + len({key.split("-s")[0] for key in keys})
    opened = visit(html)
    mine, other = "[data-layer=chosen_projects]", "[data-layer=chosen_projects-s1]"
    assert opened.page.locator(mine).is_visible()
    assert not opened.page.locator(other).is_visible()
    choose(opened, "scenario:faster")
    assert not opened.page.locator(mine).is_visible()
    assert opened.text(f"{other} .layer-title") == "Chosen project of each town (faster)"
    panes = ".leaflet-layer-chosen_projects-pane canvas", ".leaflet-layer-chosen_projects-s1-pane canvas"
    assert opened.page.locator(panes[0]).count() == 0 < opened.page.locator(panes[1]).count()
    choose(opened, "change-verdict:faster")
    assert not opened.page.locator(mine).is_visible()
    assert not opened.page.locator(other).is_visible()


def test_shapes_stand_once_and_the_same_plans_give_the_same_bytes(plans):
    now, then = plans
    alone = maps.draw(now).get_root().render()
    pages = [maps.draw(now, {"a": then, "b": then}).get_root().render() for _ in range(2)]
    assert pages[0] == pages[1]
    shuffled = then.tables["town_results"].sample(frac=1, random_state=3)
    then.tables["town_results"] = shuffled
    assert maps.draw(now, {"a": then, "b": then}).get_root().render() == pages[0]
    assert len(pages[0]) - len(alone) < 30_000
    assert maps.draw(now, {}).get_root().render() == alone


def test_towns_that_a_scenario_lacks_are_not_known(visit, plans):
    now, then = plans
    then.tables["town_results"] = then.tables["town_results"].iloc[:3]
    opened = visit(maps.draw(now, {"small": then}).get_root().render())
    choose(opened, "scenario:small")
    assert opened.text("#answer") == "2 of 12 towns pass, 1 fall short, 9 not known"
    assert opened.text("#view-said") == "9 towns are not part of this scenario and not known here."
    choose(opened, "change-cost:small")
    assert counts(opened)["Not known ?"] == 9
    opened.assert_clean()


def test_hostile_names_of_scenarios_show_literally(visit, plans):
    now, then = plans
    opened = visit(maps.draw(now, {HOSTILE: then, "__proto__": then}).get_root().render())
    key = f"scenario:{HOSTILE}"
    assert opened.page.evaluate("Townline.views.keys")[1] == key
    for each in (key, f"change-cost:{HOSTILE}", "scenario:__proto__", "change-share:__proto__"):
        choose(opened, each)
    choose(opened, key)
    assert opened.text("h1 bdi") == HOSTILE
    assert f"Scenario: {HOSTILE}" in opened.texts("#view option")
    assert f"Chosen project of each town ({HOSTILE})" in opened.texts(".layer-title")
    opened.assert_clean()


@pytest.mark.parametrize(
    ("names", "message"), [(("",), "a scenario is named ''"), (("a\x01", "a\x02"), "two scenarios read 'a")]
)
def test_names_that_cannot_be_told_apart_are_refused(plans, names, message):
    now, then = plans
    with pytest.raises(ValueError, match=message):
        maps.draw(now, dict.fromkeys(names, then))


def test_a_scenario_without_towns_is_named(plans, make_plan):
    empty = make_plan(results=results().iloc[:0])
    with pytest.raises(ValueError, match="the plan of scenario 'none' has no table 'town_results'"):
        maps.draw(plans[0], {"none": empty})


def test_years_are_judged_over_the_locations_of_today(visit, two_years):
    opened = visit(maps.draw(two_years).get_root().render())
    assert opened.page.evaluate("Townline.views.keys") == [
        "now", "filings:2013-12-31", "since-verdict:2013-12-31", "since-share:2013-12-31",
    ]  # fmt: skip
    assert opened.texts("#view option")[:2] == [
        "As it stands: filings of December 31, 2014", "Filings of December 31, 2013",
    ]  # fmt: skip
    opened.page.click("#table-box summary")
    opened.select("Becket")
    choose(opened, "filings:2013-12-31")
    assert opened.text("h1").startswith("By the filings of December 31, 2013: which towns have 25/3 Mbps")
    # by hand: 10,000, 9,600 and 9,700 of 10,000 pass; the twelfth town is not in the filings
    assert opened.text("#answer") == "3 of 12 towns pass, 8 fall short, 1 not known"
    assert told(opened)[11] == "? not known"
    assert opened.text("#town [data-column=served]") == "9,500 of 10,000"
    assert opened.text("#town [data-column=coverage_as_of]") == "December 31, 2013"
    assert opened.page.locator("#town [data-column=cost_central_usd]").count() == 0
    assert "Counted over today's locations" in opened.text("#view-said")
    choose(opened, "since-verdict:2013-12-31")
    said = told(opened)
    assert (said[0], said[1], said[2]) == ("= Unchanged", "▲ Falls short → passes", "▼ Passes → falls short")
    assert opened.text("#town [data-column=gained]") == "100"
    assert opened.texts("#table thead th")[2:4] == ["Gained", "Lost"]
    change = two_years.tables["coverage_change"]
    assert opened.text("#answer").endswith(
        f"{change['gained'].sum():,} locations gained and {change['lost'].sum():,} lost"
    )
    opened.assert_clean()


def test_scenarios_and_years_stand_side_by_side(visit, two_years, plans):
    opened = visit(maps.draw(two_years, {"faster": plans[1]}).get_root().render())
    keys = opened.page.evaluate("Townline.views.keys")
    assert len(keys) == len(set(keys)) == 1 + 1 + 1 + 2 + 2
    opened.page.click("#table-box summary")
    for key in keys:
        choose(opened, key)
        told(opened)
    opened.assert_clean()


def test_a_programme_and_a_view_are_never_painted_together(visit, plans):
    now, then = plans
    now.tables["eligibility"] = checked("eligibility", pd.DataFrame(rows()))
    opened = visit(maps.draw(now, {"faster": then}).get_root().render())
    choose(opened, "scenario:faster")
    assert "What places can apply for is that of the plan as it stands." in opened.text("#view-said")
    opened.page.select_option("#programme", index=1)
    assert opened.page.get_attribute("body", "data-view") == "now"
    assert opened.page.locator("#view").input_value() == "0"
    assert not opened.page.locator("#head-answer").is_visible()
    opened.page.select_option("#view", label="What changes in faster: verdict")
    assert opened.page.locator("#programme").input_value() == "-1"
    assert opened.page.locator("#head-answer").is_visible()
    opened.page.click("#table-box summary")
    told(opened)
    assert opened.text("h1") == "Scenario faster: change of verdict against the plan as it stands"
    opened.assert_clean()


def test_the_choice_is_reached_and_changed_by_keyboard(visit, plans):
    now, then = plans
    opened = visit(maps.draw(now, {"faster": then}).get_root().render(), width=390, height=844)
    assert opened.page.get_by_label("Show", exact=True).get_attribute("id") == "view"
    opened.page.focus("#view")
    opened.page.keyboard.press("ArrowDown")
    opened.page.wait_for_function("Townline.views.current() === 'scenario:faster'")
    assert opened.page.evaluate("document.activeElement.id") == "view"
    assert opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    opened.assert_clean()
