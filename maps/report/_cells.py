"""How tables of a plan become tables of a report: which columns, under which heads, in which words."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Final, NamedTuple

import pandas as pd

from maps.report.model import Block, Column, table
from planner import words

_LONGEST: Final = 140
_MILLION: Final = 1_000_000


class Cell(NamedTuple):
    """Head of a column, how its values read, whether they are figures, and its part of the width."""

    head: str
    form: Callable[[Any], str] = words.text
    figures: bool = False
    share: float = 1.0


def figures(head: str, form: Callable[[Any], str] = words.count) -> Cell:
    """Return a column of figures, which stand right."""
    return Cell(head, form, figures=True)


def frame(caption: str, rows: pd.DataFrame, cells: Mapping[str, Cell], note: str = "") -> list[Block]:
    """Return rows as a table of those columns that they have; nothing where there are no rows."""
    shown = {name: cell for name, cell in cells.items() if name in rows}
    heads = [Column(cell.head, cell.figures, cell.share) for cell in shown.values()]
    return table(
        caption, heads, ([cell.form(row[name]) for name, cell in shown.items()] for row in records(rows)), note
    )


def records(rows: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Return the rows of a table, without shapes."""
    return pd.DataFrame(rows.drop(columns="geometry", errors="ignore")).to_dict("records")


def amount(value: Any, unit: Any) -> str:
    """Return a figure in the words of its unit."""
    if words.is_missing(value):
        return "not known"
    if unit == "usd" and abs(float(value)) < _MILLION:
        return dollars(value)
    forms = {"usd": words.usd, "share": words.floor_percent, "m": words.miles}
    if unit in forms:
        return forms[str(unit)](value)
    return words.count(value) if float(value).is_integer() else f"{float(value):,.4g}"


def totals(caption: str, rows: pd.DataFrame) -> list[Block]:
    """Return a table of statistics with value, unit and note, each value in the words of its unit."""
    notes = rows["note"] if "note" in rows else [""] * len(rows)
    found = zip(rows["statistic"], rows["value"], rows["unit"], notes, strict=True)
    shown = ([sentence(name), _with_unit(value, unit), words.text(note)] for name, value, unit, note in found)
    return table(caption, (Column("Figure", share=2), Column("Value", figures=True), Column("Note", share=2)), shown)


def _with_unit(value: Any, unit: Any) -> str:
    said = amount(value, unit)
    known = unit in ("usd", "share", "m", "number", "yes or no", "1 = yes") or words.is_missing(value)
    return said if known or words.is_missing(unit) else f"{said} {words.text(unit)}"


def sentence(said: Any) -> str:
    """Return words with a capital letter in front."""
    text = words.text(said)
    return f"{text[:1].upper()}{text[1:]}"


def sentences(said: Iterable[str]) -> tuple[str, ...]:
    """Return lines as sentences."""
    return tuple(f"{sentence(each)}." for each in said)


def short(said: Any) -> str:
    """Return the beginning of a long text, with a mark where it was cut."""
    text = words.text(said)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rsplit(' ', 1)[0]} \N{HORIZONTAL ELLIPSIS}"


def number(count: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def dollars(value: Any) -> str:
    """Return money to the dollar: a small town's accounts are lost in millions."""
    return "" if words.is_missing(value) else f"{'-' if value < 0 else ''}${abs(value):,.0f}"


def yes(value: Any) -> str:
    """Return a flag as a word."""
    return "" if words.is_missing(value) else "yes" if value else "no"
