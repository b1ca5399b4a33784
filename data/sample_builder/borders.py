"""Where generated roads cross town lines: shared points, so that the towns' road networks join up."""

import numpy as np
import shapely

from data.sample_builder.grid import Floats, steady
from data.sample_builder.settings import CROSSING_RATE, MIN_BORDER_M, OUTER_CROSSING_RATE, ROAD_M_PER_CROSSING


def crossings(cells: list[shapely.Polygon], centres: Floats, density: Floats) -> list[Floats]:
    """Return the crossing points of each town, the same point in both towns that share a line.

    Parameters
    ----------
    cells
        Town shapes in metres that share their vertices.
    centres
        Town centres, one row each.
    density
        Metres of road for each square metre of town.
    """
    found: list[list[Floats]] = [[] for _ in cells]
    most = np.maximum(density * shapely.area(cells) / ROAD_M_PER_CROSSING, 2).astype(np.int64)
    lines = {pair: shared_line(cells[pair[0]], cells[pair[1]]) for pair in neighbours(cells)}
    for (here, there), line in sorted(lines.items(), key=lambda item: (-round(item[1].length), item[0])):
        middle = shapely.Point((centres[here] + centres[there]) / 2)
        rate = CROSSING_RATE * min(density[here], density[there])
        room = min(most[here] - len(found[here]), most[there] - len(found[there]))
        points = _spread(line, shapely.line_locate_point(line, middle), rate)[:room]
        found[here] += points
        found[there] += points
    outside = shapely.union_all(cells).boundary
    for town, cell in enumerate(cells):
        for line in _lines(shapely.intersection(cell.boundary, outside)):
            points = _spread(line, line.length / 2, OUTER_CROSSING_RATE * density[town])
            found[town] += points[: most[town] - len(found[town])]
    return [np.vstack(points) for points in found]


def neighbours(cells: list[shapely.Polygon]) -> list[tuple[int, int]]:
    """Return the pairs of towns that share a line of some length, in order."""
    tree = shapely.STRtree(cells)
    first, second = tree.query(cells, predicate="intersects")
    pairs = sorted((int(a), int(b)) for a, b in zip(first, second, strict=True) if a < b)
    return [pair for pair in pairs if shared_line(cells[pair[0]], cells[pair[1]]).length > MIN_BORDER_M]


def shared_line(here: shapely.Polygon, there: shapely.Polygon) -> shapely.LineString:
    """Return the longest line that two towns share; an empty one where they meet in a point."""
    lines = _lines(shapely.intersection(here.boundary, there.boundary))
    return max(lines, key=shapely.length) if lines else shapely.LineString()


def _lines(shape: shapely.Geometry) -> list[shapely.LineString]:
    merged = shapely.line_merge(shapely.multilinestrings(_line_parts(shape)))
    return [line for line in shapely.get_parts(merged) if line.length > MIN_BORDER_M]


def _line_parts(shape: shapely.Geometry) -> list[shapely.LineString]:
    return [part for part in shapely.get_parts(shape) if part.geom_type == "LineString"]


def _spread(line: shapely.LineString, first: float, rate: float) -> list[Floats]:
    """Return points along a line at an even spacing of 1 / rate, from the first position outwards."""
    margin = min(0.2 * line.length, 250.0)
    first = min(max(first, margin), line.length - margin)
    steps = np.arange(-400, 401) / rate + first
    steps = steps[(steps >= margin) & (steps <= line.length - margin)]
    steps = steps[np.argsort(np.round(np.abs(steps - first), 3), kind="stable")]
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, np.round(steps, 3)))
    return [steady(point[None, :]) for point in points]
