"""Labor force statistics of the Bureau of Labor Statistics -> `labor_force`."""

import re
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from layers.adapt._file import Published
from layers.adapt._numbers import Floats, numbers

_FLAT: Final = ("series_id", "year", "period", "value")
_MEASURES: Final = {"04": "unemployed", "05": "employed", "06": "labor_force"}
_NATION: Final = {"LNU01000000": "labor_force", "LNU02000000": "employed", "LNU03000000": "unemployed"}
_RATE: Final = "LNU04000000"
_COUNTY_ROW: Final = re.compile(
    r"^(?P<code>CN[0-9]{13})\s+(?P<state>[0-9]{2})\s+(?P<county>[0-9]{3})\s+(?P<area>\S.*?)\s{2,}(?P<year>[0-9]{4})"
    r"\s+(?P<labor_force>\S+)\s+(?P<employed>\S+)\s+(?P<unemployed>\S+)\s+(?P<rate>\S+)\s*$",
    re.MULTILINE,
)
_COLUMNS: Final = ("labor_force", "employed", "unemployed")


def is_local(file: Published) -> bool:
    """Whether it is a flat file ``la.data``."""
    return file.header[:4] == _FLAT and "\nLA" in file.head


def is_national(file: Published) -> bool:
    """Whether it is a flat file ``ln.data``."""
    return file.header[:4] == _FLAT and "\nLN" in file.head


def is_county_text(file: Published) -> bool:
    """Whether it is a printed table of counties (``laucnty19.txt``)."""
    return _COUNTY_ROW.search(file.head) is not None


def is_long(file: Published) -> bool:
    """Whether it is a table with one row per county and year, columns named in words."""
    return {"fips", "year", *_COLUMNS} <= set(file.header)


def from_local(file: Published) -> Mapping[str, pd.DataFrame]:
    """Return monthly and annual figures of counties and states from a flat file, not seasonally adjusted.

    A series is LAU, CN (county) or ST (state), the code with zeros behind it, and two digits of the measure.

    Raises
    ------
    LayerError
        Where the file has no such series.
    """
    table = _flat(file)
    name = table["series_id"]
    table = table.assign(
        area_geoid=name.str.slice(5, 10).where(name.str.startswith("LAUCN"), name.str.slice(5, 7)),
        what=name.str.slice(-2).map(_MEASURES),
    )[name.str.fullmatch("LAU(CN[0-9]{15}|ST[0-9]{15})") & name.str.slice(-2).isin(list(_MEASURES))]
    if table.empty:
        raise file.fault("has no series of counties or states that is not seasonally adjusted (LAUCN, LAUST)")
    return {"labor_force": _wide(table, numbers(file, table["value"], "value"))}


def from_national(file: Published) -> Mapping[str, pd.DataFrame]:
    """Return the nation's labor force in persons (the file counts thousands), and its published rate.

    Raises
    ------
    LayerError
        Where the file has none of the series LNU01000000 to LNU04000000.
    """
    table = _flat(file)
    counted = table[table["series_id"].isin(list(_NATION))]
    rates = table[(table["series_id"] == _RATE) & (table["period"] != "M13")]
    if counted.empty and rates.empty:
        raise file.fault("has none of the series LNU01000000 to LNU04000000, not seasonally adjusted")
    found: dict[str, pd.DataFrame] = {}
    if len(counted):
        named = counted.assign(area_geoid="US", what=counted["series_id"].map(_NATION))
        found["labor_force"] = _wide(named, numbers(file, named["value"], "value") * 1000.0)
    if len(rates):
        days = pd.to_datetime(rates["year"] + rates["period"].str.slice(1), format="%Y%m")
        found["indicators"] = pd.DataFrame(
            {"area_geoid": "US", "series": _RATE, "value": numbers(file, rates["value"], "value"), "unit": "percent",
             "period_from": days, "period_to": days + pd.offsets.MonthEnd(0)}
        )  # fmt: skip
    return found


def from_county_text(file: Published) -> Mapping[str, pd.DataFrame]:
    """Return annual averages from a printed table of counties."""
    rows = [match.groupdict() for match in _COUNTY_ROW.finditer(file.text)]
    table = pd.DataFrame(rows)
    return {"labor_force": _annual(file, table.assign(area_geoid=table["state"] + table["county"]))}


def from_long(file: Published) -> Mapping[str, pd.DataFrame]:
    """Return annual averages from a table with one row per county and year."""
    table = file.table().rename(columns={"fips": "area_geoid", "name": "area"})
    return {"labor_force": _annual(file, table)}


def _annual(file: Published, table: pd.DataFrame) -> pd.DataFrame:
    figures = {name: numbers(file, table[name], name) for name in _COLUMNS}
    named = {"area": table["area"]} if "area" in table else {}
    years = pd.to_numeric(table["year"], errors="coerce").astype("Int64")
    none = pd.array([pd.NA] * len(table), dtype="Int64")
    return pd.DataFrame({"area_geoid": table["area_geoid"], **named, "year": years, "month": none, **figures})


def _flat(file: Published) -> pd.DataFrame:
    table = file.table()
    return table[table["period"].str.fullmatch("M(0[1-9]|1[0-3])") & table["year"].str.fullmatch("[0-9]{4}")]


def _wide(table: pd.DataFrame, values: Floats) -> pd.DataFrame:
    """Return one row per area and month; the thirteenth month is the year's average."""
    month = table["period"].str.slice(1).astype("int64")
    long = pd.DataFrame(
        {"area_geoid": table["area_geoid"], "year": table["year"].astype("int64"), "month": month, "what": table["what"], "value": values}
    )  # fmt: skip
    wide = long.pivot_table(
        index=["area_geoid", "year", "month"], columns="what", values="value", dropna=False, aggfunc="first"
    )
    wide = wide.reindex(columns=list(_COLUMNS)).dropna(how="all").reset_index()
    wide.columns.name = None
    wide["month"] = wide["month"].where(wide["month"] <= 12).astype("Int64")
    return wide.astype(dict.fromkeys(_COLUMNS, np.float64))
