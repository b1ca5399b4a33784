"""All counties screened for all programmes, against plain pandas that works out one test of one programme.

The peer pools unemployment over 24 months and compares it with the sum of all counties on file, territories too; both must name the same counties. Fields:
engine, places, rows, seconds, peak_mb, ratio (seconds by ours), eligible (counties one point above).
"""

import argparse
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks._measure import measure
from planner.check import check
from planner.eligibility.engine import screen
from planner.eligibility.entry import EligibilityEntry
from planner.eligibility.stage import evidence_of, manner_of, wanted
from planner.eligibility.tables import by_test, verdict_table
from planner.region import Region, load_region

_REGION = Path(__file__).parents[1] / "examples" / "united-states-2019.toml"
_Given = tuple[Mapping[str, pd.DataFrame], Region, dt.date]
_Counts = tuple[int, int, int]
_TEST = ("eda-distress", "high_unemployment")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument("--region", type=Path, default=_REGION, help="region file of the national screening")
    parser.add_argument(
        "--day", type=dt.date.fromisoformat, default=dt.date(2019, 12, 31), help="day of rules and data"
    )


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row an engine."""
    calls: dict[str, tuple[Callable[..., Any], Callable[[Any], Any]]] = {
        "townline, all programmes, files read": (_named, _read_and_screen),
        "townline, all programmes": (_read, _screen),
        "pandas, one test": (_read, _pandas),
    }
    base = 0.0
    for name, (prepare, call) in calls.items():
        got = measure(prepare, call, given.region, given.day)
        base = base or got.seconds
        places, tests, eligible = got.result
        yield {
            "engine": name,
            "places": places,
            "rows": tests,
            "eligible": eligible,
            "seconds": round(got.seconds, 3),
            "peak_mb": round(got.peak_mb, 1),
            "ratio": round(got.seconds / base, 3),
        }


def _named(region: Path, day: dt.date) -> tuple[Path, dt.date]:
    return region, day


def _read(region: Path, day: dt.date) -> _Given:
    asked = load_region(region)
    summed = (asked.eligibility or EligibilityEntry()).model_copy(update={"territories": True})
    return check(asked).layers, asked.model_copy(update={"eligibility": summed}), day


def _read_and_screen(given: tuple[Path, dt.date]) -> _Counts:
    return _screen(_read(*given))


def _screen(given: _Given) -> _Counts:
    layers, region, day = given
    found = screen(evidence_of(layers, region, day), wanted(region), day, manner_of(region))
    verdicts, tests = verdict_table(found), by_test(found)
    mine = tests[(tests["unit"] == "county") & (tests["programme"] == _TEST[0]) & (tests["test"] == _TEST[1])]
    return len(verdicts.drop_duplicates(["unit", "place_id"])), len(tests), int((mine["verdict"] == "eligible").sum())


def _pandas(given: _Given) -> _Counts:
    layers, _, day = given
    force = layers["labor_force"]
    years = sorted(year for year in force["year"].unique() if year <= day.year)[-2:]
    recent = force[force["year"].isin(years) & (force["area_geoid"].str.len() == len("25013"))]
    pooled = recent.groupby("area_geoid")[["unemployed", "labor_force"]].sum(min_count=2)
    rate = 100 * pooled["unemployed"] / pooled["labor_force"]
    nation = 100 * pooled["unemployed"].sum() / pooled["labor_force"].sum()
    return len(rate), len(rate), int((rate - nation >= 1 - 1e-9).sum())
