"""One file of employment by cluster -> its location quotients and flags, without a region file."""

import csv
import gzip
from pathlib import Path
from typing import Final

import pandas as pd

from layers import LayerError, Source, declared, read
from planner.clusters.areas import METRO
from planner.clusters.stage import strength_table

# Column names of the federal cluster map's exports, by ours.
_PUBLISHED: Final = {
    "area_id": "region_code_t", "area": "region_name_t", "area_kind": "region_area_type_t", "cluster": "cluster_code_t",
    "cluster_name": "cluster_name_t", "traded": "traded_b", "year": "year_t", "employment": "emp_tl",
    "establishments": "est_tl", "lq": "lq_tf", "area_share": "region_emp_per_tf", "national_share": "cluster_emp_per_tf",
}  # fmt: skip
_METROS: Final = ("metropolitan statistical area", "micropolitan statistical area")
_FIRST_LOCAL: Final = 101
_ANY_CRS: Final = "EPSG:5070"  # the layer has no geometry


def measure_file(path: str | Path) -> pd.DataFrame:
    """Return table `cluster_strength` of one file.

    Parameters
    ----------
    path
        A table with the columns of layer `cluster_employment`, or with those of the federal cluster map's exports
        (``region_code_t``, ``cluster_code_t``, ``emp_tl``, ``est_tl``, ``lq_tf`` and so on).

    Raises
    ------
    LayerError
        Where the file is missing or broken, or with all faults of its content.

    Notes
    -----
    Metropolitan and micropolitan areas are one kind, as on the federal map. Where the file does not say what is traded,
    codes from 101 on are local, as they are there.
    """
    path = Path(path)
    header = _header(path)
    names = {ours: theirs for ours, theirs in _PUBLISHED.items() if theirs in header and ours not in header}
    told = "traded" in names or "traded" in header
    source = Source(path=path, columns=names, values={} if told else {"traded": True}, origin="published")
    table = read(source, declared("cluster_employment"), _ANY_CRS).table
    if not told:
        table["traded"] = ~(pd.to_numeric(table["cluster"], errors="coerce") >= _FIRST_LOCAL)
    kinds = table["area_kind"].str.strip().str.lower()
    return strength_table(table.assign(area_kind=kinds.mask(kinds.isin(_METROS), METRO)))


def _header(path: Path) -> set[str]:
    """Return the names in a CSV file's first line; none for other files, which name their columns as we do."""
    if not path.name.lower().endswith((".csv", ".csv.gz", ".tsv", ".tsv.gz")):
        return set(declared("cluster_employment").columns)
    sep = "\t" if ".tsv" in path.name.lower() else ","
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8-sig")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8-sig") as file
        ):
            return {name.strip() for name in next(csv.reader(file, delimiter=sep), [])}
    except OSError:
        return set()  # the reader says what is wrong
    except (EOFError, UnicodeDecodeError, csv.Error) as error:
        raise LayerError(f"file {path.name}", [f"cannot be read: {error}; save it as UTF-8, or get it again"]) from None
