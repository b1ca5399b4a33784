"""Filings -> checked Parquet files with provenance."""

import datetime as dt
import platform
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pandas as pd

from layers.errors import LayerError
from layers.filings._ledger import Entry, Ledger
from layers.filings._limits import Limits
from layers.filings._member import Asked, Written, write_member
from layers.filings._source import Budget, Member, members
from layers.filings._text import encoding_name
from layers.hashes import file_hash
from layers.save import settled, staged, write_csv

USUAL: Final = Limits()
_THREADS: Final = 2  # more would only hold more memory: one thread writes
_LIBRARIES: Final = ("townline", "numpy", "pandas", "pyarrow")


@dataclass(frozen=True)
class Ingested:
    """One member of a source, as it was taken in.

    Attributes
    ----------
    source, member
        Name of the file, and place inside it, such as ``states.zip > bdc_50.csv``.
    format
        Name of the format.
    as_of
        Day of the data, from the caller or the file's name; nothing where neither says it.
    path
        The Parquet file: rows in the order of the source, columns as declared.
    rows_read, rows_kept, duplicates, rejected
        Rows in the source; kept; equal to an earlier row and left out; left out with a fault. The last three add up
        to the first.
    reasons
        Rejected rows by reason.
    rejects
        CSV of the source's rejected rows: member, line, column, value, reason; nothing where there are none.
    told
        What the file's name says, part by part.
    notes
        What else was noticed.
    sha256
        Hash of the source.
    reused
        Whether this was already there and no row was read.
    """

    source: str
    member: str
    format: str
    as_of: dt.date | None
    path: Path
    rows_read: int
    rows_kept: int
    duplicates: int
    rejected: int
    reasons: Mapping[str, int]
    rejects: Path | None
    told: Mapping[str, str]
    notes: tuple[str, ...]
    sha256: str
    reused: bool


def ingest(
    paths: str | Path | Iterable[str | Path],
    folder: str | Path,
    *,
    format: str = "",  # noqa: A002 - the word users know
    encoding: str = "utf-8",
    as_of: dt.date | None = None,
    limits: Limits = USUAL,
) -> tuple[Ingested, ...]:
    """Read filings strictly into Parquet, with rejects and provenance.

    Parameters
    ----------
    paths
        CSV files, zips of them, zips in a zip. File names must differ: they are the names in the record.
    folder
        Where the Parquet files, ``NAME.rejects.csv`` and ``ingest.json`` go; made where it is missing.
    format
        Name of the format, where the header is that of several or must be of this one.
    encoding
        Encoding of the files; nothing that does not decode is accepted.
    as_of
        Day of the data of all files, where their names do not say it.
    limits
        Share of rows that may be rejected, and how much a zip may unpack to.

    Returns
    -------
    tuple of Ingested
        One for every member, in the order of `paths` and of the members. A source that has not changed since the
        last call, by size and time of change or else by hash, is not read again.

    Raises
    ------
    LayerError
        With the faults of all files that cannot be used, each with file, member, column and remedy. The other files
        are ingested nevertheless; of a file that fails, what was ingested before stands.

    Notes
    -----
    Every value is read as text and tested against the format's declaration before it becomes a number; no value is
    rounded, guessed or replaced. Memory is bounded by some blocks of 4 MiB, not by the size of the file.
    """
    asked = Asked(format, encoding_name(encoding), as_of, limits)
    files = [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
    faults = _unreadable(files)
    done: list[Ingested] = []
    with staged(Path(folder)) as stage, ThreadPoolExecutor(_THREADS) as pool:
        ledger = Ledger(Path(folder))
        for file in files if not faults else []:
            try:
                done.extend(_source(file, asked, ledger, stage, pool))
            except LayerError as error:
                faults.append(error)
        ledger.save_seen(stage)
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise LayerError(f"{len(faults)} of {len(files)} filings", [str(fault) for fault in faults])
    return tuple(done)


def ingested(folder: str | Path) -> tuple[Ingested, ...]:
    """Return what was ingested into a folder.

    Raises
    ------
    LayerError
        Where nothing was, or a file is missing or no longer as it was written.
    """
    settled(Path(folder))
    ledger = Ledger(Path(folder))
    faults = ledger.faults()
    if faults:
        raise LayerError(f"folder {folder}", faults)
    return tuple(
        result for source, entry in ledger.entries() for result in _results(source, entry, ledger.folder, reused=True)
    )


def _unreadable(files: list[Path]) -> list[LayerError]:
    """Return what is wrong with the files before one is opened."""
    names = [file.name for file in files]
    found = [LayerError("filings", ["no file is given; name at least one"])] if not files else []
    for file in files:
        if file.is_dir():
            found.append(LayerError(f"filing '{file.name}'", ["is a folder; name the files in it"]))
        elif not file.is_file():
            found.append(LayerError(f"filing '{file.name}'", [f"file {file} does not exist; correct its path"]))
    twice = sorted({name for name in names if names.count(name) > 1})
    fault = "is given twice; rename one, or use another folder for it"
    return [*found, *(LayerError(f"filing '{name}'", [fault]) for name in twice)]


def _source(file: Path, asked: Asked, ledger: Ledger, stage: Path, pool: Executor) -> list[Ingested]:
    """Take in one file, or return what is recorded of it."""
    wishes = {
        "format": asked.format,
        "encoding": asked.encoding,
        "as_of": asked.as_of.isoformat() if asked.as_of else None,
        "rejected_share": asked.limits.rejected_share,
        "listed_rejects": asked.limits.listed_rejects,
    }
    entry = ledger.entry(file, wishes)
    if entry is not None:
        return _results(file.name, entry, ledger.folder, reused=True)
    stat = file.stat()
    digest = pool.submit(file_hash, file)
    files, members_found, rejects, left_out = _members(file, asked, digest, stage, pool)
    if (file.stat().st_size, file.stat().st_mtime_ns) != (stat.st_size, stat.st_mtime_ns):
        raise LayerError(f"filing '{file.name}'", ["was changed while it was read; try again"])
    versions = {name: version(name) for name in _LIBRARIES} | {"python": platform.python_version()}
    entry = {
        "source": file.name,
        "sha256": digest.result(),
        "bytes": stat.st_size,
        "asked": wishes,
        "members": members_found,
        "rejects": _output(rejects) if rejects else None,
        "left_out": left_out,
        "versions": versions,
    }
    kept = ledger.add(stage, file, entry, [*files, rejects] if rejects else files)
    return _results(file.name, kept, ledger.folder, reused=False)


def _members(
    file: Path, asked: Asked, digest: Future[str], stage: Path, pool: Executor
) -> tuple[list[Path], list[Entry], Path | None, list[str]]:
    """Write every member of a file into the stage; return the files, what is to be recorded, and the rejects."""
    budget = Budget(asked.limits)
    files: list[Path] = []
    entries: list[Entry] = []
    tables: list[pd.DataFrame] = []
    try:
        for member in members(file, stage, budget):
            place = stage / f"{_slug(file.name)}.{len(files) + 1}.parquet"
            about = partial(_about, file.name, member.name, digest)
            written = _written(member, asked, place, about, pool)
            files.append(place)
            entries.append(_entry(member, written, place))
            tables.append(_rejects(file.name, member, written))
    except LayerError as error:
        raise LayerError(error.where or f"filing '{file.name}'", error.faults) from None
    listed = pd.concat(tables, ignore_index=True)
    if listed.empty:
        return files, entries, None, budget.left_out
    place = stage / f"{_slug(file.name)}.rejects.csv"
    write_csv(listed, place)
    return files, entries, place, budget.left_out


def _about(source: str, member: str, digest: Future[str]) -> Mapping[str, str]:
    return {"source": source, "sha256": digest.result(), "member": member}


def _written(
    member: Member, asked: Asked, place: Path, about: Callable[[], Mapping[str, Any]], pool: Executor
) -> Written:
    """Write one member; faults name it."""
    try:
        return write_member(member, asked, place, about, pool)
    except LayerError as error:
        where = f" {error.where}" if error.where else ""
        raise LayerError(f"filing '{member.name}'{where}", error.faults) from None


def _entry(member: Member, written: Written, place: Path) -> Entry:
    count = written.count
    return {
        "member": member.name,
        "format": written.form.name,
        "format_sha256": written.form.digest,
        "as_of": written.as_of.isoformat() if written.as_of else None,
        "told": dict(written.told.parts),
        "rows_read": count.read,
        "rows_kept": written.kept,
        "duplicates": written.duplicates,
        "rejected": count.rejected,
        "rejects_listed": len(count.rejects),
        "reasons": written.reasons,
        "notes": count.notes,
        "output": _output(place),
    }


def _output(place: Path) -> Entry:
    return {"name": place.name, "bytes": place.stat().st_size, "sha256": file_hash(place)}


def _rejects(source: str, member: Member, written: Written) -> pd.DataFrame:
    headers = {name: column.header or name for name, column in written.form.columns.items()}
    rows = [
        (source, member.name, one.line, headers.get(one.column, ""), one.value, one.reason)
        for one in written.count.rejects
    ]
    table = pd.DataFrame(rows, columns=["file", "member", "line", "column", "value", "reason"])
    return table.astype({name: "str" for name in table.columns if name != "line"} | {"line": "int64"})


def _results(source: str, entry: Entry, folder: Path, *, reused: bool) -> list[Ingested]:
    return [
        Ingested(
            source=source,
            member=member["member"],
            format=member["format"],
            as_of=dt.date.fromisoformat(member["as_of"]) if member["as_of"] else None,
            path=folder / member["output"]["name"],
            rows_read=member["rows_read"],
            rows_kept=member["rows_kept"],
            duplicates=member["duplicates"],
            rejected=member["rejected"],
            reasons=dict(member["reasons"]),
            rejects=folder / entry["rejects"]["name"] if entry["rejects"] else None,
            told=dict(member["told"]),
            notes=tuple(member["notes"]),
            sha256=entry["sha256"],
            reused=reused,
        )
        for member in entry["members"]
    ]


def _slug(name: str) -> str:
    """Return a file name of plain signs; where it is not the name itself, some of its hash keeps it unique."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name).lstrip(".")[:100]
    return plain if plain == name else f"{plain}-{sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"
