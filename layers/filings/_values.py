"""The distinct texts of a column -> typed values, and what is wrong with each."""

import re
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from layers._columns import FLAGS, TYPE_WORDS
from layers.filings._format import Field
from layers.filings._scan import STEPS, Hash, mixed

_FORMS: Final = {
    "integer": r"-?\d{1,18}",
    "number": r"-?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?",
}
_WORDS: Final = TYPE_WORDS | {"text": "text", "cell": "15 lower-case hexadecimal digits"}
_CELL: Final = "[0-9a-f]{15}"
_DIGITS: Final = re.compile(r"(\[1-9\])?\\d\{(\d+)\}")
_INT32: Final = 2**31 - 1
_KEYS: Final = ("townline rows 01", "townline rows 02")
Faults = npt.NDArray[np.uint8]


def arrow_type(column: Field) -> pa.DataType:
    """Return the type in which a column is stored: whole numbers in 32 bits where the declaration says they fit."""
    if column.type == "integer":
        small = bool(column.allowed) or (column.max is not None and column.max <= _INT32)
        return pa.int32() if small else pa.int64()
    return {"cell": pa.int64(), "number": pa.float64(), "flag": pa.bool_(), "date": pa.date32(), "text": pa.string()}[
        column.type
    ]


def plain_digits(column: Field) -> tuple[int, int, int] | None:
    """Return fewest and most digits and the smallest first one, where plain digits are all that a column may hold.

    Such a column is told fast, row by row (see `layers.filings._scan.whole_numbers`). Columns of few values are not
    among them: looking at each distinct text once is faster there.
    """
    if column.type != "integer" or column.null or column.allowed or (column.min or 0) < 0:
        return None
    if not column.pattern:
        return 1, 18, 0
    found = _DIGITS.fullmatch(column.pattern)
    size = bool(found[1]) + int(found[2]) if found else 0
    return (size, size, 1 if found and found[1] else 0) if 0 < size <= 18 else None


def conform(texts: pa.StringArray, column: Field) -> tuple[pa.Array, Faults, tuple[str, ...]]:
    """Return typed values, the number of each value's first fault (0: none), and the faults by number.

    Parameters
    ----------
    texts
        As they stand in the file; an empty text is a missing value.
    column
        What they must be.

    Returns
    -------
    values, faults, reasons
        Values with a fault are null. ``reasons[0]`` is empty.
    """
    faults = np.zeros(len(texts), np.uint8)
    reasons = [""]
    empty = pc.equal(texts, "")

    def mark(wrong: pa.BooleanArray, reason: str) -> None:
        found = pc.fill_null(wrong, fill_value=False).to_numpy(zero_copy_only=False) & (faults == 0)
        reasons.append(reason)
        faults[found] = len(reasons) - 1

    if not column.null:
        mark(empty, "is empty; fill it or leave the row out")
    present = pc.if_else(empty, pa.scalar(None, pa.string()), texts)
    mark(pc.match_substring(present, "\0"), "holds a NUL byte; get the file again")
    typed = _CASTS[column.type](pc.if_else(pa.array(faults == 0), present, None), column)
    words = _WORDS[column.type]
    mark(pc.and_(pc.is_valid(present), pc.is_null(typed)), f"is of another type; expected {words}")
    if column.pattern:
        mark(pc.invert(_full(present, column.pattern)), f"is of another form; expected the pattern {column.pattern}")
    for wrong, reason in _limits(typed, column):
        mark(wrong, reason)
    return pc.if_else(pa.array(faults == 0), typed, None).cast(arrow_type(column)), faults, tuple(reasons)


def _limits(typed: pa.Array, column: Field) -> list[tuple[pa.BooleanArray, str]]:
    unit = f" {column.unit}" if column.unit and column.unit != "share" else ""
    found = []
    if column.min is not None and column.type in ("integer", "number"):
        word = "is negative" if column.min == 0 else f"is below {column.min:.15g}"
        reason = f"{word}; the smallest allowed is {column.min:.15g}{unit}"
        found.append((pc.less(typed, pa.scalar(column.min, typed.type)), reason))
    if column.max is not None and column.type in ("integer", "number"):
        hint = " (a share, not percent)" if column.unit == "share" else ""
        reason = f"is above {column.max:.15g}; the largest allowed is {column.max:.15g}{unit}{hint}"
        found.append((pc.greater(typed, pa.scalar(column.max, typed.type)), reason))
    if column.allowed:
        among = pc.is_in(typed, value_set=pa.array(column.allowed, typed.type))
        reason = f"is not in its list; allowed: {', '.join(map(str, column.allowed))}"
        found.append((pc.and_(pc.is_valid(typed), pc.invert(among)), reason))
    return found


def _full(texts: pa.StringArray, pattern: str) -> pa.BooleanArray:
    return pc.match_substring_regex(texts, rf"\A(?:{pattern})\z")


def _number(texts: pa.StringArray, column: Field) -> pa.Array:
    fine = pc.if_else(_full(texts, _FORMS[column.type]), texts, None)
    return pc.cast(fine, pa.int64() if column.type == "integer" else pa.float64())


def _cell(texts: pa.StringArray, _column: Field) -> pa.Array:
    fine = pc.fill_null(_full(texts, _CELL), fill_value=False)
    digits = np.frombuffer("".join(pc.filter(texts, fine).to_pylist()).encode("ascii"), np.uint8).astype(np.int64)
    halves = np.where(digits < ord("a"), digits - ord("0"), digits - ord("a") + 10).reshape(-1, 15)
    numbers = halves @ (1 << np.arange(56, -1, -4))
    return pc.replace_with_mask(pa.nulls(len(texts), pa.int64()), fine, pa.array(numbers, pa.int64()))


def _flag(texts: pa.StringArray, _column: Field) -> pa.Array:
    words = pa.array(FLAGS, pa.string())
    return pc.take(pa.array(FLAGS.values(), pa.bool_()), pc.index_in(pc.utf8_lower(texts), value_set=words))


def _date(texts: pa.StringArray, column: Field) -> pa.Array:
    days = pc.strptime(texts, format=column.day_format, unit="s", error_is_null=True)
    same = pc.equal(pc.strftime(days, format=column.day_format), texts)  # 30 February would become 2 March
    return pc.cast(pc.if_else(same, days, None), pa.date32())


def _text(texts: pa.StringArray, _column: Field) -> pa.Array:
    return texts


_CASTS: Final = {"integer": _number, "number": _number, "cell": _cell, "flag": _flag, "date": _date, "text": _text}


def hashes(values: pa.Array) -> tuple[Hash, Hash]:
    """Return two independent 64-bit hashes of each value; equal values have equal ones, missing values included."""
    missing = np.asarray(pc.is_null(values))
    if pa.types.is_string(values.type):
        texts = pc.fill_null(values, "").to_numpy(zero_copy_only=False)
        both = tuple(pd.util.hash_array(texts, hash_key=key, categorize=False) for key in _KEYS)
    else:
        if pa.types.is_floating(values.type):
            bits = (pc.fill_null(values, 0.0).to_numpy() + 0.0).view(np.uint64)  # -0.0 is 0.0
        else:
            whole = values.cast(pa.int32()) if pa.types.is_date(values.type) else values
            bits = pc.fill_null(whole.cast(pa.int64()), 0).to_numpy().astype(np.uint64)
        both = tuple(mixed(bits, step) for step in STEPS)
    for number, found in enumerate(both, start=1):
        found[missing] = number
    return both[0], both[1]
