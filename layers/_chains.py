"""Edges that follow each other without a junction become one; edges drawn twice are kept once."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

from layers._kernel import kernel
from layers._lines import Flags, Ints, Pieces, take


class Chains(NamedTuple):
    """Edges in the order of the chains, whether each is walked backward, and the number of its chain."""

    edge: Ints
    backward: Flags
    chain: Ints


def chains(vertices: int, tail: Ints, head: Ints, kind: Ints) -> Chains:
    """Return the chains of edges that meet at vertices of two edges.

    Parameters
    ----------
    vertices
        Number of vertices.
    tail, head
        Ends of each edge.
    kind
        Edges of different kind are not joined.

    Returns
    -------
    Chains
        Every edge is in one chain. A ring without a junction starts at the tail of its first edge.
    """
    order, backward, chain = _walk(_partners(vertices, tail, head, kind))
    return Chains(order, backward, chain)


def _partners(vertices: int, tail: Ints, head: Ints, kind: Ints) -> Ints:
    """Return for each end of an edge (``2 e`` its tail, ``2 e + 1`` its head) the end that it is joined to, or -1."""
    ends = np.stack([tail, head], axis=1).ravel()
    order = np.argsort(ends, kind="stable")
    degree = np.bincount(ends, minlength=vertices)
    first = np.concatenate([[0], np.cumsum(degree)[:-1]])[degree == 2]
    one, other = order[first], order[first + 1]
    joined = (one >> 1 != other >> 1) & (kind[one >> 1] == kind[other >> 1])
    partner = np.full(len(ends), -1, np.int64)
    partner[one[joined]] = other[joined]
    partner[other[joined]] = one[joined]
    return partner


@kernel
def _walk(partner: Ints) -> tuple[Ints, Flags, Ints]:
    """Follow the joined ends: first from ends that are not joined, then around rings."""
    count = len(partner) // 2
    order, chain = np.empty(count, np.int64), np.empty(count, np.int64)
    backward, seen = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    done, number = 0, 0
    for rings in range(2):
        for begin in range(2 * count):
            if seen[begin >> 1] or (rings == 0 and partner[begin] >= 0):
                continue
            end = begin
            while end >= 0 and not seen[end >> 1]:
                seen[end >> 1] = True
                order[done], backward[done], chain[done] = end >> 1, end & 1 == 1, number
                done += 1
                end = partner[end ^ 1]
            number += 1
    return order, backward, chain


def repeated(pieces: Pieces, rank: Ints) -> Flags:
    """Return which pieces have the same geometry as one of lower rank, in either direction.

    Parameters
    ----------
    pieces
        Pieces between vertices.
    rank
        Of those with one geometry the lowest rank stays, the first where ranks are equal.
    """
    low, high = np.minimum(pieces.tail, pieces.head), np.maximum(pieces.tail, pieces.head)
    count = np.diff(pieces.lines.first)
    alike = pd.DataFrame({"low": low, "high": high, "count": count}).duplicated(keep=False).to_numpy()
    rows = np.flatnonzero(alike)
    rows = rows[np.argsort(rank[rows], kind="stable")]
    words = shapely.to_wkb(shapely.normalize(take(pieces.lines, rows).shapes()))
    again = np.zeros(len(low), bool)
    again[rows[pd.Series(words, dtype=object).duplicated().to_numpy(bool)]] = True
    return again
