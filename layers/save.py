"""How files are written: beside their place under a temporary name and then moved; tables safe for spreadsheets.

Several files are moved as one step, see `layers._journal`; one run at a time writes into a folder, see `layers._lock`.
"""

import errno
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

import pandas as pd

from layers._journal import PREFIX, Journal, begun, is_begun, tidy
from layers._lock import locked, release, surely, try_lock
from layers.errors import LayerError, TownlineError, what_to_do

_FORMULA: Final = r"[\s\u200b-\u200f\ufeff\u2060]*[=+\-@\uff1d\uff0b\uff0d\uff20\t]"

_SCRATCH: Final = ".townline-scratch-"
_HELD: Final = ".held"


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table without its geometry; text that a spreadsheet would run as a formula gets an apostrophe."""
    plain = spreadsheet_safe(table)
    plain.to_csv(path, index=False, lineterminator="\n", date_format="%Y-%m-%d")


def spreadsheet_safe(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table without its geometry, with an apostrophe before text that a spreadsheet would run as a formula."""
    plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    for name in plain.columns:
        if isinstance(plain[name].dtype, pd.StringDtype):
            plain[name] = plain[name].str.replace(r"\r\n?", "\n", regex=True)
            risky = plain[name].str.match(_FORMULA).fillna(value=False).astype(bool)
            plain[name] = plain[name].mask(risky, "'" + plain[name])
    return plain


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write one JSON object with sorted keys, so that the same content gives the same bytes."""
    path.write_text(json.dumps(content, indent=2, sort_keys=True, allow_nan=False) + "\n", "utf-8")


@contextmanager
def staged(
    folder: Path, error: type[TownlineError] = LayerError, remedy: str = "choose another folder"
) -> Iterator[Path]:
    """Give a temporary folder inside `folder`, on the same disk, and remove it afterwards.

    No other run writes into `folder` meanwhile. What a stopped run began there is finished first, and what it left is
    removed. A folder that is made and stays empty is removed again.

    Raises
    ------
    TownlineError
        Of the given kind, where the folder cannot be written; earlier files stand.
    """
    with ExitStack() as stack:
        try:
            stack.callback(_remove_empty, _make(folder))
            stack.enter_context(locked(folder))
            tidy(folder)
            stage = Path(tempfile.mkdtemp(prefix=PREFIX, dir=folder))
        except OSError as problem:
            raise error(f"folder {folder}", [f"cannot be written: {problem.strerror}; {remedy}"]) from None
        stack.callback(surely, _remove_ended, stage)
        try:
            yield stage
        except OSError as problem:
            said = f"cannot be written: {problem.strerror or problem}; earlier files stand"
            raise error(f"folder {folder}", [f"{said}; {what_to_do(problem)}"]) from None


def move_in(stage: Path, files: Iterable[Path], folder: Path, stale: Iterable[str] = ()) -> list[Path]:
    """Move staged files to their places in `folder`, in the given order, and return the places.

    Where one cannot be moved, everything is put back as it was. Where the process dies meanwhile, the next `staged` or
    `settled` of the folder makes the moves that are left.

    Parameters
    ----------
    stage
        What `staged` gave.
    files
        Files in it.
    folder
        Where they go, under the same names.
    stale
        Names in `folder` that go with the same step, where they are there and not among the new ones.

    Raises
    ------
    OSError
        Where a place is taken by something that is not a file, or cannot be written.
    """
    names = [file.relative_to(stage).as_posix() for file in files]
    places = [folder / name for name in names]
    for place in places:
        if place.exists() and not place.is_file():
            raise OSError(errno.EISDIR, f"{place} is there and is not a file")
    gone = sorted(name for name in set(stale) - set(names) if (folder / name).is_file())
    if len(names) == 1 and not gone:
        places[0].parent.mkdir(parents=True, exist_ok=True)
        return [(stage / names[0]).replace(places[0])]
    journal = Journal(stage, folder, tuple(names), tuple(gone))
    try:
        journal.write()
        journal.finish()
    except BaseException:
        if is_begun(stage):  # else all moves are made, and a signal came while what was kept aside was removed
            journal.undo()
        raise
    return places


def settled(folder: Path, error: type[TownlineError] = LayerError) -> None:
    """Finish what a stopped run began in a folder, before it is read; wait for a run that writes there.

    Raises
    ------
    TownlineError
        Of the given kind, where that cannot be done; the folder holds files of two runs.
    """
    if not begun(folder):
        return
    try:
        with locked(folder):
            tidy(folder)
    except OSError as problem:
        fault = (
            f"holds files of two runs, since one was stopped while it wrote, and cannot be mended: {problem.strerror}"
        )
        raise error(f"folder {folder}", [f"{fault}; make it again, or read it where it can be written"]) from None


@contextmanager
def scratch(folder: Path | None = None) -> Iterator[Path]:
    """Give a temporary folder, in the system's place for such or in `folder`, and remove it afterwards.

    Folders of that kind whose process has died are removed too.

    Raises
    ------
    OSError
        Where it cannot be made.
    """
    home = folder or Path(tempfile.gettempdir())
    for path in home.glob(f"{_SCRATCH}*"):
        _remove_dead(path)
    held, made = None, home
    while held is None:  # another run may take a folder without a holder for a dead one
        made = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=home))
        held = try_lock(made / _HELD)
    try:
        yield made
    finally:
        surely(release, held, made / _HELD)
        surely(_remove, made)


def _remove_dead(path: Path) -> None:
    """Remove a scratch folder that no process holds."""
    with suppress(OSError):
        place = path / _HELD
        held = try_lock(place) if place.is_file() and not path.is_symlink() else None
        if held is not None:
            release(held, place)
            _remove(path)


def _remove_ended(stage: Path) -> None:
    """Remove a stage; one whose moves could be neither finished nor undone holds the earlier files for the next run."""
    if not is_begun(stage):
        _remove(stage)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _make(folder: Path) -> list[Path]:
    """Make a folder, and return what was made for it, deepest first."""
    made = list(takewhile(lambda path: not path.exists(), (folder, *folder.parents)))
    folder.mkdir(parents=True, exist_ok=True)
    return made


def _remove_empty(folders: Iterable[Path]) -> None:
    for folder in folders:
        with suppress(OSError):  # it is kept where it holds a file
            folder.rmdir()
