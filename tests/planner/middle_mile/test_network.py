"""Existing fibre shares its crossings with roads, as when every point is compared with every other."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.middle_mile.network import _sharing, _with_points


def plainly(line, points):
    own = shapely.get_coordinates(line)
    steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(own, axis=0).T))])
    along = np.atleast_1d(shapely.line_locate_point(line, shapely.points(points)))
    new = np.abs(steps[:, None] - along).min(axis=0) > 0.01
    order = np.argsort(np.concatenate([steps, along[new]]), kind="stable")
    return shapely.LineString(np.concatenate([own, points[new]])[order])


whole = st.integers(0, 12)
places = st.lists(st.tuples(whole, whole), min_size=2, max_size=9, unique=True)


@settings(max_examples=60, deadline=None)
@given(places, places)
def test_points_are_added_where_none_is_near(line, points):
    drawn, given_points = shapely.LineString(line), np.array(points, float)
    assert _with_points(drawn, given_points).equals_exact(plainly(drawn, given_points), 0)


@settings(max_examples=40, deadline=None)
@given(st.lists(places, min_size=1, max_size=6), st.lists(places, min_size=1, max_size=3))
def test_all_crossings_stand_on_both_lines(roads, fibre):
    lines = [np.array([shapely.LineString(each) for each in group]) for group in (roads, fibre)]
    shapes, shared = _sharing(*lines)
    assert len(shapes) == len(roads) + len(fibre)
    assert np.allclose(shapely.length(shapes), shapely.length(np.concatenate(lines)))
    crossing = [shapely.intersection(a, b) for a in lines[0] for b in lines[1]]
    assert (shared == 0) == all(each.is_empty for each in crossing)
    before = shapely.get_num_coordinates(np.concatenate(lines)).sum()
    assert shapely.get_num_coordinates(shapes).sum() <= before + 2 * shared


def test_many_crossings_of_one_line_are_all_shared():
    road = [shapely.LineString([(at, -1), (at, 1)]) for at in np.arange(2_000) + 0.5]
    line = shapely.LineString(np.column_stack([np.arange(2_001), np.zeros(2_001)]))
    shapes, shared = _sharing(np.array(road), np.array([line]))
    assert shared == 2_000
    assert shapely.get_num_coordinates(shapes[-1]) == 4_001
    assert (shapely.get_num_coordinates(shapes[:-1]) == 3).all()
