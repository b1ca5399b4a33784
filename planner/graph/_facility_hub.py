"""Branch and bound on where the hubs are: regions of hubs are halved, and only what is near them may be a satellite.

With its hubs fixed the problem is a p-median among what they reach, and the bound of that is good. A price for the
reach alone is not: parts of many hubs would reach everything.
"""

import heapq
import math
import time
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from planner.graph._facility_bound import Bound, Prices, ascend
from planner.graph._facility_branch import Tree, branch, fixings, narrowed, spread
from planner.graph._facility_exact import prove, shortened
from planner.graph._facility_lists import Lists, Singles, nearest_open
from planner.graph._facility_milp import Effort
from planner.graph._facility_plain import ascend_plain
from planner.graph._facility_rules import MUST, NEVER, Rules, obeyed, slack_of
from planner.graph._facility_search import Goal, descend
from planner.graph._facility_small import EQUAL, is_whole
from planner.graph._facility_work import Limits
from planner.graph._net import Flags
from planner.graph.network import Ints

_STEPS: Final = 60
_STEP: Final = 0.5
_LEAF_NODES: Final = 60
_WHOLE: Final = 8_000  # most listed pairs of a problem that is bounded without kernels
_DIVES: Final = 10  # nodes from one dive to the next
_STORE: Final = 20_000_000  # most prices kept for open nodes
State = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Land:
    """The problem on single sites.

    Attributes
    ----------
    lists, rules
        Of all sites whatever their kind; as many sites as hubs and satellites.
    near
        Which sites a hub reaches (hub by site, each itself).
    between
        Distances among sites.
    hub, satellite
        Which sites may be one.
    hubs
        How many hubs.
    """

    lists: Lists
    rules: Rules
    near: Flags
    between: Singles
    hub: Flags
    satellite: Flags
    hubs: int


@dataclass(frozen=True)
class _Region:
    """Candidates for hubs, and how many of them are hubs."""

    sites: Ints
    count: int

    @property
    def sure(self) -> bool:
        return len(self.sites) == self.count


@dataclass(frozen=True, order=True)
class _Node:
    bound: float
    number: int
    regions: tuple[_Region, ...]
    state: State
    prices: Prices

    @property
    def leaf(self) -> bool:
        return all(each.sure for each in self.regions)


class HubTree:
    """The search.

    Attributes
    ----------
    value, hubs, chosen
        Best answer so far: its cost, its hubs and all its sites.
    bound
        No answer costs less.
    iterations
        Improved starts.
    """

    def __init__(self, land: Land, limits: Limits) -> None:
        self.land, self.limits = land, limits
        self.until = time.perf_counter() + limits.seconds
        self.goal = Goal(np.zeros(land.lists.sites), np.zeros(1))
        self.value, self.bound = math.inf, -math.inf
        self.hubs: Flags = np.zeros(land.lists.sites, np.bool_)
        self.chosen: Flags = self.hubs
        self.small = len(land.lists.site) <= _WHOLE
        self._whole = is_whole(land.lists, self.goal)
        self._floor, self._made, self.iterations = math.inf, 0, 0
        self._heap: list[_Node] = []

    def know(self, hubs: Flags, chosen: Flags) -> None:
        """Take an answer that obeys all rules."""
        value = float(self.land.lists.weight[0] @ nearest_open(self.land.lists, chosen)[1])
        if value < self.value - EQUAL * (1 + abs(value)):
            self.value, self.hubs, self.chosen = value, hubs.copy(), chosen.copy()

    def search(self) -> None:
        """Search until the bound meets the value or the nodes are used up; an answer must be known."""
        lists = self.land.lists
        half = nearest_open(lists, self.chosen)[1]
        prices = Prices(np.minimum(half, lists.cap.astype(np.float64)), np.zeros(len(self.land.rules.low)))
        every = _Region(np.flatnonzero(self.land.hub & (self.land.rules.state != NEVER)), self.land.hubs)
        self._add((every,), self.land.rules.state, prices, -math.inf)
        count, room = 0, _STORE // max(len(lists.beyond), 1)
        while self._heap and count < self.limits.nodes and len(self._heap) < room and time.perf_counter() < self.until:
            node = heapq.heappop(self._heap)
            if node.bound >= self._needed or self._near(node.bound):
                heapq.heappush(self._heap, node)
                break
            count += 1
            parts = self._open(node)
            count += self._dive(parts) if count % _DIVES == 1 else 0
        self.bound = min(self.value, self._floor, min((node.bound for node in self._heap), default=math.inf))

    def _open(self, node: _Node) -> list[_Node]:
        """Solve a leaf, or bound what a node parts into; return the parts that may hold something better."""
        if node.leaf:
            self._close(node)
            return []
        made = [
            self._add(each, node.state, node.prices, node.bound) for each in _halves(node.regions, self.land.between)
        ]
        return [each for each in made if each is not None]

    def _dive(self, parts: list[_Node]) -> int:
        """Follow the best part down to single hubs, where answers are; return the nodes opened."""
        depth = 0
        while parts and not min(parts).leaf:
            best = min(parts)
            self._heap.remove(best)
            heapq.heapify(self._heap)
            parts = self._open(best)
            depth += 1
        return depth

    @property
    def _needed(self) -> float:
        return self.value - (1 - 1e-6) if self._whole else self.value - EQUAL * (1 + abs(self.value))

    def _near(self, bound: float) -> bool:
        return math.isfinite(bound) and self.value - min(bound, self._floor) <= self.limits.gap * abs(bound)

    def _rules(self, regions: tuple[_Region, ...], state: State) -> tuple[tuple[_Region, ...], Rules] | None:
        """Return the regions without closed sites, and the rules there; None where there is no answer."""
        land, before = self.land, -1
        state = state.copy()
        while before != (before := int((state != 0).sum())):
            regions = tuple(_Region(each.sites[state[each.sites] != NEVER], each.count) for each in regions)
            if any(len(each.sites) < each.count for each in regions):
                return None
            hubs = np.zeros(len(state), np.bool_)
            hubs[np.concatenate([each.sites for each in regions])] = True
            shut = ~hubs & ~(land.satellite & land.near[hubs].any(axis=0))
            sure = np.concatenate([each.sites for each in regions if each.sure] or [np.empty(0, np.int64)])
            if (state[shut] == MUST).any():
                return None
            state[shut], state[sure] = NEVER, MUST
            rules = spread(land.rules._replace(state=state))
            if rules is None:
                return None
            state = rules.state
        return regions, land.rules._replace(state=state)

    def _add(self, regions: tuple[_Region, ...], state: State, prices: Prices, bound: float) -> _Node | None:
        """Bound a node and keep it where it may hold something better."""
        there = self._rules(regions, state)
        if there is None:
            return None
        regions, rules = there
        lists = (shortened if self.small else narrowed)(self.land.lists, rules.state)
        prices = Prices(np.minimum(prices.demand, lists.cap), prices.limit.copy())
        got, prices = self._ascend(lists, rules, prices)
        leaf = all(each.sure for each in regions)
        if leaf:
            self._offer(rules, regions, got.chosen)
        bound = max(bound, got.value)
        if bound >= self._needed:
            return None
        rules = fixings(rules, got, self._needed - got.value)
        if leaf and not (rules.state == 0).any():
            self._offer(rules, regions, rules.state == MUST)
            return None
        self._made += 1
        node = _Node(bound, self._made, regions, rules.state, prices)
        heapq.heappush(self._heap, node)
        return node

    def _ascend(self, lists: Lists, rules: Rules, prices: Prices) -> tuple[Bound, Prices]:
        if self.small:
            return ascend_plain(lists, self.goal.price, rules, prices, self._needed, _STEPS, _STEP)
        got, _ = ascend(lists, lists.weight[0], self.goal.price, rules, prices, self._needed, _STEPS, _STEP)
        return got, prices

    def _offer(self, rules: Rules, regions: tuple[_Region, ...], chosen: Flags) -> None:
        """Take a choice at a leaf, improved where kernels are at hand."""
        if not obeyed(rules, chosen):
            return
        chosen = chosen.copy()
        if not self.small:
            descend(self.land.lists, rules, self.goal, slack_of(rules), chosen, 1000)
        hubs = np.zeros(len(chosen), np.bool_)
        hubs[np.concatenate([each.sites for each in regions])] = True
        self.know(hubs, chosen)

    def _close(self, node: _Node) -> None:
        """Solve the p-median of a leaf."""
        rules = self.land.rules._replace(state=node.state)
        if self.small:
            chosen, bound, impossible = prove(self.land.lists, rules, self.goal, Effort(self.limits.nodes))
            if chosen is not None:
                self._offer(rules, node.regions, chosen)
            bound = math.inf if impossible else bound
        else:
            tree = Tree(self.land.lists, rules, self.goal, self._whole, _LEAF_NODES, self.until)
            bound = branch(tree, node.prices, self.value, lambda chosen: self._leaf(rules, node, chosen))
        if bound < self._needed:
            self._floor = min(self._floor, max(bound, node.bound))

    def _leaf(self, rules: Rules, node: _Node, chosen: Flags) -> float:
        self._offer(rules, node.regions, chosen)
        return self.value


def _halves(regions: tuple[_Region, ...], between: Singles) -> list[tuple[_Region, ...]]:
    """Return the ways to halve the widest region and part its hubs."""
    wide = [-1.0 if each.sure else float(len(each.sites)) for each in regions]
    at = int(np.argmax(wide))
    left, right = _parted(regions[at].sites, between)
    count, rest = regions[at].count, regions[:at] + regions[at + 1 :]
    made = []
    for some in range(count + 1):
        both = (_Region(left, some), _Region(right, count - some))
        if all(len(each.sites) >= each.count for each in both):
            made.append((*rest, *(each for each in both if each.count)))
    return made


def _parted(sites: Ints, between: Singles) -> tuple[Ints, Ints]:
    """Part sites by which of two far ones is nearer."""
    away = np.nan_to_num(between[np.ix_(sites, sites)].astype(np.float64), posinf=1e30)
    away = np.maximum(away, away.T)
    one = int(np.argmax(away[0]))
    two = int(np.argmax(away[one]))
    order = np.argsort(away[one] - away[two], kind="stable")
    half = len(sites) // 2
    return np.sort(sites[order[:half]]), np.sort(sites[order[half:]])
