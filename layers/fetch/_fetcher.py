"""Sources by key: out of the cache, else from the network into the cache."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from filelock import FileLock, Timeout
from platformdirs import user_data_path

from layers.errors import FetchError, suggestion
from layers.fetch import _archive
from layers.fetch._address import Ask, ask, checked_base
from layers.fetch._archive import BadContentError
from layers.fetch._check import check_content, most_unpacked
from layers.fetch._client import Client, session
from layers.fetch._partial import DiskError, Partial
from layers.fetch._policy import Policy
from layers.fetch._record import Fetched, Slot, disk_fault, slot
from layers.fetch._secrets import redacted
from layers.fetch._source import Source, sources
from layers.hashes import file_hash

_PATIENT: Final = Policy()


def default_folder() -> Path:
    """Return the cache's place in the user's data folder."""
    return user_data_path("townline", appauthor=False) / "fetched"


class Fetcher:
    """Gives files of public sources, each fetched once.

    Parameters
    ----------
    folder
        The cache; the user's data folder where none is named.
    base
        Stands in place of scheme and host of every address: a mirror (https), or a server on this machine. Its files are
        kept apart from those of the true addresses, and a mirror gets no credentials.
    offline
        Give what the cache has, and open no connection.
    tell
        Told in words what goes on.
    policy
        How patient to be.
    rows
        Sources; those of the package where none are given.

    Raises
    ------
    FetchError
        Where the base is neither https nor this machine.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        base: str = "",
        offline: bool = False,
        tell: Callable[[str], None] = lambda _text: None,
        policy: Policy = _PATIENT,
        rows: Mapping[str, Source] | None = None,
    ) -> None:
        self.base = checked_base(base)
        self.folder = Path(folder) if folder is not None else default_folder()
        self.offline = offline
        self.policy = policy
        self.rows = sources() if rows is None else rows
        self._client = Client(session(), policy, self.folder / "hosts", tell)
        self._tell = tell

    def get(self, key: str, /, **parts: str) -> Fetched:
        """Return a file of a source.

        Parameters
        ----------
        key
            The source (see `sources`).
        **parts
            What fills the braces of its address, as text, such as ``state="25"``.

        Raises
        ------
        FetchError
            Where the source or a part is not known, it cannot be had, or what came is not what was asked for. The cache is
            as before then.
        """
        source = self._source(key)
        if source.listing:
            raise source.fault("has several files; use get_all")
        values = source.values(parts)
        place = self._slot(source, values, parts)
        cached = None if self.policy.refresh and not self.offline else place.read()
        if cached is not None:
            return cached
        if self.offline:
            raise self._absent(source, parts, damaged=place.damaged())
        return self._locked(source, place, values)

    def get_all(self, key: str, /, **parts: str) -> tuple[Fetched, ...]:
        """Return all files of a source: one for most, several for a source that lists its files.

        Raises
        ------
        FetchError
            As `get`, and where its list has none for these parts.
        """
        source = self._source(key)
        if not source.listing:
            return (self.get(key, **parts),)
        source.values(parts)
        wanted = {name: source.filled(text, parts) for name, text in source.match.items()}
        listing = self._source(source.listing)
        listed = self.get(listing.key, **{name: parts[name] for name in listing.parts})
        rows = [row for row in _listed(listed.path) if all(str(row.get(name)) == text for name, text in wanted.items())]
        if not rows:
            said = ", ".join(f"{name} {text}" for name, text in wanted.items())
            raise source.fault(f"lists no file with {said}; name other parts", listed.url)
        each = self._source(source.each)
        given = {name: parts[name] for name in each.parts if name in parts}
        return tuple(
            self.get(each.key, **given, **{name: str(row.get(column)) for name, column in source.choose.items()})
            for row in rows
        )

    def has(self, key: str, /, **parts: str) -> bool:
        """Return whether the cache has a file, whole."""
        source = self._source(key)
        if source.listing:
            offline = Fetcher(self.folder, base=self.base, offline=True, rows=self.rows)
            try:
                return bool(offline.get_all(key, **parts))
            except FetchError:
                return False
        return self._slot(source, source.values(parts), parts).read() is not None

    def missing(self, wanted: Iterable[tuple[str, Mapping[str, str]]]) -> list[str]:
        """Return the commands that fetch what the cache does not have."""
        return [command(key, parts) for key, parts in wanted if not self.has(key, **parts)]

    def unpack(self, fetched: Fetched, pattern: str = "*") -> tuple[Path, ...]:
        """Write members of a fetched zip into a folder beside it, and return their places, by name.

        Parameters
        ----------
        fetched
            The archive.
        pattern
            For the last name of a member, capitals or not, such as ``*.csv``.

        Raises
        ------
        FetchError
            Where the archive is broken or not safe, none fits, or the folder cannot be written.
        """
        source = self._source(fetched.key)
        folder = fetched.path.parent / "unpacked"
        try:
            with FileLock(fetched.path.parent / ".lock", timeout=self.policy.deadline_s):
                return _archive.unpack(fetched.path, pattern, folder, most_unpacked(source))
        except BadContentError as error:
            raise source.fault(str(error), fetched.url) from None
        except Timeout:
            raise source.fault("is being unpacked by another run; try again", fetched.url) from None
        except OSError as problem:
            raise disk_fault(folder, problem) from None

    def _source(self, key: str) -> Source:
        if key not in self.rows:
            raise FetchError(f"source '{key}'", [f"is not known{suggestion(key, self.rows)}"])
        return self.rows[key]

    def _slot(self, source: Source, values: Mapping[str, str], parts: Mapping[str, str]) -> Slot:
        where = self.folder / "mirrors" / urlsplit(self.base).netloc.replace(":", "_") if self.base else self.folder
        name = (
            source.filled(source.file, values)
            if source.file
            else Path(urlsplit(source.filled(source.url, values)).path).name
        )
        return slot(where, source.key, parts, name.replace(" ", "_"))

    def _absent(self, source: Source, parts: Mapping[str, str], *, damaged: bool) -> FetchError:
        why = "is damaged in the cache" if damaged else "is not in the cache"
        return source.fault(f"{why}, and nothing is fetched offline; with a network run: {command(source.key, parts)}")

    def _locked(self, source: Source, place: Slot, values: Mapping[str, str]) -> Fetched:
        question = ask(source, values, self.base)
        try:
            place.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(place.lock, timeout=self.policy.deadline_s):
                cached = None if self.policy.refresh else place.read()  # another run may have fetched it meanwhile
                return cached or self._fetch(question, place, values)
        except Timeout:
            fault = (
                f"is being fetched by another run for over {self.policy.deadline_s:.0f} s; end that run, or wait for it"
            )
            raise source.fault(fault, question.url) from None
        except DiskError as error:
            raise disk_fault(place.folder, error.problem) from None
        except OSError as problem:
            raise disk_fault(place.folder, problem) from None

    def _fetch(self, question: Ask, place: Slot, values: Mapping[str, str]) -> Fetched:
        source = question.source
        self._tell(f"{source.key}: asking {question.host}")
        partial = Partial(place.part, question)
        try:
            self._client.download(question, partial)
            whole = partial.unpacked(source.max_mb * 1e6)
            _check_hash(whole, source)
            check_content(whole, source, values)
            made = _made(whole, place, question, values)
            place.keep(whole, made, _said(partial))
            partial.discard()
        except BadContentError as error:
            partial.discard()
            raise source.fault(redacted(str(error), question.secrets), question.url) from None
        except (DiskError, OSError):
            partial.discard()  # makes room
            raise
        finally:
            partial.leave()
        return made


def _check_hash(whole: Path, source: Source) -> None:
    if source.sha256 and file_hash(whole) != source.sha256:
        raise BadContentError("has another hash than the source's row says; it was changed, or tampered with")


def command(key: str, parts: Mapping[str, str]) -> str:
    """Return the command that fetches a file."""
    given = [f"{name}={value}" for name, value in sorted(parts.items())]
    return " ".join(["townline fetch", key, *(f'"{each}"' if " " in each else each for each in given)])


def _made(whole: Path, place: Slot, question: Ask, values: Mapping[str, str]) -> Fetched:
    source = question.source
    now = datetime.now(UTC)
    return Fetched(
        path=place.content,
        key=source.key,
        url=question.url,
        sha256=file_hash(whole),
        bytes=whole.stat().st_size,
        fetched_at=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        as_of=source.filled(source.as_of, {**values, "fetched": now.date().isoformat()}),
        licence=source.licence,
        source=source.source,
    )


def _said(partial: Partial) -> dict[str, str]:
    """Return what the server said of the file; tags that repeat a secret are left out."""
    return {
        name: redacted(partial.said.get(name, ""), partial.ask.secrets)
        for name in ("etag", "last_modified")
        if partial.said.get(name)
    } | ({"question": partial.ask.body} if partial.ask.body else {})


def _listed(path: Path) -> list[dict[str, Any]]:
    content = json.loads(path.read_bytes())
    return [row for row in content["data"] if isinstance(row, dict)]
