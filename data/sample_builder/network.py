"""A road network over junctions: a spanning tree, then loops until the length is right."""

from dataclasses import dataclass

import numpy as np
import shapely

from data.sample_builder.grid import Flags, Floats, Ints, Shapes, as_lines, point_key

_OUTSIDE_PENALTY = 20
_ALONG_BORDER_PENALTY = 5


@dataclass(frozen=True)
class Edges:
    """Edges of a Delaunay triangulation.

    Attributes
    ----------
    ends
        Two junctions for each edge.
    urquhart
        Whether the edge is the longest side of no triangle (nearly the relative-neighbourhood graph).
    gabriel
        Whether no third junction lies in the circle over the edge.
    """

    ends: Ints
    urquhart: Flags
    gabriel: Flags


def delaunay(points: Floats) -> Edges:
    """Return the Delaunay edges of at least three points, in order of their ends."""
    corners = _triangles(points)
    sides = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]), axis=1)
    apex = np.concatenate([corners[:, 2], corners[:, 0], corners[:, 1]])
    a, b, c = points[sides[:, 0]], points[sides[:, 1]], points[apex]
    side, left, right = (((p - q) ** 2).sum(axis=1) for p, q in ((a, b), (a, c), (b, c)))
    ends, which = np.unique(sides, axis=0, return_inverse=True)
    which = which.reshape(-1)
    longest = np.bincount(which, side > np.maximum(left, right)) > 0
    obtuse = np.bincount(which, side > left + right) > 0
    return Edges(ends.astype(np.int64), ~longest, ~obtuse)


def _triangles(points: Floats) -> Ints:
    faces = shapely.get_parts(shapely.delaunay_triangles(shapely.multipoints(points)))
    corners = shapely.get_coordinates(faces).reshape(-1, 4, 2)[:, :3].reshape(-1, 2)
    keys = point_key(points)
    order = np.argsort(keys)
    return np.asarray(order[np.searchsorted(keys[order], point_key(corners))].reshape(-1, 3), dtype=np.int64)


def costs(points: Floats, ends: Ints, cell: shapely.Polygon, on_border: Flags) -> tuple[Ints, Flags]:
    """Return what each edge costs in centimetres, and whether it is free of penalties.

    Edges that leave the town, or run along its line, are taken only where nothing else connects.
    """
    lines = as_lines(points[ends])
    room = cell.buffer(15.0)
    shapely.prepare(room)
    outside = ~shapely.covers(room, lines)
    along = on_border[ends].all(axis=1)
    penalty = np.where(outside, _OUTSIDE_PENALTY, 1) * np.where(along, _ALONG_BORDER_PENALTY, 1)
    return centimetres(lines) * penalty, ~(outside | along)


def centimetres(lines: Shapes) -> Ints:
    """Return lengths as whole centimetres, so that sums are exact."""
    return np.round(shapely.length(lines) * 100).astype(np.int64)


def spanning_tree(count: int, ends: Ints, cost: Ints) -> Flags:
    """Return which edges form a cheapest tree (Kruskal)."""
    parent = list(range(count))
    chosen = np.zeros(len(ends), np.bool_)
    for edge in np.argsort(cost, kind="stable").tolist():
        here, there = (_root(parent, int(end)) for end in ends[edge])
        if here != there:
            parent[here] = there
            chosen[edge] = True
    return chosen


def _root(parent: list[int], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


def add_loops(chosen: Flags, rank: Ints, length: Ints, target: int) -> Flags:
    """Add edges in order of rank while they fit, then the one whose length comes nearest to what is left."""
    chosen = chosen.copy()
    order = np.argsort(rank, kind="stable")
    order = order[~chosen[order]]
    rest = target - int(length[chosen].sum())
    fits = np.cumsum(length[order]) <= rest
    chosen[order[fits]] = True
    rest = target - int(length[chosen].sum())
    left = order[~fits]
    if len(left):
        best = left[int(np.argmin(np.abs(length[left] - rest)))]
        chosen[best] = abs(rest - int(length[best])) < abs(rest)
    return chosen
