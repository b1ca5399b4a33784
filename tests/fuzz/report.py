"""Counts as a table for the terminal, and as a section of the report."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from tests.fuzz.case import RESULTS, Outcome
from tests.fuzz.child import MEMORY, SECONDS

_HEADS: Final = ("reader", "inputs", "read well", "refused", "crashes", "hangs", "memory", "silent")


def _rows(found: Sequence[Outcome], names: Sequence[str]) -> list[list[str]]:
    counts = Counter((each.reader, each.result) for each in found)
    rows = []
    for name in names:
        numbers = [counts[name, result] for result in RESULTS]
        rows.append([name, *(f"{number:,}" for number in [sum(numbers), *numbers])])
    totals = [sum(counts[name, result] for name in names) for result in RESULTS]
    return [*rows, ["all", *(f"{number:,}" for number in [sum(totals), *totals])]]


def table(found: Sequence[Outcome], names: Sequence[str]) -> str:
    """Return the counts of every reader for a terminal."""
    rows = [list(_HEADS), *_rows(found, names)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(_HEADS))]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    )


def section(found: Sequence[Outcome], names: Sequence[str], command: str, took: float) -> str:
    """Return the section "Broken files"."""
    lines = [
        "## Broken files",
        "",
        f"Every reader was given {len(found):,} broken and hostile files in {took:.0f} s. An input may be read well or refused",
        "with one message. Anything else is a fault: a crash (any other exception, or a signal), a hang (more than",
        f"{SECONDS} s of the processor), memory (more than {MEMORY >> 20:,} MiB above what the process held), or a silent acceptance (damage that",
        "can be seen, and yet no word of it: rows are missing, guarded content has changed, or a file that must be refused",
        "was taken).",
        "",
        "Repeat it with",
        "",
        f"    {command}",
        "",
        "The same seed gives the same inputs; how many fit into the time depends on the machine.",
        "",
        f"| {' | '.join(_HEADS)} |",
        f"| --- | {' | '.join(['---:'] * (len(_HEADS) - 1))} |",
        *(f"| {' | '.join(row)} |" for row in _rows(found, names)),
        "",
        f"Kinds of damage: {', '.join(sorted({each.kind for each in found}))}.",
        "",
        "What no reader can see is not counted: a text file cut exactly at the end of a line, and single bits changed in",
        "formats without checksums, as long as the number of rows stays.",
    ]
    return "\n".join(lines) + "\n"
