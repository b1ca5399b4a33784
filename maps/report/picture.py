"""The map of a report: towns by class as a still picture, in the colours and patterns of the interactive map."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from maps import geometry
from maps.styles import styles
from maps.towns import Polygons, ShareClass

_WIDTH: Final = 720.0
_TALLEST: Final = 900.0
_KEY: Final = 20.0
_MARK: Final = 7.0
_STAR: Final = "M0-8L2-2.6 7.6-2.5 3.2 1 4.7 6.5 0 3.2-4.7 6.5-3.2 1-7.6-2.5-2-2.6Z"


def towns_picture(
    towns: Polygons, sites: gpd.GeoDataFrame | None = None, marked: str | None = None, unit: str = "towns"
) -> bytes:
    """Return a map of towns as SVG, with its key below.

    Parameters
    ----------
    towns
        Towns of a plan, in its metric CRS.
    sites
        Points to mark with a star, in the same CRS.
    marked
        Code of one town that gets a heavy outline.
    unit
        What the areas are called.

    Returns
    -------
    bytes
        SVG without any text of the plan; the same towns give the same bytes, whatever the order of their rows.
    """
    shapes = geometry.coverage(towns.shapes, styles().map.town_tolerance_m)
    frame = _Frame(shapes)
    codes = [str(row["town_geoid"]) for row in towns.rows]
    classes = towns.share_classes.classes
    drawn = [
        _town(frame.path(shapes[place]), towns.class_of[place], classes, heavy=codes[place] == marked)
        for place in sorted(range(len(codes)), key=lambda place: (codes[place] == marked, codes[place]))
    ]
    points = () if sites is None else sorted(frame.point(each) for each in sites.geometry)
    stars = [f'<path d="{_STAR}" transform="translate({x:g} {y:g})" class="site"/>' for x, y in points]
    used = [place for place in range(len(classes)) if place in towns.class_of]
    counts = [towns.class_of.count(place) for place in used]
    key = _key([classes[place] for place in used], used, counts, frame.height + 14, unit)
    tall = frame.height + 14 + _KEY * ((len(used) + bool(points) + 1) // 2) + 6
    if points:
        key += _site_key(len(used), frame.height + 14)
    body = "".join((*_patterns(classes), "".join(drawn), *stars, key))
    return _whole(tall, body).encode()


class _Frame:
    """Where metres of the region's CRS lie on the picture."""

    def __init__(self, shapes: geometry.Geometries) -> None:
        west, south, east, north = shapely.total_bounds(shapes)
        self.scale = min(_WIDTH / (east - west), _TALLEST / (north - south))
        self.west, self.north = west - (_WIDTH / self.scale - (east - west)) / 2, north
        self.height = round((north - south) * self.scale, 1)

    def point(self, shape: BaseGeometry) -> tuple[float, float]:
        x, y = shape.coords[0]
        return round((x - self.west) * self.scale, 1), round((self.north - y) * self.scale, 1)

    def path(self, shape: BaseGeometry) -> str:
        parts = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
        return "".join(self._ring(np.asarray(ring.coords)) for ring in parts)

    def _ring(self, xy: Any) -> str:
        x = np.round((xy[:-1, 0] - self.west) * self.scale, 1)
        y = np.round((self.north - xy[:-1, 1]) * self.scale, 1)
        return f"M{'L'.join(f'{a:g} {b:g}' for a, b in zip(x, y, strict=True))}Z"


def _look(each: ShareClass, place: int) -> str:
    pattern = styles().verdicts[each.verdict].pattern
    return each.colour if pattern == "plain" else f"url(#class-{place})"


def _town(path: str, place: int, classes: Sequence[ShareClass], *, heavy: bool) -> str:
    look = styles().verdicts[classes[place].verdict]
    stroke, width = ("#000000", 3.2) if heavy else (look.outline, 0.7)
    return f'<path d="{path}" fill="{_look(classes[place], place)}" stroke="{stroke}" stroke-width="{width}"/>'


def _patterns(classes: Sequence[ShareClass]) -> Iterable[str]:
    yield "<defs>"
    for place, each in enumerate(classes):
        pattern = styles().verdicts[each.verdict].pattern
        size = styles().patterns.hatch_spacing
        mark = f'<path d="M0 {size:g}L{size:g} 0" stroke="{each.ink}" stroke-width="1.1"/>'
        if pattern == "dots":
            mark = f'<circle cx="{size / 2:g}" cy="{size / 2:g}" r="1" fill="{each.ink}"/>'
        yield (
            f'<pattern id="class-{place}" width="{size:g}" height="{size:g}" patternUnits="userSpaceOnUse">'
            f'<path d="M0 0H{size:g}V{size:g}H0Z" fill="{each.colour}"/>{mark}</pattern>'
        )
    yield "</defs>"


def _place(number: int, top: float) -> tuple[float, float]:
    """Return where an entry of the key stands: two columns, filled row by row."""
    return 4 + (number % 2) * _WIDTH / 2, round(top + (number // 2) * _KEY, 1)


def _key(classes: Sequence[ShareClass], places: Sequence[int], counts: Sequence[int], top: float, unit: str) -> str:
    parts = []
    for number, (each, place, count) in enumerate(zip(classes, places, counts, strict=True)):
        x, y = _place(number, top)
        look = styles().verdicts[each.verdict]
        said = f"{each.label}: {count:,} {unit if count != 1 else unit.removesuffix('s')}"
        parts.append(
            f'<path d="M{x:g} {y:g}h22v13h-22z" fill="{_look(each, place)}" stroke="{look.outline}" stroke-width="0.7"/>'
            f"{_words(x + 30, y, said)}"
        )
    return "".join(parts)


def _site_key(number: int, top: float) -> str:
    x, y = _place(number, top)
    return f'<path d="{_STAR}" transform="translate({x + 11:g} {y + _MARK:g})" class="site"/>{_words(x + 30, y, "Chosen site")}'


def _words(x: float, y: float, said: str) -> str:
    return f'<text x="{x:g}" y="{y + 11:g}" font-family="DejaVu Sans, sans-serif" font-size="12" fill="#22211f">{escape(said)}</text>'


def _whole(tall: float, body: str) -> str:
    body = body.replace('class="site"', 'fill="#ffd84d" stroke="#22211f" stroke-width="1.2"')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {tall:g}">'
        f'<path d="M0 0H{_WIDTH:g}V{tall:g}H0Z" fill="#ffffff"/>{body}</svg>'
    )
