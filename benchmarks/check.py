"""The check of a declared layer against pandera, on generated premises.

Both must find the same faults. Fields: engine, rows, faults, seconds, peak_mb, ratio (seconds by ours).
"""

import argparse
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
import pandera.pandas as pa

from benchmarks._measure import measure
from layers import LayerError, declared


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the generated premises table")
    parser.add_argument("--faulty", type=int, default=1000, help="rows with a negative speed")


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row an engine."""
    calls = {"townline": _ours, "pandera": _pandera}
    base = 0.0
    for name, call in calls.items():
        got = measure(make_premises, call, given.rows, given.faulty)
        base = base or got.seconds
        yield {
            "engine": name,
            "rows": given.rows,
            "faulty_rows": got.result,
            "seconds": round(got.seconds, 4),
            "peak_mb": round(got.peak_mb, 1),
            "ratio": round(got.seconds / base, 2),
        }


def make_premises(rows: int, faulty: int) -> pd.DataFrame:
    """Return generated premises, the last `faulty` of them with a negative speed."""
    random = np.random.default_rng(1)
    down = random.choice([0.0, 10.0, 25.0, 100.0, 300.0], rows)
    down[rows - faulty :] = -1
    return pd.DataFrame(
        {
            "location_id": pd.Series(np.arange(9_000_000_000, 9_000_000_000 + rows)).astype("str"),
            "town_geoid": pd.Series(random.choice(["2501154030", "2501112505", "2500300975"], rows), dtype="str"),
            "down_mbps": down,
            "up_mbps": down / 8,
        }
    ).assign(up_mbps=lambda table: table["up_mbps"].clip(lower=0))


def _ours(table: pd.DataFrame) -> int:
    try:
        declared("premises").check(table)
    except LayerError as error:
        return sum(int(fault.split(" has ")[1].split()[0]) for fault in error.faults)
    return 0


def _pandera(table: pd.DataFrame) -> int:
    schema = pa.DataFrameSchema(
        {
            "location_id": pa.Column(str, unique=True),
            "town_geoid": pa.Column(str, pa.Check.str_matches(r"^\d{10}$")),
            "down_mbps": pa.Column(float, pa.Check.ge(0), nullable=True),
            "up_mbps": pa.Column(float, pa.Check.ge(0), nullable=True),
        }
    )
    try:
        schema.validate(table, lazy=True)
    except pa.errors.SchemaErrors as error:
        return len(error.failure_cases)
    return 0
