"""County file of County Business Patterns -> `industry_employment`."""

import csv
import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from layers._guard_tables import check_cells, check_table
from layers.errors import LayerError

_NEEDED: Final = ("fipstate", "fipscty", "naics", "emp", "est")
# Employment size class of a withheld count, until 2016.
_RANGES: Final = {
    "A": (0, 19), "B": (20, 99), "C": (100, 249), "E": (250, 499), "F": (500, 999), "G": (1000, 2499), "H": (2500, 4999),
    "I": (5000, 9999), "J": (10_000, 24_999), "K": (25_000, 49_999), "L": (50_000, 99_999), "M": (100_000, np.inf),
}  # fmt: skip
# Establishments by size class; a class of fewer than five has some without employees in March.
_CLASSES: Final = {
    "n1_4": (0, 4), "n<5": (0, 4), "n5_9": (5, 9), "n10_19": (10, 19), "n20_49": (20, 49), "n50_99": (50, 99),
    "n100_249": (100, 249), "n250_499": (250, 499), "n500_999": (500, 999), "n1000": (1000, np.inf),
}  # fmt: skip
_NOISE: Final = {"G": 0.02, "H": 0.05}  # J says 5 percent or more, without a limit
_WITHHELD: Final = ("D", "S")
_YEAR: Final = re.compile(r"cbp(?P<year>[0-9]{2})co", re.IGNORECASE)


def is_cbp(header: Collection[str]) -> bool:
    """Whether a file with these columns is a county file."""
    return set(_NEEDED) <= {name.strip().lower() for name in header}


def read_cbp(path: str | Path, year: int | None = None, naics_vintage: int | None = None) -> pd.DataFrame:
    """Return rows as in layer `industry_employment` from a county file.

    Parameters
    ----------
    path
        The file with commas, as the Census Bureau publishes it; also gzipped.
    year
        Year of the counts; where not given, the file's name says it (``cbp16co.txt``).
    naics_vintage
        Edition of NAICS of the codes; the file does not say it.

    Returns
    -------
    pandas.DataFrame
        Counties, from all industries (10) to six digits. A withheld count is empty and marked, with the least and the
        most that it can be from its size class and from the sizes of its establishments.

    Raises
    ------
    LayerError
        Where the file is missing or of another shape, its year is not said, or it holds a count that is no number.

    Notes
    -----
    Layout of the Census Bureau. Until 2016 a withheld count is 0 with a size class (EMPFLAG); from 2017 on, industries of
    a county with fewer than three establishments have no row at all, so that what is missing is not nothing. Noise flags
    G and H say by how much counts were changed at most.
    """
    path = Path(path)
    table = _table(path)
    found = _YEAR.search(path.name)
    when = year if year is not None else (_century(int(found["year"])) if found else None)
    if when is None:
        raise LayerError(
            f"file {path.name}", ["does not say its year; name it as it is published (cbp16co.txt) or give the year"]
        )
    count, flag = _numbers(table["emp"], path, "emp"), _text(table, "empflag")
    noise = _text(table, "emp_nf")
    hidden = flag.isin(list(_RANGES)) | noise.isin(list(_WITHHELD))
    low, high = _bounds(table, flag)
    return pd.DataFrame(
        {
            "area_id": table["fipstate"].str.zfill(2) + table["fipscty"].str.zfill(3),
            "area_kind": "county",
            "industry": _codes(table["naics"]),
            "naics_vintage": pd.array([naics_vintage] * len(table), dtype="Int64"),
            "year": when,
            "employment": count.mask(hidden),
            "employment_low": pd.Series(low).where(hidden),
            "employment_high": pd.Series(high).where(hidden & np.isfinite(high)),
            "noise_share": noise.map(_NOISE).mask(hidden),
            "establishments": _numbers(table["est"], path, "est"),
            "suppressed": hidden,
        }
    )  # fmt: skip


def _century(year: int) -> int:
    return 1900 + year if year >= 80 else 2000 + year


def _table(path: Path) -> pd.DataFrame:
    try:
        check_table(path)
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
        if not (table.iloc[:, -1] != "").all():
            check_cells(path, ",", "latin-1")
    except LayerError as error:
        raise LayerError(f"file {path.name}", error.faults) from None
    except FileNotFoundError:
        raise LayerError(f"file {path}", ["does not exist; correct its path"]) from None
    except (OSError, ValueError, EOFError, csv.Error) as error:
        raise LayerError(f"file {path.name}", [f"cannot be read: {' '.join(str(error).split())[:200]}"]) from None
    if not isinstance(table.index, pd.RangeIndex):
        raise LayerError(f"file {path.name}", ["has rows with more fields than its header; get it again"])
    table.columns = pd.Index([str(name).strip().lower() for name in table.columns])
    lost = [name for name in _NEEDED if name not in table]
    if lost:
        raise LayerError(f"file {path.name}", [f"has no column {', '.join(lost)}; get the county file"])
    return pd.DataFrame({name: table[name].str.strip() for name in table})


def _text(table: pd.DataFrame, name: str) -> pd.Series:
    return table[name].str.upper() if name in table else pd.Series("", table.index, dtype="str")


def _codes(naics: pd.Series) -> pd.Series:
    """Return NAICS codes without the signs that fill them up; all industries (no digit) as 10."""
    digits = naics.str.replace("[-/]", "", regex=True)
    return digits.mask(digits == "", "10")


def _bounds(table: pd.DataFrame, flag: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and most that each count can be, by its size class and by the sizes of its establishments."""
    ranges = [flag.map({key: each[end] for key, each in _RANGES.items()}).to_numpy(float) for end in (0, 1)]
    low, high = np.nan_to_num(ranges[0]), np.where(np.isnan(ranges[1]), np.inf, ranges[1])
    names = [name for name in _CLASSES if name in table]
    counts = [pd.to_numeric(table[name], errors="coerce").to_numpy(float) for name in names]
    if len(names) == len(_CLASSES) - 1:  # one of the two spellings of the smallest class
        least = sum(count * _CLASSES[name][0] for name, count in zip(names, counts, strict=True))
        most = sum(_most(count, _CLASSES[name][1]) for name, count in zip(names, counts, strict=True))
        low = np.fmax(low, least)  # a class that is withheld (N) says nothing
        high = np.fmin(high, most)
    return low, np.maximum(low, high)


def _most(count: np.ndarray, size: float) -> np.ndarray:
    return np.asarray(np.multiply(count, size, out=np.zeros_like(count), where=count != 0), np.float64)


def _numbers(cells: pd.Series, path: Path, name: str) -> pd.Series:
    found = pd.to_numeric(cells, errors="coerce")
    values = found.to_numpy(float)
    bad = ~np.isfinite(values) | (np.mod(values, 1, out=np.zeros(len(values)), where=np.isfinite(values)) != 0)
    if bad.any():
        row = int(bad.argmax())
        fault = (
            f"column '{name}' holds '{cells.iloc[row]}' (row {row + 1}), which is no whole number; get the file again"
        )
        raise LayerError(f"file {path.name}", [fault])
    return found
