"""Longley-Rice, part three: how far the loss departs from its median in time, place and situation, in dB.

Hufford, "The ITS Irregular Terrain Model, version 1.2.2: the algorithm", section 5. Shares come as standard normal
deviates of what is exceeded: below 0 for a share above one half.
"""

import math
from typing import Final, NamedTuple

import numpy as np

from layers._kernel import kernel
from planner.wireless._attenuation import Air, rough_at
from planner.wireless._path import Floats, Path

SINGLE_MESSAGE: Final = 0
ACCIDENTAL: Final = 1
MOBILE: Final = 2
BROADCAST: Final = 3

_MEDIAN: Final = np.array([
    [-9.67, 12.7, 144.9e3, 190.3e3, 133.8e3], [-0.62, 9.19, 228.9e3, 205.2e3, 143.6e3],
    [1.26, 15.5, 262.6e3, 185.2e3, 99.8e3], [-9.21, 9.05, 84.1e3, 101.1e3, 98.6e3],
    [-0.62, 9.19, 228.9e3, 205.2e3, 143.6e3], [-0.39, 2.86, 141.7e3, 315.9e3, 167.4e3],
    [3.15, 857.9, 2222.0e3, 164.8e3, 116.3e3],
])  # fmt: skip
_WEAK: Final = np.array([
    [2.13, 159.5, 762.2e3, 123.6e3, 94.5e3], [2.66, 7.67, 100.4e3, 172.5e3, 136.4e3],
    [6.11, 6.65, 138.2e3, 242.2e3, 178.6e3], [1.98, 13.11, 139.1e3, 132.7e3, 193.5e3],
    [2.68, 7.16, 93.7e3, 186.8e3, 133.5e3], [6.86, 10.38, 187.8e3, 169.6e3, 108.9e3],
    [8.51, 169.8, 609.8e3, 119.9e3, 106.6e3],
])  # fmt: skip
_STRONG: Final = np.array([
    [2.11, 102.3, 636.9e3, 134.8e3, 95.6e3], [6.87, 15.53, 138.7e3, 143.7e3, 98.6e3],
    [10.08, 9.60, 165.3e3, 225.7e3, 129.7e3], [3.68, 159.3, 464.4e3, 93.1e3, 94.2e3],
    [4.75, 8.12, 93.2e3, 135.9e3, 113.4e3], [8.58, 13.97, 216.0e3, 152.0e3, 122.7e3],
    [8.43, 8.19, 136.2e3, 188.5e3, 122.9e3],
])  # fmt: skip
_DUCTS: Final = np.array([
    [1.224, 1.282], [0.801, 2.161], [1.380, 1.282], [1.000, 20.0], [1.224, 1.282], [1.518, 1.282], [1.518, 1.282],
])  # fmt: skip
_BY_FREQUENCY: Final = np.array([
    [1.0, 0.0, 0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.93, 0.31, 2.00], [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
    [1.0, 0.0, 0.0, 0.93, 0.19, 1.79], [0.92, 0.25, 1.77, 0.93, 0.31, 2.00], [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
    [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
])  # fmt: skip


class Shares(NamedTuple):
    """What is asked: mode, whether place and situation vary, deviates of time, place and situation, climate from 0."""

    mode: int
    places_vary: bool
    situations_vary: bool
    time: float
    place: float
    situation: float
    climate: int


@kernel
def curve(terms: Floats, distance: float) -> float:
    """Return a fitted curve over the effective distance."""
    square = (distance / terms[2]) ** 2
    hump = terms[1] / (1.0 + ((distance - terms[3]) / terms[4]) ** 2)
    return float((terms[0] + hump) * square / (1.0 + square))


@kernel
def effective_distance(path: Path, air: Air) -> float:
    """Return the distance between horizons, drawn out to 130 km where antennas stand at the limit of sight."""
    limit = math.sqrt(18e6 * path.effective1) + math.sqrt(18e6 * path.effective2)
    limit += math.pow(575.7e12 / air.wave, 1.0 / 3.0)
    return 130e3 * path.length / limit if path.length < limit else 130e3 + path.length - limit


@kernel
def time_spread(deviate: float, distance: float, air: Air, climate: int) -> float:
    """Return the standard deviation in time on that side of the median."""
    log_wave = math.log(0.133 * air.wave)
    by = _BY_FREQUENCY[climate]
    if deviate < 0.0:
        return curve(_WEAK[climate], distance) * float(by[0] + by[1] / ((by[2] * log_wave) ** 2 + 1.0))
    strong = curve(_STRONG[climate], distance) * float(by[3] + by[4] / ((by[5] * log_wave) ** 2 + 1.0))
    if deviate <= _DUCTS[climate, 1]:
        return strong
    duct = strong * float(_DUCTS[climate, 0])
    return duct + (strong - duct) * float(_DUCTS[climate, 1]) / deviate


@kernel
def place_spread(path: Path, air: Air, shares: Shares) -> float:
    """Return the standard deviation from place to place."""
    if not shares.places_vary:
        return 0.0
    waves = rough_at(path.length, path.rough) * air.wave
    return 10.0 * waves / (waves + 13.0)


@kernel
def quantile(reference: float, path: Path, air: Air, shares: Shares) -> float:
    """Return the attenuation below free space that is not exceeded in the asked shares, by the reference attenuation."""
    distance = effective_distance(path, air)
    situation = shares.situation
    time = situation if shares.mode == SINGLE_MESSAGE else shares.time
    place = shares.place
    if shares.mode in (SINGLE_MESSAGE, ACCIDENTAL):
        place = situation
    elif shares.mode == MOBILE:
        place = time
    in_time = time_spread(time, distance, air, shares.climate)
    in_place = place_spread(path, air, shares)
    own = (5.0 + 3.0 * math.exp(-distance / 100e3)) ** 2 if shares.situations_vary else 0.0
    own += (in_time * time) ** 2 / (7.8 + situation**2) + (in_place * place) ** 2 / (24.0 + situation**2)
    if shares.mode == SINGLE_MESSAGE:
        shift, unsure = 0.0, math.sqrt(in_time**2 + in_place**2 + own)
    elif shares.mode == ACCIDENTAL:
        shift, unsure = in_time * time, math.sqrt(in_place**2 + own)
    elif shares.mode == MOBILE:
        shift, unsure = math.sqrt(in_time**2 + in_place**2) * time, math.sqrt(own)
    else:
        shift, unsure = in_time * time + in_place * place, math.sqrt(own)
    loss = reference - curve(_MEDIAN[shares.climate], distance) - shift - unsure * situation
    if loss < 0.0:
        loss *= (29.0 - loss) / (29.0 - 10.0 * loss)
    return loss
