"""Lines as flat arrays: measured, cut and joined many at a time."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]


class Lines(NamedTuple):
    """Lines of two points or more: those of line ``k`` are ``xy[first[k]:first[k + 1]]``."""

    xy: Floats
    first: Ints

    @property
    def line(self) -> Ints:
        """Line of each point."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))

    def along_m(self) -> Floats:
        """Return the distance of each point from the start of its line."""
        step = np.hypot(*np.diff(self.xy, axis=0).T)
        far = np.concatenate([[0.0], np.cumsum(step)])[: len(self.xy)]
        start: Floats = np.repeat(far[self.first[:-1]], np.diff(self.first))
        return np.asarray(far - start, np.float64)

    def length_m(self) -> Floats:
        """Return the length of each line."""
        step = np.hypot(*np.diff(self.xy, axis=0, append=self.xy[-1:]).T)
        step[self.first[1:] - 1] = 0.0
        return np.add.reduceat(step, self.first[:-1]) if len(step) else step

    def shapes(self) -> Shapes:
        """Return the lines as geometries."""
        return np.asarray(shapely.linestrings(self.xy, indices=self.line), dtype=object).reshape(-1)


class Cuts(NamedTuple):
    """Places at which lines are cut: the line, how far along it, and the vertex that stands there."""

    line: Ints
    along_m: Floats
    vertex: Ints

    def where(self, chosen: Flags | Ints) -> "Cuts":
        """Return some of the cuts."""
        return Cuts(self.line[chosen], self.along_m[chosen], self.vertex[chosen])


class Pieces(NamedTuple):
    """Lines between two vertices, and the line that each was cut from."""

    lines: Lines
    tail: Ints
    head: Ints
    source: Ints

    def where(self, chosen: Flags | Ints) -> "Pieces":
        """Return some of the pieces, in the given order."""
        order = np.arange(len(self.tail))[chosen]
        return Pieces(take(self.lines, order), self.tail[order], self.head[order], self.source[order])


def no_cuts() -> Cuts:
    """Return no cuts."""
    return Cuts(np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64))


def lines_of(shapes: Shapes) -> Lines:
    """Return the points of line strings."""
    xy = shapely.get_coordinates(shapes)
    count = shapely.get_num_coordinates(shapes)
    return Lines(xy + 0.0, np.concatenate([[0], np.cumsum(count)]).astype(np.int64))  # + 0.0: no negative zero


def take(lines: Lines, order: Ints, backward: Flags | None = None) -> Lines:
    """Return lines in another order, some of them backward."""
    count = np.diff(lines.first)[order]
    first = np.concatenate([[0], np.cumsum(count)])
    offset = np.arange(first[-1]) - np.repeat(first[:-1], count)
    start = np.repeat(lines.first[order], count)
    if backward is not None:
        offset = np.where(np.repeat(backward, count), np.repeat(count, count) - 1 - offset, offset)
    return Lines(lines.xy[start + offset], first)


def join(lines: Lines, chain: Ints) -> Lines:
    """Join neighbours of one chain, of which each starts where the one before it ends.

    Parameters
    ----------
    lines
        The lines in the order of the chains.
    chain
        Number of each line's chain, from 0 without gaps, ascending.
    """
    repeated = np.zeros(len(lines.xy), bool)
    repeated[lines.first[1:-1][chain[1:] == chain[:-1]]] = True
    count = np.bincount(np.repeat(chain, np.diff(lines.first))[~repeated])
    return Lines(lines.xy[~repeated], np.concatenate([[0], np.cumsum(count)]))


def cut(lines: Lines, vertex: Ints, cuts: Cuts, xy: Floats) -> Pieces:
    """Cut lines at vertices.

    Parameters
    ----------
    lines
        What is cut.
    vertex
        Vertex that stands at each point of the lines, -1 where there is none; the ends have one.
    cuts
        Further places.
    xy
        Position of each vertex; the pieces begin and end there.

    Returns
    -------
    Pieces
        In the order of the lines and along them.
    """
    lines, vertex = _insert(lines, vertex, cuts)
    here = vertex >= 0
    points = np.where(here[:, None], xy[np.maximum(vertex, 0)], lines.xy)
    starts, ends = np.zeros((2, len(points)), bool)
    starts[lines.first[:-1]] = True
    ends[lines.first[1:] - 1] = True
    twice = here & ~starts & ~ends  # the end of one piece and the start of the next
    copy = np.repeat(np.arange(len(points)), 1 + twice)
    begins = starts[copy] | (twice[copy] & np.concatenate([[False], copy[1:] == copy[:-1]]))
    first = np.concatenate([np.flatnonzero(begins), [len(copy)]])
    pieces = Lines(points[copy], first)
    return Pieces(
        _without_repeats(pieces), vertex[copy[first[:-1]]], vertex[copy[first[1:] - 1]], lines.line[copy[first[:-1]]]
    )


def _insert(lines: Lines, vertex: Ints, cuts: Cuts) -> tuple[Lines, Ints]:
    """Put the cuts between the points; what lies at an end comes after the start and before the end."""
    if len(cuts.line) == 0:
        return lines, vertex
    rank = np.zeros(len(lines.xy), np.int8)
    rank[lines.first[:-1]] = -1
    rank[lines.first[1:] - 1] = 1
    along = lines.along_m()
    far = np.clip(cuts.along_m, 0.0, along[lines.first[1:] - 1][cuts.line])
    line = np.concatenate([lines.line, cuts.line])
    order = np.lexsort((
        np.concatenate([rank, np.zeros(len(far), np.int8)]), np.concatenate([along, far]), line,
    ))  # fmt: skip
    points = np.concatenate([lines.xy, np.zeros((len(far), 2))])[order]
    first = np.concatenate([[0], np.cumsum(np.bincount(line, minlength=len(lines.first) - 1))])
    return Lines(points, first), np.concatenate([vertex, cuts.vertex])[order]


def _without_repeats(lines: Lines) -> Lines:
    """Leave out inner points that repeat the one before or, before the end, the one after."""
    same = (lines.xy[1:] == lines.xy[:-1]).all(axis=1)
    inner = np.ones(len(lines.xy), bool)
    inner[lines.first[:-1]] = inner[lines.first[1:] - 1] = False
    last = np.zeros(len(lines.xy), bool)
    last[lines.first[1:] - 1] = True
    drop = inner & (np.concatenate([[False], same]) | np.concatenate([same & last[1:], [False]]))
    if not drop.any():
        return lines
    count = np.bincount(lines.line[~drop], minlength=len(lines.first) - 1)
    return Lines(lines.xy[~drop], np.concatenate([[0], np.cumsum(count)]))
