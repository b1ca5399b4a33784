"""CSV files in the shapes that federal agencies ask for. The shapes are data: `shapes/*.toml`.

Rows that lack what a shape requires go to ``not_exported.csv`` with the reason. Rows that are not published facts go to
files of their own, whose names begin with their origin, so that no one files them by mistake.
"""

import csv
import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import pandas as pd
from pydantic import BaseModel, ConfigDict

from planner.export._federal_rows import ROWS, NotHere
from planner.export.csv import write_quoted
from planner.export.handover import GEOGRAPHIC, Handover, Made

FOLDER: Final = "federal"
_REAL: Final = ("published", "not stated")


class ShapeColumn(BaseModel):
    """One column: where its values come from (nowhere: not known), what they must look like, and codes for words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = ""
    required: bool = False
    pattern: str = ""
    codes: dict[str, str] = {}
    meaning: str


class Shape(BaseModel):
    """A file: its name, the rows that go into it, its columns in order, and where its form is published."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    file: str
    rows: str
    places: bool = False
    note: str
    source: str
    as_of: dt.date
    columns: dict[str, ShapeColumn]


@cache
def shapes() -> tuple[Shape, ...]:
    """Return the shapes of all files, in order of their names."""
    found = []
    for path in sorted((Path(__file__).parent / "shapes").glob("*.toml")):
        content = tomllib.loads(path.read_text("utf-8"))
        for column in content["columns"].values():
            column["source"] = column.pop("from", "")
        found.append(Shape.model_validate(content))
    return tuple(found)


def missing(handover: Handover) -> str:
    """Return why no file can be made; nothing where one can."""
    reasons = [reason for shape in shapes() if (reason := _rows(shape, handover)[1])]
    return "; ".join(reasons) if len(reasons) == len(shapes()) else ""


def left_out(handover: Handover) -> list[str]:
    """Return the files that are not made, each with its reason."""
    return [f"{FOLDER}/{shape.file}: {reason}" for shape in shapes() if (reason := _rows(shape, handover)[1])]


def write(handover: Handover, stage: Path) -> list[Made]:
    """Write ``federal/*.csv`` and, where rows are left out, ``federal/not_exported.csv``."""
    (stage / FOLDER).mkdir()
    made: list[Made] = []
    lost: list[pd.DataFrame] = []
    for shape in shapes():
        rows, _ = _rows(shape, handover)
        if rows is None:
            continue
        shaped, faults = shaped_rows(shape, rows)
        bad = faults != ""
        lost.append(pd.DataFrame({"file": shape.file, "row": rows["key"][bad], "reason": faults[bad]}))
        for origin, part in shaped[~bad].groupby(_prefix(rows["origin"][~bad]), sort=True):
            made.append(_write(shape, f"{origin}{shape.file}", part, stage))
    table = pd.concat(lost, ignore_index=True) if lost else pd.DataFrame()
    if len(table):
        write_quoted(table, stage / FOLDER / "not_exported.csv")
        made.append(Made(f"{FOLDER}/not_exported.csv", "CSV, UTF-8", (), len(table)))
    return made


def _write(shape: Shape, name: str, part: pd.DataFrame, stage: Path) -> Made:
    checked = [key for key, column in shape.columns.items() if column.pattern]  # such as a longitude, below zero
    write_quoted(part, stage / FOLDER / name, csv.QUOTE_MINIMAL, checked)
    crs = GEOGRAPHIC if "latitude" in shape.columns else ""
    return Made(
        f"{FOLDER}/{name}", "CSV, UTF-8", (_TABLES[shape.rows],), len(part), crs, f"{shape.source}, {shape.as_of}"
    )


_TABLES: Final = {
    "unserved": "failing_locations",
    "underserved": "failing_locations",
    "anchors": "layer_anchors",
    "premises": "layer_premises",
}


def _prefix(origin: pd.Series) -> pd.Series:
    return origin.map(lambda how: "" if how in _REAL else f"{how}-")


def _rows(shape: Shape, handover: Handover) -> tuple[pd.DataFrame | None, str]:
    """Return the rows of a file, or why there are none."""
    if "publish" in handover.plan.provenance and shape.rows != "anchors":
        return None, "single locations are not published"
    if shape.places and not handover.with_locations:
        return None, "places of premises are not handed over; say --with-locations if you may"
    try:
        return ROWS[shape.rows](handover), ""
    except NotHere as reason:
        return None, str(reason)


def shaped_rows(shape: Shape, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Return the rows in the form of a file, and for each what is wrong with it; nothing where it is sound."""
    faults = pd.Series("", rows.index, dtype="str")
    columns: dict[str, pd.Series] = {}
    for name, column in shape.columns.items():
        values = _values(rows, column)
        columns[name] = values
        empty = values == ""
        wrong = pd.Series(data=False, index=rows.index)
        if column.pattern:
            wrong = ~empty & ~values.map(lambda value, like=re.compile(column.pattern): bool(like.fullmatch(value)))
        faults = faults.mask((faults == "") & wrong, f"{name} is not as the file asks for: {column.meaning}")
        if column.required:
            faults = faults.mask((faults == "") & empty, f"{name} is required and not known")
    return pd.DataFrame(columns, index=rows.index), faults


def _values(rows: Mapping[str, pd.Series] | pd.DataFrame, column: ShapeColumn) -> pd.Series:
    if not column.source or column.source not in rows:
        return pd.Series("", rows["key"].index, dtype="str")
    values = rows[column.source].astype("str").fillna("")
    return values.map(column.codes).fillna("").astype("str") if column.codes else values
