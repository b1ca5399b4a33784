"""How files are written: beside their place under a temporary name and then moved; tables safe for spreadsheets."""

import errno
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pandas as pd

from layers.errors import LayerError, TownlineError

_FORMULA: Final = r"[\s\u200b-\u200f\ufeff\u2060]*[=+\-@\uff1d\uff0b\uff0d\uff20\t]"


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

    Raises
    ------
    TownlineError
        Of the given kind, where the folder cannot be written; earlier files stand.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".townline-", dir=folder))
    except OSError as problem:
        raise error(f"folder {folder}", [f"cannot be written: {problem.strerror}; {remedy}"]) from None
    try:
        yield stage
    except OSError as problem:
        fault = f"cannot be written: {problem.strerror or problem}; earlier files stand"
        raise error(f"folder {folder}", [fault]) from None
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def publish(stage: Path, files: Iterable[Path], folder: Path) -> list[Path]:
    """Move staged files to their places in `folder`, in the given order, and return the places.

    Where one cannot be moved, everything is put back as it was.

    Raises
    ------
    OSError
        Where a place is taken by something that is not a file, or cannot be written.
    """
    pairs = [(file, folder / file.relative_to(stage)) for file in files]
    for _, place in pairs:
        if place.exists() and not place.is_file():
            raise OSError(errno.EISDIR, f"{place} is there and is not a file")
    aside = Path(tempfile.mkdtemp(dir=stage))
    kept: list[tuple[Path, Path]] = []
    placed: list[Path] = []
    try:
        for number, (file, place) in enumerate(pairs):
            place.parent.mkdir(exist_ok=True)
            if place.exists():
                kept.append((place.replace(aside / str(number)), place))
            placed.append(file.replace(place))
    except OSError:
        for place in placed:
            place.unlink()
        for old, place in kept:
            old.replace(place)
        raise
    return placed
