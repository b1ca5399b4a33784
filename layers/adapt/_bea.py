"""Personal income of the Bureau of Economic Analysis -> `personal_income`."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from layers.adapt._file import Published
from layers.adapt._numbers import numbers

_LINES: Final = {"1": "personal_income_usd", "2": "bea_population", "3": "per_capita_personal_income_usd"}
_SCALE: Final = {"1": 1000.0, "2": 1.0, "3": 1.0}  # line 1 counts thousands of dollars
_COLUMNS: Final = ("per_capita_personal_income_usd", "personal_income_usd", "bea_population")


def _years(names: tuple[str, ...]) -> list[str]:
    return [name for name in names if len(name) == 4 and name.isdigit()]


def is_cainc1(file: Published) -> bool:
    """Whether it is table CAINC1 as it is downloaded: a row per area and line, a column per year."""
    return {"GeoFIPS", "LineCode"} <= set(file.header) and bool(_years(file.header))


def is_wide(file: Published) -> bool:
    """Whether it has a row per area and columns that are years, of per capita personal income."""
    return {"fips", "GeoName"} <= set(file.header) and bool(_years(file.header))


def from_cainc1(file: Published) -> Mapping[str, pd.DataFrame]:
    """Return personal income, residents and income per resident from table CAINC1, in dollars and persons.

    Raises
    ------
    LayerError
        Where the file has none of the lines 1 to 3.
    """
    table = file.table()
    code = table["LineCode"].fillna("")
    table = table[code.isin(list(_LINES))]
    if table.empty:
        raise file.fault("has none of the lines 1, 2 and 3 of table CAINC1")
    table = table.assign(area_geoid=_codes(table["GeoFIPS"]), area=table["GeoName"])
    found: pd.DataFrame | None = None
    for line, name in _LINES.items():
        rows = table[table["LineCode"] == line]
        if len(rows):
            part = _melted(file, rows, name, _SCALE[line])
            found = (
                part
                if found is None
                else found.merge(part.drop(columns="area"), on=["area_geoid", "year"], how="outer")
            )
    assert found is not None  # noqa: S101 (the rows hold one of the lines)
    nothing = {name: np.nan for name in _COLUMNS if name not in found}
    return {"personal_income": found.assign(**nothing)}


def from_wide(file: Published) -> Mapping[str, pd.DataFrame]:
    """Return income per resident from a table with a column per year."""
    table = file.table()
    table = table.assign(area_geoid=_codes(table["fips"]), area=table["GeoName"])
    return {"personal_income": _melted(file, table, "per_capita_personal_income_usd", 1.0)}


def _codes(codes: pd.Series) -> pd.Series:
    """Return codes as ours: 00000 is the nation, three zeros at the end are a state."""
    plain = codes.str.replace('[" ]', "", regex=True).str.zfill(5)
    return plain.mask(plain == "00000", "US").where(
        ~plain.str.endswith("000") | (plain == "00000"), plain.str.slice(0, 2)
    )


def _melted(file: Published, table: pd.DataFrame, name: str, scale: float) -> pd.DataFrame:
    years = _years(tuple(map(str, table.columns)))
    return pd.DataFrame(
        {
            "area_geoid": np.tile(table["area_geoid"].to_numpy(object), len(years)),
            "area": np.tile(table["area"].str.rstrip(" *").to_numpy(object), len(years)),
            "year": np.repeat(np.array(years, np.int64), len(table)),
            name: np.concatenate([numbers(file, table[year], year) for year in years]) * scale,
        }
    )
