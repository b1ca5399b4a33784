"""All that a map can do, together on one page: views, programmes, locations, filter, table, link, paper, picture, themes."""

from urllib.parse import parse_qs, quote, urlsplit

import pandas as pd
import pytest
from PIL import Image

import maps
from planner.tables import checked
from tests.maps.conftest import TOWNS, results
from tests.maps.test_map_access import FOCUS, OPTIONS, contrasts, found, open_all
from tests.maps.test_map_dots import premises
from tests.maps.test_map_fits import rows
from tests.maps.test_map_hostile import PAYLOADS
from tests.maps.test_map_hostile_all import ALL, POLICY
from tests.maps.test_map_reading import follow
from tests.maps.test_map_views import choose, chosen, counts, projects, scenario_results, told

EVERY = [
    "now", "scenario:faster", "scenario:other", "filings:2013-12-31", "change-verdict:faster", "change-share:faster",
    "change-cost:faster", "change-verdict:other", "change-share:other", "change-cost:other",
    "since-verdict:2013-12-31", "since-share:2013-12-31",
]  # fmt: skip


def with_locations(plan, shift=0):
    """Give a plan locations; `shift` says which of them have an offer."""
    table, label = premises(plan.layers["towns"]), plan.region.target.label
    status = table["status"].tolist()
    table["status"] = [*status[shift:], *status[:shift]]
    plan.layers["premises"] = table.drop(columns="status")
    plan.tables["coverage"] = pd.DataFrame(
        {"target": label, "town_geoid": table["town_geoid"].unique(), "basis": "premises list", "note": None}
    )
    plan.tables["failing_locations"] = table.loc[table["status"] != "served", ["location_id", "status"]]
    return plan


def filings():
    """Table `coverage_change` of all towns but the last."""
    now = results()
    before = [10_000, 9_500, 9_600, 9_000, 8_000, 5_000, 1_000, 0, 2_000, 0, 9_700]
    served = now["served"].fillna(0).astype(int).tolist()[: len(before)]
    return pd.DataFrame({
        "town_geoid": now["town_geoid"][: len(before)], "target": "25/3", "before": pd.Timestamp("2013-12-31"),
        "premises": 10_000, "served_before": before, "unknown_before": 0, "served": served, "change_share": 0.0,
        "gained": [max(0, one - other) for one, other in zip(served, before, strict=True)],
        "lost": [max(0, other - one) for one, other in zip(served, before, strict=True)],
        "origin": "generated", "source": "Filings", "as_of": pd.Timestamp("2014-12-31"),
    })  # fmt: skip


@pytest.fixture
def parts(make_plan):
    """The plan as it stands, a scenario with another target, and one with other projects only."""
    codes = results()["town_geoid"].tolist()
    now = make_plan(
        results=results().assign(**projects([1e6, 2e6, 3e6])),
        tables={
            "chosen_projects": chosen("municipal network", codes[:3]),
            "eligibility": checked("eligibility", pd.DataFrame(rows())),
            "coverage_change": filings(),
        },
    )
    faster = make_plan(
        results=scenario_results(**projects([1e6, 2.5e6])),
        tables={"chosen_projects": chosen("private provider", codes[:2])},
        label="100/20",
    )
    other = make_plan(
        results=results().assign(**projects([2e6])), tables={"chosen_projects": chosen("municipal network", codes[:3])}
    )
    return with_locations(now), with_locations(faster, 5), with_locations(other)


@pytest.fixture
def whole(parts):
    now, faster, other = parts
    return maps.draw(now, {"faster": faster, "other": other}).get_root().render()


def shown(opened):
    """Keys of the layers in the legend, and of those that are drawn."""
    return opened.page.evaluate(
        """() => [
            [...document.querySelectorAll('.layer')].filter(each => !each.hidden).map(each => each.dataset.layer).sort(),
            [...document.querySelectorAll('.leaflet-pane')].filter(each => each.childElementCount)
                .map(each => /layer-(.*)-pane/.exec(each.className)).filter(each => each).map(each => each[1]).sort(),
        ]"""
    )


def seen(opened):
    """What a reader sees, to be compared with what the shared link brings back."""
    return opened.page.evaluate(
        """() => ({
            words: ['#question', '#answer', '#view-said', '#filter-said', '#town', '#table-said', '#table', '#layers']
                .map(each => document.querySelector(each).innerText),
            ticks: [...document.querySelectorAll('#layers input:checked')].map(each => each.id),
            theme: document.documentElement.dataset.theme,
            selects: [...document.querySelectorAll('select')].map(each => each.value),
        })"""
    )


def address(opened):
    opened.page.wait_for_timeout(600)
    return urlsplit(opened.page.url).fragment


def test_every_view_counts_all_towns_and_holds_its_own_layers(visit, whole):
    opened = visit(whole)
    opened.page.click("#table-box summary")
    assert opened.page.evaluate("Townline.views.keys") == EVERY
    mine, today = "chosen_projects", {"chosen_projects", "locations"}
    for key in EVERY:
        choose(opened, key)
        told(opened)
        legend, drawn = map(set, shown(opened))
        own = {
            "scenario:faster": {f"{mine}-s1"}, "filings:2013-12-31": set(),
            **{each: set() for each in EVERY if each.endswith(":faster") and each.startswith("change")},
        }.get(key, today)  # fmt: skip
        assert {each for each in legend if each.startswith((mine, "locations"))} == own, key
        assert drawn - {"towns"} <= legend
        assert opened.page.evaluate("document.querySelectorAll('#filter-0 option').length") > 1
    opened.assert_clean()


def test_ticks_stay_as_the_reader_set_them_through_all_views(visit, whole):
    opened = visit(whole)
    opened.page.uncheck("#show-chosen_projects")
    opened.page.check("#show-locations")
    opened.page.wait_for_function("() => Boolean(Townline.dots.locations && Townline.dots.locations.cells)")
    ticks = seen(opened)["ticks"]
    sums = [
        sum(each.values())
        for each in opened.page.evaluate("[Townline.dots.locations.count(L.latLngBounds([[-80,-180],[80,180]]))]")
    ]
    for key in (*EVERY, "now"):
        choose(opened, key)
        assert seen(opened)["ticks"] == ticks
        assert "chosen_projects" not in shown(opened)[1]
        isdots = opened.page.evaluate("Boolean(Townline.dots.locations)")
        assert isdots == ("locations" in shown(opened)[0])
        assert isdots == opened.page.evaluate("document.getElementById('map').classList.contains('dots-on')")
    again = opened.page.evaluate("Townline.dots.locations.count(L.latLngBounds([[-80,-180],[80,180]]))")
    assert [sum(again.values())] == sums
    opened.assert_clean()


def test_what_the_earlier_day_cannot_have_is_no_change(visit, whole):
    opened = visit(whole)
    opened.select("Becket")
    choose(opened, "since-verdict:2013-12-31")
    said = {
        name: opened.text(f"#town [data-column={name}]") for name in ("cost_central_usd", "project", "share_served")
    }
    assert said == {
        "cost_central_usd": "$1.33M",
        "project": "municipal network, fibre",
        "share_served": "95.0 % → 96.0 %",
    }
    assert "\N{EN DASH} →" not in opened.text("#town")
    choose(opened, "change-cost:other")
    assert opened.text("#town [data-column=project]") == "municipal network, fibre → \N{EN DASH}"


def test_the_table_sorts_by_the_value_after_and_by_name_where_a_column_is_gone(visit, whole):
    opened = visit(whole)
    opened.page.click("#table-box summary")
    choose(opened, "change-cost:faster")
    opened.page.click("[data-sort=project_public_usd]")
    opened.page.click("[data-sort=project_public_usd]")
    cells = opened.texts("#table tbody td:nth-child(3)")
    after = [opened.page.evaluate("words => Townline.numberOf(words)", each) for each in cells]
    known = [each for each in after if each is not None]
    assert known == sorted(known, reverse=True)
    assert after[len(known) :] == [None] * (len(TOWNS) - len(known))
    assert opened.page.evaluate("document.activeElement.dataset.sort") == "project_public_usd"
    choose(opened, "scenario:faster")
    assert opened.page.get_attribute("th:has([data-sort=name])", "aria-sort") == "ascending"
    assert opened.text("#table-said") == "All 12 towns, sorted by town, ascending."
    assert opened.texts("#table tbody button") == [each[0] for each in TOWNS]
    assert opened.page.evaluate("document.activeElement.dataset.sort") == "name"
    assert "sort" not in parse_qs(address(opened))
    choose(opened, "change-cost:faster")
    assert opened.texts("#table tbody td:nth-child(3)") == cells


def test_the_filter_follows_the_view_and_drops_what_is_gone(visit, whole):
    opened = visit(whole)
    opened.page.click("#table-box summary")
    choose(opened, "change-verdict:faster")
    opened.page.select_option("#filter-1", "project:municipal network, fibre")
    opened.page.select_option("#filter-0", label="Passes → falls short (1)")
    assert opened.texts("#table tbody button") == ["Becket"]
    choose(opened, "change-share:faster")
    assert opened.page.input_value("#filter-0") == ""
    assert opened.page.input_value("#filter-1") == "project:municipal network, fibre"
    assert opened.text("#filter-said") == "2 of 12 towns"
    assert opened.texts("#table tbody button") == ["Alford", "Becket"]
    choose(opened, "filings:2013-12-31")
    assert opened.page.input_value("#filter-1") == ""
    assert opened.text("#filter-said") == "All 12 towns"
    labels = [opened.text(f"label[for={each}]") for each in ("view", "filter-0")]
    assert len(set(labels)) == 2


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_a_shared_link_brings_back_a_view_with_all_that_was_chosen(visit, whole, width, height):
    opened = visit(whole, width, height)
    choose(opened, "change-cost:faster")
    opened.page.evaluate("document.getElementById('table-box').open = true")
    opened.page.wait_for_selector("#table tbody tr")
    opened.page.evaluate("document.querySelectorAll('.fold').forEach(each => { each.open = true; })")
    opened.page.select_option("#filter-0", label="Unchanged (10)")
    opened.page.click("[data-sort=project_public_usd]")
    opened.page.uncheck("#show-anchors")
    opened.select("Dalton")
    opened.page.click("#theme")
    opened.page.click("#theme")
    before, words = seen(opened), address(opened)
    follow(opened, words)
    opened.page.evaluate("document.getElementById('table-box').open = true")
    opened.page.wait_for_selector("#table tbody tr")
    opened.page.evaluate("document.querySelectorAll('.fold').forEach(each => { each.open = true; })")
    assert seen(opened) == before
    assert before["theme"] == "dark"
    assert opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert opened.console == opened.errors == opened.page.evaluate("window.violations") == []


def test_back_brings_back_the_address_that_was_left(visit, whole):
    opened = visit(whole)
    start = opened.page.evaluate("document.querySelector('main').innerText")
    scale = opened.text(".leaflet-control-scale-line")
    opened.page.evaluate("window.location.hash = 'view=scenario:faster&only=fail&place=Becket&by=one&at=42.5,-72.5,10'")
    opened.page.wait_for_function("Townline.views.current() === 'scenario:faster'")
    assert opened.text("#filter-said") == "5 of 12 towns"
    assert opened.text("#town h2") == "Becket"
    opened.page.evaluate("window.location.hash = 'view=no such view'")
    opened.page.wait_for_function("Townline.views.current() === 'now'")
    assert opened.page.locator("#town h2").count() == 0
    assert opened.page.locator("#fits").is_hidden()
    opened.page.go_back()
    opened.page.wait_for_function("Townline.views.current() === 'scenario:faster'")
    opened.page.go_back()
    opened.page.wait_for_function("Townline.views.current() === 'now'")
    opened.page.wait_for_timeout(100)
    assert opened.page.evaluate("document.querySelector('main').innerText") == start
    assert opened.text(".leaflet-control-scale-line") == scale
    assert opened.console == opened.errors == []


def test_the_way_to_the_search_leaves_everything_as_it_is(visit, whole):
    opened = visit(whole)
    choose(opened, "scenario:faster")
    opened.page.select_option("#filter-0", "fail")
    before, words = seen(opened), address(opened)
    opened.page.focus(".skip")
    opened.page.keyboard.press("Enter")
    opened.page.wait_for_timeout(100)
    assert opened.page.evaluate("document.activeElement.id") == "find"
    assert seen(opened) == before
    assert address(opened) == words
    opened.page.reload()
    opened.page.wait_for_selector("body[data-ready]")
    assert opened.page.evaluate("Townline.views.current()") == "scenario:faster"


def test_who_sees_the_whole_region_sees_it_in_every_view(visit, whole):
    opened = visit(whole, 1280, 700)
    for key in ("change-share:faster", "since-share:2013-12-31", "now"):
        choose(opened, key)
        opened.page.wait_for_timeout(80)
        box = opened.page.locator("#map").bounding_box()
        areas = [each.bounding_box() for each in opened.page.locator(".town-area").all()]
        assert min(each["y"] for each in areas) >= box["y"] - 1
        assert max(each["y"] + each["height"] for each in areas) <= box["y"] + box["height"] + 1
        head, tools = opened.page.locator("h1").bounding_box(), opened.page.locator("#tools").bounding_box()
        assert tools["y"] < head["y"] + head["height"]
        assert "at" not in parse_qs(address(opened))


PRINTED = """() => { window.print = () => { window.printed = document.getElementById('sheet').innerText; }; }"""
DRAWN = """() => { window.drawn = []; const plain = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (words, ...rest) { window.drawn.push(words); return plain.call(this, words, ...rest); }; }"""


def picture(opened):
    with opened.page.expect_download() as download:
        opened.page.evaluate("document.querySelector('#save-picture').click()")
    return Image.open(download.value.path()).convert("RGB")


def points(image, colour):
    wanted = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return sum(count for count, each in image.getcolors(1 << 24) if each == wanted)


def test_paper_and_picture_of_a_change_have_its_classes_and_its_note(visit, whole):
    opened = visit(whole)
    opened.page.evaluate(PRINTED)
    opened.page.evaluate(DRAWN)
    choose(opened, "change-verdict:faster")
    opened.page.click("#print")
    assert opened.page.evaluate("document.activeElement.id") == "print"
    image = picture(opened)
    labels, note = list(counts(opened)), opened.text("#view-said")
    for words in (opened.page.evaluate("window.printed"), " ".join(opened.page.evaluate("window.drawn"))):
        flat = " ".join(words.split())
        assert all(each in flat for each in labels)
        assert note in flat
        assert "Chosen project" not in flat
        assert "falls short; 1 not known" in flat
        assert "96 % or more" not in flat
    assert points(image, "#6d1220") > 500
    opened.page.check("#show-anchors")


def test_the_picture_shows_towns_as_pale_as_the_page_does_under_locations(visit, whole):
    opened = visit(whole)
    blue = opened.page.evaluate("JSON.parse(document.getElementById('data-layer-towns').textContent).classes[0].colour")
    before = points(picture(opened), blue)
    opened.page.check("#show-locations")
    opened.page.wait_for_function("() => Boolean(Townline.dots.locations && Townline.dots.locations.cells)")
    opened.page.wait_for_timeout(200)
    assert points(picture(opened), blue) < before / 2


@pytest.mark.parametrize("payload", [PAYLOADS["direction"], PAYLOADS["entity"]])
def test_a_name_stays_apart_from_our_words_where_there_are_programmes(visit, parts, payload):
    now, faster, _ = parts
    opened = visit(maps.draw(now, {payload: faster}).get_root().render())
    choose(opened, opened.page.evaluate("Townline.views.keys[1]"))
    assert opened.text("h1 bdi") == opened.page.evaluate("Townline.views.keys[1].slice(9)")
    opened.page.select_option("#programme", index=1)
    opened.page.select_option("#view", index=1)
    assert opened.page.locator("h1 bdi").count() == 1
    opened.assert_clean()


def test_hostile_words_of_scenarios_and_links_are_shown_as_they_are(visit, parts):
    now, faster, other = parts
    for each in (now, faster, other):
        each.tables["town_results"] = each.tables["town_results"].assign(
            county=["Berkshire"] * 6 + [ALL[:50]] * 6, coverage_note=ALL
        )
    names = list(PAYLOADS.values())
    faster.tables["town_results"]["project"] = [names[at % 2] for at in range(len(TOWNS))]
    html = maps.draw(now, {ALL: faster, "__proto__": other}).get_root().render()
    without, removed = POLICY.subn("", html)
    assert removed == 1
    for page in (html, without):
        opened = visit(page)
        opened.page.click("#table-box summary")
        for key in (f"change-cost:{ALL}", "scenario:__proto__", "change-share:__proto__"):
            choose(opened, key)
            told(opened)
        choose(opened, f"scenario:{ALL}")
        assert opened.text("h1 bdi") == ALL
        options = opened.texts("#filter-1 option")
        assert f"{names[0]} (6)" in options
        opened.page.select_option("#filter-1", label=f"{names[0]} (6)")
        assert opened.text("#filter-said") == "6 of 12 towns"
        opened.select("Becket")
        assert opened.text("#town [data-column=coverage_note]") == ALL
        before, words = seen(opened), address(opened)
        for nonsense in (f"view={quote(ALL)}&only={quote(ALL)}&sort=__proto__&on=constructor", quote(ALL), ALL):
            opened.page.evaluate("words => { window.location.hash = words; }", nonsense)
            opened.page.wait_for_timeout(60)
        opened.page.evaluate("words => { window.location.hash = words; }", words)
        opened.page.wait_for_function("key => Townline.views.current() === key", arg=f"scenario:{ALL}")
        assert seen(opened) == before
        opened.assert_clean()


def test_axe_finds_nothing_in_a_view_of_changes(visit, whole):
    for width, height in ((1280, 800), (390, 844)):
        opened = visit(whole, width, height)
        choose(opened, "change-cost:faster")
        open_all(opened)
        assert found(opened.page, OPTIONS) == []
        for theme in ("light", "dark"):
            opened.page.emulate_media(color_scheme=theme)
            assert contrasts(opened.page) == [], theme
        opened.assert_clean()


def test_the_keyboard_reads_every_town_of_a_change(visit, whole):
    opened = visit(whole)
    choose(opened, "change-verdict:faster")
    opened.page.focus("#table-box summary")
    opened.page.keyboard.press("Enter")
    opened.page.wait_for_selector("#table tbody tr")
    read: list[str] = []
    for _ in range(40):
        opened.page.keyboard.press("Tab")
        focus = opened.page.evaluate(FOCUS)
        assert focus["shown"]
        if focus["town"] is None and read:
            break
        if focus["town"] is not None:
            opened.page.keyboard.press("Enter")
            assert opened.page.evaluate("document.activeElement.dataset.town") == focus["town"]
            read.append(opened.text("#town h2"))
            assert "→" in opened.text("#town")
    assert sorted(read) == sorted(each[0] for each in TOWNS)


def test_views_leave_nothing_behind(visit, whole):
    opened = visit(whole)
    opened.page.click("#table-box summary")
    opened.select("Becket")
    client = opened.context.new_cdp_session(opened.page)

    def round_trip(times):
        opened.page.evaluate(
            "([keys, times]) => { for (let at = 0; at < times; at++) for (const key of keys) Townline.views.choose(key); }",
            [EVERY, times],
        )
        opened.page.wait_for_timeout(300)
        client.send("HeapProfiler.collectGarbage")
        measured = {each["name"]: each["value"] for each in client.send("Performance.getMetrics")["metrics"]}
        return measured["Nodes"], measured["JSEventListeners"], measured["JSHeapUsedSize"]

    client.send("Performance.enable")
    round_trip(1)
    before = round_trip(1)
    after = round_trip(4)
    assert after[0] <= before[0] + 300  # one table of twelve towns left behind at each change would be thousands
    assert after[1] <= before[1] + 100
    assert after[2] <= before[2] * 1.1 + 500_000
    opened.assert_clean()
