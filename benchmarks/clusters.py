"""Quotients and flags of the federal cluster map: how many differ from those published, and how long a file takes.

FOLDER holds clusters_states_2016.csv (with published flags) and clusters_metros_2016.csv.gz (46,767 rows). Read, checked,
measured and made a table, from the file on. The peer does the same flags group by group in pandas. Fields: engine, file, rows,
compared (published flags), mismatches, strong, seconds, cpu_seconds, peak_mb.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from benchmarks._measure import measure
from layers import PlanError
from planner.clusters.door import measure_file

_FILES: Final = ("clusters_states_2016.csv", "clusters_metros_2016.csv.gz")
_FLAGS: Final = ("qualifying", "significant", "strong", "strong10")
_KEY: Final = ["area_id", "cluster"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument("folder", type=Path, help="where the two files are")
    parser.add_argument("--peers", action="store_true", help="also group by group in pandas")


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row an engine and file.

    Raises
    ------
    PlanError
        Where a file is missing.
    """
    for name in _FILES:
        path = given.folder / name
        if not path.is_file():
            raise PlanError(
                "benchmark clusters", [f"{path} does not exist; name the folder of the cluster map's files"]
            )
        for engine, call in _ENGINES.items() if given.peers else [("townline", _ours)]:
            got = measure(Path, call, str(path))
            yield {
                "engine": engine, "file": name, **got.result,
                "seconds": round(got.wall_seconds, 3), "cpu_seconds": round(got.seconds, 3), "peak_mb": round(got.peak_mb, 1),
            }  # fmt: skip


def _ours(path: Path) -> Mapping[str, object]:
    made = measure_file(path)
    return _compared(path, made[made["traded"]])


def _by_group(path: Path) -> Mapping[str, object]:
    table = _raw(path)
    table = table[table["traded_b"]] if "traded_b" in table else table
    parts: list[pd.DataFrame] = [_group(part) for _, part in table.groupby("cluster")]
    return _compared(path, pd.concat(parts))


def _group(part: pd.DataFrame) -> pd.DataFrame:
    peers = part[part["emp_tl"] > 0]
    at: Callable[[str, float], float] = lambda name, share: float(peers[name].quantile(share))  # noqa: E731
    base = (part["emp_tl"] > at("emp_tl", 0.25)) & (part["est_tl"] > at("est_tl", 0.25)) & (part["emp_tl"] > 0)
    lq = part["lq_tf"]
    return part.assign(
        qualifying=base & (lq > at("lq_tf", 0.25)), significant=base & (lq > at("lq_tf", 0.5)),
        strong=base & (lq >= 1) & (lq >= at("lq_tf", 0.75)), strong10=base & (lq >= 1) & (lq >= at("lq_tf", 0.9)),
    )  # fmt: skip


def _raw(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path, dtype={"region_code_t": "str", "cluster_code_t": "str"})
    return table.rename(columns={"region_code_t": "area_id", "cluster_code_t": "cluster"})


def _compared(path: Path, made: pd.DataFrame) -> Mapping[str, object]:
    raw = _raw(path)
    found = {"rows": len(made), "compared": 0, "mismatches": 0, "strong": int(made["strong"].sum())}
    if "strong_b" not in raw:
        return found
    both = made[[*_KEY, *_FLAGS]].merge(raw[raw["traded_b"]], on=_KEY)
    wrong = [(both[flag].astype(bool) != both[f"{flag}_b"].astype(bool)).sum() for flag in _FLAGS]
    return found | {"compared": len(both) * len(_FLAGS), "mismatches": int(sum(wrong))}


_ENGINES: Final[Mapping[str, Callable[[Path], Mapping[str, object]]]] = {
    "townline": _ours,
    "pandas by group": _by_group,
}
