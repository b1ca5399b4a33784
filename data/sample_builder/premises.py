"""Premises along the generated roads, closer together near the centre of a town."""

import numpy as np
import shapely

from data.sample_builder.grid import Floats, Ints, Shapes, as_points, steady
from data.sample_builder.roads import Streets
from data.sample_builder.settings import EMPTY_ROAD_WEIGHT, OFFSET_MAX_M, OFFSET_MIN_M

_OUTSIDE_M = 10.0
_SETBACK_M = 30.0  # mean distance beyond the smallest one, where a town has plenty of road for each home


def place_premises(streets: Streets, cell: shapely.Polygon, count: int, rng: np.random.Generator) -> Floats:
    """Return one point for each premises, in order along the roads."""
    start, end = _pieces(streets.lines)
    middle = (start + end) / 2
    length = np.sqrt(((end - start) ** 2).sum(axis=1))
    weight = length * streets.people.density(middle, EMPTY_ROAD_WEIGHT)
    weight *= shapely.distance(cell, as_points(middle)) < _OUTSIDE_M
    upto = np.cumsum(np.round(weight * 1024).astype(np.int64))
    where = _even(int(upto[-1]), count, rng)
    piece = np.searchsorted(upto, where, side="right")
    share = 1.0 - (upto[piece] - where) / np.maximum(np.diff(upto, prepend=0)[piece], 1)
    along = (end - start)[piece] / length[piece, None]
    base = start[piece] + (share * length[piece])[:, None] * along
    setback = min(_SETBACK_M, float(length.sum()) / count / 2 + 4.0)
    offset = OFFSET_MIN_M + np.minimum(rng.exponential(setback, count), OFFSET_MAX_M - OFFSET_MIN_M)
    side = rng.choice(np.array([-1.0, 1.0]), count)
    return steady(base + (side * offset)[:, None] * np.column_stack([-along[:, 1], along[:, 0]]))


def _pieces(lines: Shapes) -> tuple[Floats, Floats]:
    """Return the start and end of every straight piece."""
    points, owner = shapely.get_coordinates(lines, return_index=True)
    same = owner[1:] == owner[:-1]
    return points[:-1][same], points[1:][same]


def _even(total: int, count: int, rng: np.random.Generator) -> Ints:
    """Return increasing positions below a total, evenly spaced but for some jitter."""
    share = (np.arange(count) + rng.uniform(0.05, 0.95, count)) / count
    return np.minimum((share * total).astype(np.int64), total - 1)
