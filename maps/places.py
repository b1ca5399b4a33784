"""Areas that carry readings of a chooser and no figures of a plan: counties of a nation, metro areas, or towns."""

from collections.abc import Sequence
from typing import Any, Final, Generic, TypeVar

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from maps import geometry
from maps.chooser import Chooser
from maps.layer import PageLayer, Payload
from maps.styles import styles
from planner.words import count, text

_FEW: Final = 150
AnyChooser = TypeVar("AnyChooser", bound=Chooser)


class Places(PageLayer, Generic[AnyChooser]):
    """Areas painted by what their chooser says.

    Parameters
    ----------
    key
        Name of the layer, such as ``towns`` or ``counties``.
    table
        Outlines in the region's metric CRS, one row an area.
    fits
        What the areas can be coloured by, in the order of the rows.
    names
        Column with the areas' names, and what stands beside each in the search.
    declaration
        Declaration of the layer: title, meaning, licence.
    """

    kind = "polygons"
    opacity = 1.0
    apart = 2.0  # how many times wider all areas must be than the largest ground for the map to open on the latter

    def __init__(
        self,
        key: str,
        table: gpd.GeoDataFrame,
        fits: AnyChooser,
        names: tuple[str, Sequence[str]],
        declaration: Any = None,
    ) -> None:
        super().__init__(key, table, declaration)
        self.fits = fits
        self.names = [text(name) for name in table[names[0]]]
        self.hints = [text(hint) for hint in names[1]]
        self.called = ("town", "towns") if key == "towns" else ("county", "counties")

    def content(self) -> Payload:
        """Return shapes, names and what the chooser has."""
        simple = geometry.coverage(self.shapes, self._tolerance())
        return {
            "amount": count(len(self.names)),
            "classes": [],
            "class_of": [],
            "shapes": [geometry.encoded_polygon(shape) for shape in self.to_page(simple)],
            "names": self.names,
            "hints": self.hints,
            "verdicts": [],
            "labels": self._labels(simple),
            "tips": [],
            "fields": [],
            "values": [],
            "table": [],
            "opacity": self.opacity,
            "fits": self.fits.payload(self.called, self.fits.start()),
        }

    def view(self) -> list[list[float]]:
        """Return the box that the map opens on: all areas, or the largest connected ground where they lie far apart."""
        whole = geometry.bounds(self.to_page(self.shapes))
        ground = shapely.get_parts(self.ground())
        largest = ground[int(np.argmax(shapely.area(ground)))]
        main = geometry.bounds(self.to_page(np.array([largest], dtype=object)))
        return main if _extent(whole) > self.apart * _extent(main) else whole

    def ground(self) -> BaseGeometry:
        """Return the ground that the areas cover."""
        covered: BaseGeometry = shapely.union_all(geometry.repaired(self.shapes))
        return covered

    def _tolerance(self) -> float:
        """Return the detail that is dropped, in metres: that of towns, or coarser where the ground is wide."""
        west, south, east, north = shapely.total_bounds(self.shapes)
        coarse = max(east - west, north - south) / styles().eligibility.detail
        return float(np.nanmax([styles().map.town_tolerance_m, coarse]))

    def _labels(self, shapes: geometry.Geometries) -> Payload:
        letters = 0 if len(self.names) <= _FEW else 1
        return {
            "xy": geometry.encoded_points(self.to_page(geometry.label_points(shapes))),
            "letters": [letters] * len(self.names),
            "order": np.argsort(-shapely.area(shapes), kind="stable").tolist(),
        }


def _extent(box: list[list[float]]) -> float:
    (south, west), (north, east) = box
    return max(north - south, east - west)
