"""One column: its declaration, and how values are brought to it."""

from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

ColumnType = Literal["text", "integer", "number", "flag", "date"]
_TYPE_WORDS = {
    "integer": "whole numbers",
    "number": "numbers",
    "flag": "true or false (also 1/0, yes/no)",
    "date": "dates as YYYY-MM-DD",
}
_FLAGS = {"true": True, "yes": True, "1": True, "1.0": True, "false": False, "no": False, "0": False, "0.0": False}


class Column(BaseModel):
    """A declared column.

    Attributes
    ----------
    type
        ``text``, ``integer``, ``number``, ``flag`` or ``date``.
    required
        Whether the column must be there.
    null
        Whether a value may be missing (not known).
    unit
        Unit of the values, as in the column's name.
    min, max
        Smallest and largest allowed value, both included.
    allowed
        All allowed values, where they are few.
    pattern
        Regular expression that a text must match as a whole.
    meaning
        One sentence for readers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ColumnType
    required: bool = False
    null: bool = False
    unit: str = ""
    min: float | None = None
    max: float | None = None
    allowed: tuple[str, ...] | tuple[int, ...] = ()
    pattern: str = ""
    meaning: str


def conform(values: pd.Series, column: Column) -> tuple[pd.Series, list[str]]:
    """Return the values in the declared type, and what is wrong with them.

    Row numbers in messages count data rows from 1, without a header line.
    """
    values = values.reset_index(drop=True)
    values = values.mask(values.astype("str").str.strip() == "") if _is_text(values) else values
    typed, bad = _CASTS[column.type](values)
    missing = values.isna() & ~bad
    faults = []
    if bad.any():
        words = _TYPE_WORDS.get(column.type, column.type)
        faults.append(f"has {_count(bad, values)}; expected {words}")
    if not column.null and missing.any():
        faults.append(
            f"has {int(missing.sum())} empty values (first: row {_first(missing)}); fill them or leave the rows out"
        )
    faults.extend(_limits(typed, values, column, ~(bad | missing)))
    return typed, faults


def _limits(typed: pd.Series, values: pd.Series, column: Column, present: pd.Series) -> list[str]:
    faults = []
    if column.min is not None and column.type in ("integer", "number"):
        low = present & (typed < column.min).fillna(value=False).astype(bool)
        if low.any():
            word = "negative values" if column.min == 0 else f"values below {column.min:g}"
            faults.append(f"has {_count(low, values, word)}; the smallest allowed is {column.min:g}{_unit(column)}")
    if column.max is not None and column.type in ("integer", "number"):
        high = present & (typed > column.max).fillna(value=False).astype(bool)
        if high.any():
            hint = " (a share, not percent)" if column.unit == "share" else ""
            faults.append(
                f"has {_count(high, values, f'values above {column.max:g}')};"
                f" the largest allowed is {column.max:g}{_unit(column)}{hint}"
            )
    if column.allowed:
        other = present & ~typed.isin(list(column.allowed))
        if other.any():
            allowed = ", ".join(str(value) for value in column.allowed)
            faults.append(f"has {_count(other, values, 'values that are not in its list')}; allowed: {allowed}")
    if column.pattern:
        odd = present & ~typed.astype("str").str.fullmatch(column.pattern).astype(bool)
        if odd.any():
            hint = "" if _is_text(values) else "; the file holds numbers, so leading zeros may be lost: store text"
            faults.append(
                f"has {_count(odd, values, 'values of another form')}; expected the pattern {column.pattern}{hint}"
            )
    return faults


def _unit(column: Column) -> str:
    return f" {column.unit}" if column.unit and column.unit != "share" else ""


def _count(mask: pd.Series, values: pd.Series, word: str = "values of another type") -> str:
    row = _first(mask)
    shown = str(values.iloc[row - 1])
    shown = shown if len(shown) <= 40 else shown[:37] + "..."
    text = f"'{shown}'" if _is_text(values) else shown
    return f"{int(mask.sum())} {word} (first: row {row}, {text})"


def _first(mask: pd.Series) -> int:
    return int(mask.to_numpy().argmax()) + 1


def _is_text(values: pd.Series) -> bool:
    return isinstance(values.dtype, pd.StringDtype) or values.dtype == object


def _nothing_bad(values: pd.Series) -> pd.Series:
    return pd.Series(np.zeros(len(values), bool), values.index)


def _to_text(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    if pd.api.types.is_float_dtype(values.dtype) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")
    return values.astype("str").where(values.notna()), _nothing_bad(values)


def _to_number(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    if pd.api.types.is_bool_dtype(values.dtype) or pd.api.types.is_datetime64_any_dtype(values.dtype):
        return pd.Series(np.nan, values.index), values.notna()
    typed = pd.to_numeric(values, errors="coerce").astype("float64")
    infinite = pd.Series(np.isinf(typed.to_numpy()), values.index)
    return typed.mask(infinite), (typed.isna() & values.notna()) | infinite


def _to_integer(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    if pd.api.types.is_integer_dtype(values.dtype) and not values.isna().any():
        return values.astype("int64"), _nothing_bad(values)
    typed, bad = _to_number(values)
    bad = bad | (typed.notna() & ((typed % 1 != 0) | (typed.abs() >= 2.0**53)))
    whole = typed.mask(bad)
    return whole.astype("Int64" if whole.isna().any() else "int64"), bad


def _to_flag(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    if pd.api.types.is_bool_dtype(values.dtype) and not values.isna().any():
        return values.astype(bool), _nothing_bad(values)
    typed = values.astype("str").str.strip().str.lower().map(_FLAGS)
    bad = typed.isna() & values.notna()
    return typed.astype("boolean" if typed.isna().any() else "bool"), bad


def _to_date(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    if pd.api.types.is_numeric_dtype(values.dtype) and not values.isna().all():
        return pd.Series(pd.NaT, values.index).astype("datetime64[s]"), values.notna()
    typed = pd.to_datetime(values, errors="coerce", format="ISO8601")
    typed = typed.dt.tz_localize(None) if typed.dt.tz is not None else typed
    return typed.dt.normalize().astype("datetime64[s]"), typed.isna() & values.notna()


_CASTS = {"text": _to_text, "integer": _to_integer, "number": _to_number, "flag": _to_flag, "date": _to_date}
