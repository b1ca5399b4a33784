"""What the cache holds: a file and its record, in a folder for each source and its parts."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from layers.errors import FetchError
from layers.hashes import file_hash

RECORD: Final = "record.json"


@dataclass(frozen=True)
class Fetched:
    """A file in the cache, and where it comes from.

    Attributes
    ----------
    path
        The file.
    key
        Its source.
    url
        Address that was asked, without secrets.
    sha256, bytes
        Hash and size of the file.
    fetched_at
        Time in UTC, such as ``2026-11-23T14:30:00Z``.
    as_of
        Day that the data describes; the day of fetching where the source changes without saying so.
    licence, source
        Under which licence, and who publishes it.
    """

    path: Path
    key: str
    url: str
    sha256: str
    bytes: int
    fetched_at: str
    as_of: str
    licence: str
    source: str


@dataclass(frozen=True)
class Slot:
    """The folder of one file in the cache.

    Attributes
    ----------
    folder
        The folder.
    name
        Name of the file in it.
    """

    folder: Path
    name: str

    @property
    def content(self) -> Path:
        """The file."""
        return self.folder / self.name

    @property
    def part(self) -> Path:
        """What has come of a file that is not whole yet."""
        return self.folder / ".part"

    @property
    def lock(self) -> Path:
        """Lock that a run holds while it fetches this file."""
        return self.folder / ".lock"

    def read(self) -> Fetched | None:
        """Return the file and its record; none where it is not there, or is not as the record says."""
        try:
            written = json.loads((self.folder / RECORD).read_text("utf-8"))
            wanted = {each.name for each in fields(Fetched)} - {"path"}
            found = Fetched(path=self.content, **{name: written[name] for name in wanted})
            whole = self.content.stat().st_size == found.bytes and file_hash(self.content) == found.sha256
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if whole else None

    def damaged(self) -> bool:
        """Whether a record is there, but the file is not as it says."""
        return (self.folder / RECORD).exists() and self.read() is None

    def keep(self, staged: Path, fetched: Fetched, more: Mapping[str, Any]) -> None:
        """Move a whole file to its place and write its record after it: a record never stands before its file."""
        flush(staged)
        staged.replace(self.content)
        flush(self.folder)
        record = {name: value for name, value in asdict(fetched).items() if name != "path"}
        temporary = self.folder / ".record"
        temporary.write_text(json.dumps({**record, **more}, indent=2, sort_keys=True) + "\n", "utf-8")
        flush(temporary)
        temporary.replace(self.folder / RECORD)
        flush(self.folder)


def slot(root: Path, key: str, parts: Mapping[str, str], name: str) -> Slot:
    """Return the folder of one file: the source's key, then its parts."""
    text = ",".join(f"{part}={parts[part]}" for part in sorted(parts)) or "all"
    return Slot(root / key / _file_name(text), _file_name(name))


def _file_name(text: str) -> str:
    """Return a text as a name that every file system takes."""
    plain = re.sub(r"[^A-Za-z0-9.,=_-]+", "_", text).lstrip(".") or "_"
    return plain if len(plain) <= 120 else f"{plain[:80]}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def flush(path: Path) -> None:
    """Have the disk keep a file, or a folder's names, before anything else happens."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def disk_fault(folder: Path, problem: OSError) -> FetchError:
    """Return the error of a cache that cannot be written."""
    fault = f"cannot be written: {problem.strerror or 'the disk refuses'}; make room, or name another --folder"
    return FetchError(f"cache {folder}", [fault])
