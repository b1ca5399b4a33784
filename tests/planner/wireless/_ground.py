"""Made ground and premises for the tests of fixed wireless."""

import geopandas as gpd
import numpy as np
from shapely import box, points

from layers.terrain import Terrain

CRS = "EPSG:26986"
X, Y = 100_000.0, 900_000.0


def terrain(heights, cell=30.0):
    return Terrain(np.ascontiguousarray(heights, np.float32), X, Y, cell, CRS, "made", "0" * 64)


def rolling(rows, columns, seed=0, steep=1.0):
    """Return hills: waves of random direction, shorter ones lower."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:rows, :columns].astype(float)
    heights = np.full((rows, columns), 300.0)
    for octave in range(6):
        turn, phase = random.random(2) * 2 * np.pi
        length = 80 / 1.9**octave
        wave = np.sin((np.cos(turn) * x + np.sin(turn) * y) * 2 * np.pi / length + phase)
        heights += steep * 60 / 1.7**octave * wave
    return heights


def homes(count, span, seed=0):
    """Return premises scattered over a square that begins in the north-west corner."""
    xy = np.random.default_rng(seed).random((count, 2)) * span
    shapes = points(np.column_stack([X + xy[:, 0], Y - xy[:, 1]]))
    return gpd.GeoDataFrame({"location_id": [f"h{n:05}" for n in range(count)]}, geometry=shapes, crs=CRS)


def towns(span):
    """Return two towns that share the square."""
    half = span / 2
    shapes = [box(X, Y - span, X + half, Y), box(X + half, Y - span, X + span, Y)]
    return gpd.GeoDataFrame(
        {"town_geoid": ["2500300001", "2500300002"], "town": ["West", "East"]}, geometry=shapes, crs=CRS
    )
