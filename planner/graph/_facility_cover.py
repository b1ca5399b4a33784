"""Demands joined by the set of sites that covers them, and the cheapest cover of all sets."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from planner.graph._facility_lists import Floats
from planner.graph._facility_milp import Effort, Model, of_rules, run
from planner.graph._facility_rules import Rules
from planner.graph._facility_work import Limits
from planner.graph._net import Flags, Longs, Shorts
from planner.graph.facility_distance import Near

Bytes = npt.NDArray[np.uint8]
_CHUNK: Final = 4096  # demands whose sites are spread out at a time
_PAIRS: Final = 3000  # most sets that are compared with each other


@dataclass(frozen=True)
class Sets:
    """Entries ``start[i]`` to ``start[i + 1]`` are the sites of set i, ascending; ``weight`` is its demand."""

    start: Longs
    site: Shorts
    weight: Floats
    sites: int

    @property
    def matrix(self) -> csr_array:
        """Set by site, 1 where the site covers."""
        shape = (len(self.weight), self.sites)
        return csr_array((np.ones(len(self.site)), self.site.astype(np.int64), self.start), shape=shape)


def _bits(near: Near) -> Bytes:
    """Return the sites of each demand as bits of a row."""
    demands, width = len(near.start) - 1, max(-(-near.sites // 8), 1)
    out = np.zeros((demands, width), np.uint8)
    for low in range(0, demands, _CHUNK):
        high = min(low + _CHUNK, demands)
        flags = np.zeros((high - low, near.sites), np.bool_)
        row = np.repeat(np.arange(high - low), np.diff(near.start[low : high + 1]))
        flags[row, near.site[near.start[low] : near.start[high]]] = True
        out[low:high] = np.packbits(flags, axis=1)
    return out


def sets_of(near: Near, weight: Floats) -> Sets:
    """Join demands that the same sites cover."""
    bits = _bits(near)
    rows = bits.view(np.dtype((np.void, bits.shape[1]))).ravel()
    _, first, inverse = np.unique(rows, return_index=True, return_inverse=True)
    joined = np.bincount(inverse, weights=weight, minlength=len(first))
    order = np.argsort(first, kind="stable")
    keep = order[(joined[order] > 0)]
    length = np.diff(near.start)[first[keep]]
    start = np.zeros(len(keep) + 1, np.int64)
    np.cumsum(length, out=start[1:])
    entry = np.repeat(near.start[first[keep]] - start[:-1], length) + np.arange(start[-1])
    row, site = np.repeat(np.arange(len(keep)), length), near.site[entry]
    return Sets(start, site[np.lexsort((site, row))], np.asarray(joined[keep], np.float64), near.sites)


@dataclass(frozen=True)
class Cover:
    """Chosen sites (None where none were found), the bound of their cost, and whether there is no cover at all."""

    chosen: Flags | None
    bound: float
    impossible: bool


def cheapest_cover(sets: Sets, rules: Rules, price: Floats, limits: Limits) -> Cover:
    """Return the cheapest sites that obey the rules and cover every set."""
    matrix = needed(sets)
    model = of_rules(rules, price)
    model = model.plus(matrix, np.ones(matrix.shape[0]), np.full(matrix.shape[0], np.inf))
    got = run(_scaled(model), Effort(limits.nodes, limits.seconds))
    whole = np.array_equal(price, np.rint(price)) and price.sum() < 1e7
    scale = _scale(price)
    bound = np.ceil(got.bound * scale - 1e-4) if whole and np.isfinite(got.bound) else got.bound * scale
    return Cover(None if got.values is None else got.values > 0.5, float(bound), got.impossible)


def _scale(price: Floats) -> float:
    return max(float(price.max(initial=0.0)) / 1e3, 1.0)


def _scaled(model: Model) -> Model:
    return Model(
        model.cost / _scale(model.cost), model.matrix, model.low, model.high, model.lower, model.upper, model.whole
    )


def needed(sets: Sets) -> csr_array:
    """Return the sets without those that hold another one: who covers the smaller one covers both."""
    matrix = sets.matrix
    count = matrix.shape[0]
    if count > _PAIRS:
        return matrix
    length = np.diff(matrix.indptr)
    common = csr_array(matrix @ matrix.T).tocoo()
    inside = (common.data >= length[common.row]) & (common.row != common.col)  # the row's set lies in the column's
    dropped = np.zeros(count, np.bool_)
    dropped[common.col[inside]] = True
    return csr_array(matrix[np.flatnonzero(~dropped)])
