"""Is what came what was asked for? Looked at before it enters the cache."""

import csv
import gzip
import html
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO, Any, Final

from layers.fetch._archive import BadContentError, check_whole, matching, opened, safe_members
from layers.fetch._source import Source

_HEAD: Final = 1 << 16
_CHUNK: Final = 1 << 20
_TIMES: Final = 20
_PAGE: Final = re.compile(rb"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_REMARK: Final = re.compile(r"(?:<remark>\s*|\"remark\":\s*\")(?P<said>[^<\"]{0,200})")


def most_unpacked(source: Source) -> float:
    """Return the most bytes that a file of this source may unpack to."""
    return (source.max_unpacked_mb or _TIMES * source.max_mb) * 1e6


def check_content(path: Path, source: Source, values: Mapping[str, str]) -> None:
    """Check that a file is of its source's kind, whole, and has the columns that must be there.

    Raises
    ------
    BadContentError
        Where it is not.
    """
    head = _head(path)
    if not head.strip():
        raise BadContentError("is empty; the source has nothing for these parts, or is disturbed")
    if is_page(head):
        raise BadContentError(
            f"is a web page{_title(head)} in place of {source.kind}; the address has moved, or asks for a key or a sign-in"
        )
    columns = tuple(source.filled(name, values) for name in source.columns)
    _CHECKS[source.kind](path, source, columns)


def is_page(head: bytes) -> bool:
    """Whether a file begins as a web page does."""
    return _PAGE.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


def _title(head: bytes) -> str:
    found = re.search(rb"<title[^>]*>([^<]{1,80})", head, re.IGNORECASE)
    text = " ".join(html.unescape(found.group(1).decode("utf-8", "replace")).split()) if found else ""
    return f" ('{text}')" if text else ""


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def _need(columns: Iterable[str], found: Iterable[str], where: str = "") -> None:
    names = {name.strip().casefold() for name in found}
    lost = [name for name in columns if name.casefold() not in names]
    if lost:
        raise BadContentError(
            f"has no column {', '.join(lost)}{where}: the source has changed its shape; a newer Townline may know it"
        )


def _check_table(path: Path, _source: Source, columns: tuple[str, ...]) -> None:
    with path.open("rb") as file:
        _need(columns, _header(file))


def _header(file: IO[bytes]) -> list[str]:
    """Return the names in the first line of a table with commas, tabs or bars between them."""
    line = file.readline(_HEAD).decode("utf-8-sig", "replace").strip("\r\n")
    sign = next((sign for sign in "\t|" if sign in line), ",")
    return next(csv.reader(io.StringIO(line), delimiter=sign), [])


def _check_json(path: Path, _source: Source, columns: tuple[str, ...]) -> None:
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        begins = " ".join(_head(path)[:80].decode("utf-8", "replace").split())
        raise BadContentError(f"is not whole JSON (begins '{begins}'); get it again") from None
    if isinstance(content, dict) and isinstance(content.get("remark"), str) and "error" in content["remark"]:
        raise BadContentError(f"is not whole: the server said '{content['remark'][:200]}'; ask for a smaller box")
    _need(columns, _keys(content))


def _keys(content: Any) -> list[str]:
    """Return the names of a list of rows (in its first row), of an object, or of the first object in its ``data``."""
    if isinstance(content, list):
        return [str(name) for name in content[0]] if content and isinstance(content[0], (list, dict)) else []
    if not isinstance(content, dict):
        return []
    rows = content.get("data")
    if isinstance(rows, list):
        if not rows:
            raise BadContentError("lists nothing; name other parts")
        return list(rows[0]) if isinstance(rows[0], dict) else []
    return list(content)


def _check_xml(path: Path, _source: Source, columns: tuple[str, ...]) -> None:
    """Look at both ends of the text; nothing is parsed here, so that nothing in it can unfold."""
    head = _head(path).decode("utf-8", "replace")
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _HEAD))
        tail = file.read().decode("utf-8", "replace").rstrip()
    if "<!DOCTYPE" in head or "<!ENTITY" in head:
        raise BadContentError("declares entities of its own; it is refused")
    for name in columns:
        if not re.search(rf"<{re.escape(name)}[\s>]", head):
            raise BadContentError(f"is no <{name}> document; get it again")
        remark = _REMARK.search(tail)
        if remark and "error" in remark["said"]:
            raise BadContentError(f"is not whole: the server said '{remark['said'].strip()}'; ask for a smaller box")
        if not tail.endswith(f"</{name}>"):
            raise BadContentError("is cut short; get it again")


def _check_zip(path: Path, source: Source, columns: tuple[str, ...]) -> None:
    most = most_unpacked(source)
    with opened(path) as archive:
        members = safe_members(archive, most)
        fits = matching(members, source.member or "*")
        if not fits:
            raise BadContentError(f"holds no file like '{source.member or '*'}'; the source has changed its shape")
        check_whole(archive, members, most)
        with archive.open(fits[0]) as file:
            found = _dbf_names(file) if fits[0].filename.lower().endswith(".dbf") else _header(file)
        _need(columns, found, f" in {fits[0].filename}")


def _dbf_names(file: IO[bytes]) -> list[str]:
    """Return the column names of a dBASE table: 32 bytes of head, then 32 for each column, until a carriage return."""
    head = file.read(32)
    if len(head) < 32:
        raise BadContentError("holds a .dbf that is cut short; get it again")
    length = struct.unpack("<H", head[8:10])[0]
    rows = file.read(max(0, length - 32))
    rows = rows[: len(rows) // 32 * 32]
    return [
        rows[at : at + 11].split(b"\0")[0].decode("ascii", "replace")
        for at in range(0, len(rows), 32)
        if rows[at] != 13
    ]


def _check_xlsx(path: Path, source: Source, columns: tuple[str, ...]) -> None:
    """Look for the columns' names in the workbook's texts; its sheets are not parsed here."""
    most = most_unpacked(source)
    with opened(path) as archive:
        members = safe_members(archive, most)
        names = {member.filename for member in members}
        if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
            raise BadContentError("is no workbook; the source has changed its shape")
        check_whole(archive, members, most)
        _need(columns, _texts(archive, names))


def _texts(archive: zipfile.ZipFile, names: set[str]) -> set[str]:
    wanted = [
        name for name in sorted(names) if name == "xl/sharedStrings.xml" or name.startswith("xl/worksheets/sheet")
    ]
    runs: set[str] = set()
    for name in wanted:
        text = archive.read(name).decode("utf-8", "replace")
        if "<!DOCTYPE" in text[:_HEAD] or "<!ENTITY" in text[:_HEAD]:
            raise BadContentError("declares entities of its own; it is refused")
        items = re.findall(r"<(?:si|is)\b[^>]*>(.*?)</(?:si|is)>", text, re.DOTALL)
        runs |= {html.unescape("".join(re.findall(r"<t\b[^>]*>([^<]*)</t>", item))) for item in items}
    return {" ".join(run.split()) for run in runs}


def _check_gz(path: Path, source: Source, columns: tuple[str, ...]) -> None:
    with gzip.open(path) as file:
        _whole_gzip(file, most_unpacked(source))
    with gzip.open(path) as file:
        _need(columns, _header(file))  # type: ignore[arg-type] # a GzipFile reads as any binary file does


def _whole_gzip(file: gzip.GzipFile, most_bytes: float, write: Callable[[bytes], object] = len) -> None:
    total = 0
    try:
        while chunk := file.read(_CHUNK):
            total += len(chunk)
            if total > most_bytes:
                raise BadContentError(f"unpacks to more than {most_bytes / 1e6:,.0f} MB; it is refused")
            write(chunk)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise BadContentError("is broken or cut short gzip; get it again") from None


def gunzip(packed: Path, target: Path, most_bytes: float) -> None:
    """Write what a gzip file holds.

    Raises
    ------
    BadContentError
        Where it is broken, cut short, or larger than allowed.
    OSError
        Where the target cannot be written.
    """
    with gzip.open(packed) as file, target.open("wb") as out:
        _whole_gzip(file, most_bytes, out.write)


_CHECKS: Final[Mapping[str, Callable[[Path, Source, tuple[str, ...]], None]]] = {
    "csv": _check_table,
    "tsv": _check_table,
    "json": _check_json,
    "xml": _check_xml,
    "zip": _check_zip,
    "xlsx": _check_xlsx,
    "gz": _check_gz,
}
