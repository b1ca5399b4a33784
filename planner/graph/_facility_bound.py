"""Lagrangean bound of a choice of sites: every demand offers a price for a site that is near enough.

After G. Cornuejols, M. L. Fisher and G. L. Nemhauser (1977), with the subgradient steps of J. E. Beasley (1993). A demand
walks its list only as far as its price reaches, so a step costs little more than the demands themselves. Limits on sums
over sites are priced too; sites that clash are left to `planner.graph._facility_milp`. Every price gives a valid bound.
"""

from typing import Final, NamedTuple

import numpy as np

from layers._kernel import kernel, part
from planner.graph._facility_lists import Floats, Lists
from planner.graph._facility_rules import MUST, Rules
from planner.graph._net import Flags

_PATIENCE: Final = 20
_SMOOTH: Final = 0.6  # share of the last direction that a step keeps
_SMALL: Final = 1e-4  # step below which a run ends


class Prices(NamedTuple):
    """Prices of demands (in units of distance) and of limits (in units of cost)."""

    demand: Floats
    limit: Floats


class Bound(NamedTuple):
    """A bound, its reduced costs of sites, the choice behind it, and the steps made."""

    value: float
    reduced: Floats
    constant: float
    chosen: Flags
    steps: int


@part
def _reduced(lists: Lists, weight: Floats, price: Floats, rules: Rules, prices: Prices, out: Floats) -> float:
    """Compute the reduced costs of sites; return the constant."""
    constant = 0.0
    out[:] = price
    for i in range(len(weight)):
        w, offer = weight[i], prices.demand[i]
        constant += w * offer
        for e in range(lists.start[i], lists.start[i + 1]):
            far = float(lists.far[e])
            if far >= offer:
                break
            out[lists.site[e]] -= w * (offer - far)
    for k in range(len(rules.low)):
        u = prices.limit[k]
        if u > 0:
            constant += u * rules.low[k]
        elif u < 0:
            constant += u * rules.high[k]
        if u != 0:
            for j in range(lists.sites):
                out[j] -= u * rules.matrix[k, j]
    return constant


@part
def _choose(rules: Rules, reduced: Floats, chosen: Flags) -> float:
    """Choose sites of least reduced cost within the number allowed; return their sum."""
    chosen[:] = False
    count = 0
    total = 0.0
    for j in range(len(reduced)):
        if rules.state[j] == MUST:
            chosen[j] = True
            count += 1
            total += reduced[j]
    for j in np.argsort(reduced, kind="mergesort"):
        if rules.state[j] != 0:
            continue
        if count >= rules.most or (count >= rules.least and reduced[j] >= 0):
            break
        chosen[j] = True
        count += 1
        total += reduced[j]
    return total


@kernel
def ascend(
    lists: Lists, weight: Floats, price: Floats, rules: Rules, prices: Prices, target: float, steps: int, theta: float
) -> tuple[Bound, float]:
    """Raise the bound by steps towards a target; `prices` becomes the best one. Returns the bound and the last step."""
    n, m, rows = len(weight), lists.sites, len(rules.low)
    best_demand, best_limit = prices.demand.copy(), prices.limit.copy()
    best = -np.inf
    best_reduced, best_constant, best_chosen = np.zeros(m), 0.0, np.zeros(m, np.bool_)
    reduced, chosen = np.zeros(m), np.zeros(m, np.bool_)
    way, limit_way = np.zeros(n), np.zeros(rows)
    idle = 0
    done = 0
    for done in range(1, steps + 1):
        constant = _reduced(lists, weight, price, rules, prices, reduced)
        value = constant + _choose(rules, reduced, chosen)
        if value > best + 1e-7 * abs(best) or done == 1:
            idle = 0
        else:
            idle += 1
        if value > best or done == 1:
            best = value
            best_demand[:] = prices.demand
            best_limit[:] = prices.limit
            best_reduced[:] = reduced
            best_constant = constant
            best_chosen[:] = chosen
        if idle >= _PATIENCE:
            theta *= 0.5
            idle = 0
            prices.demand[:] = best_demand
            prices.limit[:] = best_limit
            way[:] = 0.0
            limit_way[:] = 0.0
        if theta < _SMALL or best >= target:
            break
        size = _direction(lists, weight, rules, prices, chosen, way, limit_way)
        if size <= 0:
            break
        step = theta * max(target - value, 1e-4 * abs(target) + 1e-9) / size
        for i in range(n):
            if weight[i] > 0 and way[i] != 0:
                offer = prices.demand[i] + step * way[i] / weight[i]
                prices.demand[i] = min(max(offer, 0.0), lists.cap[i])
        for k in range(rows):
            u = prices.limit[k] + step * limit_way[k]
            if rules.low[k] == -np.inf:
                u = min(u, 0.0)
            if rules.high[k] == np.inf:
                u = max(u, 0.0)
            prices.limit[k] = u
    prices.demand[:] = best_demand
    prices.limit[:] = best_limit
    return Bound(best, best_reduced, best_constant, best_chosen, done), theta


@part
def _direction(
    lists: Lists, weight: Floats, rules: Rules, prices: Prices, chosen: Flags, way: Floats, limit_way: Floats
) -> float:
    """Turn the direction towards the subgradient; return its squared length."""
    size = 0.0
    for i in range(len(weight)):
        offer = prices.demand[i]
        slope = 1.0
        for e in range(lists.start[i], lists.start[i + 1]):
            if lists.far[e] >= offer:
                break
            if chosen[lists.site[e]]:
                slope -= 1.0
        if (slope > 0 and offer >= lists.cap[i]) or weight[i] <= 0:
            slope = 0.0
            way[i] = min(way[i], 0.0)
        way[i] = slope + _SMOOTH * way[i]
        size += way[i] * way[i]
    for k in range(len(rules.low)):
        value = 0.0
        for j in range(lists.sites):
            if chosen[j]:
                value += rules.matrix[k, j]
        u = prices.limit[k]
        slope = 0.0
        if u > 0 or (u == 0 and value < rules.low[k]):
            slope = rules.low[k] - value
        elif u < 0 or value > rules.high[k]:
            slope = rules.high[k] - value
        limit_way[k] = slope + _SMOOTH * limit_way[k]
        size += limit_way[k] * limit_way[k]
    return size
