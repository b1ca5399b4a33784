"""The middle mile on a small grid of streets, where the right answer can be counted by hand."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point, box

import maps
from layers import LayerError, PlanError
from planner import check, load_region
from planner.plan import middle_mile, plan

X, Y = 100_000.0, 900_000.0
TOWNS = ("2500300001", "2500300002")
PER_M = 16.40 + 7.02  # aerial and make-ready of the price book, central
DESIGN = 1 - 0.16


def at(column, row):
    return X + 1000 * column, Y + 1000 * row


def street(a, b):
    return LineString([at(*a), at(*b)])


def grid(size=5):
    rows = [street((c, r), (c + 1, r)) for r in range(size) for c in range(size - 1)]
    return rows + [street((c, r), (c, r + 1)) for c in range(size) for r in range(size - 1)]


def write(folder, settings="", anchors=(("a", 4, 0), ("b", 0, 4)), streets=None, fibre=None, **columns):
    streets = grid() if streets is None else streets
    roads = gpd.GeoDataFrame({"road_id": [str(n) for n in range(len(streets))], **columns}, geometry=streets, crs=26986)
    roads.to_parquet(folder / "roads.parquet")
    shapes = [box(X - 500, Y - 500, X + 2500, Y + 4500), box(X + 2500, Y - 500, X + 4500, Y + 4500)]
    gpd.GeoDataFrame(
        {"town_geoid": TOWNS, "town": ["West", "East"], "housing_units_2020": [1000, 300]}, geometry=shapes, crs=26986
    ).to_parquet(folder / "towns.parquet")
    rows = [(name, f"Anchor {name}", "school", *at(c, r)) for name, c, r in anchors]
    pd.DataFrame(rows, columns=["anchor_id", "name", "kind", "x", "y"]).to_csv(folder / "anchors.csv", index=False)
    gpd.GeoDataFrame({"pop_id": ["p"], "name": ["Exchange"]}, geometry=[Point(at(0, 0))], crs=26986).to_parquet(
        folder / "pops.parquet"
    )
    text = 'name = "Grid"\ncrs = "EPSG:26986"\nas_of = 2015-12-31\nprices = "massachusetts-2015"\n'
    for name in ("roads", "towns"):
        text += f'[layers.{name}]\npath = "{name}.parquet"\n'
    text += '[layers.points_of_presence]\npath = "pops.parquet"\n[layers.anchors]\npath = "anchors.csv"\ncrs = "EPSG:26986"\n'
    if fibre is not None:
        routes = gpd.GeoDataFrame({"route_id": ["f"], "status": ["operational"]}, geometry=[fibre], crs=26986)
        routes.to_parquet(folder / "fibre.parquet")
        text += '[layers.fibre_routes]\npath = "fibre.parquet"\n'
    (folder / "region.toml").write_text(f"{text}[middle_mile]\niterations = 4\n{settings}\n", "utf-8")
    return folder / "region.toml"


def made(path):
    region = load_region(path)
    return middle_mile(check(region), region, pd.DataFrame({"town_geoid": [], "premises": []}))[0]


def total(tables, name):
    return tables["middle_mile_totals"].set_index("statistic")["value"][name]


def test_anchors_are_joined_by_the_shortest_tree_and_priced(tmp_path):
    tables = made(write(tmp_path, "towns = false"))
    assert total(tables, "route") == 8000
    assert total(tables, "cost, central") == pytest.approx(8000 * PER_M / DESIGN, abs=0.01)
    assert total(tables, "design and inspection, central") == pytest.approx(
        0.16 * total(tables, "cost, central"), abs=0.01
    )
    assert total(tables, "solver: gap at most") == 0
    # 74,750 usd a mile: the published capital over 1,200 route miles
    assert total(tables, "MassBroadband 123: cost a mile of route") == pytest.approx(74_750, abs=1)
    places = tables["middle_mile_places"].set_index("place_id")
    assert places.loc["a", ["route_m", "exposed_m", "connected"]].tolist() == [4000, 4000, True]
    assert places.loc["a", "own_usd"] == pytest.approx(4000 * PER_M / DESIGN, abs=0.01)


def test_shares_add_up_to_the_cost_of_the_network(tmp_path):
    tables = made(write(tmp_path, anchors=(("a", 4, 0), ("b", 4, 1), ("c", 4, 4), ("d", 2.5, 0.2))))
    places = tables["middle_mile_places"]
    assert places["share_usd"].sum() == pytest.approx(total(tables, "cost, central"), rel=1e-6)
    assert (places["own_usd"] <= places["share_usd"] + 0.01).all()


def test_a_place_snaps_to_the_middle_of_a_street(tmp_path):
    tables = made(write(tmp_path, "towns = false", anchors=(("a", 2.5, 0.2),)))
    assert total(tables, "route") == 2500
    assert tables["middle_mile_places"].set_index("place_id").loc["a", "snap_m"] == 200
    assert total(tables, "cost, central") == pytest.approx(2700 * PER_M / DESIGN, abs=0.01)


def test_existing_fibre_costs_nothing_and_is_used(tmp_path):
    around = LineString([at(0, 0), at(0, 1), at(4, 1)])
    tables = made(write(tmp_path, "towns = false", anchors=(("a", 4, 1),), fibre=around))
    assert total(tables, "cost, central") == 0
    assert set(tables["middle_mile_segments"]["build"]) == {"existing"}


def test_forbidden_streets_and_kinds_of_build_are_kept_to(tmp_path):
    streets = grid()
    closed = [line.equals(street((0, 0), (1, 0))) for line in streets]
    tables = made(write(tmp_path, "towns = false", anchors=(("a", 2, 0),), forbidden=closed))
    assert total(tables, "route") == 4000
    under = ["underground" if line.bounds[1] == Y and line.bounds[3] == Y else "aerial" for line in streets]
    tables = made(write(tmp_path, "towns = false", anchors=(("a", 2, 0),), build=under))
    assert total(tables, "cost, central") == pytest.approx(2000 * 41.01 / DESIGN, abs=0.01)


def test_hubs_survive_every_single_cut(tmp_path):
    tables = made(write(tmp_path, "hubs = 2", anchors=(("a", 2, 2),)))
    cuts = tables["middle_mile_segments"]
    ring = cuts[cuts["role"] == "ring"]
    assert len(ring)
    assert ring["premises_lost"].eq(0).all()
    assert cuts["premises_lost"].max() == 0
    assert tables["hub_routes"]["shared_m"].tolist() == [0, 0]
    assert total(tables, "solver: plain tree") < total(tables, "solver: construction of the routes")


def test_a_cut_of_a_spur_parts_what_lies_behind_it(tmp_path):
    tables = made(write(tmp_path, "towns = false", anchors=(("a", 4, 0), ("b", 2, 0))))
    cuts = tables["middle_mile_segments"]
    near = cuts[cuts.geometry.intersects(Point(at(0.5, 0)))]
    far = cuts[cuts.geometry.intersects(Point(at(3.5, 0)))]
    assert near["anchors_lost"].tolist() == [2]
    assert far["anchors_lost"].tolist() == [1]


def test_a_budget_connects_what_is_worth_most(tmp_path):
    money = 4000 * PER_M / DESIGN
    settings = f'towns = false\nvalue = "anchors"\nbudget_usd = {money + 1:.2f}'
    tables = made(write(tmp_path, settings, anchors=(("a", 4, 0), ("b", 0, 3), ("c", 0, 4))))
    places = tables["middle_mile_places"].set_index("place_id")
    assert places["connected"].to_dict() == {"p": True, "a": False, "b": True, "c": True}
    assert places.loc["a", "missing"] == "not within the budget"
    assert total(tables, "solver: value connected") == 2
    assert total(tables, "solver: no network in the budget connects more than") >= 2
    path = write(tmp_path, 'towns = false\nvalue = "anchors"\nbudget_usd = 1000', anchors=(("a", 4, 0),))
    with pytest.raises(
        PlanError, match="budget_usd of 1,000 connects nothing of value; the cheapest connection needs 111,5"
    ):
        made(path)


def test_phases_build_what_connects_most_first(tmp_path):
    settings = 'towns = false\nvalue = "anchors"\nphases = 2'
    tables = made(write(tmp_path, settings, anchors=(("a", 4, 0), ("b", 0, 2), ("c", 0, 3), ("d", 0, 4))))
    cuts = tables["middle_mile_segments"]
    first = cuts[cuts["phase"] == 1]
    assert first.geometry.intersects(Point(at(0, 1.5))).any()
    assert not first.geometry.intersects(Point(at(3.5, 0))).any()
    assert first["length_m"].sum() <= cuts["length_m"].sum() / 2
    assert set(cuts["phase"]) == {1, 2}


def test_huts_are_as_few_as_reach_every_place(tmp_path):
    tables = made(write(tmp_path, "towns = false\nhut_reach_m = 4000", anchors=(("a", 4, 0), ("b", 4, 4), ("c", 4, 3))))
    assert len(tables["middle_mile_huts"]) == 1
    assert total(tables, "huts") == 1
    alone = made(write(tmp_path, "towns = false\nhut_reach_m = 8000", anchors=(("a", 4, 0), ("b", 4, 4))))
    assert "middle_mile_huts" not in alone


def test_the_operator_is_tested_against_what_happened_elsewhere(tmp_path):
    test = made(write(tmp_path, "towns = false"))["operator_test"]
    assert test["anchors"].tolist() == [2, 1, 0]
    # about 4,750 usd a mile and year: 5.7 million usd over 1,200 miles
    assert test["operation_usd"].iloc[0] / (8000 / 1609.344) == pytest.approx(4750, rel=0.001)


ISLAND = [*grid(), LineString([(X + 9000, Y), (X + 9500, Y)])]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"anchors": (("far", 4, 9),)}, "1 places lie farther than 2000 m from any road (first: Anchor far at 5,000 m)"),
        ({"streets": ISLAND, "anchors": (("isle", 9.2, 0),)}, "to a root (Anchor isle); the roads fall into 2 components"),
        ({"settings": "budget_usd = -1"}, "key 'middle_mile.budget_usd': Input should be greater than or equal to 0"),
        ({"settings": "budget_usd = 5\nhubs = 1"}, "takes budget_usd or hubs, not both"),
        ({"settings": 'anchors = ["scool"]'}, "layer 'anchors' has no kind 'scool'"),
        ({"settings": "towns = false\nanchors = []"}, "has nothing to connect"),
        ({"settings": 'value = "weight"'}, "needs a column 'weight' in layer 'anchors'"),
        ({"settings": "hub = 3"}, "key 'middle_mile.hub' is not known (did you mean 'hubs'?)"),
        ({"settings": 'snap_limit_m = "2 km"'}, "key 'middle_mile.snap_limit_m': '2 km' is not a number"),
    ],
)  # fmt: skip
def test_bad_input_is_named(tmp_path, townline, arguments, message):
    path = write(tmp_path, **arguments)
    status, out, error = townline("middle-mile", path, "--out", tmp_path / "out")
    assert (status, out) == (2, "")
    assert message in error
    assert not (tmp_path / "out").exists()


def test_what_no_road_reaches_can_be_left_out_and_is_listed(tmp_path, townline):
    path = write(
        tmp_path, "leave_out_unreachable = true", streets=ISLAND, anchors=(("isle", 9.2, 0), ("far", 4, 9), ("a", 4, 0))
    )
    places = made(path)["middle_mile_places"].set_index("place_id")
    assert places["missing"].dropna().to_dict() == {
        "isle": "no road to a point of presence", "far": "too far from any road",
    }  # fmt: skip
    assert places.loc["a", "connected"]
    status, printed, _ = townline("middle-mile", path, "--out", tmp_path / "out")
    assert status == 0
    assert "2 places are not connected; middle_mile_places says which and why" in printed
    assert "note: middle mile: 2 places left out: no road joins them to the backbone" in printed


def test_a_region_without_roads_or_backbone_says_what_it_needs(tmp_path):
    path = write(tmp_path)
    text = path.read_text("utf-8")
    path.write_text(text.replace('[layers.roads]\npath = "roads.parquet"\n', ""), "utf-8")
    with pytest.raises(PlanError, match="needs a layer 'roads'"):
        made(path)
    path.write_text(text.replace('[layers.points_of_presence]\npath = "pops.parquet"\n', ""), "utf-8")
    with pytest.raises(PlanError, match="needs a layer 'points_of_presence'"):
        made(path)
    with pytest.raises((PlanError, LayerError)):
        made(write(tmp_path, streets=[LineString([(X, Y), (X, Y + 1)])]))


def test_the_order_of_roads_does_not_matter(tmp_path):
    path = write(tmp_path, "hubs = 2", anchors=(("a", 4, 0), ("b", 1.5, 3)))
    one = made(path)
    roads = gpd.read_parquet(tmp_path / "roads.parquet")
    roads.iloc[np.random.default_rng(1).permutation(len(roads))].to_parquet(tmp_path / "roads.parquet")
    two = made(path)
    assert total(one, "solver: construction of the routes") == total(two, "solver: construction of the routes")


def test_the_command_and_the_plan_write_the_network(tmp_path, townline):
    path = write(tmp_path, "phases = 2")
    status, printed, _ = townline("middle-mile", path, "--out", tmp_path / "out", "--json")
    assert status == 0
    assert json.loads(printed)["totals"]["towns connected"] == 2
    assert len(gpd.read_file(tmp_path / "out" / "middle_mile.gpkg", layer="middle_mile_segments"))
    status, printed, _ = townline("middle-mile", path, "--out", tmp_path / "out")
    assert "a mile" in printed
    made = plan(load_region(path))
    page = maps.draw(made).get_root().render()
    assert "above the cheapest network that does the same" in page
    assert "the worst cut parts" in page
    tables = made.tables
    assert {"middle_mile_segments", "middle_mile_places", "middle_mile_totals", "operator_test"} <= set(tables)
