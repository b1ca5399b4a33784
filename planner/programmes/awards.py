"""Whom programmes chose so far: the lists of awards in the shipped facts."""

from functools import cache
from pathlib import Path

import pandas as pd

from layers import LayerError, RuleError, data_folder
from layers.errors import suggestion
from layers.layer import Layer, load_declaration

_DECLARATION = Path(__file__).parent / "shared" / "awards.toml"


def awards(name: str, folder: Path | None = None) -> pd.DataFrame:
    """Return the awards of a programme.

    Parameters
    ----------
    name
        Name of the table, as a rule file gives it under ``awarded``.
    folder
        Where the tables are; the shipped facts if not given.

    Returns
    -------
    pandas.DataFrame
        One row an award, by name: ``name``, ``lead``, ``states`` (postal codes, ``RI;MA``), ``place``,
        ``technology``, ``award_usd``, ``others_usd``, ``withdrawn_usd``, ``note``, ``origin``, ``source``, ``as_of``.
        What is not known is missing.

    Raises
    ------
    RuleError
        Where there is no such table, or with all that is wrong with it.
    """
    folder = folder or data_folder() / "facts"
    path = folder / f"{name}.csv"
    where = f"awards '{name}'"
    if not path.is_file():
        raise RuleError(where, [f"has no table {path.name} in the facts{suggestion(name, _tables(folder))}"])
    declaration = load_declaration(_DECLARATION)
    try:
        table = declaration.check(pd.read_csv(path, dtype="str", encoding="utf-8"))
    except (LayerError, ValueError) as error:
        raise RuleError(where, getattr(error, "faults", [f"cannot be read: {error}"])) from None
    return _whole(table, declaration)


@cache
def listed() -> list[str]:
    """Return the names of the shipped lists of awards."""
    return _tables(data_folder() / "facts")


def _tables(folder: Path) -> list[str]:
    """Return the names of all tables in the layout of awards."""
    return [path.stem for path in sorted(folder.glob("*.csv")) if _is_one(path)]


def _is_one(path: Path) -> bool:
    with path.open(encoding="utf-8") as file:
        header = file.readline().strip().split(",")
    return header[:1] == ["name"] and {"states", "award_usd"} <= set(header)


def _whole(table: pd.DataFrame, declaration: Layer) -> pd.DataFrame:
    """Return the table with all declared columns, in the order of names."""
    types = {"text": "str", "number": "float64", "date": "datetime64[s]"}
    for name, column in declaration.columns.items():
        if name not in table:
            table[name] = pd.Series(index=table.index, dtype=types[column.type])
    return table[list(declaration.columns)].sort_values("name", ignore_index=True)
