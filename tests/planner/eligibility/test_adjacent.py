"""Borders of areas: grids whose answer is known, corners, gaps, and the counties of the nation's four corners."""

import geopandas as gpd
import networkx as nx
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from shapely import Polygon, affinity, box

from layers import PlanError
from planner.eligibility.adjacent import adjacent

METRIC = "EPSG:26986"


def frame(*shapes, crs=METRIC):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=crs)


@effort(max_examples=30)
@given(st.integers(1, 5), st.integers(1, 5), st.randoms(use_true_random=False), st.sampled_from([0, 1.0]))
def test_a_grid_is_the_grid_of_graph_theory(wide, high, shuffle, gap):
    """Four squares meet at each corner; networkx knows which of them are neighbours."""
    cells = [(x, y) for x in range(wide) for y in range(high)]
    shuffle.shuffle(cells)
    pairs = adjacent(frame(*(box(x * 500, y * 500, x * 500 + 500, y * 500 + 500) for x, y in cells)), gap)
    graph = nx.grid_2d_graph(wide, high)
    wanted = sorted(sorted((cells.index(one), cells.index(two))) for one, two in graph.edges)
    assert pairs.tolist() == wanted


def test_four_quarters_of_a_disc_have_no_pair_across_the_corner():
    """As Utah, Colorado, Arizona and New Mexico: opposite ones meet at a point."""
    quarters = [box(-1000, 0, 0, 1000), box(0, 0, 1000, 1000), box(-1000, -1000, 0, 0), box(0, -1000, 1000, 0)]
    turned = [affinity.rotate(each, 33, origin=(0, 0)) for each in quarters]
    assert adjacent(frame(*turned)).tolist() == [[0, 1], [0, 2], [1, 3], [2, 3]]


@pytest.mark.parametrize(("apart", "gap", "pairs"), [(0.5, 1, 1), (0.5, 0, 0), (-0.5, 1, 1), (3, 1, 0), (0, 0, 1)])
def test_hairline_gaps_and_overlaps_do_not_part(apart, gap, pairs):
    assert len(adjacent(frame(box(0, 0, 100, 100), box(100 + apart, 0, 200, 100)), gap)) == pairs


def test_an_area_inside_another_and_one_that_is_alone():
    ring = Polygon([(0, 0), (90, 0), (90, 90), (0, 90)], [[(30, 30), (60, 30), (60, 60), (30, 60)]])
    assert adjacent(frame(box(500, 500, 600, 600), ring, box(30, 30, 60, 60))).tolist() == [[1, 2]]


def test_degrees_and_missing_shapes_are_named():
    with pytest.raises(PlanError, match="metric CRS"):
        adjacent(frame(box(0, 0, 1, 1), crs="EPSG:4326"))
    with pytest.raises(PlanError, match=r"1 areas have no shape \(first: row 2\)"):
        adjacent(frame(box(0, 0, 1, 1), None))


def test_towns_of_massachusetts_border_as_the_map_shows(shared):
    """The state's map is painted in four colours: no neighbours share one. Amherst's neighbours are as in its atlas."""
    towns = gpd.read_file(shared / "layers" / "massachusetts_towns_2020.gpkg").to_crs(METRIC)
    pairs = adjacent(towns)
    colour, name = towns["FOURCOLOR"].to_numpy(), towns["TOWN20"].to_numpy()
    assert (colour[pairs[:, 0]] != colour[pairs[:, 1]]).all()
    near = name[pairs[(name[pairs] == "AMHERST").any(axis=1)]]
    assert sorted(near[near != "AMHERST"]) == ["BELCHERTOWN", "GRANBY", "HADLEY", "LEVERETT", "PELHAM", "SHUTESBURY",
                                               "SOUTH HADLEY", "SUNDERLAND"]  # fmt: skip
