"""Locations in hexagons: the share that is not served, with small counts hidden, for maps that are published."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from maps import geometry
from maps.layer import Payload, Points
from maps.styles import ClassStyle, styles
from planner import Plan
from planner.publish.hexagons import COUNTS, NAME
from planner.words import count, text

_WORDS = {"served": "Served", "unserved": "Unserved", "unknown": "Not known"}


class Filled(Points):
    """Areas in classes, each with a pattern; a tooltip under the pointer and a table in the panel say what they are."""

    kind = "hexagons"

    def content(self) -> Payload:
        """Return shapes, classes and words."""
        shapes = self.to_page(geometry.coverage(self.shapes, self._tolerance()))
        member = np.zeros(len(self.table), dtype=int)
        for index, (_, rows) in enumerate(self.classes()):
            member[rows] = index
        return {
            "amount": self.amount(self.shapes),
            "classes": [self._class(style, rows) for style, rows in self.classes()],
            "class_of": member.tolist(),
            "shapes": [geometry.encoded_polygon(shape) for shape in shapes],
            "note": self.note,
            **self._told(),
        }

    def _tolerance(self) -> float:
        """Return the detail that is dropped, in metres: that of towns, or finer where the areas are small."""
        west, south, east, north = shapely.total_bounds(self.shapes)
        return float(min(styles().map.town_tolerance_m, max(east - west, north - south) / 1000))

    def _told(self) -> Payload:
        """Return what tooltip and table say, in columns."""
        tips = [name for name in self.style.tip if name in self.table]
        names = [text(each) for each in self.table[tips[0]]] if tips else [""] * len(self.table)
        return {
            "names": names,
            "cells": names,
            "town_of": [-1] * len(self.table),
            "heads": tips[1:],
            "counts": [[text(each) for each in self.table[name]] for name in tips[1:]],
            "min_zoom": 0,
            "called": tips[0] if tips else "",
            "listed": "Table of all areas",
        }

    def _class(self, style: ClassStyle, rows: npt.NDArray[np.bool_]) -> Payload:
        made = super()._class(style, rows)
        made["style"] = style.model_dump(include={"colour", "ink", "pattern"})
        return made


class Hexagons(Filled):
    """Hexagons in classes by the share that is not served; what is hidden is said in words.

    Parameters
    ----------
    table
        Table ``location_hexagons`` in the region's metric CRS.
    towns
        Codes of the towns on the map, in their order; the panel lists the hexagons of the selected one.
    declaration
        Declaration of the table.
    """

    def __init__(self, table: gpd.GeoDataFrame, towns: Sequence[str], declaration: Any = None) -> None:
        super().__init__(NAME, table, declaration)
        self.towns = pd.Index(towns)
        self.note = self._note()

    def _told(self) -> Payload:
        return {
            "names": [f"{text(town)}, hexagon" for town in self.table["town"]],
            "cells": [text(cell) for cell in self.table["cell"]],
            "town_of": [int(at) for at in self.towns.get_indexer(pd.Index(self.table["town_geoid"]))],
            "heads": [_WORDS[name] for name in COUNTS],
            "counts": [self._counts(name) for name in COUNTS],
            "min_zoom": max(each.min_zoom for each in self.style.classes),
            "called": "Hexagon",
            "listed": "Locations in its hexagons",
        }

    def _counts(self, name: str) -> list[str]:
        """Return a column of counts in words."""
        said = {"fewer": f"fewer than {self._least()}", "not shown": "not shown"}
        rows = zip(self.table[name], self.table[f"{name}_shown"], strict=True)
        return [said.get(shown) or count(number) for number, shown in rows]

    def _least(self) -> int:
        return int(self.table["least"].iloc[0])

    def _note(self) -> str:
        return (
            f"Counts under {self._least()} are hidden, and others with them where a town's total would give"
            " them away. Hexagons show when you zoom in; choose a town to read those of it."
        )


def hexagon_layer(plan: Plan, towns: Sequence[str]) -> list[Hexagons]:
    """Return the layer of hexagons where the plan has their table; see `planner.publish.published`."""
    table = plan.tables.get(NAME)
    if not isinstance(table, gpd.GeoDataFrame) or table.empty:
        return []
    return [Hexagons(table, towns, plan.declaration(NAME))]
