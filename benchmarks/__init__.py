"""Figures of speed, memory and quality, measured against peers in the same run.

One door: ``uv run python -m benchmarks NAME [ARGUMENTS] [--json]``. A case is a module of this package that
`CASES` names; it adds its own arguments and yields one mapping for each row. Modules of cases are loaded when asked
for: each measured process loads this package anew, and would else load the peers of all cases.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Final

Row = Mapping[str, object]

CASES: Final = (
    "check", "choice", "clusters", "cost_model", "eligibility", "finance", "coverage", "last_mile", "map", "max_cover",
    "load", "p_median", "points", "steiner", "santa_cruz", "roads", "prize_collecting", "rings", "road_graph", "wireless",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A benchmark: what it measures, its arguments, and its rows."""

    about: str
    arguments: Callable[[argparse.ArgumentParser], None]
    rows: Callable[[argparse.Namespace], Iterator[Row]]


def case(name: str) -> Case:
    """Return the case of this name, one of `CASES`; its module is loaded."""
    module = import_module(f"benchmarks.{name}")
    return Case(module.__doc__ or "", module.arguments, module.rows)
