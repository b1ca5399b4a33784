"""Polygons as arrays of edges, and the exact test of one point against one part of a polygon.

A part is one shell with its holes. Its height is cut into strips, and each strip lists the edges that reach into it:
a point needs to meet only the edges of its own strip.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from layers._kernel import kernel, part

OUTSIDE: Final = 0
INSIDE: Final = 1
"""Inside, or on the border."""
UNSURE: Final = 2
"""Too near to an edge for plain floating point; GEOS decides."""
_BORDER: Final = 3

_ERROR: Final = 1e-15
"""Bound of the relative error of the orientation determinant, the one that GEOS uses (CGAlgorithmsDD)."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]


class Edges(NamedTuple):
    """The parts of all polygons, in the order of their rows.

    Edge ``e`` runs from ``xy[e]`` to ``xy[e + 1]``. The strips of part ``p`` are ``strips[p]`` to ``strips[p + 1]``,
    the edges of strip ``s`` are ``edge[first[s]:first[s + 1]]``.
    """

    row: Ints
    box: Floats
    """West, south, east and north of each part."""
    scale: Floats
    """Strips per unit of height, for each part."""
    strips: Longs
    first: Longs
    edge: Ints
    xy: Floats


def edges_of(shapes: npt.NDArray[np.object_]) -> Edges:
    """Return the edges of valid polygons and multipolygons; those that are empty or missing have none."""
    parts, row = shapely.get_parts(shapes, return_index=True)
    full = ~shapely.is_empty(parts)
    parts = parts[full]
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    xy, ring_of_point = shapely.get_coordinates(rings, return_index=True)
    edge = np.flatnonzero(ring_of_point[:-1] == ring_of_point[1:]).astype(np.int32)
    part = part_of_ring[ring_of_point[edge]].astype(np.int32)
    box = np.ascontiguousarray(shapely.bounds(parts)).reshape(-1, 4)
    height = box[:, 3] - box[:, 1]
    count = _strip_counts(np.abs(xy[edge, 1] - xy[edge + 1, 1]), part, height)
    scale = cells_per_unit(count, height)
    strips = np.concatenate([[0], np.cumsum(count)])
    first, listed = _fill(edge, part, xy, box[:, 1].copy(), scale, strips)
    return Edges(row[full].astype(np.int32), box, scale, strips, first, listed, xy)


def cells_per_unit(count: Longs, extent: Floats) -> Floats:
    """Return cells per unit of length, 0 (all in one cell) where the extent is too small to be divided."""
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        scale = np.asarray(count / extent, dtype=np.float64)
    return np.where(np.isfinite(scale), scale, 0.0)


def _strip_counts(rise: Floats, part: Ints, height: Floats) -> Longs:
    """Return strips for each part: many for many edges, few where edges are long, so that lists stay short."""
    edges = np.bincount(part, minlength=len(height))
    crossed = np.bincount(part, weights=rise, minlength=len(height)) / np.maximum(height, np.finfo(float).tiny)
    return np.clip(2 * edges / np.maximum(crossed, 1), 1, edges).astype(np.int64)


@part
def slot(offset: float, scale: float, count: int) -> int:
    """Return the cell of an offset from the origin: it never falls where the offset grows, whatever the rounding."""
    return min(max(int(offset * scale), 0), count - 1)


@kernel
def _fill(edge: Ints, part: Ints, xy: Floats, south: Floats, scale: Floats, strips: Longs) -> tuple[Longs, Ints]:
    """Return the first entry of each strip, and the edges listed by strip."""
    first = np.zeros(strips[-1] + 1, np.int64)
    for k in range(len(edge)):
        low, high = _reach(xy, edge[k], south[part[k]], scale[part[k]], strips[part[k] + 1] - strips[part[k]])
        for strip in range(strips[part[k]] + low, strips[part[k]] + high + 1):
            first[strip + 1] += 1
    first = np.cumsum(first)
    free = first[:-1].copy()
    listed = np.empty(first[-1], np.int32)
    for k in range(len(edge)):
        low, high = _reach(xy, edge[k], south[part[k]], scale[part[k]], strips[part[k] + 1] - strips[part[k]])
        for strip in range(strips[part[k]] + low, strips[part[k]] + high + 1):
            listed[free[strip]] = edge[k]
            free[strip] += 1
    return first, listed


@part
def _reach(xy: Floats, edge: int, south: float, scale: float, count: int) -> tuple[int, int]:
    """Return the lowest and the highest strip that an edge reaches."""
    one, other = xy[edge, 1], xy[edge + 1, 1]
    return slot(min(one, other) - south, scale, count), slot(max(one, other) - south, scale, count)


@part
def side(edges: Edges, part: int, x: float, y: float) -> int:
    """Return whether a point is inside a part or on its border, outside, or too near to an edge to be sure.

    Counts the edges that a ray to the east crosses, edge by edge as GEOS does (RayCrossingCounter).
    """
    box = edges.box
    if not (box[part, 0] <= x <= box[part, 2] and box[part, 1] <= y <= box[part, 3]):
        return OUTSIDE
    start = edges.strips[part]
    strip = start + slot(y - box[part, 1], edges.scale[part], edges.strips[part + 1] - start)
    odd = OUTSIDE
    for k in range(edges.first[strip], edges.first[strip + 1]):
        e = edges.edge[k]
        met = _meet(edges.xy[e, 0] - x, edges.xy[e, 1] - y, edges.xy[e + 1, 0] - x, edges.xy[e + 1, 1] - y)
        if met == _BORDER:
            return INSIDE
        if met == UNSURE:
            return UNSURE
        odd ^= met
    return odd


@part
def _meet(x1: float, y1: float, x2: float, y2: float) -> int:
    """Return how an edge, given relative to the point, meets the ray: 0 not, 1 crossed, or border, or unsure.

    A difference of two doubles has the sign of the exact one, so all but the last test are exact.
    """
    if x1 < 0 and x2 < 0:
        return OUTSIDE
    if (y1 > 0) == (y2 > 0):
        flat = y2 == 0 and (x2 == 0 or (y1 == 0 and (x1 <= 0 or x2 <= 0)))
        return _BORDER if flat else OUTSIDE
    if x1 > 0 and x2 > 0:
        return INSIDE
    left, right = x1 * y2, y1 * x2
    if abs(left - right) < _ERROR * (abs(left) + abs(right)):
        return UNSURE
    if left == right:
        return _BORDER
    return int((left > right) == (y2 > y1))
