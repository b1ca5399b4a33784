"""What a layer is: a declaration in a TOML file, and the one check that enforces it.

A declaration names the geometry, the key, the columns with type, unit and meaning, the source and the licence.
`Layer.check` takes a table across the border: it returns a table that is as declared, or raises one error
that lists every fault. Inside, tables are trusted.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pandas as pd
from pydantic import BaseModel, ConfigDict

from layers._columns import Column, conform
from layers._geometry import geometry_faults
from layers.errors import LayerError, suggestion

GeometryKind = Literal["polygon", "line", "point", "none"]
_HERE = Path(__file__).parent


class Layer(BaseModel):
    """A declared table.

    Attributes
    ----------
    name
        Short name, as in the region file and in every output.
    title, meaning
        What a reader sees, and one sentence of explanation.
    geometry
        Kind of geometry; ``"none"`` for a plain table. Single and multi-part geometries are one kind.
    geometry_required
        Whether the table must have geometry at all.
    calibration
        Evidence to calibrate with: its towns need not be among the region's.
    context
        Background for the map: only what lies near the region's towns is kept.
    key
        Columns that together identify a row.
    source, licence
        Where such a layer usually comes from, and on what terms.
    columns
        Declared columns by name.
    publish
        ``"no"`` where rows are of single premises or licensed: publish mode leaves the table out.
    publish_where
        Values by column: publish mode leaves out rows with others.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    meaning: str
    geometry: GeometryKind
    geometry_required: bool = True
    calibration: bool = False
    context: bool = False
    key: tuple[str, ...] = ()
    source: str
    licence: str
    columns: dict[str, Column]
    publish: Literal["yes", "no"] = "yes"
    publish_where: dict[str, tuple[str, ...]] = {}

    def check(self, table: pd.DataFrame, crs: str | None = None) -> pd.DataFrame:
        """Return the table with declared columns and types.

        Parameters
        ----------
        table
            Any table; a GeoDataFrame where the layer has geometry. Columns that are not declared are left out.
        crs
            Metric CRS of the region, such as ``"EPSG:26986"``. A table with geometry must be in it
            or, where none is given, in any known CRS.

        Returns
        -------
        pandas.DataFrame or geopandas.GeoDataFrame
            Rows in the given order, columns in declared order, geometry last.

        Raises
        ------
        LayerError
            With all faults at once: missing columns, types, ranges, patterns, keys, geometry and CRS.
        """
        faults: list[str] = []
        if len(table) == 0:
            faults.append("has no rows; give a file that has some, or leave the layer out")
        columns: dict[str, pd.Series] = {}
        for name, column in self.columns.items():
            if name not in table.columns:
                if column.required:
                    faults.append(f"column '{name}' ({column.meaning.rstrip('.')}) is missing{_map_hint(name, table)}")
                continue
            columns[name], found = conform(table[name], column)
            faults.extend(f"column '{name}' {fault}" for fault in found)
        faults.extend(_broken_keys(self.key, columns))
        key = tuple(name for name in self.key if name in columns or self.columns[name].required)
        faults.extend(_key_faults(key, columns))
        faults.extend(geometry_faults(table, self.geometry, required=self.geometry_required, crs=crs))
        if faults:
            raise LayerError(f"layer '{self.name}'", faults)
        checked = pd.DataFrame(columns, index=pd.RangeIndex(len(table)))
        if self.geometry == "none" or not isinstance(table, gpd.GeoDataFrame):
            return checked
        geometry = table.geometry.set_axis(checked.index)
        return gpd.GeoDataFrame(checked, geometry=geometry.rename("geometry"))


def _map_hint(name: str, table: pd.DataFrame) -> str:
    columns = table.attrs.get("file_columns", [column for column in table.columns if column != "geometry"])
    theirs = ", ".join(map(str, columns))
    return f'; map one of yours to it, such as columns = {{ {name} = "..." }} (the file has: {theirs[:300]})'


def _broken_keys(key: tuple[str, ...], columns: Mapping[str, pd.Series]) -> list[str]:
    """Find line breaks and control characters inside keys, the mark of rows that a stray quote has merged."""
    faults = []
    for name in key:
        if name not in columns or not isinstance(columns[name].dtype, pd.StringDtype):
            continue
        broken = (
            columns[name].str.contains("[\n\r\t\N{REPLACEMENT CHARACTER}]", regex=True).fillna(value=False).astype(bool)
        )
        if broken.any():
            row = int(broken.to_numpy().argmax()) + 1
            faults.append(
                f"key '{name}' has line breaks or control characters in {int(broken.sum())} rows (first: row {row});"
                " look for a stray quotation mark"
            )
    return faults


def _key_faults(key: tuple[str, ...], columns: Mapping[str, pd.Series]) -> list[str]:
    if not key or any(name not in columns for name in key):
        return []
    frame = pd.DataFrame({name: columns[name] for name in key})
    repeated = frame.duplicated(keep="first")
    if not repeated.any():
        return []
    row = int(repeated.to_numpy().argmax())
    first = ", ".join(str(value) for value in frame.iloc[row])
    count = int(repeated.sum())
    return [f"key '{' + '.join(key)}' repeats ({count} rows too many, first: row {row + 1}, {first}); keep one of each"]


def load_declaration(path: Path) -> Layer:
    """Read one declaration; its name is the file's name, and the common columns come after its own."""
    content = tomllib.loads(path.read_text("utf-8"))
    own = content["columns"]
    content["columns"] = own | {name: column for name, column in _common_columns().items() if name not in own}
    return Layer(name=path.stem, **content)


@cache
def _common_columns() -> dict[str, Any]:
    content: dict[str, Any] = tomllib.loads((_HERE / "common.toml").read_text("utf-8"))
    return dict(content["columns"])


@cache
def declarations() -> Mapping[str, Layer]:
    """Return every declared input layer by name, in alphabetical order."""
    return {path.stem: load_declaration(path) for path in sorted((_HERE / "declared").glob("*.toml"))}


def declared(name: str) -> Layer:
    """Return the declaration of one input layer.

    Raises
    ------
    LayerError
        Where no layer of that name is declared; the message offers the nearest name.
    """
    known = declarations()
    if name not in known:
        raise LayerError(f"layer '{name}'", [f"is not declared{suggestion(name, known)}"])
    return known[name]
