"""A last mile along streets, where length, price and order can be counted by hand."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from shapely import LineString, Point

from layers import PlanError, RuleError
from layers.road_graph import attach, road_graph, split
from planner.graph import steiner
from planner.graph.network import Graph
from planner.last_mile._tables import cable
from planner.last_mile.curve import beyond
from planner.last_mile.entry import LastMileEntry
from planner.last_mile.streets import design_area, prices_of
from planner.prices import load_prices
from planner.tables import tables

BOOK = load_prices("massachusetts-2015", Path())
PRICES = prices_of(BOOK)
X, Y, CRS = 100_000.0, 900_000.0, 26986
DESIGN = 1 - 0.16
AERIAL, POLES, SHORT, STANDARD, TERMINAL = 16.40, 390 * 0.01799, 400, 877, 100
HUB, CABINET, SPLITTER = 229_290, 10_000, 2_250
TOWN = "2500300001"


def at(x, y):
    return X + x, Y + y


def street(*points):
    return LineString([at(*point) for point in points])


def roads(*lines, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(lines), crs=CRS)


def homes(*points, **columns):
    ids = [f"{row:04}" for row in range(len(points))]
    return gpd.GeoDataFrame({"location_id": ids, **columns}, geometry=[Point(at(*point)) for point in points], crs=CRS)


def made(premises, lines, hub=(0, 0), prices=PRICES, **entry):
    return design_area(premises, lines, Point(at(*hub)), LastMileEntry(**entry), prices, town_geoid=TOWN)


def adds_up(design):
    """Rows, bill and curve say the same total, to the cent."""
    for level in ("low", "central", "high"):
        total = round(100 * getattr(design, f"cost_{level}_usd"))
        rows = [design.routes, design.sites, design.drops]
        assert sum(round(100 * table[f"cost_{level}_usd"].sum()) for table in rows if len(table)) == total
        assert round(100 * design.bill[f"cost_{level}_usd"].sum()) == total
    curve = design.curve
    assert curve["cost_usd"].iloc[-1] == design.cost_central_usd
    assert curve["premises"].iloc[-1] == len(design.drops)
    assert curve["marginal_usd"].is_monotonic_increasing
    assert sorted(design.drops["order"]) == list(range(1, len(design.drops) + 1))
    spread = design.drops["marginal_cost_usd"].sum() + curve["fixed_usd"].iloc[0]
    assert spread == pytest.approx(design.cost_central_usd, abs=0.006 * len(design.drops))


def test_one_street_is_priced_by_hand():
    design = made(homes((300, 20), (1000, -100)), roads(street((0, 0), (2000, 0))))
    assert design.trench_m == 1000
    assert design.drops_m == 120
    assert design.lower_bound_m == pytest.approx(1000, abs=0.01)
    assert design.gap == 0
    construction = 1000 * (AERIAL + POLES) + HUB + SPLITTER + SHORT + STANDARD + 2 * TERMINAL
    assert design.cost_central_usd == pytest.approx(construction / DESIGN, abs=0.05)
    bill = design.bill.set_index("item")
    assert bill.loc["aerial route", "quantity"] == pytest.approx(1000)
    assert bill.loc["make-ready of poles", "quantity"] == pytest.approx(17.99)
    assert bill.loc["design and inspection", "cost_central_usd"] == pytest.approx(
        construction / DESIGN * 0.16, abs=0.05
    )
    assert design.routes[["role", "length_m", "premises", "fibres_in_use", "fibres"]].to_numpy().tolist() == [
        ["distribution", 300, 2, 2, 12], ["distribution", 700, 1, 1, 12],
    ]  # fmt: skip
    near, far = (metres * (AERIAL + POLES) + SPLITTER / 2 + TERMINAL for metres in (300, 700))
    assert design.curve["marginal_usd"].tolist() == pytest.approx(
        [(near + SHORT) / DESIGN, (far + STANDARD) / DESIGN], abs=0.02
    )
    assert design.curve["fixed_usd"].tolist() == pytest.approx([HUB / DESIGN] * 2, abs=0.02)
    assert beyond(design.drops, 0.5).premises["location_id"].tolist() == ["0001"]
    adds_up(design)
    for name, table in (
        ("last_mile_routes", design.routes),
        ("last_mile_drops", design.drops),
        ("last_percent", design.curve),
    ):
        tables()[name].check(table)
        assert set(table["town_geoid"]) == {TOWN}


def test_plainfields_accounts_lie_within_the_band():
    # 47 miles as built, 318 drops, 2,181,242 usd: the town's capital accounts
    length = 47 * 1609.344
    doors = [(x, 100) for x in np.linspace(length / 318, length, 318)]
    design = made(homes(*doors), roads(street((0, 0), (length, 0))))
    assert design.trench_m == pytest.approx(length)
    assert design.cost_low_usd < 2_181_242 < design.cost_high_usd
    adds_up(design)


def test_roads_say_how_they_are_built_and_what_is_there():
    lines = [
        street((0, 0), (1000, 0)),
        street((1000, 0), (2000, 0)),
        street((2000, 0), (3000, 0)),
        street((3000, 0), (4000, 0)),
    ]
    layer = roads(*lines, build=["underground", None, None, None], existing=["none", "conduit", "poles", None])
    design = made(homes((4000, 10)), layer)
    bill = design.bill.set_index("item")["quantity"]
    assert bill["underground route"] == 1000
    assert bill["existing route used"] == 1000
    assert bill["aerial route"] == 2000
    assert bill["make-ready of poles"] == pytest.approx(17.99)
    assert design.route_usd == pytest.approx(1000 * (41.01 + 2 * AERIAL + POLES), abs=0.01)
    assert made(homes((4000, 10)), roads(*lines), build="underground").route_usd == pytest.approx(
        4000 * 41.01, abs=0.01
    )
    adds_up(design)


def test_a_detour_that_costs_less_is_taken():
    lines = [street((0, 0), (1000, 0)), street((0, 0), (0, 500), (1000, 500), (1000, 0))]
    assert made(homes((1000, -1)), roads(*lines)).trench_m == 1000
    dug = roads(*lines, build=["underground", "aerial"])
    assert made(homes((1000, -1)), dug).trench_m == 1000
    there = roads(*lines, existing=["none", "conduit"])
    design = made(homes((1000, -1)), there)
    assert (design.trench_m, design.route_usd) == (2000, 0)
    adds_up(design)


def test_drops_take_the_class_of_their_length():
    design = made(homes((100, 60), (200, 60.1), (300, 150), (400, 350)), roads(street((0, 0), (500, 0))))
    assert design.drops["drop_class"].tolist() == ["short", "standard", "standard", "long driveway"]
    # about 9,000 usd for a long driveway in the ground, by trade sources
    long = design.drops["cost_central_usd"].iloc[3] * DESIGN - TERMINAL
    assert long == pytest.approx(9_000, rel=0.02)
    assert long == pytest.approx(STANDARD + 200 * 41.01, abs=0.02)
    assert design.drops["cost_central_usd"].is_monotonic_increasing
    lengths = design.drops.geometry.length
    assert lengths.tolist() == pytest.approx([60, 60.1, 150, 350])
    adds_up(design)


def test_cables_come_in_sizes_and_hold_a_reserve():
    fibres = np.array([0, 1, 10, 11, 262, 785, 786, 864, 2000])
    assert cable(fibres, 0.1).tolist() == [0, 12, 12, 24, 432, 864, 876, 960, 2592]
    assert cable(np.array([10, 12, 13]), 0).tolist() == [12, 12, 24]


def test_units_take_fibres_splitters_and_terminals_but_one_drop():
    design = made(homes((300, 20), (300, 30), unit_count=[40, None]), roads(street((0, 0), (500, 0))))
    bill = design.bill.set_index("item")["quantity"]
    assert (bill["splitter"], bill["terminal"], bill["drop, short"]) == (2, 41, 2)
    assert design.routes["fibres_in_use"].tolist() == [41]
    assert design.routes["fibres"].tolist() == [48]
    assert design.sites[["premises", "units"]].to_numpy().tolist() == [[2, 41]]
    assert made(homes((300, 20), units=[40]), roads(street((0, 0), (500, 0)))).routes["fibres"].tolist() == [48]
    adds_up(design)


def test_cabinets_take_what_the_hub_does_not():
    doors = [(100 + 10 * row, 20) for row in range(30)]
    design = made(homes(*doors), roads(street((0, 0), (1000, 0))), cabinet_premises=12)
    assert design.sites["kind"].tolist() == ["hub", "cabinet", "cabinet"]
    assert design.sites["premises"].sum() == 30
    assert design.sites["premises"].max() <= 12
    assert set(design.drops["site_id"]) == {"hub", "c0001", "c0002"}
    last = design.sites.geometry.x.max() - X
    feeder = design.routes[design.routes["role"] == "feeder"]
    assert feeder.geometry.bounds["maxx"].max() - X == last
    assert design.cost_central_usd == pytest.approx(
        made(homes(*doors), roads(street((0, 0), (1000, 0)))).cost_central_usd + (2 * CABINET + 2 * SPLITTER) / DESIGN,
        abs=0.1,
    )
    adds_up(design)


def test_premises_at_the_hub_need_no_route():
    design = made(homes((0, 10)), roads(street((0, 0), (100, 0))))
    assert len(design.routes) == 0
    assert design.routes.crs.to_epsg() == CRS
    assert design.trench_m == 0
    adds_up(design)


GRID = [street((0, 200 * row), (1000, 200 * row)) for row in range(6)] + [
    street((200 * row, 0), (200 * row, 1000)) for row in range(6)
]


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=1, max_size=25),
    st.integers(3, 20), st.integers(0, 2**31),
)  # fmt: skip
def test_any_premises_add_up_and_the_order_of_rows_does_not_matter(doors, capacity, seed):
    premises, lines = homes(*doors), roads(*GRID)
    design = made(premises, lines, hub=(500, 400), cabinet_premises=capacity)
    adds_up(design)
    assert design.lower_bound_m <= design.trench_m + 1e-6
    assert design.routes["length_m"].sum() == pytest.approx(design.trench_m, abs=0.05 * len(design.routes) + 1e-9)
    assert design.sites["units"].max() <= capacity
    assert len(design.sites) - 1 >= -(-len(doors) // capacity) - 1
    random = np.random.default_rng(seed)
    again = made(
        premises.iloc[random.permutation(len(premises))], lines.iloc[random.permutation(len(lines))], hub=(500, 400),
        cabinet_premises=capacity,
    )  # fmt: skip
    for name in ("routes", "sites", "drops", "bill", "curve"):
        pd.testing.assert_frame_equal(pd.DataFrame(getattr(design, name)), pd.DataFrame(getattr(again, name)))


ISLAND = [street((0, 0), (1000, 0)), street((9000, 0), (9500, 0))]


def test_what_cannot_be_reached_is_named_or_left_out_and_listed():
    premises, lines = homes((100, 10), (9100, 10), (500, 800)), roads(*ISLAND)
    with pytest.raises(
        PlanError, match=r"1 premises lie farther than 500 m from any road \(0002 at 800 m\); raise snap_limit_m"
    ):
        made(premises, lines)
    with pytest.raises(
        PlanError, match=r"no road joins 1 of 3 premises to a root \(0001\); the roads fall into 2 comp"
    ):
        made(premises, lines, snap_limit_m=900)
    design = made(premises, lines, leave_out_unreachable=True)
    assert design.left_out[["location_id", "reason", "snap_m"]].to_numpy().tolist() == [
        ["0001", "no road to the hub", 10.0], ["0002", "too far from any road", 800.0],
    ]  # fmt: skip
    assert design.curve["share"].tolist() == [pytest.approx(1 / 3, abs=1e-6)]
    assert "2 premises left out (1 no road to the hub, 1 too far from any road)" in design.notes
    adds_up(design)


@pytest.mark.parametrize(
    ("premises", "hub", "entry", "message"),
    [
        (homes(), (0, 0), {}, "there are no premises to connect"),
        (homes((1, 1)).drop(columns="location_id"), (0, 0), {}, "have no column location_id"),
        (homes((1, 1)).to_crs(4326), (0, 0), {}, "not in the same CRS"),
        (pd.DataFrame({"location_id": ["a"]}), (0, 0), {}, "premises have no points"),
        (homes((1, 1), (2, 2)).assign(location_id="a"), (0, 0), {}, "1 premises have no location_id or one that repeats"),
        (homes((1, 1), unit_count=[0]), (0, 0), {}, "a unit_count that is not a whole number from 1 (first: row 1, location 0000)"),
        (homes((1, 1), unit_count=[500]), (0, 0), {}, "1 premises have more units than cabinet_premises = 288 (0000 with 500); raise it"),
        (homes((1, 1)), (0, 5000), {}, "the hub lies 5,000 m from any road (limit 500 m)"),
        (homes((9100, 1)), (0, 0), {"leave_out_unreachable": True}, "no road joins any premises to the hub"),
    ],
)  # fmt: skip
def test_bad_input_is_named(premises, hub, entry, message):
    with pytest.raises(PlanError) as error:
        made(premises, roads(*ISLAND), hub, **entry)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"cabinet_premises": 0}, "greater than or equal to 1"),
        ({"splitter_ratio": 1}, "greater than or equal to 2"),
        ({"spare_share": 1.5}, "less than or equal to 1"),
        ({"snap_limit_m": "500"}, "'500' is not a number"),
        ({"design": ["Alford"]}, "should match pattern"),
        ({"cabinets": 3}, "Extra inputs are not permitted"),
    ],
)
def test_settings_are_checked(entry, message):
    with pytest.raises(ValidationError, match=message):
        LastMileEntry(**entry)


def test_a_price_book_without_a_last_mile_is_refused():
    bare = BOOK.model_copy(update={"last_mile": None})
    with pytest.raises(
        PlanError, match=r"price book 'massachusetts-2015' has no prices of a last mile; add \[last_mile\]"
    ):
        prices_of(bare)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("max_m = 150.0\n", "", "the last alone has none"),
        ("max_m = 150.0", "max_m = 60.0", "drops must come in rising max_m"),
        ('name = "standard"', 'name = "short"', "drops repeat a name"),
        ("[last_mile.cabinet]", "[last_mile.closet]", "key 'last_mile.cabinet' is missing; add it"),
    ],
)
def test_a_faulty_price_book_is_named(tmp_path, old, new, message):
    text = (Path(__file__).parents[3] / "planner/prices/massachusetts-2015.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "own.toml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(RuleError, match=message):
        load_prices("own.toml", tmp_path)


def test_santa_cruz_has_a_design_as_long_as_the_published_networks(shared):
    source = shared / "bench" / "santa_cruz" / "santa_cruz_1000.gpkg"
    streets, premises = (gpd.read_file(source, layer=name).to_crs(32610) for name in ("streets", "premises"))
    premises["location_id"] = premises["premise_id"].astype("str")
    doors = np.column_stack([premises.geometry.x, premises.geometry.y])
    design = design_area(premises, streets, Point(doors[0]), LastMileEntry(), PRICES)
    assert len(design.drops) == 975
    assert design.gap <= 0.005
    # proved optimum of the published graph, whose addresses join the streets elsewhere: 41,316 m
    assert design.trench_m + design.drops_m == pytest.approx(41_316, rel=0.03)
    # the middle mile's way from the same streets and addresses to a tree
    graph = road_graph(streets)
    graph, vertex = split(graph, attach(graph, premises, limit_m=500))
    metres = Graph(graph.vertices, graph.tail, graph.head, np.rint(graph.length_m * 1000).astype(np.int64))
    tree = steiner.solve(metres, vertex, iterations=8)
    assert tree.lower_bound / 1000 <= design.trench_m + 1
    assert design.trench_m == pytest.approx(tree.cost / 1000, rel=0.005)
    assert set(design.bill["item"]) >= {"aerial route", "make-ready of poles", "hub", "cabinet", "splitter", "terminal"}
    assert len(design.sites) == -(-975 // 288)
    adds_up(design)
