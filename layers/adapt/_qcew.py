"""Annual averages of the Quarterly Census of Employment and Wages -> `industry_employment`."""

import csv
from collections.abc import Collection
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from layers._guard_tables import check_cells, check_table
from layers.errors import LayerError

_NEEDED: Final = (
    "area_fips", "own_code", "industry_code", "agglvl_code", "size_code", "year", "qtr", "disclosure_code", "annual_avg_emplvl",
)  # fmt: skip
_ESTABLISHMENTS: Final = ("annual_avg_estabs", "annual_avg_estabs_count")
# First digit of the aggregation level: kind of area. Second: all industries of an owner (1), sector (4) to six digits (8).
_KINDS: Final = {"1": "nation", "4": "metropolitan area", "5": "state", "7": "county"}
_DETAIL: Final = "145678"
_ROWS_AT_ONCE: Final = 500_000


def is_qcew(header: Collection[str]) -> bool:
    """Whether a file with these columns holds annual averages by area and industry."""
    return set(_NEEDED) <= set(header) and bool(set(_ESTABLISHMENTS) & set(header))


def read_qcew(path: str | Path, ownership: str = "5", naics_vintage: int | None = None) -> pd.DataFrame:
    """Return rows as in layer `industry_employment` from a single file or a file by area or industry.

    Parameters
    ----------
    path
        CSV, also gzipped. It is read in parts, so the national file fits.
    ownership
        Whose establishments: 5 for private ones, which clusters are defined on.
    naics_vintage
        Edition of NAICS of the codes; the file does not say it.

    Returns
    -------
    pandas.DataFrame
        Nation (US), states, counties and metropolitan areas (five digits), from all industries (10) to six digits.
        Sectors of several codes have the first (31 for 31-33). A count that is not disclosed is empty and marked.

    Raises
    ------
    LayerError
        Where the file is missing or of another shape, is of quarters, or holds a count that is no number.

    Notes
    -----
    Columns and codes as in the layout of the Bureau of Labor Statistics for annual NAICS files. Disclosure code N marks a
    count that is withheld and written as 0; establishments are disclosed.
    """
    path = Path(path)
    header = _header(path)
    sites = next((name for name in _ESTABLISHMENTS if name in header), "")
    lost = [name for name in _NEEDED if name not in header] + ([] if sites else [_ESTABLISHMENTS[0]])
    if lost:
        fault = f"has no column {', '.join(lost)}; get the annual averages by area or as a single file"
        raise LayerError(f"file {path.name}", [fault])
    names = [*_NEEDED, sites, *(["area_title"] if "area_title" in header else [])]
    try:
        check_table(path)
        with pd.read_csv(path, usecols=names, dtype="str", keep_default_na=False, chunksize=_ROWS_AT_ONCE) as parts:
            kept = [_kept(part.rename(columns={sites: "sites"}), path, ownership) for part in parts]
        check_cells(path, ",", "latin-1")
    except LayerError as error:
        raise LayerError(error.where or f"file {path.name}", error.faults) from None
    except (OSError, ValueError, EOFError, csv.Error) as error:
        raise LayerError(f"file {path.name}", [f"cannot be read: {' '.join(str(error).split())[:200]}"]) from None
    rows = pd.concat(kept, ignore_index=True)
    if rows.empty:
        raise LayerError(f"file {path.name}", [f"has no rows of ownership {ownership} by industry; name another"])
    return rows.assign(naics_vintage=pd.array([naics_vintage] * len(rows), dtype="Int64"))


def _header(path: Path) -> list[str]:
    try:
        return [str(name) for name in pd.read_csv(path, dtype="str", nrows=0).columns]
    except FileNotFoundError:
        raise LayerError(f"file {path}", ["does not exist; correct its path"]) from None
    except (OSError, ValueError, EOFError) as error:
        raise LayerError(f"file {path.name}", [f"cannot be read: {' '.join(str(error).split())[:200]}"]) from None


def _kept(part: pd.DataFrame, path: Path, ownership: str) -> pd.DataFrame:
    cells = part.apply(lambda column: column.str.strip())
    if (cells["qtr"] != "A").any():
        raise LayerError(f"file {path.name}", ["is of quarters; get the annual averages"])
    kind = cells["agglvl_code"].str[:1].map(_KINDS)
    fine = cells["agglvl_code"].str[1:].isin(list(_DETAIL))
    mine = cells[(cells["own_code"] == ownership) & (cells["size_code"] == "0") & kind.notna() & fine]
    hidden = mine["disclosure_code"] == "N"
    return pd.DataFrame(
        {
            "area_id": _areas(mine["area_fips"]),
            "area": mine.get("area_title"),
            "area_kind": kind[mine.index],
            "industry": mine["industry_code"].str.slice(0, 2).where(mine["industry_code"].str.contains("-"), mine["industry_code"]),
            "year": _year(mine["year"], path),
            "employment": _number(mine["annual_avg_emplvl"], path, "annual_avg_emplvl").mask(hidden),
            "establishments": _number(mine["sites"], path, "annual_avg_estabs"),
            "suppressed": hidden,
        }
    )  # fmt: skip


def _areas(codes: pd.Series) -> pd.Series:
    """Return US, two digits a state, five a county, and five a metropolitan area (the file has C and four of them)."""
    state = codes.str.slice(0, 2).where(codes.str.endswith("000"), codes)
    metro = (codes.str.slice(1) + "0").where(codes.str.startswith("C"), state)
    return metro.mask(codes == "US000", "US")


def _year(cells: pd.Series, path: Path) -> pd.Series:
    odd = ~cells.str.fullmatch("[0-9]{4}")
    if odd.any():
        fault = f"column 'year' holds '{cells[odd].iloc[0][:40]}', which is no year; get the file again"
        raise LayerError(f"file {path.name}", [fault])
    return cells.astype("int64")


def _number(cells: pd.Series, path: Path, name: str) -> pd.Series:
    found = pd.to_numeric(cells, errors="coerce")
    bad = ~np.isfinite(found.to_numpy(float))
    if bad.any():
        cell = cells.to_numpy()[bad.argmax()]
        raise LayerError(
            f"file {path.name}", [f"column '{name}' holds '{cell}', which is no number; get the file again"]
        )
    return found
