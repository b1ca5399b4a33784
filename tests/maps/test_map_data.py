"""What the page says and where it draws it: words, classes, origins, geometry."""

import datetime as dt
from fractions import Fraction

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import maps
from layers import declared
from maps import geometry, provenance, safe
from maps.styles import styles
from maps.towns import ShareClasses, echoes
from planner import words
from planner.tables import tables


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.9596, "95.9 %"),
        (0.96, "96.0 %"),
        (0.29, "29.0 %"),
        (0.57, "57.0 %"),
        (0.999999, "99.9 %"),
        (1.0, "100.0 %"),
        (0.0, "0.0 %"),
        (1 / 3, "33.3 %"),
        (Fraction(2, 3), "66.6 %"),
        (np.float64(0.959999999), "95.9 %"),
        (np.nan, ""),
        (None, ""),
        (pd.NA, ""),
    ],
)
def test_percents_are_cut_and_never_rounded_up(share, shown):
    assert words.floor_percent(share) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (1_234_567, "$1.23M"),
        (1_235_000, "$1.24M"),
        (108_930_000, "$108.93M"),
        (1_234_567_890, "$1,234.57M"),
        (450_000, "$0.45M"),
        (9_999.4, "$9,999"),
        (0, "$0"),
        (-2_500_000, "-$2.50M"),
        (np.nan, ""),
    ],
)
def test_money_is_in_millions(amount, shown):
    assert words.usd(amount) == shown


def test_lengths_days_counts_and_texts():
    assert words.miles(1609.344) == "1.0 miles"
    assert words.miles(2040 * 1609.344) == "2,040.0 miles"
    assert words.whole_miles(1609.344 * 2949.99) == "2,950 miles"
    assert words.whole_miles(1609.344) == "1 mile"
    assert words.whole_miles(100) == "under 1 mile"
    assert (
        words.day(dt.date(2015, 2, 1))
        == words.day("2015-02-01")
        == words.day(pd.Timestamp(2015, 2, 1))
        == "February 1, 2015"
    )
    assert words.day(pd.NaT) == ""
    assert words.day("spring 2015") == "spring 2015"
    assert words.count(pd.NA) == ""
    assert words.count(26_797) == "26,797"
    assert words.listing(["a", "b", "c"]) == "a, b and c"
    assert words.percent(Fraction(2, 3)) == "66.66 %"
    assert words.percent(Fraction(1)) == "100 %"


def test_share_classes_at_their_edges():
    classes = ShareClasses(Fraction(96, 100))
    labels = [each.label for each in classes.classes]
    assert labels[:5] == [
        "96 % or more",
        "90 % to under 96 %",
        "75 % to under 90 %",
        "50 % to under 75 %",
        "Under 50 %",
    ]
    found = [
        classes.index(verdict, share)
        for verdict, share in (("pass", 0.96), ("fail", 0.9599), ("fail", 0.9), ("fail", 0.0))
    ]
    assert found == [0, 1, 1, 4]
    assert labels[classes.index("fail", np.nan)].startswith("Share not known")
    assert labels[classes.index("not known", 0.99)] == "Not known"
    assert classes.index("pass", np.nan) == 0


@pytest.mark.parametrize("target", [Fraction(1, 4), Fraction(1, 2), Fraction(9, 10), Fraction(1)])
def test_share_classes_follow_the_target(target):
    classes = ShareClasses(target)
    assert classes.classes[0].verdict == "pass"
    colours = [each.colour for each in classes.classes[:-2]]
    assert len(set(colours)) == len(colours)
    assert words.percent(target) in classes.classes[0].label
    assert classes.index("fail", 0.0) == len(classes.classes) - 3


def badge_of(**tables):
    shown = [(name.replace("_", " "), provenance.provenance(table)) for name, table in tables.items()]
    return provenance.badge(shown, styles().badge)


def test_badge_says_what_is_not_published():
    def rows(*origins):
        return pd.DataFrame({"origin": origins})

    assert badge_of(towns=rows("published")) == ""
    assert badge_of(towns=rows("not stated")) == ""
    assert (
        badge_of(town_shapes=rows("approximate"), roads=rows("generated"), anchors=rows("published", "generated"))
        == "Town shapes approximate; roads and some anchors generated: sample, not survey"
    )
    assert badge_of(costs=rows("modelled")) == "Costs modelled: not survey"


def test_badge_and_marks_reach_the_page(visit, make_plan, plan):
    layers = dict(plan.layers)
    layers["towns"] = layers["towns"].assign(origin="approximate")
    layers["anchors"] = layers["anchors"].assign(origin=["generated", "published", "published"])
    layers["premises"] = pd.DataFrame({"location_id": ["1"], "origin": ["generated"]})
    layers["institutes"] = layers["institutes"].drop(columns="origin")
    results = plan.tables["town_results"].assign(coverage_origin="modelled")
    opened = visit(maps.draw(make_plan(layers=layers, results=results)).get_root().render())
    assert opened.text("#badge").split(" ", 1)[1] == (
        "Town shapes approximate; premises and some anchors generated; coverage counts and costs modelled: sample, not survey"
    )
    assert opened.page.locator("#badge").is_visible()
    assert opened.text("[data-layer=towns] .mark") == "approximate"
    assert opened.text("[data-layer=anchors] .mark") == "partly generated"
    assert opened.text("[data-layer=institutes] .mark") == "origin not stated"
    assert opened.page.locator("[data-layer=roads] .mark").count() == 0


def test_towns_without_a_cost_do_not_count_against_the_origin_of_costs():
    some = provenance.column_origin(pd.DataFrame({"cost_origin": ["modelled", None, pd.NA, np.nan]}), "cost_origin")
    assert provenance.badge([("costs", some)], styles().badge) == "Costs modelled: not survey"
    assert some.mark == "modelled"
    none = provenance.column_origin(pd.DataFrame({"cost_origin": [None, None]}), "cost_origin")
    assert (none.rows, none.origins, none.mark) == (0, {}, "")


def test_the_badge_keeps_to_two_lines_where_everything_is_flagged(visit, make_plan, plan, plain_layers):
    approximate = ("towns", "fibre_routes", "counties", "states", "points_of_presence")
    layers = {
        key: table.assign(
            origin=["generated"] + ["approximate" if key in approximate else "generated"] * (len(table) - 1)
        )
        for key, table in (plan.layers | plain_layers).items()
    }
    results = plan.tables["town_results"].assign(coverage_origin="generated")
    opened = visit(maps.draw(make_plan(layers=layers, results=results)).get_root().render())
    assert opened.text("#badge").endswith("; costs modelled: sample, not survey")
    lines = opened.page.evaluate(
        """() => {
            const badge = document.querySelector('#badge'), look = getComputedStyle(badge);
            return (badge.clientHeight - parseFloat(look.paddingTop) * 2) / parseFloat(look.lineHeight);
        }"""
    )
    assert round(lines) in (1, 2)


def test_a_loaded_plan_without_premises_still_says_that_counts_are_generated(visit, make_plan, plan):
    results = plan.tables["town_results"].assign(coverage_origin="generated")
    assert "premises" not in plan.layers
    opened = visit(maps.draw(make_plan(results=results)).get_root().render())
    assert opened.text("#badge").split(" ", 1)[1] == ("Coverage counts generated; costs modelled: sample, not survey")


def entries(opened):
    """Title, mark and lines of each entry in "Sources and dates"."""
    return opened.page.evaluate(
        """() => [...document.querySelectorAll('#sources dt')].map(dt => {
            const said = [];
            for (let dd = dt.nextElementSibling; dd && dd.tagName === 'DD'; dd = dd.nextElementSibling) said.push(dd.textContent);
            const mark = dt.querySelector('.mark');
            return [dt.firstChild.textContent, mark ? mark.textContent : '', said];
        })"""
    )


def test_sources_list_every_layer_the_cost_model_and_the_prices(visit, make_plan, plan, plain_layers, cost_fit):
    made = make_plan(layers=(plan.layers | plain_layers), tables={"cost_fit": cost_fit})
    found = {title: (mark, said) for title, mark, said in entries(visit(maps.draw(made).get_root().render()))}
    titles = [declared(name).title for name in plain_layers]
    assert [*found][-7:] == [*titles, "Cost model", "Price book: Hill prices"]
    assert len(found) == len(made.layers) + 2
    for name in plain_layers:
        assert found[declared(name).title][1][0] == declared(name).meaning
    assert found["Premises"][0] == "generated"
    assert found["Premises"][1][1:] == ["Source: Seeded premises", "As of December 31, 2014."]
    assert found["Build quantities"][0] == "approximate"
    assert found["Published budgets"] == (
        "",
        [
            declared("published_budgets").meaning,
            "Source: Desk estimates",
            "As of March 1, 2015.",
            "Usual terms: Published figures",
        ],
    )
    fit = tables()["cost_fit"]
    assert found["Cost model"] == (
        "modelled",
        [
            fit.meaning,
            "Fitted to 44 towns. Mean absolute error 7.2 %, each town left out of its own fit.",
            f"Source: {fit.source}",
        ],
    )
    assert found["Price book: Hill prices"] == (
        "",
        [
            "What the fit is multiplied by.",
            "Low 1, central 1.2, high 1.35, in dollars of 2015.",
            "Source: Accounts of two towns",
            "As of December 31, 2020.",
        ],
    )


def listed(plan):
    page = maps.draw(plan).get_root()
    assert isinstance(page, maps.Page)
    return page.sources


def test_a_layer_that_cannot_be_drawn_is_listed_all_the_same(make_plan, plan):
    anchors = pd.DataFrame(plan.layers["anchors"].drop(columns="geometry"))
    assert [(each["title"], each["said"][1]) for each in listed(make_plan(layers={"anchors": anchors}))] == [
        (declared("anchors").title, "Source: Test gazetteer")
    ]


def test_a_plan_without_costs_lists_no_cost_model(make_plan):
    assert listed(make_plan(layers={})) == []


def test_a_fit_that_has_no_error_says_nothing_of_it(make_plan, cost_fit):
    fit = cost_fit.assign(value=[1.0, np.nan])
    said = listed(make_plan(layers={}, tables={"cost_fit": fit}))[0]["said"]
    assert said[1] == "Fitted to 1 towns."


def counting(function, seen):
    def counted(value):
        seen.append(value)
        return function(value)

    return counted


def test_many_rows_are_counted_and_not_walked_through(monkeypatch):
    seen: list[object] = []
    for name in ("text", "day", "is_missing"):
        monkeypatch.setattr(provenance, name, counting(getattr(words, name), seen))
    rows = 200_000
    table = pd.DataFrame(
        {
            "origin": ["generated", "published"] * (rows // 2),
            "source": ["a", None] * (rows // 2),
            "as_of": dt.date(2020, 1, 1),
        }
    )
    assert provenance.provenance(table).origins == {"generated": rows // 2, "published": rows // 2}
    assert len(seen) < 10


def test_what_the_figures_mean_never_says_a_label_twice(plan):
    fields = maps.Polygons(plan.tables["town_results"], Fraction(96, 100), None, tables()["town_results"]).content()[
        "fields"
    ]
    meaning = {field["label"]: field["meaning"] for field in fields}
    assert meaning["Basis of the count"] == "What the counts rest on."
    both = [tables()["town_results"].columns[f"cost_{end}_usd"].meaning for end in ("low", "high")]
    assert meaning["Cost of fibre to every premises, low to high (modelled)"] == " ".join(both)
    assert not any(echoes(label, said) for label, said in meaning.items() if said)


@pytest.mark.parametrize(
    ("label", "meaning", "same"),
    [
        ("The count rests on", "What the counts rest on.", True),
        ("County", "The county.", True),
        ("County", "Name of the county.", False),
        ("Basis of the count", "What the counts rest on.", False),
    ],
)
def test_a_meaning_that_echoes_its_label_is_known(label, meaning, same):
    assert echoes(label, meaning) is same


def test_sources_and_days_come_from_the_rows():
    table = pd.DataFrame(
        {"source": ["b", "a", None, "a"], "as_of": [dt.date(2020, 1, 1), None, dt.date(2014, 3, 1), None]}
    )
    found = provenance.provenance(table)
    assert found.source_line == "a; b"
    assert found.as_of == "March 1, 2014 to January 1, 2020"
    assert found.mark == "origin not stated"
    many = provenance.provenance(pd.DataFrame({"source": list("abcdefgh")}))
    assert many.source_line == "a; b; c; d; e; f; and 2 more"


def test_neighbours_share_their_border_after_simplifying():
    wave = [(1000 + 20 * np.sin(y / 30), y) for y in range(0, 1001, 10)]
    left = shapely.Polygon([(0, 0), *wave, (0, 1000)])
    right = shapely.Polygon([(2000, 0), *wave, (2000, 1000)])
    simple = geometry.coverage(np.array([left, right], dtype=object), 200)
    assert shapely.get_num_coordinates(simple).sum() < 30
    assert shapely.coverage_is_valid(simple)


def test_overlaps_bow_ties_and_twins_lose_no_town():
    shapes = np.array(
        [
            shapely.box(0, 0, 1000, 1000),
            shapely.box(999, 0, 2000, 1000),
            shapely.Polygon([(0, 1000), (1000, 2000), (1000, 1000), (0, 2000)]),
            shapely.box(3000, 0, 4000, 1000),
            shapely.box(3000, 0, 4000, 1000),
            shapely.Polygon(),
        ],
        dtype=object,
    )
    simple = geometry.coverage(shapes, 50)
    assert shapely.is_empty(simple).tolist() == [False] * 5 + [True]
    assert shapely.is_valid(simple).all()
    assert shapely.area(shapely.intersection(simple[0], simple[1])) == pytest.approx(0, abs=1)


def test_encoding_is_exact_to_a_step():
    lines = np.array(
        [shapely.LineString([(-72.5, 42.1), (-72.49999, 42.10001)]), shapely.MultiLineString([[(0, 0), (1, 1)]])]
    )
    assert geometry.encoded_lines(lines) == ([2, 2], [-7250000, 4210000, 1, 1, 7249999, -4210001, 100000, 100000])
    assert geometry.encoded_points(np.array([shapely.Point(-72.5, 42.1), shapely.Point()])) == [
        -7250000,
        4210000,
        7250000,
        -4210000,
    ]
    assert geometry.encoded_polygon(shapely.box(0, 0, 1, 1)) == [[[100000, 0, 0, 100000, -100000, 0, 0, -100000]]]


def test_known_place_stands_where_it_should(plan):
    """The State House in Boston: 42.3588 N, 71.0638 W in degrees, about (236123, 901019) m in EPSG:26986."""
    house = gpd.GeoDataFrame(
        {"name": ["State House"]}, geometry=gpd.points_from_xy([-71.0638], [42.3588]), crs="EPSG:4326"
    )
    payload = maps.Points("anchors", house.to_crs("EPSG:26986")).payload()
    assert payload["xy"] == [-7106380, 4235880]


def test_json_blocks_cannot_be_left():
    block = safe.data_block({"a": "</script>&\u2028\u2029<!--"})
    assert block == '{"a":"\\u003c/script\\u003e\\u0026\\u2028\\u2029\\u003c!--"}'
    with pytest.raises(ValueError, match="JSON"):
        safe.data_block(float("nan"))


def test_many_roads_leave_out_the_optional_classes_and_say_so(plan):
    roads = maps.Lines(
        "roads", plan.layers["roads"], style=styles().layers["roads"].model_copy(update={"max_vertices": 10})
    )
    payload = roads.payload()
    assert [each["label"] for each in payload["classes"]] == ["Main roads"]
    assert payload["note"] == "Left out to keep the file small: Other roads."


def test_real_towns_of_massachusetts(shared, make_plan, plan):
    towns = gpd.read_file(shared / "layers" / "massachusetts_towns_2020.gpkg")
    assert (~towns.is_valid).sum() == 2
    results = gpd.GeoDataFrame(
        {"town_geoid": towns["GEOID20"], "town": towns["TOWN20"], "verdict": "pass", "share_served": 1.0},
        geometry=towns.geometry,
    )
    drawn = maps.draw(make_plan(results=results, layers={}))
    payload = next(drawn.page_layers()).payload()
    assert len(payload["shapes"]) == 351
    assert all(payload["shapes"])
    assert payload["classes"][0]["count"] == 351
    assert len(drawn.get_root().render()) < 1_500_000
