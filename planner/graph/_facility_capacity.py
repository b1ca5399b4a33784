"""Lagrangean bound of sites with capacities: each site fills up with the demands whose prices pay most for a unit."""

from typing import Final, NamedTuple

import numpy as np

from layers._kernel import kernel
from planner.graph._facility_bound import Bound, _choose
from planner.graph._facility_lists import Floats, Singles
from planner.graph._facility_rules import Rules

_PATIENCE: Final = 15


class Plant(NamedTuple):
    """Demand by site, demand in the unit of capacity, capacity and cost of sites."""

    distance: Singles
    weight: Floats
    capacity: Floats
    price: Floats


@kernel
def ascend_capacity(
    plant: Plant, rules: Rules, offer: Floats, target: float, steps: int, theta: float
) -> tuple[Bound, float]:
    """Raise the bound from prices of a unit of demand (in distance); `offer` becomes the best one."""
    n, m = plant.distance.shape
    best, best_constant = -np.inf, 0.0
    best_offer, best_reduced, best_chosen = offer.copy(), np.zeros(m), np.zeros(m, np.bool_)
    reduced, chosen = np.zeros(m), np.zeros(m, np.bool_)
    margin, way = np.empty(n), np.zeros(n)
    idle = 0
    for _ in range(steps):
        for j in range(m):
            reduced[j] = plant.price[j] + _filled(plant, offer, j, margin, way, mark=False)
        constant = 0.0
        for i in range(n):
            constant += plant.weight[i] * offer[i]
        value = constant + _choose(rules, reduced, chosen)
        idle += 1
        if value > best:
            best, best_constant, idle = value, constant, 0
            best_offer[:] = offer
            best_reduced[:] = reduced
            best_chosen[:] = chosen
        if idle >= _PATIENCE:
            theta, idle = theta / 2, 0
            offer[:] = best_offer
            continue
        way[:] = 1.0
        for j in range(m):
            if chosen[j]:
                _filled(plant, offer, j, margin, way, mark=True)
        size = 0.0
        for i in range(n):
            size += plant.weight[i] * way[i] * way[i]
        if size <= 0:
            break
        step = theta * max(target - value, 1e-3 * abs(target)) / size
        for i in range(n):
            offer[i] = max(0.0, offer[i] + step * way[i])
    offer[:] = best_offer
    return Bound(best, best_reduced, best_constant, best_chosen, steps), theta


@kernel
def _filled(plant: Plant, offer: Floats, j: int, margin: Floats, way: Floats, mark: bool) -> float:  # noqa: FBT001
    """Return what a site gains by serving whom it likes; with `mark` take the shares served from `way`."""
    room = plant.capacity[j]
    for i in range(len(margin)):
        margin[i] = plant.distance[i, j] - offer[i]
    total = 0.0
    for i in np.argsort(margin):
        if margin[i] >= 0 or room <= 0:
            break
        if plant.weight[i] <= 0:
            continue
        part = min(1.0, room / plant.weight[i])
        room -= part * plant.weight[i]
        total += part * plant.weight[i] * margin[i]
        if mark:
            way[i] -= part
    return total
