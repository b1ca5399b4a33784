"""Declarations of what the planner promises, in the layers' own format."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pandas as pd

from layers import Layer
from layers.layer import load_declaration


@cache
def tables() -> Mapping[str, Layer]:
    """Return every declared result table by name."""
    return {path.stem: load_declaration(path) for path in sorted(Path(__file__).parent.glob("*.toml"))}


_DECIMALS = {"usd": 2, "share": 6, "ratio": 4, "m": 1, "poles": 1}


def checked(name: str, table: pd.DataFrame, crs: str | None = None) -> pd.DataFrame:
    """Return a result as declared: its columns in their order and types; a stage's last step.

    Numbers are rounded by their unit (money to cents, shares to six decimals, metres and poles to one), so that the
    last bits of a processor's arithmetic do not reach a file.
    """
    declaration = tables()[name]
    table = declaration.check(table.reset_index(drop=True), crs)
    decimals = {
        key: _DECIMALS[column.unit]
        for key, column in declaration.columns.items()
        if key in table and column.type == "number" and column.unit in _DECIMALS
    }
    return table.round(decimals)


def nothing(name: str) -> pd.DataFrame:
    """Return a result table without rows, with the types that it is declared with."""
    types = {"text": "str", "integer": "Int64", "number": "float64", "flag": "bool", "date": "datetime64[s]"}
    return pd.DataFrame({key: pd.Series(dtype=types[column.type]) for key, column in tables()[name].columns.items()})
