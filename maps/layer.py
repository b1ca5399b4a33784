"""Layers of a map: `folium.map.Layer` subclasses that hand data to the page instead of writing scripts.

Each has a key, words from its declaration, a place in the legend, and a payload of plain JSON.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

import folium
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from maps import geometry
from maps.binary import packed_lines
from maps.provenance import Provenance, provenance
from maps.styles import ClassStyle, LayerStyle, styles
from planner.words import count, humanised, text, whole_miles

Payload = dict[str, Any]
_KEY: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Words:
    """What a reader is told about a layer, from its declaration and its common columns."""

    title: str
    meaning: str
    licence: str
    origin: Provenance

    def payload(self) -> Payload:
        """Return the words for the page."""
        return {
            "title": self.title,
            "mark": self.origin.mark,
            "said": [line for line in self._lines() if line],
        }

    def _lines(self) -> tuple[str, ...]:
        source, day = self.origin.source_line, self.origin.as_of
        published = set(self.origin.origins) != {"generated"}
        return (
            self.meaning,
            f"Source: {source}" if source else "Source not stated.",
            f"As of {day}." if day else "Date not stated.",
            f"Usual terms: {self.licence}" if self.licence and published else "",
        )


def words(key: str, table: pd.DataFrame, declaration: Any = None) -> Words:
    """Return the words of a layer; without a declaration its key serves as title.

    Parameters
    ----------
    declaration
        Anything with ``title``, ``meaning`` and ``licence``, such as `layers.declared(key)`.
    """
    return Words(
        title=text(getattr(declaration, "title", "")) or humanised(key),
        meaning=text(getattr(declaration, "meaning", "")),
        licence=text(getattr(declaration, "licence", "")),
        origin=provenance(table),
    )


class PageLayer(folium.map.Layer):
    """A layer that the page draws; the base of `Polygons`, `Outlines`, `Lines` and `Points`.

    Parameters
    ----------
    key
        Name of the layer, one that ``styles.toml`` has an entry for, unless `style` is given.
    table
        Rows with geometry in the region's metric CRS.
    declaration
        Declaration of the layer: title, meaning, licence.
    style
        How it is drawn; by default the entry in ``styles.toml``.

    Raises
    ------
    ValueError
        Where the table has no metric CRS, no style is known for the key, or the key is not a plain name.
    """

    kind: ClassVar[str]
    leads: ClassVar[bool] = False  # whether a map without areas opens on it

    def __init__(
        self, key: str, table: gpd.GeoDataFrame, declaration: Any = None, style: LayerStyle | None = None
    ) -> None:
        if not _KEY.fullmatch(key):
            raise ValueError(f"layer key '{text(key)}' is not a plain name; use small letters, digits and underscores")
        if style is None and key not in styles().layers:
            raise ValueError(f"layer '{key}' has no entry in maps/styles.toml; add one or give a style")
        self.key = key
        self.table = table
        self.style = style or styles().layers[key]
        self.words = words(key, table, declaration)
        self.shapes = geometry.geometries(table, f"layer '{key}'")
        self.crs = table.crs
        super().__init__(name=self.words.title, overlay=True, control=True, show=self.style.show)
        self._name = type(self).__name__

    def retitle(self, title: str) -> None:
        """Give the layer another title."""
        self.words = replace(self.words, title=title)

    def payload(self) -> Payload:
        """Return all that the page needs to draw the layer, as plain JSON."""
        return {
            "key": self.key,
            "kind": self.kind,
            "show": bool(self.show),
            "measure": self.style.measure,
            "brief": self.style.brief,
            **self.words.payload(),
            **self.content(),
        }

    def content(self) -> Payload:
        """Return what is particular to the kind of layer."""
        raise NotImplementedError

    def view(self) -> list[list[float]]:
        """Return the box that a map of this layer opens on, ``[[south, west], [north, east]]`` in degrees."""
        return geometry.bounds(self.to_page(self.shapes))

    def to_page(self, shapes: geometry.Geometries) -> geometry.Geometries:
        """Return shapes of this layer as longitude and latitude."""
        return geometry.to_page(shapes, self.crs)

    def amount(self, shapes: geometry.Geometries) -> str:
        """Return how much of it there is: a count or miles."""
        if self.style.measure == "miles":
            return whole_miles(float(shapely.length(shapes).sum()))
        return count(len(shapes))

    def render(self, **kwargs: Any) -> str:  # noqa: ARG002 - folium's signature
        """Refuse to be drawn by any page but ours.

        Raises
        ------
        ValueError
            Always: a `maps.Page` asks for the payload instead.
        """
        raise ValueError(f"layer '{self.key}' can only be drawn on a map made by maps.draw; add it to such a map")


class Outlines(PageLayer):
    """Borders of areas as lines, with their names; for the states also the land they stand on.

    Parameters
    ----------
    focus
        The areas that the map is about, in the same CRS. Borders and land are kept in their surroundings only,
        and names of states stand beside them. Without it everything is kept.
    """

    kind = "outlines"

    def __init__(
        self,
        key: str,
        table: gpd.GeoDataFrame,
        declaration: Any = None,
        style: LayerStyle | None = None,
        focus: geometry.Geometries | None = None,
    ) -> None:
        super().__init__(key, table, declaration, style)
        self.shapes = geometry.repaired(self.shapes)
        self.focus = self.shapes if focus is None else focus

    def content(self) -> Payload:
        """Return border lines, names and, where the style asks, land."""
        frame = geometry.frame(self.focus, styles().map.ground_margin)
        near = self._near(frame)
        areas = geometry.coverage(self.shapes[near], styles().map.outline_tolerance_m)
        lines = geometry.borders(areas, frame)
        counts, run = geometry.encoded_lines(self.to_page(np.array([lines], dtype=object)))
        return {
            "amount": "",
            "style": self.style.model_dump(include={"colour", "width", "casing", "casing_width", "dash"}),
            "parts": counts,
            "xy": run,
            "labels": self._labels(areas, near),
            "label_kind": self.style.label_kind,
            "ground": self._ground(areas, frame) if self.style.ground else [],
        }

    def _near(self, frame: BaseGeometry) -> npt.NDArray[np.bool_]:
        """Return which areas to draw: land all around, other areas where something in focus lies in them."""
        if self.style.ground:
            return np.asarray(shapely.intersects(self.shapes, frame), dtype=bool)
        tree = shapely.STRtree(geometry.label_points(geometry.repaired(self.focus)))
        near = np.zeros(len(self.shapes), dtype=bool)
        near[tree.query(self.shapes, predicate="intersects")[0]] = True
        return near

    def _labels(self, areas: geometry.Geometries, near: npt.NDArray[np.bool_]) -> Payload:
        column = self.style.label_column
        if column is None or column not in self.table:
            return {"names": [], "xy": [], "widths": []}
        beside = geometry.beside(areas, self.focus) if self.style.ground else areas
        named = ~shapely.is_empty(beside)
        lines = self.to_page(geometry.label_lines(beside[named]))
        box = shapely.bounds(lines)
        return {
            "names": [text(name) for name in self.table[column].to_numpy()[near][named]],
            "xy": geometry.encoded_points(np.asarray(shapely.centroid(lines), dtype=np.object_)),
            "widths": geometry.steps(box[:, 2] - box[:, 0]).tolist(),
        }

    def _ground(self, areas: geometry.Geometries, frame: BaseGeometry) -> list[geometry.Shape]:
        clipped = geometry.repaired(shapely.intersection(areas, frame))
        return [geometry.encoded_polygon(shape) for shape in self.to_page(clipped)]


class _Classed(PageLayer):
    """A layer whose rows fall into classes by one column."""

    def classes(self) -> list[tuple[ClassStyle, npt.NDArray[np.bool_]]]:
        """Return the classes that have rows, in order of the styles, each with its rows."""
        column = self.style.class_column
        given = self.table[column] if column in self.table else pd.Series("", index=self.table.index)
        codes, kinds = pd.factorize(given, use_na_sentinel=False)
        values = np.array([text(kind) for kind in kinds], dtype=object)[codes]
        free = np.ones(len(self.table), dtype=bool)
        found = []
        for style in self.style.classes:
            rows = free & (np.isin(values, style.takes) if style.takes is not None else True)
            free &= ~rows
            if rows.any():
                found.append((style, rows))
        return found


class Lines(_Classed):
    """Lines in classes, merged within their groups and drawn on canvas; `note` stands below them in the legend."""

    kind = "lines"
    note = ""

    def content(self) -> Payload:
        """Return packed lines for each class; optional classes are left out where there are too many."""
        classes = self.classes()
        left_out = self._left_out(classes)
        kept = [(style, rows) for style, rows in classes if style.label not in left_out]
        return {
            "amount": self.amount(self.shapes),
            "classes": [self._class(style, rows) for style, rows in kept],
            "note": f"Left out to keep the file small: {', '.join(left_out)}." if left_out else self.note,
        }

    def _left_out(self, classes: Sequence[tuple[ClassStyle, npt.NDArray[np.bool_]]]) -> list[str]:
        points = int(shapely.get_num_coordinates(self.shapes).sum())
        if self.style.max_vertices is None or points <= self.style.max_vertices:
            return []
        return [style.label for style, _ in classes if style.optional]

    def _class(self, style: ClassStyle, rows: npt.NDArray[np.bool_]) -> Payload:
        shapes = self.shapes[rows]
        column = self.style.group_column
        given = self.table[column] if column in self.table else pd.Series("", index=self.table.index)
        groups = given[rows].map(text).to_numpy(dtype=object)
        tolerance = self.style.tolerance_m or styles().map.line_tolerance_m
        merged = self.to_page(geometry.merged_lines(shapes, groups, tolerance))
        return {
            "label": style.label,
            "amount": self.amount(shapes),
            "style": style.model_dump(include={"colour", "casing", "width", "casing_width", "dash", "min_zoom"}),
            "packed": packed_lines(*geometry.line_steps(merged)),
        }


class Points(_Classed):
    """Places in classes, each with a symbol of its own shape and a few words; `note` stands below in the legend."""

    kind = "points"
    note = ""

    def content(self) -> Payload:
        """Return the places, their classes and their words, which stand in columns."""
        classes = self.classes()
        member = np.zeros(len(self.table), dtype=int)
        for index, (_, rows) in enumerate(classes):
            member[rows] = index
        return {
            "amount": self.amount(self.shapes),
            "classes": [self._class(style, rows) for style, rows in classes],
            "class_of": member.tolist(),
            "xy": geometry.encoded_points(self.to_page(self.shapes)),
            "names": self._names(),
            "note": self.note,
            "tips": [[text(value) for value in self.table[name]] for name in self.style.tip if name in self.table],
            "far_zoom": self.style.far_zoom,
            "far_size": self.style.far_size,
            "grow": self.style.grow,
        }

    def _names(self) -> list[str]:
        """Return the names that stand on the map; none where the style names no column."""
        column = self.style.label_column
        return [text(name) for name in self.table[column]] if column in self.table else []

    def _class(self, style: ClassStyle, rows: npt.NDArray[np.bool_]) -> Payload:
        return {
            "label": style.label,
            "amount": self.amount(self.shapes[rows]),
            "style": style.model_dump(include={"colour", "symbol", "size"}),
        }
