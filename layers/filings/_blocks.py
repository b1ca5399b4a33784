"""Bytes of a CSV file -> blocks of whole records, each with the lines it stands on.

A record ends at a line end outside quotes. What breaks the rules of quoting (RFC 4180) is put aside as a reject with
its line; reading goes on with the next line. Nothing is decoded leniently and nothing is held but one block.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

from layers.errors import LayerError
from layers.filings._text import number_of, utf8

Lines = npt.NDArray[np.int64]
_LONGEST: Final = 1 << 20  # bytes of one record
_FIELD: Final = rb'(?:"(?:[^"]++|"")*+"|[^",\r\n]*+)'
_RECORD: Final = re.compile(_FIELD + rb"(?:," + _FIELD + rb")*+(?:\r?\n|\Z)")
_OPEN: Final = re.compile(rb"(?:" + _FIELD + rb',)*+"(?:[^"]++|"")*+\Z')
_QUOTE: Final = ord('"')
_FEED: Final = ord("\n")
_BEFORE: Final = np.frombuffer(b'\n,"', np.uint8)
_AFTER: Final = np.frombuffer(b'\r\n,"', np.uint8)


@dataclass(frozen=True)
class Broken:
    """A line that is no record."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class Block:
    """Whole records.

    Attributes
    ----------
    data
        The records as UTF-8, each with its line end, the last of a file perhaps without.
    line
        Line of the file on which the first record begins, from 1.
    lines
        Line of each record, where records and lines are not one to one.
    broken
        Lines that are no records, left out of `data`.
    folded
        Whether values hold line ends.
    cut
        Whether the file ends here without a line end.
    """

    data: bytes
    line: int
    lines: Lines | None = None
    broken: tuple[Broken, ...] = ()
    folded: bool = False
    cut: bool = False

    def line_of(self, records: npt.NDArray[np.int64]) -> Lines:
        """Return the lines on which the given records (from 0) begin."""
        return self.line + records if self.lines is None else self.lines[records]


def blocks(stream: BinaryIO, encoding: str, size: int = 1 << 22) -> Iterator[Block]:
    """Yield the records of a file in blocks of about `size` bytes; the first block is the header alone.

    Raises
    ------
    LayerError
        Where the file is empty, a page instead of a table, in another encoding, or begins with a broken header.
    """
    rest, line, begun = b"", 1, False
    chunks = utf8(stream, encoding, size)
    chunk = next(chunks, b"")
    while chunk or rest:
        following = next(chunks, b"")
        data, last = rest + chunk, not following
        if not begun:
            if not last and b"\n" not in data and len(data) < _LONGEST:
                rest, chunk = data, following
                continue
            _refuse_pages(data)
            end = _header_end(data)
            yield Block(data[:end], 1)
            line, data, begun = 1 + data.count(b"\n", 0, end), data[end:], True
        data, blank = _without_blank_end(data)
        block, rest = _cut(data, line, last=last)
        line += number_of(data, b"\n") - number_of(rest, b"\n")
        rest = b"" if last else rest + blank
        if block.data or block.broken:
            yield block
        chunk = following
    if not begun:
        raise LayerError("", ["is empty; get the file again"])


def header_names(block: Block) -> list[str]:
    """Return the column names of a header line."""
    return next(csv.reader([block.data.decode("utf-8").rstrip("\r\n")], strict=True))


def _refuse_pages(data: bytes) -> None:
    start = data[:200].lstrip().lower()
    if not start:
        raise LayerError("", ["is empty; get the file again"])
    if start.startswith(b"<"):
        raise LayerError("", ["is an HTML or XML page, not CSV; download the file again"])
    if start.startswith((b"{", b"[")):
        raise LayerError("", ["is JSON, not CSV; download the file again"])


def _header_end(data: bytes) -> int:
    found = _RECORD.match(data, 0, _LONGEST)
    if found is None or b"\0" in found.group():
        if b"\r" in data[:_LONGEST] and b"\n" not in data:
            raise LayerError("", ["ends its lines with lone carriage returns; save it with usual line ends"])
        raise LayerError("", ["has a broken header line (quotes or NUL bytes); get the file again"])
    return found.end()


def _without_blank_end(data: bytes) -> tuple[bytes, bytes]:
    """Part the empty lines at the end from what is before them and its line end."""
    kept = len(data.rstrip(b"\r\n"))
    if kept:
        kept += len(b"\r\n") if data.startswith(b"\r\n", kept) else data.startswith(b"\n", kept)
    if len(data) - kept > _LONGEST:
        raise LayerError("", ["has more than 1 MiB of empty lines; get the file again"])
    return data[:kept], data[kept:]


def _cut(data: bytes, line: int, *, last: bool) -> tuple[Block, bytes]:
    """Return the whole records of `data`, and the bytes that wait for more."""
    cut = last and not data.endswith(b"\n")
    if _stray_return(data, last=last):
        return _line_by_line(data, line, last=last)
    if b'"' not in data:
        end = len(data) if last else data.rfind(b"\n") + 1
        if len(data) - end > _LONGEST:
            return _line_by_line(data, line, last=last)
        return Block(data[:end], line, cut=cut), data[end:]
    found = _records(data, last=last)
    if found is None:
        return _line_by_line(data, line, last=last)
    end, lines, folded = found
    return Block(data[:end], line, line + lines, folded=folded, cut=cut), data[end:]


def _stray_return(data: bytes, *, last: bool) -> bool:
    """Whether a carriage return stands alone. The line feed of one at the very end may come in the next chunk."""
    if b"\r" not in data:
        return False
    alone = data.count(b"\r") - data.count(b"\r\n")
    return alone > (not last and data.endswith(b"\r"))


def _records(data: bytes, *, last: bool) -> tuple[int, Lines, bool] | None:
    """Return where the last whole record ends, the lines on which records begin, from 0, and whether values fold.

    Nothing where a quote is out of place: one that opens stands after a comma or line end, one that closes before
    one, and two together are a quote.
    """
    text = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(text == _QUOTE)
    opening, closing = quotes[::2], quotes[1::2]
    before = np.where(opening == 0, _FEED, text[opening - 1])
    after = np.where(closing == len(text) - 1, _FEED, text[np.minimum(closing + 1, len(text) - 1)])
    if not (np.isin(before, _BEFORE).all() and np.isin(after, _AFTER).all()):
        return None
    feeds = np.flatnonzero(text == _FEED)
    outside = np.searchsorted(quotes, feeds) % 2 == 0
    end = int(feeds[outside][-1]) + 1 if outside.any() else 0
    if (last and len(quotes) % 2) or len(data) - end > _LONGEST:
        return None
    lines = np.concatenate(([0], np.flatnonzero(outside) + 1))
    if last and end < len(data):
        return len(data), lines, not outside.all()
    return end, lines[:-1], not outside.all()


def _line_by_line(data: bytes, line: int, *, last: bool) -> tuple[Block, bytes]:
    """Cut where a quote is out of place: records that keep the rules stay, each line that breaks them is put aside."""
    kept: list[bytes] = []
    lines: list[int] = []
    broken: list[Broken] = []
    place = 0
    while place < len(data):
        record = _record_at(data, place, last=last)
        if record is None and not last and _waits(data, place):
            break
        if record is None:
            end = data.find(b"\n", place) + 1 or len(data)
            broken.append(Broken(line, data[place:end].decode("utf-8", "replace"), _reason(data[place:end])))
            line, place = line + 1, end
        else:
            kept.append(record)
            lines.append(line)
            line, place = line + record.count(b"\n"), place + len(record)
    cut = last and not data.endswith(b"\n")
    first = lines[0] if lines else line
    return Block(b"".join(kept), first, np.array(lines, np.int64), tuple(broken), folded=True, cut=cut), data[place:]


def _record_at(data: bytes, place: int, *, last: bool) -> bytes | None:
    """Return the whole record that begins at `place`, if it is one."""
    found = _RECORD.match(data, place, place + _LONGEST)
    if found is None or found.end() == place:
        return None
    ended = found.group().endswith(b"\n") or (last and found.end() == len(data))
    return found.group() if ended else None


def _waits(data: bytes, place: int) -> bool:
    """Whether what begins at `place` may become a record with more bytes."""
    if len(data) - place > _LONGEST:
        return False
    found = _RECORD.match(data, place)
    return (
        data.find(b"\n", place) < 0
        or (found is not None and found.end() == len(data))
        or bool(_OPEN.match(data, place))
    )


def _reason(line: bytes) -> str:
    if _OPEN.match(line):
        return "opens a quote that is not closed; close it or double it"
    if b'"' in line:
        return "has a quote inside a value; enclose the value in quotes and double the quote"
    if len(line) > _LONGEST:
        return "is longer than 1 MiB; get the file again"
    return "has a carriage return inside a value; enclose the value in quotes"
