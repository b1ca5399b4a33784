"""How results look on a terminal. Text from files never becomes markup or control codes."""

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from layers import TownlineError

Formats = Mapping[str, tuple[str, Callable[[Any], str]]]
MARKS = {"pass": "✓ pass", "fail": "✕ fail", "not known": "? not known"}


def console(*, stderr: bool = False) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream is not None and stream.isatty() else 160
    return Console(stderr=stderr, width=width, highlight=False)


def width() -> int:
    """Return how many signs a line of the terminal takes."""
    return console().width


def plain(value: object) -> Text:
    """Return text without control characters, so that a name cannot steer the terminal."""
    return Text("".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in str(value)))


def line(text: str) -> None:
    """Print one line."""
    console().print(plain(text), soft_wrap=True)


def fault(error: TownlineError) -> None:
    """Print an error: where, then a line for each fault."""
    shown = console(stderr=True)
    if len(error.faults) == 1:
        shown.print(Text("error: ") + plain(error), soft_wrap=True)
        return
    shown.print(Text("error: ") + plain(error.where), soft_wrap=True)
    for clause in error.faults:
        shown.print(Text("  - ") + plain(clause), soft_wrap=True)


def _table(title: str, heads: Mapping[str, str], rows: Iterable[Iterable[object]]) -> Table:
    table = Table(
        title=plain(title), box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), title_justify="left", title_style="bold"
    )
    for head, justify in heads.items():
        right = justify == "right"
        table.add_column(
            plain(head), justify="right" if right else "left", no_wrap=right, min_width=8 if right else None
        )
    for row in rows:
        table.add_row(*(plain(cell) for cell in row))
    return table


def heading_table(title: str, heads: Mapping[str, str], rows: Iterable[Iterable[object]]) -> None:
    """Print a table under its title; `heads` names the columns and says ``left`` or ``right``."""
    console().print(_table(title, heads, rows))


def frame(title: str, table: pd.DataFrame, formats: Formats) -> None:
    """Print columns of a table under their heads; text stands left, figures right."""
    shown = {name: format_ for name, format_ in formats.items() if name in table}
    rows = [
        ["" if pd.isna(value) else shown[name][1](value) for name, value in zip(shown, record, strict=True)]
        for record in table[list(shown)].itertuples(index=False)
    ]
    heads = {head: "left" if format_ in (str, MARKS.__getitem__) else "right" for head, format_ in shown.values()}
    heading_table(title, heads, rows)


def ends(notes: Iterable[str], files: Iterable[Path]) -> None:
    """Print notes and the files that were written."""
    for note in notes:
        line(f"note: {note}")
    for path in files:
        line(f"wrote {path}")
