"""The shortest reach with which a number of sites covers all demand: bisection over the distances that occur."""

import math
import time
from dataclasses import dataclass, replace

import numpy as np

from planner.graph._facility_cover import Sets, needed, sets_of
from planner.graph._facility_lists import Singles
from planner.graph._facility_milp import Effort, Model, of_rules, run
from planner.graph._facility_rules import Rules, obeyed
from planner.graph._facility_work import Limits
from planner.graph._net import Flags
from planner.graph.facility_distance import within


@dataclass(frozen=True)
class Reach:
    """Distances, rules for sites and where to stop."""

    distance: Singles
    rules: Rules
    limits: Limits


@dataclass(frozen=True)
class Shortest:
    """Chosen sites (None where none were found), their reach, a bound, and the covers looked for."""

    chosen: Flags | None
    value: float
    bound: float
    probes: int


def shortest(reach: Reach) -> Shortest:
    """Return the shortest reach: first by linear programmes alone, then between what they leave open."""
    steps = _steps(reach)
    until = time.perf_counter() + reach.limits.seconds
    low, high, chosen, probes = 0, len(steps), None, 0  # steps below low are too short; high is long enough
    for whole in (False, True):
        top = high
        while low < top and time.perf_counter() < until:
            middle = (low + top) // 2
            got, impossible = _cover(reach, float(steps[middle]), whole=whole)
            probes += 1
            if got is not None:
                value = _longest(reach, got)
                chosen, high = got, int(np.searchsorted(steps, np.float32(value)))
                top = min(top, high)
            elif impossible:
                low = middle + 1
            elif whole:
                break
            else:
                top = middle
    value = float(steps[high]) if chosen is not None else math.inf
    bound = float(steps[low]) if low < len(steps) else math.inf
    return Shortest(chosen, value, min(bound, value), probes)


def _steps(reach: Reach) -> Singles:
    """Return the distances that may be the answer: each demand has a site that near, and no more than asked are needed."""
    open_ = reach.rules.state >= 0
    values = reach.distance[:, open_]
    least = float(values.min(axis=1).max()) if values.size else 0.0
    kept = values[np.isfinite(values) & (values >= least)]
    return np.unique(kept)


def _longest(reach: Reach, chosen: Flags) -> float:
    return float(reach.distance[:, chosen].min(axis=1).max())


def _cover(reach: Reach, far: float, *, whole: bool) -> tuple[Flags | None, bool]:
    """Return a choice that covers all within a distance, and whether there is surely none."""
    near = within(reach.distance, far)
    sets = sets_of(near, np.ones(len(reach.distance)))
    model = _model(sets, reach.rules, whole=whole)
    got = run(model, Effort(reach.limits.nodes, reach.limits.seconds))
    if got.impossible:
        return None, True
    if got.values is None:
        return None, False
    chosen = got.values > 0.5
    if whole or np.abs(got.values - np.rint(got.values)).max() < 1e-6:
        return (chosen, False) if obeyed(reach.rules, chosen) and _longest(reach, chosen) <= far else (None, False)
    return None, False


def _model(sets: Sets, rules: Rules, *, whole: bool) -> Model:
    matrix = needed(sets)
    model = of_rules(rules, np.zeros(sets.sites))
    model = model.plus(matrix, np.ones(matrix.shape[0]), np.full(matrix.shape[0], np.inf))
    return model if whole else replace(model, whole=np.zeros_like(model.whole))
