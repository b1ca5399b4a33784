"""What an antenna sees, against plain lines of sight counted cell by cell, and the link's arithmetic against textbooks."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import PlanError
from planner.wireless.link import earth_bulge_m, free_space_db, fresnel_m, horizon_m, received_dbm
from planner.wireless.profile import grid, ground, profile
from planner.wireless.viewshed import in_line, viewshed
from tests.planner.wireless._ground import X, Y, rolling, terrain

EARTH_M = 6_371_000


def middle(row, column, cell=30.0):
    return X + (column + 0.5) * cell, Y - (row + 0.5) * cell


def lines_of_sight(heights, eye, antennas, radius_m, cell=30.0, k=4 / 3):
    """Return what each cell sees by its own line, height by height: slow and plain."""
    seen = np.zeros(heights.shape, bool)
    top = heights[eye] + antennas[0]
    for row, column in np.ndindex(heights.shape):
        down, right = row - eye[0], column - eye[1]
        far = cell * math.hypot(down, right)
        steps = max(abs(down), abs(right))
        if far > radius_m or max(abs(down), abs(right)) > radius_m // cell:
            continue
        share = np.arange(1, steps) / max(steps, 1)
        at = np.array(eye)[:, None] + np.array([[down], [right]]) * np.arange(1, steps) / max(steps, 1)
        low = np.floor(at + 1e-12).astype(int)
        part = np.maximum(at - low, 0).max(axis=0, initial=0)
        high = low + (at - low > 1e-9)
        between = heights[tuple(low)] * (1 - part) + heights[tuple(high)] * part
        bulge = share * (1 - share) * far**2 / (2 * k * EARTH_M)
        chord = top + (heights[row, column] + antennas[1] - top) * share
        seen[row, column] = (between + bulge <= chord + 1e-9).all()
    return seen


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.integers(0, 40), st.integers(0, 40), st.floats(0.05, 2), st.sampled_from([2.0, 30.0]))
def test_a_viewshed_is_that_of_plain_lines_of_sight_but_for_half_a_cell(seed, row, column, steep, mast):
    heights = rolling(41, 41, seed, steep).astype(np.float32).astype(float)
    seen = viewshed(terrain(heights), middle(row, column), (mast, 5), 600.0)
    exact = lines_of_sight(heights, (row, column), (mast, 5), 600.0)
    rows, columns = np.mgrid[:41, :41]
    down, right = np.abs(rows - row), np.abs(columns - column)
    own = (down == 0) | (right == 0) | (down == right) | (np.maximum(down, right) == 20)
    np.testing.assert_array_equal(seen[own], exact[own])
    near = np.hypot(down, right) <= 20
    assert (seen == exact)[near].mean() >= 0.85


def test_most_cells_of_many_hills_have_the_verdict_of_their_own_line():
    agree = []
    for seed in range(8):
        heights = rolling(61, 61, seed).astype(np.float32).astype(float)
        seen = viewshed(terrain(heights), middle(30, 30), (30, 5), 900.0)
        agree.append((seen == lines_of_sight(heights, (30, 30), (30, 5), 900.0)).mean())
    assert np.mean(agree) >= 0.98


def test_a_wall_hides_what_lies_behind_it_and_nothing_else():
    heights = np.zeros((41, 41))
    heights[:, 25] = 50
    seen = viewshed(terrain(heights), middle(20, 20), (10, 5), 600.0)
    rows, columns = np.mgrid[:41, :41]
    inside = np.hypot(rows - 20, columns - 20) <= 20
    np.testing.assert_array_equal(seen, inside & (columns <= 25))


@pytest.mark.parametrize("antenna", [10.0, 30.0, 60.0])
def test_over_a_flat_earth_sight_ends_at_the_published_horizon(antenna):
    heights = np.zeros((3, 4000))
    seen = viewshed(terrain(heights, cell=20.0), (X + 10, Y - 30), (antenna, 5.0), 79_000.0)
    farthest = np.flatnonzero(seen[1]).max() * 20.0
    rule_km = 4.12 * (math.sqrt(antenna) + math.sqrt(5))  # common rule for k = 4/3, such as ITU-R P.452
    assert farthest / 1000 == pytest.approx(rule_km, rel=0.002)
    assert horizon_m(antenna) + horizon_m(5) == pytest.approx(farthest, abs=25)
    flat = viewshed(terrain(heights, cell=20.0), (X + 10, Y - 30), (antenna, 5.0), 79_000.0, k=1.0)
    rule_km = 3.57 * (math.sqrt(antenna) + math.sqrt(5))
    assert np.flatnonzero(flat[1]).max() * 0.02 == pytest.approx(rule_km, rel=0.002)


def test_nothing_is_seen_over_a_cell_without_a_height():
    heights = np.zeros((21, 21))
    heights[:, 12] = np.nan
    seen = viewshed(terrain(heights), middle(10, 10), (30, 5), 300.0)
    assert seen[10, :12].all()
    assert not seen[:, 12:].any()


def test_an_antenna_without_ground_is_a_fault():
    heights = np.zeros((21, 21))
    heights[3, 3] = np.nan
    for place in (middle(3, 3), (X - 50, Y)):
        with pytest.raises(PlanError, match="give a terrain that covers the antenna"):
            viewshed(terrain(heights), place, (30, 5), 300.0)
    with pytest.raises(PlanError, match="radius_m is 0; it must be above 0"):
        viewshed(terrain(heights), middle(9, 9), (30, 5), 0.0)


@settings(max_examples=60)
@given(st.lists(st.floats(0, 60), min_size=3, max_size=40), st.floats(10, 2000), st.floats(1, 60))
def test_in_line_is_the_chord_above_ground_and_bulge(z, step, mast):
    z = np.array(z)
    length = step * (len(z) - 1)
    at = np.arange(len(z)) * step
    chord = np.interp(at, [0, length], [z[0] + mast, z[-1] + 5])
    room = chord - z - np.array([earth_bulge_m(a, length - a) for a in at])
    if abs(room[1:-1].min()) > 1e-6:
        assert in_line(z, step, mast, 5.0, 1 / (2 * 4 / 3 * EARTH_M)) == (room[1:-1].min() > 0)


def test_heights_between_cells_lie_on_planes():
    rows, columns = np.mgrid[:30, :40]
    plane = terrain(100 + 3.0 * columns - 2.0 * rows, cell=10.0)
    x, y = X + 123.4, Y - 77.7
    assert ground(grid(plane), x, y) == pytest.approx(100 + 3.0 * 11.84 - 2.0 * 7.27, abs=1e-4)
    z = profile(grid(plane), (X + 5, Y - 5), (X + 305, Y - 205))
    assert len(z) == math.ceil(math.hypot(300, 200) / 10) + 1
    np.testing.assert_allclose(z, np.linspace(100, 100 + 90 - 40, len(z)), atol=1e-4)
    assert math.isnan(ground(grid(plane), X - 0.1, Y - 5))


def test_the_arithmetic_of_a_link_is_that_of_the_textbooks():
    for distance_km, frequency_ghz in ((1.0, 3.55), (8.0, 5.8), (35.0, 0.6)):
        textbook = 92.45 + 20 * math.log10(frequency_ghz) + 20 * math.log10(distance_km)
        assert free_space_db(distance_km * 1000, frequency_ghz * 1000) == pytest.approx(textbook, abs=0.005)
    # bulge d1 d2 / (12.75 k) in metres with kilometres, first Fresnel zone 17.32 sqrt(d1 d2 / (f d)) with GHz
    assert earth_bulge_m(10_000, 25_000) == pytest.approx(10 * 25 / (12.75 * 4 / 3), rel=1e-3)
    assert fresnel_m(4000, 6000, 3550) == pytest.approx(17.32 * math.sqrt(4 * 6 / (3.55 * 10)), rel=1e-3)
    assert received_dbm(47, 121.5, 10) == pytest.approx(-64.5)
