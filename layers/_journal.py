"""Moving several files to their places as one step.

A journal is written into the stage before the first move. While it is there, everything needed to finish or to undo the
moves is there too: each new file is either in the stage or in its place, and each old one is kept aside.
"""

import errno
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

PREFIX: Final = ".townline-stage-"
_JOURNAL: Final = ".journal.json"
_ASIDE: Final = ".aside"
_OUTSIDE: Final = frozenset({"..", "\\", ":"} if os.name == "nt" else {".."})  # what may lead out of a folder


@dataclass(frozen=True)
class Journal:
    """What is to be moved.

    Attributes
    ----------
    stage, folder
        Where the new files are, and where they go under the same names.
    new
        Names within both, in the order of the moves.
    gone
        Names of earlier files that go.
    """

    stage: Path
    folder: Path
    new: tuple[str, ...]
    gone: tuple[str, ...] = ()

    def write(self) -> None:
        """Write the journal; from here on the moves are made, by this run or by the next one."""
        (self.stage / _ASIDE).mkdir(exist_ok=True)
        aside = self.stage / f"{_JOURNAL}.new"
        aside.write_text(json.dumps({"new": self.new, "gone": self.gone}), "utf-8")
        aside.replace(self.stage / _JOURNAL)

    def finish(self) -> None:
        """Make the moves that are not made yet, and end the journal."""
        for number, name in enumerate(self.new):
            if (self.stage / name).exists():
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                self._keep(number, name)
                (self.stage / name).replace(self.folder / name)
        for number, name in enumerate(self.gone, len(self.new)):
            self._keep(number, name)
            (self.folder / name).unlink(missing_ok=True)
        self._end()

    def undo(self) -> None:
        """Put everything back as it was, and end the journal."""
        for number, name in enumerate((*self.new, *self.gone)):
            file, place, kept = self.stage / name, self.folder / name, self._kept(number)
            if number < len(self.new) and not file.exists() and place.exists():
                place.replace(file)
            if kept.exists():
                kept.replace(place)
        self._end()

    def _keep(self, number: int, name: str) -> None:
        """Keep an old file aside; under both names where the disk can, so that its place is never empty."""
        place, kept = self.folder / name, self._kept(number)
        if place.is_dir():
            raise OSError(errno.EISDIR, f"{place} is there and is not a file")
        if kept.exists() or not place.exists():
            return
        try:
            os.link(place, kept)
        except OSError:
            place.replace(kept)

    def _kept(self, number: int) -> Path:
        return self.stage / _ASIDE / str(number)

    def _end(self) -> None:
        (self.stage / _JOURNAL).unlink()
        shutil.rmtree(self.stage / _ASIDE, ignore_errors=True)
        for name in {*self.new, *self.gone}:
            if "/" in name:
                with suppress(OSError):  # it is kept where it holds a file
                    (self.folder / name).parent.rmdir()


def stages(folder: Path) -> Iterator[Path]:
    """Yield the temporary folders in a folder."""
    for path in sorted(folder.glob(f"{PREFIX}*")):
        if path.is_dir() and not path.is_symlink():
            yield path


def begun(folder: Path) -> list[Journal]:
    """Return the moves that runs began in a folder and did not end."""
    return [journal for stage in stages(folder) if (journal := _read(stage, folder))]


def is_begun(stage: Path) -> bool:
    """Tell whether a stage holds moves that were begun and not ended."""
    return (stage / _JOURNAL).exists()


def tidy(folder: Path) -> None:
    """Finish what a stopped run began in a folder, and remove what it left; the folder must be locked.

    Raises
    ------
    OSError
        Where the moves can neither be finished nor undone.
    """
    for journal in begun(folder):
        try:
            journal.finish()
        except OSError:
            journal.undo()
    for stage in stages(folder):
        shutil.rmtree(stage, ignore_errors=True)


def _read(stage: Path, folder: Path) -> Journal | None:
    """Return the journal in a stage; nothing where it has none, or one that Townline does not write.

    Raises
    ------
    OSError
        Where it is there and cannot be read.
    """
    try:
        content = json.loads((stage / _JOURNAL).read_text("utf-8"))
        new, gone = (_names(content[key]) for key in ("new", "gone"))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return Journal(stage, folder, new, gone)


def _names(given: Sequence[str]) -> tuple[str, ...]:
    for name in given:
        path = PurePosixPath(name)
        if path.is_absolute() or not path.parts or _OUTSIDE & {*path.parts, *name}:
            raise ValueError(f"'{name}' lies outside the folder")
    return tuple(given)
