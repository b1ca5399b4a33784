"""Which polygon holds each point, exactly, against GeoPandas and SedonaDB.

Random points over the polygons' box. All engines must give the same answers; where several polygons hold a point, the
first. Fields: engine, rows, seconds (CPU, the index included, without making the points), peak_mb, hash. Peers get at
most `--peer-rows` points; then a second row of ours answers the same points.
"""

import argparse
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import shapely

from benchmarks._measure import measure
from layers import data_folder
from layers.locate import Locator

CHUNK: Final = 1_000_000  # points made at a time


class Given(NamedTuple):
    """The input of a call: polygons, and points that are made as they are asked for."""

    polygons: gpd.GeoDataFrame
    rows: int

    def chunks(self) -> Iterator[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
        """Yield x and y of seeded points, uniform over the polygons' box; more points begin with the same."""
        west, south, east, north = self.polygons.total_bounds
        random = np.random.default_rng(1)
        for start in range(0, self.rows, CHUNK):
            size = min(CHUNK, self.rows - start)
            x, y = random.random((2, CHUNK))[:, :size]
            yield west + x * (east - west), south + y * (north - south)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument("--count", type=int, default=1_000_000, help="points")
    parser.add_argument("--polygons", type=Path, help="any polygon file (default: the towns of the sample region)")
    parser.add_argument("--peers", action="store_true", help="measure GeoPandas and SedonaDB too")
    parser.add_argument("--peer-rows", type=int, default=2_000_000, help="most points that peers are given")


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row an engine."""
    yield _row("townline", _townline, given.polygons, given.count)
    if not given.peers:
        return
    few = min(given.count, given.peer_rows)
    if few < given.count:
        yield _row("townline", _townline, given.polygons, few)
    yield _row("geopandas", _geopandas, given.polygons, few)
    yield _row("sedonadb", _sedonadb, given.polygons, few)


def _row(
    name: str, call: Callable[[Given], tuple[float, str]], polygons: Path | None, count: int
) -> Mapping[str, object]:
    got = measure(make_input, call, polygons, count)
    seconds, digest = got.result
    return {
        "engine": name, "rows": count, "seconds": round(seconds, 4), "peak_mb": round(got.peak_mb, 1), "hash": digest,
    }  # fmt: skip


def make_input(path: Path | None, count: int) -> Given:
    """Return valid polygons and the promise of points; the index is compiled before anything is measured."""
    polygons = _read(path or data_folder() / "sample" / "towns.parquet")
    Locator(np.array([shapely.box(0.0, 0.0, 1.0, 1.0)], dtype=object)).find([0.5], [0.5])
    return Given(polygons, count)


def _read(path: Path) -> gpd.GeoDataFrame:
    polygons = gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)
    valid = shapely.make_valid(polygons.geometry.to_numpy(), method="structure", keep_collapsed=False)
    return gpd.GeoDataFrame(geometry=valid, crs=polygons.crs)


def _townline(given: Given) -> tuple[float, str]:
    start = time.process_time()
    locator = Locator(given.polygons.geometry)
    seconds, digest = time.process_time() - start, hashlib.sha256()
    for x, y in given.chunks():
        start = time.process_time()
        found = locator.find(x, y)
        seconds += time.process_time() - start
        digest.update(found.data)
    return seconds, digest.hexdigest()[:16]


def _points(given: Given) -> gpd.GeoDataFrame:
    x, y = (np.concatenate(parts) for parts in zip(*given.chunks(), strict=True))
    return gpd.GeoDataFrame({"point": np.arange(given.rows)}, geometry=gpd.points_from_xy(x, y, crs=given.polygons.crs))


def _geopandas(given: Given) -> tuple[float, str]:
    points = _points(given)
    start = time.process_time()
    pairs = points.sjoin(given.polygons, predicate="intersects")
    lowest = pairs["index_right"].groupby(level=0).min()
    return time.process_time() - start, _hash(lowest.index, lowest, given.rows)


def _sedonadb(given: Given) -> tuple[float, str]:
    import sedonadb  # noqa: PLC0415 - only this engine's process pays for it

    engine = sedonadb.connect()
    points = _points(given)
    start = time.process_time()
    engine.create_data_frame(points).to_view("points")
    engine.create_data_frame(given.polygons.assign(polygon=np.arange(len(given.polygons)))).to_view("polygons")
    pairs: Any = pa.table(
        engine.sql(
            "SELECT point, min(polygon) AS polygon FROM points JOIN polygons"
            " ON ST_Intersects(polygons.geometry, points.geometry) GROUP BY point"
        )
    )
    seconds = time.process_time() - start
    return seconds, _hash(pairs["point"].to_numpy(), pairs["polygon"].to_numpy(), given.rows)


def _hash(points: npt.ArrayLike | pd.Index, polygons: npt.ArrayLike, count: int) -> str:
    """Return the hash of the answers, as int32 in the order of the points."""
    found = np.full(count, -1, np.int32)
    found[np.asarray(points)] = np.asarray(polygons)
    return hashlib.sha256(found.data).hexdigest()[:16]
