"""The constant files that every page carries: Leaflet, our scripts and our style sheet."""

import hashlib
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ASSETS = Path(__file__).parent / "assets"
SCRIPTS = (
    "leaflet.js",
    "base.js",
    "packed.js",
    "canvas.js",
    "dots.js",
    "towns.js",
    "background.js",
    "hexagons.js",
    "labels.js",
    "panel.js",
    "chooser.js",
    "views.js",
    "search.js",
    "theme.js",
    "state.js",
    "filter.js",
    "table.js",
    "measure.js",
    "sheet.js",
    "print.js",
    "picture.js",
    "tools.js",
    "townline.js",
)
SHEETS = ("leaflet.css", "townline.css", "reading.css")


@cache
def constant(name: str) -> str:
    """Return a constant file's text with plain line ends, as an HTML parser reads it.

    Raises
    ------
    ValueError
        Where a vendored file is not the one that is recorded.
    """
    content = (ASSETS / name).read_bytes()
    recorded = vendored()["leaflet"]["sha256"].get(name)
    if recorded not in (None, hashlib.sha256(content).hexdigest()):
        raise ValueError(f"maps/assets/{name} is not the file that vendored.toml records; restore it")
    return content.decode("utf-8").replace("\r\n", "\n")


@cache
def vendored() -> dict[str, Any]:
    """Return what is recorded about vendored files: version, licence, origin and hashes."""
    return tomllib.loads((ASSETS / "vendored.toml").read_text("utf-8"))
