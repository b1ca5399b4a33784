"""Filter, sorted table, shared link and measuring, in a real browser with the network off."""

import re
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pyproj
import pytest

import maps

RADIUS = 6_371_008.8
HOSTILE = "</script><img src=x onerror=window.ran=1>"


@pytest.fixture
def projects(plan):
    """Results with a chosen project for towns that fall short."""
    results = plan.tables["town_results"]
    chosen = ["municipal network, fibre" if at % 2 else "private provider, cable" for at in range(len(results))]
    return results.assign(
        project=[name if short == "fail" else None for name, short in zip(chosen, results["verdict"], strict=True)]
    )


@pytest.fixture
def page(visit, make_plan, projects, screened):
    """The small plan with projects and one programme, opened."""
    return visit(maps.draw(make_plan(results=projects, tables={"eligibility": screened})).get_root().render())


def opacities(opened):
    """Fill opacities of the areas, in drawing order."""
    paths = "[...document.querySelectorAll('.leaflet-layer-towns-pane path')]"
    return sorted(opened.page.evaluate(f"{paths}.map(path => Number(path.getAttribute('fill-opacity')))"))


def open_table(opened):
    opened.page.click("#table-box summary")
    opened.page.wait_for_selector("#table tbody tr")


def listed(opened):
    return opened.texts("#table tbody button")


def column(opened, number):
    return opened.texts(f"#table tbody td:nth-child({number})")


def fragment(opened):
    return {key: found[0] for key, found in parse_qs(fragment_of(opened)).items()}


def follow(opened, words):
    """Open the page anew with a fragment."""
    opened.page.goto("about:blank")
    opened.page.goto(opened.path.as_uri() + "#" + words)
    opened.page.wait_for_selector("body[data-ready]")


def test_filter_fades_what_does_not_match_and_the_table_lists_the_rest(page):
    open_table(page)
    assert page.text("#filter-said") == "All 12 towns"
    assert page.page.locator("#filter-said").get_attribute("role") == "status"
    assert page.page.locator("#filter-clear").is_hidden()
    page.page.select_option("#filter-0", "fail")
    assert page.text("#filter-said") == "7 of 12 towns"
    assert len(listed(page)) == 7
    assert page.text("#table-said") == "7 of 12 towns, sorted by town, ascending."
    assert [value < 0.3 for value in opacities(page)] == [True] * 5 + [False] * 7
    assert set(page.texts(".name-town")) <= set(listed(page))
    page.page.select_option("#filter-1", "project:municipal network, fibre")
    wanted = ["Dalton", "Florida", "Hawley", "Monroe"]
    assert listed(page) == wanted
    assert page.text("#filter-said") == "4 of 12 towns"
    page.select("Alford")
    assert page.text("#town h2") == "Alford"
    page.page.click("#filter-clear")
    assert len(listed(page)) == 12
    assert opacities(page) == [1.0] * 12
    page.assert_clean()


def test_options_count_and_cover_each_verdict_of_the_chosen_programme(page):
    def options():
        return page.texts("#filter-0 option")

    assert options() == ["All towns", "Falls short (7)", "Not known (1)", "Passes (4)"]
    page.page.select_option("#programme", "0")
    assert options()[4:] == [
        "Eligible (3)",
        "Eligible or borderline (6)",
        "Borderline (3)",
        "Not known (3)",
        "Not eligible (3)",
    ]
    open_table(page)
    page.page.select_option("#filter-0", "reading 0 1")
    assert set(column(page, 2)) == {"✓ eligible", "± borderline"}
    assert len(listed(page)) == 6
    page.page.select_option("#programme", "-1")
    assert page.text("#filter-said") == "All 12 towns"
    assert page.page.input_value("#filter-0") == ""


def test_columns_sort_numbers_as_numbers_with_the_missing_last(page):
    open_table(page)
    assert page.page.get_attribute("th:has([data-sort=name])", "aria-sort") == "ascending"
    page.page.click("[data-sort=cost_central_usd]")
    costs = column(page, 5)
    assert costs[:3] == ["$1.23M", "$1.33M", "$1.43M"]
    assert costs[-1] == "not costed"
    page.page.click("[data-sort=cost_central_usd]")
    assert page.page.get_attribute("th:has([data-sort=cost_central_usd])", "aria-sort") == "descending"
    assert page.page.get_attribute("th:has([data-sort=name])", "aria-sort") == "none"
    assert column(page, 5)[0] == "$2.23M"
    assert column(page, 5)[-1] == "not costed"
    assert page.page.evaluate("document.activeElement.dataset.sort") == "cost_central_usd"
    page.page.click("[data-sort=shortfall]")
    short = [int(words.replace(",", "")) for words in column(page, 4) if words[0].isdigit()]
    assert short == sorted(short)
    assert short[0] == 0
    page.page.click("[data-sort=verdict]")
    assert [words[0] for words in column(page, 2)] == ["✗"] * 7 + ["?"] + ["✓"] * 4


FIGURES = {
    "$1.43M": 1_430_000,
    "9,596 of 10,000": 9596,
    "95.9 %": 95.9,
    "-$500": -500,
    "not costed": None,
    "": None,
}


def test_displayed_figures_are_read_as_numbers(page):
    found = page.page.evaluate("all => all.map(words => Townline.numberOf(words))", list(FIGURES))
    assert dict(zip(FIGURES, found, strict=True)) == FIGURES


def test_the_selected_row_is_marked_and_in_view_without_moving_the_panel(page):
    open_table(page)
    page.page.evaluate("document.querySelector('#table').style.maxHeight = '120px'")
    page.page.evaluate("document.querySelector('#panel').scrollTop = 0")
    page.select("Peru")
    marked = page.page.locator("#table tr[aria-current=true]")
    assert marked.count() == 1
    assert marked.locator("button").text_content() == "Peru"
    outer, inner = page.page.locator("#table").bounding_box(), marked.bounding_box()
    assert outer["y"] <= inner["y"]
    assert inner["y"] + inner["height"] <= outer["y"] + outer["height"] + 1
    assert page.page.evaluate("document.querySelector('#panel').scrollTop") == 0


def test_a_shared_link_brings_back_what_was_seen(page):
    page.page.select_option("#programme", "0")
    page.page.select_option("#filter-0", "reading 0")
    page.page.uncheck("#show-anchors")
    page.select("Pétersham")
    page.page.click("#theme")
    page.page.click("#theme")
    open_table(page)
    page.page.click("[data-sort=shortfall]")
    page.page.click("[data-sort=shortfall]")
    told = fragment(page)
    assert {key: told[key] for key in told if key != "at"} == {
        "by": "hills", "only": "reading 0", "off": "anchors", "place": "Pétersham", "theme": "dark", "sort": "-shortfall",
    }  # fmt: skip
    view = page.text(".leaflet-control-scale-line")
    follow(page, urlsplit(page.page.url).fragment)
    open_table(page)
    assert page.page.input_value("#programme") == "0"
    assert page.text("#filter-said") == "3 of 12 towns"
    assert not page.page.is_checked("#show-anchors")
    assert page.text("#town h2") == "Pétersham"
    assert page.page.get_attribute("html", "data-theme") == "dark"
    assert page.page.get_attribute("th:has([data-sort=shortfall])", "aria-sort") == "descending"
    assert page.text(".leaflet-control-scale-line") == view
    again = fragment(page)
    assert [float(number) for number in again.pop("at").split(",")] == pytest.approx(
        [float(number) for number in told.pop("at").split(",")], abs=0.001
    )
    assert again == told


NONSENSE = (
    f"place={HOSTILE}&by={HOSTILE}&only={HOSTILE}&and=project:{HOSTILE}&sort={HOSTILE}&theme={HOSTILE}&on={HOSTILE}",
    "at=1e999,NaN,__proto__&on=__proto__,constructor&off=toString&sort=__proto__&only=__proto__&by=constructor",
    "at=42,-72&place=%00%FF%&theme=javascript:alert(1)",
    "at=0,0,10&place=" + "x" * 10_000,
    "&&&===%%%",
)


def test_nonsense_in_the_address_is_ignored(page):
    view = page.text(".leaflet-control-scale-line")
    for words in NONSENSE:
        follow(page, words)
        assert page.text("#filter-said") == "All 12 towns"
        assert page.page.locator("#town h2").count() == 0
        assert page.page.input_value("#programme") == "-1"
        assert page.text(".leaflet-control-scale-line") == view
        assert page.page.locator("fieldset#layers input:not(:checked)").count() == 0
        assert page.page.locator("img").count() == 0
        assert page.console == page.errors == []
        assert page.page.evaluate("window.ran === undefined && window.violations.length === 0")


def test_a_new_fragment_in_an_open_page_is_followed(page):
    page.page.evaluate("window.location.hash = 'place=Goshen&only=fail'")
    page.page.wait_for_function("() => document.body.dataset.selected === 'Goshen'")
    assert page.text("#filter-said") == "7 of 12 towns"


def test_copy_link_says_so_or_shows_the_link(page):
    page.select("Goshen")
    page.page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async words => { window.copied = words; } }, configurable: true })"
    )
    page.page.click("#copy-link")
    page.page.wait_for_function("() => document.querySelector('#tools-said').textContent === 'Link copied.'")
    assert "place=Goshen" in page.page.evaluate("window.copied")
    page.page.evaluate("navigator.clipboard.writeText = async () => { throw new Error('refused'); }; null")
    page.page.click("#copy-link")
    page.page.wait_for_selector("#link-text")
    assert page.page.evaluate("getSelection().toString() || document.activeElement.value").endswith(fragment_of(page))
    page.page.click("#link-close")
    assert page.page.locator("#link-text").count() == 0
    assert page.page.evaluate("document.activeElement.id") == "copy-link"


def fragment_of(opened):
    opened.wait(350)  # the address follows a moment later
    return urlsplit(opened.page.evaluate("window.location.href")).fragment


def test_the_state_is_written_where_history_refuses(page):
    page.page.evaluate("history.replaceState = () => { throw new DOMException('no', 'SecurityError'); }; null")
    page.page.select_option("#filter-0", "pass")
    assert fragment(page) == {"only": "pass"}
    assert page.text("#filter-said") == "4 of 12 towns"


def test_lengths_and_areas_on_the_sphere_agree_with_geographiclib(page):
    places = [(42.1, -73.2), (42.5, -71.4), (43.6, -72.0), (42.9, -73.9)]
    sphere = pyproj.Geod(a=RADIUS, b=RADIUS)
    lats, lons = [place[0] for place in places], [place[1] for place in places]
    points = [{"lat": lat, "lng": lon} for lat, lon in places]
    assert page.page.evaluate("points => Townline.sphere.length(points)", points) == pytest.approx(
        sphere.line_length(lons, lats), rel=1e-9
    )
    area, _ = sphere.polygon_area_perimeter(lons, lats)
    assert page.page.evaluate("points => Townline.sphere.area(points)", points) == pytest.approx(abs(area), rel=1e-9)


def test_clicks_measure_and_select_nothing(page):
    page.page.click("#measure")
    box = page.page.locator("#map").bounding_box()
    for x, y in ((300, 250), (500, 250), (500, 400)):
        page.page.mouse.click(box["x"] + x, box["y"] + y)
    said = page.text("#measure-said")
    assert re.fullmatch(r"3 points, [\d.,]+ miles \([\d.,]+ km\)\.", said)
    miles, km = (float(number) for number in re.findall(r"([\d.]+) (?:miles|km)", said))
    assert km / miles == pytest.approx(1.609344, rel=0.01)
    page.page.click(".measure button:has-text('Close area')")
    assert re.fullmatch(
        r"Area [\d.,]+ square miles \([\d.,]+ acres\), [\d.,]+ miles \([\d.,]+ km\) around\.",
        page.text("#measure-said"),
    )
    assert page.page.locator("#town h2").count() == 0
    page.page.click(".measure button:has-text('Done')")
    assert page.page.locator(".measure").is_hidden()
    page.page.mouse.click(box["x"] + 500, box["y"] + 250)
    page.page.wait_for_selector("#town h2")
    page.assert_clean()


def test_keys_alone_measure(page):
    page.page.focus("#measure")
    page.page.keyboard.press("Enter")
    assert page.page.evaluate("document.activeElement.id") == "map"
    assert page.page.locator(".cross").is_visible()
    for key in ("Enter", "ArrowRight", "Enter", "ArrowDown", "Enter"):
        page.page.keyboard.press(key)
        page.wait(60)
    assert page.text("#measure-said").startswith("3 points, ")
    page.page.keyboard.press("Backspace")
    assert page.text("#measure-said").startswith("2 points, ")
    page.page.keyboard.press("Escape")
    assert page.page.locator(".measure").is_hidden()
    assert page.page.evaluate("document.activeElement.id") == "measure"


def test_the_panel_tells_rule_and_site_of_a_town(visit, make_plan, plan):
    codes = plan.tables["town_results"]["town_geoid"]
    federal = pd.DataFrame({"town_geoid": codes, "rule": "Reliable service (2021)", "citation": HOSTILE})
    served = pd.DataFrame({
        "demand_id": [codes[0], codes[0], codes[1], codes[2]], "site_id": ["b", "a", "a", None],
        "site": ["Mill College", "Hill College", "Hill College", None], "share": [0.25, 0.75, 1.0, 1.0],
        "distance_m": [1609.344, 16093.44, 804.672, None],
    })  # fmt: skip
    tables = {"federal_service": federal, "site_service": served}
    opened = visit(maps.draw(make_plan(tables=tables, layers={})).get_root().render())
    opened.select("Alford")
    assert opened.text("[data-column=federal_rule]") == f"Reliable service (2021): {HOSTILE}"
    assert (
        opened.text("[data-column=nearest_site]")
        == "Hill College, 10.0 miles, 75 % of demand; Mill College, 1.0 miles, 25 % of demand"
    )
    assert opened.texts("#town h3")[:2] == ["Coverage", "Chosen sites"]
    opened.select("Becket")
    assert opened.text("[data-column=nearest_site]") == "Hill College, 0.5 miles"
    opened.select("Colrain")
    assert opened.text("[data-column=nearest_site]") == "none can be reached"
    opened.assert_clean()
