"""Where lines meet: ends that are merged, points that lines share, ends that touch a line, crossings."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from layers._kernel import kernel, part
from layers._lines import Cuts, Flags, Floats, Ints, Lines, Pieces, Shapes, cut, no_cuts


class Noded(NamedTuple):
    """Pieces between vertices, the vertices' positions, and what was done."""

    pieces: Pieces
    xy: Floats
    notes: list[str]


class Spots(NamedTuple):
    """Distinct positions of points: which one each point has, where it is, how many points it has."""

    of_point: Ints
    xy: Floats
    points: Ints


class Track(NamedTuple):
    """Lines to walk along: points, first point of each line, way from its start, and vertex at each point or -1."""

    xy: Floats
    first: Ints
    along_m: Floats
    vertex: Ints


class Nearby(NamedTuple):
    """Vertices, and a line that each is near to."""

    vertex: Ints
    line: Ints


def node(lines: Lines, snap_m: float, *, crossings: bool) -> Noded:
    """Cut lines wherever they meet.

    Parameters
    ----------
    lines
        Lines in metres.
    snap_m
        Ends that are nearer to each other than this are one vertex; an end that is nearer than this to the inside of
        a line is a vertex of that line.
    crossings
        Whether lines that cross without a common point meet there; false where bridges are to be respected.

    Returns
    -------
    Noded
        The pieces' ends lie exactly on the vertices.
    """
    shapes = lines.shapes()
    crossed, places = _crossings(lines) if crossings else (no_cuts(), np.empty((0, 2)))
    spots = _spots(np.concatenate([lines.xy, places]))
    hub = np.ones(len(spots.of_point), bool)  # points to be merged: ends and crossings
    hub[: len(lines.xy)] = False
    hub[lines.first[:-1]] = hub[lines.first[1:] - 1] = True
    vertex_of_spot, xy, notes = _vertices(spots, hub, snap_m)
    vertex = vertex_of_spot[spots.of_point]
    crossed = crossed._replace(vertex=vertex[len(lines.xy) :])
    vertex = vertex[: len(lines.xy)]
    ends = np.unique(vertex[hub[: len(lines.xy)]])
    touched = _touches(lines, shapes, vertex, ends, xy, snap_m)
    if len(touched.line):
        notes.append(f"{len(touched.line)} places where an end touches the inside of a line made vertices")
    if len(places):
        notes.append(f"{len(np.unique(crossed.vertex))} crossings made vertices")
    cuts = Cuts(*(np.concatenate(pair) for pair in zip(touched, crossed, strict=True)))
    return Noded(cut(lines, vertex, cuts, xy), xy, notes)


def _spots(xy: Floats) -> Spots:
    """Return the distinct positions of points, equal to the last bit."""
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    ordered = xy[order]
    new = np.concatenate([[True], (ordered[1:] != ordered[:-1]).any(axis=1)])
    of_point = np.empty(len(xy), np.int64)
    of_point[order] = np.cumsum(new) - 1
    return Spots(of_point, ordered[new], np.bincount(of_point))


def _vertices(spots: Spots, hub: Flags, snap_m: float) -> tuple[Ints, Floats, list[str]]:
    """Return the vertex of each spot (-1: none), the vertices' positions, and what was merged."""
    weight = np.bincount(spots.of_point, weights=hub, minlength=len(spots.xy)).astype(np.int64)
    hubs = np.flatnonzero(weight)
    label, lead, notes = _merge(spots.xy[hubs], weight[hubs], snap_m)
    vertex = np.full(len(spots.xy), -1, np.int64)
    vertex[hubs] = label
    shared = np.flatnonzero((weight == 0) & (spots.points > 1))
    vertex[shared] = len(lead) + np.arange(len(shared))
    return vertex, np.concatenate([spots.xy[hubs[lead]], spots.xy[shared]]), notes


def _merge(xy: Floats, weight: Ints, snap_m: float) -> tuple[Ints, Ints, list[str]]:
    """Return the cluster of each position, the position that each cluster takes, and a note.

    A cluster takes the position that most line ends have: few lines are bent.
    """
    pairs = KDTree(xy).query_pairs(snap_m, output_type="ndarray") if snap_m > 0 else np.empty((0, 2), np.int64)
    matrix = csr_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), (len(xy), len(xy)))
    count, label = connected_components(matrix, directed=False)
    order = np.lexsort((np.arange(len(xy)), -weight, label))
    lead = order[np.concatenate([[True], np.diff(label[order]) > 0])]
    if count == len(xy):
        return label.astype(np.int64), lead, []
    moved = np.hypot(*(xy - xy[lead[label]]).T)
    note = f"{len(xy) - count} end points merged with one within {snap_m:g} m (moved by {moved.max():.2f} m at most)"
    return label.astype(np.int64), lead, [note]


def _touches(lines: Lines, shapes: Shapes, vertex: Ints, ends: Ints, xy: Floats, snap_m: float) -> Cuts:
    """Return where vertices touch the inside of lines."""
    place, line = shapely.STRtree(shapes).query(shapely.points(xy[ends]), predicate="dwithin", distance=snap_m)
    order = np.lexsort((place, line))
    nearby = Nearby(ends[place[order]], line[order].astype(np.int64))
    track = Track(lines.xy, lines.first, lines.along_m(), vertex)
    found, along = np.empty(0, np.int64), np.empty(0)
    while (count := _find_touches(track, nearby, xy, snap_m, found, along)) > len(found):
        found, along = np.empty(count, np.int64), np.empty(count)
    return Cuts(nearby.line[found], along, nearby.vertex[found])


@kernel
def _find_touches(
    track: Track, nearby: Nearby, xy: Floats, limit_m: float, found: Ints, found_along_m: Floats
) -> int:  # fmt: skip
    """Write where each line comes near its vertex, once for each time, and return how often.

    Segments that follow each other within the limit are one time, at the nearest place. A time is left out where
    one of the segments' ends is the vertex already.
    """
    count = 0
    for k in range(len(nearby.line)):
        v, last = nearby.vertex[k], track.first[nearby.line[k] + 1] - 1
        near, place, own = np.inf, 0.0, False
        for p in range(track.first[nearby.line[k]], last + 1):
            apart, share = np.inf, 0.0
            if p < last:
                apart, share = _to_segment(track.xy, p, xy[v, 0], xy[v, 1])
            if apart <= limit_m:
                own = own or track.vertex[p] == v or track.vertex[p + 1] == v
                if apart < near:
                    near, place = apart, track.along_m[p] + share * (track.along_m[p + 1] - track.along_m[p])
                continue
            if near <= limit_m and not own:
                if count < len(found):
                    found[count], found_along_m[count] = k, place
                count += 1
            near, own = np.inf, False
    return count


@part
def _to_segment(points: Floats, p: int, x: float, y: float) -> tuple[float, float]:
    """Return the distance of a place from a segment, and the share of the segment before the nearest point."""
    dx, dy = points[p + 1, 0] - points[p, 0], points[p + 1, 1] - points[p, 1]
    square = dx * dx + dy * dy
    share = 0.0
    if square > 0:
        share = min(max(((x - points[p, 0]) * dx + (y - points[p, 1]) * dy) / square, 0.0), 1.0)
    return np.hypot(points[p, 0] + share * dx - x, points[p, 1] + share * dy - y), share


def _crossings(lines: Lines) -> tuple[Cuts, Floats]:
    """Return where lines cross, twice each: once for either line. The cuts' vertices are still to be numbered."""
    start = np.flatnonzero(lines.line[1:] == lines.line[:-1])
    ends = np.stack([lines.xy[start], lines.xy[start + 1]], axis=1)
    segments = np.asarray(shapely.linestrings(ends), dtype=object)
    one, other = shapely.STRtree(segments).query(segments, predicate="intersects")
    apart = (one < other) & ~((other == one + 1) & (start[other] == start[one] + 1))  # neighbours meet anyway
    one, other = one[apart], other[apart]
    xy, pair = shapely.get_coordinates(shapely.intersection(segments[one], segments[other]), return_index=True)
    new = ~(_at_end(ends[one[pair]], xy) & _at_end(ends[other[pair]], xy))
    segment, places = np.concatenate([one[pair[new]], other[pair[new]]]), np.concatenate([xy[new], xy[new]])
    along = lines.along_m()[start[segment]] + np.hypot(*(places - ends[segment, 0]).T)
    table = pd.DataFrame({"line": lines.line[start[segment]], "along": along, "x": places[:, 0], "y": places[:, 1]})
    table = table.drop_duplicates()
    return (
        Cuts(table["line"].to_numpy(np.int64), table["along"].to_numpy(np.float64), np.full(len(table), -1)),
        table[["x", "y"]].to_numpy(np.float64),
    )


def _at_end(ends: Floats, xy: Floats) -> Flags:
    """Return which places are an end of their segment."""
    return np.asarray((ends == xy[:, None]).all(axis=2).any(axis=1))
