"""A file -> the CSV members in it: plain, zipped, or zipped in a zip. Names inside a zip never become paths."""

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, cast

from layers._zip import files_of
from layers.errors import LayerError
from layers.filings._limits import Limits

_SMALL: Final = 1 << 24
_DEPTH: Final = 2
_BINARY: Final = (b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"%PDF", b"PAR1", b"SQLi", b"\xd0\xcf\x11\xe0")
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)


@dataclass(frozen=True)
class Member:
    """One CSV text of a source.

    Attributes
    ----------
    name
        Place in the source, such as ``states.zip > bdc_50.csv``; the source's own name for a plain file.
    names
        Names that may tell something, the nearest first.
    stream
        The bytes, to be read once, before the next member is asked for.
    """

    name: str
    names: tuple[str, ...]
    stream: BinaryIO


@dataclass
class Budget:
    """What may still be unpacked from one source, and which of its members were left out."""

    limits: Limits
    unpacked: int = 0
    left_out: list[str] = field(default_factory=list)


class _Counted:
    """A zip member's bytes, counted against the limits."""

    def __init__(self, stream: BinaryIO, packed: int, budget: Budget) -> None:
        self._stream, self._packed, self._budget, self._read = stream, packed, budget, 0

    def read(self, size: int = -1) -> bytes:
        with _mended():
            content = self._stream.read(size)
        self._read += len(content)
        self._budget.unpacked += len(content)
        limits = self._budget.limits
        if self._budget.unpacked > limits.zip_bytes:
            raise LayerError(
                "", [f"unpacks to more than {limits.zip_bytes:,} bytes; raise Limits.zip_bytes if it must"]
            )
        if self._read > _SMALL and self._read > limits.zip_ratio * max(self._packed, 1):
            raise LayerError(
                "",
                [f"unpacks to more than {limits.zip_ratio:g} times its size; raise Limits.zip_ratio if you trust it"],
            )
        return content


def members(path: Path, scratch: Path, budget: Budget) -> Iterator[Member]:
    """Yield the CSV members of a file in the order of the file.

    Parameters
    ----------
    path
        A CSV file, or a zip of CSV files and of zips of CSV files.
    scratch
        Folder for a zip inside a zip while it is read.
    budget
        Limits; gathers what is used and left out.

    Raises
    ------
    LayerError
        Where a zip is damaged, encrypted, nested deeper than twice, larger than the limits or without CSV.
    """
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith(_BINARY):
            raise LayerError("", ["is not CSV; unpack it or export it as CSV"])
        if start not in (b"PK\x03\x04", b"PK\x05\x06"):
            file.seek(0)
            yield Member(path.name, (path.name,), file)
            return
        file.seek(0)
        empty = True
        for member in _walk(file, (path.name,), scratch, budget):
            empty = False
            yield member
        if empty:
            raise LayerError("", [_without_csv(budget.left_out)])


def _walk(file: BinaryIO, names: tuple[str, ...], scratch: Path, budget: Budget) -> Iterator[Member]:
    if len(names) > _DEPTH:
        raise LayerError("", [f"has zips nested more than {_DEPTH} deep; unpack the outer ones"])
    with _mended(), zipfile.ZipFile(file) as archive:
        for info in _listed(archive):
            shown = printable(info.filename)
            inner = (shown.replace("\\", "/").rsplit("/", 1)[-1], *names)
            kind = shown.lower().rsplit(".", 1)[-1]
            if shown.startswith("__MACOSX/") or kind not in {"csv", "zip"}:
                budget.left_out.append(shown)
                continue
            if info.flag_bits & 1:
                raise LayerError("", [f"member '{shown}' is encrypted; unpack it with its password first"])
            with archive.open(info) as content:
                stream = cast("BinaryIO", _Counted(cast("BinaryIO", content), info.compress_size, budget))
                if kind == "csv":
                    yield Member(" > ".join([*reversed(names), shown]), inner, stream)
                    continue
                with tempfile.TemporaryFile(dir=scratch) as copy:
                    shutil.copyfileobj(stream, copy, 1 << 20)
                    copy.seek(0)
                    yield from _walk(cast("BinaryIO", copy), inner, scratch, budget)


def _listed(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    infos = files_of(archive)
    names = [info.filename for info in infos]
    repeated = {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else set()
    if repeated:
        raise LayerError("", [f"has two members '{printable(min(repeated))}'; keep one"])
    return infos


@contextmanager
def _mended() -> Iterator[None]:
    """Turn what zipfile says of a damaged archive into a message."""
    try:
        yield
    except _BROKEN as error:
        reason = " ".join(str(error).split())[:200] or "the file ends too early"
        raise LayerError("", [f"is a damaged zip ({reason}); get the file again"]) from None


def _without_csv(names: list[str]) -> str:
    if "[Content_Types].xml" in names:
        return "is an Excel workbook; take the original CSV, since Excel drops leading zeros"
    return f"is a zip without CSV files (it has: {', '.join(names)[:200] or 'nothing'}); get the right file"


def printable(text: str, length: int = 200) -> str:
    """Return text for messages and records: no control characters, shortened."""
    shown = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return shown if len(shown) <= length else shown[: length - 3] + "..."
