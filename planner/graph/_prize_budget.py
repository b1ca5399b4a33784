"""Prices for a budget: every price of money gives a bound and a tree, and trees are fitted into the budget."""

import math
from fractions import Fraction
from typing import Final

import numpy as np

from planner.graph._prize_ascent import FAR, Bools, Floats, distances, net_of
from planner.graph._prize_fit import fit
from planner.graph._prize_problem import Problem
from planner.graph._prize_search import Limits, Search
from planner.graph._prize_trees import grow, span

_LARGEST: Final = 1 << 57  # of weighed sums, so that none overflows
_STEPS: Final = 40
_EACH: Final = 12  # ascents at one price
_TRIES: Final = 30  # trees changed at random and fitted again
_IDLE: Final = 10  # tries without a better tree before the tries end


class Purse:
    """A problem with a budget: the best tree found within it, and a bound on what any collects (roots not counted)."""

    def __init__(self, problem: Problem, budget: int, seed: int) -> None:
        count, ends, cost = len(problem.prize), problem.ends, problem.cost
        self.root, self.budget, self.seed = problem.root, budget, seed
        self.random = np.random.default_rng(seed)
        net = net_of(count, ends, cost, np.arange(len(cost)))
        away = distances(net, net.cost, self._root_alone(count))
        self.rows = np.flatnonzero(np.minimum(away[ends[0]], away[ends[1]]) + cost <= budget)
        self.ends, self.cost = (ends[0][self.rows], ends[1][self.rows]), cost[self.rows]
        self.prize = np.where(away <= budget, problem.prize, 0)
        self.net = net_of(count, self.ends, self.cost, np.arange(len(self.rows)))
        self.bound = self.total = int(self.prize.sum())
        self.edges, self.vertices = np.empty(0, np.int64), np.array([self.root])
        self.collected, self.spent = 0, 0
        self.open: Fraction | None = None  # the price of the bound, where a longer search may tighten it

    def run(self, limits: Limits) -> None:
        """Search until the best tree is proved, prices meet, or a limit is reached."""
        everything = self._root_alone(len(self.prize))
        grow(self.net, self.net.cost, self.prize, everything, True)  # noqa: FBT003 - a kernel
        _, up = span(self.net, self.root, np.where(everything, FAR // 4, 0), everything)
        dear = int(self.net.cost[up[up >= 0]].sum()), self.total
        self._offer(everything, np.ones(len(self.prize)))
        cheap = (0, 0)
        tried: set[Fraction] = set()
        for _ in range(_STEPS):
            if self.bound <= self.collected or limits.reached() or dear[0] <= cheap[0] or dear[1] <= cheap[1]:
                break
            price = self._fraction(Fraction(dear[1] - cheap[1], dear[0] - cheap[0]))
            if price in tried:
                break
            tried.add(price)
            found = self._at_price(price, limits, _EACH)
            if found in (cheap, dear):
                break
            if found[0] <= self.budget:
                cheap = found
            else:
                dear = found
        self._vary(limits)
        if self.bound > self.collected and self.open is not None and not limits.reached():
            self._at_price(self.open, limits, limits.iterations)

    def _root_alone(self, count: int) -> Bools:
        alone = np.zeros(count, np.bool_)
        alone[self.root] = True
        return alone

    def _fraction(self, price: Fraction) -> Fraction:
        """Round prizes for a unit of money so that weighed costs and prizes stay exact."""
        most_up = max(_LARGEST // max(int(self.cost.sum()), 1), 1)
        most_down = max(_LARGEST // max(self.total, 1), 1)
        if price.numerator <= most_up and price.denominator <= most_down:
            return price
        rounded = price.limit_denominator(max(min(most_down, int(most_up / price)), 1))
        return min(max(rounded, Fraction(1, most_down)), Fraction(most_up))

    def _at_price(self, price: Fraction, limits: Limits, most: int) -> tuple[int, int]:
        """Return cost and prizes of the best tree at a price; tighten the bound, and fit the tree."""
        up, down = price.numerator, price.denominator
        search = Search(self.ends, self.cost * up, self.prize * down, self.root, self.seed)
        given = Limits(limits.end, min(limits.iterations, most))
        before = given.iterations
        search.run(given)
        limits.iterations -= max(before - given.iterations, 1)
        bound = self.total - math.ceil(Fraction(search.bound - up * self.budget, down))
        if bound < self.bound:
            self.bound, self.open = bound, price if search.bound < search.objective else None
        inside = self._root_alone(len(self.prize))
        inside[search.vertices] = True
        self._offer(inside, np.ones(len(self.prize)))
        return int(self.cost[search.edges].sum()), int(self.prize[search.vertices].sum())

    def _vary(self, limits: Limits) -> None:
        """Change the best tree at random, take a part of it back, and fill the budget again."""
        idle = 0
        for _ in range(_TRIES):
            if self.bound <= self.collected or idle >= _IDLE or limits.late():
                return
            before = (self.collected, -self.spent)
            inside = self._root_alone(len(self.prize))
            inside[self.vertices] = True
            weight = self.random.uniform(0.5, 1.5, len(self.prize))
            part = int(self.budget * self.random.uniform(0.4, 0.9))
            order, _ = fit(self.net, self.root, self.prize, inside, part, weight)
            inside = self._root_alone(len(self.prize))
            inside[order] = True
            self._offer(inside, np.sqrt(weight))
            idle = 0 if (self.collected, -self.spent) > before else idle + 1

    def _offer(self, inside: Bools, weight: Floats) -> None:
        """Fit the tree over these vertices and keep it if it is the best."""
        order, up = fit(self.net, self.root, self.prize, inside, self.budget, weight)
        edges = self.net.edge[up[order[1:]]]
        spent, collected = int(self.cost[edges].sum()), int(self.prize[order].sum())
        if (collected, -spent) > (self.collected, -self.spent):
            self.collected, self.spent = collected, spent
            self.edges, self.vertices = self.rows[edges], order
