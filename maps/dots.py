"""Large sets of points in a few classes, without a word for each: boxes from far, dots from near, packed as bytes."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers import declared
from maps import geometry
from maps.binary import Integers, packed_points
from maps.layer import Payload, Points
from maps.provenance import provenance
from maps.styles import LayerStyle
from maps.towns import ShareClasses
from planner import Plan, words
from planner.locations import locations

LOCATIONS: Final = "locations"
_PREMISES: Final = "premises"
_CAUTION: Final = "Not for publication: one dot for each home or business, which is licensed or personal data."


class Dots(Points):
    """Points in classes, as many as a state has homes.

    Below the style's ``far_zoom`` the page draws boxes of a degree grid, coloured by the share of their points that are
    met, on the scale of the towns; above it every point. Points without a place are counted, but not drawn.

    Parameters
    ----------
    key
        Name of the layer, one that ``styles.toml`` has an entry for, unless `style` is given. The style needs `boxes`.
    table
        Rows with points in the region's metric CRS.
    target
        Share of points that should be met, in (0, 1]: where the colours of boxes break.
    declaration
        Declaration of the layer: title, meaning, licence.
    style
        How it is drawn; by default the entry in ``styles.toml``.

    Raises
    ------
    ValueError
        Where the table has no metric CRS, or the style says nothing of boxes.
    """

    kind = "dots"

    def __init__(
        self,
        key: str,
        table: gpd.GeoDataFrame,
        target: Fraction,
        declaration: Any = None,
        style: LayerStyle | None = None,
    ) -> None:
        super().__init__(key, table, declaration, style)
        if self.style.boxes is None:
            raise ValueError(f"layer '{key}' has no boxes in its style; add a table 'boxes' to it")
        self.boxes = self.style.boxes
        self.shades = ShareClasses(target)
        self.placed = ~(shapely.is_missing(self.shapes) | shapely.is_empty(self.shapes))

    def payload(self) -> Payload:
        """Return all that the page needs; locations that are not generated are marked as not for publication."""
        whole = super().payload()
        secret = set(self.words.origin.origins) != {"generated"}
        return whole | {"said": [*whole["said"], *([_CAUTION] if secret else [])]}

    def content(self) -> Payload:
        """Return the classes with their counts, the packed points, and how boxes are drawn."""
        classes = self.classes()
        member = np.zeros(len(self.table), dtype=np.int64)
        for index, (_, rows) in enumerate(classes):
            member[rows] = index
        groups, group = self._groups()
        return {
            "amount": self.amount(self.shapes),
            "classes": [self._counted(self._class(style, rows), rows) for style, rows in classes],
            "packed": packed_points(self._steps(), member[self.placed], group[self.placed]),
            "groups": groups,
            "note": self._note(),
            "far_zoom": self.style.far_zoom,
            "grow": self.style.grow,
            "boxes": self._boxes([style.takes or () for style, _ in classes]),
        }

    def _counted(self, told: Payload, rows: npt.NDArray[np.bool_]) -> Payload:
        return told | {"count": int(rows.sum())}

    def _steps(self) -> Integers:
        degrees = self.to_page(self.shapes[self.placed])
        return geometry.steps(shapely.get_coordinates(degrees))

    def _groups(self) -> tuple[list[str], Integers]:
        """Return the names of groups in order, and the group of each row."""
        column = self.style.group_column
        given = self.table[column] if column in self.table else pd.Series("", index=self.table.index)
        codes, names = pd.factorize(given, sort=True, use_na_sentinel=False)
        return [words.text(name) for name in names], codes.astype(np.int64)

    def _note(self) -> str:
        lost = int((~self.placed).sum())
        return f"Not drawn, since their place is not known: {words.count(lost)}." if lost else self.note

    def _boxes(self, taken: list[tuple[str, ...]]) -> Payload:
        """Return which classes are met and not known, and the colours of shares, best first."""
        look, shades = self.boxes, self.shades
        least = [*reversed((0.0, *(float(limit) for limit in shades.breaks), float(shades.target)))]
        return {
            "met": [at for at, values in enumerate(taken) if look.met in values],
            "unknown": [at for at, values in enumerate(taken) if look.unknown in values],
            "words": look.words,
            "pixels": look.pixels,
            "sizes": look.sizes,
            "shades": [
                {"least": limit, "label": each.label, "colour": each.colour}
                for limit, each in zip(least, shades.classes, strict=False)
            ],
            "none": {"label": shades.classes[-1].label, "colour": look.colour},
        }


def located(plan: Plan) -> Iterator[Dots]:
    """Yield the layer of all locations of a plan with what they have at the first target, where it has any.

    Raises
    ------
    ValueError
        Where the locations have no metric CRS.
    """
    table = locations(plan)
    if table is None or table.empty:
        return
    target = plan.region.targets[0]
    meaning = f"Every home and business on the list, by whether it can get {words.text(target.label)} Mbps."
    declaration = declared(_PREMISES).model_copy(update={"title": "Locations, one by one", "meaning": meaning})
    layer = Dots(LOCATIONS, table, target.share, declaration)
    layer.words = replace(layer.words, origin=provenance(plan.layers[_PREMISES]))
    if layer.placed.any():
        yield layer
