"""How clusters and sites look on a terminal."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from planner import words
from planner.commands._show import Formats, ends, frame, line
from planner.siting.summary import by_role, sentences

_FLAGS = ("strong", "strong10", "qualifying", "significant")


def flags(strength: pd.DataFrame) -> dict[str, int]:
    """Return how many rows have each flag of strength."""
    return {flag: int(strength[flag].fillna(value=False).sum()) for flag in _FLAGS}


def clusters(strength: pd.DataFrame, name: str, notes: Iterable[str], files: Iterable[Path]) -> None:
    """Print how many clusters were measured and how many of them have each flag."""
    counted = ", ".join(f"{count:,} {flag.replace('_', ' ')}" for flag, count in flags(strength).items())
    line(f"{name}: {len(strength):,} rows; {counted}")
    ends(notes, files)


def sites(made: Mapping[str, pd.DataFrame], name: str, notes: Iterable[str], files: Iterable[Path]) -> None:
    """Print the chosen sites, why each was chosen, and how good the choice is."""
    table = by_role(pd.DataFrame(made["chosen_sites"].drop(columns="geometry")))
    frame(f"{name}: where sites should stand", table, _SITES)
    for site, why in zip(table["site"], table["why"], strict=True):
        line(f"{site}: {why}")
    for said in sentences(made):
        line(said)
    ends(notes, files)


_SITES: Formats = {
    "role": ("role", str),
    "site": ("site", str),
    "demand_places": ("places served", words.count),
    "demand_share": ("of demand", words.floor_percent),
    "mean_m": ("on average", words.miles),
    "max_m": ("at most", words.miles),
    "score": ("readiness", "{:.3f}".format),
    "conditions_met": ("counts for", str),
}
