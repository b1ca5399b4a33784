"""From a raw availability filing to the town table, against pandas, lean and careful.

The filing is generated in the true shape (not measured), one file a state. Ours reads the CSV strictly, reduces and
counts; the second row starts from the Parquet that the first one left, the third from what was reduced beside it. Careful pandas does what a careful analyst's notebook does: it compares
the header, reads all columns with explicit types, in chunks, tests their values, leaves out repeated rows and keeps the
rows as Parquet. Lean pandas reads the five columns that the table needs and tests nothing. All must give the same
table: field hash. Fields: engine, rows, seconds, cpu_seconds, peak_mb, hash.
"""

import argparse
import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import ibis.backends.duckdb  # noqa: F401 - loaded when first used; imports are not measured, those of pandas neither
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from ibis import BaseBackend

from benchmarks._measure import measure
from layers import generate
from layers.availability import by_area, in_towns
from layers.engines import engine, parquet
from layers.filings import ingest
from layers.reduced import State, open_filings, reduce
from planner.rules import service_version

ROWS_PER_LOCATION = 5.364
FIRST_STATE = 25
TIERS = [(25.0, 3.0), (100.0, 20.0)]
RULE = service_version("reliable-technology").rule
SPEEDS = {"max_advertised_download_speed": [""], "max_advertised_upload_speed": [""]}  # only these may be empty
KINDS = {
    "int8": pa.int8(), "int16": pa.int16(), "int32": pa.int32(), "int64": pa.int64(), "float64": pa.float64(), "str": pa.string(),
}  # fmt: skip
COLUMNS = ["town_geoid", "locations", "unserved", "underserved", "served", "met_1", "met_2"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the generated filing, about")
    parser.add_argument("--states", type=int, default=1, help="states that the rows are spread over")
    parser.add_argument(
        "--peers",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="run lean and careful pandas too (one state)",
    )
    parser.add_argument("--spark", action="store_true", help="run the same expression on Spark, from the Parquet")


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row an engine."""
    with tempfile.TemporaryDirectory(prefix="townline-") as name:
        folder = Path(name)
        size = write_case(folder, round(given.rows / ROWS_PER_LOCATION), given.states)
        calls: dict[str, Any] = {
            "townline from CSV": _from_csv,
            "townline from Parquet": _from_parquet,
            "townline, reduced before": _count,
        }
        if given.peers and given.states == 1:
            calls["careful pandas from CSV"] = _careful_pandas
            calls["lean pandas from CSV"] = _lean_pandas
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


def write_case(folder: Path, count: int, states: int = 1) -> int:
    """Write a filing and a universe for each state; return the filings' rows."""
    size = 0
    for number in range(states):
        code = f"{FIRST_STATE + number}"
        each = count // states
        places = generate.locations(each, seed=number, state=code, first=generate.FIRST_LOCATION + number * each)
        size += generate.write_filing(
            places, folder / f"bdc_{code}_Generated_fixed_broadband_J25_01jan2026.csv", number
        )
        universe = places.astype({"location_id": "int64"})[["location_id", "town_geoid"]]
        universe.to_parquet(folder / f"universe-{code}.parquet", index=False)
    return size


def _from_csv(folder: str) -> str:
    ingest(sorted(Path(folder).glob("*.csv")), Path(folder) / "ingested")
    return _count(folder)


def _from_parquet(folder: str, name: str = "duckdb") -> str:
    shutil.rmtree(Path(folder) / "ingested" / "reduced")
    return _count(folder, name)


def _spark(folder: str) -> str:
    return _from_parquet(folder, "spark")


def _count(folder: str, name: str = "duckdb") -> str:
    filings = open_filings(Path(folder) / "ingested")
    with engine(name) as backend, reduce(filings, RULE, TIERS, backend) as states:
        return digest(pd.concat([_towns_of(state, folder, backend) for state in states]))


def _towns_of(state: State, folder: str, backend: BaseBackend) -> pd.DataFrame:
    universe = parquet(backend, [Path(folder) / f"universe-{state.code}.parquet"])
    placed = in_towns(state.table(backend), universe, None, len(TIERS))
    found: pd.DataFrame = by_area(placed, "town_geoid", RULE.technologies, len(TIERS)).to_pyarrow().to_pandas()
    return found


def _lean_pandas(folder: str) -> str:
    types = {
        "location_id": "int64", "technology": "int16", "low_latency": "int8",
        "max_advertised_download_speed": "float32", "max_advertised_upload_speed": "float32",
    }  # fmt: skip
    path = next(Path(folder).glob("*.csv"))
    parts = pd.read_csv(path, usecols=list(types), dtype=types, chunksize=2_000_000)
    return _town_table(folder, map(_best, parts))


def _careful_pandas(folder: str) -> str:
    types = {
        "frn": "str", "provider_id": "int32", "brand_name": "str", "location_id": "int64", "technology": "int16",
        "max_advertised_download_speed": "float64", "max_advertised_upload_speed": "float64", "low_latency": "int8",
        "business_residential_code": "str", "state_usps": "str", "block_geoid": "str", "h3_res8_id": "str",
    }  # fmt: skip
    repeating = {name: "category" for name, kind in types.items() if kind == "str" and name != "block_geoid"}
    path = next(Path(folder).glob("*.csv"))
    if list(pd.read_csv(path, nrows=0)) != list(types):
        raise ValueError("the header is another one")
    schema = pa.schema([(name, KINDS[kind]) for name, kind in (types | {"block_geoid": "int64"}).items()])
    kept = Path(folder) / "pandas.parquet"
    best, hashes = [], []
    parts = pd.read_csv(path, dtype=types, chunksize=1_000_000, keep_default_na=False, na_values=SPEEDS)
    with parts, pq.ParquetWriter(kept, schema, compression="zstd") as writer:
        for part in parts:
            typed = part.astype(repeating)
            _test(typed)
            typed["block_geoid"] = typed["block_geoid"].astype("int64")
            hashes.append(pd.util.hash_pandas_object(typed, index=False).to_numpy())
            writer.write_table(pa.Table.from_pandas(typed, schema, preserve_index=False))
            best.append(_best(typed))
    repeated = pd.Series(np.concatenate(hashes)).duplicated()
    if repeated.any():
        pd.read_parquet(kept)[~repeated].to_parquet(kept, index=False)
    return _town_table(folder, best)


def _test(part: pd.DataFrame) -> None:
    """Raise where a value is not what the filing's specification lets it be."""
    speeds = part[list(SPEEDS)]
    tests = {
        "frn": part["frn"].cat.categories.str.fullmatch(r"[0-9]{10}"),
        "provider_id": part["provider_id"] > 0,
        "brand_name": part["brand_name"].cat.categories != "",
        "location_id": part["location_id"].between(10**9, 10**10 - 1),
        "technology": part["technology"].isin([0, 10, 40, 50, 60, 61, 70, 71, 72]),
        "speeds": (speeds.isna() | ((speeds >= 0) & (speeds <= 1_000_000))).to_numpy(),
        "low_latency": part["low_latency"].isin([0, 1]),
        "business_residential_code": part["business_residential_code"].cat.categories.isin(["B", "R", "X"]),
        "state_usps": part["state_usps"].cat.categories.str.fullmatch("[A-Z]{2}"),
        "block_geoid": part["block_geoid"].str.fullmatch(r"[0-9]{15}"),
        "h3_res8_id": part["h3_res8_id"].cat.categories.str.fullmatch("88[0-9a-f]{8}fffff"),
    }
    wrong = [name for name, right in tests.items() if not np.asarray(right).all()]
    if wrong:
        raise ValueError(f"wrong values in {', '.join(wrong)}")


def _best(part: pd.DataFrame) -> pd.DataFrame:
    down, up = part["max_advertised_download_speed"], part["max_advertised_upload_speed"]
    counts = part["technology"].isin(RULE.technologies) & (part["low_latency"] == 1)
    level = np.select([(down < 25) | (up < 3), (down >= 100) & (up >= 20)], [0, 2], 1)
    met = counts & (down >= 25) & (up >= 3)
    table = pd.DataFrame({"location_id": part["location_id"], "level": np.where(counts, level, 0), "met": met})
    return table.groupby("location_id").max()


def _town_table(folder: str, parts: Iterable[pd.DataFrame]) -> str:
    best = pd.concat(parts).groupby(level=0).max()
    placed = pd.read_parquet(Path(folder) / f"universe-{FIRST_STATE}.parquet").join(best, on="location_id")
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
