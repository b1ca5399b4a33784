"""The page in a real browser, with the network off."""

import re

import pytest

import maps


def legend_counts(visit):
    rows = visit.page.locator("[data-layer=towns] li[data-count]")
    return [int(rows.nth(i).get_attribute("data-count")) for i in range(rows.count())]


def rings(visit, layer):
    return visit.page.locator(f".leaflet-layer-{layer}-pane path[d]:not([d='M0 0'])").count()


def test_no_request_but_the_file_and_no_complaint(visit, html):
    opened = visit(html, motion="no-preference")
    opened.select("Goshen")
    opened.page.click("#table-box summary")
    opened.page.wait_for_selector("#table tbody tr")
    for _ in range(4):
        opened.page.click(".leaflet-control-zoom-in")
        opened.wait(300)
    opened.assert_clean()


def test_question_answer_and_counts_equal_the_data(visit, html, plan):
    opened = visit(html)
    assert opened.text("h1") == "Which towns have 25/3 Mbps for at least 96 % of premises?"
    assert opened.text(".eyebrow .day") == "As of July 1, 2015"
    assert opened.text("#answer") == "4 of 12 towns pass, 7 fall short, 1 not known"
    assert opened.page.title().startswith(opened.text("h1"))
    assert opened.page.get_attribute("html", "lang") == "en"
    assert opened.page.locator("main").count() == opened.page.locator("h1").count() == 1
    assert rings(opened, "towns") == 12


def test_legend_classes_sum_to_all_towns(visit, html):
    opened = visit(html)
    assert legend_counts(opened) == [4, 2, 1, 1, 2, 1, 1]
    assert opened.text("[data-layer=towns] .total .amount") == "12"


def test_failing_towns_are_hatched_and_outlined_more_heavily(visit, html):
    opened = visit(html)
    looks = opened.page.evaluate(
        """() => [...document.querySelectorAll('.leaflet-layer-towns-pane path')].map(path => {
            const id = path.getAttribute('fill').match(/^url\\(#(.+)\\)$/)[1];
            return [document.getElementById(id).dataset.pattern, Number(path.getAttribute('stroke-width'))];
        })"""
    )
    kinds = [kind for kind, _ in looks]
    assert (kinds.count("plain"), kinds.count("hatch"), kinds.count("dots")) == (4, 7, 1)
    assert min(width for kind, width in looks if kind == "hatch") > max(w for kind, w in looks if kind != "hatch")


def test_search_selects_the_town_and_zooms_to_it(visit, html):
    opened = visit(html)
    for _ in range(3):
        opened.page.click(".leaflet-control-zoom-out")
    before = opened.text(".leaflet-control-scale-line")
    opened.select("Colrain")
    assert opened.text("#town h2") == "Colrain"
    assert opened.text("#town .pill") == "✗Falls short"
    assert opened.text("#town [data-column=share_served]") == "95.9 %"
    assert opened.text("#town [data-column=served]") == "9,596 of 10,000"
    assert opened.text("#town [data-column=shortfall]") == "4"
    assert opened.text("#town [data-column=cost_central_usd]") == "$1.43M"
    assert opened.text("#town [data-column=route_m]") == "10.0 miles"
    assert opened.text("#town [data-column=coverage_as_of]") == "December 31, 2014"
    assert opened.text("#town [data-column=other_targets]") == "100/20 Mbps: 80.7 % served, falls short"
    assert opened.text("#town [data-column=quantities_basis]") == "road length"
    assert opened.text("#town [data-column=cost_origin]") == "modelled"
    opened.page.wait_for_function(
        "before => document.querySelector('.leaflet-control-scale-line').textContent !== before", arg=before
    )


def test_search_finds_names_without_their_accents_and_says_when_there_is_none(visit, html):
    opened = visit(html)
    opened.page.fill("#find", "peters")
    assert opened.texts("#found li span:first-child") == ["Pétersham"]
    opened.page.fill("#find", "nowhere")
    assert opened.page.locator("#found").is_hidden()
    assert opened.text("#find-said") == "No town has that name."


def test_the_panel_says_what_the_costs_are(visit, html):
    opened = visit(html)
    opened.select("Alford")
    labels = opened.texts("#town dt")
    first = labels.index("Cost of fibre to every premises, central (modelled)")
    assert labels[first + 1 :] == [
        "Cost of fibre to every premises, low to high (modelled)",
        "Cost rests on",
        "Length of routes",
        "Origin of the cost",
        "Published budget",
        "County",
        "Residents, 2020",
    ]
    assert "Beside it" in labels[:first]
    opened.select("Pétersham")
    assert opened.text("#town [data-column=cost_note]") == "no route miles"
    assert opened.page.locator("#town [data-column=cost_origin], #town [data-column=quantities_basis]").count() == 0


def test_a_town_that_is_not_known_says_what_is_missing(visit, html):
    opened = visit(html)
    opened.select("Heath")
    assert opened.text("#town .pill") == "?Not known"
    assert opened.text("#town [data-column=missing]") == "offers of premises"
    assert opened.page.locator("#town [data-column=share_served]").count() == 0
    opened.select("Pétersham")
    assert opened.text("#town [data-column=cost_central_usd]") == "not costed"


def test_keyboard_alone_selects_a_town(visit, html):
    opened = visit(html)
    for _ in range(20):
        opened.page.keyboard.press("Tab")
        if opened.page.evaluate("document.activeElement.id") == "find":
            break
    opened.page.keyboard.type("h")
    assert opened.texts("#found li span:first-child")[:2] == ["Hawley", "Heath"]
    opened.page.keyboard.press("ArrowDown")
    assert opened.page.get_attribute("#find", "aria-activedescendant") == "found-1"
    assert "Heath" in opened.text(".tip")
    opened.page.keyboard.press("Enter")
    assert opened.text("#town h2") == "Heath"
    assert opened.page.locator("#found").is_hidden()


def test_table_lists_every_town_and_its_buttons_select(visit, html):
    opened = visit(html)
    opened.page.focus("#table-box summary")
    opened.page.keyboard.press("Enter")
    opened.page.wait_for_selector("#table tbody tr")
    assert opened.page.locator("#table tbody tr").count() == 12
    for _ in range(opened.page.locator("#table thead button").count() + 1):
        opened.page.keyboard.press("Tab")
    assert "Alford" in opened.text(".tip")
    opened.page.keyboard.press("Enter")
    assert opened.text("#town h2") == "Alford"


def test_checkboxes_hide_and_show_their_layers(visit, html):
    opened = visit(html)
    drawn = {
        "towns": ".leaflet-layer-towns-pane path",
        "counties": ".leaflet-layer-counties-pane path",
        "roads": ".leaflet-layer-roads-pane canvas",
        "fibre_routes": ".leaflet-layer-fibre_routes-pane canvas",
        "anchors": ".leaflet-layer-anchors-pane canvas",
        "institutes": ".leaflet-layer-institutes-pane canvas",
    }
    for key, selector in drawn.items():
        opened.page.uncheck(f"#show-{key}")
        assert opened.page.locator(selector).count() == 0, key
        opened.page.check(f"#show-{key}")
        assert opened.page.locator(selector).count() > 0, key
    assert opened.page.locator("fieldset#layers input[type=checkbox]").count() == 8
    opened.assert_clean()


def test_pointing_shows_a_tooltip_of_town_or_place(visit, html):
    opened = visit(html)
    box = opened.page.locator("#map").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    opened.page.mouse.move(*middle)
    assert opened.text(".tip") == "Institute of the Middleuniversity"
    opened.page.mouse.move(middle[0] + 40, middle[1] + 20)
    assert re.fullmatch(r"Goshen10\.0 % served✗ falls short 96 % by 8,600 premisesCost \$1\.83M", opened.text(".tip"))


def test_more_names_at_higher_zoom_and_none_overlap(visit, html):
    opened = visit(html)
    opened.page.click(".leaflet-control-zoom-out")
    opened.page.click(".leaflet-control-zoom-out")
    opened.page.click(".leaflet-control-zoom-out")
    few = opened.page.locator(".name-town").count()
    opened.page.click(".home")
    assert opened.page.locator(".name-town").count() > few
    boxes = [opened.page.locator(".name").nth(i).bounding_box() for i in range(opened.page.locator(".name").count())]
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            apart = (
                one["x"] + one["width"] <= other["x"]
                or other["x"] + other["width"] <= one["x"]
                or one["y"] + one["height"] <= other["y"]
                or other["y"] + other["height"] <= one["y"]
            )
            assert apart


def test_scale_bar_has_miles_and_kilometres(visit, html):
    scale = " ".join(visit(html).texts(".leaflet-control-scale-line"))
    assert "mi" in scale
    assert "km" in scale


def test_phone_width_puts_the_panel_below_the_map(visit, html):
    opened = visit(html, 390, 844)
    stage, panel = opened.page.locator(".stage").bounding_box(), opened.page.locator(".panel").bounding_box()
    assert panel["y"] >= stage["y"] + stage["height"]
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 390
    viewport = opened.page.get_attribute("meta[name=viewport]", "content")
    assert "maximum-scale" not in viewport
    assert "user-scalable" not in viewport


IN_SIGHT = """selector => {
    const box = document.querySelector(selector).getBoundingClientRect();
    const top = document.elementFromPoint(box.left + 5, box.top + box.height / 2);
    return box.top >= 0 && box.bottom <= window.innerHeight && Boolean(top && top.closest('#town'));
}"""
FIGURES = ("#town h2", "#town [data-column=share_served]", "#town [data-column=shortfall]")


def tap_a_town(opened):
    box = opened.page.locator("#map").bounding_box()
    opened.page.touchscreen.tap(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2 + 20)
    opened.page.wait_for_selector("#town h2", state="attached")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_on_a_phone_a_tapped_town_brings_its_figures_into_view(visit, make_plan, motion):
    opened = visit(maps.draw(make_plan()).get_root().render(), 390, 844, motion)
    opened.page.evaluate(
        "Element.prototype.scrollIntoView = (plain => function (how) {"
        " window.how = how; return plain.call(this, how); })(Element.prototype.scrollIntoView); null"
    )
    tap_a_town(opened)
    for selector in FIGURES:
        opened.page.wait_for_function(IN_SIGHT, arg=selector)
    assert opened.page.evaluate("window.how.behavior") == ("auto" if motion == "reduce" else "smooth")
    assert opened.page.locator("#badge").is_visible()
    opened.assert_clean()


def test_on_a_phone_a_double_tap_zooms_and_stays_on_the_map(visit, html):
    opened = visit(html, 390, 844)
    scale = opened.text(".leaflet-control-scale-line")
    box = opened.page.locator("#map").bounding_box()
    opened.page.mouse.dblclick(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2 + 20)
    opened.wait(600)
    assert opened.text(".leaflet-control-scale-line") != scale
    assert opened.page.evaluate("window.scrollY") == 0


def test_on_a_phone_search_and_table_keep_focus_and_place(visit, html):
    opened = visit(html, 390, 844)
    opened.select("Goshen")
    opened.wait(600)
    assert opened.page.evaluate("document.activeElement.id") == "find"
    assert opened.page.locator("#find").bounding_box()["y"] >= 0
    opened.page.click("#table-box summary")
    button = opened.page.locator("#table tbody button").nth(9)
    button.scroll_into_view_if_needed()
    button.click()
    opened.wait(600)
    assert opened.text("#town h2") == "Monroe"
    assert opened.page.evaluate("document.activeElement.textContent") == "Monroe"
    assert 0 <= button.bounding_box()["y"] < 844


def test_at_full_width_a_click_on_a_town_scrolls_nothing(visit, html):
    opened = visit(html)
    box = opened.page.locator("#map").bounding_box()
    opened.page.mouse.click(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2 + 20)
    opened.wait(600)
    assert opened.text("#town h2") == "Goshen"
    assert opened.page.evaluate("[window.scrollY, document.querySelector('#panel').scrollTop]") == [0, 0]


def test_a_plan_with_towns_only_is_a_map(visit, make_plan, plan):
    published = plan.tables["town_results"].drop(columns="cost_origin")
    opened = visit(maps.draw(make_plan(results=published, layers={})).get_root().render())
    assert opened.page.locator("fieldset#layers input").count() == 1
    assert opened.page.locator("#badge").count() == 0
    opened.select("Becket")
    opened.assert_clean()


def test_only_the_promised_columns_are_needed(visit, make_plan, plan):
    few = plan.tables["town_results"][["town_geoid", "town", "verdict", "share_served", "geometry"]]
    opened = visit(maps.draw(make_plan(results=few, layers={})).get_root().render())
    opened.select("Becket")
    assert opened.texts("#town dt") == ["Share served"]
    opened.assert_clean()


def test_notebooks_show_the_map_in_a_frame(visit, plan):
    opened = visit(f"<!DOCTYPE html><body data-ready>{maps.draw(plan)._repr_html_()}</body>")
    frame = opened.page.frame_locator("iframe")
    frame.locator("body[data-ready]").wait_for()
    assert frame.locator("#answer").text_content().startswith("4 of 12 towns pass")
    assert opened.errors == []
