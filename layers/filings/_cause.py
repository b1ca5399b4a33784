"""Why so many rows of a file are rejected: the likely cause, in words."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from layers.filings._format import Format
from layers.filings._values import conform

_MOST: Final = 0.5
_FIXED: Final = re.compile(r"(?:\[[^\]]+\])?\\d\{(\d+)\}")


def likely_cause(form: Format, tally: Counter[tuple[str, str]], samples: Sequence[Mapping[str, str]]) -> str:
    """Return what most probably went wrong with a file.

    Parameters
    ----------
    form
        What the file should be.
    tally
        Rejected rows by column and reason.
    samples
        Some rejected rows, as texts.
    """
    columns: Counter[str] = Counter()
    for (column, _), count in tally.items():
        columns[column] += count
    worst, count = columns.most_common(1)[0]
    if not worst and count > _MOST * columns.total():
        return "values hold commas without quotes, or the file is damaged"
    if swapped := _swapped(form, samples):
        a, b = (form.columns[name].header or name for name in swapped)
        return f"columns '{a}' and '{b}' are swapped"
    for name in columns:
        if name and _zeros_lost(form.columns[name].pattern, [row[name] for row in samples]):
            return (
                f"column '{form.columns[name].header or name}' has lost its leading zeros, as a spreadsheet does;"
                " take the original file"
            )
    return "the file is of another format or edition than its header says"


def _swapped(form: Format, samples: Sequence[Mapping[str, str]]) -> tuple[str, str] | None:
    """Return two columns of which each one's texts fit the other and not their own place."""
    if not samples:
        return None
    texts = {name: pa.array([row[name] for row in samples], pa.string()) for name in samples[0]}

    def fit(values: str, place: str) -> float:
        return float(np.mean(conform(texts[values], form.columns[place])[1] == 0))

    bad = [name for name in texts if fit(name, name) < _MOST]
    pairs = [(a, b) for a in bad for b in texts if a != b and fit(a, b) > 0.9 and fit(b, a) > 0.9]
    both = [(a, b) for a, b in pairs if b in bad]
    a, b = (both or pairs or [("", "")])[0]
    order = list(form.columns)
    return (min(a, b, key=order.index), max(a, b, key=order.index)) if a else None


def _zeros_lost(pattern: str, texts: Sequence[str]) -> bool:
    found = _FIXED.fullmatch(pattern)
    if found is None or not texts:
        return False
    digits = int(found[1]) + pattern.startswith("[")
    short = [re.fullmatch(r"\d+(?:\.\d+E\+?\d+)?", text) is not None and len(text) < digits for text in texts]
    return sum(short) > _MOST * len(texts)
