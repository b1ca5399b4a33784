import datetime as dt

import numpy as np
import pandas as pd
import pytest

from planner.eligibility.evidence import Evidence, Measured
from planner.programmes import load

DAY = dt.date(2026, 11, 22)
HEAD = """
title = "Trial programme"
short = "Trial"
agency = "Office of Trials"
purpose = "To try the engine."
sources = [
  { id = "statute", citation = "1 USC 1", text = "the act", as_of = 2023-04-01 },
  { id = "regulation", citation = "1 CFR 1", text = "the rule", seen = false },
]
status = [{ from = 2020-01-01, is = "open", citation = "1 USC 1(a)" }]
"""


@pytest.fixture
def rules(tmp_path):
    """Make a programme of the text of a rule file without its head."""

    def make(body, name="trial"):
        path = tmp_path / f"{name}.toml"
        path.write_text(HEAD + body, "utf-8")
        return load(path)

    return make


def measured(value, error=np.nan, missing="the series", day="2019-12-31"):
    value = np.atleast_1d(np.asarray(value, float))
    lost = np.array([missing if np.isnan(each) else "" for each in value], object)
    error = np.broadcast_to(np.asarray(error, float), value.shape)
    return Measured(value, error, np.full(len(value), day, "datetime64[D]"), lost, np.full(len(value), "made", object))


def known(figures=None, count=1, unit="county", **more):
    """Evidence of `count` places; figures by (measure, side) or (measure, side, way)."""
    figures = figures or {}

    def of(measure, way, side):
        found = figures.get((measure, side, way), figures.get((measure, side)) if way == 0 else None)
        return measured(np.full(count, np.nan), missing=f"{measure} {side} by way {way}") if found is None else found

    states = more.pop("states", ["MA"] * count)
    places = pd.DataFrame({
        "place_id": [f"{number:05d}" for number in range(count)], "place": [f"Place {number}" for number in range(count)],
        "state": states,
    })  # fmt: skip
    return Evidence(unit, places, of, **more)
