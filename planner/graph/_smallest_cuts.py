"""The smallest connected set as a yes-or-no programme, with cuts where a part hangs in the air."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, vstack
from scipy.sparse.csgraph import connected_components

from planner.graph.network import Ints

_ROUNDS: Final = 8
_NODES: Final = 1000
_SLACK: Final = 1e-6  # conditions are eased by so much of their largest weight, so that no set is lost to rounding


@dataclass(frozen=True, eq=False)
class Cut:
    """A set of least size (empty where none was found), a bound, and whether it was proved that there is none."""

    areas: Ints
    bound: int
    none: bool = False


def by_cuts(links: csr_array, root: int, weights: Ints, least: int, most: int) -> Cut:
    """Return a connected set of `least` to `most` vertices with the root and the fewest of them.

    Vertices that hang in the air are tied by cuts: one of them is in only if a neighbour of their part is in as well.
    Each round is a relaxation; its bound holds.
    """
    count = links.shape[0]
    rows, low = _conditions(links, root, weights)
    low_root = np.zeros(count)
    low_root[root] = 1
    bound = least
    for _ in range(_ROUNDS):
        rules = [LinearConstraint(rows, low, np.inf), LinearConstraint(np.ones((1, count)), bound, most)]
        found = milp(np.ones(count), integrality=np.ones(count, np.int64), bounds=Bounds(low_root, 1), constraints=rules,
                     options={"node_limit": _NODES, "mip_rel_gap": 0.0})  # fmt: skip
        if found.status == 2:
            return Cut(np.empty(0, np.int64), most + 1, none=True)
        if found.mip_dual_bound is not None and math.isfinite(found.mip_dual_bound):
            bound = max(bound, math.ceil(found.mip_dual_bound - 1e-6))
        if found.status != 0:
            break
        inside = found.x > 0.5
        cuts, ends = _cuts(links, root, inside)
        if not len(ends):
            if (weights[:, inside].sum(axis=1) >= 0).all():
                return Cut(np.flatnonzero(inside).astype(np.int64), int(inside.sum()))
            cuts, ends = csr_array(np.where(inside, -1.0, 1.0)[None, :]), np.array([1.0 - inside.sum()])
        rows, low = csr_array(vstack([rows, cuts])), np.append(low, ends)
    return Cut(np.empty(0, np.int64), bound)


def _conditions(links: csr_array, root: int, weights: Ints) -> tuple[csr_array, npt.NDArray[np.float64]]:
    """Return the conditions, and that every vertex but the root has a neighbour, as rows that sum to at least `low`."""
    scaled = weights / np.maximum(np.abs(weights).max(axis=1, keepdims=True), 1)
    others = np.flatnonzero(np.arange(links.shape[0]) != root)
    ties = csr_array(links - eye_array(links.shape[0]))[others]
    return csr_array(vstack([csr_array(scaled), ties])), np.append(
        np.full(len(weights), -_SLACK), np.zeros(len(others))
    )


def _cuts(links: csr_array, root: int, inside: npt.NDArray[np.bool_]) -> tuple[csr_array, npt.NDArray[np.float64]]:
    """Return a cut for every chosen vertex that has no way to the root within the choice."""
    chosen = np.flatnonzero(inside)
    _, label = connected_components(links[chosen][:, chosen], directed=False)
    home = label[np.searchsorted(chosen, root)]
    rows = [np.zeros((0, len(inside)))]
    for part in np.unique(label[label != home]):
        members = chosen[label == part]
        around = np.asarray(links[members].sum(axis=0)).ravel() > 0
        around[members] = False
        cut = np.tile(around.astype(float), (len(members), 1))
        cut[np.arange(len(members)), members] = -1
        rows.append(cut)
    stacked = np.vstack(rows)
    return csr_array(stacked), np.zeros(len(stacked))
