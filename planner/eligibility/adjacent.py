"""Which areas share a border, and not only a corner."""

from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from shapely import STRtree

from layers import PlanError
from planner.graph.network import Ints

_CORNER: Final = 10.0  # a border must be so many times longer than the gap, or a corner would count within its gap


def adjacent(areas: gpd.GeoDataFrame, gap_m: float = 1.0) -> Ints:
    """Return the pairs of areas that share a border.

    Parameters
    ----------
    areas
        Polygons in a metric CRS.
    gap_m
        Hairline gaps and overlaps of up to so many metres between shapes do not part them. Their border must then be
        longer than ten times that. With 0 shapes must share lines point for point, of any length.

    Returns
    -------
    numpy.ndarray
        Positions of both areas, the lower one first, shape (k, 2), in order. Areas that touch in points alone, as at
        the corner of four states, are no pair.

    Raises
    ------
    PlanError
        Where the CRS is not metric, or an area has no shape.
    """
    _check(areas)
    shapes = areas.geometry.to_numpy()
    pairs = STRtree(shapes).query(shapes, predicate="dwithin", distance=gap_m).T
    pairs = np.unique(pairs[pairs[:, 0] < pairs[:, 1]], axis=0)
    one, two = shapes[pairs[:, 0]], shapes[pairs[:, 1]]
    least = _CORNER * gap_m
    borders = _shared(one, shapely.boundary(two)) > least
    if gap_m:
        rest = np.flatnonzero(~borders)
        borders[rest] = _shared(one[rest], shapely.buffer(two[rest], gap_m)) > least
    kept: Ints = pairs[borders].astype(np.int64)
    return kept


def _shared(shapes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the length of each shape's boundary that lies in the other."""
    return np.asarray(shapely.length(shapely.intersection(shapely.boundary(shapes), others)))


def _check(areas: gpd.GeoDataFrame) -> None:
    faults = []
    if areas.crs is None or not areas.crs.is_projected:
        faults.append("areas must be in the region's metric CRS; reproject them when they are read")
    bad = np.flatnonzero(areas.geometry.isna() | areas.geometry.is_empty)
    if len(bad):
        faults.append(f"{len(bad)} areas have no shape (first: row {bad[0] + 1}); leave them out")
    if faults:
        raise PlanError("borders of areas", faults)
