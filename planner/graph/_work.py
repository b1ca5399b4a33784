"""A net at work: the best tree so far, the bound, and the steps that better them."""

import time
from typing import Final

import numpy as np

from planner.graph._ascent import ascend, useful
from planner.graph._local import improve
from planner.graph._net import Flags, Longs, Net, Shorts
from planner.graph._paths import Tree, grow
from planner.graph._reduce import Chain

_PASSES: Final = 3  # of local search between looks at the clock
_NOISE: Final = 0.3
_SCALE: Final = 64  # so that noise shows on small costs; sums stay below 2^60
_POOL: Final = 3  # latest trees that a new one is united with
_STARTS: Final = 3  # in the union of trees
_WORTH: Final = 0.95  # share of edges left above which a smaller net is not worth making
_NOTHING: Final = Tree(np.zeros(1, np.int32), np.empty(0, np.int32), np.empty(0, np.int32))


class Work:
    """The search for a tree in a net with at least two terminals.

    Attributes
    ----------
    net
        Becomes smaller as edges turn out to be of no use.
    cost, bound
        Of the best tree and of every tree, in terms of the net at the beginning.
    """

    def __init__(self, net: Net, random: np.random.Generator, until: float = np.inf) -> None:
        self.net = net
        self.until = until
        self.bound = 0
        self._random = random
        self._chains: list[Chain] = []
        self._base = 0
        self._steps = 0
        self._pool: list[Shorts] = []
        self._tree, self.cost = self._improved(grow(net, root_of(net), net.terminal))

    def best(self) -> Shorts:
        """Return the edges of the best tree in the net at the beginning."""
        edges = edges_of(self._tree)
        for chain in reversed(self._chains):
            edges = chain.back(edges)
        return edges

    def step(self) -> None:
        """Look for a better tree near the best one and unite it with the latest ones; now and then raise the bound."""
        self._steps += 1
        inside = touched(self.net, edges_of(self._tree))
        improve(self._noisy(), inside, root_of(self.net), 2)
        self._unite(self._improved(inside)[0])
        if self._steps & (self._steps - 1) == 0:
            self.raise_bound()

    def restart(self) -> None:
        """Look for a better tree from a new start."""
        root = self._random.choice(np.flatnonzero(self.net.terminal))
        noisy = self._noisy()
        inside = grow(noisy, int(root), self.net.terminal)
        improve(noisy, inside, root_of(self.net), 1)
        self._offer(*self._improved(inside))

    def raise_bound(self) -> None:
        """Bound the cost from a root, look for a tree among edges without reduced cost, and drop useless edges."""
        root = int(self._random.choice(np.flatnonzero(self.net.terminal)))
        rest: Longs = np.repeat(self.net.cost, 2)
        bound = ascend(self.net, root, rest, _arcs(self.net, self._tree))
        self.bound = max(self.bound, self._base + bound)
        if self.cost > self.bound and time.perf_counter() < self.until:
            self._use(rest)
        if self.cost > self.bound:
            self._shrink(useful(self.net, root, rest, self.cost - self._base - bound))

    def _use(self, rest: Longs) -> None:
        """Look for a tree that prefers edges without reduced cost."""
        cost = np.where(np.minimum(rest[::2], rest[1::2]) == 0, self.net.cost, 4 * self.net.cost)
        inside = grow(self.net._replace(cost=cost), root_of(self.net), self.net.terminal)
        self._offer(*self._improved(inside))

    def _noisy(self) -> Net:
        noise = self._random.random(len(self.net.cost))
        return self.net._replace(cost=(self.net.cost * (_SCALE * (1 + _NOISE * noise))).astype(np.int64))

    def _improved(self, inside: Flags) -> tuple[Tree, int]:
        """Return the tree after local search, which stops between passes when the time is over."""
        root = root_of(self.net)
        tree, cost = improve(self.net, inside, root, _PASSES)
        before = cost + 1
        while cost < before and time.perf_counter() < self.until:
            before = cost
            tree, cost = improve(self.net, inside, root, _PASSES)
        return tree, cost + self._base

    def _offer(self, tree: Tree, cost: int) -> None:
        if cost < self.cost:
            self._tree, self.cost = tree, cost

    def _unite(self, tree: Tree) -> None:
        """Look for a better tree among the edges of the best, the given and the latest trees."""
        self._pool = [*self._pool[-_POOL:], edges_of(tree)]
        keep = np.zeros(len(self.net.cost), np.bool_)
        keep[np.concatenate([*self._pool, edges_of(self._tree)])] = True
        chain = Chain(self.net, keep, 2)
        edges = np.empty(0, np.int32)
        if chain.net.terminal.any():
            work = Work(chain.net, self._random)
            work.raise_bound()
            for _ in range(_STARTS):
                if work.cost > work.bound:
                    work.restart()
            edges = work.best()
        self._offer(*self._improved(touched(self.net, chain.back(edges))))

    def _shrink(self, keep: Flags) -> None:
        """Go on with the edges to keep, if that makes a difference."""
        if keep.sum() > _WORTH * len(keep) or time.perf_counter() > self.until:
            return
        chain = Chain(self.net, keep, 2)
        chosen = np.zeros(len(keep), np.bool_)
        chosen[edges_of(self._tree)] = True
        self._chains.append(chain)
        self._base += chain.fixed
        self._pool = []
        self.net = chain.net
        if not self.net.terminal.any():
            self._tree, self.cost = _NOTHING, self._base
            self.bound = self.cost
            return
        free = self.net._replace(cost=np.where(chain.there(chosen), 0, self.net.cost))
        self._tree, self.cost = self._improved(grow(free, root_of(self.net), self.net.terminal))


def edges_of(tree: Tree) -> Shorts:
    """Return the edges of a tree."""
    return tree.via[tree.order[1:]]


def root_of(net: Net) -> int:
    """Return the first terminal."""
    return int(net.terminal.argmax())


def touched(net: Net, edges: Shorts) -> Flags:
    """Return the ends of edges; the first terminal where there are none."""
    inside = np.zeros(len(net.terminal), np.bool_)
    inside[net.tail[edges]] = inside[net.head[edges]] = True
    inside[root_of(net)] = True
    return inside


def _arcs(net: Net, tree: Tree) -> Flags:
    """Return the arcs of a tree, downwards."""
    arcs = np.zeros(2 * len(net.cost), np.bool_)
    edges = edges_of(tree).astype(np.int64)
    arcs[2 * edges + (net.tail[edges] == tree.order[1:])] = True
    return arcs
