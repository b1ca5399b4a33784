"""The American Community Survey as its API (JSON) and data.census.gov (CSV) give it -> `acs_estimates`."""

import re
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from layers.adapt._file import Published
from layers.adapt._numbers import margins, numbers
from layers.limits import read_json

_VARIABLE: Final = re.compile(
    r"(?P<series>(?:[BC][0-9]{5}[A-Z]*|S[0-9]{4}_C[0-9]{2}|DP[0-9]{2}[A-Z]*)_[0-9]{3,4}P?)(?P<side>[EM])"
)
_METRO: Final = "metropolitan statistical area/micropolitan statistical area"
_LAND: Final = "american indian area/alaska native area/hawaiian home land"
_DIGITS: Final = {"010": 0, "040": 2, "050": 5, "060": 10, "140": 11, "310": 5, "250": 4}
_PREFIX: Final = {"310": "CBSA", "250": "AIA"}


def is_json(file: Published) -> bool:
    """Whether it is an answer of the API: a list of rows of which the first names variables."""
    begin = file.head.lstrip()
    return begin.startswith("[[") and _VARIABLE.search(begin.split("]", 1)[0]) is not None


def is_csv(file: Published) -> bool:
    """Whether it is a table of data.census.gov: codes in the first row, their labels in the second."""
    return "GEO_ID" in file.header and any(_VARIABLE.fullmatch(name) for name in file.header)


def from_json(file: Published) -> Mapping[str, pd.DataFrame]:
    """Return estimates from an answer of the API.

    Raises
    ------
    LayerError
        Where it is cut short, has rows of different length, or areas of a kind that is not read.
    """
    try:
        names, *rows = read_json(file.text)
        if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
            raise TypeError("names of variables must be texts that differ")  # noqa: TRY301 (one message for all)
        if any(isinstance(cell, (list, dict)) for row in rows for cell in row):
            raise TypeError("a cell must be one text or number")  # noqa: TRY301
        table = pd.DataFrame([["" if cell is None else str(cell) for cell in row] for row in rows], columns=names)
    except (ValueError, TypeError) as error:
        raise file.fault(f"is not a whole answer of the Census API: {error}; get it again") from None
    return {"acs_estimates": _long(file, table, _codes(file, table))}


def from_csv(file: Published) -> Mapping[str, pd.DataFrame]:
    """Return estimates from a table of data.census.gov; errors as `from_json`."""
    table = file.table()
    labelled = len(table) > 0 and table["GEO_ID"].iloc[0] == "Geography"
    rows = table.iloc[1:] if labelled else table
    return {"acs_estimates": _long(file, rows.reset_index(drop=True), None)}


def _long(file: Published, table: pd.DataFrame, codes: pd.Series | None) -> pd.DataFrame:
    """Return one row per area and series."""
    if codes is None:
        codes = _of_geo_id(file, table["GEO_ID"])
    found = {name: match for name in table.columns if (match := _VARIABLE.fullmatch(str(name)))}
    series = sorted({match["series"] for name, match in found.items() if match["side"] == "E"})
    estimates = [numbers(file, table[f"{name}E"], f"{name}E") for name in series]
    nothing = np.full(len(table), np.nan)
    errors = [margins(file, table[f"{name}M"], f"{name}M") if f"{name}M" in table else nothing for name in series]
    period = file.period()
    return pd.DataFrame(
        {
            "area_geoid": np.tile(codes.to_numpy(object), len(series)),
            "area": np.tile(_names(table), len(series)),
            "series": np.repeat(np.array(series, object), len(table)),
            "estimate": np.concatenate(estimates),
            "margin_of_error": np.concatenate(errors),
            "period_from": pd.Timestamp(period.first),
            "period_to": pd.Timestamp(period.last),
        }
    )


def _names(table: pd.DataFrame) -> np.ndarray:
    return table["NAME"].to_numpy(object) if "NAME" in table else np.full(len(table), None, object)


def _codes(file: Published, table: pd.DataFrame) -> pd.Series:
    """Return codes of areas from the columns that say the geography."""
    if "GEO_ID" in table:
        return _of_geo_id(file, table["GEO_ID"])
    if _METRO in table:
        return "CBSA" + table[_METRO]
    if _LAND in table:
        return "AIA" + table[_LAND]
    if "us" in table:
        return pd.Series("US", table.index)
    levels = ("state", "county", "tract") if "tract" in table else ("state", "county", "county subdivision")
    has = [name for name in levels if name in table]
    others = [name for name in table.columns if str(name).islower() and name not in has and name != "block group"]
    if not has or has != list(levels[: len(has)]) or others or "block group" in table:
        raise file.fault(
            f"has areas of a kind that is not read ({', '.join(map(str, [*has, *others])) or 'none named'}); ask the API for us,"
            " state, county, county subdivision, tract, metropolitan areas or American Indian areas, or for GEO_ID"
        )
    codes = table[has[0]]
    for name in has[1:]:
        codes = codes + table[name]
    return codes


def _of_geo_id(file: Published, ids: pd.Series) -> pd.Series:
    """Return codes of areas from such as ``0500000US25011``: three digits of the level, and the code after ``US``."""
    level, code = ids.str.slice(0, 3), ids.str.split("US", n=1).str[-1]
    wanted = level.map(_DIGITS)
    odd = np.flatnonzero((wanted.isna() | (code.str.len() != wanted) | ~ids.str.contains("US")).to_numpy(bool))
    if len(odd):
        raise file.fault(
            f"has areas of a kind that is not read (first: '{ids.iloc[odd[0]]}'); read are the nation, states, counties,"
            " county subdivisions, tracts, metropolitan areas and American Indian areas"
        )
    return (level.map(_PREFIX).fillna("") + code).mask(level == "010", "US")
