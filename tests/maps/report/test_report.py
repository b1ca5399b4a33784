"""The report: what it says, that its HTML and PDF can be read by everybody, and that no text becomes anything else."""

import io
import os
import re
import types
import typing
import xml.etree.ElementTree as ET
from html import unescape
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import PlanError
from maps.report import html, pdf, report, town_code, town_report
from maps.report._svg import embedded, told
from maps.report.model import Column, Document, Items, Section, Table, Text, section, table
from planner import Plan
from planner.last_mile.summary import figures
from planner.plan import plan as make
from planner.region import load_region

GOLDEN = Path(__file__).parents[2] / "golden" / "report"
CASES = Path(__file__).parents[2] / "cases"
HOSTILE = {
    "end of script": "</script><script>window.ran=1</script>",
    "attribute": '"><img src=x onerror=window.ran=1>',
    "end of style": "</style></title><svg onload=window.ran=1>",
    "jinja": "{{7*7}}{% raw %}{{ cycler.__init__ }}",
    "typst": '#panic("ran") #eval("1+1") = heading $x^2$ <label> @ref *b* _i_ `raw` // comment',
    "end of text": '"] #panic[ran] [" \\u{41} \\ ---',
    "entity": "&lt;b&gt;&amp;",
}


@pytest.fixture(scope="module")
def small_plan():
    return make(load_region(CASES / "small" / "region.toml", ""))


def every(value):
    """Yield the structure elements of a PDF."""
    if isinstance(value, pikepdf.Array):
        for each in value:
            yield from every(each)
    elif isinstance(value, pikepdf.Dictionary):
        if "/S" in value:
            yield value
        if "/K" in value:
            yield from every(value["/K"])


def titles(document):
    return [each.title for each in document.sections]


def summary_of(document: Document) -> str:
    lead = document.sections[0].blocks[0]
    assert isinstance(lead, Text)
    return lead.text


def words_of(document):
    """Return all text of a report as a reader gets it from HTML."""
    return re.sub(r"<[^>]+>", " ", html(document).split("</style>")[1])


def test_the_html_of_the_small_plan_is_the_golden_one(small_plan):
    found = html(report(small_plan))
    found = found[: found.index("<caption>Versions")] + found[found.rindex("</section>") :]
    if os.environ.get("UPDATE_GOLDEN"):
        (GOLDEN / "small.html").write_text(found, "utf-8")
    assert found == (GOLDEN / "small.html").read_text("utf-8")


def test_the_same_plan_gives_the_same_bytes(small_plan):
    one, other = report(small_plan), report(small_plan)
    assert html(one) == html(other)
    assert pdf(one) == pdf(other)


def test_figures_are_those_of_the_plan(small_plan):
    results = small_plan.tables["town_results"]
    said = summary_of(report(small_plan))
    counts = results["verdict"].value_counts()
    assert (
        f"{counts['pass']} of 6 towns have 25/3 Mbps for at least 96 % of premises; {counts['fail']} fall short" in said
    )


def test_a_share_is_never_rounded_up(plan):
    assert "95.9 %" in words_of(report(plan))
    assert "96.0 %" in words_of(report(plan))  # the town at the target itself


def test_the_summary_is_under_150_words(small_plan, plan):
    for each in (small_plan, plan):
        assert len(summary_of(report(each)).split()) < 150


def test_stages_that_a_plan_lacks_have_no_heading(plan, small_plan):
    assert titles(report(plan)) == ["Summary", "Coverage", "Last mile", "Method", "Sources", "Caveats", "Every town"]
    assert titles(report(small_plan))[-1] == "Manifest"
    found = re.findall(r"<h(\d)[^>]*>.*?</h\d>\s*(</section>|<h\1)", html(report(plan)), re.DOTALL)
    assert found == []
    assert section("Nothing", ()) is None
    assert table("Nothing", (Column("A"),), [("",)]) == []


def test_a_town_has_its_numerator_denominator_and_verdict(plan):
    said = words_of(town_report(plan, "2500300003"))
    assert "9,000 of 10,000 premises of Dalton (90.0 %) have 25/3 Mbps; the target is 96 %, or 9,600." in said
    assert "The town falls short by 600 premises." in said
    unknown = words_of(town_report(plan, "2500300008"))
    assert "It is not known how many premises of Heath have 25/3 Mbps" in unknown


def test_towns_are_found_by_code_and_name_and_others_refused(plan, make_plan):
    assert town_code(plan, "dalton") == town_code(plan, "2500300003") == "2500300003"
    with pytest.raises(PlanError, match="did you mean 'Becket'"):
        town_code(plan, "Beckett")
    twice = plan.tables["town_results"].assign(town="Dover")
    with pytest.raises(PlanError, match="is the name of 12 towns; give a code: 2500300000"):
        town_code(make_plan(results=twice), "Dover")
    with pytest.raises(PlanError, match="has no table 'town_results'"):
        report(typing.cast("Plan", types.SimpleNamespace(tables={})))


def test_the_html_asks_for_nothing_and_has_no_script(small_plan):
    page = unescape(html(report(small_plan)))
    assert "default-src 'none'; style-src 'sha256-" in page
    assert "<script" not in page
    assert not re.search(r'\bstyle="|\son\w+="|<link|<iframe|<img', page)
    assert not re.search(r'(?:src|href)="(?!#)', page)


def test_headings_are_in_order_tables_have_heads_and_pictures_words(small_plan):
    page = html(report(small_plan))
    levels = [int(level) for level in re.findall(r"<h(\d)", page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.count("<table>") == page.count("<caption>") == page.count("<thead>")
    assert 'th scope="col"' in page
    assert 'th scope="row"' in page
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        tree = ET.fromstring(svg)  # noqa: S314 - our own
        ids = {each.get("id"): each.text for each in tree.iter() if each.get("id")}
        assert tree.get("role") == "img"
        assert all(ids[name] for name in str(tree.get("aria-labelledby")).split())
    found = re.findall(r'\bid="([^"]+)"', page)
    assert len(found) == len(set(found))


def test_a_page_without_network_runs_clean(small_plan, browser, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(html(report(small_plan)), "utf-8")
    page = browser.new_page()
    told_: list[str] = []
    page.on("console", lambda message: told_.append(message.text))
    page.goto(path.as_uri())
    assert told_ == []
    assert page.evaluate("getComputedStyle(document.querySelector('caption')).textAlign") == "left"
    page.close()


def test_the_pdf_is_tagged_and_says_that_it_is_ua(small_plan):
    file = pikepdf.open(io.BytesIO(pdf(report(small_plan))))
    root = file.Root
    assert root.MarkInfo.Marked
    assert str(root.Lang) == "en-US"
    assert root.ViewerPreferences.DisplayDocTitle
    metadata = root.Metadata.read_bytes().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "Six invented towns: broadband plan" in metadata
    assert "CreateDate" not in metadata
    assert "/CreationDate" not in file.docinfo
    tags = list(every(root.StructTreeRoot))
    kinds = [str(tag.S) for tag in tags]
    assert {
        "/H1",
        "/H2",
        "/P",
        "/Table",
        "/THead",
        "/TBody",
        "/TR",
        "/TH",
        "/TD",
        "/L",
        "/LI",
        "/Figure",
        "/Caption",
    } <= set(kinds)
    assert all(str(tag.Alt) for tag in tags if tag.S == "/Figure")
    for each in (tag for tag in tags if tag.S == "/Table"):
        assert any(tag.S == "/TH" for tag in every(each.K))
    assert all("/StructParents" in page for page in file.pages)


def test_fonts_of_the_pdf_are_embedded_with_their_letters(small_plan):
    file = pikepdf.open(io.BytesIO(pdf(report(small_plan))))
    fonts = {each.objgen: each for page in file.pages for each in page.Resources.get("/Font", {}).values()}
    assert fonts
    for font in fonts.values():
        assert "/ToUnicode" in font
        inner = font.DescendantFonts[0].FontDescriptor
        assert "/FontFile2" in inner or "/FontFile3" in inner


def slots(payload):
    """Return a report with a payload in every slot for text."""
    rows = Table(payload, (Column(payload), Column(payload, figures=True)), ((payload, payload),), payload)
    blocks = (
        Text(payload),
        Text(payload, "lead"),
        Text(payload, "caution"),
        Text(payload, "note"),
        Items((payload,)),
        rows,
    )
    return Document(payload, payload, blocks, (Section(payload, blocks, (Section(payload, blocks),)),))


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_stands_as_it_is_written(payload, browser):
    page = browser.new_page()
    page.set_content(html(slots(payload)))
    plain = " ".join(payload.split())
    assert page.title() == plain
    assert page.text_content("h1") == plain
    assert {
        text.strip() for text in page.locator("main h2, main h3, caption, th, td, li, .note").all_text_contents()
    } == {plain}
    assert page.evaluate("window.ran === undefined && document.querySelectorAll('script, img, svg').length === 0")
    page.close()
    file = pikepdf.open(io.BytesIO(pdf(slots(payload))))
    assert str(file.docinfo.Title) == plain
    outline = file.open_outline()
    assert outline.root[0].title == plain
    assert not any(tag.S == "/Formula" for tag in every(file.Root.StructTreeRoot))


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE)
def test_a_plan_full_of_hostile_text_is_reported(payload, make_plan):
    plan = make_plan(name=payload)
    results = plan.tables["town_results"]
    results = results.assign(**dict.fromkeys(("town", "county", "cost_note", "missing", "coverage_note"), payload))
    layers = {name: rows.assign(source=payload, origin=payload) for name, rows in plan.layers.items()}
    made = make_plan(name=payload, results=results, layers=layers)
    for document in (report(made), town_report(made, "2500300003")):
        page = html(document)
        assert "<script" not in page
        assert not re.search(r"<[a-z]+[^>]*\son\w+=", page)
        assert pdf(document).startswith(b"%PDF")


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_any_text_makes_a_pdf(text):
    assert pdf(slots(text)).startswith(b"%PDF")


def test_signs_that_no_font_has_stand_as_code_points_and_turning_marks_are_taken_out():
    file = pikepdf.open(io.BytesIO(pdf(Document("漢 and \u202egpj", "", (), ()))))
    assert str(file.docinfo.Title) == "[U+6F22] and \N{REPLACEMENT CHARACTER}gpj"
    assert len(pdf(Document("Long", "", (Text("word " * 100_000),), ()))) < 200_000


def test_a_chart_inside_a_page_keeps_its_looks_without_styles():
    chart = (
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"><title>T</title>'
        b'<desc>D</desc><defs><style>*{fill:red}</style><path id="p" style="fill: #123456; stroke: none"/></defs>'
        b'<use xlink:href="#p" clip-path="url(#p)"/></svg>'
    )
    assert told(chart) == ("T", "D")
    found = embedded(chart, "figure-1", "A <b>", "B & C")
    assert 'fill="#123456"' in found
    assert 'href="#figure-1-p"' in found
    assert 'clip-path="url(#figure-1-p)"' in found
    assert "style" not in found
    assert "A &lt;b&gt;" in found


def test_the_summary_says_what_projects_cost(small_plan, make_plan):
    projects = pd.DataFrame({
        "town_geoid": ["2500300003"], "town": ["Dalton"], "option_id": ["a"], "model": ["pilot"], "technology": ["fibre"],
        "premises": [10], "share_after": [1.0], "meets_target": [True], "capital_low_usd": [1e6], "capital_central_usd": [2e6],
        "capital_high_usd": [3e6], "public_usd": [1.5e6], "provider_usd": [5e5], "reason": ["least cost"],
    })  # fmt: skip
    plan = make_plan(tables={"chosen_projects": projects})
    assert figures(plan.tables)["capital_central_usd"] == 2_000_000
    said = summary_of(report(plan, {}))
    assert "The chosen projects for 1 town cost $2.00M ($1.00M to $3.00M) and need $1.50M of public money." in said
