"""The best order in which to build a tree from its root: what connects most for its cost comes first."""

from dataclasses import dataclass

import numpy as np

from layers import PlanError
from planner.graph._order import merge
from planner.graph.network import Ints


@dataclass(frozen=True, eq=False)
class Blocks:
    """A tree in parts that are best built one after the other.

    Attributes
    ----------
    rank
        Block of each vertex, counted from 0 in the order of building.
    cost, weight
        Cost and weight of each block; cost for each weight rises from block to block.
    """

    rank: Ints
    cost: Ints
    weight: Ints


def cheapest_first(parent: Ints, cost: Ints, weight: Ints) -> Blocks:
    """Return the blocks of a rooted tree in the order of rising cost for each weight.

    Parameters
    ----------
    parent
        Vertex before each one, -1 for the root, which comes first; a parent has a lower number than its children.
    cost
        Cost of each vertex with the edge to its parent: whole and not negative, such as cents.
    weight
        What each vertex is worth, such as premises: whole and not negative. A vertex counts only with all before it.

    Returns
    -------
    Blocks
        After each block, no connected part of the tree with the root and as much weight costs less.

    Raises
    ------
    PlanError
        Where arrays do not fit, parents do not come first, or numbers are negative or too large to stay exact.

    Notes
    -----
    Horn (1972), "Single-machine job sequencing with treelike precedence ordering": a vertex takes in the best blocks below
    it while they are no dearer for their weight than it is. Each block is thus the best part that can be built next,
    and the sums after each are the corners of the lower envelope of cost over weight. Ratios are compared exactly.
    """
    faults = []
    if not len(parent) == len(cost) == len(weight):
        faults.append("parent, cost and weight must be of one length")
    elif len(parent):
        if parent[0] != -1 or (parent[1:] < 0).any() or (parent[1:] >= np.arange(1, len(parent))).any():
            faults.append("the root must come first, and each parent before its children")
        if cost.min() < 0 or weight.min() < 0:
            faults.append("costs and weights must be 0 or more")
        elif int(cost.sum()) * max(int(weight.sum()), 1) >= 2**62:
            faults.append("total cost times total weight is too large to stay exact; use a coarser unit")
    if faults:
        raise PlanError("order of a tree", faults)
    total, worth = cost.astype(np.int64), weight.astype(np.int64)
    first = merge(parent.astype(np.int64), total, worth)
    tops = np.flatnonzero(first == np.arange(len(first)))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(worth[tops] > 0, total[tops] / worth[tops], np.inf)
    order = tops[np.lexsort((tops, ratio))]  # a block that waits for another of nearly its price has a higher number
    number = np.empty(len(first), np.int64)
    number[order] = np.arange(len(order))
    return Blocks(number[first], total[order], worth[order])
