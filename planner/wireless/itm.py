"""Longley-Rice: the loss of a radio path over a terrain profile (Irregular Terrain Model 1.2.2, point to point).

::

    loss_db(heights, step_m=30.0, antennas_m=(30.0, 5.0), radio=Radio(3550.0), shares=Variability(time=0.75))

Written from the published algorithm: G. Hufford, "The ITS Irregular Terrain Model, version 1.2.2: the algorithm".
The ground is bare: trees and buildings are in the loss only as far as they are in the heights.
"""

import math
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from layers import PlanError
from layers._kernel import kernel
from planner.wireless._attenuation import Air, reference
from planner.wireless._path import Floats, Path, path_of
from planner.wireless._variability import Shares, quantile

Mode = Literal["single message", "accidental", "mobile", "broadcast"]
_MODES: Final = ("single message", "accidental", "mobile", "broadcast")
_METRES_MHZ: Final = 47.7
_CURVATURE: Final = 157e-9
_LIMITS: Final = {
    "frequency_mhz": (20.0, 20_000.0),
    "refractivity": (250.0, 400.0),
    "permittivity": (1.0, 100.0),
    "conductivity_s_m": (1e-6, 10.0),
    "climate": (1, 7),
}


@dataclass(frozen=True)
class Radio:
    """A frequency, the air and the ground.

    Attributes
    ----------
    frequency_mhz
        From 20 to 20,000.
    refractivity
        Yearly minimum of the monthly mean surface refractivity in N-units, from 250 to 400.
    at_sea_level
        Whether it is reduced to sea level; if so the mean height of the path lowers it.
    permittivity, conductivity_s_m
        Of the ground, relative and in siemens a metre; the defaults are those of average ground.
    vertical
        Polarisation; else horizontal.
    climate
        1 equatorial, 2 continental subtropical, 3 maritime subtropical, 4 desert, 5 continental temperate, 6 maritime
        temperate over land, 7 the same over sea.
    """

    frequency_mhz: float
    refractivity: float = 301.0
    at_sea_level: bool = True
    permittivity: float = 15.0
    conductivity_s_m: float = 0.005
    vertical: bool = True
    climate: int = 5


@dataclass(frozen=True)
class Variability:
    """In which shares of time, places and like situations the loss is not exceeded, each between 0 and 1.

    Attributes
    ----------
    time, place, situation
        The shares; which of them count depends on `mode`.
    mode
        Single message: situation alone, all variability in it. Accidental: time, and place within situation. Mobile:
        time and place together. Broadcast: each by itself.
    places_vary, situations_vary
        Whether the spread from place to place, and from situation to situation, counts.
    """

    time: float = 0.5
    place: float = 0.5
    situation: float = 0.5
    mode: Mode = "mobile"
    places_vary: bool = True
    situations_vary: bool = True


class Asked(NamedTuple):
    """A radio and shares as the kernels take them."""

    wave: float
    refractivity: float
    at_sea_level: bool
    ground: complex
    shares: Shares


def asked(radio: Radio, shares: Variability) -> Asked:
    """Return what the kernels take.

    Raises
    ------
    PlanError
        With every value that lies outside the model's limits.
    """
    faults = [
        f"{name} is {getattr(radio, name):g}; the model holds from {low:g} to {high:g}"
        for name, (low, high) in _LIMITS.items()
        if not low <= getattr(radio, name) <= high
    ]
    faults += [
        f"share of {name} is {getattr(shares, name):g}; it must lie between 0 and 1"
        for name in ("time", "place", "situation")
        if not 0 < getattr(shares, name) < 1
    ]
    if faults:
        raise PlanError("Longley-Rice", faults)
    wave = radio.frequency_mhz / _METRES_MHZ
    medium = complex(radio.permittivity, 376.62 * radio.conductivity_s_m / wave)
    ground = (medium - 1) ** 0.5 / (medium if radio.vertical else 1)
    time, place, situation = (-float(ndtri(share)) for share in (shares.time, shares.place, shares.situation))
    wanted = Shares(
        _MODES.index(shares.mode), shares.places_vary, shares.situations_vary, time, place, situation, radio.climate - 1
    )
    return Asked(wave, radio.refractivity, radio.at_sea_level, ground, wanted)


@kernel
def air_over(z: Floats, asked: Asked) -> Air:
    """Return the air over a profile: refractivity falls with the mean height of its inner four fifths."""
    surface = asked.refractivity
    if asked.at_sea_level:
        tenth = int(0.1 * (len(z) - 1))
        surface *= math.exp(-z[tenth : len(z) - tenth].mean() / 9460.0)
    return Air(asked.wave, surface, _CURVATURE * (1.0 - 0.04665 * math.exp(surface / 179.3)), asked.ground)


@kernel
def median_path(z: Floats, step: float, high1: float, high2: float, asked: Asked) -> tuple[Path, Air]:
    """Return the path and the air over it."""
    air = air_over(z, asked)
    return path_of(z, step, high1, high2, air.curvature), air


@kernel
def loss_over(z: Floats, step: float, high1: float, high2: float, asked: Asked) -> float:
    """Return the basic transmission loss over a profile: free space and what is asked on top of it."""
    path, air = median_path(z, step, high1, high2, asked)
    free = 20.0 * math.log10(2.0 * air.wave * path.length)
    return free + quantile(reference(path, air), path, air, asked.shares)


def loss_db(
    heights_m: npt.ArrayLike, step_m: float, antennas_m: tuple[float, float], radio: Radio, shares: Variability
) -> float:
    """Return the basic transmission loss of a path, in dB.

    Parameters
    ----------
    heights_m
        Heights of the ground above sea level at equal steps, from the foot of one antenna to that of the other.
    step_m
        Length of a step along the ground.
    antennas_m
        Heights of both antennas above ground, 0.5 to 3,000 m.
    radio
        Frequency, air and ground.
    shares
        In which shares of time, places and situations the loss is not exceeded.

    Returns
    -------
    float
        Meant for paths from 1 to 2,000 km; shorter ones are in sight or nearly so, and close to free space.

    Raises
    ------
    PlanError
        Where a value lies outside the model's limits, or the profile has fewer than three finite heights.
    """
    z = np.ascontiguousarray(heights_m, np.float64)
    faults = []
    if z.ndim != 1 or len(z) < 3 or not np.isfinite(z).all():
        faults.append("a profile needs three or more heights, all of them finite")
    if not (step_m > 0 and math.isfinite(step_m)):
        faults.append(f"the step is {step_m:g} m; it must be above 0")
    faults += [f"an antenna is {high:g} m high; give 0.5 to 3,000 m" for high in antennas_m if not 0.5 <= high <= 3000]
    if faults:
        raise PlanError("Longley-Rice", faults)
    return float(loss_over(z, float(step_m), float(antennas_m[0]), float(antennas_m[1]), asked(radio, shares)))
