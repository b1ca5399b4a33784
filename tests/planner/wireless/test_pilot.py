"""The pilot: towers over made hills or within a radius, what they serve and cost, and what is refused."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from pydantic import ValidationError
from rasterio.transform import Affine
from shapely import Point

from layers import PlanError, declared
from layers.terrain import read_terrain
from planner.prices import load_prices
from planner.tables import tables
from planner.target import Target
from planner.wireless.coverage import RADIUS, SIGHT, reach
from planner.wireless.entry import WirelessEntry
from planner.wireless.itm import Radio, Variability, loss_db
from planner.wireless.link import free_space_db
from planner.wireless.pilot import Ground, pilot
from planner.wireless.profile import grid, profile
from planner.wireless.sites import generated, given
from tests.planner.wireless._ground import CRS, X, Y, homes, rolling, terrain, towns

SPAN = 9000.0
BOOK: Any = load_prices("massachusetts-2015", Path()).wireless


def settings(**keys):
    return WirelessEntry(**{"down_mbps": 100, "up_mbps": 20, "receiver_dbm": -85.0, "radius_m": 6000, **keys})


def sites(*places, **columns):
    table = {"site_id": [f"t{n}" for n in range(len(places))], **columns}
    return gpd.GeoDataFrame(table, geometry=[Point(X + x, Y - y) for x, y in places], crs=CRS)


def points(table) -> list[Point]:
    return list(table.geometry)


@pytest.fixture(scope="module")
def hills():
    return terrain(rolling(300, 300, seed=3, steep=1.2))


def test_every_pair_has_the_loss_of_its_own_profile(hills):
    masts, people = given(sites((1500, 1500), (4500, 4600), (7000, 2500))), homes(60, SPAN)
    asked = settings(receiver_dbm=-90, clutter_db=6)
    found = reach(masts, people, hills, asked)
    shares = Variability(0.75, 0.75, 0.5)
    for row, mast in enumerate(points(masts)):
        for column, home in enumerate(points(people)):
            apart = mast.distance(home)
            z = profile(grid(hills), (mast.x, mast.y), (home.x, home.y))
            step = apart / (len(z) - 1)
            at = np.arange(len(z)) * step
            chord = np.interp(at, [0, apart], [z[0] + 30, z[-1] + 5])
            bulge = at * (apart - at) / (2 * 4 / 3 * 6_371_000)
            seen = (z + bulge <= chord)[1:-1].all()
            loss = free_space_db(apart, 3550) if apart < 1000 else loss_db(z, step, (30, 5), Radio(3550), shares)
            power = 47 - 6 - loss
            wanted = apart <= 6000 and seen and power >= -90
            assert found.matrix[row, column] == wanted
            if wanted:
                assert found.merit[row, column] == pytest.approx(power, abs=0.01)
    assert 0 < found.matrix.sum() < found.matrix.shape[0] * found.matrix.shape[1]
    assert found.basis == SIGHT == "viewshed and Longley-Rice on terrain"


def test_hills_take_away_and_diffraction_gives_back(hills):
    masts, people = generated(towns(SPAN), 3000, hills), homes(150, SPAN)
    loose = {"receiver_dbm": -110.0, "line_of_sight": False}
    counts = [
        reach(masts, people, ground, settings(**keys)).matrix.sum()
        for ground, keys in (
            (None, {}),
            (hills, loose),
            (hills, {"receiver_dbm": -110.0}),
            (hills, {"receiver_dbm": -60.0}),
        )
    ]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) == 4


def test_without_a_terrain_all_within_the_radius_count_and_the_basis_says_so():
    people = homes(80, SPAN)
    found = reach(given(sites((4500, 4500))), people, None, settings(radius_m=3000))
    apart = people.distance(Point(X + 4500, Y - 4500)).to_numpy()
    np.testing.assert_array_equal(found.matrix.toarray()[0], apart <= 3000)
    assert found.basis == RADIUS == "radius model (no terrain given): approximate"


def test_paths_over_cells_without_a_height_do_not_count_and_are_counted():
    heights = np.full((300, 300), 100.0)
    heights[:, 150] = np.nan
    people = sites((3000, 4500), (6000, 4500)).rename(columns={"site_id": "location_id"})
    found = reach(given(sites((2000, 4500))), people, terrain(heights), settings())
    assert found.matrix.toarray().tolist() == [[True, False]]
    assert "1 paths over cells without a height do not count" in found.notes


def test_generated_sites_stand_on_the_highest_cell_of_their_square(hills):
    masts = generated(towns(SPAN), 3000, hills)
    assert masts["site_id"].is_unique
    for mast in points(masts):
        left, low = mast.x // 3000 * 3000, mast.y // 3000 * 3000
        x = X + (np.arange(300) + 0.5) * 30
        y = Y - (np.arange(300) + 0.5) * 30
        square = np.outer((y >= low) & (y < low + 3000), (x >= left) & (x < left + 3000))
        row, column = hills.cells([mast.x], [mast.y])
        assert hills.height_m[row[0], column[0]] == hills.height_m[square].max()
    flat = generated(towns(SPAN), 1500, None)
    assert ((flat.geometry.x % 1500 == 750) & (flat.geometry.y % 1500 == 750)).all()
    with pytest.raises(PlanError, match="give a smaller spacing_m"):
        generated(towns(300.0), 100_000, None)
    with pytest.raises(PlanError, match="give a wider one"):
        generated(towns(1e6), 100, None)


def test_a_design_serves_what_it_says_at_the_books_prices(hills):
    people = homes(200, SPAN)
    found = pilot(people, Ground(towns(SPAN), hills), settings(spacing_m=3000), BOOK, wanted=120)
    table = found.towers
    assert list(tables()["towers"].columns)[:4] == ["site_id", "town_geoid", "site", "height_m"]
    assert found.served.sum() == table["premises"].sum() >= 120
    assert (table["premises"] <= table["reached"]).all()
    np.testing.assert_array_equal(found.served, pd.notna(found.tower))
    assert (
        pd.Series(found.tower).value_counts().to_dict()
        == table.set_index("site_id")["premises"].loc[lambda n: n > 0].to_dict()
    )
    for level in ("low", "central", "high"):
        tower, backhaul, access = (getattr(factor, level) for factor in (BOOK.tower, BOOK.backhaul, BOOK.access))
        built = len(table) * (tower + backhaul) + access * found.served.sum()
        assert found.cost_usd[level] == pytest.approx(built) == pytest.approx(table[f"cost_{level}_usd"].sum(), abs=1)
        upkeep = getattr(BOOK.maintenance, level) * built + len(table) * getattr(BOOK.lease, level)
        assert found.yearly_usd[level] == pytest.approx(upkeep)
    assert found.towers_usd == pytest.approx(len(table) * (BOOK.tower.central + BOOK.backhaul.central))
    assert found.bound_usd <= found.towers_usd
    assert found.gap == 0
    assert table["town_geoid"].isin(towns(SPAN)["town_geoid"]).all()
    assert table["seen_share"].between(0, 1).all()
    assert set(table["origin"]) == {"modelled"}
    assert set(table["site"]) == {"generated"}
    assert any("generated grid" in note for note in found.notes)


def test_a_standing_tower_is_preferred_and_its_own_height_counts():
    people = homes(50, SPAN)
    places = sites(
        (4500, 4500), (4500, 4600), (60_000, 4500), cost_usd=[np.nan, 0.0, np.nan], height_m=[np.nan, 45.0, np.nan]
    )
    found = pilot(people, Ground(towns(SPAN), None, places), settings(radius_m=10_000), BOOK)
    (row,) = found.towers.to_dict("records")
    assert (row["site_id"], row["height_m"], row["site"]) == ("t1", 45.0, "given")
    assert row["cost_central_usd"] == pytest.approx(BOOK.backhaul.central + 50 * BOOK.access.central)
    assert (row["basis"], row["origin"]) == (RADIUS, "approximate")
    assert np.isnan(row["ground_m"])
    assert np.isnan(row["seen_share"])


def test_a_town_is_named_and_a_site_beside_the_towns_has_none():
    places = sites((1000, 1000), (8000, 1000), (4500, -500))
    people = sites((1000, 1100), (8000, 1100), (4500, 100)).rename(columns={"site_id": "location_id"})
    found = pilot(people, Ground(towns(SPAN), None, places), settings(radius_m=1000), BOOK)
    assert found.towers["town_geoid"].fillna("").tolist() == ["2500300001", "2500300002", ""]


def test_capacity_is_kept_and_more_towers_are_built():
    people = homes(60, 2000.0)
    places = sites(*[(1000 + 10 * n, 1000) for n in range(5)])
    place = Ground(towns(SPAN), None, places)
    assert len(pilot(people, place, settings(), BOOK).towers) == 1
    tight = pilot(people, place, settings(premises_per_tower=20), BOOK)
    assert tight.towers["premises"].tolist() == [20, 20, 20]
    with pytest.raises(PlanError, match="60 premises are wanted, but all sites together serve 50 of 60"):
        pilot(people, place, settings(premises_per_tower=10), BOOK, wanted=60)
    assert pilot(people, place, settings(premises_per_tower=10), BOOK).served.sum() == 50


def test_the_order_of_rows_does_not_matter_and_the_same_input_gives_the_same_bytes(hills):
    people = homes(120, SPAN)
    masts = generated(towns(SPAN), 3000, hills)[["site_id", "geometry"]]
    one = pilot(people, Ground(towns(SPAN), hills, masts), settings(premises_per_tower=30), BOOK, wanted=70)
    again = pilot(people, Ground(towns(SPAN), hills, masts), settings(premises_per_tower=30), BOOK, wanted=70)
    order = np.random.default_rng(1).permutation(len(people))
    mixed = pilot(
        people.iloc[order], Ground(towns(SPAN).iloc[::-1], hills, masts.sample(frac=1, random_state=2)),
        settings(premises_per_tower=30), BOOK, wanted=70,
    )  # fmt: skip
    for other in (again, mixed):
        assert one.towers.to_csv() == other.towers.to_csv()
        assert (one.cost_usd, one.bound_usd, one.notes) == (other.cost_usd, other.bound_usd, other.notes)
    np.testing.assert_array_equal(one.tower[order], mixed.tower)


def test_from_a_geotiff_to_towers(tmp_path):
    heights = rolling(320, 320, seed=9).astype(np.float32)
    path = tmp_path / "hills.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=320, height=320, count=1, dtype="float32", crs=CRS,
        transform=Affine(30, 0, X - 300, 0, -30, Y + 300), nodata=-9999, compress="deflate",
    ) as file:  # fmt: skip
        file.write(heights, 1)
    hills = read_terrain(path, CRS, towns(SPAN), margin_m=300)
    found = pilot(homes(80, SPAN), Ground(towns(SPAN), hills), settings(terrain="hills.tif", spacing_m=2500), BOOK)
    assert found.served.sum() == found.reachable > 0
    assert found.basis == SIGHT
    assert found.towers["ground_m"].between(heights.min(), heights.max()).all()


def test_nothing_wanted_is_nothing_built():
    found = pilot(homes(5, SPAN), Ground(towns(SPAN)), settings(), BOOK, wanted=0)
    assert len(found.towers) == 0
    assert list(found.towers.columns)[:3] == ["site_id", "town_geoid", "site"]
    assert (found.cost_usd["central"], found.served.sum(), found.gap) == (0, 0, 0)


def test_what_cannot_be_designed_is_said_in_words(hills):
    people, area = homes(20, SPAN), towns(SPAN)
    with pytest.raises(PlanError, match="none of 1 sites reaches any of 20 premises; add sites"):
        pilot(people, Ground(area, None, sites((500_000, 0))), settings(), BOOK)
    with pytest.raises(PlanError, match="layer 'towns' is in EPSG:32618, premises in EPSG:26986; reproject"):
        pilot(people, Ground(area.to_crs(32618)), settings(), BOOK)
    with pytest.raises(PlanError, match="terrain is in EPSG:26986, premises in EPSG:32618; warp it"):
        pilot(people.to_crs(32618), Ground(area.to_crs(32618), hills), settings(), BOOK)
    with pytest.raises(PlanError, match="-1 premises are wanted; give 0 or more"):
        pilot(people, Ground(area), settings(), BOOK, wanted=-1)
    with pytest.raises(PlanError, match="has no receiver_dbm; give the power that the receivers need"):
        pilot(people, Ground(area, hills), settings(receiver_dbm=None), BOOK)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"premises_per_tower": 0}, "greater than or equal to 1"),
        ({"receiver_m": 8}, "less than or equal to 7"),
        ({"edge_probability": 1}, "less than 1"),
        ({"technology": 60}, "Input should be 70, 71 or 72"),
        ({"terrain": "a.tif", "receiver_dbm": None}, "has a terrain but no receiver_dbm"),
        ({"eirp_dbm": 50}, "47 dBm in 10 MHz is the most in this band"),
        ({"radius": 8000}, "Extra inputs are not permitted"),
    ],
)
def test_settings_that_cannot_be_are_refused(keys, said):
    with pytest.raises(ValidationError, match=said):
        settings(**keys)


def test_an_offer_counts_for_the_tiers_that_it_meets():
    fast, slow = (Target(down_mbps=d, up_mbps=u, share=0.96) for d, u in ((100, 20), (25, 3)))
    assert settings().counts_for(fast)
    assert not settings(down_mbps=50).counts_for(fast)
    assert settings(down_mbps=50).counts_for(slow)


def test_the_layer_of_sites_is_declared():
    table = declared("tower_sites").check(sites((0, 0), (1, 1), height_m=[30.0, None], cost_usd=[None, 0.0]), CRS)
    assert table["height_m"].isna().tolist() == [False, True]


def test_published_prices_of_the_book():
    # ITU, Connectivity Planning Platform user guide
    assert (BOOK.tower.low, BOOK.backhaul.central, BOOK.access.central, BOOK.maintenance.central) == (
        13_000,
        2_825,
        831.59,
        0.1,
    )
