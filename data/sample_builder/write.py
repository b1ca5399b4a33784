"""Parquet files that come out the same, byte for byte."""

import warnings
from pathlib import Path
from typing import Any, Final

import geopandas as gpd

_ZSTD: Final[dict[str, Any]] = {"compression": "zstd", "compression_level": 19, "index": False}
_NESTED: Final = {"Point": 0, "LineString": 1}
_LARGE: Final = 10_000
_SEQUENTIAL: Final = ("location_id", "road_id")


def write_parquet(table: gpd.GeoDataFrame, path: Path) -> None:
    """Write a table of one kind of geometry as GeoParquet 1.1.

    Large tables of points and lines keep x and y apart, split into byte streams, and store identifiers as
    differences: that compresses far better. Small ones keep to well-known binary, which every reader knows.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = [name for name in table.columns if name != "geometry"]
    sequential = [name for name in plain if name in _SEQUENTIAL]
    options: dict[str, Any] = {"schema_version": "1.1.0", "row_group_size": 1 << 20, "write_statistics": sequential}
    options["use_dictionary"] = [name for name in plain if name not in sequential]
    if len(table) > _LARGE:
        depth = _NESTED[str(table.geometry.geom_type.iloc[0])]
        coordinates = [f"geometry.{'list.element.' * depth}{axis}" for axis in "xy"]
        encoding = dict.fromkeys(coordinates, "BYTE_STREAM_SPLIT") | dict.fromkeys(sequential, "DELTA_BYTE_ARRAY")
        options |= {"geometry_encoding": "geoarrow", "column_encoding": encoding}
    with warnings.catch_warnings():  # geopandas calls the encoding experimental; the format has it since 1.1
        warnings.filterwarnings("ignore", message=".*geoarrow.*")
        table.to_parquet(path, **_ZSTD, **options)
