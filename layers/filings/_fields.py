"""The fields of a block as texts: found by our own loops, or by pyarrow where a block is out of the ordinary."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from layers.filings._blocks import Block, Broken, Lines
from layers.filings._scan import Places, Whole, Words, bounds, distinct, separators, whole_numbers
from layers.filings._text import number_of

DICTIONARY = pa.dictionary(pa.int32(), pa.string())
_LARGEST = 1 << 30  # bytes that places in 32 bits reach


class Texts(Protocol):
    """The texts of one column of a block."""

    @property
    def dictionary(self) -> pa.StringArray:
        """The distinct texts, in the order of their first rows."""

    @property
    def codes(self) -> Places:
        """Which of them each row has."""

    def text(self, row: int) -> str:
        """Return the text of a row."""

    def whole(self, digits: tuple[int, int, int]) -> Whole | None:
        """Return the texts as numbers, where all are of the given digits (see `whole_numbers`)."""


@dataclass(frozen=True)
class Parsed:
    """A block's columns in the order of the header, the records they are of, and the records of another length."""

    columns: Sequence[Texts]
    records: Lines
    odd: Sequence[tuple[int, Broken]] = ()


@dataclass(frozen=True)
class _Found:
    """A column whose texts stand in the block itself."""

    data: bytes
    words: Words
    starts: Places
    stops: Places

    @cached_property
    def _distinct(self) -> tuple[pa.StringArray, Places]:
        codes, first = np.empty((2, len(self.starts)), np.int32)
        first = first[: distinct(self.words, self.starts, self.stops, codes, first)]
        places = zip(self.starts[first].tolist(), self.stops[first].tolist(), strict=True)
        return pa.array([self.data[start:stop] for start, stop in places], pa.string()), codes

    @property
    def dictionary(self) -> pa.StringArray:
        return self._distinct[0]

    @property
    def codes(self) -> Places:
        return self._distinct[1]

    def text(self, row: int) -> str:
        return self.data[self.starts[row] : self.stops[row]].decode("utf-8")

    def whole(self, digits: tuple[int, int, int]) -> Whole | None:
        numbers = np.empty(len(self.starts), np.int64)
        data = np.frombuffer(self.data, np.uint8)
        return numbers if whole_numbers(data, self.starts, self.stops, digits, numbers) else None


@dataclass(frozen=True)
class _Encoded:
    """A column as pyarrow reads it."""

    texts: pa.DictionaryArray

    @property
    def dictionary(self) -> pa.StringArray:
        return self.texts.dictionary

    @property
    def codes(self) -> Places:
        codes: Places = self.texts.indices.to_numpy()
        return codes

    def text(self, row: int) -> str:
        return str(self.texts[row].as_py())

    def whole(self, digits: tuple[int, int, int]) -> Whole | None:  # noqa: ARG002 - odd blocks are read one way only
        return None


def parse(block: Block, header: Sequence[str]) -> Parsed:
    """Return the fields of a block's records. Records of another length than the header are put aside."""
    return _found(block, len(header)) or _read(block, header)


def _found(block: Block, columns: int) -> Parsed | None:
    """Return the fields where every record is regular: as many as the header, quotes only around whole fields."""
    text = block.data
    if not text or len(text) > _LARGEST:
        return None
    data = np.frombuffer(text, np.uint8)
    cut = not text.endswith(b"\n")
    rows, quotes, returns = number_of(text, b"\n") + cut, number_of(text, b'"'), number_of(text, b"\r")
    ends = np.empty(rows * columns + 2, np.int32)
    count = separators(data, quotes, np.empty_like(data), ends)
    if cut and count < len(ends):
        ends[count] = len(text)
        count += 1
    if count != rows * columns:
        return None
    starts, stops = np.empty((2, columns, rows), np.int32)
    if bounds(data, ends, quotes, starts, stops) != (rows, quotes // 2, returns) or quotes % 2:
        return None
    words = _words(text)
    return Parsed([_Found(text, words, *one) for one in zip(starts, stops, strict=True)], np.arange(rows))


def _words(data: bytes) -> Words:
    """Return the eight bytes from each place on; beyond the end they are 0."""
    return np.ndarray(len(data), np.uint64, data + bytes(8), strides=(1,))


def _read(block: Block, header: Sequence[str]) -> Parsed:
    """Let pyarrow take the fields out of the records."""
    if not block.data:
        return Parsed([_Encoded(pa.array([], pa.string()).dictionary_encode()) for _ in header], np.array([], np.int64))
    try:
        table, odd = _table(block, header, None), []
    except pa.ArrowInvalid:
        strange: list[tuple[int, Broken]] = []
        table, odd = _table(block, header, strange), strange
    records = np.delete(np.arange(len(table) + len(odd)), [number for number, _ in odd])
    lines = block.line_of(np.array([number for number, _ in odd], np.int64))
    odd = [(number, Broken(int(line), one.text, one.reason)) for (number, one), line in zip(odd, lines, strict=True)]
    return Parsed([_Encoded(_one_chunk(table.column(name))) for name in header], records, odd)


def _table(block: Block, header: Sequence[str], odd: list[tuple[int, Broken]] | None) -> pa.Table:
    def aside(row: pacsv.InvalidRow) -> str:
        fields, expected = row.actual_columns, row.expected_columns
        word = "field" if fields == 1 else "fields"
        reason = f"has {fields} {word}, expected {expected}; quote commas inside values, or get the file again"
        odd.append((row.number - 1, Broken(0, row.text, reason)))  # type: ignore[union-attr]
        return "skip"

    return pacsv.read_csv(
        pa.BufferReader(block.data),
        read_options=pacsv.ReadOptions(column_names=list(header), use_threads=False, block_size=len(block.data) + 1),
        parse_options=pacsv.ParseOptions(
            newlines_in_values=block.folded,
            ignore_empty_lines=False,
            invalid_row_handler=None if odd is None else aside,
        ),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(header, DICTIONARY), strings_can_be_null=False, null_values=[]
        ),
    )


def _one_chunk(column: pa.ChunkedArray) -> pa.DictionaryArray:
    unified = column.unify_dictionaries().combine_chunks()
    return unified.chunk(0) if isinstance(unified, pa.ChunkedArray) else unified
