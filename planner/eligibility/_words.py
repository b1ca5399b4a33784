"""How figures say where they are from, and what is missing."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import numpy as np

from planner.eligibility._blocks import Block
from planner.eligibility._periods import months
from planner.programmes.measures import Way

_KINDS: Final = {2: "states", 5: "counties", 10: "county subdivisions", 11: "tracts"}


def named(way: Way, series: Iterable[str]) -> str:
    """Name series by their table: ``B23001 (24 series: 024, 026, ...)``; others with their source."""
    tables: dict[str, list[str]] = defaultdict(list)
    for name in sorted(series):
        table, _, number = name.rpartition("_")
        tables[table if table.isupper() and table[:1].isalpha() and number[:1].isdigit() else ""].append(name)
    plain = tables.pop("", [])
    said = [f"{way.source} {', '.join(plain)}"] if plain else []
    return "; ".join([*said, *(_table(table, names) for table, names in tables.items())])


def _table(table: str, names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    numbers = sorted(name.rpartition("_")[2] for name in names)
    shown = ", ".join(numbers[:2]) + (", ..." if len(numbers) > 2 else "")
    return f"{table} ({len(names)} series: {shown})"


def kind_of(code: str, count: int) -> str:
    """Return what parts are called, after their number: ``3 counties``, ``1 county``."""
    word = _KINDS.get(len(code), "parts")
    single = {"counties": "county"}.get(word, word.removesuffix("s"))
    return f"{count:,} {single if count == 1 else word}"


def span(block: Block, periods: tuple[int, ...]) -> str:
    """Say the periods: ``2015-2019``, ``2018``, ``24 months to 2019-12`` or a day."""
    start, end = months(block)
    first, last = block.first[list(periods)].min(), block.last[list(periods)].max()
    count = int(np.maximum(end - start + 1, 0)[list(periods)].sum())
    if len(periods) > 1:
        return f"{count} months to {last.astype('datetime64[M]')}"
    if first == last:
        return str(last)
    if count % 12 or str(last)[5:7] != "12":
        return f"{first} to {last}"
    years = str(first)[:4], str(last)[:4]
    return years[0] if years[0] == years[1] else "-".join(years)
