"""The tables of a plan as one XLSX workbook. Text of a plan is always text: no formula, no link, no number by accident."""

import datetime as dt
import io
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from layers import Layer
from maps.report._summary import caution
from planner import Plan, words

_MOST_ROWS: Final = 1_048_575
_MOST_SIGNS: Final = 32_767
_NAME: Final = 31
_MARK: Final = " [cut here]"
_SAMPLE: Final = 200
_WIDEST: Final = 60
_README: Final = "Read me"
_COLUMNS: Final = "Columns"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FORMATS: Final = {"usd": "$#,##0.00", "share": "0.0000%", "m": "#,##0.0", "date": "yyyy-mm-dd", "integer": "#,##0",
                   "number": "#,##0.######", "text": "@", "plain": "General"}  # fmt: skip
_UNITS: Final = "US dollars (usd), metres (m), shares of 1 shown as percent; other units stand in sheet Columns."


@dataclass
class _Book:
    """A workbook that is being written, and what had to be said of it."""

    file: Any
    looks: Mapping[str, Any]
    head: Any
    said: list[str] = field(default_factory=list)


def workbook(plan: Plan) -> bytes:
    """Return the tables of a plan as a workbook (XLSX).

    Parameters
    ----------
    plan
        The plan; every table gets a sheet, shapes stay in the GeoPackage.

    Returns
    -------
    bytes
        Sheet ``Read me`` says what each sheet is, sheet ``Columns`` what each column means. Control characters become
        U+FFFD, texts beyond 32,767 signs are cut with a mark, and rows beyond what a sheet holds are left out; all of
        this is said in ``Read me``. The same plan gives the same bytes.
    """
    import xlsxwriter  # noqa: PLC0415 - only where a workbook is made

    content = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, {"in_memory": True, **safe}) as file:
        day = dt.datetime.combine(plan.region.as_of, dt.time())
        file.set_properties({"title": _clean(plan.region.name)[:250], "created": day, "author": ""})
        looks = {name: file.add_format({"num_format": look}) for name, look in _FORMATS.items()}
        head = file.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom", "num_format": "@"})
        book = _Book(file, looks, head)
        first, second = file.add_worksheet(_README), file.add_worksheet(_COLUMNS)
        names = sheet_names(sorted(plan.tables), (_README, _COLUMNS))
        for name, title in names.items():
            _sheet(book, title, plan.tables[name], plan.declaration(name).columns)
        _readme(book, first, plan, names)
        _meanings(book, second, plan, names)
    return content.getvalue()


def sheet_names(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Return a legal name of a sheet for each table: short, without signs that it must not have, no two alike."""
    used = {name.casefold() for name in taken} | {"history"}
    found: dict[str, str] = {}
    for name in names:
        plain = re.sub(r"[\[\]:*?/\\]", "_", _clean(name)).strip("' ") or "table"
        title, number = plain[:_NAME], 1
        while title.casefold() in used:
            number += 1
            title = f"{plain[: _NAME - len(str(number)) - 1]} {number}"
        used.add(title.casefold())
        found[name] = title
    return found


def _clean(value: Any) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(value))


def _sheet(book: _Book, title: str, table: pd.DataFrame, columns: Mapping[str, Any]) -> None:
    """Write one table: heads, values by type, filter, widths."""
    rows = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    if len(rows) > _MOST_ROWS:
        book.said.append(f"Sheet {title}: {len(rows) - _MOST_ROWS:,} rows beyond what a sheet holds are left out.")
        rows = rows.head(_MOST_ROWS)
    sheet = book.file.add_worksheet(title)
    sheet.freeze_panes(1, 0)
    for place, name in enumerate(map(str, rows.columns)):
        sheet.write_string(0, place, _clean(name), book.head)
        look, values = _kind(rows[name], columns.get(name)), rows[name].tolist()
        told = _write(book, sheet, place, values, look)
        if told:
            book.said.append(f"Sheet {title}, column {_clean(name)}: {told}.")
        longest = max((len(str(value)) for value in values[:_SAMPLE] if not words.is_missing(value)), default=0)
        sheet.set_column(place, place, min(_WIDEST, max(10, longest + 3, len(name) // 2 + 4)), book.looks[look])
    if len(rows.columns):
        sheet.autofilter(0, 0, len(rows), len(rows.columns) - 1)


def _kind(values: pd.Series, column: Any) -> str:
    """Return how values of a column look: by their type, and numbers by their unit."""
    if pd.api.types.is_bool_dtype(values):
        return "plain"
    if pd.api.types.is_datetime64_any_dtype(values) or (column is not None and column.type == "date"):
        return "date"
    if not pd.api.types.is_numeric_dtype(values):
        return "text"
    unit = column.unit if column is not None else ""
    if unit in ("usd", "share", "m"):
        return str(unit)
    return (
        "integer"
        if pd.api.types.is_integer_dtype(values) and (unit or column is None)
        else "plain"
        if not unit
        else "number"
    )


def _write(book: _Book, sheet: Any, place: int, values: list[Any], look: str) -> str:
    """Write a column; return what had to be changed in it, in words."""
    writers: dict[type, Callable[..., Any]] = {
        bool: sheet.write_boolean,
        int: sheet.write_number,
        float: sheet.write_number,
    }
    form, cut, replaced = book.looks[look], 0, 0
    for row, value in enumerate(values, 1):
        if words.is_missing(value):
            continue
        writer = writers.get(type(value))
        if writer is not None and (not isinstance(value, float) or math.isfinite(value)):
            writer(row, place, value, form)
        elif isinstance(value, dt.date):
            plain = pd.Timestamp(value).to_pydatetime()
            sheet.write_datetime(row, place, plain, form)
        else:
            text = _clean(value)
            short = _cut(text)
            cut, replaced = cut + (short != text), replaced + (text != str(value))
            sheet.write_string(row, place, short, form)
    said = [f"{cut:,} texts beyond {_MOST_SIGNS:,} signs are cut" if cut else ""]
    said.append(f"control characters in {replaced:,} texts are replaced" if replaced else "")
    return "; ".join(filter(None, said))


def _cut(text: str) -> str:
    """Return a text that a cell holds; a sheet counts signs outside the basic plane as two."""
    if len(text) * 2 <= _MOST_SIGNS or len(text.encode("utf-16-le")) <= _MOST_SIGNS * 2:
        return text
    return text.encode("utf-16-le")[: (_MOST_SIGNS - len(_MARK)) * 2].decode("utf-16-le", "ignore") + _MARK


def _readme(book: _Book, sheet: Any, plan: Plan, names: Mapping[str, str]) -> None:
    """Write what the workbook is, and what each sheet is."""
    mind = caution(plan)
    facts = [
        ("Region", plan.region.name), ("As of", words.day(plan.region.as_of)), ("Scenario", plan.region.scenario),
        ("Caution", mind), ("Units", _UNITS), ("Empty cells", "not known, or does not apply"),
        *(("Note", note) for note in plan.notes), *(("Left out", said) for said in book.said),
    ]  # fmt: skip
    place = 0
    for name, said in facts:
        if said:
            sheet.write_string(place, 0, name, book.head)
            sheet.write_string(place, 1, _cut(_clean(said)), book.looks["text"])
            place += 1
    for column, head in enumerate(("Sheet", "What it is", "Rows", "Source", "Licence")):
        sheet.write_string(place + 1, column, head, book.head)
    for row, (name, title) in enumerate(names.items(), place + 2):
        layer: Layer = plan.declaration(name)
        for column, told in enumerate((title, f"{layer.title}: {layer.meaning}", None, layer.source, layer.licence)):
            if told is not None:
                sheet.write_string(row, column, _clean(told), book.looks["text"])
        sheet.write_number(row, 2, len(plan.tables[name]), book.looks["integer"])
    for column, width in enumerate((26, 90, 10, 50, 30)):
        sheet.set_column(column, column, width)


def _meanings(book: _Book, sheet: Any, plan: Plan, names: Mapping[str, str]) -> None:
    """Write what each column of each sheet means."""
    for place, (head, width) in enumerate(
        (("Sheet", 26), ("Column", 30), ("Type", 10), ("Unit", 16), ("Meaning", 100))
    ):
        sheet.write_string(0, place, head, book.head)
        sheet.set_column(place, place, width)
    row = 1
    for name, title in names.items():
        known = plan.declaration(name).columns
        for column in (each for each in map(str, plan.tables[name].columns) if each != "geometry"):
            told = known.get(column)
            line = (title, column, *((told.type, told.unit, told.meaning) if told else ("", "", "not declared")))
            for place, said in enumerate(line):
                sheet.write_string(row, place, _clean(said), book.looks["text"])
            row += 1
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, row - 1), 4)
