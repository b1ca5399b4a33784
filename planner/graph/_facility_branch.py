"""Branch and bound on sites with Lagrangean bounds: best bound first, prices inherited, sites fixed by reduced costs."""

import heapq
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from layers._kernel import kernel
from planner.graph._facility_bound import Bound, Prices, ascend
from planner.graph._facility_exact import fixed
from planner.graph._facility_lists import Floats, Lists, Singles, nearest_two
from planner.graph._facility_rules import MUST, NEVER, Rules
from planner.graph._facility_search import Goal
from planner.graph._net import Flags, Longs, Shorts

_STEPS: Final = 60
_STEP: Final = 0.5
_SLACK: Final = 1e-6
_TURNS: Final = 2
_RATE: Final = 0.2
Kinds = npt.NDArray[np.int8]
_STORE: Final = 20_000_000  # most prices kept for open nodes


@dataclass(frozen=True, order=True)
class _Node:
    bound: float
    number: int
    state: npt.NDArray[np.int8]
    prices: Singles
    limit: Floats
    share: Floats


@dataclass(frozen=True)
class Tree:
    """What a search needs: lists of sites that may matter, rules, what is least, and when to stop."""

    lists: Lists
    rules: Rules
    goal: Goal
    whole: bool
    nodes: int
    until: float

    def needed(self, value: float) -> float:
        """Return the bound from which on a node holds nothing better than a value."""
        return value - (1 - 1e-6) if self.whole else value - 1e-9 * (1 + abs(value))


Offer = Callable[[Flags], float]
"""Takes a choice that may break rules, improves it where it does not; returns the best value so far."""


@kernel
def _narrowed(lists: Lists, state: npt.NDArray[np.int8]) -> tuple[Longs, Shorts, Singles, Singles]:
    """Return lists without closed sites that end at the first site surely open."""
    n = len(lists.beyond)
    start, cap = np.zeros(n + 1, np.int64), lists.cap.copy()
    site, far = np.empty(len(lists.site), np.int32), np.empty(len(lists.far), np.float32)
    at = 0
    for i in range(n):
        for e in range(lists.start[i], lists.start[i + 1]):
            kind = state[lists.site[e]]
            if kind >= 0:
                site[at], far[at] = lists.site[e], lists.far[e]
                at += 1
            if kind == 1:
                cap[i] = min(cap[i], lists.far[e])
                break
        start[i + 1] = at
    return start, site[:at].copy(), far[:at].copy(), cap


def narrowed(lists: Lists, state: npt.NDArray[np.int8]) -> Lists:
    """Return lists for bounds where some sites are closed or open for sure."""
    start, site, far, cap = _narrowed(lists, state)
    return lists._replace(start=start, site=site, far=far, cap=cap)


def fixings(rules: Rules, got: Bound, room: float) -> Rules:
    """Return rules with sites opened or closed whose change costs more than there is room for."""
    cost, count = got.reduced, int(got.chosen.sum())
    free = rules.state == 0
    inside, outside = got.chosen & free, ~got.chosen & free
    dear = float(cost[inside].max(initial=-np.inf))
    cheap = float(cost[outside].min(initial=np.inf))
    back = dear if count == rules.most else max(0.0, dear) if count == rules.least else 0.0
    more = cheap if count == rules.least else min(0.0, cheap) if count == rules.most else 0.0
    return fixed(fixed(rules, outside & (cost - back > room), NEVER), inside & (more - cost > room), MUST)


def branch(tree: Tree, prices: Prices, value: float, offer: Offer, share: Floats | None = None) -> float:
    """Search until the bound meets the best value or the nodes are used up; return the bound.

    `share` is the mixture of scenarios to begin with; every mixture gives a bound.
    """
    root = narrowed(tree.lists, tree.rules.state)
    share = np.full(len(root.weight), 1 / len(root.weight)) if share is None else share
    heap = [_Node(-math.inf, 0, tree.rules.state, prices.demand.astype(np.float32), prices.limit, share)]
    count, made = 0, 0
    room = _STORE // max(len(root.beyond), 1)
    while heap and count < tree.nodes and len(heap) <= room and time.perf_counter() < tree.until:
        node = heapq.heappop(heap)
        if node.bound >= tree.needed(value):
            return value
        count += 1
        value, got = _bounded(tree, root, node, value, offer)
        if got is None:
            continue
        for state in _halves(got):
            made += 1
            heapq.heappush(heap, _Node(got.bound, made, state, got.prices, got.limit, got.share))
    return min((node.bound for node in heap), default=value)


class _Open(NamedTuple):
    """A node with its bound: rules with free sites, the site to branch on first."""

    bound: float
    rules: Rules
    site: int
    prices: Singles
    limit: Floats
    share: Floats


def _bounded(tree: Tree, root: Lists, node: _Node, value: float, offer: Offer) -> tuple[float, _Open | None]:
    """Bound a node; return the best value so far, and the node where it still holds better ones."""
    rules = spread(tree.rules._replace(state=node.state))
    if rules is None:
        return value, None
    lists = narrowed(root, rules.state)
    prices = Prices(np.minimum(node.prices, lists.cap).astype(np.float64), node.limit.copy())
    bound, share, many = node.bound, node.share, len(node.share) > 1
    for _ in range(_TURNS if many else 1):
        base, target = float(share @ tree.goal.reference), tree.needed(value)
        got, _ = ascend(lists, share @ lists.weight, tree.goal.price, rules, prices, target + base, _STEPS, _STEP)
        value = min(value, offer(got.chosen))
        bound, needed = max(got.value - base, bound), tree.needed(value)
        if bound >= needed:
            return value, None
        rules = fixings(rules, got, needed + base - got.value)
        free = rules.state == 0
        if not free.any():
            return min(value, offer(rules.state == MUST)), None
        pivot = _pivot(rules, got, free)
        if many:
            share = heavier(share, tree.lists.weight @ nearest_two(tree.lists, got.chosen)[1] - tree.goal.reference)
    return value, _Open(bound, rules, pivot, prices.demand.astype(np.float32), prices.limit, share)


def heavier(share: Floats, over: Floats) -> Floats:
    """Return a mixture that is heavier in the scenarios that cost most."""
    moved = share * np.exp(_RATE * (over - over.max()) / max(float(np.ptp(over)), 1e-9))
    return np.asarray(moved / moved.sum(), np.float64)


def _halves(open_: _Open) -> list[npt.NDArray[np.int8]]:
    """Return the states with a site open and closed."""
    states = [open_.rules.state.copy(), open_.rules.state.copy()]
    states[0][open_.site], states[1][open_.site] = MUST, NEVER
    return states


def _pivot(rules: Rules, got: Bound, free: Flags) -> int:
    """Return the free site whose closing costs most; among those not chosen the one whose opening costs least.

    Sites on which many limits depend, such as hubs, come first.
    """
    depend = (rules.matrix != 0).sum(axis=0)
    free = free & (depend >= depend[free].max() / 2)
    inside = np.flatnonzero(free & got.chosen)
    among = inside if len(inside) else np.flatnonzero(free)
    return int(among[np.argmin(got.reduced[among])])


def spread(rules: Rules) -> Rules | None:
    """Fix what the rules leave no choice for; None where that is a contradiction."""
    state = rules.state.copy()
    before = -1
    while before != (before := int((state != 0).sum())):
        if not (_spread_clashes(rules, state) and _spread_number(rules, state) and _spread_rows(rules, state)):
            return None
    return rules._replace(state=state)


def _spread_clashes(rules: Rules, state: Kinds) -> bool:
    """Close what clashes with open sites; return False where that is a contradiction."""
    if len(rules.clash):
        shut = rules.clash[state == MUST].any(axis=0)
        if (shut & (state == MUST)).any():
            return False
        state[shut] = NEVER
    return True


def _spread_number(rules: Rules, state: Kinds) -> bool:
    """Close or open all that is left where the number of sites asks for it."""
    if (state == MUST).sum() == rules.most:
        state[state == 0] = NEVER
    if (state >= 0).sum() == rules.least:
        state[state == 0] = MUST
    return bool((state == MUST).sum() <= rules.most and (state >= 0).sum() >= rules.least)


def _spread_rows(rules: Rules, state: Kinds) -> bool:
    """Fix sites without which, or with which, a limit cannot be kept."""
    if not len(rules.low):
        return True
    opened, free = (state == MUST).astype(np.float64), state == 0
    up, down = np.maximum(rules.matrix, 0), np.minimum(rules.matrix, 0)
    sure = rules.matrix @ opened
    over = sure + up @ free - rules.low  # what is left above the lower limit at best
    under = rules.high - sure - down @ free
    if (over < -_SLACK).any() or (under < -_SLACK).any():
        return False
    shut = ((over[:, None] + down < -_SLACK) | (under[:, None] - up < -_SLACK)).any(axis=0) & free
    must = ((over[:, None] - up < -_SLACK) | (under[:, None] + down < -_SLACK)).any(axis=0) & free
    if (shut & must).any():
        return False
    state[shut], state[must] = NEVER, MUST
    return True
