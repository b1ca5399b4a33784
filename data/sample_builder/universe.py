"""Where each premises is counted: its census block, whose code is invented, and its true H3 cell."""

from typing import Final

import geopandas as gpd
import h3
import numpy as np
import pandas as pd

from data.sample_builder.facts import Facts
from data.sample_builder.grid import Floats, Ints
from data.sample_builder.settings import (
    BLOCKS_PER_GROUP,
    FIRST_TRACT,
    H3_RESOLUTION,
    PREMISES_PER_BLOCK,
    PREMISES_PER_TRACT,
)

_MOST_TRACTS: Final = 99  # of a town: two digits


def universe(facts: Facts, premises: gpd.GeoDataFrame, best: Floats) -> pd.DataFrame:
    """Return what filings are made from, one row for each premises, in order of location.

    Parameters
    ----------
    facts
        The towns.
    premises
        The premises layer, in degrees.
    best
        Download and upload of the best offer in Mbps, one row for each premises; missing where it is not known.

    Returns
    -------
    pandas.DataFrame
        ``location_id``, ``county_fips``, ``town`` (place in the facts), ``block_geoid``, ``h3_res8_id``,
        ``down_mbps``, ``up_mbps``.
    """
    counts = facts.premises
    county = facts.towns["county_fips"]
    tracts = FIRST_TRACT + county.groupby(county).cumcount().to_numpy(np.int64)
    starts = [int(code) * 10**10 + int(tract) * 10**6 for code, tract in zip(county, tracts, strict=True)]
    blocks = [start + block_codes(int(count)) for start, count in zip(starts, counts, strict=True)]
    return pd.DataFrame(
        {
            "location_id": premises["location_id"].astype("int64"),
            "county_fips": np.repeat(county.to_numpy(), counts),
            "town": np.repeat(np.arange(len(counts)), counts),
            "block_geoid": np.concatenate(blocks),
            "h3_res8_id": _cells(premises),
            "down_mbps": best[:, 0],
            "up_mbps": best[:, 1],
        }
    )


def block_codes(count: int) -> Ints:
    """Return the block of each of a town's premises: the last two digits of its tract and the four of its block.

    Premises of one block are neighbours along the roads. A town of one tract has 00, else tracts count from 01.

    >>> block_codes(3).tolist()
    [1000, 1000, 1000]
    >>> block_codes(4000)[[0, -1]].tolist()
    [11000, 25001]
    """
    tracts = min(max(round(count / PREMISES_PER_TRACT), 1), _MOST_TRACTS)
    tract, place = _parts(np.arange(count), count, tracts)
    sizes = np.bincount(tract)
    block = place * -(-sizes // PREMISES_PER_BLOCK)[tract] // sizes[tract]
    group = 1 + block // BLOCKS_PER_GROUP
    return np.asarray((tract + (tracts > 1)) * 10**4 + group * 10**3 + block % BLOCKS_PER_GROUP, dtype=np.int64)


def _parts(rows: Ints, count: int, parts: int) -> tuple[Ints, Ints]:
    """Return the part of each row when all are cut into even parts, and its place in it."""
    part = rows * parts // count
    first = -(-np.arange(parts) * count // parts)
    return part, rows - first[part]


def _cells(premises: gpd.GeoDataFrame) -> list[str]:
    points = premises.geometry
    return [h3.latlng_to_cell(y, x, H3_RESOLUTION) for x, y in zip(points.x, points.y, strict=True)]
