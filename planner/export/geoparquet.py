"""GeoParquet 1.1: one file a table, along a Hilbert curve, with the box of each row."""

from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from planner.export.handover import Handover, Made

FOLDER: Final = "geoparquet"


def write(handover: Handover, stage: Path) -> list[Made]:
    """Write ``geoparquet/NAME.parquet``; tables without geometry are plain Parquet.

    Rows with geometry follow a Hilbert curve and carry a ``bbox`` column, so that readers fetch only what lies in view.
    """
    (stage / FOLDER).mkdir()
    made = []
    for name, table in handover.tables.items():
        file = f"{FOLDER}/{name}.parquet"
        if isinstance(table, gpd.GeoDataFrame):
            options: dict[str, Any] = {"write_covering_bbox": True, "schema_version": "1.1.0"}
            _along_a_curve(table).to_parquet(stage / file, index=False, compression="zstd", **options)
            made.append(Made(file, "GeoParquet", (name,), len(table), handover.plan.region.crs, "GeoParquet 1.1.0"))
        else:
            pd.DataFrame(table).to_parquet(stage / file, index=False, compression="zstd")
            made.append(Made(file, "Parquet", (name,), len(table)))
    return made


def _along_a_curve(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return rows in order of a Hilbert curve, those without geometry last."""
    there = ~(table.geometry.isna() | table.geometry.is_empty).to_numpy()
    distance = np.full(len(table), np.inf)
    if there.any():
        distance[there] = table[there].geometry.hilbert_distance().to_numpy()
    return table.iloc[np.argsort(distance, kind="stable")]
