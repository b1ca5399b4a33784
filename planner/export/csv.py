"""CSV tables with a description that machines read (Frictionless Data Package) and one that people read."""

import csv
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from layers import Layer
from layers.save import spreadsheet_safe, write_json
from planner.export.handover import GEOGRAPHIC, Handover, Made

FOLDER: Final = "csv"
_TYPES: Final = {"text": "string", "integer": "integer", "number": "number", "flag": "boolean", "date": "date"}
_PLACES: Final = {
    "longitude_deg": "Longitude of the point, EPSG:4326, to 7 decimals.",
    "latitude_deg": "Latitude of the point, EPSG:4326, to 7 decimals.",
}
_SAFE: Final = "Text that a spreadsheet would run as a formula begins with an apostrophe that is not in the data."


def write(handover: Handover, stage: Path) -> list[Made]:
    """Write ``csv/NAME.csv``, ``csv/columns.csv`` and ``csv/datapackage.json``.

    Text is quoted, so that codes keep their zeros. Points are given as longitude and latitude; lines and areas have no
    place in a CSV.
    """
    (stage / FOLDER).mkdir()
    made, dictionary, resources = [], [], []
    for name, table in handover.tables.items():
        file = f"{FOLDER}/{name}.csv"
        fields = _fields(table, handover.declaration(name))
        write_quoted(_plain(table), stage / file)
        resources.append(_resource(name, handover.declaration(name), fields))
        dictionary += [{"table": name, **field} for field in fields]
        crs = GEOGRAPHIC if _is_points(table) else ""
        made.append(Made(file, "CSV, UTF-8", (name,), len(table), crs, f"{FOLDER}/datapackage.json"))
    write_quoted(pd.DataFrame(dictionary), stage / FOLDER / "columns.csv")
    write_json(stage / FOLDER / "datapackage.json", {"name": "handover", "description": _SAFE, "resources": resources})
    made.append(Made(f"{FOLDER}/columns.csv", "CSV, UTF-8", (), len(dictionary)))
    return [*made, Made(f"{FOLDER}/datapackage.json", "Frictionless Data Package", schema="Data Package 1.0")]


def write_quoted(
    table: pd.DataFrame, path: Path, quoting: int = csv.QUOTE_NONNUMERIC, as_is: Collection[str] = ()
) -> None:
    """Write a table as CSV with quoted text, days in ISO form, and lines that end alike everywhere.

    Text that a spreadsheet would run gets an apostrophe, but not in the columns `as_is`, which hold checked figures.
    """
    safe = spreadsheet_safe(table)
    safe = safe.assign(**{name: table[name] for name in as_is})
    for column in safe:
        if pd.api.types.is_datetime64_any_dtype(safe[column]):
            safe[column] = safe[column].dt.strftime("%Y-%m-%d")
    safe.to_csv(path, index=False, lineterminator="\n", quoting=quoting, encoding="utf-8")  # type: ignore[call-overload]  # quoting is an int here


def _is_points(table: pd.DataFrame) -> bool:
    return isinstance(table, gpd.GeoDataFrame) and set(table.geometry.geom_type.dropna()) == {"Point"}


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    if not isinstance(table, gpd.GeoDataFrame) or not _is_points(table):
        return table
    places = table.geometry.to_crs(GEOGRAPHIC)
    degrees = {"longitude_deg": places.x.round(7), "latitude_deg": places.y.round(7)}
    return pd.DataFrame(table.drop(columns="geometry")).assign(**degrees)


def _fields(table: pd.DataFrame, declaration: Layer) -> list[dict[str, Any]]:
    """Return name, type, unit and meaning of the columns that a table has."""
    found = [
        {"name": key, "type": _TYPES[column.type], "unit": column.unit or "", "meaning": column.meaning}
        for key, column in declaration.columns.items()
        if key in table
    ]
    extra = _PLACES if _is_points(table) else {}
    return found + [
        {"name": key, "type": "number", "unit": "degrees", "meaning": meaning} for key, meaning in extra.items()
    ]


def _resource(name: str, declaration: Layer, fields: list[dict[str, Any]]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [
            {"name": field["name"], "type": field["type"], "description": field["meaning"]}
            | ({"unit": field["unit"]} if field["unit"] else {})
            | ({"trueValues": ["True"], "falseValues": ["False"]} if field["type"] == "boolean" else {})
            for field in fields
        ],
        "missingValues": [""],
    }
    names = {field["name"] for field in fields}
    if (
        declaration.key
        and set(declaration.key) <= names
        and not any(_may_miss(declaration, key) for key in declaration.key)
    ):
        schema["primaryKey"] = list(declaration.key)
    return {
        "name": name.replace("_", "-"), "path": f"{name}.csv", "title": declaration.title,
        "description": declaration.meaning, "profile": "tabular-data-resource", "encoding": "utf-8", "schema": schema,
    }  # fmt: skip


def _may_miss(declaration: Layer, key: str) -> bool:
    return bool(declaration.columns[key].null)
