"""Answers of the Census API: lists of rows of which the first has the names."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from layers import PlanError


def answer(path: Path) -> pd.DataFrame:
    """Return an answer as a table of texts, empty cells as None.

    Raises
    ------
    PlanError
        Where it is no such answer.
    """
    names, *rows = whole(path)
    return pd.DataFrame(rows, columns=names, dtype="object")


def whole(path: Path) -> list[list[Any]]:
    """Return an answer as it is, names first; errors as `answer`."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError):
        found = None
    rows = isinstance(found, list) and len(found) > 1 and all(isinstance(row, list) for row in found)
    if not rows or len({len(row) for row in found}) > 1 or len(set(map(str, found[0]))) < len(found[0]):
        raise PlanError(f"file {path.name}", ["is not a whole answer of the Census API; fetch it again"])
    return list(found)


def trimmed(path: Path, series: set[str], place: Path) -> None:
    """Write the answer with the estimates and margins of error of these series only, and what names the areas.

    Raises
    ------
    PlanError
        Where it is no answer, or lacks a series.
    """
    names, *rows = whole(path)
    lost = sorted(name for name in series if f"{name}E" not in names)
    if lost:
        raise PlanError(f"file {path.name}", [f"has no series {', '.join(lost)}"])
    kept = [at for at, name in enumerate(names) if _is_area(str(name)) or str(name)[:-1] in series]
    cut = [[row[at] for at in kept] for row in (names, *rows)]
    place.write_text("[" + ",\n".join(json.dumps(row) for row in cut) + "]\n", "utf-8")


def _is_area(name: str) -> bool:
    return name in {"NAME", "GEO_ID"} or name.islower()
