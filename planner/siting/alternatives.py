"""What if one site moved: the value without each site, and with the best other candidate in its place."""

from dataclasses import dataclass

import numpy as np

from planner.graph._facility_rules import obeyed
from planner.graph.network import Ints
from planner.siting.model import Problem, Solved, nearest, rules, value


@dataclass(frozen=True)
class Move:
    """One site, and what becomes of the value without it.

    Attributes
    ----------
    site
        Number of the chosen candidate.
    without
        Value if it is dropped and not replaced, whether conditions allow that or not; NaN where demand is then not met.
    instead
        Best candidate in its place that keeps all conditions; -1 where there is none.
    moved
        Value with that one; NaN where there is none.
    """

    site: int
    without: float
    instead: int
    moved: float


def moves(problem: Problem, found: Solved) -> list[Move]:
    """Return a move for each chosen site, in order of candidates."""
    return [_move(problem, found, site) for site in found.sites]


def _move(problem: Problem, found: Solved, site: int) -> Move:
    rest = [each for each in found.sites if each != site]
    base = nearest(problem, rest)
    reference = found.siting.reference
    without = value(problem, base, rest, reference) if rest else np.inf
    best, moved = -1, np.inf
    sign = -1.0 if found.siting.upward else 1.0
    for other in _allowed(problem, found, site):
        away = np.minimum(base, problem.distance[:, other])
        there = value(problem, away, [*rest, int(other)], reference)
        if (np.isfinite(there) and sign * there < sign * moved - 1e-12 * (1 + abs(moved))) or (
            best < 0 and np.isfinite(there)
        ):
            best, moved = int(other), there
    return Move(site, _finite(without), best, _finite(moved if best >= 0 else np.inf))


def _finite(number: float) -> float:
    return number if np.isfinite(number) else np.nan


def _allowed(problem: Problem, found: Solved, site: int) -> Ints:
    """Return the candidates that may take a site's place in its role."""
    chosen = np.zeros(problem.sites, np.bool_)
    chosen[found.sites] = True
    law = rules(problem)
    fit = []
    for other in np.flatnonzero(~chosen):
        tried = chosen.copy()
        tried[site], tried[other] = False, True
        if obeyed(law, tried) and linked(problem, found, site, int(other)):
            fit.append(other)
    return np.array(fit, np.int64)


def linked(problem: Problem, found: Solved, site: int, other: int) -> bool:
    """Tell whether satellites still have a hub within reach, and hubs may be hubs."""
    if not problem.entry.hub_model:
        return True
    hubs = [other if hub == site else int(hub) for hub in found.hubs]
    if site in found.hubs and other in problem.asked.no_hub:
        return False
    satellites = [other if each == site else each for each in found.hub_of]
    reach = np.float32(problem.entry.satellite_reach_m or 0)
    return all((problem.between[each, hubs] <= reach).any() for each in satellites)
