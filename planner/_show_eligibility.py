"""How verdicts, changes and programmes look on a terminal."""

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from planner._show import heading_table, line
from planner.programmes.measures import measures
from planner.programmes.rule import MeasureTest, Programme

_MARKS = {
    "eligible": "✓ eligible",
    "not eligible": "✕ not eligible",
    "borderline": "≈ borderline",
    "not known": "? not known",
}
_CHANGE = (
    "day", "programme_title", "amendment", "verdict_before", "verdict_after", "status_before", "status_after", "unit",
)  # fmt: skip
_PLURALS = {
    "state": "states", "county": "counties", "local labor market": "labor markets", "community": "communities",
    "tribal land": "tribal lands", "tract": "tracts", "drawn area": "drawn areas",
}  # fmt: skip


def screening(title: str, table: pd.DataFrame, notes: Iterable[str], files: Iterable[Path]) -> None:
    """Print how many places of each unit have each verdict, programme by programme, and where the rest is."""
    words = list(_MARKS)
    for unit, rows in table.groupby("unit", sort=True):
        crossed = pd.crosstab([rows["programme_title"], rows["status"]], rows["verdict"])
        counts: list[list[Any]] = crossed.reindex(columns=words, fill_value=0).reset_index().to_numpy().tolist()
        heads = {"programme": "left", "status": "left", **dict.fromkeys(words, "right")}
        places = rows["place_id"].nunique()
        named = _PLURALS[str(unit)] if places != 1 else str(unit)
        heading_table(
            f"{title}: {places:,} {named}",
            heads,
            ([row[0], row[1], *(f"{count:,}" for count in row[2:])] for row in counts),
        )
    _ends(notes, files)


def portfolio(title: str, table: pd.DataFrame) -> None:
    """Print what a place can apply for: one line a programme, eligible and open ones first."""
    heads = {"programme": "left", "status": "left", "verdict": "left", "unit": "left", "why": "left"}
    rows = table[["programme_title", "status", "verdict", "unit", "reason"]].to_numpy().tolist()
    heading_table(
        title, heads, ([name, status, _MARKS[verdict], unit, why] for name, status, verdict, unit, why in rows)
    )


def changes(title: str, table: pd.DataFrame, files: Iterable[Path]) -> None:
    """Print what changed, counted by day, programme and amendment."""
    counted = table.fillna({"amendment": ""}).groupby(list(_CHANGE), sort=True).size().reset_index(name="places")
    found: list[list[Any]] = counted.to_numpy().tolist()
    rows = (
        (str(day)[:10], name, _step(was, now), _step(before, after), f"{count:,} {_PLURALS[unit] if count != 1 else unit}", why)
        for day, name, why, before, after, was, now, unit, count in found
    )  # fmt: skip
    heads = dict.fromkeys(("day", "programme", "status", "verdict", "places", "because"), "left")
    heading_table(f"{title}: {len(table):,} changes", heads, rows)
    _ends((), files)


def _step(before: str, after: str) -> str:
    return before if before == after else f"{before} -> {after}"


def programmes(found: Sequence[Programme], day: dt.date) -> None:
    """Print all programmes with their status on a day, their units, and what they measure."""
    heads = {
        "name": "left",
        "programme": "left",
        "agency": "left",
        "status": "left",
        "units": "left",
        "measures": "left",
    }
    rows = [
        (
            each.name,
            each.title,
            each.agency,
            status_of(each, day),
            ", ".join(units_of(each, day)),
            ", ".join(measured(each)),
        )
        for each in found
    ]
    heading_table(f"{len(found)} programmes on {day}", heads, rows)


def status_of(rules: Programme, day: dt.date) -> str:
    """Return the status of a programme on a day."""
    status = rules.status_on(day)
    return status.is_ if status else "not open"


def units_of(rules: Programme, day: dt.date) -> list[str]:
    """Return the units that a programme has rules for on a day."""
    return list(dict.fromkeys(unit for rule in rules.rules if rule.holds(day) for unit in rule.units))


def measured(rules: Programme) -> list[str]:
    """Return the titles of what a programme's tests measure."""
    named = [test.measure for test in rules.tests.values() if isinstance(test, MeasureTest) and test.measure]
    named += [name for option in rules.options.values() for name in option.choices.values()]
    return [measures()[name].title for name in dict.fromkeys(named)]


def _ends(notes: Iterable[str], files: Iterable[Path]) -> None:
    for note in notes:
        line(f"note: {note}")
    for path in files:
        line(f"wrote {path}")
