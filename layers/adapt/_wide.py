"""County tables with one column per series and year -> `acs_estimates`."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Final

import pandas as pd

from layers.adapt._file import Published
from layers.adapt._numbers import numbers

_SERIES: Final = {
    "per_capita_income": "B19301_001",
    "median_household_income": "B19013_001",
    "poverty": "S1701_C03_001",
    "unemployment_rate": "DP03_0009P",
    "households": "B11001_001",
}
_COLUMN: Final = re.compile("(?P<stem>[a-z_]+)_(?P<year>(?:19|20)[0-9]{2})")


def _wanted(names: tuple[str, ...]) -> dict[str, re.Match[str]]:
    found = {name: _COLUMN.fullmatch(name) for name in names}
    return {name: match for name, match in found.items() if match and match["stem"] in _SERIES}


def is_county_table(file: Published) -> bool:
    """Whether it has counties in rows and columns such as ``median_household_income_2019``."""
    return "fips" in file.header and bool(_wanted(file.header))


def from_county_table(file: Published) -> Mapping[str, pd.DataFrame]:
    """Return five-year estimates without margins of error; the year of a column ends its five years.

    Columns that are no series of their own in the survey's tables are left out.
    """
    table = file.table()
    frames = []
    for name, match in _wanted(tuple(map(str, table.columns))).items():
        year = int(match["year"])
        frames.append(
            pd.DataFrame(
                {
                    "area_geoid": table["fips"].str.zfill(5),
                    "area": table.get("name"),
                    "series": _SERIES[match["stem"]],
                    "estimate": numbers(file, table[name], name),
                    "margin_of_error": float("nan"),
                    "period_from": pd.Timestamp(dt.date(year - 4, 1, 1)),
                    "period_to": pd.Timestamp(dt.date(year, 12, 31)),
                }
            )
        )
    return {"acs_estimates": pd.concat(frames, ignore_index=True)}
