"""Points -> the nearest place on a road, and that place as a vertex of the graph."""

from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from layers._geometry import crs_name
from layers._lines import Cuts, Flags, Floats, Ints, cut, lines_of
from layers._roads import RoadGraph
from layers.errors import LayerError
from layers.layer import declarations

_SAME_M: Final = 1e-3  # places on an edge that are nearer to each other, or to its end, are one vertex
_SHOWN: Final = 5


@dataclass(frozen=True, eq=False)
class Attached:
    """The nearest place on a road for each point, in the order of the points.

    Attributes
    ----------
    edge
        Edge of the graph; -1 for a point that was left out.
    along_m
        Distance of the place from the edge's tail, along the edge; not a number where left out.
    distance_m
        Distance of the point from the place, also where left out.
    x_m, y_m
        The place, in the graph's CRS; not a number where left out.
    left_out
        Positions of the points that lie beyond the limit.
    notes
        What was left out, in words.
    """

    edge: Ints
    along_m: Floats
    distance_m: Floats
    x_m: Floats
    y_m: Floats
    left_out: Ints
    notes: tuple[str, ...]


def attach(
    graph: RoadGraph,
    points: gpd.GeoDataFrame | tuple[npt.ArrayLike, npt.ArrayLike],
    *,
    limit_m: float,
    leave_out: bool = False,
    layer: str = "points",
) -> Attached:
    """Find the nearest place on a road for each point.

    Parameters
    ----------
    graph
        The roads.
    points
        Points in the graph's CRS, or their x and y.
    limit_m
        No point may lie farther from the roads.
    leave_out
        Whether points beyond the limit are left out and listed instead of refused.
    layer
        Name for messages; with the name of a declared layer its key names the points.

    Returns
    -------
    Attached
        Where several edges are equally near, the lowest is taken.

    Raises
    ------
    LayerError
        Where the CRS differ, a geometry is not a point, or points lie beyond the limit.
    """
    shapes = _shapes(graph, points, layer)
    edge = _nearest(graph, shapes, limit_m)
    far = np.flatnonzero(edge < 0)
    lines = graph.geometry[edge]
    along = shapely.line_locate_point(lines, shapes)
    places = shapely.line_interpolate_point(lines, along)
    distance = shapely.distance(lines, shapes)
    along[far] = np.nan
    places[far] = None
    distance[far] = _distances(graph, shapes[far])
    notes = _far_words(points, layer, far, distance, limit_m)
    if notes and not leave_out:
        raise LayerError(f"layer '{layer}'", [f"{notes[0]}; raise limit_m, mend the roads or leave the points out"])
    return Attached(edge, along, distance, shapely.get_x(places), shapely.get_y(places), far, notes)


def split(graph: RoadGraph, attached: Attached) -> tuple[RoadGraph, Ints]:
    """Make the places of the points vertices of the graph.

    Parameters
    ----------
    graph
        The roads.
    attached
        Places on its edges.

    Returns
    -------
    RoadGraph
        Old vertices keep their numbers, new ones follow. The pieces of an edge take its place in its order.
    numpy.ndarray
        Vertex of each point, -1 for one that was left out. Points at one place, or at an end of the edge, share it.
    """
    vertex, inner = _at_ends(graph, attached)
    if len(inner) == 0:
        return graph, vertex
    edge, along = attached.edge[inner], attached.along_m[inner]
    order = np.lexsort((along, edge))
    new = np.concatenate([[True], (np.diff(edge[order]) != 0) | (np.diff(along[order]) > _SAME_M)])
    vertex[inner[order]] = graph.vertices + np.cumsum(new) - 1
    chosen = inner[order[new]]
    cuts = Cuts(attached.edge[chosen], attached.along_m[chosen], vertex[chosen])
    x_m = np.concatenate([graph.x_m, attached.x_m[chosen]])
    y_m = np.concatenate([graph.y_m, attached.y_m[chosen]])
    return _split(graph, cuts, x_m, y_m), vertex


def _split(graph: RoadGraph, cuts: Cuts, x_m: Floats, y_m: Floats) -> RoadGraph:
    """Cut the edges and put the pieces where the edges were."""
    edges, line = np.unique(cuts.line, return_inverse=True)
    lines = lines_of(graph.geometry[edges])
    vertex = np.full(len(lines.xy), -1, np.int64)
    vertex[lines.first[:-1]], vertex[lines.first[1:] - 1] = graph.tail[edges], graph.head[edges]
    pieces = cut(lines, vertex, cuts._replace(line=line.astype(np.int64)), np.column_stack([x_m, y_m]))
    whole = np.ones(len(graph.tail), bool)
    whole[edges] = False
    old = np.flatnonzero(whole)
    parent = np.concatenate([old, edges[pieces.source]])
    order = np.argsort(parent, kind="stable")
    tail = np.concatenate([graph.tail[old], pieces.tail])[order]
    head = np.concatenate([graph.head[old], pieces.head])[order]
    length = np.concatenate([graph.length_m[old], pieces.lines.length_m()])[order]
    shapes = np.concatenate([graph.geometry[old], pieces.lines.shapes()])[order]
    first, rows = _rows(graph, parent[order])
    component = np.concatenate([graph.component, graph.component[graph.tail[cuts.line]]])  # new ones in order
    return replace(
        graph, x_m=x_m, y_m=y_m, tail=tail, head=head, length_m=length, geometry=shapes,
        row_first=first, rows=rows, component=component,
    )  # fmt: skip


def _rows(graph: RoadGraph, parent: Ints) -> tuple[Ints, Ints]:
    count = np.diff(graph.row_first)[parent]
    first = np.concatenate([[0], np.cumsum(count)])
    offset = np.arange(first[-1]) - np.repeat(first[:-1], count)
    return first, graph.rows[np.repeat(graph.row_first[parent], count) + offset]


def _at_ends(graph: RoadGraph, attached: Attached) -> tuple[Ints, Ints]:
    """Return the vertex of each point at an end of its edge (-1: none), and the points that lie inside an edge."""
    edge = attached.edge
    there = edge >= 0
    near_tail: Flags = there & (attached.along_m <= _SAME_M)
    near_head: Flags = there & ~near_tail & (attached.along_m >= graph.length_m[edge] - _SAME_M)
    vertex = np.select([near_tail, near_head], [graph.tail[edge], graph.head[edge]], -1).astype(np.int64)
    return vertex, np.flatnonzero(there & ~near_tail & ~near_head)


def _shapes(
    graph: RoadGraph, points: gpd.GeoDataFrame | tuple[npt.ArrayLike, npt.ArrayLike], layer: str
) -> npt.NDArray[np.object_]:
    if not isinstance(points, gpd.GeoDataFrame):
        x, y = (np.atleast_1d(np.asarray(values, np.float64)) for values in points)
        shapes = np.asarray(shapely.points(x, y), dtype=object)
        bad = ~(np.isfinite(x) & np.isfinite(y))
    else:
        if points.crs is None or CRS.from_user_input(points.crs) != graph.crs:
            said = "no CRS" if points.crs is None else f"CRS {crs_name(points.crs)}"
            raise LayerError(
                f"layer '{layer}'", [f"has {said}, the roads {crs_name(graph.crs)}; layers.read reprojects"]
            )
        shapes = np.asarray(shapely.force_2d(points.geometry.to_numpy()), dtype=object)
        bad = (shapely.get_type_id(shapes) != 0) | shapely.is_empty(shapes)
    if bad.any():
        fault = f"geometry is not a point in {int(bad.sum())} rows (first: row {int(bad.argmax()) + 1})"
        raise LayerError(f"layer '{layer}'", [f"{fault}; draw it or leave the rows out"])
    return shapes


def _nearest(graph: RoadGraph, shapes: npt.NDArray[np.object_], limit_m: float) -> Ints:
    """Return the nearest edge of each point within the limit, else -1; of equally near ones the lowest."""
    reach = max(limit_m, _SAME_M) if np.isfinite(limit_m) else None
    point, edge = graph.tree.query_nearest(shapes, max_distance=reach, all_matches=True)
    near = shapely.distance(shapes[point], graph.geometry[edge]) <= limit_m
    found = np.full(len(shapes), len(graph.tail), np.int64)
    np.minimum.at(found, point[near], edge[near])
    return np.where(found < len(graph.tail), found, -1)


def _distances(graph: RoadGraph, shapes: npt.NDArray[np.object_]) -> Floats:
    if len(shapes) == 0:
        return np.empty(0)
    _, distance = graph.tree.query_nearest(shapes, return_distance=True, all_matches=False)
    return np.asarray(distance, np.float64)


def _far_words(points: object, layer: str, far: Ints, distance_m: Floats, limit_m: float) -> tuple[str, ...]:
    if len(far) == 0:
        return ()
    names = _names(points, layer, far[:_SHOWN])
    first = ", ".join(f"{name} at {distance_m[k]:,.0f} m" for name, k in zip(names, far[:_SHOWN], strict=True))
    more = f" and {len(far) - _SHOWN:,} more" if len(far) > _SHOWN else ""
    many = "1 point lies" if len(far) == 1 else f"{len(far):,} points lie"
    return (f"{many} farther than {limit_m:g} m from any road (first: {first}{more})",)


def _names(points: object, layer: str, rows: Ints) -> list[str]:
    """Return the row number and the key of points."""
    known = declarations().get(layer)
    key = [name for name in (known.key if known else ()) if isinstance(points, pd.DataFrame) and name in points]
    words = [f"row {row + 1}" for row in rows]
    if isinstance(points, pd.DataFrame) and key:
        ids = points[key[0]].iloc[rows].astype(str)
        return [f"{word}, {name}," for word, name in zip(words, ids, strict=True)]
    return words
