"""One file as published: how it begins, and its rows as text."""

import csv
import datetime as dt
import gzip
import io
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Final, cast

import pandas as pd

from layers._guard_tables import check_cells, check_gzip
from layers.errors import LayerError
from layers.limits import whole_lines

_HEAD: Final = 1 << 16
_YEARS: Final = (
    re.compile(r"acs[a-z]{0,2}(?P<length>[135])y?r?[^0-9]?(?P<year>(?:19|20)[0-9]{2})", re.IGNORECASE),
    re.compile(r"(?P<year>(?:19|20)[0-9]{2})[^0-9]{0,2}acs(?P<length>[135])", re.IGNORECASE),
)


@dataclass(frozen=True)
class Period:
    """First and last day of the period that figures describe."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Published:
    """A file as an agency publishes it.

    Attributes
    ----------
    path
        The file; with ending ``.gz`` it is unpacked.
    given
        Period that the user names, for files that do not say theirs.
    encoding
        Encoding of its text; where none is named, UTF-8, and Latin-1 where it is not UTF-8.
    """

    path: Path
    given: Period | None = None
    encoding: str = ""

    def fault(self, text: str) -> LayerError:
        """Return the error that says what is wrong with this file."""
        return LayerError(f"file {self.path.name}", [text])

    @cached_property
    def head(self) -> str:
        """How the file begins."""
        try:
            with self._open() as file:
                raw = file.read(_HEAD)
        except FileNotFoundError:
            raise LayerError(f"file {self.path}", ["does not exist; correct its path"]) from None
        except (OSError, EOFError, zlib.error) as error:
            raise self.fault(f"cannot be read: {error}; get it again") from None
        return raw.decode(self.encoding or "utf-8", errors="replace").lstrip("\ufeff")

    @cached_property
    def text(self) -> str:
        """The whole file."""
        check_gzip(self.path)
        with self._open() as file:
            raw = file.read()
        if not whole_lines(self.path) and self.path.suffix.lower() != ".json":
            raise self.fault("does not end with a line end, so its last row may be cut short; get it again")
        try:
            return raw.decode(self.encoding or "utf-8-sig")
        except UnicodeDecodeError as error:
            if self.encoding:
                raise self.fault(f"is not {self.encoding} text (byte {error.start}); name the true encoding") from None
            return raw.decode("latin-1")

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The names of its columns, where it is a table with commas or tabs, without the blanks around them."""
        line = next(iter(self.head.splitlines()), "")
        cells = next(csv.reader(io.StringIO(line), delimiter="\t" if "\t" in line else ","), [])
        return tuple(cell.strip() for cell in cells)

    def table(self) -> pd.DataFrame:
        """Return the rows below the header as text, empty cells as empty text.

        Raises
        ------
        LayerError
            Where rows are not parted as the header is.
        """
        try:
            table = self._parsed(self.encoding or "utf-8-sig")
        except UnicodeDecodeError as error:
            if self.encoding:
                raise self.fault(f"is not {self.encoding} text (byte {error.start}); name the true encoding") from None
            table = self._parsed("latin-1")
        if not isinstance(table.index, pd.RangeIndex):
            raise self.fault("has rows with more fields than its header; get it again")
        self._check_rows(table)
        table.columns = pd.Index([str(name).strip() for name in table.columns])
        return pd.DataFrame({name: table[name].fillna("").str.strip() for name in table.columns})

    def _check_rows(self, table: pd.DataFrame) -> None:
        """Refuse columns of one name, and rows that are cut short."""
        twice = [name for name, count in Counter(name for name in self.header if name).items() if count > 1]
        if twice:
            raise self.fault(f"has several columns named {', '.join(twice[:5])}; keep one of each")
        if not whole_lines(self.path):
            raise self.fault("does not end with a line end, so its last row may be cut short; get it again")
        sep = "\t" if "\t" in next(iter(self.head.splitlines()), "") else ","
        last = table.iloc[:, -1]
        sure = bool((last.notna() & (last != "")).all())
        if sep == "," and not sure:  # flat files with tabs leave empty cells at the end away
            check_cells(self.path, sep, self.encoding or "latin-1", notes=True)

    def _parsed(self, encoding: str) -> pd.DataFrame:
        sep = "\t" if "\t" in next(iter(self.head.splitlines()), "") else ","
        try:
            return pd.read_csv(
                self.path, sep=sep, encoding=encoding, dtype="str", keep_default_na=False, skipinitialspace=True
            )
        except UnicodeDecodeError:
            raise
        except (ValueError, EOFError) as error:
            raise self.fault(f"cannot be read: {' '.join(str(error).split())[:200]}; get it again") from None

    def period(self) -> Period:
        """Return the survey period: what the user gave, else what the file's name says.

        Raises
        ------
        LayerError
            Where neither says it.
        """
        if self.given is not None:
            return self.given
        found = next(filter(None, (pattern.search(self.path.name) for pattern in _YEARS)), None)
        if found is None:
            remedy = "name it like acs5_2019_b23001.json (ACSDT5Y2019.B23001-Data.csv also says it), or give the period"
            raise self.fault(f"does not say which years its estimates are of; {remedy}")
        year, length = int(found["year"]), int(found["length"])
        return Period(dt.date(year - length + 1, 1, 1), dt.date(year, 12, 31))

    def _open(self) -> IO[bytes]:
        if self.path.suffix == ".gz":
            return cast("IO[bytes]", gzip.open(self.path))
        return self.path.open("rb")
