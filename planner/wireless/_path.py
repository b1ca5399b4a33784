"""Longley-Rice, part one: what a terrain profile says of a path. Heights and lengths in metres, angles in radians.

Hufford, "The ITS Irregular Terrain Model, version 1.2.2: the algorithm", point-to-point mode. Profiles hold heights at
equal steps from the first antenna's foot to the second's.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layers._kernel import kernel

Floats = npt.NDArray[np.float64]


class Path(NamedTuple):
    """A path: its length, roughness (interdecile range), and for both ends antenna, effective height and horizon."""

    length: float
    rough: float
    high1: float
    high2: float
    effective1: float
    effective2: float
    reach1: float
    reach2: float
    angle1: float
    angle2: float


@kernel
def horizon(z: Floats, step: float, own: float, far: float, curvature: float) -> tuple[float, float]:
    """Return angle and distance of the horizon of an antenna over the first point; the other antenna bounds it.

    `own` and `far` are the antennas' heights above sea level; `curvature` is that of the effective earth.
    """
    length = step * (len(z) - 1)
    reach = length
    angle = (far - own) / length - 0.5 * curvature * length
    for i in range(1, len(z) - 1):
        along = i * step
        up = (z[i] - own) / along - 0.5 * curvature * along
        if up > angle:
            angle = up
            reach = along
    return angle, reach


@kernel
def fitted(z: Floats, step: float, start: float, end: float) -> tuple[float, float]:
    """Return the heights at both ends of the profile of the straight line that fits it best between two distances.

    Least squares; the first and last point count half.
    """
    last = len(z) - 1
    first = int(max(start / step, 0.0))
    stop = last - int(max(last - end / step, 0.0))
    if stop <= first:
        first = max(first - 1, 0)
        stop = last - max(last - stop - 1, 0)
    width = stop - first
    middle = 0.5 * (first + stop)
    total = 0.5 * (z[first] + z[stop])
    moment = 0.25 * width * (z[stop] - z[first])
    for i in range(first + 1, stop):
        total += z[i]
        moment += z[i] * (i - middle)
    mean = total / width
    slope = 12.0 * moment / ((width * width + 2.0) * width)
    return mean - slope * middle, mean + slope * (last - middle)


@kernel
def roughness(z: Floats, step: float, start: float, end: float) -> float:
    """Return the interdecile range of heights about their trend between two distances, as of a long path."""
    first, stop = start / step, end / step
    if stop - first < 2.0:
        return 0.0
    tenth = min(max(4, int(0.1 * (stop - first + 8.0))), 25)
    count = 10 * tenth - 5
    gap = (stop - first) / (count - 1)
    heights = np.empty(count)
    for j in range(count):
        at = first + j * gap
        cell = min(max(math.ceil(at), int(first) + 1), len(z) - 1)
        heights[j] = z[cell] + (z[cell] - z[cell - 1]) * (at - cell)
    low, high = fitted(heights, 1.0, 0.0, count - 1.0)
    for j in range(count):
        heights[j] -= low + (high - low) * j / (count - 1)
    heights.sort()
    span = heights[count - tenth] - heights[tenth - 1]
    return float(span / (1.0 - 0.8 * math.exp(-(end - start) / 50e3)))


@kernel
def sight_line(high: float, rough: float, curvature: float) -> float:
    """Return the likely horizon distance of an antenna of that effective height over rough ground."""
    return math.sqrt(2.0 * high / curvature) * math.exp(-0.07 * math.sqrt(rough / max(high, 5.0)))


@kernel
def take_off(high: float, rough: float, reach: float, curvature: float) -> float:
    """Return the likely horizon angle of that antenna."""
    smooth = math.sqrt(2.0 * high / curvature)
    return (0.65 * rough * (smooth / reach - 1.0) - 2.0 * high) / smooth


@kernel
def path_of(z: Floats, step: float, high1: float, high2: float, curvature: float) -> Path:
    """Return the path over a profile between antennas of those heights above ground."""
    last = len(z) - 1
    length = last * step
    top1, top2 = z[0] + high1, z[last] + high2
    angle1, reach1 = horizon(z, step, top1, top2, curvature)
    angle2, reach2 = horizon(z[::-1].copy(), step, top2, top1, curvature)
    near = min(15.0 * high1, 0.1 * reach1)
    far = length - min(15.0 * high2, 0.1 * reach2)
    rough = roughness(z, step, near, far)
    if reach1 + reach2 < 1.5 * length:
        ground1 = fitted(z, step, near, 0.9 * reach1)[0]
        ground2 = fitted(z, step, length - 0.9 * reach2, far)[1]
        effective1 = high1 + max(z[0] - ground1, 0.0)
        effective2 = high2 + max(z[last] - ground2, 0.0)
        return Path(length, rough, high1, high2, effective1, effective2, reach1, reach2, angle1, angle2)
    ground1, ground2 = fitted(z, step, near, far)
    effective1 = high1 + max(z[0] - ground1, 0.0)
    effective2 = high2 + max(z[last] - ground2, 0.0)
    reach1 = sight_line(effective1, rough, curvature)
    reach2 = sight_line(effective2, rough, curvature)
    if reach1 + reach2 <= length:
        stretch = (length / (reach1 + reach2)) ** 2
        effective1 *= stretch
        effective2 *= stretch
        reach1 = sight_line(effective1, rough, curvature)
        reach2 = sight_line(effective2, rough, curvature)
    angle1 = take_off(effective1, rough, reach1, curvature)
    angle2 = take_off(effective2, rough, reach2, curvature)
    return Path(length, rough, high1, high2, effective1, effective2, reach1, reach2, angle1, angle2)
