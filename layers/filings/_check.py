"""A block of records -> typed rows and rejects. Every distinct text of a column is looked at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from layers.filings._blocks import Block, Broken, Lines
from layers.filings._format import Field, Format
from layers.filings._source import printable
from layers.filings._values import Faults, Hash, arrow_type, conform, hashes

_DICTIONARY = pa.dictionary(pa.int32(), pa.string())
_SAMPLES = 50


@dataclass(frozen=True)
class Reject:
    """A row that is not kept: the line on which it begins, and its first fault."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Checked:
    """A block's rows as declared, and what was rejected.

    Attributes
    ----------
    table
        Rows without fault, in the order of the file. Texts are dictionaries.
    keys
        Two hashes of each of these rows.
    read
        Rows in the block, rejects included.
    tally
        Number of rejected rows by column and reason; the column is empty where the row as a whole is at fault.
    rejects
        The rejected rows, in the order of the file, as far as there was room for them.
    samples
        Some rejected rows as texts by our column names, to tell what went wrong.
    last_rejected
        Whether the last row is among the rejects.
    """

    table: pa.Table
    keys: tuple[Hash, Hash]
    read: int
    tally: Counter[tuple[str, str]]
    rejects: list[Reject]
    samples: list[dict[str, str]]
    last_rejected: bool


@dataclass(frozen=True)
class _Parsed:
    """A block's fields as texts by header name, the records they are of, and the records of another length."""

    columns: Mapping[str, pa.DictionaryArray]
    records: Lines
    odd: list[tuple[int, Broken]] = field(default_factory=list)


@dataclass(frozen=True)
class _Column:
    """One column of a block, checked: what each distinct text is, and which of them each row has."""

    texts: pa.StringArray
    codes: npt.NDArray[np.int32]
    values: pa.Array
    faults: Faults
    reasons: tuple[str, ...]
    keys: tuple[Hash, Hash]


def schema(form: Format) -> pa.Schema:
    """Return the columns that a format is stored with; texts are dictionaries while they are written."""
    types = {name: arrow_type(column) for name, column in form.columns.items()}
    return pa.schema([(name, _DICTIONARY if pa.types.is_string(kind) else kind) for name, kind in types.items()])


def check_block(block: Block, header: Sequence[str], form: Format, room: int) -> Checked:
    """Return a block's rows as declared.

    Parameters
    ----------
    block
        Whole records.
    header
        Names in the file's header, in the file's order.
    form
        What the file must be.
    room
        How many rejects to list one by one.
    """
    parsed = _parse(block, header)
    there = {ours: parsed.columns[theirs] for theirs, ours in form.headers.items() if theirs in parsed.columns}
    columns = {name: _check_column(texts, form.columns[name]) for name, texts in there.items()}
    size = len(parsed.records)
    first = _first_faults(columns, size)
    rows = np.flatnonzero(first >= 0)
    whole = [*block.broken, *(broken for _, broken in parsed.odd)]
    tally = Counter(("", broken.reason) for broken in whole)
    for number, (name, column) in enumerate(columns.items()):
        counts = np.bincount(column.faults[column.codes[first == number]], minlength=1)
        tally.update({(name, column.reasons[fault]): int(counts[fault]) for fault in np.flatnonzero(counts)})
    listed = _listed(rows[:room], first, columns, block.line_of(parsed.records[rows[:room]]))
    listed += [
        Reject(broken.line, "", printable(broken.text.rstrip("\r\n"), 40), broken.reason) for broken in whole[:room]
    ]
    samples = [
        {name: column.texts[column.codes[row]].as_py() for name, column in columns.items()} for row in rows[:_SAMPLES]
    ]
    good = first < 0
    return Checked(
        table=_table(columns, form, good),
        keys=_keys(columns, good),
        read=size + len(whole),
        tally=tally,
        rejects=sorted(listed, key=lambda reject: reject.line)[:room],
        samples=samples,
        last_rejected=_last_rejected(block, parsed, good),
    )


def _parse(block: Block, header: Sequence[str]) -> _Parsed:
    """Take the fields out of the records as texts. Records of another length are put aside."""
    if not block.data:
        return _Parsed({name: pa.array([], pa.string()).dictionary_encode() for name in header}, np.array([], np.int64))
    try:
        table, odd = _fields(block, header, None), []
    except pa.ArrowInvalid:
        strange: list[tuple[int, Broken]] = []
        table, odd = _fields(block, header, strange), strange
    records = np.delete(np.arange(len(table) + len(odd)), [number for number, _ in odd])
    lines = block.line_of(np.array([number for number, _ in odd], np.int64))
    odd = [(number, Broken(int(line), one.text, one.reason)) for (number, one), line in zip(odd, lines, strict=True)]
    return _Parsed({name: _one_chunk(table.column(name)) for name in header}, records, odd)


def _fields(block: Block, header: Sequence[str], odd: list[tuple[int, Broken]] | None) -> pa.Table:
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
            column_types=dict.fromkeys(header, _DICTIONARY), strings_can_be_null=False, null_values=[]
        ),
    )


def _one_chunk(column: pa.ChunkedArray) -> pa.DictionaryArray:
    unified = column.unify_dictionaries().combine_chunks()
    return unified.chunk(0) if isinstance(unified, pa.ChunkedArray) else unified


def _check_column(texts: pa.DictionaryArray, column: Field) -> _Column:
    values, faults, reasons = conform(texts.dictionary, column)
    return _Column(texts.dictionary, texts.indices.to_numpy(), values, faults, reasons, hashes(values))


def _first_faults(columns: Mapping[str, _Column], size: int) -> npt.NDArray[np.int16]:
    """Return the number of each row's first column with a fault, else -1."""
    first = np.full(size, -1, np.int16)
    for number, column in reversed(list(enumerate(columns.values()))):
        if column.faults.any():
            first[column.faults[column.codes] > 0] = number
    return first


def _listed(rows: Lines, first: npt.NDArray[np.int16], columns: Mapping[str, _Column], lines: Lines) -> list[Reject]:
    names, found = list(columns), []
    for row, line in zip(rows, lines, strict=True):
        name = names[first[row]]
        code = columns[name].codes[row]
        value = printable(columns[name].texts[int(code)].as_py(), 40)
        found.append(Reject(int(line), name, value, columns[name].reasons[columns[name].faults[code]]))
    return found


def _keys(columns: Mapping[str, _Column], good: npt.NDArray[np.bool_]) -> tuple[Hash, Hash]:
    sums = (np.zeros(len(good), np.uint64), np.zeros(len(good), np.uint64))
    for column in columns.values():
        for total, keys in zip(sums, column.keys, strict=True):
            np.multiply(total, np.uint64(0x9E3779B97F4A7C15), out=total)
            np.add(total, keys[column.codes], out=total)
    return sums[0][good], sums[1][good]


def _table(columns: Mapping[str, _Column], form: Format, good: npt.NDArray[np.bool_]) -> pa.Table:
    rows = None if good.all() else pa.array(np.flatnonzero(good))
    arrays = []
    for kind in schema(form):
        column = columns.get(kind.name)
        if column is None:
            arrays.append(pa.nulls(int(good.sum()), kind.type))
            continue
        codes = pa.array(column.codes) if rows is None else pc.take(pa.array(column.codes), rows)
        if pa.types.is_dictionary(kind.type) and rows is None and not column.values.null_count:
            arrays.append(pa.DictionaryArray.from_arrays(codes, column.values))
        else:
            taken = pc.take(column.values, codes)
            arrays.append(taken.dictionary_encode() if pa.types.is_dictionary(kind.type) else taken)
    return pa.Table.from_arrays(arrays, schema=schema(form))


def _last_rejected(block: Block, parsed: _Parsed, good: npt.NDArray[np.bool_]) -> bool:
    records = len(parsed.records) + len(parsed.odd)
    if not records or (block.broken and block.broken[-1].line > block.line_of(np.array([records - 1]))[0]):
        return bool(block.broken)
    return records - 1 in {number for number, _ in parsed.odd} or not good[-1]
