"""Generated availability filings in the true shape of the FCC's files, of any size, for trials, tests and benchmarks.

Nothing here describes a real place: identifiers start where the fabric has none, names say "Generated".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv

FIRST_LOCATION: Final = 9_000_000_001
_CHUNK: Final = 200_000
_STATE: Final = "MA"  # the file's form wants a true code


@dataclass(frozen=True)
class Provider:
    """A generated provider: how likely a town has it, how much of the town it reaches, and its plans in Mbps."""

    number: int
    technology: int
    in_town: float
    reach: float
    plans: tuple[tuple[float, float], ...]
    low_latency: bool = True


PROVIDERS: Final = (
    Provider(990001, 40, 0.80, 0.96, ((300, 10), (1000, 35), (1200, 35))),
    Provider(990002, 50, 0.35, 0.93, ((1000, 1000), (2000, 1000), (500, 500))),
    Provider(990003, 10, 0.75, 0.70, ((6, 0.768), (10, 1), (18, 1.5), (25, 3), (100, 10))),
    Provider(990004, 71, 0.45, 0.55, ((25, 3), (50, 5), (100, 20))),
    Provider(990005, 70, 0.40, 0.60, ((25, 3), (100, 20))),
    Provider(990006, 72, 0.20, 0.40, ((25, 3), (100, 20))),
    Provider(990007, 61, 1.00, 1.00, ((200, 20), (100, 10))),
    Provider(990008, 60, 1.00, 1.00, ((25, 3), (100, 3)), low_latency=False),
    Provider(990009, 60, 1.00, 1.00, ((100, 5),), low_latency=False),
)


def locations(
    count: int, seed: int = 1, state: str = "25", towns: int = 351, first: int = FIRST_LOCATION
) -> pd.DataFrame:
    """Return generated locations: ``location_id``, ``block_geoid`` and ``town_geoid`` as text.

    Parameters
    ----------
    count
        How many.
    seed
        Same seed, same rows.
    state
        Two-digit code of the state in which the invented towns lie.
    towns
        How many towns the locations are spread over, unevenly.
    first
        Number of the first location.
    """
    random = np.random.default_rng(seed)
    weight = random.pareto(1.2, towns) + 0.05
    town = np.sort(random.choice(towns, count, p=weight / weight.sum()))
    block = town * 1000 + random.integers(0, 900, count)
    numbers = pd.Series(np.arange(first, first + count))
    return pd.DataFrame(
        {
            "location_id": numbers.astype("str"),
            "block_geoid": state + "999" + pd.Series(block).astype("str").str.zfill(10),
            "town_geoid": state + "999" + pd.Series(town).astype("str").str.zfill(5),
        }
    )


def offers(places: pd.DataFrame, seed: int = 1) -> Iterator[pa.Table]:
    """Yield filings for generated or own locations, in chunks, in the columns of the fixed-availability file.

    Parameters
    ----------
    places
        ``location_id``, ``block_geoid`` and ``town_geoid`` as text.
    seed
        Same seed and places, same rows.
    """
    codes, town_names = pd.factorize(places["town_geoid"], sort=True)
    random = np.random.default_rng(seed)
    present = random.random((len(PROVIDERS), len(town_names))) < np.array([[p.in_town] for p in PROVIDERS])
    for start in range(0, len(places), _CHUNK):
        part = places.iloc[start : start + _CHUNK]
        found = [
            _rows(part, present[place][codes[start : start + _CHUNK]], provider, random)
            for place, provider in enumerate(PROVIDERS)
        ]
        yield pa.concat_tables(found).sort_by([("location_id", "ascending"), ("provider_id", "ascending")])


def _rows(
    part: pd.DataFrame, there: npt.NDArray[np.bool_], provider: Provider, random: np.random.Generator
) -> pa.Table:
    reached = part[there & (random.random(len(part)) < provider.reach)]
    size = len(reached)
    plan = random.integers(0, len(provider.plans), size)
    down, up = (np.array([speeds[side] for speeds in provider.plans], "float64")[plan] for side in (0, 1))
    customer = np.array(["X", "R", "B"])[random.choice(3, size, p=[0.9, 0.08, 0.02])]
    return pa.table(
        {
            "frn": pa.array([f"{provider.number:010d}"] * size, pa.string()),
            "provider_id": pa.array(np.full(size, provider.number)),
            "brand_name": pa.array([f"Generated {provider.number}"] * size, pa.string()),
            "location_id": pa.array(reached["location_id"], pa.string()),
            "technology": pa.array(np.full(size, provider.technology)),
            "max_advertised_download_speed": pa.array(down),
            "max_advertised_upload_speed": pa.array(up),
            "low_latency": pa.array(np.full(size, int(provider.low_latency))),
            "business_residential_code": pa.array(customer),
            "state_usps": pa.array([_STATE] * size, pa.string()),
            "block_geoid": pa.array(reached["block_geoid"], pa.string()),
            "h3_res8_id": pa.array(["8800000000fffff"] * size, pa.string()),
        }
    )


def write_filing(places: pd.DataFrame, path: Path, seed: int = 1) -> int:
    """Write filings as one CSV in the true shape; return the number of rows."""
    rows = 0
    writer = None
    for table in offers(places, seed):
        if writer is None:
            options = pa.csv.WriteOptions(quoting_style="none")
            writer = pa.csv.CSVWriter(path, table.schema, write_options=options)
        writer.write_table(table)
        rows += table.num_rows
    if writer is not None:
        writer.close()
    return rows
