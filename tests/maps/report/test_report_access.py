"""The report in a browser: axe finds nothing, on a desk, on a phone and in the dark."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from maps.report import html, report, town_report
from planner import load_region, plan

REGION = Path(__file__).parents[2] / "cases" / "small" / "region.toml"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}
SIZES = ((1280, 800), (390, 844))


@pytest.fixture(scope="module")
def documents():
    """Reports of a region and of one of its towns."""
    whole = plan(load_region(REGION, ""))
    code = whole.tables["town_results"]["town_geoid"].iloc[0]
    return {"region": html(report(whole)), "town": html(town_report(whole, code))}


def found(page):
    violations = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"{each['id']}: {len(each['nodes'])}, first {each['nodes'][0]['html'][:200]}" for each in violations]


@pytest.mark.parametrize("name", ["region", "town"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(documents, browser, tmp_path, name, scheme):
    path = tmp_path / "report.html"
    path.write_text(documents[name], "utf-8")
    for width, height in SIZES:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, offline=True, bypass_csp=True
        )
        page = context.new_page()
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        assert found(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        context.close()


def test_axe_would_find_something(documents, browser):
    page = browser.new_page()
    page.set_content(documents["town"].replace(' lang="en"', "", 1))
    assert [each for each in found(page) if each.startswith("html-has-lang")]
    page.close()


def test_the_report_of_a_town_explains_what_it_counts(documents):
    assert ">N is " not in documents["town"]
