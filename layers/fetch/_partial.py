"""What has come of a file that is not whole yet, and what it is a part of."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from layers.fetch._address import Ask
from layers.fetch._archive import BadContentError
from layers.fetch._check import gunzip
from layers.fetch._record import flush
from layers.fetch._secrets import redacted


class DiskError(Exception):
    """The cache cannot be written."""

    def __init__(self, problem: OSError) -> None:
        self.problem = problem
        super().__init__()


class Partial:
    """What has come of a file, with a note beside it of what it is a part of.

    Parameters
    ----------
    path
        Where it stands.
    ask
        The question that it answers; a part of another answer is thrown away.
    """

    def __init__(self, path: Path, ask: Ask) -> None:
        self.path = path
        self.note = path.with_name(path.name + ".json")
        self.ask = ask
        self.said: dict[str, str] = {}
        self._read_note()

    def _read_note(self) -> None:
        try:
            note = json.loads(self.note.read_text("utf-8"))
            if note["url"] == self.ask.url and self.path.is_file():
                self.said = {str(name): str(text) for name, text in note.items()}
                return
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass
        self.discard()

    def have(self) -> int:
        """Return how many bytes have come."""
        return self.path.stat().st_size if self.path.exists() else 0

    def can_resume(self) -> bool:
        """Whether the server said that it gives the rest, and of what."""
        return (
            not self.ask.body and bool(self.said.get("validator")) and bool(self.said.get("ranges")) and self.have() > 0
        )

    def is_whole(self) -> bool:
        """Whether all has come, as when a run was ended just before the file was put in its place."""
        return self.can_resume() and self.said.get("length") == str(self.have())

    def headers(self) -> dict[str, str]:
        """Return the headers that ask for the rest."""
        if not self.can_resume():
            return {}
        return {"Range": f"bytes={self.have()}-", "If-Range": self.said["validator"]}

    def begin(self, answer: requests.Response, whole: int | None, begin_at: int) -> None:
        """Note what the answer says of the file, before any of it is written."""
        if begin_at:
            return
        get = answer.headers.get
        etag, modified = (self._without_secrets(get(name, "")) for name in ("ETag", "Last-Modified"))
        self.said = {
            "url": self.ask.url,
            "etag": etag,
            "last_modified": modified,
            "validator": modified if not etag or etag.startswith("W/") else etag,
            "ranges": "bytes" if "bytes" in get("Accept-Ranges", "") else "",
            "encoding": get("Content-Encoding", "").strip().lower().replace("identity", ""),
            "length": "" if whole is None else str(whole),
        }
        self.discard(keep_note=True)
        with _disk():
            self.note.write_text(json.dumps(self.said, sort_keys=True), "utf-8")

    def _without_secrets(self, tag: str) -> str:
        return tag if redacted(tag, self.ask.secrets) == tag else ""

    @contextmanager
    def opened(self, *, fresh: bool) -> Iterator[Callable[[bytes], Any]]:
        """Give what writes at the end of the part."""
        with _disk():
            file = self.path.open("wb" if fresh else "ab")

        def write(chunk: bytes) -> None:
            with _disk():
                file.write(chunk)

        try:
            yield write
        finally:
            with _disk():
                file.close()
        with _disk():
            flush(self.path)

    def unpacked(self, most_bytes: float) -> Path:
        """Return the part as the file that it is, without the gzip that it may have come in.

        Raises
        ------
        BadContentError
            Where that is broken or too large, or is of another kind.
        """
        encoding = self.said.get("encoding", "")
        if not encoding:
            return self.path
        if encoding not in ("gzip", "x-gzip"):
            raise BadContentError(f"came packed as '{encoding[:20]}', which was not asked for")
        target = self.path.with_name(".unpacked")
        gunzip(self.path, target, most_bytes)
        return target

    def leave(self) -> None:
        """Leave behind only what a later run can resume."""
        if not self.can_resume():
            self.discard()

    def discard(self, *, keep_note: bool = False) -> None:
        """Remove what has come."""
        with _disk():
            self.path.unlink(missing_ok=True)
            self.path.with_name(".unpacked").unlink(missing_ok=True)
            if not keep_note:
                self.note.unlink(missing_ok=True)
                self.said = {}


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise DiskError(problem) from None
