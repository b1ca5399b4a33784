"""What a file is and claims, looked at before a library opens it.

Libraries choose the format by content, follow what a file refers to, and believe what it says of its size. So a file
must begin as its name says, refer to nothing outside, and claim no more than its bytes can hold.
"""

import codecs
import re
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from glob import escape
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Final, cast

from layers import limits
from layers._guard_tables import BLOCK, BROKEN, drain, fault
from layers._zip import files_of, member, member_fault
from layers.errors import LayerError

_JSON: Final = frozenset({"GeoJSON", "GeoJSONSeq", "ESRIJSON", "TopoJSON", "JSONFG"})
_KML: Final = frozenset({"KML", "LIBKML"})
_DRIVERS: Final[Mapping[str, frozenset[str]]] = {
    ".gpkg": frozenset({"GPKG"}), ".geojson": _JSON, ".json": _JSON, ".shp": frozenset({"ESRI Shapefile"}),
    ".fgb": frozenset({"FlatGeobuf"}), ".kml": _KML,
    ".zip": frozenset({"ESRI Shapefile", "GPKG", "FlatGeobuf", "OpenFileGDB", *_JSON, *_KML}),
}  # fmt: skip
_REFERRING: Final = (".vrt", ".zip", ".kmz", ".gz", ".tar")
_VIRTUAL: Final = ("using rtree", "using fts", 'using "rtree"')
_SIGNS: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"|[{}\[\]]', re.DOTALL)
_OPEN: Final = (b"{", b"[")
_CLOSE: Final = (b"}", b"]")
_MARKS: Final = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def before_gdal(path: Path) -> None:
    """Refuse a file for GDAL that is not what its name says, or that no reader should open.

    Raises
    ------
    LayerError
        Saying what is wrong with it.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    kind = path.suffix.lower()
    if not _begins(kind, head):
        raise fault(f"cannot be read: it does not begin as a {kind} file does; give it its true name or get it again")
    guard = _GUARDS.get(kind)
    if guard is not None:
        guard(path)


def check_driver(path: Path, driver: str) -> None:
    """Refuse a file that GDAL takes for another format than its name says, such as one that refers to other files."""
    if driver not in _DRIVERS[path.suffix.lower()]:
        raise fault(f"is of format {driver}, not what its name says; give it its true name or get it again")


def _begins(kind: str, head: bytes) -> bool:
    if kind == ".shp":
        return head.startswith(b"\x00\x00\x27\x0a")
    if kind == ".fgb":
        return head.startswith(b"fgb\x03fgb")
    if kind == ".zip":
        return head.startswith(b"PK")
    if kind == ".gpkg":
        return head.startswith(b"SQLite format 3\0")
    for mark in _MARKS:
        head = head.removeprefix(mark)
    text = head.replace(b"\0", b"").lstrip()
    return text.startswith(b"{") if kind in (".json", ".geojson") else text.startswith(b"<") and b"<kml" in text


def refuse_entities(file: BinaryIO) -> None:
    """Refuse XML that declares a document type: it may hold entities that grow without end or read other files."""
    end = b""
    while block := file.read(BLOCK):
        text = end + block.replace(b"\0", b"")  # UTF-16 has the same letters between NUL bytes
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            raise fault("declares a document type or entities, which no map data needs; get it from its source again")
        end = text[-16:]


def _whole_json(path: Path) -> None:
    """Refuse JSON whose brackets do not match or go too deep: parsers recurse, and GDAL reads a part without a word."""
    level = deepest = 0
    for found in _SIGNS.finditer(path.read_bytes()):
        sign = found.group()
        level += (sign in _OPEN) - (sign in _CLOSE)
        deepest = max(deepest, level)
        if deepest > limits.NESTING:
            raise fault(f"is nested more than {limits.NESTING} deep; get it again")
    if level:
        raise fault("cannot be read: it is cut short or has brackets that do not match; get the whole file again")


def _database(path: Path) -> None:
    """Refuse a GeoPackage that is damaged inside, or that computes its rows without end."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            database.text_factory = lambda text: text.decode("utf-8", "replace")
            (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise fault(f"cannot be read: it is damaged inside ({str(found)[:100]}); get it again")
            _check_tables(database)
    except (sqlite3.Error, OverflowError) as error:
        raise fault(f"cannot be read: it is damaged inside ({error}); get it again") from None


def _check_tables(database: sqlite3.Connection) -> None:
    rows = database.execute("SELECT name, type, coalesce(sql, '') FROM sqlite_master").fetchall()
    for name, kind, text in rows:
        words = str(text).lower().split()
        if words[:3] == ["create", "virtual", "table"] and not any(each in str(text).lower() for each in _VIRTUAL):
            raise fault(f"has a table '{str(name)[:60]}' that reads other data; export the layer into a new GeoPackage")
        if kind == "view":
            _count_view(database, str(name))


def _count_view(database: sqlite3.Connection, name: str) -> None:
    shown = name.replace('"', '""')
    database.set_progress_handler(lambda: 1, limits.VIEW_STEPS)
    try:
        database.execute(f'SELECT count(*) FROM "{shown}"').fetchone()  # noqa: S608 (quoted)
    except sqlite3.Error as error:
        raise fault(f"has a view '{name[:60]}' that cannot be read ({error}); export the layer as a table") from None
    finally:
        database.set_progress_handler(None, 0)


def _shapefile(path: Path) -> None:
    """Refuse a Shapefile whose parts are shorter than they say, or are not of the same rows."""
    parts = {part.suffix.lower(): part for part in path.parent.glob(f"{escape(path.stem)}.*")}
    if ".dbf" not in parts:
        raise fault(f"has no {path.stem}.dbf beside it, where its columns are; get all its parts")
    rows = _dbf_rows(parts[".dbf"])
    for kind in (".shp", ".shx"):
        if kind in parts:
            _check_length(parts[kind])
    if ".shx" in parts:
        shapes = (parts[".shx"].stat().st_size - 100) // 8
        if shapes != rows:
            raise fault(f"has {shapes:,} shapes and {rows:,} rows of columns; get all its parts again")


def _check_length(part: Path) -> None:
    with part.open("rb") as file:
        head = file.read(100)
    size, said = part.stat().st_size, 2 * int.from_bytes(head[24:28], "big")
    if len(head) < 100 or size != said:
        raise fault(f"part {part.name} has {size:,} bytes and says {said:,}; get the whole file again")


def _dbf_rows(part: Path) -> int:
    with part.open("rb") as file:
        head = file.read(32)
    rows, start, each = (
        int.from_bytes(head[4:8], "little"),
        int.from_bytes(head[8:10], "little"),
        int.from_bytes(head[10:12], "little"),
    )
    size = part.stat().st_size
    if len(head) < 32 or each == 0 or not start + rows * each <= size <= start + rows * each + 1:
        raise fault(
            f"part {part.name} is cut short or does not hold the {rows:,} rows that it says; get the whole file again"
        )
    return rows


def _archive(path: Path) -> None:
    """Refuse a zip with members that lead out of it, refer to other files, or unpack to more than is borne."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = files_of(archive)
            faults = [said for said in map(_member_fault, infos) if said]
            faults += _archive_faults(infos)
            if faults:
                raise LayerError("", faults[:5])
            for info in infos:
                _unpack(archive, info)
    except BROKEN as error:
        reason = " ".join(str(error).split())[:200] or "it ends too early"
        raise fault(f"is a damaged zip ({reason}); get it again") from None


def _member_fault(info: zipfile.ZipInfo) -> str:
    if said := member_fault(info):
        return said
    if info.filename.lower().endswith(_REFERRING):
        return f"{member(info)} refers to other files or packs them; unpack it, and name the layer's own file"
    return ""


def _archive_faults(infos: list[zipfile.ZipInfo]) -> list[str]:
    faults = []
    if len(infos) > limits.MEMBERS:
        faults.append(f"has {len(infos):,} members, {limits.MEMBERS:,} are the most; pack the layer alone")
    total = sum(info.file_size for info in infos)
    if total > limits.UNPACKED_BYTES:
        faults.append(
            f"unpacks to {total:,} bytes, {limits.UNPACKED_BYTES:,} are the most; unpack it and name the file in it"
        )
    twice = [name for name, count in Counter(info.filename for info in infos).items() if count > 1]
    if twice:
        faults.append(f"has two members '{twice[0][:100]}'; keep one")
    places = sorted((info.header_offset, info.compress_size) for info in infos)
    if any(first + size > second for (first, size), (second, _) in pairwise(places)):
        faults.append("has members that overlap; pack it again")
    return faults


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Read a member to its end, so that its checksum is tested, and no further than is borne."""
    with archive.open(info) as file:
        drain(cast("BinaryIO", file), info.compress_size)
    if not info.filename.lower().endswith((".kml", ".gml", ".xml")):
        return
    with archive.open(info) as file:
        refuse_entities(cast("BinaryIO", file))


_GUARDS: Final[Mapping[str, Callable[[Path], None]]] = {
    ".json": _whole_json, ".geojson": _whole_json, ".gpkg": _database, ".shp": _shapefile, ".zip": _archive,
    ".kml": lambda path: _in_file(path, refuse_entities),
}  # fmt: skip


def _in_file(path: Path, check: Callable[[BinaryIO], None]) -> None:
    with path.open("rb") as file:
        check(file)


def refuse_entities_of(path: Path) -> None:
    """Refuse an XML file that declares entities; see `refuse_entities`."""
    _in_file(path, refuse_entities)
