"""How much of a file is borne before it is refused: every limit in one place, with its reason."""

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

UNPACKED_BYTES: Final = 16 << 30
"""Most bytes that a zip of a layer, or a gzipped table, may hold: more than any layer of a state, less than a disk."""
PACKING_RATIO: Final = 250.0
"""Largest ratio of unpacked to packed bytes: tables pack 5 to 40 times, what packs more is filled with nothing."""
RATIO_FROM_BYTES: Final = 1 << 26
"""Below this many unpacked bytes the ratio does not matter: they fit into memory."""
MEMBERS: Final = 10_000
"""Most files in a zip of a layer; a Shapefile has about eight."""
TEXT_SIGNS: Final = 1 << 20
"""Longest text of one cell: names and notes have some hundred signs, and each goes into tables and maps."""
COLUMNS: Final = 10_000
"""Most columns of a table; the widest that an agency publishes has about a thousand."""
NESTING: Final = 50
"""Deepest tables and lists within each other; a region file has five levels, and reading deeper ones recurses."""
SETTINGS_BYTES: Final = 4 << 20
"""Longest region file, price book or rule file; the longest shipped one has 30 KB."""
ROWS_PER_BYTE: Final = 10
"""Most rows for each byte of a Parquet file: rows that differ by a key take more than that."""
ROWS_FROM: Final = 1_000_000
"""Below so many rows the ratio to bytes does not matter."""
CELLS_PER_BYTE: Final = 1000
"""Most cells of a raster for each byte of its file: ground that rises and falls packs 2 to 10 times."""
CELLS_FROM: Final = 16_000_000
"""Below so many cells the ratio to bytes does not matter."""
VIEW_STEPS: Final = 100_000_000
"""Most steps of the database to count the rows of a view in a GeoPackage: some seconds."""


def read_toml(path: Path, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """Return the content of a settings file.

    Raises
    ------
    ValueError
        Where it is no TOML in UTF-8, too long or nested too deeply.
    OSError
        Where it cannot be read.
    """
    if path.stat().st_size > SETTINGS_BYTES:
        raise ValueError(f"is longer than {SETTINGS_BYTES >> 20} MiB; name the right file")
    text = path.read_text("utf-8")
    _refuse_long_keys(text)
    try:
        content = tomllib.loads(text, parse_float=parse_float)
        sound_nesting(content)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    return content


_TOO_DEEP: Final = f"is nested more than {NESTING} deep; get the file again or write it flat"


def _refuse_long_keys(text: str) -> None:
    """Refuse keys of very many parts before they are read: their time grows with the square of the parts."""
    for line in text.splitlines():
        if line.count(".") > NESTING and re.split("[\"'=#]", line, maxsplit=1)[0].count(".") > NESTING:
            raise ValueError(_TOO_DEEP)


def read_json(text: str) -> Any:
    """Return the content of a JSON text.

    Raises
    ------
    ValueError
        Where it is no JSON or nested too deeply.
    """
    try:
        return sound_nesting(json.loads(text))
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None


def sound_nesting(content: Any) -> Any:
    """Return what is given; raise ValueError where tables and lists are nested too deeply."""
    level, depth = [content], 0
    while level:
        depth += 1
        if depth > NESTING:
            raise ValueError(_TOO_DEEP)
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner.extend(value for value in each.values() if isinstance(value, (dict, list)))
            elif isinstance(each, list):
                inner.extend(value for value in each if isinstance(value, (dict, list)))
        level = inner
    return content


def whole_lines(path: Path) -> bool:
    """Whether a text file ends with a line end, so that its last row is not cut short."""
    if path.suffix.lower() == ".gz":
        return True  # its checksum says that it is whole
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - 2, 0))
        return file.read().rstrip(b"\0").endswith((b"\n", b"\r"))
