"""Margins of error of sums, shares, ratios and differences of survey estimates, and what they say about a threshold.

All margins are at 90 percent confidence, as the survey publishes them. Source of the formulas: Census Bureau,
Understanding and Using American Community Survey Data, ch. 8 (approximations that leave covariance out).
"""

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

Floats = npt.NDArray[np.float64]
Z90: Final = 1.645  # standard errors in a margin of error at 90 percent, as the Census Bureau rounds it


def of_sum(estimates: npt.ArrayLike, margins: npt.ArrayLike) -> Floats:
    """Return the margin of error of sums along the last axis: the root of the sum of squares.

    Of several estimates that are zero, only the largest margin is counted, and once.

    Parameters
    ----------
    estimates, margins
        Estimates and their margins, of one shape; the last axis is summed.

    Returns
    -------
    numpy.ndarray
        Margins of the sums; NaN where one of the margins is.
    """
    values, squares = np.asarray(estimates, np.float64), np.square(np.asarray(margins, np.float64))
    zero = values == 0
    largest = np.where(zero, squares, 0.0).max(axis=-1, initial=0.0)
    return np.asarray(np.sqrt(np.where(zero, 0.0, squares).sum(axis=-1) + largest), np.float64)


def of_share(
    part: npt.ArrayLike, part_margin: npt.ArrayLike, whole: npt.ArrayLike, whole_margin: npt.ArrayLike
) -> Floats:
    """Return the margin of error of part / whole, where the part is counted in the whole.

    With a minus under the root; with a plus (see `of_ratio`) where it would be negative.
    """
    share, inner = _parts(part, part_margin, whole, whole_margin, -1.0)
    plain = np.sqrt(np.maximum(inner, 0.0)) / np.abs(np.asarray(whole, np.float64))
    return np.where(inner < 0, of_ratio(part, part_margin, whole, whole_margin), plain) + 0.0 * share


def of_ratio(
    top: npt.ArrayLike, top_margin: npt.ArrayLike, bottom: npt.ArrayLike, bottom_margin: npt.ArrayLike
) -> Floats:
    """Return the margin of error of top / bottom, where neither is counted in the other."""
    _, inner = _parts(top, top_margin, bottom, bottom_margin, 1.0)
    return np.asarray(np.sqrt(inner) / np.abs(np.asarray(bottom, np.float64)), np.float64)


def of_difference(margin: npt.ArrayLike, other_margin: npt.ArrayLike) -> Floats:
    """Return the margin of error of the difference of two estimates; a NaN counts as exact where the other is known."""
    one, two = np.asarray(margin, np.float64), np.asarray(other_margin, np.float64)
    return np.where(np.isnan(one) & np.isnan(two), np.nan, np.hypot(np.nan_to_num(one), np.nan_to_num(two)))


def probability_at_least(value: npt.ArrayLike, threshold: npt.ArrayLike, margin: npt.ArrayLike) -> Floats:
    """Return how probable it is that the true figure is at or above a threshold, by the normal distribution.

    Where the margin is zero or NaN the figure is taken as exact, and the answer is 0 or 1.
    """
    distance = np.asarray(value, np.float64) - np.asarray(threshold, np.float64)
    error = np.nan_to_num(np.asarray(margin, np.float64)) / Z90
    with np.errstate(divide="ignore", invalid="ignore"):
        sampled = ndtr(distance / error)
    exact = np.where(distance >= 0, 1.0, 0.0)
    return np.where(np.isnan(distance), np.nan, np.where(error > 0, sampled, exact))


def _parts(
    top: npt.ArrayLike, top_margin: npt.ArrayLike, bottom: npt.ArrayLike, bottom_margin: npt.ArrayLike, sign: float
) -> tuple[Floats, Floats]:
    """Return the ratio, and what stands under the root; NaN where the bottom is zero."""
    below = np.asarray(bottom, np.float64)
    below = np.where(below == 0, np.nan, below)
    ratio = np.asarray(top, np.float64) / below
    spread = np.square(np.asarray(top_margin, np.float64))
    return ratio, spread + sign * np.square(ratio * np.asarray(bottom_margin, np.float64))
