"""Which polygon holds each point: exact, for any number of points."""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from layers._edges import Ints, edges_of
from layers._geometry import KINDS, crs_name
from layers._grid import ASK, NOWHERE, find_rows, grid_of
from layers.errors import LayerError, suggestion

_CHUNK: Final = 1 << 17  # points at a time in one thread
_FARTHEST: Final = 1e100  # beyond it, products of coordinates are no longer finite


class Locator:
    """An index over polygons that answers which of them holds a point.

    The answers are those of `shapely.intersects`: a point on a border is held, a point in a hole is not. Where
    several polygons hold a point, because it lies on their common border or they overlap, the lowest row answers.

    Parameters
    ----------
    polygons
        Valid polygons and multipolygons of one CRS, in any unit; a third dimension is ignored. Empty and missing ones
        hold no point. Rows are counted from 0 in this order, whatever the index of a series.

    Raises
    ------
    LayerError
        Where a geometry is not a polygon or not valid (`layers.read` repairs polygons).

    Notes
    -----
    A grid knows most points by their cell; the others meet the edges of the few parts whose border runs through the
    cell (see `layers._grid`). The orientation of a point and an edge is taken in doubles with a bound of the error;
    the few points within the bound are answered by GEOS itself.
    """

    def __init__(self, polygons: gpd.GeoSeries | Sequence[BaseGeometry | None] | npt.NDArray[np.object_]) -> None:
        shapes = np.asarray(polygons, dtype=object)
        _check(shapes)
        self._shapes = shapes
        self._tree: shapely.STRtree | None = None
        self._edges = edges_of(shapes)
        self._grid = grid_of(self._edges)

    def find(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Ints:
        """Return the row of the polygon that holds each point.

        Parameters
        ----------
        x, y
            Coordinates in the polygons' CRS, of equal length; x is easting or longitude.

        Returns
        -------
        numpy.ndarray
            int32 rows, -1 where no polygon holds the point or a coordinate is not finite. Memory beyond it does not
            grow with the number of points.

        Raises
        ------
        ValueError
            Where x and y are not of one length.
        """
        xs, ys = np.atleast_1d(np.asarray(x)), np.atleast_1d(np.asarray(y))
        if xs.shape != ys.shape or xs.ndim != 1:
            raise ValueError(f"x and y must be of one length, not of shapes {xs.shape} and {ys.shape}")
        rows = np.empty(len(xs), np.int32)
        parts = [slice(start, start + _CHUNK) for start in range(0, len(xs), _CHUNK)]
        if len(parts) <= 1:
            asked = [self._find(xs, ys, rows, part) for part in parts]
        else:
            with ThreadPoolExecutor(min(len(parts), os.cpu_count() or 1)) as pool:
                asked = list(pool.map(lambda part: self._find(xs, ys, rows, part), parts))
        for part, unsure in zip(parts, asked, strict=True):
            if len(unsure):
                rows[part][unsure] = self._ask(xs[part][unsure], ys[part][unsure])
        return rows

    def find_chunks(self, chunks: Iterable[tuple[npt.ArrayLike, npt.ArrayLike]]) -> Iterator[Ints]:
        """Yield the rows for each chunk of a stream of points, as `find` does; one chunk is in memory at a time.

        Parameters
        ----------
        chunks
            Pairs of x and y.

        Yields
        ------
        numpy.ndarray
            int32 rows of the chunk.
        """
        for x, y in chunks:
            yield self.find(x, y)

    def _find(
        self, x: npt.NDArray[np.generic], y: npt.NDArray[np.generic], rows: Ints, part: slice
    ) -> npt.NDArray[np.intp]:
        """Write the rows of a part of the points and return those to ask GEOS about."""
        xs, ys = (np.ascontiguousarray(values[part], dtype=np.float64) for values in (x, y))
        find_rows(self._grid, self._edges, xs, ys, rows[part])
        return np.flatnonzero(rows[part] == ASK)

    def _ask(self, x: npt.NDArray[np.generic], y: npt.NDArray[np.generic]) -> Ints:
        """Return the rows that GEOS gives."""
        if self._tree is None:
            self._tree = shapely.STRtree(self._shapes)
        point, row = self._tree.query(shapely.points(x, y), predicate="intersects")
        rows = np.full(len(x), len(self._shapes), np.int64)
        np.minimum.at(rows, point, row)
        return np.where(rows < len(self._shapes), rows, NOWHERE).astype(np.int32)


def _check(shapes: npt.NDArray[np.object_]) -> None:
    faults = []
    there = ~shapely.is_missing(shapes)
    other = there & ~np.isin(shapely.get_type_id(shapes), [3, 6])
    if other.any():
        faults.append(
            f"geometry must be of one kind, {' or '.join(KINDS['polygon'])}, but {int(other.sum())} rows are not"
            f" (first: row {int(other.argmax()) + 1}); split the file by kind"
        )
    bad = there & ~other & ~shapely.is_valid(shapes)
    if bad.any():
        first = int(bad.argmax())
        faults.append(
            f"{int(bad.sum())} geometries are not valid (first: row {first + 1},"
            f" {shapely.is_valid_reason(shapes[first])}); layers.read repairs them, or shapely.make_valid"
        )
    elif np.nanmax(np.abs(shapely.bounds(shapes)), initial=0.0) > _FARTHEST:
        faults.append(f"coordinates reach beyond {_FARTHEST:g}; name the true CRS")
    if faults:
        raise LayerError("layer of polygons", faults)


def locate(points: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame, column: str) -> "pd.Series[Any]":
    """Return for each point the key of the polygon that holds it.

    Parameters
    ----------
    points
        Points in any CRS; empty and missing ones lie nowhere.
    polygons
        Valid polygons in the same CRS.
    column
        The polygons' column to return, such as ``town_geoid``.

    Returns
    -------
    pandas.Series
        Named `column`, with the index of `points`; missing where no polygon holds the point. Whole numbers and
        booleans come as the nullable types ``Int64`` and ``boolean``. On a common border the polygon that comes first answers (see `Locator`).

    Raises
    ------
    LayerError
        Where the CRS differ or are missing, a geometry is not a point or not a valid polygon, or `polygons` has no
        such column.
    """
    _check_both(points, polygons, column)
    shapes = points.geometry.to_numpy()
    there = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    rows = np.full(len(shapes), NOWHERE, np.int32)
    rows[there] = Locator(polygons.geometry).find(shapely.get_x(shapes[there]), shapely.get_y(shapes[there]))
    keys: Any = polygons[column].array
    if isinstance(polygons[column].dtype, np.dtype) and keys.dtype.kind in "biu":  # these cannot be missing
        keys = pd.array(keys.to_numpy())
    return pd.Series(pd.api.extensions.take(keys, rows, allow_fill=True), index=points.index, name=column)


def _check_both(points: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame, column: str) -> None:
    faults = [
        f"the layer of {name} has no CRS; say which one it is"
        for name, table in (("points", points), ("polygons", polygons))
        if table.crs is None
    ]
    if not faults and CRS.from_user_input(points.crs) != CRS.from_user_input(polygons.crs):
        faults.append(
            f"CRS is {crs_name(points.crs)}, expected that of the polygons, {crs_name(polygons.crs)};"
            " layers.read reprojects"
        )
    other = ~points.geometry.isna().to_numpy() & (points.geometry.geom_type != "Point").to_numpy()
    if other.any():
        faults.append(f"geometry is not a point in {int(other.sum())} rows (first: row {int(other.argmax()) + 1})")
    if column not in polygons.columns:
        faults.append(f"the polygons have no column '{column}'{suggestion(column, map(str, polygons.columns))}")
    if faults:
        raise LayerError("layer of points", faults)
