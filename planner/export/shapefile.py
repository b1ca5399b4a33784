"""Shapefiles in one zip file, for those who must: names of columns cut by a rule and listed, no text cut at all."""

import tempfile
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio

from layers import Layer
from planner.export.csv import write_quoted
from planner.export.handover import Handover, Made
from planner.export.zipped import zipped
from planner.writing import geometry_options

NAME: Final = "shapefile.zip"
LONGEST_NAME: Final = 10
LONGEST_TEXT: Final = 254


def missing(handover: Handover) -> str:
    """Return why no layer fits; nothing where one does."""
    if not handover.shapes:
        return "the plan has no table with geometry"
    return "" if _fitting(handover) else "; ".join(left_out(handover))


def left_out(handover: Handover) -> list[str]:
    """Return the layers that do not fit, each with column, row and reason. Nothing is cut."""
    return [fault for name, table in handover.shapes.items() for fault in _faults(name, table)]


def _fitting(handover: Handover) -> dict[str, gpd.GeoDataFrame]:
    return {name: table for name, table in handover.shapes.items() if not _faults(name, table)}


def write(handover: Handover, stage: Path) -> list[Made]:
    """Write ``shapefile.zip`` with a shapefile a layer, in UTF-8, and ``fields.csv`` with the full name of each column.

    A layer with text longer than 254 bytes, or with two columns that would have the same name, is left out.
    """
    fitting = _fitting(handover)
    fields: list[dict[str, str]] = []
    with tempfile.TemporaryDirectory(dir=stage) as folder:
        for name, table in fitting.items():
            names = {column: short_name(column) for column in map(str, table.columns) if column != "geometry"}
            fields += _listed(name, names, handover.declaration(name))
            _write(table, names, Path(folder) / f"{name}.shp", handover.plan.region.as_of.isoformat())
        write_quoted(pd.DataFrame(fields), Path(folder) / "fields.csv")
        files = {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}
    (stage / NAME).write_bytes(zipped(files))
    rows = sum(map(len, fitting.values()))
    return [Made(NAME, "Shapefiles", tuple(fitting), rows, handover.plan.region.crs, "Esri shapefile, UTF-8")]


def _listed(layer: str, names: dict[str, str], declaration: Layer) -> list[dict[str, str]]:
    meanings = {name: column.meaning for name, column in declaration.columns.items()}
    return [
        {"layer": layer, "field": short, "column": long, "meaning": meanings.get(long, "")}
        for long, short in names.items()
    ]


def _write(table: gpd.GeoDataFrame, names: dict[str, str], path: Path, day: str) -> None:
    plain = table.rename(columns=names)
    for column in map(str, plain.columns):
        if pd.api.types.is_datetime64_any_dtype(plain[column]):
            plain[column] = plain[column].dt.strftime("%Y-%m-%d")
        elif pd.api.types.is_bool_dtype(plain[column]):
            plain[column] = plain[column].astype("Int16")
    options: dict[str, Any] = {**geometry_options(table), "ENCODING": "UTF-8", "DBF_DATE_LAST_UPDATE": day}
    options.pop("promote_to_multi", None)
    kind = str(options.pop("geometry_type", "Unknown")).removeprefix("Multi")
    pyogrio.write_dataframe(plain, path, driver="ESRI Shapefile", geometry_type=kind, **options)


def short_name(name: str) -> str:
    """Return the name of a column in at most 10 signs, by a rule that knows no other column.

    The longest of its words loses its last letter until all fit, written together; words with digits stay whole. The
    same column has the same short name in every layer.
    """
    if len(name) <= LONGEST_NAME:
        return name
    parts = name.split("_")
    while sum(map(len, parts)) > LONGEST_NAME:
        letters = [0 if any(map(str.isdigit, part)) else len(part) for part in parts]
        longest = max(range(len(parts)), key=lambda number: (letters[number], number))
        if letters[longest] <= 1:
            return "".join(parts)[:LONGEST_NAME]
        parts[longest] = parts[longest][:-1]
    return "".join(parts)


def _faults(name: str, table: gpd.GeoDataFrame) -> list[str]:
    columns = [column for column in map(str, table.columns) if column != "geometry"]
    known: dict[str, str] = {}
    faults = []
    for column in columns:
        short = short_name(column).lower()
        if short in known:
            faults.append(
                f"{name}: columns '{known[short]}' and '{column}' would both be called '{short}'; choose another format"
            )
        known[short] = column
        if isinstance(table[column].dtype, pd.StringDtype):
            long = table[column].fillna("").map(lambda text: len(str(text).encode("utf-8"))) > LONGEST_TEXT
            if long.any():
                row = int(long.to_numpy().argmax()) + 1
                faults.append(
                    f"{name}: column '{column}' has text longer than {LONGEST_TEXT} bytes in {int(long.sum())} rows (first: row {row}); a shapefile would cut it; choose another format"
                )
    return faults
