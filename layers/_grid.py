"""A grid over polygons: most cells know the answer, the others list the parts whose border runs through them.

Cells in which many borders meet are split again, so that a nation with dense cities costs little more than a square.
A cell knows a part only if the part's border stays clear of it by more than all rounding, and the cell of a point
never falls where its coordinate grows. So an answer from the grid is exact.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from layers._edges import INSIDE, UNSURE, Edges, Floats, Ints, Longs, cells_per_unit, side
from layers._kernel import kernel, part
from layers._paint import Lists, Nodes, cell_of, effort, split

NOWHERE: Final = -1
ASK: Final = -2
"""Mark of a point that is too near to an edge for plain floating point."""

_CELLS_PER_PART: Final = 1 << 11
_MOST_CELLS: Final = 1 << 22  # of the first grid: 16 MB
_MOST_PAINTED: Final = 1 << 25  # cells in the boxes of all parts, for the first grid and for each finer level
_MOST_MET: Final = 32  # edges to look at for each new cell; more is not worth the time
_FINEST: Final = 2.0**-40  # least size of a cell, by the largest coordinate: a micrometre in 1,000 km
_CROWD: Final = 3  # parts in one cell above which it may be split
_FINER: Final = 4  # cells on a side of a split cell, by the root of its parts
_MOST_SIDE: Final = 64  # cells on a side of a split cell
_MOST_LEVELS: Final = 5


class Grid(NamedTuple):
    """The index. A cell holds ``-2 - row`` where the row is known, else the number of its list.

    A list whose cell is split has the number of the finer node in `finer`, else -1.
    """

    box: Floats
    nodes: Nodes
    cells: Ints
    lists: Lists
    finer: Ints


def grid_of(edges: Edges) -> Grid:
    """Return the index over the edges; its size grows with the parts and their borders, and is bounded."""
    if len(edges.row) == 0:
        return _nothing()
    box = np.concatenate([edges.box[:, :2].min(axis=0), edges.box[:, 2:].max(axis=0)])
    nodes = _nodes(box[None], _first_shape(edges, box), 0)
    lists = Lists(np.array([0, len(edges.row)]), np.arange(len(edges.row), dtype=np.int32), np.array([-1], np.int32))
    levels: list[Grid] = []
    cells, known = 0, 1
    while len(nodes.origin):
        cells += int(np.prod(nodes.shape, axis=1).sum())
        codes, lists, where = split(nodes, lists, edges)
        chosen, boxes, shape = _crowded(nodes, lists, where, edges, deep=len(levels) + 1 >= _MOST_LEVELS)
        finer = np.where(chosen, known + np.cumsum(chosen) - 1, -1).astype(np.int32)
        levels.append(Grid(box, nodes, codes, lists, finer))
        nodes, lists, known = _nodes(boxes, shape, cells), _chosen(lists, chosen), known + int(chosen.sum())
    return _joined(levels)


def _nothing() -> Grid:
    none = np.zeros(0, np.int32)
    nodes = _nodes(np.zeros((1, 4)), np.ones((1, 2), np.int64), 0)
    return Grid(np.array([1.0, 1.0, -1.0, -1.0]), nodes, none, Lists(np.zeros(1, np.int64), none, none), none)


def _nodes(boxes: Floats, shape: Longs, start: int) -> Nodes:
    sizes = shape.prod(axis=1)
    starts = start + np.cumsum(sizes) - sizes
    return Nodes(boxes[:, :2].copy(), cells_per_unit(shape, boxes[:, 2:] - boxes[:, :2]), shape, starts)


def _first_shape(edges: Edges, box: Floats) -> Longs:
    """Return columns and rows of the first grid: square cells, fewer where the boxes of parts overlap much."""
    size = np.maximum(box[2:] - box[:2], np.finfo(float).tiny)
    reach = (edges.box[:, 2:] - edges.box[:, :2]) / size
    depth = max(float(reach.prod(axis=1).sum()), 1.0)
    cells = min(_CELLS_PER_PART * len(edges.row), _MOST_CELLS, _MOST_PAINTED / depth)
    columns = np.sqrt(cells * size[0] / size[1])
    shape = np.clip([columns, cells / max(columns, 1.0)], 1, cells)
    return np.asarray(np.clip(np.minimum(shape, _most(box, size)), 1, None)[None], dtype=np.int64)


def _most(box: Floats, size: Floats) -> Floats:
    """Return the most cells across and up that rounding allows."""
    return np.asarray(size / (_FINEST * np.abs(box).max()), dtype=np.float64)


def _crowded(
    nodes: Nodes, lists: Lists, where: Longs, edges: Edges, *, deep: bool
) -> tuple[npt.NDArray[np.bool_], Floats, Longs]:
    """Return which lists' cells to split, and the boxes and shapes of the finer nodes."""
    count = np.diff(lists.first)
    chosen = np.flatnonzero((count > _CROWD) & (not deep))
    boxes = _boxes(nodes, where[chosen])
    shape = np.clip(np.ceil(_FINER * np.sqrt(count[chosen])), 4, _MOST_SIDE).astype(np.int64)[:, None].repeat(2, axis=1)
    finer = _nodes(boxes, shape, 0)
    some = _chosen(lists, np.isin(np.arange(len(count)), chosen))
    fine = (
        _most(boxes.ravel(), (boxes[:, 2:] - boxes[:, :2]).ravel()).reshape(-1, 2) if len(boxes) else np.zeros((0, 2))
    )
    work, cells = effort(finer, some, edges), shape.prod(axis=1)
    worth = (fine > shape).all(axis=1) & (work[:, 0] <= cells * count[chosen] / 2) & (work[:, 1] <= _MOST_MET * cells)
    order = np.argsort(-count[chosen], kind="stable")  # the most crowded first, while there is room
    worth[order] &= np.cumsum(np.where(worth, work[:, 0], 0)[order]) <= _MOST_PAINTED
    keep = np.zeros(len(count), np.bool_)
    keep[chosen[worth]] = True
    return keep, boxes[worth], shape[worth]


def _boxes(nodes: Nodes, where: Longs) -> Floats:
    """Return the boxes of cells, given by number."""
    node = np.searchsorted(nodes.start, where, side="right") - 1
    row, column = np.divmod(where - nodes.start[node], nodes.shape[node, 0])
    corner = np.column_stack([column, row])
    with np.errstate(divide="ignore", invalid="ignore"):  # a node too small to be divided is not split
        west_south, east_north = (nodes.origin[node] + edge / nodes.scale[node] for edge in (corner, corner + 1))
    return np.column_stack([west_south, east_north])


def _chosen(lists: Lists, chosen: npt.NDArray[np.bool_]) -> Lists:
    count = np.diff(lists.first)
    first = np.concatenate([[0], np.cumsum(count[chosen])])
    return Lists(first, lists.parts[np.repeat(chosen, count)], lists.rest[chosen])


def _joined(levels: list[Grid]) -> Grid:
    """Return the levels as one index."""
    if len(levels) == 1:
        return levels[0]
    lists_before = np.cumsum([0, *(len(level.finer) for level in levels)])
    parts_before = np.cumsum([0, *(len(level.lists.parts) for level in levels)])
    cells = [
        np.where(level.cells < 0, level.cells, level.cells + before).astype(np.int32)
        for level, before in zip(levels, lists_before, strict=False)
    ]
    firsts = [level.lists.first[:-1] + before for level, before in zip(levels, parts_before, strict=False)]
    return Grid(
        levels[0].box,
        Nodes(*(np.concatenate(column) for column in zip(*(level.nodes for level in levels), strict=True))),
        np.concatenate(cells),
        Lists(
            np.concatenate([*firsts, parts_before[-1:]]),
            np.concatenate([level.lists.parts for level in levels]),
            np.concatenate([level.lists.rest for level in levels]),
        ),
        np.concatenate([level.finer for level in levels]),
    )


@kernel
def find_rows(grid: Grid, edges: Edges, x: Floats, y: Floats, rows: Ints) -> None:
    """Write for each point the row of the polygon that holds it, NOWHERE, or ASK."""
    box = grid.box
    for i in range(len(x)):  # first all cells, then their lists: the processor can read ahead
        within = box[0] <= x[i] <= box[2] and box[1] <= y[i] <= box[3]  # not a number is nowhere
        rows[i] = grid.cells[cell_of(grid.nodes, 0, x[i], y[i])] if within else -2 - NOWHERE
    for i in range(len(x)):
        rows[i] = -2 - rows[i] if rows[i] < 0 else _ask(grid, edges, rows[i], x[i], y[i])


@part
def _ask(grid: Grid, edges: Edges, code: int, x: float, y: float) -> int:
    """Return the row that a cell's list gives for a point."""
    while code >= 0 and grid.finer[code] >= 0:
        code = grid.cells[cell_of(grid.nodes, grid.finer[code], x, y)]
    if code < 0:
        return -2 - code
    for k in range(grid.lists.first[code], grid.lists.first[code + 1]):
        found = side(edges, grid.lists.parts[k], x, y)
        if found == INSIDE:
            return int(edges.row[grid.lists.parts[k]])
        if found == UNSURE:
            return ASK
    return int(grid.lists.rest[code])
