"""Pages that everybody can use: the checks of axe in a browser without network, and the keyboard alone."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

import maps
from maps.siting import draw_siting
from planner.siting.stage import siting
from tests.planner.siting._world import region, verdicts, world

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}, "color-contrast": {"enabled": False}},  # see `contrasts`
    "resultTypes": ["violations"],
}
PAGES = ("plan", "published", "eligibility", "clusters", "siting")
SITING = '[siting]\nmodel = "hub with satellites"\nhubs = 1\nsatellites = 1\nsatellite_reach_m = 90_000\n'
MOST_TABS = 200


@pytest.fixture(scope="session")
def pages(hills, tmp_path_factory):
    """Every kind of page."""
    whole, folder = hills
    asked, places = region(tmp_path_factory.mktemp("siting"), SITING), world(2)
    tables, _ = siting(places, asked, {"eligibility": verdicts({"25003": "eligible"})})
    made: dict[str, Any] = {
        "plan": maps.draw(whole),
        "eligibility": maps.draw_eligibility(whole.region, whole.layers, whole.tables),
        "siting": draw_siting(asked, places.layers, tables),
    }
    written = {
        name: (folder / file).read_text("utf-8")
        for name, file in {"published": "map.html", "clusters": "clusters.html"}.items()
    }
    return {name: page.get_root().render() for name, page in made.items()} | written


def faults(page):
    """Return what axe finds wrong, with the first place of each."""
    return found(page, OPTIONS) + contrasts(page)


def contrasts(page):
    """Return where text has too little contrast; the map, whose shapes axe takes to lie over the head, stands aside."""
    page.evaluate("document.querySelector('.leaflet-map-pane').style.display = 'none'")
    said = found(page, {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]})
    page.evaluate("document.querySelector('.leaflet-map-pane').style.display = ''")
    return said


def found(page, options):
    violations = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']}: {len(each['nodes'])}, first {each['nodes'][0]['html'][:200]}" for each in violations]


def open_all(opened):
    """Select a place, open the table and everything else that unfolds."""
    page = opened.page
    if page.locator("#find").is_visible():
        page.fill("#find", "a")
        page.press("#find", "Enter")
        page.click("#table-box summary")
        page.wait_for_selector("#table tbody tr")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    opened.wait(50)


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(visit, pages, name):
    opened = visit(pages[name])
    open_all(opened)
    assert faults(opened.page) == []
    opened.page.emulate_media(color_scheme="dark")
    assert contrasts(opened.page) == []
    opened.assert_clean()
    opened = visit(pages[name], 390, 844)
    assert found(opened.page, OPTIONS) == []
    open_all(opened)
    assert faults(opened.page) == []
    opened.assert_clean()


def test_axe_would_find_something(visit, html):
    opened = visit(html)
    opened.page.evaluate("document.querySelector('label[for=find]').remove()")
    opened.page.evaluate("document.querySelector('#find').removeAttribute('placeholder')")
    opened.page.evaluate("document.querySelector('h1').style.color = '#cccccc'")
    said = " ".join(faults(opened.page))
    assert "label" in said
    assert "color-contrast" in said


FOCUS = """() => {
  const node = document.activeElement, style = getComputedStyle(node), box = node.getBoundingClientRect();
  const shown = node === document.body || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
  return { id: node.id, town: node.dataset.town, tag: node.tagName, summary: node.parentNode.id,
    shown: shown && node.matches(":focus-visible, body"), inside: box.bottom > 0 && box.top < innerHeight };
}"""


def tab(opened):
    opened.page.keyboard.press("Tab")
    return opened.page.evaluate(FOCUS)


def test_tab_and_enter_alone_read_every_town_and_leave_again(visit, html, plan):
    opened, results = visit(html), plan.tables["town_results"]
    focus = tab(opened)
    while not (focus["tag"] == "SUMMARY" and focus["summary"] == "table-box"):
        assert focus["tag"] != "BODY"
        focus = tab(opened)
        assert focus["shown"], focus
    opened.page.keyboard.press("Enter")
    opened.page.wait_for_selector("#table tbody tr")
    read: list[str] = []
    for _ in range(MOST_TABS):
        focus = tab(opened)
        if focus["town"] is None and read:
            break
        assert focus["shown"], focus
        assert focus["inside"], focus
        if focus["town"] is not None:
            opened.page.keyboard.press("Enter")
            read.append(opened.text("#town h2"))
            assert opened.text("#town .pill span:last-child") != ""
            assert opened.page.evaluate("document.activeElement.dataset.town") == focus["town"]
    assert sorted(read) == sorted(results["town"])
    for _ in range(MOST_TABS):
        if tab(opened)["tag"] == "BODY":
            break
    else:
        pytest.fail("the keyboard cannot leave the page")
    opened.assert_clean()


def test_the_panel_says_aloud_what_was_selected(visit, html):
    opened = visit(html)
    opened.select("Dalton")
    tree = opened.page.locator("#town").aria_snapshot()
    assert 'region "Selected town"' in tree
    assert 'heading "Dalton"' in tree
    assert opened.page.get_attribute("#town", "aria-live") == "polite"
    landmarks = opened.page.locator("body").aria_snapshot()
    for landmark in ("banner", "main", 'region "Map"', 'region "Search, legend and figures"'):
        assert landmark in landmarks
