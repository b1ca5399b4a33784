"""One CSV member -> one Parquet file, counted."""

import datetime as dt
import json
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from layers.errors import LayerError
from layers.filings._blocks import Block, blocks, header_names
from layers.filings._cause import likely_cause
from layers.filings._check import Checked, Reject, check_block
from layers.filings._format import Format, Told, recognise
from layers.filings._limits import Limits
from layers.filings._repeats import Repeats
from layers.filings._source import Member
from layers.filings._values import plain_digits

_SAMPLES: Final = 50
_AHEAD: Final = 2
_RISING: Final = ("location_id",)  # columns that rise by small steps from row to row
Writing = Callable[[pa.Schema], AbstractContextManager[pq.ParquetWriter]]


@dataclass(frozen=True)
class Asked:
    """What the caller says of the files."""

    format: str
    encoding: str
    as_of: dt.date | None
    limits: Limits


@dataclass
class Count:
    """What is found while a member is read."""

    read: int = 0
    tally: Counter[tuple[str, str]] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    samples: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        """Rows that are not kept because of a fault."""
        return self.tally.total()


@dataclass(frozen=True)
class Written:
    """One member, written."""

    form: Format
    as_of: dt.date | None
    told: Told
    count: Count
    kept: int
    duplicates: int

    @property
    def reasons(self) -> dict[str, int]:
        """Rejected rows by reason, the most frequent first."""
        ordered = sorted(self.count.tally.items(), key=lambda entry: (-entry[1], entry[0]))
        return {_worded(self.form, column, reason): number for (column, reason), number in ordered}


def write_member(
    member: Member, asked: Asked, place: Path, about: Callable[[], Mapping[str, Any]], pool: Executor
) -> Written:
    """Read one member strictly and write its rows, in their order, as Parquet.

    Parameters
    ----------
    member
        The bytes, and names that may tell something.
    asked
        Encoding and limits; format and day of the data where the caller knows them.
    place
        The Parquet file to write.
    about
        Gives what the file shall say of where it comes from; called when all rows are written.
    pool
        Threads in which blocks are checked.

    Raises
    ------
    LayerError
        Where the file as a whole is not usable: encoding, header, no rows, cut short, too many rejects.
    """
    found = blocks(member.stream, asked.encoding)
    header = header_names(next(found))
    form = recognise(header, member.names[0], asked.format)
    told = form.told_by(member.names) or Told()
    as_of = _day(asked.as_of, told)
    day = as_of.isoformat() if as_of else None
    count = Count()
    absent = [name for name, ours in form.headers.items() if name not in header]
    if absent:
        count.notes.append(f"has no column {' and '.join(absent)}; empty in the result")

    def metadata() -> Mapping[str, str]:
        told_of = {**about(), "as_of": day, "format": form.name, "format_sha256": form.digest}
        return {"townline": json.dumps(told_of, sort_keys=True)}

    def check(block: Block) -> Checked:
        return check_block(block, header, form, asked.limits.listed_rejects - len(count.rejects))

    with Repeats(place.parent) as repeats:
        checked = _checked(found, check, pool, count, asked.limits)
        _write(checked, partial(_writer, place, form, metadata), repeats)
        _judge(form, count, asked.limits)
        again = repeats.found()
    if len(again):
        spare = place.with_suffix(".spare")
        _leave_out(place, again, partial(_writer, spare, form, metadata))
        spare.replace(place)
    return Written(form, as_of, told, count, count.read - count.rejected - len(again), len(again))


def _day(given: dt.date | None, told: Told) -> dt.date | None:
    if given and told.as_of and given != told.as_of:
        raise LayerError("", [f"is of {told.as_of} by its name, of {given} by as_of; correct one of them"])
    return given or told.as_of


def _checked(
    found: Iterator[Block], check: Callable[[Block], Checked], pool: Executor, count: Count, limits: Limits
) -> Iterator[Checked]:
    """Check blocks ahead in threads; count and yield them in the order of the file."""
    for cut, checked in _ahead(found, check, pool):
        count.read += checked.read
        count.tally.update(checked.tally)
        count.rejects.extend(checked.rejects[: limits.listed_rejects - len(count.rejects)])
        count.samples.extend(checked.samples[: _SAMPLES - len(count.samples)])
        if cut and checked.last_rejected:
            raise LayerError(
                "", [f"ends in the middle of row {count.read:,} (it is cut short); get the whole file again"]
            )
        if cut:
            count.notes.append("last row has no line end; the file may be cut short")
        yield checked


def _ahead(found: Iterator[Block], check: Callable[[Block], Checked], pool: Executor) -> Iterator[tuple[bool, Checked]]:
    """Yield each block's check and whether the file ends in it without a line end; two blocks are under way."""
    waiting: deque[tuple[bool, Future[Checked]]] = deque()
    for block in found:
        waiting.append((block.cut, pool.submit(check, block)))
        if len(waiting) > _AHEAD:
            cut, future = waiting.popleft()
            yield cut, future.result()
    while waiting:
        cut, future = waiting.popleft()
        yield cut, future.result()


def _write(checked: Iterator[Checked], writing: Writing, repeats: Repeats) -> None:
    first = next(checked, None)
    if first is None:
        raise LayerError("", ["has a header but no rows; get the file again, or leave it out"])
    with writing(first.table.schema) as writer:
        for one in chain([first], checked):
            repeats.add(one.keys)
            if len(one.table):
                writer.write_table(one.table)


@contextmanager
def _writer(
    place: Path, form: Format, metadata: Callable[[], Mapping[str, str]], columns: pa.Schema
) -> Iterator[pq.ParquetWriter]:
    """Give a Parquet file to write to: texts as texts for every reader, and what the rows come from as metadata.

    Identifiers have no dictionary, since nearly every one is new, and bounds are noted of whole numbers alone.
    """
    digits = {name: plain_digits(column) for name, column in form.columns.items()}
    identifiers = {name for name, sizes in digits.items() if sizes and sizes[0] == sizes[1]}
    with pq.ParquetWriter(
        place,
        columns,
        compression="zstd",
        store_schema=False,
        use_dictionary=[name for name in columns.names if name not in identifiers],
        column_encoding={name: "DELTA_BINARY_PACKED" for name in _RISING if name in identifiers},
        write_statistics=[kind.name for kind in columns if pa.types.is_integer(kind.type)],
    ) as writer:
        yield writer
        writer.add_key_value_metadata(metadata())


def _judge(form: Format, count: Count, limits: Limits) -> None:
    """Refuse a file of which too large a share is rejected."""
    share = count.rejected / count.read
    if share <= limits.rejected_share:
        return
    cause = likely_cause(form, count.tally, count.samples)
    (column, reason), number = max(count.tally.items(), key=lambda entry: (entry[1], entry[0]))
    value = next((f", '{one.value}'" for one in count.rejects if (one.column, one.reason) == (column, reason)), "")
    line = next((one.line for one in count.rejects if (one.column, one.reason) == (column, reason)), 0)
    raise LayerError(
        "",
        [
            f"{count.rejected:,} of {count.read:,} rows are rejected ({share:.1%}; allowed: {limits.rejected_share:.1%})",
            f"most often {_worded(form, column, reason)} ({number:,} rows, first: line {line:,}{value})",
            f"likely cause: {cause}",
        ],
    )


def _worded(form: Format, column: str, reason: str) -> str:
    return f"column '{form.columns[column].header or column}' {reason}" if column else f"row {reason}"


def _leave_out(place: Path, rows: npt.NDArray[np.int64], writing: Writing) -> None:
    """Write the file again without the given rows."""
    start = 0
    with pq.ParquetFile(place) as file, writing(file.schema_arrow.remove_metadata()) as writer:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group).replace_schema_metadata()
            kept = np.ones(len(table), bool)
            kept[rows[np.searchsorted(rows, start) : np.searchsorted(rows, start + len(table))] - start] = False
            start += len(table)
            if kept.any():
                writer.write_table(table.filter(pa.array(kept)))
