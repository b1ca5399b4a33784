"""Lines -> graph -> points on it: lengths, ends and distances are those of shapely and of networkx."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, Point

from layers import LayerError, data_folder
from layers.road_graph import attach, components, edge_table, road_graph, split, unreachable, unreachable_fault

CRS = "EPSG:26986"


def roads(*lines, crs=CRS, **columns):
    shapes = [line if hasattr(line, "geom_type") else LineString(line) for line in lines]
    return gpd.GeoDataFrame(columns, geometry=shapes, index=range(len(shapes)), crs=crs)


def sound(graph):
    """What holds for every graph: edges run from tail to head, lengths are theirs, rows and labels fit."""
    ends = np.stack([graph.x_m, graph.y_m], axis=1)
    first, last = shapely.get_point(graph.geometry, 0), shapely.get_point(graph.geometry, -1)
    np.testing.assert_array_equal(shapely.get_coordinates(first), ends[graph.tail])
    np.testing.assert_array_equal(shapely.get_coordinates(last), ends[graph.head])
    np.testing.assert_allclose(graph.length_m, shapely.length(graph.geometry), atol=1e-6)
    assert len(graph.row_first) == len(graph.tail) + 1
    assert graph.row_first[-1] == len(graph.rows)
    assert (np.diff(graph.row_first) > 0).all()
    assert (graph.component[graph.tail] == graph.component[graph.head]).all()
    table = components(graph)
    assert table["length_m"].is_monotonic_decreasing
    assert len(table) == nx.number_connected_components(graph_of(graph))
    assert table["length_m"].sum() == pytest.approx(graph.length_m.sum())
    return graph


def graph_of(graph):
    out = nx.MultiGraph()
    out.add_nodes_from(range(graph.vertices))
    out.add_edges_from(zip(graph.tail.tolist(), graph.head.tolist(), strict=True))
    return out


def degrees(graph):
    return sorted(degree for _, degree in graph_of(graph).degree())


def test_a_t_junction_is_three_edges_where_the_end_lies_on_the_inside():
    graph = sound(road_graph(roads([(0, 0), (100, 0)], [(40, 0.3), (40, 50)])))
    assert degrees(graph) == [1, 1, 1, 3]
    assert sorted(graph.row.tolist()) == [0, 0, 1]
    assert graph.length_m.sum() == pytest.approx(149.7, abs=0.01)  # the road bends by 0.3 m to the end of the other
    assert "1 places where an end touches the inside of a line made vertices" in graph.notes
    assert len(components(road_graph(roads([(0, 0), (100, 0)], [(40, 0.6), (40, 50)])))) == 2


def test_lines_that_cross_meet_only_at_a_common_point_unless_the_layer_is_flat():
    bridge = roads([(0, 0), (100, 0)], [(50, -50), (50, 50)])
    assert len(components(sound(road_graph(bridge)))) == 2
    flat = sound(road_graph(bridge, crossings=True))
    assert degrees(flat) == [1, 1, 1, 1, 4]
    assert "1 crossings made vertices" in flat.notes
    common = roads([(0, 0), (50, 0), (100, 0)], [(50, -50), (50, 0), (50, 50)])
    assert degrees(sound(road_graph(common))) == [1, 1, 1, 1, 4]


def test_flat_lines_meet_where_they_overlap_and_where_one_crosses_itself():
    eight = sound(road_graph(roads([(0, 0), (100, 100), (100, 0), (0, 100)]), crossings=True))
    assert degrees(eight) == [1, 1, 4]
    assert eight.length_m.sum() == pytest.approx(100 + 200 * 2**0.5)
    overlap = sound(road_graph(roads([(0, 0), (10, 0), (10, 9)], [(5, -5), (5, 0), (20, 0)]), crossings=True))
    assert overlap.length_m.sum() == pytest.approx(19 + 5 + 10)


def test_ends_within_the_tolerance_are_one_vertex_at_a_place_that_exists():
    lines = roads([(0, 0), (100, 0)], [(100.3, 0), (100, 80)], [(100.3, 0), (200, 0)])
    graph = sound(road_graph(lines))
    assert degrees(graph) == [1, 1, 1, 3]
    assert (100.3, 0.0) in zip(graph.x_m, graph.y_m, strict=True)
    assert "1 end points merged with one within 0.5 m (moved by 0.30 m at most)" in graph.notes
    assert len(components(road_graph(lines, snap_m=0.1))) == 2
    assert len(components(road_graph(lines, snap_m=0))) == 2


def test_loops_keep_one_vertex():
    ring = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]
    alone = sound(road_graph(roads(ring)))
    assert (alone.vertices, alone.tail.tolist(), alone.head.tolist()) == (1, [0], [0])
    assert alone.length_m.tolist() == [40]
    pan = sound(road_graph(roads(ring, [(0, 0), (-20, 0)])))
    assert degrees(pan) == [1, 3]
    parts = sound(road_graph(roads(ring[:3], ring[2:])))
    assert (parts.vertices, parts.length_m.tolist()) == (1, [40])
    assert shapely.equals(parts.geometry[0], LineString(ring))
    lasso = sound(road_graph(roads([(-20, 0), *ring])))  # a line that ends on its own inside
    assert degrees(lasso) == [1, 3]
    assert sound(road_graph(roads([(0, -20), (0, 30), (20, 30), (20, 0), (0.2, 0)]))).vertices == 2


def test_lines_drawn_twice_are_kept_once_and_true_parallels_stay():
    bent = [(0, 0), (50, 20), (100, 0)]
    lines = roads(
        [(0, 0), (100, 0)], [(100, 0), (0, 0)], bent, [(100, 0), (150, 0)], [(0, 0), (0, 9)], [(0, 0), (0, -9)]
    )
    graph = sound(road_graph(lines))
    assert sorted(graph.row.tolist()) == [0, 2, 3, 4, 5]
    assert "1 edges that were drawn twice dropped" in graph.notes
    lines["existing"] = ["none", "conduit", None, None, None, None]
    assert sorted(road_graph(lines).row.tolist()) == [1, 2, 3, 4, 5]
    assert sorted(road_graph(roads(bent, bent, bent)).row.tolist()) == [0]
    ring = [(0, 0), (10, 0), (10, 10), (0, 0)]
    assert len(road_graph(roads(ring, ring[::-1])).tail) == 1


def test_lines_without_length_and_empty_parts_are_dropped():
    nothing = LineString([(5, 5), (5, 5)])
    graph = sound(
        road_graph(roads([(0, 0), (10, 0)], nothing, MultiLineString([[(0, 0), (0, 7)], [(3, 3), (3.2, 3)]])))
    )
    assert graph.length_m.tolist() in ([10, 7], [17])
    assert "1 edges without length dropped" in road_graph(roads([(0, 0), (10, 0)], nothing)).notes


def test_a_change_of_class_build_or_what_is_there_ends_an_edge():
    lines = [[(0, 0), (10, 0)], [(20, 0), (10, 0)], [(20, 0), (30, 0)], [(30, 0), (40, 0)]]
    plain = sound(road_graph(roads(*lines)))
    assert plain.length_m.tolist() == [40]
    assert plain.rows.tolist() in ([0, 1, 2, 3], [3, 2, 1, 0])
    assert "3 vertices between two edges joined away" in plain.notes
    classed = roads(*lines, road_class=["a", "a", None, None], build=["aerial"] * 3 + ["underground"])
    graph = sound(road_graph(classed))
    assert sorted(graph.length_m.tolist()) == [10, 10, 20]
    table = edge_table(graph, classed, ["road_class", "build"])
    assert table.crs == CRS
    assert sorted(zip(table["length_m"], table["road_class"].fillna("-"), table["build"], strict=True)) == [
        (10, "-", "aerial"), (10, "-", "underground"), (20, "a", "aerial"),
    ]  # fmt: skip
    assert list(edge_table(graph)) == ["edge", "tail", "head", "length_m", "component", "geometry"]
    assert sound(road_graph(classed, breaks=())).length_m.tolist() == [40]


def test_forbidden_lines_are_left_out():
    lines = roads([(0, 0), (10, 0)], [(10, 0), (20, 0)], [(20, 0), (30, 0)], forbidden=[False, True, False])
    graph = sound(road_graph(lines))
    assert sorted(graph.rows.tolist()) == [0, 2]
    assert len(components(graph)) == 2
    assert "1 forbidden lines left out" in graph.notes
    with pytest.raises(LayerError, match="no line that cable may be laid along"):
        road_graph(lines.assign(forbidden=True))


def test_layers_that_are_no_roads_in_metres_are_refused():
    with pytest.raises(LayerError, match=r"EPSG:4326, which is not in metres; layers\.read reprojects"):
        road_graph(roads([(0, 0), (1, 1)], crs="EPSG:4326"))
    with pytest.raises(LayerError, match="EPSG:2249, which is not in metres"):
        road_graph(roads([(0, 0), (1, 1)], crs="EPSG:2249"))
    with pytest.raises(LayerError, match=r"has no CRS.*LineString or MultiLineString"):
        road_graph(roads(Point(0, 0), crs=None))
    with pytest.raises(LayerError, match="has no rows"):
        road_graph(roads([(0, 0), (1, 1)]).iloc[:0])


@st.composite
def networks(draw):
    """Bent lines between a few places, some in two parts, some the other way round."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    places = random.random((draw(st.integers(2, 12)), 2)) * 1000 + [233_000, 900_000]
    pairs = draw(st.lists(st.tuples(*2 * [st.integers(0, len(places) - 1)]), min_size=1, max_size=20, unique=True))
    lines = []
    for one, other in pairs:
        share = np.linspace(0, 1, draw(st.integers(4, 8)))[:, None]
        xy = places[one] * (1 - share) + places[other] * share
        xy[1:-1] += random.normal(0, 40, xy[1:-1].shape)
        middle = draw(st.integers(0, len(xy) - 1))
        parts = [xy[: middle + 1], xy[middle:]] if 0 < middle < len(xy) - 1 else [xy]
        lines += [part[::-1] if draw(st.booleans()) else part for part in parts]
    return roads(*draw(st.permutations(lines)))


def joined(lines, snap_m):
    """Which lines hang together, pair by pair."""
    shapes = lines.geometry.to_numpy()
    ends = shapely.multipoints(np.stack([shapely.get_point(shapes, 0), shapely.get_point(shapes, -1)], axis=1))
    near = shapely.distance(np.asarray(ends)[:, None], shapes) <= snap_m
    return nx.from_numpy_array(near | near.T)


@given(lines=networks())
def test_length_and_connection_are_kept_and_no_vertex_only_continues(lines):
    graph = sound(road_graph(lines, snap_m=1e-6))
    assert graph.length_m.sum() == pytest.approx(lines.length.sum(), rel=1e-9)
    assert len(components(graph)) == nx.number_connected_components(joined(lines, 1e-6))
    for vertex, degree in graph_of(graph).degree():
        loop = ((graph.tail == vertex) & (graph.head == vertex)).any()
        assert degree != 2 or loop
    ends = shapely.get_point(lines.geometry.to_numpy(), 0)
    found = attach(graph, (shapely.get_x(ends), shapely.get_y(ends)), limit_m=1e-6)
    assert found.left_out.size == 0
    for part in nx.connected_components(joined(lines, 1e-6)):
        assert len(set(graph.component[graph.tail[found.edge[sorted(part)]]])) == 1
    covered = shapely.distance(
        shapely.union_all(graph.geometry), shapely.points(shapely.get_coordinates(lines.geometry))
    )
    assert covered.max() < 1e-6


@given(lines=networks(), seed=st.integers(0, 1000), snap_m=st.sampled_from([0.5, 20.0]))
def test_merging_moves_nothing_farther_than_it_says(lines, seed, snap_m):
    jitter = np.random.default_rng(seed).uniform(-0.15, 0.15, shapely.get_coordinates(lines.geometry).shape)
    shaken = lines.set_geometry(shapely.set_coordinates(lines.geometry.to_numpy(), shapely.get_coordinates(lines.geometry) + jitter))  # fmt: skip
    graph = sound(road_graph(shaken, snap_m=snap_m))
    assert len(components(graph)) <= nx.number_connected_components(joined(lines, 1e-6))


@given(lines=networks(), seed=st.integers(0, 1000), count=st.integers(1, 40))
def test_points_attach_to_the_nearest_road_and_splitting_keeps_length(lines, seed, count):
    graph = road_graph(lines)
    random = np.random.default_rng(seed)
    x, y = random.random((2, count)) * 1500 + [[232_750], [899_750]]
    x, y = np.concatenate([x, x[:3], graph.x_m[:2]]), np.concatenate([y, y[:3], graph.y_m[:2]])
    attached = attach(graph, (x, y), limit_m=np.inf)
    nearest = shapely.distance(np.asarray(shapely.points(x, y))[:, None], graph.geometry).min(axis=1)
    np.testing.assert_allclose(attached.distance_m, nearest, atol=1e-9)
    np.testing.assert_allclose(np.hypot(attached.x_m - x, attached.y_m - y), nearest, atol=1e-6)
    parted, vertex = split(graph, attached)
    sound(parted)
    assert parted.length_m.sum() == pytest.approx(graph.length_m.sum(), rel=1e-9)
    np.testing.assert_allclose(parted.x_m[vertex], attached.x_m, atol=2e-3)
    np.testing.assert_allclose(parted.y_m[vertex], attached.y_m, atol=2e-3)
    np.testing.assert_array_equal(vertex[count : count + min(count, 3)], vertex[: min(count, 3)])
    np.testing.assert_array_equal(vertex[-len(graph.x_m[:2]) :], np.arange(len(graph.x_m[:2])))
    np.testing.assert_array_equal(parted.x_m[: graph.vertices], graph.x_m)
    np.testing.assert_array_equal(parted.component[: graph.vertices], graph.component)
    assert len(components(parted)) == len(components(graph))
    assert len(parted.tail) == len(graph.tail) + parted.vertices - graph.vertices


def test_many_points_on_one_edge_in_plain_figures():
    graph = road_graph(roads([(0, 0), (100, 0)]))
    attached = attach(graph, ([70, 30, 30, 0, 120, 30.0004], [5, -2, 9, 3, 0, 1]), limit_m=50)
    assert attached.distance_m.tolist() == [5, 2, 9, 3, 20, 1]
    assert attached.along_m.round(3).tolist() in ([70, 30, 30, 0, 100, 30], [30, 70, 70, 100, 0, 70])
    parted, vertex = split(graph, attached)
    assert sorted(parted.length_m.round(2).tolist()) == [30, 30, 40]
    assert vertex[1] == vertex[2] == vertex[5]
    assert {vertex[3], vertex[4]} == {0, 1}
    assert set(parted.row.tolist()) == {0}
    assert split(parted, attach(parted, ([70], [5]), limit_m=50))[0].vertices == 4  # the vertex is there already


def anchors():
    return gpd.GeoDataFrame(
        {"anchor_id": ["a", "b", "c"], "name": ["Library", "School", "Mill"]},
        geometry=[Point(10, 5), Point(50, 400), Point(1000, 2)], crs=CRS,
    )  # fmt: skip


def test_points_beyond_the_limit_are_an_error_or_listed():
    graph = road_graph(roads([(0, 0), (100, 0)], [(1000, 0), (1100, 0)]))
    with pytest.raises(
        LayerError,
        match=r"layer 'anchors': 1 point lies farther than 50 m from any road \(first: row 2, b, at 400 m\); raise limit_m",
    ):
        attach(graph, anchors(), limit_m=50, layer="anchors")
    attached = attach(graph, anchors(), limit_m=50, leave_out=True)
    assert attached.left_out.tolist() == [1]
    assert attached.distance_m.tolist() == [5, 400, 2]
    assert attached.edge[1] == -1
    assert np.isnan([attached.along_m[1], attached.x_m[1], attached.y_m[1]]).all()
    parted, vertex = split(graph, attached)
    assert (vertex >= 0).tolist() == [True, False, True]
    assert unreachable(parted, vertex, vertex[:1]).tolist() == [1, 2]
    fault = unreachable_fault(parted, vertex, vertex[:1], anchors()["name"].tolist(), "anchors")
    assert fault == (
        "no road joins 2 of 3 anchors to a root (School, Mill); the roads fall into 2 components of 0.1, 0.1 km;"
        " leave them out with leave_out_unreachable = true, or mend the roads"
    )
    assert unreachable(parted, vertex[[0, 2]], vertex[[0, 2]]).size == 0
    assert not unreachable_fault(parted, vertex[[0, 2]], vertex[[0, 2]], ["Library", "Mill"])
    assert attach(graph, anchors(), limit_m=400).left_out.size == 0


def test_points_that_are_none_or_lie_in_another_crs_are_refused():
    graph = road_graph(roads([(0, 0), (100, 0)]))
    with pytest.raises(LayerError, match="has CRS EPSG:4326, the roads EPSG:26986"):
        attach(graph, anchors().to_crs("EPSG:4326"), limit_m=9)
    with pytest.raises(LayerError, match=r"not a point in 1 rows \(first: row 2\)"):
        attach(graph, ([1, np.nan], [1, 1]), limit_m=9)
    with pytest.raises(LayerError, match="not a point in 3 rows"):
        attach(graph, anchors().set_geometry(anchors().buffer(1)), limit_m=9)
    assert attach(graph, ([], []), limit_m=9).edge.size == 0


def test_the_sample_roads_are_one_network():
    table = gpd.read_parquet(data_folder() / "sample" / "roads.parquet").to_crs(CRS)
    graph = sound(road_graph(table))
    assert graph.length_m.sum() == pytest.approx(table.length.sum(), rel=1e-9)
    assert len(components(graph)) == 1
    assert len(graph.tail) <= len(table)


@pytest.mark.parametrize(("area", "streets", "homes"), [("500", 31, 457), ("1000", 46, 975)])
def test_raw_streets_of_santa_cruz_carry_all_homes(shared, area, streets, homes):
    path = shared / "bench" / "santa_cruz" / f"santa_cruz_{area}.gpkg"
    lines, points = (pyogrio.read_dataframe(path, layer=name).to_crs("EPSG:26910") for name in ("streets", "premises"))
    assert (len(lines), len(points)) == (streets, homes)
    graph = sound(road_graph(lines))
    assert graph.length_m.sum() == pytest.approx(lines.length.sum(), rel=1e-6)
    assert len(components(graph)) == 1
    assert 50 <= graph.vertices <= 80
    attached = attach(graph, points, limit_m=150)
    np.testing.assert_allclose(attached.distance_m, points.distance(lines.union_all()), atol=1e-6)
    parted, vertex = split(graph, attached)
    sound(parted)
    assert unreachable(parted, vertex, vertex[:1]).size == 0
    assert parted.length_m.sum() == pytest.approx(graph.length_m.sum(), rel=1e-9)


def test_real_bus_routes_make_a_graph(shared):
    routes = gpd.read_file(shared / "layers" / "pioneer_valley_bus_routes.geojson").to_crs(CRS)
    lines = routes.explode(ignore_index=True).explode(ignore_index=True)  # collections of lines and multilines
    lines = lines[lines.geom_type == "LineString"].reset_index(drop=True)
    graph = sound(road_graph(lines, snap_m=5))
    assert 0 < graph.length_m.sum() <= 1.01 * lines.length.sum()
    assert isinstance(edge_table(graph), pd.DataFrame)
