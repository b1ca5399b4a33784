"""How margins of error carry over to sums, shares, ratios and differences, and what they leave open.

Formulas of the Census Bureau, *Understanding and Using American Community Survey Data: What All Data Users Need to
Know* (2020), chapter 8. All margins are at 90 percent confidence.
"""

from typing import Final

import numpy as np
from scipy.special import ndtr

from planner.eligibility.evidence import Floats

Z90: Final = 1.645


def of_difference(first: Floats, second: Floats) -> Floats:
    """Return the margin of a difference or sum of two independent estimates."""
    return np.hypot(first, second)


def of_ratio(numerator: Floats, numerator_margin: Floats, denominator: Floats, denominator_margin: Floats) -> Floats:
    """Return the margin of a ratio of two estimates that are not part of each other; NaN where the denominator is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = numerator / denominator
        found = np.hypot(numerator_margin, ratio * denominator_margin) / denominator
    return np.where(np.isfinite(found), found, np.nan)


def probability_at_least(value: Floats, threshold: Floats | float, margin: Floats) -> Floats:
    """Return the probability that the true figure is at least the threshold, by the normal approximation."""
    return np.asarray(ndtr((value - threshold) * Z90 / margin))
