"""Sites with limited capacity: demand may be split between sites; costs of sites, or a number of them, and a bound."""

import math
import time
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_array, vstack

from layers import PlanError
from planner.graph._facility_capacity import Plant, ascend_capacity
from planner.graph._facility_lists import Floats, Singles
from planner.graph._facility_milp import Effort, Model, choose, of_rules, run
from planner.graph._facility_rules import Rules, obeyed
from planner.graph._net import Flags
from planner.graph.facility import PLAIN, USUAL, Limits, Siting, checked_number, checked_weight
from planner.graph.facility_rules import Conditions, Row, rules_of
from planner.graph.network import Ints

_CELLS: Final = 40_000  # most demands times sites of the exact model
_STEPS: Final = 600
_TURNS: Final = 12
_ENTRIES: Final = 60_000
_LINEAR: Final = Effort(nodes=1)


@dataclass(frozen=True)
class Shares:
    """The answer, and which share of which demand goes to which site.

    Attributes
    ----------
    siting
        Its assignment names the site with the largest share (the lowest number among equals).
    demand, site, share
        One entry each pair with a share above 0.
    """

    siting: Siting
    demand: Ints
    site: Ints
    share: Floats


@dataclass(frozen=True)
class Sizes:
    """Capacity of each site in the unit of weight, cost of each site, and the fewest and most sites."""

    capacity: Floats
    price: Floats
    least: int
    most: int


def capacitated(
    distance: Singles,
    sizes: Sizes,
    weight: Floats,
    *,
    conditions: Conditions = PLAIN,
    limits: Limits = USUAL,
) -> Shares:
    """Choose sites that can serve all demand with the least cost of sites and weighted distances.

    Parameters
    ----------
    distance
        Demand by site; infinite where a site cannot serve a demand.
    sizes
        Capacities, costs and the number of sites: a p-median has costs of 0 and ``least == most``.
    weight
        Of each demand, in the unit of capacity.
    conditions, limits
        As for `planner.graph.facility.p_median`.

    Returns
    -------
    Shares
        A demand may be split between sites.

    Raises
    ------
    PlanError
        As `p_median` does, and where capacities do not suffice.

    Notes
    -----
    HiGHS solves the strong form where it is small. Else a Lagrangean bound prices demands (each site then fills up
    with the demands that pay most), its choices are served by a linear programme, and what reduced costs leave open is
    given to HiGHS with the nearest sites of each demand.
    """
    begun = time.perf_counter()
    sites = distance.shape[1]
    checked_number(sites, sizes.least, sizes.most)
    weight = checked_weight(distance, weight)
    rules = rules_of(conditions, sites, sizes.least, sizes.most, [_enough(sizes, weight)])
    plant = Plant(np.ascontiguousarray(distance, np.float32), weight, sizes.capacity, sizes.price)
    work = _Search(plant, rules, limits)
    work.go()
    if work.share is None or work.chosen is None:
        raise PlanError(
            "sites",
            ["no sites were found that serve all demand within their capacities and the conditions; allow more sites"],
        )
    demand, site = np.nonzero(work.share > 1e-9)
    served = np.where(
        weight > 0, np.argmax(work.share, axis=1), np.argmin(np.where(work.chosen, distance, np.inf), axis=1)
    )
    siting = Siting(
        np.flatnonzero(work.chosen).astype(np.int64), served.astype(np.int64), work.value, min(work.bound, work.value), limits.seed, work.turns, time.perf_counter() - begun,
    )  # fmt: skip
    return Shares(siting, demand.astype(np.int64), site.astype(np.int64), work.share[demand, site])


def _enough(sizes: Sizes, weight: Floats) -> Row:
    if (sizes.capacity < 0).any() or len(sizes.capacity) != len(sizes.price):
        raise PlanError("sites", ["capacities must be numbers of 0 or more, one for each candidate"])
    total = float(weight.sum())
    return Row(f"capacity for a demand of {total:,.0f}", sizes.capacity.astype(np.float64), total, np.inf)


class _Search:
    """The best choice and shares so far, and the bound."""

    def __init__(self, plant: Plant, rules: Rules, limits: Limits) -> None:
        self.plant, self.rules, self.limits = plant, rules, limits
        self.until = time.perf_counter() + limits.seconds
        self.value, self.bound, self.turns = math.inf, -math.inf, 0
        self.chosen: Flags | None = None
        self.share: Floats | None = None

    def go(self) -> None:
        """Solve exactly where that is small; else bound, serve, and solve what is left."""
        if self.plant.distance.size <= _CELLS:
            self._exact(self.rules, self.plant.distance.shape[1])
        if self._open:
            self._bounded()
        if self._open and self.plant.distance.size > _CELLS:
            self._exact(self.rules, max(_ENTRIES // len(self.plant.weight), 2))

    @property
    def _open(self) -> bool:
        near = 1e-8 * (1 + abs(self.value)) + self.limits.gap * abs(self.bound) * math.isfinite(self.bound)
        return not self.value - self.bound <= near and time.perf_counter() < self.until

    def _offer(self, chosen: Flags) -> None:
        """Serve all demand from a choice at least cost."""
        if not obeyed(self.rules, chosen):
            return
        got = _served(self.plant, chosen)
        if got is not None and got[0] < self.value - 1e-9 * (1 + abs(got[0])):
            self.value, self.share = got
            self.chosen = chosen.copy()

    def _bounded(self) -> None:
        """Raise the bound; serve demand from what it chooses, and from choices at random prices where that fails."""
        price = _first_prices(self.plant)
        random = np.random.default_rng(self.limits.seed)
        theta = 1.0
        for turn in range(_TURNS):
            target = self.value if math.isfinite(self.value) else _guess(self.plant)
            got, theta = ascend_capacity(self.plant, self.rules, price, target, _STEPS // _TURNS, theta)
            self.bound = max(self.bound, got.value)
            self.turns += 1
            noise = 1 + 0.1 * turn * random.random(len(got.reduced)) * (self.chosen is None)
            chosen, low = choose(self.rules, got.reduced * noise, Effort(nodes=200))
            if turn == _TURNS - 1 and math.isfinite(low) and (noise == 1).all():
                self.bound = max(self.bound, got.constant + low)
            if chosen is not None:
                self._offer(chosen)
            if not self._open:
                return

    def _exact(self, rules: Rules, longest: int) -> None:
        effort = Effort(self.limits.nodes, self.until - time.perf_counter())
        chosen, bound = _solved(self.plant, rules, longest, effort)
        if chosen is not None:
            self._offer(chosen)
        if longest >= self.plant.distance.shape[1]:
            self.bound = max(self.bound, bound)


def _first_prices(plant: Plant) -> Floats:
    near = np.sort(plant.distance, axis=1)[:, : min(4, plant.distance.shape[1])]
    last = np.where(np.isfinite(near), near, -1).max(axis=1)
    return np.asarray(last, np.float64)


def _guess(plant: Plant) -> float:
    """Return a cost that a poor choice may have."""
    far = np.where(np.isfinite(plant.distance), plant.distance, 0).mean(axis=1)
    return float(plant.weight @ far + np.sort(plant.price)[: max(1, len(plant.price) // 2)].sum())


def _served(plant: Plant, chosen: Flags) -> tuple[float, Floats] | None:
    """Return the cost of a choice and the shares that serve all demand from it; None where that cannot be done."""
    opened = np.flatnonzero(chosen)
    if not (plant.weight > 0).any():
        return float(plant.price[opened].sum()), np.zeros(plant.distance.shape)
    rows, columns = np.nonzero(np.isfinite(plant.distance[:, opened]) & (plant.weight > 0)[:, None])
    cost = plant.weight[rows] * plant.distance[rows, opened[columns]].astype(np.float64)
    entry, count = np.arange(len(rows)), len(rows)
    demands = np.flatnonzero(plant.weight > 0)
    place = np.searchsorted(demands, rows)
    all_served = csr_array((np.ones(count), (place, entry)), shape=(len(demands), count))
    full = csr_array((plant.weight[rows], (columns, entry)), shape=(len(opened), count))
    scale = max(float(cost.max(initial=0.0)) / 1e4, 1e-12)
    model = Model(
        cost / scale, csr_array(vstack([all_served, full])),
        np.concatenate([np.ones(len(demands)), np.full(len(opened), -np.inf)]),
        np.concatenate([np.ones(len(demands)), plant.capacity[opened]]),
        np.zeros(count), np.ones(count), np.zeros(count, np.bool_),
    )  # fmt: skip
    got = run(model, _LINEAR)
    if got.values is None:
        return None
    share = np.zeros(plant.distance.shape)
    share[rows, opened[columns]] = got.values
    return float(cost @ got.values + plant.price[opened].sum()), share


def _solved(plant: Plant, rules: Rules, longest: int, effort: Effort) -> tuple[Flags | None, float]:
    """Return the choice of the strong form with the nearest sites of each demand, and its bound."""
    sites = len(plant.capacity)
    rank = np.argsort(np.argsort(plant.distance, axis=1, kind="stable"), axis=1, kind="stable")
    use = (rank < longest) & np.isfinite(plant.distance) & (plant.weight > 0)[:, None]
    rows, columns = np.nonzero(use)
    count = len(rows)
    cost = plant.weight[rows] * plant.distance[rows, columns].astype(np.float64)
    if not count:
        return choose(rules, plant.price, effort)
    scale = max(float(cost.max(initial=0.0)), float(plant.price.max(initial=0.0)), 1e-12) / 1e4
    model = of_rules(rules, plant.price / scale, count)
    wide = np.concatenate([model.cost[:sites], cost / scale])
    upper = model.upper.copy()
    upper[sites:] = 1.0
    model = Model(wide, model.matrix, model.low, model.high, model.lower, upper, model.whole)
    entry = sites + np.arange(count)
    demands = np.flatnonzero(plant.weight > 0)
    served = csr_array((np.ones(count), (np.searchsorted(demands, rows), entry)), shape=(len(demands), len(wide)))
    model = model.plus(served, np.ones(len(demands)), np.ones(len(demands)))
    every, size = np.arange(sites), np.maximum(plant.capacity, 1e-9)
    full = csr_array(
        (np.concatenate([plant.weight[rows] / size[columns], -np.ones(sites)]),
         (np.concatenate([columns, every]), np.concatenate([entry, every]))), shape=(sites, len(wide)),
    )  # fmt: skip
    model = model.plus(full, np.full(sites, -np.inf), np.zeros(sites))
    link = csr_array(
        (
            np.concatenate([np.ones(count), -np.ones(count)]),
            (np.tile(np.arange(count), 2), np.concatenate([entry, columns])),
        ),
        shape=(count, len(wide)),
    )
    got = run(model.plus(link, np.full(count, -np.inf), np.zeros(count)), effort)
    return (None if got.values is None else got.values[:sites] > 0.5), got.bound * scale
