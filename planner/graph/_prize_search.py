"""Branch and bound over dual ascent: trees from the saturated network, reductions by bounds, branching on vertices."""

import time
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np

from planner.graph._prize_ascent import FAR, Bools, Net, ascend, distances, net_of
from planner.graph._prize_trees import grow, polish
from planner.graph.network import Ints

_ROUNDS = 6  # ascents in different orders before the first branching
_LATER = 2  # ascents at each branch
_SHRUNK = 0.9  # a round that leaves at most this share of the edges is worth another


@dataclass
class Limits:
    """How long to search: until `end` (of the clock), and at most `iterations` dual ascents."""

    end: float
    iterations: int

    def reached(self) -> bool:
        """Say whether the search must stop."""
        return self.iterations <= 0 or self.late()

    def late(self) -> bool:
        """Say whether the time is over."""
        return time.perf_counter() >= self.end


@dataclass
class Part:
    """A subproblem: the edges still there, the prizes (of those that must be reached: very large), and what is lost."""

    bound: int
    alive: Ints
    prize: Ints
    lost: int
    net: Net


class Search:
    """A rooted problem, the best tree found, and a bound that no tree beats.

    `edges`, `vertices`, `objective` describe the best tree; `bound` is final after `run`.
    """

    def __init__(self, ends: tuple[Ints, Ints], cost: Ints, prize: Ints, root: int, seed: int) -> None:
        self.ends, self.cost, self.prize, self.root = ends, cost, prize.copy(), root
        self.prize[root] = 0
        self.total = int(self.prize.sum())
        self.edge_id, self.vertex_id = np.arange(len(cost)), np.arange(len(prize))
        self.edges, self.vertices, self.objective = np.empty(0, np.int64), np.array([root]), self.total
        self.bound = 0
        self.random = np.random.default_rng(seed)

    def run(self, limits: Limits) -> None:
        """Search until the best tree is proved or a limit is reached."""
        first = Part(0, np.arange(len(self.cost)), self.prize, 0, self._net(np.arange(len(self.cost))))
        self._offer(first, self._grown(first.net, first.net.cost, first.prize, always=False))
        queue = [(0, 0, first)]
        serial = 0
        while queue and queue[0][0] < self.objective and not limits.reached():
            part = heappop(queue)[2]
            self._work(part, limits, _LATER if serial else _ROUNDS)
            if part.bound >= self.objective:
                continue
            if not serial:
                part = self._compact(part)
            for child in self._branch(part):
                serial += 1
                heappush(queue, (child.bound, serial, child))
        self.bound = min([self.objective, *(part.bound for _, _, part in queue)])

    def _net(self, alive: Ints) -> Net:
        return net_of(len(self.prize), self.ends, self.cost, alive)

    def _work(self, part: Part, limits: Limits, rounds: int) -> None:
        """Raise the part's bound, look for trees, and take out what no better tree can hold."""
        for turn in range(rounds):
            if limits.reached():
                return
            limits.iterations -= 1
            weight = np.ones(len(part.prize)) if turn == 0 else self.random.uniform(0.5, 1.5, len(part.prize))
            bound, reduced, left = ascend(part.net, self.root, part.prize, weight)
            part.bound = max(part.bound, part.lost + bound)
            if part.bound >= self.objective:
                return
            self._offer(part, self._saturated(part, reduced))
            if turn:
                rough = (part.net.cost * self.random.uniform(1.0, 1.3, len(self.cost))[part.net.edge]).astype(np.int64)
                self._offer(part, self._grown(part.net, rough, part.prize, always=True))
            if part.bound >= self.objective:
                return
            before = len(part.alive)
            self._reduce(part, part.lost + bound, reduced, left)
            if turn and len(part.alive) > _SHRUNK * before and turn >= _LATER:
                return

    def _saturated(self, part: Part, reduced: Ints) -> Bools:
        net = part.net
        return self._grown(net, np.where(reduced[net.twin] == 0, net.cost, -1), part.prize, always=True)

    def _grown(self, net: Net, length: Ints, prize: Ints, *, always: bool) -> Bools:
        inside = np.zeros(len(prize), np.bool_)
        inside[self.root] = True
        grow(net, length, prize, inside, always)
        return inside

    def _offer(self, part: Part, inside: Bools) -> None:
        """Improve the tree over these vertices and keep it if it is the best."""
        net = part.net
        order, up = polish(net, self.root, part.prize, inside)
        edges = net.edge[up[order[1:]]]
        objective = int(self.cost[edges].sum()) + self.total - int(self.prize[order].sum())
        if objective < self.objective:
            self.objective = objective
            self.edges, self.vertices = self.edge_id[edges], self.vertex_id[order]

    def _reduce(self, part: Part, bound: int, reduced: Ints, left: Ints) -> None:
        """Take out edges and prizes that only trees as dear as the best can hold; force prizes that all others hold."""
        net, spare = part.net, self.objective - bound
        source = np.zeros(len(part.prize), np.bool_)
        source[self.root] = True
        down = distances(net, reduced[net.twin], source)
        up = distances(net, reduced, part.prize > 0)
        owner = np.repeat(np.arange(len(part.prize)), np.diff(net.start))
        through = down[net.near] + reduced + up[owner]
        useful = np.zeros(len(self.cost), np.bool_)
        useful[net.edge[through < spare]] = True
        part.prize = np.where((part.prize > 0) & (left >= spare), FAR, part.prize)
        part.alive = part.alive[useful[part.alive]]
        self._peel(part)
        gone = np.ones(len(part.prize), np.bool_)
        gone[self.ends[0][part.alive]] = gone[self.ends[1][part.alive]] = False
        part.lost += int(part.prize[gone].clip(max=self.objective).sum())
        part.prize[gone] = 0
        part.prize[part.prize > self.objective] = self.objective
        part.net = self._net(part.alive)

    def _peel(self, part: Part) -> None:
        """Take off ends of the network whose prize does not pay for their edge."""
        while len(part.alive):
            tail, head = self.ends[0][part.alive], self.ends[1][part.alive]
            degree = np.bincount(np.concatenate([tail, head]), minlength=len(part.prize))
            degree[self.root] = 0
            cost = self.cost[part.alive]
            loose = ((degree[tail] == 1) & (part.prize[tail] <= cost)) | (
                (degree[head] == 1) & (part.prize[head] <= cost)
            )
            if not loose.any():
                return
            part.alive = part.alive[~loose]

    def _compact(self, part: Part) -> Part:
        """Give new numbers to the vertices and edges that are left."""
        used = part.prize > 0
        used[self.root] = True
        used[self.ends[0][part.alive]] = used[self.ends[1][part.alive]] = True
        number = np.cumsum(used) - 1
        self.ends = number[self.ends[0][part.alive]], number[self.ends[1][part.alive]]
        self.cost, self.prize = self.cost[part.alive], self.prize[used]
        self.edge_id, self.vertex_id = self.edge_id[part.alive], self.vertex_id[used]
        self.root = int(number[self.root])
        alive = np.arange(len(self.cost))
        return Part(part.bound, alive, part.prize[used], part.lost, self._net(alive))

    def _branch(self, part: Part) -> list[Part]:
        """Return two parts, one whose trees hold a vertex and one whose trees do not; none if nothing is open."""
        degree = np.diff(part.net.start)
        forced = part.prize >= self.objective
        open_ = (degree > 0) & ~forced
        open_[self.root] = False
        if not open_.any():
            return []
        vertex = int(np.lexsort((degree, np.where(open_, part.prize, -1), open_))[-1])
        with_it = part.prize.copy()
        with_it[vertex] = self.objective
        without = part.prize.copy()
        without[vertex] = 0
        alive = part.alive[(self.ends[0][part.alive] != vertex) & (self.ends[1][part.alive] != vertex)]
        return [
            Part(part.bound, part.alive, with_it, part.lost, part.net),
            Part(part.bound, alive, without, part.lost + int(part.prize[vertex]), self._net(alive)),
        ]
