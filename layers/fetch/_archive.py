"""Archives of others: looked at before anything is unpacked, and unpacked only to where they belong."""

import fnmatch
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final
from uuid import uuid4

from layers._zip import files_of, member_fault
from layers.fetch._record import flush

_MOST_MEMBERS: Final = 100_000
_CHUNK: Final = 1 << 20
_BROKEN: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


class BadContentError(Exception):
    """What came is not what was asked for; the text says why."""


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Give a zip archive.

    Raises
    ------
    BadContentError
        Where it is none, or is broken.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except _BROKEN as error:
        said = " ".join(str(error).split())[:100]
        raise BadContentError(f"is a broken zip archive ({said}); get it again") from None


def safe_members(archive: zipfile.ZipFile, most_bytes: float) -> list[zipfile.ZipInfo]:
    """Return the files of an archive.

    Raises
    ------
    BadContentError
        Where it holds paths that lead out, links, secret parts, the same name twice, or more than is allowed.
    """
    found = files_of(archive)
    if len(found) > _MOST_MEMBERS:
        raise BadContentError(f"holds {len(found):,} files, more than {_MOST_MEMBERS:,}; it is refused")
    faults = [said for said in map(member_fault, found) if said]
    if faults:
        raise BadContentError(f"is a zip that must not be unpacked: {faults[0]}")
    names = [member.filename.casefold() for member in found]
    if len(set(names)) < len(names):
        raise BadContentError("holds the same file twice; it is refused")
    total = sum(member.file_size for member in found)
    if total > most_bytes:
        raise BadContentError(f"unpacks to {total / 1e6:,.0f} MB, more than {most_bytes / 1e6:,.0f} MB; it is refused")
    return found


def matching(members: list[zipfile.ZipInfo], pattern: str) -> list[zipfile.ZipInfo]:
    """Return the members of which the last name fits a pattern, capitals or not, by name."""
    fits = [
        each
        for each in members
        if fnmatch.fnmatchcase(PurePosixPath(each.filename).name.casefold(), pattern.casefold())
    ]
    return sorted(fits, key=lambda each: each.filename)


def check_whole(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], most_bytes: float) -> None:
    """Read all members to their ends: sizes are as claimed and check sums right.

    Raises
    ------
    BadContentError
        Where they are not.
    """
    total = 0
    for member in members:
        with archive.open(member) as file:
            while chunk := file.read(_CHUNK):
                total += len(chunk)
                if total > most_bytes:
                    raise BadContentError(f"unpacks to more than {most_bytes / 1e6:,.0f} MB; it is refused")


def unpack(path: Path, pattern: str, folder: Path, most_bytes: float) -> tuple[Path, ...]:
    """Write the members that fit a pattern into a folder, and return their places.

    A member appears under its name only when it is whole.

    Raises
    ------
    BadContentError
        Where the archive is not safe or none fits.
    OSError
        Where the folder cannot be written.
    """
    with opened(path) as archive:
        members = matching(safe_members(archive, most_bytes), pattern)
        if not members:
            raise BadContentError(f"holds no file like '{pattern}'")
        return tuple(_written(archive, member, folder) for member in members)


def _written(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> Path:
    place = folder / PurePosixPath(member.filename)
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_file() and place.stat().st_size == member.file_size and _crc(place) == member.CRC:
        return place
    temporary = folder / f".unpacking-{uuid4().hex}"
    try:
        with archive.open(member) as file, temporary.open("wb") as target:
            shutil.copyfileobj(file, target, _CHUNK)
        flush(temporary)
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)
    return place


def _crc(path: Path) -> int:
    found = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found = zlib.crc32(chunk, found)
    return found
