"""The SHA-256 of files, by which a run knows its inputs and outputs again."""

import hashlib
from glob import escape
from pathlib import Path
from typing import Final

_BLOCK: Final = 1 << 20


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    return _digest([path])


def layer_hash(path: Path) -> str:
    """Return the SHA-256 of a layer's file; for a Shapefile, of its parts in order of name."""
    if path.suffix.lower() != ".shp":
        return _digest([path])
    return _digest(sorted(part for part in path.parent.glob(f"{escape(path.stem)}.*") if part.is_file()))


def _digest(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()
