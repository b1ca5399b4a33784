"""Longley-Rice, part two: the reference attenuation of a path below free space, in dB.

Hufford, "The ITS Irregular Terrain Model, version 1.2.2: the algorithm", sections 4 and 6: line of sight, diffraction
(knife edges and rounded earth, mixed), and tropospheric scatter.
"""

import math
from typing import Final, NamedTuple

import numpy as np

from layers._kernel import kernel
from planner.wireless._path import Path

_NO_SCATTER: Final = 1000.0
_DEEP: Final = 15.0
_HEIGHT_RATIO: Final = 25.1
_NEPERS: Final = 4.343


class Air(NamedTuple):
    """Wave number (1/m), surface refractivity (N-units), curvature of the effective earth (1/m), ground impedance."""

    wave: float
    refractivity: float
    curvature: float
    ground: complex


class Edges(NamedTuple):
    """What diffraction over a path rests on, whatever the distance."""

    angle: float
    reach: float
    weight: float
    shift: float
    clutter: float
    gain: float
    extent: float


class Line(NamedTuple):
    """A straight line: dB at distance 0 and dB a metre."""

    start: float
    slope: float


@kernel
def rough_at(distance: float, rough: float) -> float:
    """Return the roughness of so long a stretch."""
    return (1.0 - 0.8 * math.exp(-distance / 50e3)) * rough


@kernel
def spread(rough: float) -> float:
    """Return the standard deviation of heights in the first Fresnel zone."""
    return 0.78 * rough * math.exp(-((rough / 16.0) ** 0.25))


@kernel
def smooth_reach(path: Path, air: Air) -> float:
    """Return the sum of both horizon distances over a smooth earth."""
    return math.sqrt(2.0 * path.effective1 / air.curvature) + math.sqrt(2.0 * path.effective2 / air.curvature)


@kernel
def knife_edge(square: float) -> float:
    """Return the attenuation by one edge, by the square of its Fresnel parameter."""
    if square < 5.76:
        return 6.02 + 9.11 * math.sqrt(max(square, 0.0)) - 1.27 * square
    return 12.953 + _NEPERS * math.log(square)


@kernel
def height_gain(x: float, impedance: float) -> float:
    """Return the height gain of the method of three radii."""
    if x >= 200.0:
        gain = 0.05751 * x - _NEPERS * math.log(x)
        if x >= 2000.0:
            return gain
        part = 0.0134 * x * math.exp(-0.005 * x)
        return (1.0 - part) * gain + part * (17.372 * math.log(x) - 117.0)
    depth = -math.log(impedance)
    if impedance < 1e-5 or x * depth**3 > 5495.0:
        return 17.372 * math.log(x) - 117.0 if x > 1.0 else -117.0
    return 2.5e-5 * x * x / impedance - 8.686 * depth - 15.0


@kernel
def edges_of(path: Path, air: Air) -> Edges:
    """Return what the diffraction of a path rests on."""
    reach = path.reach1 + path.reach2
    angle = max(path.angle1 + path.angle2, -reach * air.curvature)
    product = path.high1 * path.high2
    weight = math.sqrt(1.0 + (path.effective1 * path.effective2 - product) / (product + 10.0))
    sigma = spread(rough_at(smooth_reach(path, air), path.rough))
    clutter = min(15.0, 2.171 * math.log(1.0 + 4.77e-4 * product * air.wave * sigma))
    gain, extent = 20.0, 0.0
    for far, high in ((path.reach1, path.effective1), (path.reach2, path.effective2)):
        radius = 0.5 * far * far / high
        size = (radius * air.wave) ** (1.0 / 3.0)
        impedance = 1.0 / (abs(air.ground) * size)
        x = (1.607 - impedance) * 151.0 * size * far / radius
        extent += x
        gain += height_gain(x, impedance)
    return Edges(angle, reach, weight, reach + angle / air.curvature, clutter, gain, extent)


@kernel
def diffraction(distance: float, path: Path, air: Air, edges: Edges) -> float:
    """Return the attenuation by diffraction at a distance beyond the horizons."""
    angle = edges.angle + distance * air.curvature
    beyond = distance - edges.reach
    fresnel = 0.0795775 * air.wave * beyond * angle * angle
    sharp = knife_edge(fresnel * path.reach1 / (beyond + path.reach1))
    sharp += knife_edge(fresnel * path.reach2 / (beyond + path.reach2))
    size = (beyond / angle * air.wave) ** (1.0 / 3.0)
    impedance = 1.0 / (abs(air.ground) * size)
    x = (1.607 - impedance) * 151.0 * size * angle + edges.extent
    round_earth = 0.05751 * x - _NEPERS * math.log(x) - edges.gain
    bumps = min(rough_at(distance, path.rough) * air.wave, 6283.2)
    share = _HEIGHT_RATIO / (_HEIGHT_RATIO + math.sqrt((edges.weight + edges.shift / distance) * bumps))
    return float(round_earth * share + (1.0 - share) * sharp + edges.clutter)


@kernel
def in_sight(distance: float, path: Path, air: Air, beyond: Line, share: float) -> float:
    """Return the attenuation in sight: two rays, mixed with diffraction drawn back to the distance."""
    sigma = spread(rough_at(distance, path.rough))
    high = path.effective1 + path.effective2
    grazing = high / math.sqrt(distance * distance + high * high)
    reflected = (grazing - air.ground) / (grazing + air.ground) * math.exp(-min(10.0, air.wave * sigma * grazing))
    power = abs(reflected) ** 2
    if power < 0.25 or power < grazing:
        reflected *= math.sqrt(grazing / power)
    phase = 2.0 * air.wave * path.effective1 * path.effective2 / distance
    if phase > 1.57:
        phase = 3.14 - 2.4649 / phase
    rays = -_NEPERS * math.log(abs(complex(math.cos(phase), -math.sin(phase)) + reflected) ** 2)
    bent = beyond.start + beyond.slope * distance
    return bent + (rays - bent) * share


@kernel
def sight_curve(distance: float, path: Path, air: Air, beyond: Line) -> float:
    """Return the attenuation within the smooth-earth horizons: a curve through three points, in d and log d."""
    end = smooth_reach(path, air)
    at_end = beyond.start + beyond.slope * end
    reach = path.reach1 + path.reach2
    share = 0.021 / (0.021 + air.wave * path.rough / max(10e3, end))
    start = 1.908 * air.wave * path.effective1 * path.effective2
    if beyond.start >= 0.0:
        start = min(start, 0.5 * reach)
        middle = start + 0.25 * (reach - start)
    else:
        middle = max(-beyond.start / beyond.slope, 0.25 * reach)
    at_middle = in_sight(middle, path, air, beyond, share)
    linear, logarithmic, fitting = 0.0, 0.0, False
    if start < middle:
        at_start = in_sight(start, path, air, beyond, share)
        ratio = math.log(end / start)
        above = (end - start) * (at_middle - at_start) - (middle - start) * (at_end - at_start)
        logarithmic = max(0.0, above / ((end - start) * math.log(middle / start) - (middle - start) * ratio))
        fitting = beyond.start >= 0.0 or logarithmic > 0.0
        if fitting:
            linear = (at_end - at_start - logarithmic * ratio) / (end - start)
            if linear < 0.0:
                linear = 0.0
                logarithmic = max(at_end - at_start, 0.0) / ratio
                if logarithmic == 0.0:
                    linear = beyond.slope
    if not fitting:
        linear = max(at_end - at_middle, 0.0) / (end - middle)
        logarithmic = 0.0
        if linear == 0.0:
            linear = beyond.slope
    return at_end + linear * (distance - end) + logarithmic * math.log(distance / end)


@kernel
def scatter_gain(ratio: float, efficiency: float) -> float:
    """Return the frequency gain at one end, between the whole efficiencies 1 to 5 by a straight line."""
    first = (25.0, 80.0, 177.0, 395.0, 705.0)
    second = (24.0, 45.0, 68.0, 80.0, 105.0)
    low = min(max(int(efficiency), 1), 5)
    part = efficiency - low if int(efficiency) in (1, 2, 3, 4) else 0.0
    square = (1.0 / ratio) ** 2
    gain = _NEPERS * math.log((first[low - 1] * square + second[low - 1]) * square + 1.0)
    if part > 0.0:
        above = _NEPERS * math.log((first[low] * square + second[low]) * square + 1.0)
        gain = (1.0 - part) * gain + part * above
    return gain


@kernel
def common_volume(distance: float, path: Path, air: Air) -> float:
    """Return the loss by the height of the common volume, or infinity where the antennas are too low for scatter."""
    angle = path.angle1 + path.angle2 + distance * air.curvature
    ratio1 = 2.0 * air.wave * angle * path.effective1
    ratio2 = 2.0 * air.wave * angle * path.effective2
    if ratio1 < 0.2 and ratio2 < 0.2:
        return np.inf
    apart = path.reach1 - path.reach2
    tall = path.effective2 / path.effective1
    if apart < 0.0:
        apart, tall = -apart, 1.0 / tall
    lopsided = (distance - apart) / (distance + apart)
    skew = min(max(0.1, tall / lopsided), 10.0)
    lopsided = max(0.1, lopsided)
    height = (distance - apart) * (distance + apart) * angle * 0.25 / distance
    dry = (5.67e-6 * air.refractivity - 2.32e-3) * air.refractivity + 0.031
    efficiency = (dry * math.exp(-(min(1.7, height / 8.0e3) ** 6)) + 1.0) * height / 1.7556e3
    full = max(efficiency, 1.0)
    loss = 0.5 * (scatter_gain(ratio1, full) + scatter_gain(ratio2, full))
    loss += min(loss, (1.38 - math.log(full)) * math.log(lopsided) * math.log(skew) * 0.49)
    loss = max(loss, 0.0)
    if efficiency < 1.0:
        both = ((1.0 + 1.4142 / ratio1) * (1.0 + 1.4142 / ratio2)) ** 2
        low = _NEPERS * math.log(both * (ratio1 + ratio2) / (ratio1 + ratio2 + 2.8284))
        loss = efficiency * loss + (1.0 - efficiency) * low
    return loss


@kernel
def scatter(distance: float, loss: float, air: Air, edges: Edges) -> float:
    """Return the attenuation by scatter, given the loss of the common volume."""
    angle = edges.angle + distance * air.curvature
    x = angle * distance
    if x <= 10e3:
        bend = 133.4 + 0.332e-3 * x - 4.343 * math.log(x)
    elif x <= 70e3:
        bend = 104.6 + 0.212e-3 * x - 1.086 * math.log(x)
    else:
        bend = 71.8 + 0.157e-3 * x + 2.171 * math.log(x)
    power = _NEPERS * math.log(47.7 * air.wave * angle**4)
    return bend + power - 0.1 * (air.refractivity - 301.0) * math.exp(-x / 40e3) + loss


@kernel
def beyond_sight(distance: float, path: Path, air: Air, edges: Edges, bent: Line, unit: float) -> float:
    """Return the attenuation beyond the smooth-earth horizons: diffraction, then scatter where that is less."""
    diffracted = bent.start + bent.slope * distance
    near, far = edges.reach + 200e3, edges.reach + 400e3
    far_loss = common_volume(far, path, air)
    near_loss = far_loss
    if far_loss <= _DEEP:
        near_loss = common_volume(near, path, air)
        if _DEEP < near_loss < np.inf and far_loss >= 0.0:
            near_loss = far_loss
    if near_loss == np.inf:
        return diffracted
    at_near = scatter(near, near_loss, air, edges)
    if at_near >= _NO_SCATTER:
        return diffracted
    slope = (scatter(far, far_loss, air, edges) - at_near) / (far - near)
    cross = (at_near - bent.start - slope * near) / (bent.slope - slope)
    start = max(smooth_reach(path, air), edges.reach + 0.3 * unit * math.log(47.7 * air.wave), cross)
    if distance <= start:
        return diffracted
    return bent.start + (bent.slope - slope) * start + slope * distance


@kernel
def reference(path: Path, air: Air) -> float:
    """Return the attenuation of a path below free space, the median of a typical situation."""
    edges = edges_of(path, air)
    unit = (air.wave * air.curvature**2) ** (-1.0 / 3.0)
    end = smooth_reach(path, air)
    first = max(end, 1.3787 * unit + edges.reach)
    second = first + 2.7574 * unit
    at_first = diffraction(first, path, air, edges)
    slope = (diffraction(second, path, air, edges) - at_first) / (second - first)
    bent = Line(at_first - slope * first, slope)
    if path.length < end:
        return max(sight_curve(path.length, path, air, bent), 0.0)
    return max(beyond_sight(path.length, path, air, edges, bent, unit), 0.0)
