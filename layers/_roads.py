"""The graph of roads, and what can be asked of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from layers._lines import Flags, Floats, Ints, Shapes

_SHOWN: Final = 5


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """Roads as an undirected graph. Vertices and edges are numbered from 0; parallel edges and loops may be there.

    Attributes
    ----------
    x_m, y_m
        Position of each vertex, in `crs`.
    tail, head
        Ends of each edge: its geometry runs from tail to head.
    length_m
        Length of each edge, of its geometry in the plane.
    geometry
        Line of each edge.
    row_first, rows
        Rows of the lines that edge ``e`` is made of, counted from 0, in order along it:
        ``rows[row_first[e]:row_first[e + 1]]``. A piece of an edge that was split has all rows of that edge.
    component
        Connected component of each vertex; 0 is the one with the most length, and so on down.
    crs
        Metric CRS.
    notes
        What was merged, dropped and left out, in words.
    """

    x_m: Floats
    y_m: Floats
    tail: Ints
    head: Ints
    length_m: Floats
    geometry: Shapes
    row_first: Ints
    rows: Ints
    component: Ints
    crs: CRS
    notes: tuple[str, ...]

    @property
    def vertices(self) -> int:
        """Number of vertices."""
        return len(self.x_m)

    @property
    def row(self) -> Ints:
        """First row of each edge: its class and the other attributes that break edges hold for the whole edge."""
        return self.rows[self.row_first[:-1]]

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index over the edges."""
        return shapely.STRtree(self.geometry)


def component_labels(vertices: int, tail: Ints, head: Ints, length_m: Floats) -> Ints:
    """Return the component of each vertex, numbered by length, the longest first."""
    matrix = csr_array((np.ones(len(tail), np.int8), (tail, head)), (vertices, vertices))
    count, label = connected_components(matrix, directed=False)
    length = np.bincount(label[tail], weights=length_m, minlength=count)
    rank = np.empty(count, np.int64)
    rank[np.lexsort((np.arange(count), -length))] = np.arange(count)
    return rank[label]


def components(graph: RoadGraph) -> pd.DataFrame:
    """Return the size of each connected component, the longest first.

    Parameters
    ----------
    graph
        The roads.

    Returns
    -------
    pandas.DataFrame
        Columns component, vertices, edges and length_m.
    """
    of_edge = graph.component[graph.tail]
    vertices = np.bincount(graph.component)
    return pd.DataFrame(
        {
            "component": np.arange(len(vertices)),
            "vertices": vertices,
            "edges": np.bincount(of_edge, minlength=len(vertices)),
            "length_m": np.bincount(of_edge, weights=graph.length_m, minlength=len(vertices)),
        }
    )


def unreachable(graph: RoadGraph, vertices: npt.ArrayLike, roots: npt.ArrayLike) -> Ints:
    """Return which points no road joins to any root.

    Parameters
    ----------
    graph
        The roads.
    vertices
        Vertex of each point, as `split` returns them; -1 (a point that was left out) is never reachable.
    roots
        Vertices to start from.

    Returns
    -------
    numpy.ndarray
        Positions in `vertices`, ascending.
    """
    of_point, start = np.asarray(vertices, np.int64), np.asarray(roots, np.int64)
    reached = np.zeros(int(graph.component.max(initial=-1)) + 1, bool)
    reached[graph.component[start[start >= 0]]] = True
    there: Flags = of_point >= 0
    there[there] = reached[graph.component[of_point[there]]]
    return np.flatnonzero(~there)


def unreachable_fault(
    graph: RoadGraph, vertices: npt.ArrayLike, roots: npt.ArrayLike, names: Sequence[str], what: str = "points"
) -> str:
    """Return the clause of a message that names the points which no road joins to any root.

    Parameters
    ----------
    graph
        The roads.
    vertices, roots
        As for `unreachable`.
    names
        Name of each point.
    what
        What the points are, such as ``"anchors"``.

    Returns
    -------
    str
        Empty where all can be reached.
    """
    missed = unreachable(graph, vertices, roots)
    if len(missed) == 0:
        return ""
    first = ", ".join(str(names[k]) for k in missed[:_SHOWN])
    return (
        f"no road joins {len(missed)} of {len(names)} {what} to a root ({first}{_more(len(missed))});"
        f" the roads fall into {component_words(graph)}; leave them out with leave_out_unreachable = true,"
        " or mend the roads"
    )


def component_words(graph: RoadGraph) -> str:
    """Return the number of components, and the length of the longest."""
    table = components(graph)
    km = [f"{length / 1000:,.1f}" for length in table["length_m"][:_SHOWN]]
    parts = "1 component" if len(table) == 1 else f"{len(table):,} components"
    return f"{parts} of {', '.join(km)} km{_more(len(table))}"


def edge_table(graph: RoadGraph, lines: pd.DataFrame | None = None, columns: Iterable[str] = ()) -> gpd.GeoDataFrame:
    """Return the edges as a table, for maps and files.

    Parameters
    ----------
    graph
        The roads.
    lines
        The table that the graph was made from, to look attributes up.
    columns
        Its columns to add, such as ``road_class``, as they are in the first row of each edge.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns edge, tail, head, length_m, component, those asked for, and geometry, in the graph's CRS.
    """
    table = pd.DataFrame(
        {
            "edge": np.arange(len(graph.tail)), "tail": graph.tail, "head": graph.head,
            "length_m": graph.length_m, "component": graph.component[graph.tail],
        }
    )  # fmt: skip
    if lines is not None:
        looked_up = lines[list(columns)].iloc[graph.row].reset_index(drop=True)
        table = pd.concat([table, pd.DataFrame(looked_up)], axis=1)
    return gpd.GeoDataFrame(table, geometry=graph.geometry, crs=graph.crs)


def _more(count: int) -> str:
    return f" and {count - _SHOWN:,} more" if count > _SHOWN else ""
