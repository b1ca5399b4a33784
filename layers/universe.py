"""All locations that count, with their towns: the denominator of every share.

The location fabric is the federal universe and licensed; a premises list is the usual stand-in. Where neither is at hand
the filings themselves are the universe, which leaves out every location that nobody filed for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from pyproj import Transformer

from layers.errors import LayerError
from layers.locate import Locator

_STATE: Final = 10**13
_DEGREES: Final = "EPSG:4326"
_ID: Final = r"[1-9][0-9]{9}"
_FABRIC_COLUMNS: Final = ["location_id", "block_geoid", "serviceable", "latitude_deg", "longitude_deg"]


@dataclass(frozen=True)
class Universe:
    """Locations with their towns.

    Attributes
    ----------
    table
        ``location_id`` (int64), ``town_geoid`` and, where there are areas, ``area_id`` (missing outside all of them).
    outside
        Locations that lie in no town and are left out.
    """

    table: pa.Table
    outside: int = 0


def of_premises(premises: pd.DataFrame, areas: gpd.GeoDataFrame | None = None) -> Universe:
    """Return the locations of a premises list.

    Parameters
    ----------
    premises
        Layer `premises`.
    areas
        Layer `areas`, in the same CRS.

    Raises
    ------
    LayerError
        Where an identifier is not one of the fabric's ten digits, so that filings cannot be joined.
    """
    ids = premises["location_id"]
    bad = ~ids.str.fullmatch(_ID).fillna(value=False).astype(bool)
    if bad.any():
        row = int(bad.to_numpy().argmax())
        fault = (
            f"column 'location_id' has {int(bad.sum())} values that are not the fabric's ten digits (first: row {row + 1},"
            f" '{ids.iloc[row]}'), so that filings cannot be joined; give the fabric's identifiers or leave [filings] out"
        )
        raise LayerError("layer 'premises'", [fault])
    columns = {
        "location_id": pa.array(ids.astype("int64")),
        "town_geoid": pa.array(premises["town_geoid"], pa.string()),
    }
    if areas is not None and isinstance(premises, gpd.GeoDataFrame):
        points = premises.geometry.to_numpy()
        columns["area_id"] = _areas_of(areas, shapely.get_x(points), shapely.get_y(points))
    return Universe(pa.table(columns))


def of_fabric(
    files: Sequence[Path],
    state: str,
    towns: gpd.GeoDataFrame,
    blocks: pd.DataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
) -> Universe:
    """Return the broadband serviceable locations of one state from an ingested fabric.

    Parameters
    ----------
    files
        Parquet files of format ``fabric``.
    state
        Two-digit code.
    towns
        Layer `towns`; a location belongs to the town that holds it.
    blocks
        Layer `block_towns`; where given, its crosswalk says the town instead.
    areas
        Layer `areas`, in the same CRS.
    """
    low = int(state) * _STATE
    of_state = (pc.field("block_geoid") >= low) & (pc.field("block_geoid") < low + _STATE) & pc.field("serviceable")
    table = pq.read_table([str(file) for file in files], columns=_FABRIC_COLUMNS, filters=of_state)
    to_metres = Transformer.from_crs(_DEGREES, towns.crs, always_xy=True)
    x, y = to_metres.transform(table["longitude_deg"].to_numpy(), table["latitude_deg"].to_numpy())
    if blocks is None:
        found = _codes_of(towns["town_geoid"], Locator(towns.geometry).find(x, y))
    else:
        place = pc.index_in(table["block_geoid"], value_set=pa.array(blocks["block_geoid"].astype("int64")))
        found = pc.take(pa.array(blocks["town_geoid"], pa.string()), place.combine_chunks())
    columns = {"location_id": table["location_id"].combine_chunks(), "town_geoid": found}
    if areas is not None:
        columns["area_id"] = _areas_of(areas, x, y)
    inside = pc.is_valid(found)
    kept = pa.table(columns).filter(inside)
    return Universe(kept, table.num_rows - kept.num_rows)


def _areas_of(areas: gpd.GeoDataFrame, x: object, y: object) -> pa.Array:
    return _codes_of(areas["area_id"], Locator(areas.geometry).find(np.asarray(x), np.asarray(y)))


def _codes_of(codes: pd.Series, rows: np.ndarray) -> pa.Array:
    return pc.take(pa.array(codes, pa.string()), pa.array(rows, mask=rows < 0))
