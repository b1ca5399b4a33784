"""Areas that carry verdicts on eligibility and no figures of a plan: counties of a nation, or towns."""

from collections.abc import Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from maps import geometry
from maps.fits import Fits
from maps.layer import PageLayer, Payload
from maps.styles import styles
from planner.words import count, text

_FEW: Final = 150


class Places(PageLayer):
    """Areas painted by verdict.

    Parameters
    ----------
    key
        ``towns`` or ``counties``.
    table
        Outlines in the region's metric CRS, one row an area.
    fits
        Verdicts on these areas, in the order of the rows.
    names
        Column with the areas' names, and what stands beside each in the search.
    declaration
        Declaration of the layer: title, meaning, licence.
    """

    kind = "polygons"

    def __init__(
        self,
        key: str,
        table: gpd.GeoDataFrame,
        fits: Fits,
        names: tuple[str, Sequence[str]],
        declaration: Any = None,
    ) -> None:
        super().__init__(key, table, declaration)
        self.fits = fits
        self.names = [text(name) for name in table[names[0]]]
        self.hints = [text(hint) for hint in names[1]]
        self.called = ("town", "towns") if key == "towns" else ("county", "counties")

    def content(self) -> Payload:
        """Return shapes, names and verdicts."""
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
            "fits": self.fits.payload(self.called, self.fits.start()),
        }

    def view(self) -> list[list[float]]:
        """Return the box that the map opens on: all areas, or the largest connected ground where they lie far apart."""
        whole = geometry.bounds(self.to_page(self.shapes))
        ground = shapely.get_parts(shapely.union_all(geometry.repaired(self.shapes)))
        largest = ground[int(np.argmax(shapely.area(ground)))]
        main = geometry.bounds(self.to_page(np.array([largest], dtype=object)))
        return main if _extent(whole) > 2 * _extent(main) else whole

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
