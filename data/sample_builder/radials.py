"""Roads that lead from the centre of a town straight to its neighbours; other roads join them."""

from typing import Final

import numpy as np

from data.sample_builder.grid import Floats, Ints, steady

_LEAST_TURN: Final = 0.8  # cosine: radial roads leave the centre at least 37 degrees apart
_DISCOUNT: Final = 4


def radials(centre: Floats, crossings: Floats, spacing: float, most_m: float) -> tuple[Floats, Ints]:
    """Return junctions on straight lines to some of the crossings, and the crossing that each leads to.

    Parameters
    ----------
    centre, crossings
        Where the lines start and end.
    spacing
        Distance between junctions.
    most_m
        Radial roads end where their length would pass this.
    """
    points, owner, taken, used = [np.empty((0, 2))], [np.empty(0, np.int64)], np.empty((0, 2)), 0.0
    for number, crossing in enumerate(crossings):
        length = float(np.sqrt(((crossing - centre) ** 2).sum()))
        heading = (crossing - centre) / length
        if (taken @ heading > _LEAST_TURN).any() or used + length > most_m:
            continue
        taken, used = np.vstack([taken, heading]), used + length
        steps = max(round(length / spacing), 1)
        share = np.arange(1, steps)[:, None] / steps
        points.append(steady(centre + share * (crossing - centre)))
        owner.append(np.full(steps - 1, number))
    return np.vstack(points), np.concatenate(owner)


def favour(cost: Ints, ends: Ints, owner: Ints, first: int) -> Ints:
    """Return costs with a discount for edges along a radial road.

    Parameters
    ----------
    cost, ends
        Cost and two junctions of each edge. Junction 0 is the centre; the crossings follow it.
    owner
        Crossing that each junction of a radial road leads to, in order outwards.
    first
        Number of the first of those junctions.
    """
    low, high = ends[:, 0], ends[:, 1]
    last = first + len(owner)
    line = np.full(max(int(ends.max()) + 1, last), -1)
    line[first:last] = owner
    inside = (low >= first) & (high == low + 1) & (line[low] >= 0) & (line[low] == line[high])
    previous, following = np.append(-1, line[first:last])[:-1], np.append(line[first:last], -1)[1:]
    starts = np.flatnonzero(owner != previous) + first
    finishes = np.flatnonzero(owner != following) + first
    along = inside | ((low == 0) & np.isin(high, starts)) | (np.isin(high, finishes) & (low == line[high] + 1))
    return np.where(along, cost // _DISCOUNT, cost)
