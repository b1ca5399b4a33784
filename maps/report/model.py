"""What a report is made of: sections of paragraphs, lists, tables and figures. All text is plain text, never markup."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from planner import words

Payload = dict[str, Any]
_UNTITLED: Final = "Untitled"
# Marks that turn the direction of what follows them would let one name reorder the sentence around it.
_TURNS: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(value: Any) -> str:
    """Return any value as text of a report: one line, without control characters and marks of direction."""
    return " ".join(_TURNS.sub("\N{REPLACEMENT CHARACTER}", words.text(value)).split())


@dataclass(frozen=True)
class Text:
    """A paragraph; `tone` says what it is to the reader."""

    text: str
    tone: Literal["plain", "lead", "caution", "note"] = "plain"

    def payload(self) -> Payload:
        """Return the paragraph as plain values."""
        return {"kind": "text", "text": plain(self.text), "tone": self.tone}


@dataclass(frozen=True)
class Items:
    """A list of sentences."""

    items: tuple[str, ...]

    def payload(self) -> Payload:
        """Return the list as plain values."""
        return {"kind": "items", "items": [plain(item) for item in self.items]}


@dataclass(frozen=True)
class Column:
    """Head of a column; `figures` stand right, `share` is its part of the width among columns of text."""

    head: str
    figures: bool = False
    share: float = 1.0


@dataclass(frozen=True)
class Table:
    """Rows of text under heads; the first cell of a row names it."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def payload(self) -> Payload:
        """Return the table as plain values."""
        return {
            "kind": "table",
            "caption": plain(self.caption),
            "heads": [
                {"text": plain(each.head), "figures": each.figures, "share": each.share} for each in self.columns
            ],
            "rows": [[plain(cell) for cell in row] for row in self.rows],
            "note": plain(self.note),
        }


@dataclass(frozen=True)
class Figure:
    """A picture (SVG) with a title, what it says, and its figures as a table; a small one leaves room on paper."""

    title: str
    said: str
    svg: bytes
    table: Table | None = None
    small: bool = False


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it."""

    title: str
    blocks: tuple["Text | Items | Table | Figure", ...]
    sections: tuple["Section", ...] = ()


Block = Text | Items | Table | Figure


@dataclass(frozen=True)
class Document:
    """A report.

    Attributes
    ----------
    title, subtitle
        What it is about, and of what day.
    blocks
        What stands before the first section.
    sections
        In order; sections with nothing in them are not there.
    """

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]


def section(title: str, blocks: Iterable[Block], sections: Iterable[Section | None] = ()) -> Section | None:
    """Return a section, or None where it would be a heading without anything under it."""
    own, parts = tuple(blocks), tuple(each for each in sections if each is not None)
    return Section(title, own, parts) if own or parts else None


def table(caption: str, columns: Sequence[Column], rows: Iterable[Sequence[str]], note: str = "") -> list[Block]:
    """Return a table without the columns that are empty in every row; nothing where there are no rows."""
    found = [tuple(row) for row in rows]
    kept = [place for place in range(len(columns)) if any(row[place] for row in found)]
    if not kept:
        return []
    cells = tuple(tuple(row[place] for place in kept) for row in found)
    return [Table(caption, tuple(columns[place] for place in kept), cells, note)]


def payload(document: Document) -> tuple[Payload, dict[str, Figure]]:
    """Return a report as plain values, ready for any writer, and its figures by the names that stand in it."""
    pictures: dict[str, Figure] = {}
    count = [0]

    def block(each: Block) -> Payload:
        if not isinstance(each, Figure):
            return each.payload()
        name = f"figure-{len(pictures) + 1}"
        pictures[name] = each
        told = None if each.table is None else each.table.payload()
        return {"kind": "figure", "name": name, "title": plain(each.title), "said": plain(each.said), "table": told}

    def part(each: Section, level: int) -> Payload:
        count[0] += 1
        return {
            "id": f"section-{count[0]}", "title": plain(each.title) or _UNTITLED, "level": level,
            "blocks": [block(one) for one in each.blocks],
            "sections": [part(one, level + 1) for one in each.sections],
        }  # fmt: skip

    return {
        "title": plain(document.title) or _UNTITLED, "subtitle": plain(document.subtitle),
        "blocks": [block(one) for one in document.blocks],
        "sections": [part(one, 2) for one in document.sections],
    }, pictures  # fmt: skip
