"""A report as PDF/UA: tagged headings, lists and tables, alternatives for pictures, title and language."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from maps.report.model import Document, Payload, payload

_HERE: Final = Path(__file__).parent
_SHORT: Final = 90
_LONGEST: Final = 2500
_WIDE_IN: Final = 6.7
_SMALL_IN: Final = 1.9
_HEIGHTS_IN: Final = ((0.72, 3.05), (0.85, 4.6), (float("inf"), 6.6))


def pdf(document: Document) -> bytes:
    """Return a report as PDF/UA-1, on US letter paper.

    Text goes to the typesetter as data, so that nothing in it is ever read as markup. Signs that none of the fonts has
    stand as their code point, such as ``[U+6F22]``; texts beyond 2,500 signs are cut with a mark.
    The same report gives the same bytes: no clock, no font of the machine.
    """
    import typst  # noqa: PLC0415 - 70 MB of library, only where a PDF is made

    content, pictures = payload(document)
    files: Any = {f"{name}.svg": each.svg for name, each in pictures.items()}
    heights = {name: _SMALL_IN if each.small else _height_in(each.svg) for name, each in pictures.items()}
    shown = _shown(content, heights)
    shown["short"] = _cut(shown["title"])
    files |= {"main": (_HERE / "report.typ").read_bytes(), "report.json": json.dumps(shown).encode()}
    made: bytes = typst.compile(
        files, format="pdf", pdf_standards=["ua-1"], ignore_system_fonts=True, font_paths=[str(_fonts())]
    )
    return made


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}\N{HORIZONTAL ELLIPSIS}"


def _height_in(svg: bytes) -> float:
    """Return how tall a picture stands on the page, in inches: of the page's width, where that leaves room for text."""
    _, _, box = svg.partition(b'viewBox="')
    width, height = (float(part) for part in box.partition(b'"')[0].split()[2:])
    most = next(limit for ratio, limit in _HEIGHTS_IN if height / width <= ratio)
    return min(most, _WIDE_IN * height / width)


def _shown(value: Any, heights: Mapping[str, float]) -> Any:
    """Return a payload with signs that the fonts have."""
    if isinstance(value, str):
        whole = value if len(value) <= _LONGEST else f"{value[:_LONGEST]} [cut; the HTML report has all of it]"
        return "".join(sign if ord(sign) in _signs() else f"[U+{ord(sign):04X}]" for sign in whole)
    if isinstance(value, list):
        return [_shown(each, heights) for each in value]
    if isinstance(value, dict):
        found: Payload = {key: _shown(each, heights) for key, each in value.items()}
        return found | {"height": heights[value["name"]]} if value.get("kind") == "figure" else found
    return value


@cache
def _fonts() -> Path:
    """Return the folder of the font that stands in where the typesetter's own has no sign."""
    import matplotlib as mpl  # noqa: PLC0415

    return Path(mpl.get_data_path()) / "fonts" / "ttf"


@cache
def _signs() -> frozenset[int]:
    """Return the code points that the font which stands in can show."""
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415

    return frozenset(FT2Font(str(_fonts() / "DejaVuSans.ttf")).get_charmap())
