"""Lists of areas: delineations, commuting zones, urban areas, rural codes."""

import re
from collections.abc import Mapping
from typing import Final

import pandas as pd

from layers.adapt._file import Published
from layers.adapt._numbers import numbers
from layers.state_codes import postal_codes

_KIND: Final = "metropolitanmicropolitanstatis"
_KINDS: Final = {
    "Metropolitan Statistical Area": "metropolitan area",
    "Micropolitan Statistical Area": "micropolitan area",
}
_ZONE: Final = re.compile("CZ_?(?P<year>[0-9]{2}|[0-9]{4})", re.IGNORECASE)
_YEAR: Final = re.compile("(?<![0-9])(19|20)[0-9]{2}(?![0-9])")


def is_delineation(file: Published) -> bool:
    """Whether it is the delineation of metropolitan areas with one row per county, as the NBER gives it."""
    return {"cbsacode", "fipsstatecode", "fipscountycode", _KIND} <= set(file.header)


def is_zones(file: Published) -> bool:
    """Whether it is a list of counties and their commuting zones."""
    return file.header[:1] in (("GEOID",), ("fips",), ("FIPS",)) and any(
        _ZONE.fullmatch(name) for name in file.header[1:]
    )


def is_urban(file: Published) -> bool:
    """Whether it is the list of urban areas of a decennial census."""
    names = {name.upper() for name in file.header}
    return {"UACE", "NAME"} <= names and bool({"POP", "POP10", "POP20"} & names)


def is_rural(file: Published) -> bool:
    """Whether it is the list of rural-urban continuum codes."""
    return {"geoid", "name", "rural_def"} <= set(file.header) and ",RUCC," in file.head.replace('"', "")


def from_delineation(file: Published) -> Mapping[str, pd.DataFrame]:
    """Return the metropolitan or micropolitan area of each county; the vintage is the year in the file's name, if any.

    Raises
    ------
    LayerError
        Where an area is of another kind.
    """
    table = file.table()
    kind = table[_KIND].map(_KINDS)
    table, kind = table[table["cbsacode"] != ""], kind[table["cbsacode"] != ""]
    if kind.isna().any():
        raise file.fault(
            f"has areas that are neither metropolitan nor micropolitan ('{table[_KIND][kind.isna()].iloc[0]}')"
        )
    found = {
        "county_fips": table["fipsstatecode"].str.zfill(2) + table["fipscountycode"].str.zfill(3),
        "labor_market_id": table["cbsacode"],
        "labor_market": table["cbsatitle"],
        "kind": kind,
        "vintage": _vintage(file, len(table)),
    }
    return {"labor_markets": pd.DataFrame(found).reset_index(drop=True)}


def from_zones(file: Published) -> Mapping[str, pd.DataFrame]:
    """Return the commuting zone of each county; the vintage is the year in the column's name."""
    table = file.table()
    column = next(name for name in table.columns[1:] if _ZONE.fullmatch(str(name)))
    digits = re.sub("[^0-9]", "", str(column))
    year = int(digits) if len(digits) == 4 else int(digits) + (2000 if int(digits) < 70 else 1900)
    table = table[table[column] != ""]
    found = {
        "county_fips": table.iloc[:, 0].str.zfill(5),
        "labor_market_id": table[column],
        "labor_market": "Commuting zone " + table[column],
        "kind": "commuting zone",
        "vintage": pd.array([year] * len(table), dtype="Int64"),
    }
    return {"labor_markets": pd.DataFrame(found).reset_index(drop=True)}


def from_urban(file: Published) -> Mapping[str, pd.DataFrame]:
    """Return urban areas, one row for each state in the area's name, such as ``Springfield, MA--CT``.

    Raises
    ------
    LayerError
        Where a name does not say the states, or the year of the census is not known.
    """
    table = file.table().rename(columns=str.upper)
    column = next(name for name in ("POP20", "POP10", "POP") if name in table)
    states = table["NAME"].str.extract("[,] *([A-Z]{2}(?:(?:--|-)[A-Z]{2})*)(?: .*)?$")[0]
    if states.isna().any():
        raise file.fault(f"has a name that does not say its states ('{table['NAME'][states.isna()].iloc[0]}')")
    year = {"POP20": 2020, "POP10": 2010}.get(column) or _census_year(file)
    rows = pd.DataFrame(
        {
            "uace": table["UACE"].str.zfill(5),
            "name": table["NAME"],
            "state_fips": states.str.split("-+", regex=True),
            "population": numbers(file, table[column], column),
            "census_year": year,
        }
    ).explode("state_fips", ignore_index=True)
    fips = {postal: code for code, postal in postal_codes().items()}
    return {"urban_areas": rows.assign(state_fips=rows["state_fips"].map(fips))}


def from_rural(file: Published) -> Mapping[str, pd.DataFrame]:
    """Return rural-urban continuum codes; the code is the digit with which the description begins."""
    table = file.table()
    found = {
        "county_fips": table["geoid"].str.zfill(5),
        "code": numbers(file, table["rural_def"].str.extract("^([1-9])")[0], "rural_def"),
        "vintage": numbers(file, table["year"], "year"),
    }
    return {"rural_codes": pd.DataFrame(found).dropna(subset=["code"]).astype({"code": "int64"})}


def _census_year(file: Published) -> int:
    found = _YEAR.search(file.path.name)
    if found is None:
        raise file.fault("does not say of which census it is; put the year into its name, such as urban_areas_2020.csv")
    return int(found[0])


def _vintage(file: Published, rows: int) -> pd.api.extensions.ExtensionArray:
    found = _YEAR.search(file.path.name)
    return pd.array([int(found[0]) if found else pd.NA] * rows, dtype="Int64")
