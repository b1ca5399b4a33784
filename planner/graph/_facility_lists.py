"""Sites of each demand, nearest first: the one form of distances that the kernels of siting walk."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from layers._kernel import kernel
from planner.graph._net import Flags, Longs, Shorts

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
_CHUNK: Final = 4096  # demands sorted at a time
_PENALTY: Final = 64.0  # times the largest distance; a whole number, so that whole costs stay whole


class Lists(NamedTuple):
    """Entries ``start[i]`` to ``start[i + 1]`` are the sites near demand i, nearest first.

    A demand costs its weight times the distance to the nearest open site, or times ``beyond`` where no site in reach
    is open. Where lists were cut short, ``full`` holds all distances (else it is empty).
    """

    start: Longs
    site: Shorts
    far: Singles
    beyond: Singles
    cap: Singles
    """No site outside the list is nearer than this, and ``beyond`` is not less."""
    full: Singles
    weight: Floats
    """Scenario by demand."""
    sites: int


def lists_of(distance: Singles, weight: Floats, longest: int) -> Lists:
    """Return the lists of a full matrix (demand by site; infinite where there is no way).

    Parameters
    ----------
    distance
        Demand by site.
    weight
        Scenario by demand.
    longest
        Most entries of a list.

    Notes
    -----
    A demand that some site cannot reach is charged a penalty where no open site reaches it.
    """
    n, m = distance.shape
    k = min(longest, m)
    site, far = np.empty((n, k), np.int32), np.empty((n, k), np.float32)
    for low in range(0, n, _CHUNK):
        rows = distance[low : low + _CHUNK]
        near = np.argsort(rows, axis=1, kind="stable")[:, :k] if k == m else _nearest(rows, k)
        site[low : low + len(rows)] = near
        far[low : low + len(rows)] = np.take_along_axis(rows, near, axis=1)
    last = np.asarray(distance.max(axis=1), np.float32)
    out = np.where(np.isfinite(last), last, _penalty(distance) if np.isinf(last).any() else 0).astype(np.float32)
    cap = out if k == m else np.minimum(far[:, -1], out)
    full = np.empty((0, 0), np.float32) if k == m else distance
    return _kept(site, far, out, cap, full, np.atleast_2d(weight), m)


def _nearest(rows: Singles, k: int) -> npt.NDArray[np.int64]:
    """Return the k nearest sites of each row, ties by number."""
    near = np.sort(np.argpartition(rows, k - 1, axis=1)[:, :k], axis=1)
    order = np.argsort(np.take_along_axis(rows, near, axis=1), axis=1, kind="stable")
    return np.take_along_axis(near, order, axis=1)


def _penalty(distance: Singles) -> np.float32:
    """Return a distance that no sensible choice pays."""
    largest = max((float(row[np.isfinite(row)].max(initial=0.0)) for row in distance), default=0.0)
    return np.float32(max(largest, 1.0) * _PENALTY)


def _kept(
    site: Shorts, far: Singles, beyond: Singles, cap: Singles, full: Singles, weight: Floats, sites: int
) -> Lists:
    """Return lists without what lies beyond."""
    keep = np.isfinite(far) & (far <= beyond[:, None])
    start = np.zeros(len(far) + 1, np.int64)
    np.cumsum(keep.sum(axis=1), out=start[1:])
    return Lists(start, site[keep], far[keep], beyond, cap, full, np.ascontiguousarray(weight, np.float64), sites)


def costs(lists: Lists, chosen: Flags) -> Floats:
    """Return the cost of a choice in each scenario."""
    _, near = nearest_open(lists, chosen)
    return np.asarray([float(row @ near) for row in lists.weight])


def nearest_open(lists: Lists, chosen: Flags) -> tuple[Shorts, Floats]:
    """Return the nearest open site of each demand and its distance (no site is -1)."""
    entry = np.flatnonzero(chosen[lists.site])
    demand = np.searchsorted(lists.start, entry, side="right") - 1
    first = np.ones(len(entry), np.bool_)
    first[1:] = np.diff(demand) != 0
    site, far = np.full(len(lists.beyond), -1, np.int32), lists.beyond.astype(np.float64)
    site[demand[first]], far[demand[first]] = lists.site[entry[first]], lists.far[entry[first]]
    lost = np.flatnonzero(site < 0)
    if len(lists.full) and len(lost) and chosen.any():
        _look_further(lists, chosen, lost, site, far)
    return site, far


def _look_further(lists: Lists, chosen: Flags, lost: Longs, site: Shorts, far: Floats) -> None:
    """Find the nearest open site of demands that list none."""
    opened = np.flatnonzero(chosen)
    rows = lists.full[np.ix_(lost, opened)]
    at = rows.argmin(axis=1)
    near = rows[np.arange(len(lost)), at]
    there = near <= lists.beyond[lost]
    site[lost[there]], far[lost[there]] = opened[at[there]], near[there]


@kernel
def nearest_two(lists: Lists, chosen: Flags) -> tuple[Shorts, Floats, Shorts, Floats]:
    """Return the nearest and second nearest open site of each demand, and their distances (no site is -1)."""
    n = len(lists.beyond)
    one, two = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    near, next_ = np.empty(n), np.empty(n)
    for i in range(n):
        near[i] = next_[i] = lists.beyond[i]
        for e in range(lists.start[i], lists.start[i + 1]):
            j = lists.site[e]
            if chosen[j]:
                if one[i] < 0:
                    one[i], near[i] = j, lists.far[e]
                else:
                    two[i], next_[i] = j, lists.far[e]
                    break
        if two[i] < 0 and len(lists.full):
            one[i], two[i] = -1, -1
            near[i] = next_[i] = lists.beyond[i]
            for j in range(lists.sites):
                far = lists.full[i, j]
                if chosen[j] and far <= lists.beyond[i]:
                    if one[i] < 0 or far < near[i]:
                        if one[i] >= 0:
                            two[i], next_[i] = one[i], near[i]
                        one[i], near[i] = j, far
                    elif two[i] < 0 or far < next_[i]:
                        two[i], next_[i] = j, far
    return one, near, two, next_
