"""Programmes on the map in a real browser: the chooser, the colours, the counts, and what a town can apply for."""

import re
import types

import numpy as np
import pandas as pd
import pytest

import maps
from maps.fits import Fits, _margin
from planner.eligibility.portfolio import portfolio
from planner.tables import checked, nothing

TOWNS = [f"25003{number:05d}" for number in range(12)]
VERDICTS = ("eligible", "borderline", "not known", "not eligible")
DAY = np.datetime64("2015-07-01", "s")
MARKETS = pd.DataFrame({
    "county_fips": ["25003"], "labor_market_id": ["38340"], "labor_market": "Pittsfield", "kind": "metropolitan area",
})  # fmt: skip


def row(unit, place_id, programme, verdict, **more):
    title, status = {
        "hills": ("Hill towns grant", "open"), "yards": ("Old yards fund", "expired"),
        "labs": ("Laboratories", "open"), "ports": ("Ports", "frozen"), "works": ("Works credit", "open"),
    }[programme]  # fmt: skip
    margin = {"eligible": 1.25, "borderline": 0.125, "not known": np.nan, "not eligible": -3.5}[verdict]
    number = int(place_id[-2:])
    return {
        "unit": unit, "place_id": place_id, "place": f"Place {place_id}", "state": "MA", "programme": programme,
        "programme_title": title, "verdict": verdict, "status": status,
        "reason": f"Rate of {place_id}: {number + 0.25:.2f} percent; at least 7.00 percent asked",
        "margin": margin, "margin_unit": "percentage points", "probability": 0.73 if verdict == "borderline" else np.nan,
        "missing": f"B23001 for {place_id}" if verdict == "not known" else None,
        "data_as_of": np.datetime64("2013-12-31", "s"), "citation": "42 USC 3161(a)", "day": DAY, **more,
    }  # fmt: skip


def rows():
    cycle = [VERDICTS[number % 4] for number in range(12)]
    return [
        *(row("community", town, "hills", verdict) for town, verdict in zip(TOWNS, cycle, strict=True)),
        *(row("community", town, "yards", "not eligible") for town in TOWNS[:9]),
        row("county", "25003", "hills", "not eligible"),
        row("county", "25003", "labs", "borderline"),
        row("county", "25015", "labs", "eligible"),
        row("local labor market", "CBSA38340", "works", "eligible"),
        row("state", "25", "ports", "not known"),
    ]


@pytest.fixture
def eligibility():
    return checked("eligibility", pd.DataFrame(rows()))


@pytest.fixture
def fitted(make_plan, plan, eligibility):
    """Build a plan with a table of eligibility: fitted(table)."""

    def make(table=eligibility):
        layers = {**plan.layers, "labor_markets": MARKETS}
        return make_plan(layers=layers, tables={"eligibility": table})

    return make


@pytest.fixture
def opened(visit, fitted):
    return visit(maps.draw(fitted()).get_root().render())


def choose(opened, name):
    value = opened.page.evaluate(
        "name => JSON.parse(document.getElementById('data-layer-towns').textContent)"
        ".fits.choices.findIndex(each => each.name === name)",
        name,
    )
    opened.page.select_option("#programme", value=str(value))
    assert opened.page.get_attribute("body", "data-programme") == name


def legend(opened):
    chips = opened.page.locator("#fit-legend li[data-verdict]")
    return {
        chips.nth(at).get_attribute("data-verdict"): int(chips.nth(at).get_attribute("data-count"))
        for at in range(chips.count())
    }


def fills(opened):
    paths = "[...document.querySelectorAll('.leaflet-layer-towns-pane path')].map(path => path.getAttribute('fill'))"
    return opened.page.evaluate(paths)


def test_the_map_opens_as_before_and_offers_one_programme_at_a_time(opened):
    assert opened.page.get_attribute("body", "data-programme") == ""
    assert opened.text("#answer").startswith("4 of 12 towns pass")
    assert opened.texts("#programme > option") == ["Share of premises served"]
    assert opened.texts("#programme optgroup[label='Open for applications'] option") == [
        "Hill towns grant: 3 eligible", "Laboratories: 1 eligible", "Works credit: 1 eligible",
    ]  # fmt: skip
    assert opened.texts("#programme optgroup[label='Not open on this day'] option") == [
        "Ports (frozen): 0 eligible", "Old yards fund (expired): 0 eligible",
    ]  # fmt: skip
    assert not any("fit" in fill for fill in fills(opened))
    opened.assert_clean()


def test_counts_on_the_page_are_those_of_the_table(opened, eligibility):
    shown = {
        "hills": "community",
        "yards": "community",
        "labs": "county",
        "works": "local labor market",
        "ports": "state",
    }
    for name, unit in shown.items():
        choose(opened, name)
        mine = eligibility[(eligibility["programme"] == name) & (eligibility["unit"] == unit)]
        counts = mine["verdict"].value_counts()
        assert legend(opened) == {verdict: counts.get(verdict, 0) for verdict in VERDICTS}
        assert int(opened.page.get_attribute("#fit-legend .total", "data-total")) == len(mine)
    opened.assert_clean()


def test_towns_are_painted_by_verdict_and_by_pattern(opened):
    before = fills(opened)
    choose(opened, "hills")
    found = fills(opened)
    assert {fill: found.count(fill) for fill in set(found)} == {f"url(#fit-{code})": 3 for code in range(4)}
    assert found[-3:] == ["url(#fit-0)"] * 3  # eligible towns lie on top
    patterns = opened.page.evaluate(
        "[0, 1, 2, 3].map(code => document.getElementById('fit-' + code).getAttribute('data-pattern'))"
    )
    assert len(set(patterns)) == 4
    opened.page.select_option("#programme", value="-1")
    assert fills(opened) == before


def test_the_title_says_status_and_day_and_the_question_follows(opened):
    question = opened.text("h1")
    choose(opened, "yards")
    assert opened.text("#programme-name") == "Old yards fund (expired)"
    assert opened.text("h1") == "Which towns can apply: Old yards fund?"
    assert opened.text("#programme-said") == ("Rules of July 1, 2015. Pale without pattern: no verdict (3 towns).")
    assert opened.page.locator("#answer").is_hidden()
    opened.page.select_option("#programme", value="-1")
    assert opened.text("h1") == question
    assert opened.page.locator("#answer").is_visible()


def test_a_county_rule_paints_all_towns_and_says_whose_verdict_it_is(opened):
    choose(opened, "labs")
    assert set(fills(opened)) == {"url(#fit-1)"}
    assert opened.text("#programme-said") == (
        "Rules of July 1, 2015. The verdict is of the county, painted on all its towns. 1 with a verdict not on the map."
    )
    opened.select("Goshen")
    assert opened.text("#town .lead").startswith("± Borderline Laboratories (open)Verdict of its county, Place 25003")


def test_the_chooser_works_by_keyboard_alone(opened):
    for _ in range(20):
        opened.page.keyboard.press("Tab")
        if opened.page.evaluate("document.activeElement.id") == "programme":
            break
    opened.page.keyboard.press("ArrowDown")
    assert opened.page.get_attribute("body", "data-programme") == "hills"
    assert "url(#fit-0)" in fills(opened)
    opened.page.keyboard.type("Ports")
    assert opened.page.get_attribute("body", "data-programme") == "ports"
    assert opened.page.evaluate("document.getElementById('programme').labels[0].textContent") == "Colour the map by"


def page_rows(opened):
    return opened.page.evaluate(
        """() => [...document.querySelectorAll('#fits details')].flatMap(group =>
            [...group.querySelectorAll('tbody tr')].map(row => [
                row.dataset.unit, row.dataset.programme, group.dataset.verdict,
                row.querySelector('[data-said=reason]').textContent]))"""
    )


def test_the_panel_lists_what_the_portfolio_of_the_town_lists(opened, eligibility):
    for name, code in (("Alford", TOWNS[0]), ("Becket", TOWNS[1]), ("Pétersham", TOWNS[11])):
        opened.select(name)
        found = portfolio(eligibility, nothing("eligibility_tests"), code, labor_markets=MARKETS)
        assert page_rows(opened) == found[["unit", "programme", "verdict", "reason"]].to_numpy().tolist()
    opened.assert_clean()


def test_a_verdict_explains_itself(opened):
    opened.select("Becket")
    row_ = opened.page.locator("#fits tr[data-programme=hills][data-unit=community]")
    assert row_.locator("p").all_text_contents() == [
        "Rate of 2500300001: 1.25 percent; at least 7.00 percent asked",
        "Met by 0.12 percentage points; met with a probability of 73 %",
        "Data as of December 31, 2013",
        "42 USC 3161(a)",
    ]
    ports = opened.page.locator("#fits tr[data-programme=ports]")
    assert "Missing: B23001 for 25" in ports.locator("p").all_text_contents()
    assert "Verdict of its state, Place 25" in ports.locator("th").text_content()
    assert opened.texts("#fits summary") == [
        "✓ Eligible (1)", "± Borderline (2)", "? Not known (1)", "✗ Not eligible (2)",
    ]  # fmt: skip


def test_pointing_and_the_table_speak_of_the_chosen_programme(opened):
    choose(opened, "hills")
    opened.page.click("#table-box summary")
    opened.page.wait_for_selector("#table tbody tr")
    assert opened.text("#table caption") == "Hill towns grant (open)"
    cells = opened.texts("#table .verdict-cell")
    assert [cells.count(words) for words in ("✓ eligible", "± borderline", "? not known", "✗ not eligible")] == [3] * 4
    choose(opened, "yards")
    assert opened.text("#table caption") == "Old yards fund (expired)"
    assert opened.texts("#table .verdict-cell").count("\N{EN DASH} no verdict") == 3
    box = opened.page.locator("#map").bounding_box()
    opened.page.mouse.move(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2 + 20)
    assert opened.text(".tip") == "Goshen✗ Not eligibleOld yards fund (expired)"


def test_hiding_and_showing_the_towns_keeps_the_colours(opened):
    choose(opened, "hills")
    before = fills(opened)
    opened.page.uncheck("#show-towns")
    opened.page.check("#show-towns")
    assert fills(opened) == before
    assert opened.page.locator("[data-layer=towns] .classes").is_hidden()


def test_on_a_phone_chooser_and_legend_stand_above_the_map(visit, fitted):
    opened = visit(maps.draw(fitted()).get_root().render(), 390, 844)
    choose(opened, "hills")
    chooser, stage = opened.page.locator(".controls").bounding_box(), opened.page.locator(".stage").bounding_box()
    assert chooser["y"] + chooser["height"] <= stage["y"]
    opened.select("Goshen")
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 390
    assert opened.page.evaluate("document.querySelector('#fits').scrollWidth <= 390")


def test_the_page_stays_light_and_readable_where_the_reader_chose_light(visit, fitted):
    opened = visit(maps.draw(fitted()).get_root().render())
    opened.page.click("#theme")
    opened.page.emulate_media(color_scheme="dark")
    ink, ground = opened.page.evaluate(
        "(({ color, backgroundColor }) => [color, backgroundColor])(getComputedStyle(document.getElementById('programme')))"
    )
    assert (ink, ground) == ("rgb(27, 31, 36)", "rgb(255, 255, 255)")


HOSTILE = (
    "</script><script>window.ran=1</script>", "${window.ran=1}", '"><img src=x onerror=window.ran=1>',
    "a\u2028window.ran=1\u2029b", "1 2|3 4", "{{7*7}}", "&lt;b&gt;",
)  # fmt: skip


def test_hostile_texts_are_shown_as_they_are_written(visit, fitted, eligibility):
    columns = ("place", "programme_title", "reason", "missing", "citation", "margin_unit")
    changed = eligibility.copy()
    for at, column in enumerate(columns):
        changed[column] = [HOSTILE[(at + number) % len(HOSTILE)] for number in range(len(changed))]
    changed["programme_title"] = changed["programme"].map(
        dict(zip(("hills", "yards", "labs", "works", "ports"), HOSTILE, strict=False))
    )
    html = maps.draw(fitted(changed)).get_root().render()
    for page in (html, re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)):
        opened = visit(page)
        choose(opened, "hills")
        assert opened.text("#programme-name") == f"{HOSTILE[0]} (open)"
        opened.select("Alford")
        found = portfolio(changed, nothing("eligibility_tests"), TOWNS[0], labor_markets=MARKETS)
        assert page_rows(opened) == found[["unit", "programme", "verdict", "reason"]].to_numpy().tolist()
        assert opened.texts("#fits .fit-title") == found["programme_title"].tolist()
        said = opened.texts("#fits [data-said=citation]")
        assert said == found["citation"].tolist()
        opened.page.click("#table-box summary")
        opened.assert_clean()


def test_the_same_verdicts_in_any_order_give_the_same_bytes(fitted, eligibility):
    pages = {
        maps.draw(fitted(table)).get_root().render()
        for table in (eligibility, eligibility[::-1].reset_index(drop=True))
    }
    assert len(pages) == 1


def test_without_verdicts_there_is_no_chooser(visit, fitted):
    opened = visit(maps.draw(fitted(nothing("eligibility"))).get_root().render())
    assert opened.page.locator("#chooser").is_hidden()
    assert opened.page.locator("#fits").is_hidden()
    opened.select("Goshen")
    opened.assert_clean()


def test_shapes_stand_once_however_many_programmes_there_are(fitted, eligibility):
    hills = eligibility[eligibility["programme"] == "hills"]
    many = [hills.assign(programme=f"p{number}", programme_title=f"P {number}") for number in range(35)]
    one, all_ = (len(maps.draw(fitted(table)).get_root().render()) for table in (hills, pd.concat(many)))
    assert (all_ - one) / 34 < 1200  # bytes a programme with twelve towns and a county


@pytest.mark.parametrize(
    ("margin", "unit", "probability", "said"),
    [
        (1.5, "usd", np.nan, "Met by $2"),
        (-1250.0, "usd", np.nan, "Missed by $1,250"),
        (-0.004, "percent", np.nan, "Missed by less than the last digit of 0.00 percent"),
        (0.0, "percent", np.nan, "Exactly at the threshold"),
        (2.0, "percent", 0.999, "Met by 2.00 percent; met with a probability of over 99 %"),
        (-2.0, "percent", 0.001, "Missed by 2.00 percent; met with a probability of under 1 %"),
        (np.nan, None, np.nan, ""),
    ],
)
def test_margins_in_words(margin, unit, probability, said):
    assert _margin(margin, unit, probability) == said


def test_a_map_begins_with_the_open_programme_that_most_places_can_use(eligibility):
    fits = Fits(eligibility, TOWNS, "community", MARKETS)
    assert [name for name, _ in fits.programmes] == ["hills", "labs", "works", "ports", "yards"]
    assert fits.start() == 0
    silent = eligibility.assign(verdict=eligibility["verdict"].mask(eligibility["programme"] == "hills", "not known"))
    assert (
        Fits(silent, TOWNS, "community", MARKETS).start() == 1
    )  # an open programme of which nothing is known is not first
    assert Fits(eligibility, ["99"], "community").programmes == []


def test_counties_in_place_of_towns_carry_the_verdicts_of_counties(visit, make_plan, plan, eligibility):
    results = plan.tables["town_results"].assign(verdict="not known", share_served=np.nan)
    coverage = pd.DataFrame([{
        "geography": "county", "area_geoid": "25003", "area": "Berkshire", "target": "25/3", "verdict": "fail",
        "share_served": 0.5, "basis": "published", "origin": "published", "as_of": DAY, "note": None,
    }])  # fmt: skip
    region = types.SimpleNamespace(**{**vars(plan.region), "target": plan.region.targets[0]})
    made = make_plan(results=results, tables={"eligibility": eligibility, "area_coverage": coverage})
    made.region = region
    opened = visit(maps.draw(made).get_root().render())
    choose(opened, "hills")
    assert fills(opened) == ["url(#fit-3)"]
    opened.select("Berkshire")
    assert {unit for unit, *_ in page_rows(opened)} == {"county", "state"}
    opened.assert_clean()
