"""The arithmetic of a radio link: free space, the bulge of the earth, the first Fresnel zone, the horizon."""

import math
from typing import Final

EARTH_M: Final = 6_371_000.0
FOUR_THIRDS: Final = 4 / 3
_SPEED_OF_LIGHT: Final = 299_792_458.0


def free_space_db(distance_m: float, frequency_mhz: float) -> float:
    """Return the loss between two isotropic antennas in free space, in dB (Recommendation ITU-R P.525)."""
    return 20 * math.log10(4 * math.pi * distance_m * frequency_mhz * 1e6 / _SPEED_OF_LIGHT)


def earth_bulge_m(near_m: float, far_m: float, k: float = FOUR_THIRDS) -> float:
    """Return how far the earth rises above the chord, at a point so far from both ends; `k` widens its radius."""
    return near_m * far_m / (2 * k * EARTH_M)


def fresnel_m(near_m: float, far_m: float, frequency_mhz: float) -> float:
    """Return the radius of the first Fresnel zone at a point so far from both ends (Recommendation ITU-R P.526)."""
    wavelength = _SPEED_OF_LIGHT / (frequency_mhz * 1e6)
    return math.sqrt(wavelength * near_m * far_m / (near_m + far_m))


def horizon_m(antenna_m: float, k: float = FOUR_THIRDS) -> float:
    """Return how far an antenna sees over a smooth earth, in metres: about 4.12 km times the root of its height."""
    return math.sqrt(2 * k * EARTH_M * antenna_m)


def received_dbm(eirp_dbm: float, loss_db: float, gain_dbi: float) -> float:
    """Return what a receiver has of a radiated power, over the same bandwidth."""
    return eirp_dbm - loss_db + gain_dbi
