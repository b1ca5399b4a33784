"""What the page says and where it draws it: words, classes, origins, geometry."""

import datetime as dt
from fractions import Fraction

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import maps
from maps import geometry, provenance, safe
from maps.styles import styles
from maps.towns import ShareClasses
from planner import words


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
        "Town shapes approximate; premises and some anchors generated; coverage counts modelled: sample, not survey"
    )
    assert opened.page.locator("#badge").is_visible()
    assert opened.text("[data-layer=towns] .mark") == "approximate"
    assert opened.text("[data-layer=anchors] .mark") == "partly generated"
    assert opened.text("[data-layer=institutes] .mark") == "origin not stated"
    assert opened.page.locator("[data-layer=roads] .mark").count() == 0


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
