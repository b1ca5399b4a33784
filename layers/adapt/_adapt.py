"""Which shapes of files are known, and what they become."""

import csv
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pandas as pd

from layers._guard_tables import check_gzip
from layers.adapt import _bea, _bls, _census, _geography, _wide
from layers.adapt._cbp import is_cbp, read_cbp
from layers.adapt._file import Period, Published
from layers.adapt._qcew import is_qcew, read_qcew
from layers.errors import LayerError, TownlineError, suggestion
from layers.layer import declared

ANY: Final = "any"
_JOBS: Final = "industry_employment"
_UNREADABLE: Final = (
    OSError, EOFError, ValueError, RuntimeError, TypeError, LookupError, ArithmeticError, AttributeError, zlib.error,
    csv.Error,
)  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """A shape in which an agency publishes files.

    Attributes
    ----------
    name
        Short name, as in the region file.
    title
        What it is, for readers.
    fits
        Whether a file is of this shape, told from how it begins.
    read
        Returns the file's rows by the name of the layer that they belong to.
    """

    name: str
    title: str
    fits: Callable[[Published], bool]
    read: Callable[[Published], Mapping[str, pd.DataFrame]]


@cache
def shapes() -> Mapping[str, Shape]:
    """Return all known shapes by name, in the order in which they are tried."""
    known = (
        Shape("census-json", "answer of the Census API", _census.is_json, _census.from_json),
        Shape("census-csv", "table of data.census.gov with codes and labels", _census.is_csv, _census.from_csv),
        Shape("laus-flat", "flat file la.data of local area unemployment", _bls.is_local, _bls.from_local),
        Shape("cps-flat", "flat file ln.data of the nation", _bls.is_national, _bls.from_national),
        Shape("laus-county", "printed table of counties laucntyNN", _bls.is_county_text, _bls.from_county_text),
        Shape("laus-long", "county, year, labor_force, employed, unemployed", _bls.is_long, _bls.from_long),
        Shape("bea-cainc1", "table CAINC1 with a row per line", _bea.is_cainc1, _bea.from_cainc1),
        Shape("bea-wide", "per capita personal income, a column per year", _bea.is_wide, _bea.from_wide),
        Shape("omb-delineation", "counties of metropolitan areas (NBER)", _geography.is_delineation, _geography.from_delineation),
        Shape("commuting-zones", "counties with a column such as CZ20", _geography.is_zones, _geography.from_zones),
        Shape("urban-areas", "urban areas with UACE, NAME, POP", _geography.is_urban, _geography.from_urban),
        Shape("rural-codes", "rural-urban continuum codes", _geography.is_rural, _geography.from_rural),
        Shape("qcew", "annual averages of employment by industry", lambda file: is_qcew(file.header), lambda file: {_JOBS: read_qcew(file.path)}),
        Shape("cbp", "county business patterns", lambda file: is_cbp(file.header), lambda file: {_JOBS: read_cbp(file.path)}),
        Shape("county-table", "counties with columns such as median_household_income_2019", _wide.is_county_table, _wide.from_county_table),
    )  # fmt: skip
    return {shape.name: shape for shape in known}


def adapt(
    paths: Iterable[str | Path], shape: str = "", period: Period | None = None, encoding: str = ""
) -> dict[str, pd.DataFrame]:
    """Return the declared tables that files hold, as agencies publish them.

    Parameters
    ----------
    paths
        Files; what belongs to one layer is put together, in the order of the files' names.
    shape
        Name of their shape (see `shapes`); with none, or ``any``, it is told from the content of each file.
    period
        Period of survey estimates in files that do not say theirs.
    encoding
        Encoding of the files; where none is named, UTF-8, else Latin-1.

    Returns
    -------
    dict of str to pandas.DataFrame
        Checked tables by layer name. Withheld and coded values are empty.

    Raises
    ------
    LayerError
        Where a file is missing, of no known shape, or its content is not as the layer is declared.
    """
    files = [Published(Path(path), period, encoding) for path in sorted(map(str, paths))]
    if not files:
        raise LayerError("adapt", ["no file is named; name one or more"])
    parts: dict[str, list[pd.DataFrame]] = {}
    for file in files:
        for name, frame in _rows(file, shape).items():
            parts.setdefault(name, []).append(frame.assign(source=file.path.name))
    return {name: _whole(name, frames, files) for name, frames in sorted(parts.items())}


def _rows(file: Published, shape: str) -> Mapping[str, pd.DataFrame]:
    """Return what a file holds; whatever keeps it from being read is a fault of the file."""
    try:
        check_gzip(file.path)
        return _shape_of(file, shape).read(file)
    except TownlineError as error:
        raise LayerError(error.where or f"file {file.path.name}", error.faults) from None
    except MemoryError:
        raise file.fault("needs more memory than there is; give a smaller extract") from None
    except _UNREADABLE as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise file.fault(f"cannot be read: {reason}; get it again") from None


def _shape_of(file: Published, name: str) -> Shape:
    known = shapes()
    name = "" if name == ANY else name
    if name and name not in known:
        raise LayerError(f"shape '{name}'", [f"is not known{suggestion(name, known)}"])
    tried = [known[name]] if name else list(known.values())
    found = next((shape for shape in tried if shape.fits(file)), None)
    if found is None:
        expected = "; ".join(f"{shape.name} ({shape.title})" for shape in tried)
        begins = " ".join(file.head[:60].split())
        raise file.fault(f"begins with '{begins}' and is of no known shape; expected {expected}")
    return found


def _whole(name: str, frames: list[pd.DataFrame], files: list[Published]) -> pd.DataFrame:
    declaration = declared(name)
    table = pd.concat([frame.dropna(axis="columns", how="all") for frame in frames], ignore_index=True)
    lost = [
        column for column, each in declaration.columns.items() if each.required and each.null and column not in table
    ]
    try:
        return declaration.check(table.assign(**dict.fromkeys(lost, float("nan"))))
    except LayerError as error:
        named = ", ".join(file.path.name for file in files[:5])
        raise LayerError(f"layer '{name}' ({named})", error.faults) from None
