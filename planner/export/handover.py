"""What is handed over: the tables and layers of a plan, without places of premises unless they are asked for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import geopandas as gpd
import pandas as pd

from layers import Layer, PlanError, declared
from planner.export.look import Look
from planner.result import Plan
from planner.tables import tables as result_tables

PREFIX: Final = "layer_"
GEOGRAPHIC: Final = "EPSG:4326"
_BROKEN: Final = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Made:
    """One written file.

    Attributes
    ----------
    name
        Path within the folder.
    form
        Format in words.
    tables
        Tables and layers in it.
    rows
        Rows by table, where the file has rows.
    crs
        CRS of its places; empty where it has none.
    schema
        Published description that it follows; empty where there is none.
    """

    name: str
    form: str
    tables: tuple[str, ...] = ()
    rows: int | None = None
    crs: str = ""
    schema: str = ""


@dataclass(frozen=True)
class Handover:
    """A plan on its way to others.

    Attributes
    ----------
    plan
        The plan.
    looks
        Styles of layers.
    with_locations
        Whether places of premises are handed over; they may be licensed.
    """

    plan: Plan
    looks: tuple[Look, ...] = ()
    with_locations: bool = False

    @cached_property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Result tables by name, and input layers by name with a prefix.

        Raises
        ------
        PlanError
            Where text holds a sign that no file format can keep.
        """
        given = {**self.plan.tables, **{f"{PREFIX}{name}": table for name, table in self.plan.layers.items()}}
        found = {name: table for name, table in given.items() if self.with_locations or name not in self.withheld}
        faults = [fault for name, table in found.items() for fault in text_faults(name, table, _BROKEN)]
        if faults:
            raise PlanError("export", faults)
        return found

    @cached_property
    def shapes(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Tables with geometry, in the region's metric CRS."""
        return {name: table for name, table in self.tables.items() if isinstance(table, gpd.GeoDataFrame)}

    @cached_property
    def withheld(self) -> tuple[str, ...]:
        """Tables that say where single premises are: their key is a location and they have geometry."""
        given = [*self.plan.tables.items(), *((f"{PREFIX}{name}", table) for name, table in self.plan.layers.items())]
        return tuple(
            name
            for name, table in given
            if "location_id" in self.declaration(name).key
            and (isinstance(table, gpd.GeoDataFrame) or name.startswith(PREFIX))
        )

    def declaration(self, name: str) -> Layer:
        """Return the declaration of a table or layer of the hand-over."""
        if name in result_tables():
            return result_tables()[name]
        return declared(name.removeprefix(PREFIX))

    def looks_of(self, name: str) -> tuple[Look, ...]:
        """Return the styles of a layer, its first one first."""
        return tuple(sorted((look for look in self.looks if look.table == name), key=lambda look: not look.default))


def text_faults(name: str, table: pd.DataFrame, broken: re.Pattern[str]) -> Iterator[str]:
    """Yield a clause for each column with text that matches `broken`."""
    for column in table.columns:
        if not isinstance(table[column].dtype, pd.StringDtype) and table[column].dtype != object:
            continue
        if column == "geometry":
            continue
        for row, value in enumerate(table[column], 1):
            if isinstance(value, str) and broken.search(value):
                yield f"{name}: column '{column}' row {row} has a control character; mend it in the layer's file"
                break


def origins(table: pd.DataFrame) -> list[str]:
    """Return how the rows of a table came about, from all its columns of origin."""
    columns = [name for name in map(str, table.columns) if name == "origin" or name.endswith("_origin")]
    return sorted({str(value) for name in columns for value in table[name].dropna()})
