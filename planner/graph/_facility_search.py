"""Interchange of sites: the whole neighbourhood of adding, closing and exchanging priced in one walk of the lists.

After R. A. Whitaker (1983) and M. G. C. Resende and R. F. Werneck, A fast swap-based local search procedure for
location problems (2007): what opening i and closing r saves is gain(i) - loss(r) + extra(i, r), and extra is not zero
for near pairs alone. With several scenarios each is priced on its own and the worst one counts.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from layers._kernel import kernel, part, typed
from planner.graph._facility_lists import Floats, Lists, nearest_two
from planner.graph._facility_rules import MUST, NEVER, Rules, may
from planner.graph._net import Flags, Longs

_TINY: Final = 1e-9
_NONE: Final = typed(-1)
_TRIES: Final = 30


class Goal(NamedTuple):
    """What is least: cost of sites plus the largest of the scenarios' costs above their references."""

    price: Floats
    reference: Floats


@part
def _sums(lists: Lists, place: Longs, opened: Longs, chosen: Flags) -> tuple[Floats, Floats, Floats, Floats]:
    """Return cost, gain, loss and extra of each scenario."""
    scenarios = len(lists.weight)
    cost = np.zeros(scenarios)
    gain = np.zeros((scenarios, lists.sites))
    loss = np.zeros((scenarios, len(opened)))
    extra = np.zeros((scenarios, lists.sites, len(opened)))
    one, near, _, after = nearest_two(lists, chosen)
    for i in range(len(one)):
        r = one[i]
        for s in range(scenarios):
            w = lists.weight[s, i]
            cost[s] += w * near[i]
            if r >= 0:
                loss[s, place[r]] += w * (after[i] - near[i])
        for e in range(lists.start[i], lists.start[i + 1]):
            far = float(lists.far[e])
            if far >= after[i]:
                break
            j = lists.site[e]
            if chosen[j]:
                continue
            for s in range(scenarios):
                w = lists.weight[s, i]
                if far < near[i]:
                    gain[s, j] += w * (near[i] - far)
                if r >= 0:
                    extra[s, j, place[r]] += w * (after[i] - max(far, near[i]))
    return cost, gain, loss, extra


@part
def _worst(goal: Goal, cost: Floats, gain: Floats, loss: Floats, extra: Floats, come: int, go: int) -> float:
    """Return the goal after a site comes and the open one at a place goes."""
    worst = -np.inf
    for s in range(len(cost)):
        value = cost[s] - goal.reference[s]
        if come >= 0:
            value -= gain[s, come]
        if go >= 0:
            value += loss[s, go]
            if come >= 0:
                value -= extra[s, come, go]
        worst = max(worst, value)
    return worst


@kernel
def descend(lists: Lists, rules: Rules, goal: Goal, slack: Floats, chosen: Flags, steps: int) -> tuple[float, int]:
    """Improve a feasible choice until no move pays; return its value and the moves made."""
    place = np.zeros(lists.sites, np.int64)
    for step in range(steps + 1):
        opened = np.flatnonzero(chosen)
        for at in range(len(opened)):
            place[opened[at]] = at
        value = np.zeros(len(rules.low))
        sites = 0.0
        for r in opened:
            sites += goal.price[r]
            for k in range(len(value)):
                value[k] += rules.matrix[k, r]
        cost, gain, loss, extra = _sums(lists, place, opened, chosen)
        now = sites + _worst(goal, cost, gain, loss, extra, _NONE, _NONE)
        best = now - _TINY * (1 + abs(now))
        if step == steps:
            return now, step
        come, go = -1, -1
        for j in range(-1, lists.sites):
            if j >= 0 and (chosen[j] or rules.state[j] == NEVER):
                continue
            if j < 0 and len(opened) <= rules.least:
                continue
            for at in range(-1, len(opened)):
                if at < 0 and (j < 0 or len(opened) >= rules.most):
                    continue
                leave = int(opened[at]) if at >= 0 else -1
                if leave >= 0 and rules.state[leave] == MUST:
                    continue
                then = sites + _worst(goal, cost, gain, loss, extra, j, at)
                if j >= 0:
                    then += goal.price[j]
                if leave >= 0:
                    then -= goal.price[leave]
                if then < best and may(rules, slack, value, opened, j, leave):
                    best, come, go = then, j, leave
        if come < 0 and go < 0:
            return now, step
        if come >= 0:
            chosen[come] = True
        if go >= 0:
            chosen[go] = False
    return now, steps


@kernel
def shake(rules: Rules, slack: Floats, chosen: Flags, moves: int, seed: int) -> None:
    """Make random feasible exchanges."""
    np.random.seed(seed)  # noqa: NPY002 - numba's own generator
    closed = np.flatnonzero(rules.state != NEVER)
    for _ in range(moves):
        opened = np.flatnonzero(chosen)
        if not len(opened) or not len(closed):
            return
        value = np.zeros(len(rules.low))
        for r in opened:
            for k in range(len(value)):
                value[k] += rules.matrix[k, r]
        for _again in range(_TRIES):
            come = closed[np.random.randint(len(closed))]  # noqa: NPY002
            go = opened[np.random.randint(len(opened))]  # noqa: NPY002
            if not chosen[come] and rules.state[go] != MUST and may(rules, slack, value, opened, come, go):
                chosen[come] = True
                chosen[go] = False
                break


def slices(count: int) -> npt.NDArray[np.int64]:
    """Return moves of growing shakes."""
    return np.unique(np.maximum(1, np.array([0.05, 0.1, 0.2, 0.4]) * count).astype(np.int64))
