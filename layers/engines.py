"""Where the one availability expression runs: DuckDB inside the process, or Spark on a cluster.

Both give the same rows; a test holds their tables' hashes equal.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq
from ibis import BaseBackend

from layers.errors import PlanError, suggestion
from layers.save import scratch

ENGINES: Final = ("duckdb", "spark")


@contextmanager
def engine(name: str = "duckdb", *, memory_mb: int = 500, master: str = "") -> Iterator[BaseBackend]:
    """Open an engine for the time of a computation.

    Parameters
    ----------
    name
        ``duckdb`` or ``spark``.
    memory_mb
        What DuckDB may hold before it spills to disk. Its process needs about 300 MB beyond.
    master
        Spark's master URL; by default that of ``SPARK_MASTER``, else all cores of this machine.

    Raises
    ------
    PlanError
        Where there is no such engine, or Spark is not installed.
    """
    if name not in ENGINES:
        raise PlanError(f"engine '{name}'", [f"is not known{suggestion(name, ENGINES)}"])
    if name == "duckdb":
        with scratch() as spill:
            yield from _duckdb(memory_mb, spill)
        return
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 (an extra, only for national scale)
    except ImportError:
        raise PlanError("engine 'spark'", ["is not installed; install townline with its extra 'spark'"]) from None
    where = master or os.environ.get("SPARK_MASTER", "local[*]")
    builder = SparkSession.builder.master(where)
    if where.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        builder = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
    session = (
        builder.appName("townline")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", str(2 * (os.cpu_count() or 1)))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield ibis.pyspark.connect(session)
    finally:
        session.stop()


def _duckdb(memory_mb: int, spill: Path) -> Iterator[BaseBackend]:
    connection = ibis.duckdb.connect(
        memory_limit=f"{memory_mb}MB", threads=os.cpu_count() or 1, temp_directory=str(spill / "duckdb")
    )
    connection.raw_sql("SET enable_progress_bar = false")  # it would write into the output of a pipe
    connection.raw_sql("SET enable_external_file_cache = false")  # it would keep what is read once
    connection.raw_sql("SET preserve_insertion_order = false")  # every result is sorted where it leaves
    try:
        yield connection
    finally:
        connection.disconnect()


def parquet(backend: BaseBackend, files: Sequence[Path]) -> ir.Table:
    """Return Parquet files of one shape as one table of an engine."""
    tables = [backend.read_parquet(str(file)) for file in files]
    return ibis.union(*tables) if len(tables) > 1 else tables[0]


def write_parquet(table: ir.Table, place: Path) -> None:
    """Compute a table where it lives and write it as one Parquet file, in a temporary folder beside its place first."""
    backend = table.get_backend()
    with scratch(place.parent) as folder:
        aside = folder / place.name
        if backend.name == "duckdb":
            backend.to_parquet(table, aside)
        else:
            pq.write_table(backend.to_pyarrow(table), aside)
        aside.replace(place)
