"""How a part of a polygon covers the cells of a grid: border, inside or outside, never wrong about the last two."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from layers._edges import INSIDE, OUTSIDE, UNSURE, Edges, Floats, Ints, Longs, side, slot
from layers._kernel import kernel, part

_PAD: Final = 1e-3  # cells; far above the rounding of coordinates in units of cells
_ROUNDING: Final = 1e-15

Bytes = npt.NDArray[np.int8]


class Nodes(NamedTuple):
    """Grids: the first covers everything, each other one a cell of a grid before it."""

    origin: Floats
    """West and south edge."""
    scale: Floats
    """Columns and rows per unit."""
    shape: Longs
    """Columns and rows."""
    start: Longs
    """Number of the first cell, row by row from the south-west."""


class Lists(NamedTuple):
    """What is known of cells with a border: parts ``parts[first[k]:first[k + 1]]`` to ask in turn, else row `rest`."""

    first: Longs
    parts: Ints
    rest: Ints


class _Draft(NamedTuple):
    """Cells while parts are laid on them, the last part first: each cell's cover, and its chain of parts."""

    rest: Ints
    head: Ints
    """The cell's first link, -1 for none."""
    links: Ints
    """Part and next link."""
    used: Longs
    """One number: how many links are in use."""


@part
def cell_of(nodes: Nodes, node: int, x: float, y: float) -> int:
    """Return the number of the cell of a node that a point falls into; beyond the rim, the nearest one."""
    column = slot(x - nodes.origin[node, 0], nodes.scale[node, 0], nodes.shape[node, 0])
    row = slot(y - nodes.origin[node, 1], nodes.scale[node, 1], nodes.shape[node, 1])
    return int(nodes.start[node] + row * nodes.shape[node, 0] + column)


@part
def window(nodes: Nodes, node: int, edges: Edges, part: int) -> tuple[int, int, int, int]:
    """Return the first column and row and the last column and row that a part's box reaches."""
    west, south = nodes.origin[node, 0], nodes.origin[node, 1]
    across, up = nodes.scale[node, 0], nodes.scale[node, 1]
    columns, rows = nodes.shape[node, 0], nodes.shape[node, 1]
    return (
        slot(edges.box[part, 0] - west, across, columns),
        slot(edges.box[part, 1] - south, up, rows),
        slot(edges.box[part, 2] - west, across, columns),
        slot(edges.box[part, 3] - south, up, rows),
    )


@part
def paint(nodes: Nodes, node: int, edges: Edges, part: int, state: Bytes) -> tuple[int, int, int, int]:
    """Fill `state`, row by row, with the part's side for each cell of its window, and return the window.

    A cell is INSIDE or OUTSIDE as a whole, or UNSURE where the border touches it or may touch it.
    """
    c0, r0, c1, r1 = window(nodes, node, edges, part)
    width = c1 - c0 + 1
    cells = width * (r1 - r0 + 1)
    if nodes.scale[node, 0] == 0 or nodes.scale[node, 1] == 0:  # too small to be divided
        state[:cells] = UNSURE
        return c0, r0, c1, r1
    state[:cells] = OUTSIDE
    start, stop = _strips(nodes, node, edges, part)
    for k in range(edges.first[start], edges.first[stop + 1]):
        _mark(nodes, node, edges.xy, edges.edge[k], state, (c0, r0, c1, r1))
    for row in range(r0, r1 + 1):
        _fill_runs(nodes, node, edges, part, state[(row - r0) * width : (row - r0 + 1) * width], (c0, row))
    return c0, r0, c1, r1


@part
def _strips(nodes: Nodes, node: int, edges: Edges, part: int) -> tuple[int, int]:
    """Return the first and last strip of a part that reach into a node, or a little beside it."""
    start = edges.strips[part]
    count = edges.strips[part + 1] - start
    low = nodes.origin[node, 1] - _PAD / nodes.scale[node, 1]
    high = nodes.origin[node, 1] + (nodes.shape[node, 1] + _PAD) / nodes.scale[node, 1]
    south = edges.box[part, 1]
    return start + slot(low - south, edges.scale[part], count), start + slot(high - south, edges.scale[part], count)


@part
def _mark(nodes: Nodes, node: int, xy: Floats, edge: int, state: Bytes, view: tuple[int, int, int, int]) -> None:
    """Mark the cells of a window that an edge touches, and those within `_PAD` of it."""
    west, south = nodes.origin[node, 0], nodes.origin[node, 1]
    across, up = nodes.scale[node, 0], nodes.scale[node, 1]
    u1, v1 = (xy[edge, 0] - west) * across, (xy[edge, 1] - south) * up
    u2, v2 = (xy[edge + 1, 0] - west) * across, (xy[edge + 1, 1] - south) * up
    c0, r0, c1, r1 = view
    if max(u1, u2) < c0 - _PAD or min(u1, u2) > c1 + 1 + _PAD or max(v1, v2) < r0 - _PAD or min(v1, v2) > r1 + 1 + _PAD:
        return
    first, last = max(int(min(v1, v2) - _PAD), r0), int(min(max(v1, v2) + _PAD, float(r1)))
    for row in range(first, last + 1):
        low, high = _span(u1, v1, u2, v2, row)
        for column in range(max(int(max(low, 0.0)), c0), int(min(high, float(c1))) + 1):
            state[(row - r0) * (c1 - c0 + 1) + column - c0] = UNSURE


@part
def _span(u1: float, v1: float, u2: float, v2: float, row: int) -> tuple[float, float]:
    """Return from where to where, in columns, an edge runs within a row, widened by `_PAD` and all rounding."""
    rise = v2 - v1
    if abs(rise) < _PAD:
        return min(u1, u2) - _PAD, max(u1, u2) + _PAD
    enter = min(max((row - _PAD - v1) / rise, 0.0), 1.0)
    leave = min(max((row + 1 + _PAD - v1) / rise, 0.0), 1.0)
    one, other = u1 + enter * (u2 - u1), u1 + leave * (u2 - u1)
    pad = _PAD + _ROUNDING * (abs(u1) + abs(u2)) * (1 + (abs(v1) + abs(v2)) / abs(rise))
    return min(one, other) - pad, max(one, other) + pad


@part
def _fill_runs(nodes: Nodes, node: int, edges: Edges, part: int, line: Bytes, corner: tuple[int, int]) -> None:
    """Give each run of unmarked cells of a row the side of its first cell's middle."""
    across, up = nodes.scale[node, 0], nodes.scale[node, 1]
    y = nodes.origin[node, 1] + (corner[1] + 0.5) / up
    k = 0
    while k < len(line):
        if line[k] == OUTSIDE:
            known = side(edges, part, nodes.origin[node, 0] + (corner[0] + k + 0.5) / across, y)
            while k < len(line) and line[k] == OUTSIDE:
                line[k] = known
                k += 1
        else:
            k += 1


@kernel
def effort(nodes: Nodes, lists: Lists, edges: Edges) -> Longs:
    """Return for each node how many cells the boxes of its parts reach, and how many edges `paint` would meet."""
    work = np.zeros((len(nodes.start), 2), np.int64)
    for node in range(len(nodes.start)):
        for k in range(lists.first[node], lists.first[node + 1]):
            c0, r0, c1, r1 = window(nodes, node, edges, lists.parts[k])
            start, stop = _strips(nodes, node, edges, lists.parts[k])
            work[node, 0] += (c1 - c0 + 1) * (r1 - r0 + 1)
            work[node, 1] += edges.first[stop + 1] - edges.first[start]
    return work


@kernel
def split(nodes: Nodes, lists: Lists, edges: Edges) -> tuple[Ints, Lists, Longs]:
    """Return the cells of nodes, whose parts and rest are `lists`; the lists of these cells; the cell of each list.

    A cell holds ``-2 - row`` where the row is known, else the number of its list.
    """
    cells = nodes.start[-1] - nodes.start[0] + nodes.shape[-1, 0] * nodes.shape[-1, 1]
    state = np.empty((nodes.shape[:, 0] * nodes.shape[:, 1]).max(), np.int8)
    draft = _Draft(
        np.empty(cells, np.int32), np.full(cells, -1, np.int32), np.empty((1024, 2), np.int32), np.zeros(1, np.int64)
    )
    for node in range(len(nodes.start)):
        start = nodes.start[node] - nodes.start[0]
        draft.rest[start : start + nodes.shape[node, 0] * nodes.shape[node, 1]] = lists.rest[node]
        for k in range(lists.first[node + 1] - 1, lists.first[node] - 1, -1):
            view = paint(nodes, node, edges, lists.parts[k], state)
            draft = _room(draft, (view[2] - view[0] + 1) * (view[3] - view[1] + 1))
            _lay(draft, lists.parts[k], edges.row[lists.parts[k]], state, view, (start, nodes.shape[node, 0]))
    return _listed(draft, nodes.start[0])


@part
def _room(draft: _Draft, more: int) -> _Draft:
    """Return the draft with room for more links."""
    used = draft.used[0]
    if used + more <= len(draft.links):
        return draft
    links = np.empty((2 * (used + more), 2), np.int32)
    links[:used] = draft.links[:used]
    return _Draft(draft.rest, draft.head, links, draft.used)


@part
def _lay(
    draft: _Draft, part: int, row: int, state: Bytes, view: tuple[int, int, int, int], place: tuple[int, int]
) -> None:
    """Lay a part on its window: where it covers a cell, what was laid before (higher rows) is forgotten."""
    c0, r0, c1, r1 = view
    k = 0
    for line in range(r0, r1 + 1):
        for cell in range(place[0] + line * place[1] + c0, place[0] + line * place[1] + c1 + 1):
            if state[k] == INSIDE:
                draft.rest[cell] = row
                draft.head[cell] = -1
            elif state[k] == UNSURE:
                draft.links[draft.used[0], 0] = part
                draft.links[draft.used[0], 1] = draft.head[cell]
                draft.head[cell] = draft.used[0]
                draft.used[0] += 1
            k += 1


@part
def _listed(draft: _Draft, before: int) -> tuple[Ints, Lists, Longs]:
    """Return the draft's cells as codes, the lists of those with a border, and their numbers."""
    where = np.flatnonzero(draft.head >= 0)
    first, parts = np.zeros(len(where) + 1, np.int64), np.empty(draft.used[0], np.int32)
    codes = -2 - draft.rest
    k = 0
    for n in range(len(where)):
        link = draft.head[where[n]]
        while link >= 0:
            parts[k] = draft.links[link, 0]
            link = draft.links[link, 1]
            k += 1
        first[n + 1] = k
        codes[where[n]] = n
    return codes.astype(np.int32), Lists(first, parts[:k].copy(), draft.rest[where]), where + before
