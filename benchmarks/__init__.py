"""Figures of speed, memory and quality, measured against peers in the same run.

One door: ``uv run python -m benchmarks NAME [ARGUMENTS] [--json]``. A case is a module of this package that
`CASES` names; it adds its own arguments and yields one mapping for each row.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from benchmarks import (
    check,
    choice,
    clusters,
    cost_model,
    coverage,
    eligibility,
    finance,
    last_mile,
    max_cover,
    p_median,
    points,
    prize_collecting,
    rings,
    road_graph,
    roads,
    santa_cruz,
    steiner,
    wireless,
)
from benchmarks import map as page

Row = Mapping[str, object]


@dataclass(frozen=True)
class Case:
    """A benchmark: what it measures, its arguments, and its rows."""

    about: str
    arguments: Callable[[argparse.ArgumentParser], None]
    rows: Callable[[argparse.Namespace], Iterator[Row]]


CASES = {
    "check": Case(check.__doc__ or "", check.arguments, check.rows),
    "choice": Case(choice.__doc__ or "", choice.arguments, choice.rows),
    "clusters": Case(clusters.__doc__ or "", clusters.arguments, clusters.rows),
    "cost_model": Case(cost_model.__doc__ or "", cost_model.arguments, cost_model.rows),
    "eligibility": Case(eligibility.__doc__ or "", eligibility.arguments, eligibility.rows),
    "finance": Case(finance.__doc__ or "", finance.arguments, finance.rows),
    "coverage": Case(coverage.__doc__ or "", coverage.arguments, coverage.rows),
    "last_mile": Case(last_mile.__doc__ or "", last_mile.arguments, last_mile.rows),
    "map": Case(page.__doc__ or "", page.arguments, page.rows),
    "max_cover": Case(max_cover.__doc__ or "", max_cover.arguments, max_cover.rows),
    "p_median": Case(p_median.__doc__ or "", p_median.arguments, p_median.rows),
    "points": Case(points.__doc__ or "", points.arguments, points.rows),
    "steiner": Case(steiner.__doc__ or "", steiner.arguments, steiner.rows),
    "santa_cruz": Case(santa_cruz.__doc__ or "", santa_cruz.arguments, santa_cruz.rows),
    "roads": Case(roads.__doc__ or "", roads.arguments, roads.rows),
    "prize_collecting": Case(prize_collecting.__doc__ or "", prize_collecting.arguments, prize_collecting.rows),
    "rings": Case(rings.__doc__ or "", rings.arguments, rings.rows),
    "road_graph": Case(road_graph.__doc__ or "", road_graph.arguments, road_graph.rows),
    "wireless": Case(wireless.__doc__ or "", wireless.arguments, wireless.rows),
}
