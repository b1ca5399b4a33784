"""The order of the steps: reduce, build, improve, bound, and again while the limit lasts."""

import time
from dataclasses import dataclass, field

import numpy as np

from planner.graph._net import Net, Shorts
from planner.graph._paths import span
from planner.graph._reduce import Chain
from planner.graph._work import Work, edges_of, root_of, touched


@dataclass
class Limit:
    """When to stop: a time of the clock and a number of improved trees."""

    until: float
    iterations: int
    last: float = field(default_factory=time.perf_counter)

    def over(self) -> bool:
        """Count a step and say whether there is none left, or no time for one as long as the last."""
        now = time.perf_counter()
        longer, self.last = now + (now - self.last), now
        self.iterations -= 1
        return self.iterations < 0 or longer > self.until


def search(net: Net, limit: Limit, seed: int) -> tuple[Shorts, int]:
    """Return the edges of a cheap tree over the net's terminals, ascending, and a lower bound."""
    small = Chain(net, np.ones(len(net.cost), np.bool_))
    if not small.net.terminal.any():
        chosen = small.back(np.empty(0, np.int32))
        return _spanned(net, chosen), small.fixed
    work = Work(small.net, np.random.default_rng(seed), limit.until)
    work.raise_bound()
    while work.cost > work.bound and not limit.over():
        work.step()
    return _spanned(net, small.back(work.best())), small.fixed + work.bound


def _spanned(net: Net, edges: Shorts) -> Shorts:
    """Return the cheapest tree over the ends of edges."""
    return np.sort(edges_of(span(net, touched(net, edges), root_of(net))))
