"""Where cabinets stand on a tree, whom each serves, and how many fibres each edge needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from layers import PlanError
from planner.graph.network import Ints

_EXACT: Final = 10  # branches of a junction up to which all ways to share them out are tried


@dataclass(frozen=True, eq=False)
class Sites:
    """The hub (site 0) and cabinets, nearest to the hub first.

    Attributes
    ----------
    node
        Vertex of the tree at which each site stands.
    units
        Units that it serves.
    of_premises
        Site of each premises.
    splitters
        Splitters at each site.
    distribution, feeder
        Fibres in use on the edge above each vertex: one for each unit from its site on, and one for each splitter of a
        cabinet from the hub on.
    """

    node: Ints
    units: Ints
    of_premises: Ints
    splitters: Ints
    distribution: Ints
    feeder: Ints


def place(parent: Ints, node: Ints, units: Ints, capacity: int, ratio: int) -> Sites:
    """Place as few cabinets as serve all premises; the hub serves what is left at the root.

    Parameters
    ----------
    parent
        Vertex before each vertex of the tree, -1 at the root; a parent has a lower number.
    node, units
        Vertex and units of each premises.
    capacity
        Most units at one site.
    ratio
        Units on one splitter.

    Returns
    -------
    Sites

    Raises
    ------
    PlanError
        Where one premises has more units than a site takes.

    Notes
    -----
    From the leaves inwards, as Kundu and Misra (1977, "A linear tree partitioning algorithm") cut trees: where the
    branches that meet at a vertex hold more than one site takes, whole branches are shared out to as few cabinets as
    leave no more than a site takes to go on, and of those ways to the one that leaves least. A cabinet's branches meet
    at one vertex, where it stands. No way to give whole branches to cabinets needs fewer; junctions of more than ten
    branches that overflow are shared out by first fit, which may need more.
    """
    if len(units) and int(units.max()) > capacity:
        row = int(units.argmax())
        raise PlanError(
            "last mile", [f"one premises has {units[row]:,} units, more than cabinet_premises = {capacity}; raise it"]
        )
    own = np.bincount(node, weights=units, minlength=len(parent)).astype(np.int64)
    left, cut_node, cut_premises, cuts = _cut(parent, node, units, own, capacity)
    of_node = cut_node
    for here in range(1, len(parent)):
        if of_node[here] < 0:
            of_node[here] = of_node[parent[here]]
    of_premises = np.where(cut_premises >= 0, cut_premises, of_node[node])
    served = np.bincount(of_premises, weights=units, minlength=len(cuts)).astype(np.int64)
    whole = (of_node > 0) & (left == served[of_node]) & (left > 0)  # above the point where a cabinet's premises part
    at = np.asarray(cuts, np.int64)
    np.maximum.at(at, of_node[whole], np.flatnonzero(whole))
    number = np.empty(len(at), np.int64)
    number[np.lexsort((np.arange(len(at)), at, np.arange(len(at)) > 0))] = np.arange(len(at))
    order = np.argsort(number)
    splitters = -(-served[order] // ratio)
    return Sites(
        at[order], served[order], number[of_premises], splitters, np.where(whole, 0, left),
        _feeder(parent, at[order][1:], splitters[1:]),
    )  # fmt: skip


def _cut(parent: Ints, node: Ints, units: Ints, own: Ints, capacity: int) -> tuple[Ints, Ints, Ints, list[int]]:
    """Return units that go on above each vertex, the site to which a branch or premises is cut off, and where."""
    sums, above = own.tolist(), parent.tolist()
    by_parent = np.argsort(parent, kind="stable")
    first_child = np.searchsorted(parent[by_parent], np.arange(len(parent) + 1))
    by_node = np.argsort(node, kind="stable")
    first_own = np.searchsorted(node[by_node], np.arange(len(parent) + 1))
    cut_node, cut_premises, cuts = np.full(len(parent), -1, np.int64), np.full(len(node), -1, np.int64), [0]
    cut_node[0] = 0
    for here in range(len(parent) - 1, -1, -1):
        if sums[here] > capacity:
            children = [int(c) for c in by_parent[first_child[here] : first_child[here + 1]] if sums[c]]
            mine = by_node[first_own[here] : first_own[here + 1]]
            weights = [sums[c] for c in children] + units[mine].tolist()
            for shared in share_out(weights, capacity):
                for item in shared:
                    if item < len(children):
                        cut_node[children[item]] = len(cuts)
                    else:
                        cut_premises[mine[item - len(children)]] = len(cuts)
                    sums[here] -= weights[item]
                cuts.append(here)
        if here:
            sums[above[here]] += sums[here]
    return np.asarray(sums, np.int64), cut_node, cut_premises, cuts


def share_out(weights: Sequence[int], capacity: int) -> list[list[int]]:
    """Return as few groups of weights, each within capacity, as leave no more than capacity; then least is left."""
    order = sorted(range(len(weights)), key=lambda item: (-weights[item], item))
    if len(weights) <= _EXACT:
        return _exactly([weights[item] for item in order], order, capacity)
    return _first_fit(weights, order, capacity)


def _first_fit(weights: Sequence[int], order: Sequence[int], capacity: int) -> list[list[int]]:
    """Fill groups in turn, the heaviest first; the group that holds least is left."""
    groups: list[list[int]] = []
    room: list[int] = []
    for item in order:
        at = next((row for row, free in enumerate(room) if weights[item] <= free), len(room))
        if at == len(room):
            groups.append([])
            room.append(capacity)
        groups[at].append(item)
        room[at] -= weights[item]
    del groups[room.index(max(room))]
    return groups


def _exactly(weights: Sequence[int], names: Sequence[int], capacity: int) -> list[list[int]]:
    """Try all ways: for each set of weights the fewest groups, with as little as can be in the last."""
    size = 1 << len(weights)
    best: list[tuple[int, int, int]] = [(0, capacity, -1)] + [(size, 0, -1)] * (size - 1)  # groups, last, weight added
    total = [0] * size
    for held in range(1, size):
        low = (held & -held).bit_length() - 1
        total[held] = total[held & (held - 1)] + weights[low]
        for item, weight in enumerate(weights):
            if held >> item & 1:
                groups, last, _ = best[held ^ (1 << item)]
                step = (groups, last + weight, item) if last + weight <= capacity else (groups + 1, weight, item)
                best[held] = min(best[held], step)
    fits = [held for held in range(size) if total[-1] - total[held] <= capacity]
    held = min(fits, key=lambda one: (best[one][0], -total[one], one))
    count = best[held][0]
    groups_of: list[list[int]] = [[] for _ in range(count)]
    while held:
        groups, _, item = best[held]
        groups_of[groups - 1].append(names[item])
        held ^= 1 << item
    return groups_of


def _feeder(parent: Ints, at: Ints, splitters: Ints) -> Ints:
    """Return the feeder fibres above each vertex."""
    sums = np.bincount(at, weights=splitters, minlength=len(parent)).astype(np.int64).tolist()
    for here in range(len(parent) - 1, 0, -1):
        sums[parent[here]] += sums[here]
    return np.asarray(sums, np.int64)
