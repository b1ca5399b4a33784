"""Search and bound in turn, within limits."""

import time
from dataclasses import dataclass

import numpy as np

from planner.graph._rings_bound import lower_bound
from planner.graph._rings_search import exchange, mend, prune, roam, total
from planner.graph._rings_walk import Flags, Net, make_net, survey
from planner.graph.network import Graph, Ints

_STEP = 20  # rounds between looks at the clock
_LEAST = 50  # rounds from which a bound of its own is worth its time, where one is known
_PROGRAMS = 20  # linear programs at most, where the limit is in rounds


@dataclass(frozen=True)
class Limits:
    """When to stop: at a moment, after so many rounds, or at what comes first."""

    begin: float
    seconds: float | None
    rounds: int | None
    seed: int

    @classmethod
    def make(cls, begin: float, seconds: float | None, rounds: int | None, seed: int) -> "Limits":
        """Return limits that count from a moment of `time.perf_counter`."""
        return cls(begin, seconds, rounds, seed)

    def left(self, share: float = 1.0) -> float:
        """Return the seconds left until a share of the time is spent."""
        if self.seconds is None:
            return np.inf
        return self.begin + share * self.seconds - time.perf_counter()


def solve(graph: Graph, hubs: Ints, wanted: Ints, inside: Flags, limits: Limits, known: float) -> tuple[Flags, float]:
    """Return the best network found, and a bound below every one.

    Two fifths of the time go to the search, then most to the bound; the last tenth searches on from a network that
    prefers what the bound's program uses.
    """
    if len(wanted) < 2:
        return np.zeros(len(graph.cost), np.bool_), 0.0
    net = make_net(graph, hubs, wanted)
    state = np.array([(limits.seed * 2_654_435_761 + 88_172_645_463_325_252) % 2**63 or 1], np.int64)
    _start(net, inside, net.cost, state)
    _search(net, inside, state, limits, 0.4)
    if limits.rounds is not None and limits.rounds < _LEAST and known > 0:
        return inside, known
    programs = None if limits.rounds is None else min(limits.rounds // 50, _PROGRAMS)
    bound = lower_bound(net, programs, lambda: limits.left(0.9), total(net, inside), state)
    if bound.share.any():
        guided = np.zeros(len(inside), np.bool_)
        _start(net, guided, np.rint(net.cost * (1.05 - bound.share)).astype(np.int64), state)
        _search(net, guided, state, limits, 1.0)
        if total(net, guided) < total(net, inside):
            inside = guided
    return inside, max(bound.value, known)


def _start(net: Net, inside: Flags, price: Ints, state: Ints) -> None:
    """Mend a network by given prices, then improve it by its cost."""
    if not mend(net, inside, price, state):
        raise RuntimeError("a graph without bridges between hubs could not be protected")
    exchange(net, inside, _unbridged(net, inside), state)
    prune(net, inside)


def _unbridged(net: Net, inside: Flags) -> Flags:
    """Return the edges of a network that are no bridges: spurs come from a tree that was improved before."""
    walk = survey(net, inside)
    ring = inside.copy()
    ring[walk.up[np.flatnonzero(walk.bridge)]] = False
    return ring


def _search(net: Net, inside: Flags, state: Ints, limits: Limits, share: float) -> None:
    """Search until a share of the time is spent."""
    done = 0
    while (limits.rounds is None or done < limits.rounds) and limits.left(share) > 0 and total(net, inside):
        step = _STEP if limits.rounds is None else min(_STEP, limits.rounds - done)
        roam(net, inside, step, state)
        done += step
