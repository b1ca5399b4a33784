"""A smaller graph with the same best tree, and the way there and back."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from layers._kernel import kernel, leaf
from planner.graph._detour import needed
from planner.graph._draft import Draft, between, chain, compose, cut, hang, remember, unhang
from planner.graph._net import Flags, Longs, Net, Shorts, net_of
from planner.graph._star import open_stars

_ROUNDS: Final = 3  # a fourth finds next to nothing
_LARGE: Final = 200_000  # edges beyond which the third is not worth its time either


@dataclass(frozen=True)
class Reduced:
    """A net, and what its edges stand for in the net it came from.

    Attributes
    ----------
    net
        The smaller net.
    vertex
        The vertex of the larger net that each of its vertices was.
    fixed
        Edges of the larger net that belong to every answer.
    first, second
        A piece below the larger net's number of edges is that edge, each further one consists of two pieces before it.
    piece
        Piece that each edge of the smaller net stands for.
    """

    net: Net
    vertex: Shorts
    fixed: Shorts
    first: Shorts
    second: Shorts
    piece: Shorts

    def back(self, edges: Shorts) -> Shorts:
        """Return the larger net's edges for those of the smaller one, with the fixed ones; ascending."""
        pieces = np.concatenate([self.fixed, self.piece[edges]])
        return _expand(self.first, self.second, pieces).astype(np.int32)

    def there(self, chosen: Flags) -> Flags:
        """Return which edges of the smaller net stand for edges that are all chosen in the larger one."""
        return _hold(self.first, self.second, chosen)[self.piece]


class Chain:
    """Reductions one after the other.

    Attributes
    ----------
    net
        The last net.
    fixed
        Cost of what belongs to every answer.
    """

    def __init__(self, net: Net, keep: Flags, rounds: int = _ROUNDS) -> None:
        self.links = [reduce(net, keep)]
        for _ in range(rounds - 1 if len(net.cost) <= _LARGE else 1):
            last = self.links[-1].net
            self.links.append(reduce(last, needed(last), stars=True))
        self.net = self.links[-1].net
        self.fixed = int(net.cost[self.back(np.empty(0, np.int32))].sum())

    def back(self, edges: Shorts) -> Shorts:
        """Return the first net's edges for those of the last."""
        for link in reversed(self.links):
            edges = link.back(edges)
        return edges

    def there(self, chosen: Flags) -> Flags:
        """Return which edges of the last net stand for chosen ones of the first."""
        for link in self.links:
            chosen = link.there(chosen)
        return chosen


def reduce(net: Net, keep: Flags, *, stars: bool = False) -> Reduced:
    """Return the net of the edges to keep after simple tests.

    Vertices with one edge go, the edge of a terminal being fixed; vertices with two edges are passed through; of parallel
    edges the cheapest stays; a terminal whose cheapest edge leads to a terminal joins it. With `stars`, vertices with three
    edges go where one of the three is never needed.
    """
    draft = chain(net, keep)
    _simplify(draft)
    if stars:
        open_stars(draft)
        _simplify(draft)
    left = np.flatnonzero(draft.alive)
    vertices = np.flatnonzero(draft.degree > 0)
    number = np.full(len(net.terminal), -1, np.int32)
    number[vertices] = np.arange(len(vertices))
    a, b = number[draft.end[2 * left]], number[draft.end[2 * left + 1]]
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((high, low))
    small = net_of(low[order], high[order], draft.cost[left][order], draft.terminal[vertices])
    pieces, fixed = int(draft.size[0]), int(draft.size[1])
    return Reduced(
        small, vertices.astype(np.int32), draft.fixed[:fixed], draft.first[:pieces], draft.second[:pieces],
        draft.piece[left][order],
    )  # fmt: skip


@kernel
def _simplify(draft: Draft) -> None:
    while draft.size[2]:
        draft.size[2] -= 1
        v = int(draft.todo[draft.size[2]])
        draft.waiting[v] = False
        if draft.degree[v] == 0:
            continue
        if draft.terminal[v]:
            _simplify_terminal(draft, v)
        elif draft.degree[v] == 1:
            cut(draft, int(draft.top[v]) >> 1)
        elif draft.degree[v] == 2:
            _pass_through(draft, int(draft.top[v]))


@leaf
def _pass_through(draft: Draft, h: int) -> None:
    """Make one edge of the two at a vertex, unless there is one that costs no more."""
    g = int(draft.after[h])
    a, b = h >> 1, g >> 1
    u, w = int(draft.end[h ^ 1]), int(draft.end[g ^ 1])
    cost = draft.cost[a] + draft.cost[b]
    if u == w:
        cut(draft, a)
        cut(draft, b)
        return
    there = between(draft, u, w)
    if there >= 0 and draft.cost[there] <= cost:
        cut(draft, a)
        cut(draft, b)
        return
    if there >= 0:
        cut(draft, there)
    cut(draft, b)
    unhang(draft, h)
    hang(draft, h, w)
    draft.piece[a] = compose(draft, draft.piece[a], draft.piece[b])
    draft.cost[a] = cost


@leaf
def _simplify_terminal(draft: Draft, v: int) -> None:
    """Fix the cheapest edge of a terminal and merge its ends, where it is the only edge or leads to a terminal."""
    if draft.size[3] < 2:
        while draft.top[v] >= 0:
            cut(draft, int(draft.top[v]) >> 1)
        return
    best = h = int(draft.top[v])
    while h >= 0:
        if draft.cost[h >> 1] < draft.cost[best >> 1]:
            best = h
        h = int(draft.after[h])
    u = int(draft.end[best ^ 1])
    if draft.degree[v] > 1 and not draft.terminal[u]:
        h = int(draft.top[v])  # of equally cheap edges, one to a terminal
        while h >= 0 and not (draft.terminal[draft.end[h ^ 1]] and draft.cost[h >> 1] == draft.cost[best >> 1]):
            h = int(draft.after[h])
        if h < 0:
            return
        best, u = h, int(draft.end[h ^ 1])
    draft.fixed[draft.size[1]] = draft.piece[best >> 1]
    draft.size[1] += 1
    draft.size[3] -= draft.terminal[u]
    draft.terminal[u] = True
    draft.terminal[v] = False
    cut(draft, best >> 1)
    _merge(draft, v, u)


@leaf
def _merge(draft: Draft, v: int, u: int) -> None:
    """Give all edges of v to u."""
    while draft.top[v] >= 0:
        h = int(draft.top[v])
        w = int(draft.end[h ^ 1])
        there = between(draft, u, w)
        if there >= 0 and draft.cost[there] <= draft.cost[h >> 1]:
            cut(draft, h >> 1)
            continue
        if there >= 0:
            cut(draft, there)
        unhang(draft, h)
        hang(draft, h, u)
    remember(draft, u)


@kernel
def _expand(first: Shorts, second: Shorts, pieces: Shorts) -> Longs:
    """Return the edges that pieces stand for, once each and ascending."""
    asked = np.zeros(len(first), np.bool_)
    asked[pieces] = True
    for piece in range(len(first) - 1, -1, -1):
        if asked[piece] and first[piece] >= 0:
            asked[piece] = False
            asked[first[piece]] = asked[second[piece]] = True
    return np.flatnonzero(asked)


@kernel
def _hold(first: Shorts, second: Shorts, chosen: Flags) -> Flags:
    """Return the pieces all of whose edges are chosen."""
    held = np.zeros(len(first), np.bool_)
    for piece in range(len(first)):
        held[piece] = chosen[piece] if first[piece] < 0 else held[first[piece]] and held[second[piece]]
    return held
