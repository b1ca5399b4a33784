"""Boundary files of the Census Bureau -> tables of shapes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from layers import PlanError

COUNTY: Final = ("GEOID", "NAME", "NAMELSAD", "STATEFP")
TOWN: Final = ("GEOID", "NAME", "NAMELSAD", "STATEFP", "COUNTYFP", "COUSUBFP", "ALAND")


def read_boundaries(path: Path, columns: Sequence[str]) -> gpd.GeoDataFrame:
    """Return the rows of a cartographic boundary file, in the order of their codes.

    Parameters
    ----------
    path
        A zipped shapefile, clipped to the shore.
    columns
        Columns that must be there.

    Returns
    -------
    geopandas.GeoDataFrame
        Those columns and the shapes, in the file's CRS (NAD83 in degrees).

    Raises
    ------
    PlanError
        Where it is no such file, lacks a column or is empty.
    """
    table = _rows(path, columns, geometry=True)
    return gpd.GeoDataFrame(table)


def read_attributes(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Return the columns of a cartographic boundary file without shapes; errors as `read_boundaries`."""
    return _rows(path, columns, geometry=False)


def _rows(path: Path, columns: Sequence[str], *, geometry: bool) -> pd.DataFrame:
    where = f"boundary file {path.name}"
    try:
        fields = {str(name) for name in pyogrio.read_info(path)["fields"]}
        lost = [name for name in columns if name not in fields]
        if lost:
            raise PlanError(where, [f"has no column {', '.join(lost)}; choose another --year"])
        table: pd.DataFrame = pyogrio.read_dataframe(path, columns=list(columns), read_geometry=geometry)
    except (DataSourceError, DataLayerError, RuntimeError) as error:
        raise PlanError(where, [f"cannot be read ({' '.join(str(error).split())[:120]}); fetch it again"]) from None
    if table.empty or table["GEOID"].isna().any():
        raise PlanError(where, ["is empty or lacks codes; fetch it again"])
    return table.sort_values("GEOID", ignore_index=True)
