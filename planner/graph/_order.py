"""Blocks of a tree that are taken together: compiled loops over a pairing heap of blocks by cost for each weight."""

import numpy as np

from layers._kernel import kernel, leaf
from planner.graph._net import Longs


@leaf
def _before(cost: Longs, weight: Longs, one: int, two: int) -> bool:
    """Whether block one is the cheaper for its weight."""
    return bool(cost[one] * weight[two] < cost[two] * weight[one])


@leaf
def _meld(child: Longs, sibling: Longs, cost: Longs, weight: Longs, one: int, two: int) -> int:
    if one < 0:
        return two
    if two < 0:
        return one
    if _before(cost, weight, two, one):
        one, two = two, one
    sibling[two] = child[one]
    child[one] = two
    return one


@leaf
def _rest(child: Longs, sibling: Longs, cost: Longs, weight: Longs, top: int) -> int:
    """Return the top of a heap after its top is gone."""
    pairs = -1
    left = child[top]
    while left >= 0:
        one = left
        two = sibling[one]
        left = -1
        sibling[one] = -1
        if two >= 0:
            left = sibling[two]
            sibling[two] = -1
            one = _meld(child, sibling, cost, weight, one, two)
        sibling[one] = pairs
        pairs = one
    heap = -1
    while pairs >= 0:
        one = pairs
        pairs = sibling[one]
        sibling[one] = -1
        heap = _meld(child, sibling, cost, weight, heap, one)
    child[top] = -1
    return heap


@kernel
def merge(parent: Longs, cost: Longs, weight: Longs) -> Longs:
    """Return the first vertex of the block of each vertex; `cost` and `weight` become those of the blocks there.

    Vertices are numbered outwards: a parent has a lower number. The blocks below a vertex wait in one heap; the vertex
    takes in all that are no dearer for their weight than it is itself.
    """
    count = len(parent)
    child = np.full(count, -1, np.int64)
    sibling = np.full(count, -1, np.int64)
    heap = np.full(count, -1, np.int64)
    first = np.arange(count)
    for here in range(count - 1, -1, -1):
        top = heap[here]
        while top >= 0 and not _before(cost, weight, here, top):
            first[top] = here
            cost[here] += cost[top]
            weight[here] += weight[top]
            top = _rest(child, sibling, cost, weight, top)
        above = parent[here]
        if above >= 0 and cost[here] == 0 and weight[here] == 0:  # free and worth nothing: no ratio to be sorted by
            first[here] = above
        elif above >= 0:
            top = _meld(child, sibling, cost, weight, top, here)
            heap[above] = _meld(child, sibling, cost, weight, heap[above], top)
    for here in range(count):
        first[here] = first[first[here]]
    return first
