"""Lines -> a graph: noded where they meet, joined where they only continue, with geometry kept.

::

    graph = road_graph(roads)                        # roads: the checked layer, in a metric CRS
    attached = attach(graph, anchors, limit_m=500.0)
    graph, vertex = split(graph, attached)           # the anchors are vertices now
    unreachable(graph, vertex, vertex[:1])           # those that the first one cannot reach

"""

from collections.abc import Iterable
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from layers._attach import Attached, attach, split
from layers._chains import Chains, chains, repeated
from layers._geometry import crs_name, geometry_faults
from layers._lines import Flags, Ints, Pieces, Shapes, join, lines_of, take
from layers._noding import node
from layers._roads import (
    RoadGraph,
    component_labels,
    component_words,
    components,
    edge_table,
    unreachable,
    unreachable_fault,
)
from layers.errors import LayerError

__all__ = [
    "BREAKS", "Attached", "RoadGraph", "attach", "components", "edge_table", "road_graph", "split", "unreachable",
    "unreachable_fault",
]  # fmt: skip

BREAKS: Final = ("road_class", "build", "existing", "crossing")
"""Columns of which a change ends an edge: an edge is of one class, one build and so on."""


def road_graph(
    lines: gpd.GeoDataFrame, *, snap_m: float = 0.5, crossings: bool = False, breaks: Iterable[str] = BREAKS
) -> RoadGraph:
    """Return the graph of a layer of lines.

    Parameters
    ----------
    lines
        Lines in a metric CRS, such as the checked layer ``roads``. A row whose column ``forbidden`` is true is left
        out.
    snap_m
        Line ends that are nearer to each other than this become one vertex, and an end that is nearer than this to
        the inside of another line is joined to it.
    crossings
        Whether lines that cross without a common point are joined there. False respects bridges and tunnels.
    breaks
        Columns of which a change ends an edge, where `lines` has them.

    Returns
    -------
    RoadGraph
        Lines meet at their ends, at points that they share to the last bit, and where an end touches a line. Edges
        that have no length, and edges drawn twice, are dropped: of those with the same geometry one with something to
        use (column ``existing``) stays, else the first. Vertices of two edges that agree in `breaks` are joined away.

    Raises
    ------
    LayerError
        Where the layer has no lines, or is not in a CRS in metres.
    """
    _check(lines)
    kept = ~_flags(lines, "forbidden")
    parts, row = _parts(lines.geometry.to_numpy(), np.flatnonzero(kept))
    if len(parts) == 0:
        raise LayerError("layer of lines", ["has no line that cable may be laid along; check the column forbidden"])
    notes = [f"{int((~kept).sum())} forbidden lines left out"] if not kept.all() else []
    noded = node(lines_of(parts), snap_m, crossings=crossings)
    pieces, dropped = _drop(noded.pieces, 2 * snap_m, _use(lines)[row])
    notes += [*noded.notes, *dropped]
    kind = _kinds(lines, breaks)[row[pieces.source]]
    order = chains(len(noded.xy), pieces.tail, pieces.head, kind)
    joined = len(order.edge) - int(order.chain.max(initial=-1)) - 1
    if joined:
        notes.append(f"{joined} vertices between two edges joined away")
    return _graph(pieces, order, row, noded.xy, CRS.from_user_input(lines.crs), notes)


def _check(lines: gpd.GeoDataFrame) -> None:
    faults = geometry_faults(lines, "line", required=True, crs=None)
    if lines.crs is not None:
        axes = CRS.from_user_input(lines.crs).axis_info
        if not axes or any(axis.unit_name not in ("metre", "meter") for axis in axes[:2]):
            faults.append(f"CRS is {crs_name(lines.crs)}, which is not in metres; layers.read reprojects")
    if len(lines) == 0:
        faults.append("has no rows; give a file that has some")
    if faults:
        raise LayerError("layer of lines", faults)


def _flags(lines: gpd.GeoDataFrame, column: str) -> Flags:
    if column not in lines:
        return np.zeros(len(lines), bool)
    return lines[column].fillna(value=False).to_numpy(bool)


def _parts(shapes: Shapes, rows: Ints) -> tuple[Shapes, Ints]:
    """Return the single lines of the rows, in two dimensions, and the row of each."""
    parts, index = shapely.get_parts(shapely.force_2d(shapes[rows]), return_index=True)
    full = shapely.get_num_coordinates(parts) > 1
    return parts[full], rows[index[full]]


def _use(lines: gpd.GeoDataFrame) -> Ints:
    """Return 0 for rows with something to use, such as conduit, else 1."""
    if "existing" not in lines:
        return np.ones(len(lines), np.int64)
    return lines["existing"].fillna("none").eq("none").to_numpy(bool).astype(np.int64)


def _kinds(lines: gpd.GeoDataFrame, breaks: Iterable[str]) -> Ints:
    """Return a number for each row: equal where all columns are."""
    columns = [name for name in breaks if name in lines]
    if not columns:
        return np.zeros(len(lines), np.int64)
    plain = pd.DataFrame(lines[columns])
    return plain.groupby(columns, dropna=False, sort=False).ngroup().to_numpy().astype(np.int64)


def _drop(pieces: Pieces, shortest_m: float, use: Ints) -> tuple[Pieces, list[str]]:
    """Leave out loops that are only the rest of a merger, and pieces drawn twice."""
    loop = pieces.tail == pieces.head
    empty = loop & (pieces.lines.length_m() <= shortest_m)
    notes = [f"{int(empty.sum())} edges without length dropped"] if empty.any() else []
    pieces = pieces.where(~empty)
    again = repeated(pieces, use[pieces.source])
    if again.any():
        notes.append(f"{int(again.sum())} edges that were drawn twice dropped")
    return pieces.where(~again), notes


def _graph(
    pieces: Pieces, order: Chains, row: Ints, xy: np.ndarray, crs: CRS, notes: list[str]
) -> RoadGraph:  # fmt: skip
    lines = join(take(pieces.lines, order.edge, order.backward), order.chain)
    start = np.concatenate([[True], np.diff(order.chain) > 0])
    tail = np.where(order.backward, pieces.head[order.edge], pieces.tail[order.edge])[start]
    last = np.concatenate([start[1:], [True]])
    head = np.where(order.backward, pieces.tail[order.edge], pieces.head[order.edge])[last]
    used, ends = np.unique(np.concatenate([tail, head]), return_inverse=True)
    tail, head = ends[: len(tail)].astype(np.int64), ends[len(tail) :].astype(np.int64)
    rows = row[pieces.source[order.edge]]
    change = start | np.concatenate([[True], np.diff(rows) != 0])
    first = np.searchsorted(order.chain[change], np.arange(len(tail) + 1))
    length = lines.length_m()
    graph = RoadGraph(
        xy[used, 0], xy[used, 1], tail, head, length, lines.shapes(), first, rows[change],
        component_labels(len(used), tail, head, length), crs, (),
    )  # fmt: skip
    object.__setattr__(graph, "notes", (*notes, f"the roads fall into {component_words(graph)}"))
    return graph
