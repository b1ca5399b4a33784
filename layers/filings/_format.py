"""What a filing format is: a declaration in a TOML file; recognised by its header."""

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from layers._columns import Column, ColumnType
from layers.errors import LayerError, suggestion

FieldType = ColumnType | Literal["cell"]
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Field(Column):
    """A column of a format: as every declared column, and how the file calls it and writes it.

    Attributes
    ----------
    type
        As of every column, or ``cell``: an H3 cell, written as 15 lower-case hexadecimal digits and stored as the
        64-bit whole number that they mean.
    header
        Name in the file's header; empty where it is our name.
    day_format
        How the file writes days, in the signs of ``strftime``.

    Notes
    -----
    `pattern` holds for the text in the file, whatever the type, so that a lost leading zero is seen.
    A column that is not `required` may be absent from the file; it is then empty.
    """

    type: FieldType  # type: ignore[assignment] # one more than every column has
    header: str = ""
    day_format: str = "%Y-%m-%d"


class FileName(BaseModel):
    """What a file's name tells.

    Attributes
    ----------
    pattern
        Regular expression for the whole name without its suffix. The groups ``as_of`` and ``released`` are days:
        ``J25`` and ``D25`` (30 June, 31 December), ``dec2019`` (last day), ``18nov2025``, ``12312022``.
    example, meaning
        For readers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: str
    example: str
    meaning: str


@dataclass(frozen=True)
class Told:
    """What the name of one file tells: the days, and the parts as they are written."""

    as_of: dt.date | None = None
    released: dt.date | None = None
    parts: Mapping[str, str] = field(default_factory=dict)


class Format(BaseModel):
    """A declared file format.

    Attributes
    ----------
    name, title, meaning
        Short name, what a reader sees, and one sentence.
    source, specification, licence
        Who publishes such files, the text that defines them, and on what terms.
    file_name
        The convention of file names, where there is one.
    columns
        Columns by our name, in the order of the file.
    digest
        SHA-256 of the declaration: its version.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    meaning: str
    source: str
    specification: str
    licence: str
    file_name: FileName | None = None
    columns: dict[str, Field]
    digest: str

    @property
    def headers(self) -> dict[str, str]:
        """Our column names by the name in the file, in the order of the file."""
        return {column.header or name: name for name, column in self.columns.items()}

    def told_by(self, names: Iterable[str]) -> Told | None:
        """Return what the first name that follows the convention tells; nothing where none does."""
        if self.file_name is None:
            return None
        for name in names:
            stem = re.sub(r"\.(csv|zip)$", "", name, flags=re.IGNORECASE)
            if found := re.fullmatch(self.file_name.pattern, stem):
                parts = {key: value for key, value in found.groupdict().items() if value is not None}
                return Told(_day(parts.get("as_of", "")), _day(parts.get("released", "")), parts)
        return None

    def misfits(self, header: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return the columns that a header lacks, and those that the format does not know.

        Columns that may be absent are there together or not at all.
        """
        optional = {name for name, ours in self.headers.items() if not self.columns[ours].required}
        wanted = [name for name in self.headers if name not in optional or optional & set(header)]
        return [name for name in wanted if name not in header], [name for name in header if name not in self.headers]


@cache
def formats() -> Mapping[str, Format]:
    """Return every declared format by name, in alphabetical order."""
    return {path.stem: _load(path) for path in sorted((Path(__file__).parent / "formats").glob("*.toml"))}


def _load(path: Path) -> Format:
    content = path.read_bytes()
    return Format(name=path.stem, digest=sha256(content).hexdigest(), **tomllib.loads(content.decode("utf-8")))


def recognise(header: Sequence[str], name: str = "", format: str = "") -> Format:  # noqa: A002 - the word users know
    """Return the format of a file.

    Parameters
    ----------
    header
        Column names of the file; their order does not matter.
    name
        Name of the file: it decides between formats of one header.
    format
        Name of the format, where it is known; the header must be its.

    Raises
    ------
    LayerError
        Where no format has these columns: the message names the nearest one, what is missing and what is not known.
    """
    known = formats()
    if format and format not in known:
        raise LayerError("header", [f"format '{format}' is not declared{suggestion(format, known)}"])
    _refuse_repeats(header, known.values())
    candidates = [known[format]] if format else list(known.values())
    fitting = [candidate for candidate in candidates if candidate.misfits(header) == ([], [])]
    named = [candidate for candidate in fitting if len(fitting) == 1 or candidate.told_by([name])]
    if len(named) == 1:
        return named[0]
    if fitting:
        choices = ", ".join(f"format='{candidate.name}'" for candidate in fitting)
        raise LayerError("header", [f"is that of {len(fitting)} formats; say which one: {choices}"])
    raise LayerError("header", _unknown(header, candidates))


def _refuse_repeats(header: Sequence[str], known: Iterable[Format]) -> None:
    ours = {name for form in known for name in form.headers}
    repeated = [name for name in header if list(header).count(name) > 1 and name in ours]
    if repeated:
        raise LayerError("header", [f"column '{repeated[0]}' repeats; keep one of each"])


def _unknown(header: Sequence[str], candidates: Sequence[Format]) -> list[str]:
    if len(header) == 1:
        for mark, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if mark in header[0]:
                return [f"has one column; its values are parted by {word}: save the file with commas"]
    near = min(candidates, key=lambda one: sum(map(len, one.misfits(header))) / (len(one.columns) + len(header)))
    missing, strange = near.misfits(header)
    if len(strange) == len(header):
        shown = ", ".join(f"'{_short(name)}'" for name in header[:5])
        word = f"format '{near.name}'" if len(candidates) == 1 else "any known format"
        return [f"has no column of {word} (it begins {shown}); get the file again, with its header line"]
    faults = [f"is not of a known format; the nearest is '{near.name}' ({near.title})"]
    if len(candidates) == 1:
        faults = [f"is not that of format '{near.name}'"]
    faults += [
        f"column '{name}' ({near.columns[near.headers[name]].meaning.rstrip('.')}) is missing" for name in missing
    ]
    faults += [f"column '{_short(name)}' is not known{suggestion(name, near.headers)}" for name in strange]
    return faults


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _day(text: str) -> dt.date | None:
    """Return the day that a part of a file name means, if it means one."""
    text = text.lower()
    if found := re.fullmatch(r"([jd])(\d{2})", text):
        return dt.date(2000 + int(found[2]), *((6, 30) if found[1] == "j" else (12, 31)))
    if (found := re.fullmatch(r"(\d{0,2})([a-z]{3})(\d{4})", text)) and found[2] in _MONTHS:
        return _date(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1] or 0))
    if found := re.fullmatch(r"(\d{2})(\d{2})(\d{4})", text):
        return _date(int(found[3]), int(found[1]), int(found[2]))
    return None


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        if day:
            return dt.date(year, month, day)
        return dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
    except ValueError:
        return None
