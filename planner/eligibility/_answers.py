"""Answers to what programmes ask: yes, no or a number, by place, as they were known on a day."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
import pandas as pd

from layers import PlanError
from layers.errors import suggestion
from planner.eligibility._places import Unit
from planner.eligibility.evidence import Floats
from planner.programmes import programmes
from planner.programmes.rule import AnswerTest

ALL: Final = "all"
_WORDS: Final = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}


def checked_answers(table: pd.DataFrame, day: dt.date, places: Collection[str]) -> pd.DataFrame:
    """Return the answers known on a day as numbers, the latest of each place, programme and test.

    Raises
    ------
    PlanError
        With all rows that name a programme, test or place that there is not, or answer otherwise than was asked.
    """
    asked = {
        (each.name, name): test
        for each in programmes()
        for name, test in each.tests.items()
        if isinstance(test, AnswerTest)
    }
    rows = list(zip(table["area_geoid"], table["programme"], table["test"], table["answer"], strict=True))
    faults = [fault for number, row in enumerate(rows, 1) if (fault := _fault(number, row, asked, places))]
    if faults:
        raise PlanError("layer 'programme_answers'", faults)
    words = table["answer"].astype("str")
    value = words.map(_WORDS).astype("float64").fillna(pd.to_numeric(words, errors="coerce"))
    known = table.assign(value=value)[table["as_of"].isna() | (table["as_of"] <= pd.Timestamp(day))]
    known = known.sort_values("as_of", na_position="first", kind="stable")
    return known.drop_duplicates(["area_geoid", "programme", "test"], keep="last")


def _fault(
    number: int, row: tuple[str, str, str, object], asked: Mapping[tuple[str, str], AnswerTest], places: Collection[str]
) -> str:
    """Return what is wrong with a row; empty where nothing is."""
    area, programme, test, answer = row
    known = {name for name, _ in asked}
    if programme not in known:
        return f"row {number} names programme '{programme}', which asks nothing{suggestion(programme, known)}"
    tests = {name for each, name in asked if each == programme}
    if test not in tests:
        return f"row {number} names test '{test}' of '{programme}', which asks no such thing{suggestion(test, tests)}"
    if area != ALL and area not in places:
        return f"row {number} names place '{area}', of which no other layer has a row; correct the code, or write {ALL}"
    word = isinstance(answer, str) and answer in _WORDS
    if isinstance(answer, str) and word == (asked[programme, test].threshold is not None):
        return f"row {number} answers '{answer}' to '{test}', which asks for {'a number' if word else 'yes or no'}"
    return ""


def answers(table: pd.DataFrame, unit: Unit) -> dict[tuple[str, str], Floats]:
    """Return the answers for places of a unit by programme and test, NaN where not known.

    What is said of all places holds where nothing is said of one.
    """
    found: dict[tuple[str, str], Floats] = {}
    for (programme, test), rows in table.groupby(["programme", "test"]):
        by_place = dict(zip(rows["area_geoid"], rows["value"], strict=True))
        usual = float(by_place.get(ALL, np.nan))
        values = np.array([by_place.get(code, usual) for code in unit.ids], np.float64)
        if np.isfinite(values).any():
            found[str(programme), str(test)] = values
    return found
