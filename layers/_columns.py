"""One column: its declaration, and how values are brought to it."""

from collections.abc import Callable
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from layers.limits import TEXT_SIGNS

ColumnType = Literal["text", "integer", "number", "flag", "date"]
TYPE_WORDS = {
    "integer": "whole numbers",
    "number": "numbers",
    "flag": "true or false (also 1/0, yes/no)",
    "date": "dates as YYYY-MM-DD",
}
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.+Z -]*)?"
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
FLAGS = {"true": True, "yes": True, "1": True, "1.0": True, "false": False, "no": False, "0": False, "0.0": False}


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
    publish
        Whether publish mode keeps the column.
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
    publish: bool = True


def conform(values: pd.Series, column: Column) -> tuple[pd.Series, list[str]]:
    """Return the values in the declared type, and what is wrong with them.

    Row numbers in messages count data rows from 1, without a header line.
    """
    values = values.reset_index(drop=True)
    if column.type == "date" and values.dtype == object and (values.dropna().map(type) == date).all():
        values = values.astype("datetime64[s]")
    values = values.mask(_distinct(values, _blank, empty=False)) if _is_text(values) else values
    typed, bad = _CASTS[column.type](values)
    missing = values.isna() & ~bad
    faults = []
    if bad.any():
        words = TYPE_WORDS.get(column.type, column.type)
        faults.append(f"has {_count(bad, values)}; expected {words}")
    if not column.null and missing.any():
        faults.append(f"has {_count(missing, values, 'empty values')}; fill them or leave the rows out")
    if column.type == "text" and (long := typed.str.len().fillna(0) > TEXT_SIGNS).any():
        faults.append(f"has {_count(long, values, f'values of more than {TEXT_SIGNS:,} signs')}; shorten them")
        return typed, faults  # patterns are not tried on such texts
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
            faults.append(f"has {_count(other, values, 'values outside its list')}; allowed: {allowed}")
    if column.pattern:
        odd = present & ~_distinct(
            typed, lambda texts: texts.astype("str").str.fullmatch(column.pattern), empty=True
        ).astype(bool)
        if odd.any():
            hint = "" if _is_text(values) else "; the file holds numbers, so leading zeros may be lost: store text"
            faults.append(
                f"has {_count(odd, values, 'values of another form')}; expected the pattern {column.pattern}{hint}"
            )
    return faults


def _unit(column: Column) -> str:
    return f" {column.unit}" if column.unit and column.unit != "share" else ""


def _count(mask: pd.Series, values: pd.Series, word: str = "values of another type") -> str:
    """Say how many, in which row the first one is, and what it holds."""
    row, count = _first(mask), int(mask.sum())
    cell = values.iloc[row - 1]
    missing = pd.api.types.is_scalar(cell) and pd.isna(cell)
    shown = str(cell) if len(str(cell)) <= 40 else f"{str(cell)[:37]}..."
    shown = "" if missing else f", '{shown}'" if _is_text(values) else f", {shown}"
    return f"{count} {word.replace('values', 'value', 1) if count == 1 else word} (first: row {row}{shown})"


def _first(mask: pd.Series) -> int:
    return int(mask.to_numpy().argmax()) + 1


def _is_text(values: pd.Series) -> bool:
    return isinstance(values.dtype, pd.StringDtype) or values.dtype == object


def _all(values: pd.Series, truth: bool) -> pd.Series:  # noqa: FBT001 (the value itself)
    return pd.Series(np.full(len(values), truth), values.index)


def _odd_cells(values: pd.Series, *kinds: type) -> pd.Series:
    """Return which cells of a mixed column are of a kind that cannot be meant."""
    if values.dtype != object:
        return _all(values, truth=False)
    return values.map(lambda cell: isinstance(cell, kinds)).astype(bool)


def _to_text(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    if _is_text(values) and pd.api.types.infer_dtype(values, skipna=True) == "string":
        return _distinct(values, _cleaned, empty=None), _all(values, truth=False)
    bad = _odd_cells(values, bytes, list, tuple, dict, set, np.ndarray)
    if pd.api.types.is_float_dtype(values.dtype) and (values.dropna() % 1 == 0).all() and (values.abs().max() < 2**53):
        values = values.astype("Int64")
    typed = values.mask(bad).astype("str").where(values.notna() & ~bad)
    return _cleaned(typed), bad


def _cleaned(texts: pd.Series) -> pd.Series:
    return texts.str.strip().str.replace(_CONTROL, "\N{REPLACEMENT CHARACTER}", regex=True)


def _blank(texts: pd.Series) -> pd.Series:
    return texts.astype("str").str.strip() == ""


def _distinct(values: pd.Series, change: Callable[[pd.Series], pd.Series], empty: object) -> pd.Series:
    """Return what a function makes of texts, calling it with each text once; `empty` where there is none."""
    if pd.api.types.infer_dtype(values, skipna=True) != "string":
        return change(values)
    codes, texts = pd.factorize(values)
    if not len(texts):
        return change(values)
    changed = change(pd.Series(texts, dtype="str")).array
    spread = pd.Series(changed.take(codes, allow_fill=True) if empty is None else changed.take(codes), values.index)
    return spread if empty is None else spread.mask(codes < 0, empty).astype(bool)


def _to_number(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    kinds = pd.api.types
    if kinds.is_bool_dtype(values.dtype) or not (kinds.is_numeric_dtype(values.dtype) or _is_text(values)):
        return pd.Series(np.nan, values.index), values.notna()
    odd = _odd_cells(values, bool, np.bool_, list, tuple, dict, set, np.ndarray, bytes)
    typed = pd.to_numeric(values.mask(odd), errors="coerce").astype("float64")
    infinite = pd.Series(np.isinf(typed.to_numpy()), values.index)
    return typed.mask(infinite), (typed.isna() & values.notna()) | infinite


def _to_integer(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    if pd.api.types.is_integer_dtype(values.dtype) and not values.isna().any():
        return values.astype("int64"), _all(values, truth=False)
    typed, bad = _to_number(values)
    bad = bad | (typed.notna() & ((typed % 1 != 0) | (typed.abs() >= 2.0**53)))
    whole = typed.mask(bad)
    return whole.astype("Int64" if whole.isna().any() else "int64"), bad


def _to_flag(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    if pd.api.types.is_bool_dtype(values.dtype) and not values.isna().any():
        return values.astype(bool), _all(values, truth=False)
    typed = values.astype("str").str.strip().str.lower().map(FLAGS)
    bad = typed.isna() & values.notna()
    return typed.astype("boolean" if typed.isna().any() else "bool"), bad


def _to_date(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        plain = values.dt.tz_localize(None) if values.dt.tz is not None else values
        return plain.dt.normalize().astype("datetime64[s]"), _all(values, truth=False)
    if not _is_text(values) and not values.isna().all():
        return pd.Series(pd.NaT, values.index).astype("datetime64[s]"), values.notna()
    words = values.astype("str").str.strip().where(values.notna())
    days = words.where(words.str.fullmatch(_DAY).fillna(value=False).astype(bool)).str.slice(0, 10)
    typed = pd.to_datetime(days, errors="coerce", format="%Y-%m-%d").astype("datetime64[s]")
    return typed, typed.isna() & values.notna()


_CASTS = {"text": _to_text, "integer": _to_integer, "number": _to_number, "flag": _to_flag, "date": _to_date}
