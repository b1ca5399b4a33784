"""Distances: against published ones, geodesy and networkx."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from layers import PlanError
from planner.graph.facility_distance import (
    EARTH_M,
    great_circle,
    nearest_by_air,
    over_network,
    within,
    within_by_air,
)
from planner.graph.network import Graph


def test_great_circle_of_two_airports_is_the_published_one():
    nashville, los_angeles = np.array([[-86.67, 36.12]]), np.array([[-118.40, 33.94]])
    (metres,) = great_circle(nashville, los_angeles)[0]
    assert metres / EARTH_M == pytest.approx(0.45306, abs=5e-5)  # radians, as published with the formula: 2,887 km
    assert great_circle(np.array([[0.0, 90.0]]), np.array([[0.0, -90.0]]))[0, 0] == pytest.approx(np.pi * EARTH_M)


@given(st.integers(0, 10_000))
def test_great_circle_is_near_the_geodesic(seed):
    random = np.random.default_rng(seed)
    points = np.column_stack([random.uniform(-180, 180, 8), random.uniform(-89, 89, 8)])
    ours = great_circle(points[:4], points[4:])
    for i in range(4):
        for j in range(4):
            exact = Geod(ellps="WGS84").inv(*points[i], *points[4 + j])[2]
            assert ours[i, j] == pytest.approx(exact, rel=0.0057)


def test_lists_hold_what_the_matrix_holds():
    random = np.random.default_rng(1)
    home = np.column_stack([random.uniform(-73, -70, 200), random.uniform(41, 43, 200)])
    site = home[:40] + 0.01
    matrix = great_circle(home, site)
    near = nearest_by_air(home, site, 5, 1e9)
    listed = near.distance.reshape(200, 5)
    np.testing.assert_allclose(listed, np.sort(matrix, axis=1)[:, :5], rtol=1e-5, atol=1)
    air, flat = within_by_air(home, site, 30_000.0), within(matrix, 30_000.0)
    np.testing.assert_array_equal(air.start, flat.start)
    np.testing.assert_allclose(air.distance, flat.distance, rtol=1e-5, atol=1)
    assert air.beyond == 30_000


@given(st.integers(0, 10_000))
def test_network_distances_are_those_of_networkx(seed):
    random = np.random.default_rng(seed)
    tail, head, cost = random.integers(0, 9, 14), random.integers(0, 9, 14), random.integers(0, 20, 14)
    graph = nx.Graph()
    graph.add_nodes_from(range(9))
    for a, b, c in zip(tail.tolist(), head.tolist(), cost.tolist(), strict=True):
        if not graph.has_edge(a, b) or graph[a][b]["weight"] > c:
            graph.add_edge(a, b, weight=c)
    ours = over_network(Graph(9, tail, head, cost), np.arange(9), np.array([0, 5]))
    for column, vertex in enumerate((0, 5)):
        known = nx.single_source_dijkstra_path_length(graph, vertex)
        np.testing.assert_array_equal(ours[:, column], [known.get(v, np.inf) for v in range(9)])


def test_what_is_no_place_is_refused():
    with pytest.raises(PlanError, match="1 of the demand points"):
        great_circle(np.array([[0.0, 91.0]]), np.zeros((1, 2)))
    with pytest.raises(PlanError, match="site 7 is no vertex"):
        over_network(Graph(2, np.array([0]), np.array([1]), np.array([3])), np.array([0]), np.array([7]))
