"""Coordinates: the binary grid of the files, the metric plane, and rounding that makes results repeatable."""

from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

from data.sample_builder.settings import DEGREES_CRS, METRIC_CRS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

STEP_DEGREES: Final = 2.0**-17
STEP_M: Final = 2.0**-6
_FORWARD: Final = Transformer.from_crs(DEGREES_CRS, METRIC_CRS, always_xy=True)


def snap(degrees: Floats) -> Floats:
    """Return coordinates on the grid of 2^-17 degree (about 0.8 m), where doubles compress."""
    return np.round(degrees / STEP_DEGREES) * STEP_DEGREES


def steady(metres: Floats) -> Floats:
    """Return metres rounded to 2^-6 m, so that the last bits of a CPU's sine or exponential do not matter."""
    return np.round(metres / STEP_M) * STEP_M


def to_metric(degrees: Floats) -> Floats:
    """Return longitude and latitude as metres east and north."""
    return np.column_stack(_FORWARD.transform(degrees[:, 0], degrees[:, 1]))


def to_degrees(metres: Floats) -> Floats:
    """Return metres east and north as longitude and latitude, not yet snapped."""
    return np.column_stack(_FORWARD.transform(metres[:, 0], metres[:, 1], direction="INVERSE"))


def as_points(places: Floats) -> Shapes:
    """Return one point for each row of coordinates."""
    return np.asarray(shapely.points(places), dtype=object)


def as_lines(corners: Floats) -> Shapes:
    """Return one line for each array of coordinates."""
    return np.asarray(shapely.linestrings(corners), dtype=object)


def point_key(metres: Floats) -> Ints:
    """Return one integer for each point of the 2^-6 m grid."""
    whole = np.round(metres / STEP_M).astype(np.int64)
    return np.asarray(whole[:, 0] * (1 << 32) + whole[:, 1], dtype=np.int64)


def decay(distance: Floats, radius: Floats | float) -> Floats:
    """Return exp(-distance / radius), rounded to 2^-20."""
    return np.asarray(np.round(np.exp(-distance / radius) * 2.0**20) / 2.0**20)


def split(total: int, weights: Floats) -> Ints:
    """Share out a whole number by weights: largest remainders get the last ones.

    >>> split(10, np.array([1.0, 1.0, 2.0])).tolist()
    [3, 2, 5]
    """
    exact = np.round(total * weights / weights.sum(), 6)
    counts: Ints = np.floor(exact).astype(np.int64)
    short = total - int(counts.sum())
    counts[np.argsort(-(exact - counts), kind="stable")[:short]] += 1
    return counts
