"""Geometry on its way to the page: simplified in the region's metric CRS, then longitude and latitude as integers.

The page counts in steps of 1e-5 degree (about one metre). Shapes are written as differences between
neighbouring points, which keeps the file small and is exact.
"""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

STEPS_PER_DEGREE = 100_000
PAGE_CRS = "EPSG:4326"

Integers = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]
Shape = list[list[list[int]]]


def geometries(table: gpd.GeoDataFrame, what: str) -> Geometries:
    """Return the geometries of a table as an array, in its metric CRS.

    Raises
    ------
    ValueError
        Where the table has no CRS or a geographic one.
    """
    if table.crs is None:
        raise ValueError(f"{what} has no CRS; give the table one with set_crs before it is drawn")
    if not table.crs.is_projected:
        raise ValueError(f"{what} is in {table.crs.to_string()}; bring it to the region's metric CRS with to_crs")
    return np.asarray(table.geometry.to_numpy(), dtype=object)


def to_page(shapes: Geometries, crs: Any) -> Geometries:
    """Return metric geometries as longitude and latitude (EPSG:4326).

    Where they lie on both sides of the date line, those east of Greenwich get longitudes below -180, so that they
    stand beside the others.
    """
    degrees = np.asarray(gpd.GeoSeries(shapes, crs=crs).to_crs(PAGE_CRS).to_numpy(), dtype=np.object_)
    if len(degrees) == 0:
        return degrees
    west, _, east, _ = shapely.total_bounds(degrees)
    return degrees if not east - west > 180 else np.asarray(shapely.transform(degrees, _westward), dtype=np.object_)


def _westward(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return coordinates with longitudes of at most 0."""
    return np.column_stack([np.where(xy[:, 0] > 0, xy[:, 0] - 360, xy[:, 0]), xy[:, 1]])


def coverage(shapes: Geometries, tolerance_m: float) -> Geometries:
    """Return polygons with less detail, so that neighbours still share their borders.

    Invalid polygons are repaired. Where polygons then overlap or their shared borders do not match,
    the borders are first made to match (`shapely.coverage_clean`, where the installed GEOS has it).
    No polygon is lost: one that would vanish keeps its repaired shape.

    Parameters
    ----------
    shapes
        Polygons in a metric CRS; empty ones stay empty.
    tolerance_m
        Details smaller than a triangle of about this edge length are dropped, in metres.
    """
    sound = repaired(shapes)
    matched = sound
    if hasattr(shapely, "coverage_clean") and not shapely.coverage_is_valid(sound):
        matched = _kept(np.asarray(shapely.coverage_clean(sound), dtype=object), sound)
    simple = np.asarray(shapely.coverage_simplify(matched, tolerance_m), dtype=object)
    return _kept(simple, sound)


def repaired(shapes: Geometries) -> Geometries:
    """Return the valid polygons of every geometry, one for one."""
    return np.array([polygonal(shape) for shape in shapes], dtype=object)


def polygonal(shape: BaseGeometry | None) -> BaseGeometry:
    """Return the repaired polygons of a geometry; lines and points that a repair leaves over are dropped."""
    if shape is None:
        return shapely.Polygon()
    valid = shape if shapely.is_valid(shape) else shapely.make_valid(shape)
    if valid.geom_type in {"Polygon", "MultiPolygon"}:
        return valid
    parts = shapely.get_parts(shapely.get_parts(np.array([valid])))
    whole: BaseGeometry = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return whole


def _kept(new: Geometries, old: Geometries) -> Geometries:
    lost = shapely.is_empty(new) & ~shapely.is_empty(old)
    return np.where(lost, old, new)


def label_lines(shapes: Geometries) -> Geometries:
    """Return for each polygon where its name may stand: a level line across the largest circle inside it.

    The circle lies in the largest part; an empty polygon gives an empty line.
    """
    return np.array([_label_line(shape) for shape in shapes], dtype=object)


def label_points(shapes: Geometries) -> Geometries:
    """Return the middle of each of the `label_lines`."""
    return np.asarray(shapely.centroid(label_lines(shapes)), dtype=np.object_)


def _label_line(shape: BaseGeometry) -> BaseGeometry:
    if shape.is_empty:
        return shapely.LineString()
    parts = shapely.get_parts(shape)
    largest = parts[int(np.argmax(shapely.area(parts)))]
    circle = shapely.maximum_inscribed_circle(largest, tolerance=max(np.sqrt(largest.area) / 100, 1e-6))
    (x, y), radius = circle.coords[0], circle.length
    return shapely.LineString([(x - radius, y), (x + radius, y)])


def frame(shapes: Geometries, margin: float) -> BaseGeometry:
    """Return a box around shapes, `margin` times their larger extent wider on each side."""
    west, south, east, north = shapely.total_bounds(shapes)
    wider = margin * max(east - west, north - south)
    box: BaseGeometry = shapely.box(west - wider, south - wider, east + wider, north + wider)
    return box


def beside(areas: Geometries, focus: Geometries) -> Geometries:
    """Return the parts of areas that are near the shapes in focus but not among them, to set names there.

    An area of which next to nothing is left comes back empty.
    """
    view = frame(focus, 0.12)
    coarse = shapely.simplify(repaired(focus), np.sqrt(view.area) / 500)
    taken = shapely.union_all(shapely.buffer(coarse, np.sqrt(view.area) / 100))
    apart = repaired(shapely.difference(shapely.intersection(areas, view), taken))
    apart[shapely.area(apart) < view.area / 200] = shapely.Polygon()
    return apart


def borders(areas: Geometries, within: BaseGeometry) -> BaseGeometry:
    """Return the outlines of areas inside a box as merged lines, each shared border once, in the same CRS."""
    lines: BaseGeometry = shapely.union_all(shapely.boundary(areas)).intersection(within)
    merged: BaseGeometry = shapely.line_merge(lines) if lines.geom_type == "MultiLineString" else lines
    return merged


def merged_lines(shapes: Geometries, groups: npt.NDArray[np.object_], tolerance_m: float) -> Geometries:
    """Return lines joined end to end within each group and simplified: one multi-part line a group.

    Groups come in sorted order, so that neighbours in the result are neighbours on the ground.
    """
    order = np.argsort(groups.astype(str), kind="stable")
    names, starts = np.unique(groups.astype(str)[order], return_index=True)
    pieces = np.split(shapes[order], starts[1:]) if len(names) else []
    return np.array([_merged(piece, tolerance_m) for piece in pieces], dtype=object)


def _merged(lines: Geometries, tolerance_m: float) -> BaseGeometry:
    parts = shapely.get_parts(lines)
    whole: Any = shapely.line_merge(shapely.multilinestrings(parts[~shapely.is_empty(parts)]))
    # part by part: all at once, the time grows with the square of their number
    return shapely.MultiLineString(list(shapely.simplify(shapely.get_parts(whole), tolerance_m)))


def steps(points: npt.NDArray[np.float64]) -> Integers:
    """Return coordinates in degrees as whole steps of 1e-5 degree."""
    return np.rint(points * STEPS_PER_DEGREE).astype(np.int64)


def encoded_lines(shapes: Geometries) -> tuple[list[int], list[int]]:
    """Return lines as the number of points of each part, and one run of differences over all parts.

    Returns
    -------
    tuple
        Counts of points, and ``[x, y, dx, dy, ...]`` in steps of 1e-5 degree: the first point is a
        difference from (0, 0), every other from the point before it, across parts as well.
    """
    counts, points = line_steps(shapes)
    run = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return counts.tolist(), run.ravel().tolist()


def line_steps(shapes: Geometries) -> tuple[Integers, Integers]:
    """Return the number of points of each part of lines, and all points in steps of 1e-5 degree, two columns."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    parts = parts[~shapely.is_empty(parts)]
    return shapely.get_num_coordinates(parts).astype(np.int64), steps(shapely.get_coordinates(parts))


def encoded_points(shapes: Geometries) -> list[int]:
    """Return points as one run of differences, as in `encoded_lines`; an empty geometry stands at (0, 0)."""
    middle = np.where(shapely.get_type_id(shapes) == 0, shapes, shapely.point_on_surface(shapes))
    there = ~(shapely.is_empty(middle) | shapely.is_missing(middle))
    xy = np.zeros((len(middle), 2))
    xy[there] = shapely.get_coordinates(middle[there])
    run = np.diff(steps(xy), axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return [int(step) for step in run.ravel()]


def encoded_polygon(shape: BaseGeometry) -> Shape:
    """Return a polygon as parts, rings and ``[x, y, dx, dy, ...]`` in steps of 1e-5 degree, rings left open."""
    parts = [part for part in shapely.get_parts(shape) if not part.is_empty]
    return [[_ring(ring) for ring in (part.exterior, *part.interiors)] for part in parts]


def _ring(ring: BaseGeometry) -> list[int]:
    points = steps(shapely.get_coordinates(ring))[:-1]
    moved = np.ones(len(points), dtype=bool)
    moved[1:] = (np.diff(points, axis=0) != 0).any(axis=1)
    points = points[moved]
    run = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return [int(step) for step in run.ravel()]


def bounds(shapes: Geometries) -> list[list[float]]:
    """Return ``[[south, west], [north, east]]`` in degrees, rounded to 1e-5.

    Raises
    ------
    ValueError
        Where every geometry is empty.
    """
    west, south, east, north = shapely.total_bounds(shapes)
    if np.isnan(west):
        raise ValueError("no town has a shape, so there is nothing to draw; give the towns layer its polygons")
    return [[round(float(south), 5), round(float(west), 5)], [round(float(north), 5), round(float(east), 5)]]
