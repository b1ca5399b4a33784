"""A connected set that meets conditions, grown by the paths that bring most for each vertex, then shed of spare ones."""

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, hstack, vstack
from scipy.sparse.csgraph import breadth_first_order, connected_components

from planner.graph.network import Ints


def grow(links: csr_array, root: int, weights: Ints, most: int) -> Ints:
    """Return a connected set of at most `most` vertices with the root that meets all conditions; empty where none grew.

    Parameters
    ----------
    links
        Adjacency, shape (n, n), symmetric.
    weights
        Conditions, shape (m, n): each row must sum to 0 or more over the set.
    """
    inside = np.zeros(links.shape[0], bool)
    inside[root] = True
    while (short := -weights[:, inside].sum(axis=1)).max() > 0:
        path = _best_path(links, inside, weights, np.maximum(short, 0))
        if not path or int(inside.sum()) + len(path) > most:
            return np.empty(0, np.int64)
        inside[path] = True
    return _shed(links, root, weights, inside)


def _best_path(links: csr_array, inside: npt.NDArray[np.bool_], weights: Ints, short: Ints) -> list[int]:
    """Return the shortest path out of the set that fills most of what is short, as a share, for each vertex."""
    count = len(inside)
    rim = csr_array(inside.astype(np.float64)[None, :])
    around = csr_array(vstack([hstack([csr_array((1, 1)), rim]), hstack([rim.T, links])]))
    order, before = breadth_first_order(around, 0, directed=False)
    total, steps = np.zeros((len(weights), count + 1)), np.zeros(count + 1)
    share = np.where(short > 0, 1.0 / np.maximum(short, 1), 0.0)
    best, pick = 0.0, -1
    for vertex in order[1:].tolist():
        above = int(before[vertex])
        new = not inside[vertex - 1]
        steps[vertex] = steps[above] + new
        total[:, vertex] = total[:, above] + (weights[:, vertex - 1] if new else 0)
        if new:
            gain = float((np.minimum(total[:, vertex], short) * share).sum()) / steps[vertex]
            if gain > best * (1 + 1e-12):
                best, pick = gain, vertex
    path = []
    while pick > 0 and not inside[pick - 1]:
        path.append(pick - 1)
        pick = int(before[pick])
    return path


def _shed(links: csr_array, root: int, weights: Ints, inside: npt.NDArray[np.bool_]) -> Ints:
    """Return the set without the vertices that it stays connected and sufficient without, least useful first."""
    worth = (weights / np.maximum(np.abs(weights).max(axis=1, keepdims=True), 1)).sum(axis=0)
    again = True
    while again:
        again = False
        for vertex in sorted(np.flatnonzero(inside).tolist(), key=lambda each: (worth[each], each)):
            rest = np.flatnonzero(inside)
            rest = rest[rest != vertex]
            if vertex == root or (weights[:, rest].sum(axis=1) < 0).any():
                continue
            if connected_components(links[rest][:, rest], directed=False)[0] == 1:
                inside[vertex] = False
                again = True
    return np.flatnonzero(inside).astype(np.int64)
