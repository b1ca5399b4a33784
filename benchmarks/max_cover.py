"""Generated demands and sites: maximal cover and p-median with the gap that is certified.

Demands stand around towns and in the open country of a square of 200 km, with whole weights; sites stand anywhere. All
is drawn from the seed. spopt with HiGHS solves the same cover with `--peers` (smaller numbers are advised). Fields:
model, engine, demands, sites, count, value, bound, certified_gap, seconds (wall), cpu_seconds (both after compilation,
without making the distances), peak_mb (of the process, with the distances).
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from benchmarks._measure import measure
from benchmarks._spopt import chosen_of, highs, ready
from planner.graph._facility_lists import Floats, Singles
from planner.graph.facility import Limits, p_median
from planner.graph.facility_cover import max_cover
from planner.graph.facility_distance import within

Run = Callable[["Drawn"], tuple[float, float | None]]
SIDE_M: Final = 200_000.0
_CHUNK: Final = 5_000
_TOWNS: Final = 300


@dataclass(frozen=True)
class Drawn:
    """Distances in metres, weights, and what is asked."""

    distance: Singles
    weight: Floats
    count: int
    reach: float
    seconds: float
    gap: float


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument("--demands", type=int, default=100_000)
    parser.add_argument("--sites", type=int, default=1_000)
    parser.add_argument("--count", type=int, default=50, help="sites to choose")
    parser.add_argument("--reach", type=float, default=10_000.0, help="metres that a site covers")
    parser.add_argument("--seconds", type=float, default=80.0, help="time limit of the p-median")
    parser.add_argument("--gap", type=float, default=0.001, help="stop at this certified gap")
    parser.add_argument("--model", choices=[*MODELS, "all"], default="all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peers", action="store_true", help="solve the cover with spopt and HiGHS too")


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row a model and engine."""
    models = [given.model] if given.model != "all" else list(MODELS)
    runs: list[tuple[str, str, Run]] = [(model, "townline", MODELS[model]) for model in models]
    if given.peers and "max_cover" in models:
        runs.append(("max_cover", "spopt", _spopt))
    for model, engine, call in runs:
        options = (given.demands, given.sites, given.seed, given.count, given.reach, given.seconds, given.gap)
        got = measure(_prepare if engine == "townline" else _prepare_peer, call, *options)
        value, bound = got.result
        yield {
            "model": model, "engine": engine, "demands": given.demands, "sites": given.sites, "count": given.count,
            "value": value, "bound": bound, "certified_gap": None if bound is None else abs(value - bound) / bound,
            "seconds": round(got.wall_seconds, 3), "cpu_seconds": round(got.seconds, 3),
            "peak_mb": round(got.peak_mb, 1),
        }  # fmt: skip


def draw(demands: int, sites: int, seed: int) -> tuple[Singles, Floats]:
    """Return distances and weights."""
    random = np.random.default_rng(seed)
    town = random.random((_TOWNS, 2)) * SIDE_M
    home = town[random.integers(_TOWNS, size=demands)] + random.normal(0, 3_000, (demands, 2))
    alone = random.random(demands) < 0.2
    home[alone] = random.random((int(alone.sum()), 2)) * SIDE_M
    site = (random.random((sites, 2)) * SIDE_M).astype(np.float32)
    home = home.clip(0, SIDE_M).astype(np.float32)
    distance = np.empty((demands, sites), np.float32)
    for low in range(0, demands, _CHUNK):
        part = home[low : low + _CHUNK, None]
        distance[low : low + _CHUNK] = np.hypot(part[..., 0] - site[:, 0], part[..., 1] - site[:, 1])
    return distance, random.integers(1, 100, demands).astype(np.float64)


def _prepare_peer(demands: int, sites: int, seed: int, *asked: float) -> Drawn:
    ready()
    count, reach, seconds, gap = asked
    return Drawn(*draw(demands, sites, seed), int(count), reach, seconds, gap)


def _prepare(demands: int, sites: int, seed: int, *asked: float) -> Drawn:
    for model in MODELS.values():
        model(Drawn(*draw(400, 40, 1), 3, 40_000.0, 10.0, 0.0))  # beyond what goes whole to HiGHS
    count, reach, seconds, gap = asked
    return Drawn(*draw(demands, sites, seed), int(count), reach, seconds, gap)


def _max_cover(drawn: Drawn) -> tuple[float, float]:
    near = within(drawn.distance, drawn.reach)
    limits = Limits(seconds=drawn.seconds, gap=drawn.gap)
    got = max_cover(near, drawn.count, drawn.weight, limits=limits)
    return got.value, got.bound


def _p_median(drawn: Drawn) -> tuple[float, float]:
    limits = Limits(seconds=drawn.seconds, gap=drawn.gap)
    got = p_median(drawn.distance, drawn.count, drawn.weight, limits=limits)
    return got.value, got.bound


MODELS: Final[dict[str, Run]] = {"max_cover": _max_cover, "p_median": _p_median}


def _spopt(drawn: Drawn) -> tuple[float, None]:
    from spopt.locate import MCLP  # noqa: PLC0415 - only this engine's process pays for it

    model: Any = MCLP.from_cost_matrix(
        drawn.distance.astype(float), drawn.weight, service_radius=drawn.reach, p_facilities=drawn.count
    )
    chosen = chosen_of(model.solve(highs(drawn.seconds)))
    covered = (drawn.distance[:, chosen] <= drawn.reach).any(axis=1)
    return float(drawn.weight[covered].sum()), None
