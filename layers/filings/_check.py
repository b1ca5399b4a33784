"""A block of records -> typed rows and rejects."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from layers.filings._blocks import Block, Lines
from layers.filings._column import Coded, Plain, Rows, check_column
from layers.filings._fields import DICTIONARY, Parsed, parse
from layers.filings._format import Format
from layers.filings._scan import Hash
from layers.filings._source import printable
from layers.filings._values import arrow_type

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


def schema(form: Format) -> pa.Schema:
    """Return the columns that a format is stored with; texts are dictionaries while they are written."""
    types = {name: arrow_type(column) for name, column in form.columns.items()}
    return pa.schema([(name, DICTIONARY if pa.types.is_string(kind) else kind) for name, kind in types.items()])


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
    parsed = parse(block, header)
    there = dict(zip((form.headers[theirs] for theirs in header), parsed.columns, strict=True))
    columns = {name: check_column(there[name], column) for name, column in form.columns.items() if name in there}
    faulty = {name: one for name, one in columns.items() if isinstance(one, Coded) and one.faults.any()}
    size = len(parsed.records)
    first = _first_faults(faulty, size)
    rows = np.flatnonzero(first >= 0)
    whole = [*block.broken, *(broken for _, broken in parsed.odd)]
    tally = Counter(("", broken.reason) for broken in whole)
    for number, (name, column) in enumerate(faulty.items()):
        counts = np.bincount(column.row_faults(first == number), minlength=1)
        tally.update({(name, column.reasons[fault]): int(counts[fault]) for fault in np.flatnonzero(counts)})
    listed = _listed(rows[:room], first, faulty, block.line_of(parsed.records[rows[:room]]))
    listed += [
        Reject(broken.line, "", printable(broken.text.rstrip("\r\n"), 40), broken.reason) for broken in whole[:room]
    ]
    good = first < 0
    kept = None if good.all() else np.flatnonzero(good)
    return Checked(
        table=_table(columns, form, kept, size),
        keys=_keys(columns, good),
        read=size + len(whole),
        tally=tally,
        rejects=sorted(listed, key=lambda reject: reject.line)[:room],
        samples=[{name: one.texts.text(row) for name, one in columns.items()} for row in rows[:_SAMPLES].tolist()],
        last_rejected=_last_rejected(block, parsed, good),
    )


def _first_faults(columns: Mapping[str, Coded], size: int) -> npt.NDArray[np.int16]:
    """Return the number of each row's first column with a fault, else -1."""
    first = np.full(size, -1, np.int16)
    for number, column in reversed(list(enumerate(columns.values()))):
        first[column.row_faults(slice(None)) > 0] = number
    return first


def _listed(rows: Lines, first: npt.NDArray[np.int16], columns: Mapping[str, Coded], lines: Lines) -> list[Reject]:
    names, found = list(columns), []
    for row, line in zip(rows.tolist(), lines.tolist(), strict=True):
        column = columns[names[first[row]]]
        value = printable(column.texts.text(row), 40)
        found.append(Reject(line, names[first[row]], value, column.reasons[column.row_faults(slice(row, row + 1))[0]]))
    return found


def _keys(columns: Mapping[str, Coded | Plain], good: npt.NDArray[np.bool_]) -> tuple[Hash, Hash]:
    sums = (np.zeros(len(good), np.uint64), np.zeros(len(good), np.uint64))
    for column in columns.values():
        column.add(sums)
    return sums[0][good], sums[1][good]


def _table(columns: Mapping[str, Coded | Plain], form: Format, kept: Rows | None, size: int) -> pa.Table:
    count = size if kept is None else len(kept)
    arrays = [
        columns[kind.name].array(kind.type, kept) if kind.name in columns else pa.nulls(count, kind.type)
        for kind in schema(form)
    ]
    return pa.Table.from_arrays(arrays, schema=schema(form))


def _last_rejected(block: Block, parsed: Parsed, good: npt.NDArray[np.bool_]) -> bool:
    records = len(parsed.records) + len(parsed.odd)
    if not records or (block.broken and block.broken[-1].line > block.line_of(np.array([records - 1]))[0]):
        return bool(block.broken)
    return records - 1 in {number for number, _ in parsed.odd} or not good[-1]
