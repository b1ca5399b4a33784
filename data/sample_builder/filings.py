"""Generated filings: written as the CSV files that they would come as, and taken in by the project's own ingest."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from data.sample_builder.settings import FILED_AS_OF, FILED_RELEASED, STATE_FIPS
from layers.filings import formats, ingest

_PER_MACHINE: Final = ".ingest-seen.json"


def write_filings(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write each table as a filing, ingest them all, and return the files of the record.

    Parameters
    ----------
    tables
        Rows by the technology in the file's name.
    folder
        Where the record goes; an earlier one is removed.

    Raises
    ------
    ValueError
        Where ingest left out a row.
    """
    for path in [*folder.glob("bdc_*.parquet"), *folder.glob("ingest.json")]:
        path.unlink()
    with TemporaryDirectory() as scratch:
        done = ingest([_write_csv(table, name, Path(scratch)) for name, table in tables.items()], folder)
    (folder / _PER_MACHINE).unlink(missing_ok=True)
    if any(one.rows_kept != one.rows_read or one.notes for one in done):
        raise ValueError(f"generated filings are not clean: {[(one.source, one.reasons, one.notes) for one in done]}")
    return [*(one.path for one in done), folder / "ingest.json"]


def _write_csv(table: pd.DataFrame, technology: str, folder: Path) -> Path:
    path = folder / f"bdc_{STATE_FIPS}_{technology}_fixed_broadband_{FILED_AS_OF}_{FILED_RELEASED}.csv"
    columns = {
        header: pa.array(table[name], from_pandas=True) for header, name in formats()["bdc_fixed"].headers.items()
    }
    pa.csv.write_csv(pa.table(columns), path, pa.csv.WriteOptions(quoting_style="none"))
    return path
