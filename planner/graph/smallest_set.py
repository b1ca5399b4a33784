"""The smallest connected set of areas round a root that meets sums: which neighbours to add, and no more."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from layers import PlanError
from planner.graph._smallest_cuts import by_cuts
from planner.graph._smallest_grow import grow
from planner.graph._smallest_search import best_of_size, hops_between
from planner.graph.network import Ints

_WIDEST: Final = 3000  # areas whose distances from each other are still kept in memory
_UNIT_BITS: Final = 60
_ROUNDING: Final = 1e-12


@dataclass(frozen=True)
class Effort:
    """How far to look: sets of at most `most` areas (all where None), and how many sets the search may look at."""

    most: int | None = None
    sets: int = 20_000_000


@dataclass(frozen=True, eq=False)
class Smallest:
    """A smallest set, or what is known of it.

    Attributes
    ----------
    areas
        Areas of the set, sorted; empty where none was found.
    size
        Number of them; 0 where none was found.
    lower_bound
        No set that meets all conditions has fewer areas.
    exact
        Whether that there is no smaller one was proved.
    settled
        Whether it was also chosen among all sets of its size: largest sum of the first condition, then first in order.
    none_exists
        Whether it was proved that no set of at most as many areas as were asked for meets all conditions.
    explored
        Sets that the search looked at.
    """

    areas: Ints
    lower_bound: int
    exact: bool
    settled: bool
    none_exists: bool
    explored: int

    @property
    def size(self) -> int:
        """Number of areas of the set."""
        return len(self.areas)


@dataclass(frozen=True, eq=False)
class _Ground:
    """The areas that matter, numbered anew in their order: links, conditions in whole numbers, the root."""

    areas: Ints
    links: csr_array
    weights: Ints
    root: int


def smallest_set(
    pairs: npt.NDArray[np.integer], root: int, weights: npt.NDArray[np.float64], effort: Effort | None = None
) -> Smallest:
    """Return the smallest connected set of areas with the root over which every condition sums to 0 or more.

    Parameters
    ----------
    pairs
        Areas that share a border, shape (k, 2), in any order.
    root
        Area that must be in the set.
    weights
        Conditions, shape (m, n), finite. A rate test ``num / den >= t`` is the condition ``num - t * den``.
    effort
        How far to look.

    Returns
    -------
    Smallest
        Of sets of one size the one with the largest sum of the first condition, then the first in order of its
        sorted areas. The order of `pairs` does not matter.

    Raises
    ------
    PlanError
        Where arrays do not fit together or weights are not finite.

    Notes
    -----
    Sets of rising size are built, each once, and cut off where the best open areas within reach cannot bring a
    condition to 0. Where that takes too many sets, a set is grown greedily, and an integer programme (HiGHS) with
    connectivity cuts looks for smaller ones within its radius: a set of k areas reaches no further than k - 1 steps.
    Sums are taken in whole numbers of a unit of 2^-60 of all weights, with 1e-12 of the largest as tolerance.
    """
    _check(pairs, root, weights)
    effort = effort or Effort()
    whole = _whole(np.asarray(weights, np.float64), root)
    ground = _within(pairs, whole, root, math.inf)
    most = min(effort.most or len(ground.areas), len(ground.areas))
    ground = _within(pairs, whole, root, most - 1)
    if (_best_sums(ground) < 0).any():
        return _none(most, 0)
    return _searched(ground, most, effort.sets)


def _check(pairs: npt.NDArray[np.integer], root: int, weights: npt.NDArray[np.float64]) -> None:
    faults = []
    if weights.ndim != 2 or not weights.size:
        faults.append("weights must have a row for each condition and a column for each area")
    elif not np.isfinite(weights).all():
        faults.append("weights must be finite; leave out areas whose figures are not known")
    elif not 0 <= root < weights.shape[1]:
        faults.append(f"the root must be one of areas 0 to {weights.shape[1] - 1}")
    elif pairs.size and (pairs.ndim != 2 or pairs.min() < 0 or pairs.max() >= weights.shape[1]):
        faults.append(f"pairs must be rows of two areas from 0 to {weights.shape[1] - 1}")
    if faults:
        raise PlanError("smallest set", faults)


def _whole(weights: npt.NDArray[np.float64], root: int) -> Ints:
    """Return weights as whole numbers whose sums are exact; the tolerance is given to the root."""
    rows = []
    for row in weights:
        total = float(np.abs(row).sum())
        unit = 2.0 ** (_UNIT_BITS - math.frexp(total)[1]) if total else 1.0
        whole = np.rint(row * unit).astype(np.int64)
        whole[root] += int(np.abs(row).max() * unit * _ROUNDING)
        rows.append(whole)
    return np.array(rows)


def _within(pairs: npt.NDArray[np.integer], weights: Ints, root: int, steps: float) -> _Ground:
    """Return the areas that a number of steps from the root reach."""
    count = weights.shape[1]
    one, two = pairs.reshape(-1, 2).T
    apart = one != two
    ends = np.concatenate([one[apart], two[apart]]), np.concatenate([two[apart], one[apart]])
    links = csr_array(coo_array((np.ones(len(ends[0])), ends), shape=(count, count)))
    links.data[:] = 1
    links.sort_indices()
    areas = _reached(links, root, min(steps, count))
    return _Ground(areas, csr_array(links[areas][:, areas]), weights[:, areas], int(np.searchsorted(areas, root)))


def _reached(links: csr_array, root: int, steps: float) -> Ints:
    away = dijkstra(links, directed=False, indices=np.array([root]), unweighted=True, limit=steps)
    return np.flatnonzero(np.isfinite(away[0])).astype(np.int64)


def _best_sums(ground: _Ground) -> Ints:
    """Return the most that each condition alone can reach, were nothing between the areas."""
    gains = np.maximum(ground.weights, 0)
    sums: Ints = gains.sum(axis=1) + np.minimum(ground.weights[:, ground.root], 0)
    return sums


def _searched(ground: _Ground, most: int, sets: int) -> Smallest:
    explored = 0
    for size in range(1, most + 1):
        near = _ball(ground, size - 1)
        if len(near.areas) > _WIDEST:
            return _proved(ground, size, most, explored)
        found, tried, done = _all_of_size(near, size, sets - explored)
        explored += tried
        if len(found):
            return Smallest(near.areas[found], size, exact=True, settled=done, none_exists=False, explored=explored)
        if not done:
            return _proved(ground, size, most, explored)
    return _none(most, explored)


def _ball(ground: _Ground, steps: int) -> _Ground:
    near = _reached(ground.links, ground.root, steps)
    root = int(np.searchsorted(near, ground.root))
    return _Ground(ground.areas[near], csr_array(ground.links[near][:, near]), ground.weights[:, near], root)


def _all_of_size(near: _Ground, size: int, sets: int) -> tuple[Ints, int, bool]:
    start, heads = near.links.indptr.astype(np.int64), near.links.indices.astype(np.int64)
    order = np.argsort(-near.weights, axis=1, kind="stable").astype(np.int64)
    weights = np.ascontiguousarray(near.weights)
    return best_of_size(start, heads, weights, order, hops_between(start, heads), near.root, size, sets)


def _proved(ground: _Ground, least: int, most: int, explored: int) -> Smallest:
    """Return a set that was grown, or a smaller one if the programme finds it, with the bound of the programme."""
    grown = grow(ground.links, ground.root, ground.weights, most)
    if len(grown) == least:
        return Smallest(ground.areas[grown], least, exact=True, settled=False, none_exists=False, explored=explored)
    upper = len(grown) - 1 if len(grown) else most
    near = _ball(ground, upper - 1)
    cut = by_cuts(near.links, near.root, near.weights, least, upper)
    best = near.areas[cut.areas] if len(cut.areas) else ground.areas[grown]
    bound = min(cut.bound, len(best)) if len(best) else cut.bound
    none = cut.none and not len(best)
    return Smallest(best, bound, exact=none or bound == len(best), settled=False, none_exists=none, explored=explored)


def _none(most: int, explored: int) -> Smallest:
    nothing = np.empty(0, np.int64)
    return Smallest(nothing, most + 1, exact=True, settled=True, none_exists=True, explored=explored)
