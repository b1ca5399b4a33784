"""Which polygon holds each point: every answer must be that of geopandas.sjoin and shapely."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import sedonadb
import shapely
from hypothesis import assume, example, given
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, affinity, box

from layers import LayerError, data_folder
from layers import _grid as grid
from layers.locate import Locator, locate

METRES = "EPSG:26986"


def joined(shapes, x, y):
    """The lowest row by geopandas.sjoin."""
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y))
    pairs = points.sjoin(gpd.GeoDataFrame(geometry=np.asarray(shapes, dtype=object)), predicate="intersects")
    return pairs["index_right"].groupby(level=0).min().reindex(points.index, fill_value=-1).to_numpy()


def agree(shapes, x, y):
    found = Locator(np.asarray(shapes, dtype=object)).find(x, y)
    expected = joined(shapes, x, y)
    wrong = np.flatnonzero(found != expected)
    assert len(wrong) == 0, [(x[k], y[k], found[k], expected[k]) for k in wrong[:5]]
    return found


def awkward(shapes, seed=1, count=300):
    """Points that tempt: all vertices, middles and other places of edges, their neighbours in doubles, random ones."""
    random = np.random.default_rng(seed)
    xy = np.concatenate([shapely.get_coordinates(shape.boundary) for shape in shapes])
    along = [xy[:-1] + share * (xy[1:] - xy[:-1]) for share in (0.5, 0.25, 0.1, random.random())]
    level = np.column_stack([random.choice(xy[:, 0], len(xy)), random.choice(xy[:, 1], len(xy))])
    west, south, east, north = shapely.total_bounds(np.asarray(shapes, dtype=object))
    width, height = east - west, north - south
    free = random.random((count, 2)) * [1.2 * width, 1.2 * height] + [west - 0.1 * width, south - 0.1 * height]
    given = np.concatenate([xy, *along, level, free])
    near = [np.nextafter(given, toward) for toward in (np.inf, -np.inf)]
    return np.concatenate([given, *near]).T


def stars(draw, size):
    """A valid polygon around a place, with a hole now and then."""
    x, y = draw(st.tuples(st.integers(-20, 20), st.integers(-20, 20)))
    far = draw(st.lists(st.integers(1, 12), min_size=size, max_size=size))
    angle = np.arange(size) * 2 * np.pi / size
    shell = np.column_stack([x + far * np.cos(angle), y + far * np.sin(angle)])
    if draw(st.booleans()):
        shell = np.round(shell)
    holes = [np.column_stack([x + (shell[:, 0] - x) / 3, y + (shell[:, 1] - y) / 3])] if draw(st.booleans()) else []
    return Polygon(shell, holes)


@st.composite
def polygon(draw):
    kind = draw(st.sampled_from(["star", "box", "sliver", "multi"]))
    if kind == "box":
        x, y, w, h = draw(st.tuples(*2 * [st.integers(-20, 20)], *2 * [st.integers(1, 15)]))
        return box(x, y, x + w, y + h)
    if kind == "sliver":
        x, y, dx, dy = draw(st.tuples(*2 * [st.floats(-20, 20, width=32)], *2 * [st.floats(-30, 30, width=32)]))
        return Polygon(
            [(x, y), (x + dx, y + dy), (x + dx / 3, y + dy / 3 + draw(st.sampled_from([1e-3, 1e-9, 1e-13])))]
        )
    if kind == "multi":
        return shapely.make_valid(
            MultiPolygon([stars(draw, 5), affinity.translate(stars(draw, 4), 60, 0)]), method="structure"
        )
    return stars(draw, draw(st.integers(3, 12)))


@given(
    shapes=st.lists(polygon(), min_size=1, max_size=8),
    frame=st.sampled_from([(0, 0, 1), (233_000, 900_000, 100), (-71.06, 42.36, 1e-4), (4e6, -3e6, 1e-3), (1, 1, 1e-9)]),
    seed=st.integers(0, 1000),
)
@example(shapes=[box(0, 0, 1, 1), box(0, 0, 1, 1)], frame=(0, 0, 1), seed=0)
def test_any_polygons_answer_as_sjoin_does(shapes, frame, seed):
    east, north, unit = frame
    moved = [shapely.transform(shape, lambda xy: xy * unit + [east, north]) for shape in shapes]
    moved = [shape for shape in moved if shape.is_valid and not shape.is_empty and "Polygon" in shape.geom_type]
    assume(moved)
    agree(moved, *awkward(moved, seed, 50))


@given(
    count=st.integers(2, 40),
    spread=st.sampled_from([1.0, 1e-3, 1e-6]),
    seed=st.integers(0, 10_000),
    lines=st.booleans(),
)
def test_neighbours_that_share_borders_answer_as_sjoin_does(count, spread, seed, lines):
    random = np.random.default_rng(seed)
    places = random.random((count, 2)) * np.where(np.arange(count)[:, None] % 2, 1, spread)
    places = np.round(places, 1) if lines else places  # squares and shared corners
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(places), extend_to=box(0, 0, 1, 1)))
    cells = cells[shapely.is_valid(cells) & (shapely.get_type_id(cells) == 3)]  # a few are broken by rounding
    assume(len(cells))
    agree(cells, *awkward(cells, seed, 100))


FIGURES: dict[str, Any] = {
    "square": [box(0, 0, 1, 1)],
    "hole": [Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(3, 3), (6, 3), (6, 6), (3, 6)]])],
    "filled hole": [Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(3, 3), (6, 3), (6, 6), (3, 6)]]), box(3, 3, 6, 6)],
    "hole that touches": [Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(0, 3), (3, 1), (3, 6)]])],
    "parts that touch": [MultiPolygon([box(0, 0, 1, 1), box(1, 1, 2, 2)]), box(1, 0, 2, 1)],
    "island in a hole": [
        MultiPolygon([Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(2, 2), (7, 2), (7, 7), (2, 7)]]), box(4, 4, 5, 5)])
    ],
    "overlap": [box(0, 0, 4, 4), box(2, 2, 6, 6), box(3, 0, 5, 9), box(0, 0, 9, 9)],
    "lower row covered by higher": [box(2, 2, 3, 3), box(0, 0, 9, 9), box(2, 2, 3, 3)],
    "collinear points": [Polygon([(0, 0), (1, 0), (1, 0), (2, 0), (3, 0), (3, 1), (3, 3), (1.5, 1.5), (1, 1)])],
    "sliver": [Polygon([(0, 0), (1e6, 1), (1e6, 1.0000001)]), Polygon([(0, 0), (1e6, 1), (1e6, 0.5)])],
    "tiny": [Polygon([(0.1, 0.1), (0.1 + 2**-54, 0.1), (0.1, 0.1 + 2**-54)]), box(0, 0, 1e-300, 1e-300)],
    "tiny beside huge": [box(-1e8, -1e8, 1e8, 1e8), box(0.5, 0.5, 0.5 + 1e-9, 0.5 + 1e-9), box(1e8, 0, 2e8, 1)],
    "one bit wide at a million": [box(1e6, 1e6, np.nextafter(1e6, 2e6), 1e6 + 1)],
    "far away": [Polygon([(1e15, 1e15), (1e15 + 8, 1e15 + 2), (1e15 + 3, 1e15 + 9)])],
    "diamond": [Polygon([(0, -1), (1, 0), (0, 1), (-1, 0)]), Polygon([(1, -2), (2, -1), (1, 0), (0, -1)])],
    "comb": [Polygon([(0, -1), *[(k, (k % 2) * 50) for k in range(101)], (100, -1)])],
    "fan": [
        Polygon([(0, 0), (np.cos(a), np.sin(a)), (np.cos(a + 0.01), np.sin(a + 0.01))])
        for a in np.arange(0, 6.28, 0.01)
    ],
    "same again": [Point(0, 0).buffer(1)] * 20,
    "with empty ones": [Polygon(), box(0, 0, 1, 1), MultiPolygon(), box(1, 0, 2, 1)],
}


@pytest.mark.parametrize("name", FIGURES)
def test_figures_answer_as_sjoin_does(name):
    shapes = [shape for shape in FIGURES[name] if not shape.is_empty]
    assert all(shape.is_valid for shape in shapes)
    x, y = awkward(shapes)
    assert (agree(FIGURES[name], x, y) >= 0).any()


def held(shape, x, y):
    """Whether a polygon holds a point, in exact fractions: on an edge, or with an odd number of edges to the east."""
    odd, x, y = False, Fraction(x), Fraction(y)
    for ring in shapely.get_rings(shape):
        for (x1, y1), (x2, y2) in pairwise([tuple(map(Fraction, xy)) for xy in shapely.get_coordinates(ring).tolist()]):
            turn = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
            if turn == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
                return True
            if (y1 > y) != (y2 > y):
                odd ^= (turn > 0) == (y2 > y1)
    return odd


@pytest.mark.parametrize("name", ["hole", "overlap", "sliver", "tiny beside huge", "far away", "diamond", "slanted"])
def test_figures_answer_as_exact_fractions_do(name):
    shapes = FIGURES.get(name, [Polygon([(0.1, 0.1), (0.7, 0.3), (0.35, 0.9)])])
    x, y = awkward(shapes, count=50)
    expected = [
        next((row for row, shape in enumerate(shapes) if held(shape, *place)), -1) for place in zip(x, y, strict=True)
    ]
    assert Locator(shapes).find(x, y).tolist() == expected


def test_answers_in_plain_words():
    square, neighbour = box(0, 0, 1, 1), Polygon([(1, 0), (3, 0), (3, 2), (1, 2)], [[(1.5, 0.5), (2.5, 0.5), (2, 1)]])
    points = {
        (0.5, 0.5): 0,  # inside
        (1, 0.5): 0,  # common border: the first
        (1, 1.5): 1,  # border of the second alone
        (0, 0): 0,  # corner
        (2, 0.75): -1,  # in the hole
        (2, 0.5): 1,  # on the hole's border
        (-1, 0.5): -1,
        (np.nan, 0.5): -1,
        (0.5, np.inf): -1,
        (-np.inf, np.nan): -1,
    }
    found = Locator(gpd.GeoSeries([square, neighbour], index=[7, 5])).find(*np.array(list(points)).T)
    assert found.dtype == np.int32
    assert dict(zip(points, found.tolist(), strict=True)) == points


def test_points_on_slanted_borders_are_answered_by_geos_itself():
    """No double lies exactly on most slanted edges: plain doubles cannot tell, and must not guess."""
    shape = Polygon([(0.1, 0.1), (0.7, 0.3), (0.35, 0.9)])
    share = np.random.default_rng(1).random(2000)
    x, y = 0.1 + share * 0.6, 0.1 + share * 0.2
    locator = Locator([shape])
    rows = np.empty(len(x), np.int32)
    grid.find_rows(locator._grid, locator._edges, x, y, rows)
    assert (rows == grid.ASK).sum() > 100
    assert set(locator.find(x, y).tolist()) == {0, -1}
    agree([shape], x, y)


def test_no_polygons_hold_nothing():
    for shapes in ([], [Polygon()], [None], [None, MultiPolygon()]):
        assert Locator(np.array(shapes, dtype=object)).find([0, np.nan], [0, 0]).tolist() == [-1, -1]


def test_a_crowd_is_split_into_finer_cells():
    places = np.concatenate([np.random.default_rng(1).random((400, 2)) * 1e-4, [[10, 10], [0, 10], [10, 0]]])
    shapes = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(places)))
    locator = Locator(shapes)
    assert len(locator._grid.nodes.start) > 1
    assert np.diff(locator._grid.lists.first)[locator._grid.finer < 0].mean() < 5
    x, y = np.random.default_rng(2).random((2, 2000)) * 1.2e-4 - 1e-5
    agree(shapes, x, y)
    agree(shapes, *awkward(shapes))


def test_the_index_stays_small_whatever_the_polygons():
    random = np.random.default_rng(1)
    rings = [
        Point(*place).buffer(far, 4) for place, far in zip(random.random((3000, 2)), random.random(3000), strict=True)
    ]
    locator = Locator(rings)  # 3,000 circles over each other
    assert sum(array.nbytes for array in (*locator._grid.lists, locator._grid.cells, locator._grid.finer)) < 300e6
    x, y = random.random((2, 2000)) * 3 - 1
    agree(rings, x, y)


def test_chunks_threads_and_kinds_of_array_do_not_matter(monkeypatch):
    random = np.random.default_rng(1)
    shapes = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(random.random((50, 2)))))
    locator = Locator(shapes)
    x, y = random.random((2, 10_000))
    whole = locator.find(x, y)
    monkeypatch.setattr("layers.locate._CHUNK", 999)
    np.testing.assert_array_equal(locator.find(x, y), whole)
    np.testing.assert_array_equal(locator.find(x[::-1], y[::-1]), whole[::-1])
    np.testing.assert_array_equal(locator.find(pd.Series(x), y.tolist()), whole)
    stream = locator.find_chunks((x[start : start + 3000], y[start : start + 3000]) for start in range(0, 10_000, 3000))
    np.testing.assert_array_equal(np.concatenate(list(stream)), whole)
    single = locator.find(x.astype(np.float32), y.astype(np.float32))
    np.testing.assert_array_equal(single, joined(shapes, x.astype(np.float32), y.astype(np.float32)))
    assert locator.find(0.5, 0.5).shape == (1,)
    assert locator.find([], []).shape == (0,)
    with pytest.raises(ValueError, match="one length"):
        locator.find([1, 2], [1])


def test_polygons_that_cannot_be_trusted_are_refused():
    bow = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(LayerError, match=r"1 geometries are not valid \(first: row 2, Self-intersection.*make_valid"):
        Locator([box(0, 0, 1, 1), bow])
    with pytest.raises(LayerError, match=r"Polygon or MultiPolygon, but 2 rows are not \(first: row 1\)"):
        Locator([Point(0, 0), box(0, 0, 1, 1), LineString([(0, 0), (1, 1)])])
    with pytest.raises(LayerError, match=r"beyond 1e\+100"):
        Locator([box(0, 0, 1e200, 1)])


def towns_and_points(crs=METRES):
    towns = gpd.GeoDataFrame(
        {"town_geoid": ["2500100001", "2500100002"], "homes": [10, 20], "share": [0.5, 0.25]},
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], index=[5, 5], crs=METRES,
    )  # fmt: skip
    places: list[Any] = [Point(1.5, 0.5), Point(9, 9), Point(1, 1), None, Point()]
    return gpd.GeoDataFrame(geometry=places, index=list("abcde"), crs=crs), towns


def test_locate_gives_the_key_and_missing_where_there_is_none():
    points, towns = towns_and_points()
    keys = locate(points, towns, "town_geoid")
    assert (keys.name, keys.index.tolist()) == ("town_geoid", list("abcde"))
    assert keys.dtype == towns["town_geoid"].dtype
    assert keys.fillna("-").tolist() == ["2500100002", "-", "2500100001", "-", "-"]
    homes = locate(points, towns, "homes")
    assert homes.dtype == "Int64"
    assert homes.fillna(-1).tolist() == [20, -1, 10, -1, -1]
    assert locate(points, towns, "share").fillna(-1).tolist() == [0.25, -1, 0.5, -1, -1]


def test_locate_refuses_what_it_cannot_compare():
    points, towns = towns_and_points("EPSG:4326")
    with pytest.raises(LayerError, match="CRS is EPSG:4326, expected that of the polygons, EPSG:26986"):
        locate(points, towns, "town_geoid")
    points, towns = towns_and_points()
    with pytest.raises(LayerError, match="layer of points has no CRS"):
        locate(points.set_crs(None, allow_override=True), towns, "town_geoid")
    with pytest.raises(LayerError, match=r"not a point in 2 rows \(first: row 1\).*no column 'geoid'"):
        locate(towns, towns, "geoid")


def test_every_premises_of_the_sample_region_lies_where_sjoin_says():
    towns = gpd.read_parquet(data_folder() / "sample" / "towns.parquet")
    premises = gpd.read_parquet(data_folder() / "sample" / "premises.parquet")
    assert len(premises) == 718_709
    x, y = premises.geometry.x.to_numpy(), premises.geometry.y.to_numpy()
    found = agree(towns.geometry.to_numpy(), x, y)
    keys = locate(premises, towns, "town_geoid")
    assert (keys[found >= 0] == towns["town_geoid"].to_numpy()[found[found >= 0]]).all()
    assert keys.isna().sum() == (found < 0).sum()


def test_the_real_massachusetts_towns_answer_as_sjoin_does(shared):
    towns = gpd.read_file(shared / "layers" / "massachusetts_towns_2020.gpkg").geometry.to_numpy()
    with pytest.raises(LayerError, match="2 geometries are not valid"):
        Locator(towns)
    towns = shapely.make_valid(towns, method="structure", keep_collapsed=False)
    west, south, east, north = shapely.total_bounds(towns)
    random = np.random.default_rng(1)
    x, y = random.uniform(west, east, 200_000), random.uniform(south, north, 200_000)
    found = agree(towns, x, y)
    assert len(np.unique(found)) == 352
    vertices = shapely.get_coordinates(towns)[::17]
    agree(towns, *vertices.T)
    agree(towns, *((vertices[:-1] + vertices[1:]) / 2).T)


def test_sedonadb_answers_the_same():
    towns = gpd.read_parquet(data_folder() / "sample" / "towns.parquet")
    west, south, east, north = towns.total_bounds  # not on borders: of those it misses some
    x, y = np.random.default_rng(1).uniform([[west], [south]], [[east], [north]], (2, 20_000))
    engine = sedonadb.connect()
    points = gpd.GeoDataFrame({"point": np.arange(len(x))}, geometry=gpd.points_from_xy(x, y, crs=towns.crs))
    engine.create_data_frame(points).to_view("points")
    polygons = gpd.GeoDataFrame({"polygon": np.arange(len(towns))}, geometry=towns.geometry.to_numpy(), crs=towns.crs)
    engine.create_data_frame(polygons).to_view("polygons")
    pairs = pa.table(
        engine.sql(
            "SELECT point, min(polygon) AS polygon FROM points JOIN polygons"
            " ON ST_Intersects(polygons.geometry, points.geometry) GROUP BY point"
        )
    )
    expected = np.full(len(x), -1)
    expected[pairs["point"].to_numpy()] = pairs["polygon"].to_numpy()
    np.testing.assert_array_equal(Locator(towns.geometry).find(x, y), expected)
