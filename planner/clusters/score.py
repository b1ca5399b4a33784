"""Scores and ranks of places on several criteria, with what is not known kept as a range. Arrays in, arrays out."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

import numpy as np

from planner.clusters._groups import Floats, Ints

Method = Literal["weighted sum", "topsis"]
_DIGITS: Final = 12  # places that differ by less are tied


def scaled(values: Floats, more_is_better: np.ndarray) -> Floats:
    """Return each criterion between the worst place (0) and the best (1); NaN stays.

    Parameters
    ----------
    values
        Places by criteria.
    more_is_better
        For each criterion.

    Returns
    -------
    numpy.ndarray
        NaN throughout for a criterion that is the same everywhere or known nowhere.
    """
    known = ~np.isnan(values)
    low = np.min(np.where(known, values, np.inf), axis=0)
    high = np.max(np.where(known, values, -np.inf), axis=0)
    spread = np.where(high > low, high - low, np.nan)
    with np.errstate(invalid="ignore"):
        share = (values - low) / spread
    return np.asarray(np.where(more_is_better, share, 1 - share), np.float64)


@cache
def _methods() -> dict[str, Any]:
    from pymcdm.methods import TOPSIS, WSM  # noqa: PLC0415 - it imports plotting, and few plans rank places

    return {"weighted sum": WSM(_as_is), "topsis": TOPSIS(_as_is)}


def _as_is(column: Floats, *, cost: bool = False) -> Floats:
    """Leave a column that is scaled already; more is better on all of them."""
    assert not cost  # noqa: S101
    return column


def scores(matrix: Floats, weights: Floats, method: Method) -> Floats:
    """Return the score of each place, from 0 to 1.

    Parameters
    ----------
    matrix
        Places by criteria, between 0 and 1, without NaN.
    weights
        Weights of criteria, summing to 1.
    method
        ``weighted sum``, or ``topsis`` (Hwang and Yoon 1981) with the best and worst of `scaled` as its ideal points.

    Notes
    -----
    Both methods are those of the library pymcdm. A place with all ones and one with all zeros are ranked along, so that
    topsis measures from the same ideal points whatever the other places are: then no score falls when a value rises,
    and a range of values gives a range of scores.
    """
    ends = np.vstack([matrix, np.ones(matrix.shape[1]), np.zeros(matrix.shape[1])])
    found = _methods()[method](ends, weights, np.ones(len(weights), int), validation=False)
    return np.asarray(np.round(found[:-2], _DIGITS), np.float64)


def bounds(matrix: Floats, weights: Floats, method: Method) -> tuple[Floats, Floats]:
    """Return the least and the most that each score can be: what is not known as bad, and as good, as any place."""
    low, high = np.nan_to_num(matrix), np.where(np.isnan(matrix), 1.0, matrix)
    return scores(low, weights, method), scores(high, weights, method)


def ranks(low: Floats, high: Floats) -> tuple[Ints, Ints]:
    """Return the best and the worst rank that each place can have; 1 is the first, ties share the better rank."""
    ordered_low, ordered_high = np.sort(low), np.sort(high)
    best = 1 + len(low) - np.searchsorted(ordered_low, high, side="right")
    ahead = len(high) - np.searchsorted(ordered_high, low, side="right")
    own = (high > low).astype(np.int64)  # a place is not ahead of itself
    return best.astype(np.int64), (1 + ahead - own).astype(np.int64)


@dataclass(frozen=True)
class Sensitivity:
    """What the ranks rest on.

    Attributes
    ----------
    best, worst
        5th percentile of each place's best rank over the draws, and 95th of its worst.
    top, top_high
        Share of draws in which it is surely, and may be, among the first places.
    """

    best: Ints
    worst: Ints
    top: Floats
    top_high: Floats


def draw(weights: Floats, spread: float, draws: int, seed: int) -> Floats:
    """Return drawn weights, each evenly between (1 - spread) and (1 + spread) times the given one, then scaled to sum 1."""
    factor = np.random.default_rng(seed).uniform(1 - spread, 1 + spread, (draws, len(weights)))
    drawn = weights * factor
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True), np.float64)


def sensitivity(matrix: Floats, drawn: Floats, method: Method, top: int) -> Sensitivity:
    """Return how ranks vary with the weights.

    Parameters
    ----------
    matrix
        Places by criteria, NaN where not known.
    drawn
        Draws by criteria, see `draw`.
    method
        See `scores`.
    top
        How many first places are asked for.
    """
    best, worst = (np.empty((len(drawn), len(matrix)), np.int64) for _ in range(2))
    for number, weights in enumerate(drawn):
        best[number], worst[number] = ranks(*bounds(matrix, weights, method))
    return Sensitivity(
        best=np.quantile(best, 0.05, axis=0, method="lower").astype(np.int64),
        worst=np.quantile(worst, 0.95, axis=0, method="higher").astype(np.int64),
        top=np.mean(worst <= top, axis=0),
        top_high=np.mean(best <= top, axis=0),
    )
