"""The record of what was ingested into a folder, so that the same work is not done twice.

``ingest.json`` is the record and depends on the sources alone. ``.ingest-seen.json`` holds sizes and times of change
of this machine's files, so that an unchanged file need not be hashed again; without it everything is hashed once.
"""

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from layers.filings._format import formats
from layers.hashes import file_hash
from layers.limits import read_json
from layers.save import move_in, write_json

RECORD: Final = "ingest.json"
_SEEN: Final = ".ingest-seen.json"
_METHOD: Final = 1  # raise it when the same source and format would give other rows
_SETTLED: Final = 2 * 10**9  # a file changed less than these nanoseconds ago may change again within its time stamp

Entry = Mapping[str, Any]


class Ledger:
    """The record of one folder.

    Parameters
    ----------
    folder
        Where outputs and record are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        sources = _load(folder / RECORD).get("sources", {})
        self._sources: dict[str, Entry] = sources if _is_sound(sources) else {}
        self._seen: dict[str, list[int]] = _load(folder / _SEEN)

    def entry(self, source: Path, asked: Entry) -> Entry | None:
        """Return what is recorded of a source, if nothing has changed since: source, declarations, outputs, wishes."""
        entry = self._sources.get(source.name)
        if entry is None or entry["asked"] != asked or entry["method"] != _METHOD:
            return None
        if _outdated(entry):
            return None
        files = [(self.folder / output["name"], output) for output in _outputs(entry)]
        same = all(self._same(path, output) for path, output in files) and self._same(source, entry)
        return entry if same else None

    def entries(self) -> list[tuple[str, Entry]]:
        """Return what is recorded, source by source."""
        return sorted(self._sources.items())

    def faults(self) -> list[str]:
        """Return what is wrong with the folder: no record, or outputs that are not as recorded."""
        if not self._sources:
            return [
                f"folder {self.folder} holds no ingested filings; 'townline ingest FILES --out {self.folder}' makes one"
            ]
        outputs = [output for _, entry in self.entries() for output in _outputs(entry)]
        lost = [str(output["name"]) for output in outputs if not self._same(self.folder / output["name"], output)]
        faults = [f"file {name} is missing or changed since it was ingested; ingest its source again" for name in lost]
        old = [source for source, entry in self.entries() if _outdated(entry)]
        return faults + [
            f"source {name} was ingested under another edition of its format; ingest it again" for name in old
        ]

    def add(self, stage: Path, source: Path, entry: Entry, files: Sequence[Path]) -> Entry:
        """Move a source's new files and the record to their places, and remove what the source had before."""
        entry = {**entry, "method": _METHOD}
        before = {Path(str(output["name"])).name for output in _outputs(self._sources.get(source.name, {}))}
        sources = {**self._sources, source.name: entry}
        write_json(stage / RECORD, {"sources": sources})
        for path in [source, *files]:
            self._note(path)
        write_json(stage / _SEEN, self._seen)
        move_in(stage, [*files, stage / RECORD, stage / _SEEN], self.folder, before)
        self._sources = sources
        return entry

    def save_seen(self, stage: Path) -> None:
        """Write down sizes and times of change, where anything was ingested."""
        if self._sources:
            write_json(stage / _SEEN, self._seen)
            move_in(stage, [stage / _SEEN], self.folder)

    def _same(self, path: Path, known: Entry) -> bool:
        """Whether a file is as recorded: by size and time of change, else by its hash."""
        if not path.is_file() or path.stat().st_size != known["bytes"]:
            return False
        if self._seen.get(path.name) == _stamp(path):
            return True
        if file_hash(path) != known["sha256"]:
            return False
        self._note(path)
        return True

    def _note(self, path: Path) -> None:
        stamp = _stamp(path)
        self._seen.pop(path.name, None)
        if time.time_ns() - stamp[1] > _SETTLED:
            self._seen[path.name] = stamp


_OUTPUT: Final = {"name": str, "bytes": int, "sha256": str}
_MEMBER: Final = {
    "member": str, "format": str, "format_sha256": str, "told": dict, "rows_read": int, "rows_kept": int, "duplicates": int,
    "rejected": int, "reasons": dict, "notes": list, "output": dict,
}  # fmt: skip
_SOURCE: Final = {"asked": dict, "method": int, "sha256": str, "bytes": int, "members": list}


def _is_sound(sources: Any) -> bool:
    """Whether a record has the form that it is written in; one that does not counts as none."""
    if not isinstance(sources, dict):
        return False
    for entry in sources.values():
        if not _has(entry, _SOURCE) or "rejects" not in entry:
            return False
        if not all(_has(member, _MEMBER) and _day(member.get("as_of", "")) for member in entry["members"]):
            return False
        if not all(_has(output, _OUTPUT) and _plain(output["name"]) for output in _outputs(entry)):
            return False
    return True


def _has(entry: Any, kinds: Mapping[str, type]) -> bool:
    return isinstance(entry, dict) and all(isinstance(entry.get(key), kind) for key, kind in kinds.items())


def _plain(name: str) -> bool:
    """Whether a name is that of a file in the folder itself."""
    return name == Path(name).name and name.isprintable() and 0 < len(name) < 256


def _day(text: Any) -> bool:
    try:
        return text is None or bool(dt.date.fromisoformat(text))
    except (TypeError, ValueError):
        return False


def _outdated(entry: Entry) -> bool:
    """Whether a format's declaration has changed since a source was read."""
    digests = {name: form.digest for name, form in formats().items()}
    return any(digests.get(member["format"]) != member["format_sha256"] for member in entry["members"])


def _stamp(path: Path) -> list[int]:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns]


def _outputs(entry: Entry) -> list[Entry]:
    found = [member["output"] for member in entry.get("members", [])]
    return [*found, entry["rejects"]] if entry.get("rejects") else found


def _load(path: Path) -> dict[str, Any]:
    """Return a JSON object; an empty one where the file is missing or broken, so that the work is done again."""
    try:
        content = read_json(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
