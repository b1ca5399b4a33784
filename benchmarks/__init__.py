"""Figures of speed, memory and quality, measured against peers in the same run.

One door: ``uv run python -m benchmarks NAME [ARGUMENTS] [--json]``. A case is a module of this package that
`CASES` names; it adds its own arguments and yields one mapping for each row.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from benchmarks import check, cost_model, coverage, points

Row = Mapping[str, object]


@dataclass(frozen=True)
class Case:
    """A benchmark: what it measures, its arguments, and its rows."""

    about: str
    arguments: Callable[[argparse.ArgumentParser], None]
    rows: Callable[[argparse.Namespace], Iterator[Row]]


CASES = {
    "check": Case(check.__doc__ or "", check.arguments, check.rows),
    "cost_model": Case(cost_model.__doc__ or "", cost_model.arguments, cost_model.rows),
    "coverage": Case(coverage.__doc__ or "", coverage.arguments, coverage.rows),
    "points": Case(points.__doc__ or "", points.arguments, points.rows),
}
