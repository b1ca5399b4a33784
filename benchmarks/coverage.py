"""From a raw availability filing to the town table, against careful pandas.

The filing is generated in the true shape (not measured). Ours reads the CSV strictly, reduces and counts; a second row
starts from the Parquet that the first one left. pandas reads with explicit types and only the columns that it needs, in
chunks. All must give the same table: field hash. Fields: engine, rows, seconds, cpu_seconds, peak_mb, hash.
"""

import argparse
import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks._measure import measure
from layers import generate
from layers.availability import best_offers, by_town, in_towns
from layers.engines import engine, parquet
from layers.filings import ingest
from planner.rules import service_version

ROWS_PER_LOCATION = 5.364
TIERS = [(25.0, 3.0), (100.0, 20.0)]
RULE = service_version("reliable-technology").rule
COLUMNS = ["town_geoid", "locations", "unserved", "underserved", "served", "met_1", "met_2"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the generated filing, about")
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True, help="run careful pandas too")
    parser.add_argument("--spark", action="store_true", help="run the same expression on Spark, from the Parquet")


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row an engine."""
    with tempfile.TemporaryDirectory(prefix="townline-") as name:
        folder = Path(name)
        size = write_case(folder, round(given.rows / ROWS_PER_LOCATION))
        calls: dict[str, Any] = {"townline from CSV": _from_csv, "townline from Parquet": _from_parquet}
        if given.peers:
            calls["pandas from CSV"] = _pandas
        if given.spark:
            calls["townline on Spark from Parquet"] = _spark
        for title, call in calls.items():
            got = measure(str, call, str(folder))
            yield {
                "engine": title,
                "rows": size,
                "seconds": round(got.wall_seconds, 2),
                "cpu_seconds": round(got.seconds, 2),
                "peak_mb": round(got.peak_mb),
                "hash": got.result,
            }


def write_case(folder: Path, count: int) -> int:
    """Write a filing and its universe; return the filing's rows."""
    places = generate.locations(count)
    size = generate.write_filing(places, folder / "bdc_25_Generated_fixed_broadband_J25_01jan2026.csv")
    universe = places.astype({"location_id": "int64"})[["location_id", "town_geoid"]]
    universe.to_parquet(folder / "universe.parquet", index=False)
    return size


def _from_csv(folder: str) -> str:
    ingest([*Path(folder).glob("*.csv")], Path(folder) / "ingested")
    return _from_parquet(folder)


def _from_parquet(folder: str, name: str = "duckdb") -> str:
    files = sorted((Path(folder) / "ingested").glob("*.parquet"))
    with engine(name) as backend:
        best = best_offers(parquet(backend, files), RULE, TIERS)
        universe = parquet(backend, [Path(folder) / "universe.parquet"])
        table = by_town(in_towns(best, universe, None, len(TIERS)), RULE.technologies, len(TIERS))
        return digest(table.to_pyarrow().to_pandas())


def _spark(folder: str) -> str:
    return _from_parquet(folder, "spark")


def _pandas(folder: str) -> str:
    types = {
        "location_id": "int64", "technology": "int16", "low_latency": "int8",
        "max_advertised_download_speed": "float32", "max_advertised_upload_speed": "float32",
    }  # fmt: skip
    path = next(Path(folder).glob("*.csv"))
    parts = []
    for part in pd.read_csv(path, usecols=list(types), dtype=types, chunksize=2_000_000):
        down, up = part["max_advertised_download_speed"], part["max_advertised_upload_speed"]
        counts = part["technology"].isin(RULE.technologies) & (part["low_latency"] == 1)
        level = np.select([(down < 25) | (up < 3), (down >= 100) & (up >= 20)], [0, 2], 1)
        met = counts & (down >= 25) & (up >= 3)
        table = pd.DataFrame({"location_id": part["location_id"], "level": np.where(counts, level, 0), "met": met})
        parts.append(table.groupby("location_id").max())
    best = pd.concat(parts).groupby(level=0).max()
    placed = pd.read_parquet(Path(folder) / "universe.parquet").join(best, on="location_id")
    level_of = placed["level"].fillna(0)
    flags = pd.DataFrame(
        {
            "locations": 1, "unserved": level_of == 0, "underserved": level_of == 1, "served": level_of == 2,
            "met_1": placed["met"].fillna(value=False).astype(bool), "met_2": level_of == 2,
        }
    ).astype("int64")  # fmt: skip
    return digest(flags.groupby(placed["town_geoid"]).sum().reset_index())


def digest(table: pd.DataFrame) -> str:
    """Return a hash of the town table that does not depend on the order of its rows or the width of its numbers."""
    table = table[COLUMNS].sort_values("town_geoid", ignore_index=True)
    table = table.astype(dict.fromkeys(COLUMNS[1:], "int64") | {"town_geoid": "str"})
    return hashlib.sha256(table.to_csv(index=False).encode()).hexdigest()[:16]
