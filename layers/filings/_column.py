"""One column of a block, checked: by its distinct texts, or, for whole numbers of plain digits, row by row."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from layers.filings._fields import Texts
from layers.filings._format import Field
from layers.filings._scan import STEPS, Hash, Whole, add_coded, add_whole
from layers.filings._values import Faults, conform, hashes, plain_digits

_FEW: Final = 100
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Coded:
    """A column whose distinct texts are each looked at once."""

    texts: Texts
    values: pa.Array
    faults: Faults
    reasons: tuple[str, ...]
    keys: tuple[Hash, Hash]

    def row_faults(self, rows: Rows | slice) -> Faults:
        """Return the number of the first fault of each of the rows; 0 is none."""
        return self.faults[self.texts.codes[rows]]

    def add(self, sums: tuple[Hash, Hash]) -> None:
        """Take the column into the hashes of rows."""
        for total, keys in zip(sums, self.keys, strict=True):
            add_coded(total, keys, self.texts.codes)

    def array(self, kind: pa.DataType, rows: Rows | None) -> pa.Array:
        """Return the values of the rows, or of all."""
        codes = pa.array(self.texts.codes if rows is None else self.texts.codes[rows])
        if not pa.types.is_dictionary(kind):
            return pc.take(self.values, codes)
        if rows is None and not self.values.null_count:
            return pa.DictionaryArray.from_arrays(codes, self.values)
        return pc.take(self.values, codes).dictionary_encode()


@dataclass(frozen=True)
class Plain:
    """A column of whole numbers, all as declared."""

    texts: Texts
    numbers: Whole

    def add(self, sums: tuple[Hash, Hash]) -> None:
        """Take the column into the hashes of rows."""
        for total, step in zip(sums, STEPS, strict=True):
            add_whole(total, self.numbers.view(np.uint64), step)

    def array(self, kind: pa.DataType, rows: Rows | None) -> pa.Array:
        """Return the values of the rows, or of all."""
        return pa.array(self.numbers if rows is None else self.numbers[rows]).cast(kind)


def check_column(texts: Texts, column: Field) -> Coded | Plain:
    """Test every text of a column against its declaration."""
    digits = plain_digits(column)
    numbers = texts.whole(digits) if digits else None
    if numbers is not None and _within(numbers, column):
        return Plain(texts, numbers)
    if len(texts.dictionary) > _FEW:
        return Coded(texts, *_tested(texts.dictionary, column))
    few = texts.dictionary.to_pylist()
    ordered = sorted(few)
    values, faults, reasons, (one, other) = _remembered(tuple(ordered), column)
    place = np.array([ordered.index(text) for text in few], np.int64)
    return Coded(texts, pc.take(values, pa.array(place)), faults[place], reasons, (one[place], other[place]))


def _tested(texts: pa.StringArray, column: Field) -> tuple[pa.Array, Faults, tuple[str, ...], tuple[Hash, Hash]]:
    values, faults, reasons = conform(texts, column)
    return values, faults, reasons, hashes(values)


@lru_cache(maxsize=256)
def _remembered(texts: tuple[str, ...], column: Field) -> tuple[pa.Array, Faults, tuple[str, ...], tuple[Hash, Hash]]:
    """Return the test of few texts: one block has mostly the same as the next."""
    return _tested(pa.array(texts, pa.string()), column)


def _within(numbers: Whole, column: Field) -> bool:
    low, high = int(numbers.min()), int(numbers.max())
    return (column.min is None or low >= column.min) and (column.max is None or high <= column.max)
