"""The Lagrangean bound of `planner.graph._facility_bound` in whole arrays: for small problems, which need no kernel."""

from typing import Final

import numpy as np

from planner.graph._facility_bound import Bound, Prices
from planner.graph._facility_lists import Floats, Lists
from planner.graph._facility_rules import MUST, Rules
from planner.graph._net import Flags, Longs

_PATIENCE: Final = 10
_SMOOTH: Final = 0.6
_SMALL: Final = 1e-3


class _Plain:
    """Lists with the demand of each entry, and the rules."""

    def __init__(self, lists: Lists, weight: Floats, price: Floats, rules: Rules) -> None:
        self.weight, self.price, self.rules = weight, price, rules
        self.site, self.far, self.cap = lists.site, lists.far.astype(np.float64), lists.cap.astype(np.float64)
        self.demand: Longs = np.repeat(np.arange(len(weight)), np.diff(lists.start))

    def bound(self, prices: Prices) -> tuple[Bound, Floats]:
        """Return the bound at some prices, and what each entry gains."""
        gain = np.maximum(prices.demand[self.demand] - self.far, 0.0)
        paid = np.bincount(self.site, weights=self.weight[self.demand] * gain, minlength=len(self.price))
        reduced = self.price - paid - prices.limit @ self.rules.matrix
        side = np.where(prices.limit > 0, self.rules.low, self.rules.high)
        priced = prices.limit != 0
        constant = float(self.weight @ prices.demand + prices.limit[priced] @ side[priced])
        chosen = _choose(self.rules, reduced)
        return Bound(constant + float(reduced[chosen].sum()), reduced, constant, chosen, 0), gain

    def slopes(self, prices: Prices, chosen: Flags, gain: Floats) -> tuple[Floats, Floats]:
        """Return the subgradients of the prices of demands and of limits."""
        used = (gain > 0) & chosen[self.site]
        slope: Floats = 1.0 - np.bincount(self.demand[used], minlength=len(self.weight)).astype(np.float64)
        slope[(self.weight <= 0) | ((slope > 0) & (prices.demand >= self.cap))] = 0.0
        value, u = self.rules.matrix @ chosen, prices.limit
        low = (u > 0) | ((u == 0) & (value < self.rules.low))
        high = ~low & ((u < 0) | (value > self.rules.high))
        limit = np.zeros(len(u))
        limit[low], limit[high] = (self.rules.low - value)[low], (self.rules.high - value)[high]
        return slope, limit

    def moved(self, prices: Prices, slope: Floats, limit: Floats, step: float) -> Prices:
        """Return prices after a step."""
        demand = np.clip(prices.demand + step * slope / np.where(self.weight > 0, self.weight, 1.0), 0.0, self.cap)
        least = np.where(np.isinf(self.rules.high), 0.0, -np.inf)
        most = np.where(np.isinf(self.rules.low), 0.0, np.inf)
        return Prices(demand, np.clip(prices.limit + step * limit, least, most))


def _choose(rules: Rules, reduced: Floats) -> Flags:
    """Return the sites of least reduced cost within the number allowed."""
    chosen: Flags = rules.state == MUST
    sure = int(chosen.sum())
    free = np.flatnonzero(rules.state == 0)
    order = free[np.argsort(reduced[free], kind="stable")]
    pays = int((reduced[order] < 0).sum())
    chosen[order[: max(min(max(pays, rules.least - sure), rules.most - sure), 0)]] = True
    return chosen


def ascend_plain(
    lists: Lists, price: Floats, rules: Rules, prices: Prices, target: float, steps: int, theta: float
) -> tuple[Bound, Prices]:
    """Return the best bound of some steps towards a target, for the first scenario, and the prices behind it."""
    plain = _Plain(lists, lists.weight[0], price, rules)
    (best, _), kept, idle = plain.bound(prices), prices, 0
    way, limit_way = np.zeros(len(prices.demand)), np.zeros(len(prices.limit))
    for _ in range(steps):
        got, gain = plain.bound(prices)
        idle += 1
        if got.value > best.value:
            idle = 0 if got.value > best.value + 1e-7 * abs(best.value) else idle
            best, kept = got, prices
        if idle >= _PATIENCE:
            theta, idle, prices = theta / 2, 0, kept
            way, limit_way = np.zeros(len(way)), np.zeros(len(limit_way))
            got, gain = plain.bound(prices)
        if theta < _SMALL or best.value >= target:
            break
        slope, limit = plain.slopes(prices, got.chosen, gain)
        way, limit_way = slope + _SMOOTH * way, limit + _SMOOTH * limit_way
        size = float(way @ way + limit_way @ limit_way)
        if size <= 0:
            break
        prices = plain.moved(prices, way, limit_way, theta * max(target - got.value, 1e-4 * abs(target) + 1e-9) / size)
    return best, kept
