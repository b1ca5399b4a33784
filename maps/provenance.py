"""Where shown data comes from: sources, days and origins, from the common columns of every layer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from maps.styles import BadgeStyle
from planner.words import day, days, is_missing, listing, text

FLAGGED = ("approximate", "generated", "modelled")
_MOST_SOURCES = 6

VERDICTS_NOUN = "statistics behind verdicts on programmes"


@dataclass(frozen=True)
class Provenance:
    """Origins with their rows, sources and as-of days of a table.

    Attributes
    ----------
    rows
        Number of rows.
    origins
        Rows by origin, in alphabetical order.
    sources
        Distinct sources, in alphabetical order.
    as_of
        The day or the span of days, in words; empty where none is given.
    """

    rows: int
    origins: Mapping[str, int]
    sources: tuple[str, ...]
    as_of: str

    @property
    def mark(self) -> str:
        """What stands beside the layer in the legend; empty for published data."""
        words = [self._amount(origin) for origin in FLAGGED if origin in self.origins]
        if words:
            return listing(words)
        return "origin not stated" if set(self.origins) - {"published"} else ""

    def _amount(self, origin: str) -> str:
        return origin if self.origins[origin] == self.rows else f"partly {origin}"

    @property
    def source_line(self) -> str:
        """All sources in one line, the first few where there are many."""
        shown = "; ".join(self.sources[:_MOST_SOURCES])
        more = len(self.sources) - _MOST_SOURCES
        return f"{shown}; and {more} more" if more > 0 else shown


def provenance(table: pd.DataFrame) -> Provenance:
    """Return where a table's rows come from, by its columns ``origin``, ``source`` and ``as_of``."""
    return Provenance(
        rows=len(table),
        origins=_counts(table, "origin"),
        sources=tuple(sorted({text(value) for value in _distinct(table, "source")} - {""})),
        as_of=_span(_distinct(table, "as_of")),
    )


def _distinct(table: pd.DataFrame, name: str) -> list[object]:
    return list(table[name].unique()) if name in table else []


def _counts(table: pd.DataFrame, column: str) -> dict[str, int]:
    if column not in table:
        return {"not stated": len(table)}
    counts = table[column].fillna("not stated").value_counts()
    return {text(origin): int(rows) for origin, rows in sorted(counts.items())}


def _span(values: Iterable[object]) -> str:
    known = sorted((str(value)[:10], day(value)) for value in values if not is_missing(value))
    return days(known[0][1], known[-1][1]) if known else ""


def badge(shown: Iterable[tuple[str, Provenance]], style: BadgeStyle) -> str:
    """Return the sentence that says what is approximate, generated or modelled; empty where nothing is.

    Parameters
    ----------
    shown
        What the reader calls the data (such as ``roads``), and where it comes from.
    """
    groups: dict[str, list[str]] = {}
    for noun, origin in shown:
        for flag in FLAGGED:
            if flag in origin.origins:
                amount = noun if origin.origins[flag] == origin.rows else f"some {noun}"
                groups.setdefault(flag, []).append(amount)
    if not groups:
        return ""
    ending = style.ending if "generated" in groups else style.ending_without_generated
    said = "; ".join(f"{listing(groups[flag])} {flag}" for flag in FLAGGED if flag in groups)
    return f"{said[0].upper()}{said[1:]}: {ending}"


def column_origin(table: pd.DataFrame, column: str) -> Provenance:
    """Return the origins that one column of a results table carries; rows without one do not count."""
    given = table.loc[table[column].notna(), [column]]
    return Provenance(len(given), _counts(given, column), (), "")
