"""The reduced problem of siting, solved by HiGHS: sites that a bound closes are left out, those that it opens are open.

Form of S. Elloumi (2010): for each demand and each step of its distances, one variable tells that no open site is
nearer. It has one entry a listed pair and the same linear bound as the classical form.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from layers._kernel import kernel
from planner.graph._facility_lists import Floats, Lists, Singles, nearest_two
from planner.graph._facility_milp import Effort, Model, of_rules, run
from planner.graph._facility_rules import MUST, NEVER, Rules
from planner.graph._facility_search import Goal
from planner.graph._net import Flags, Longs, Shorts

ENTRIES: Final = 150_000  # most listed pairs of a reduced problem


class _Steps(NamedTuple):
    """Rows of steps: ``z[v] (- z[before]) + sites >= 0 or 1``, and what each variable adds to a demand's distance."""

    row: Longs
    column: Longs
    value: Floats
    low: Floats
    demand: Longs
    rise: Floats
    base: Singles


@kernel
def _count(lists: Lists, state: npt.NDArray[np.int8]) -> int:
    """Return the listed pairs left when sites are closed and lists end at the first site that is surely open."""
    count = 0
    for i in range(len(lists.beyond)):
        for e in range(lists.start[i], lists.start[i + 1]):
            kind = state[lists.site[e]]
            if kind >= 0:
                count += 1
            if kind == 1:
                break
    return count


@kernel
def _steps(
    lists: Lists, state: npt.NDArray[np.int8], entries: int
) -> tuple[Longs, Longs, Floats, Floats, Longs, Floats, Singles]:
    n, m = len(lists.beyond), lists.sites
    row, column, value = (
        np.empty(3 * entries + 2 * n, np.int64),
        np.empty(3 * entries + 2 * n, np.int64),
        np.empty(3 * entries + 2 * n),
    )
    low, demand, rise = np.empty(entries + n), np.empty(entries + n, np.int64), np.empty(entries + n)
    base = np.empty(n, np.float32)
    at = 0
    rows = 0
    for i in range(n):
        first = True
        base[i] = lists.cap[i]
        e, end = lists.start[i], lists.start[i + 1]
        while e < end:
            far = lists.far[e]
            sure = False
            begun = at
            while e < end and lists.far[e] == far:
                kind = state[lists.site[e]]
                if kind >= 0:
                    row[at], column[at], value[at] = rows, lists.site[e], 1.0
                    at += 1
                    sure = sure or kind == 1
                e += 1
            if at == begun:
                continue
            if first:
                base[i] = far
            else:
                rise[rows - 1] = far - rise[rows - 1]
            if sure:
                at = begun
                first = True
                break
            row[at], column[at], value[at] = rows, m + rows, 1.0
            at += 1
            low[rows] = 1.0
            if not first:
                row[at], column[at], value[at] = rows, m + rows - 1, -1.0
                at += 1
                low[rows] = 0.0
            demand[rows] = i
            rise[rows] = far
            rows += 1
            first = False
        if not first:
            rise[rows - 1] = max(lists.cap[i] - rise[rows - 1], 0.0)
    return row[:at], column[:at], value[:at], low[:rows], demand[:rows], rise[:rows], base


def size(lists: Lists, state: npt.NDArray[np.int8]) -> int:
    """Return the number of listed pairs of the reduced problem."""
    return int(_count(lists, state))


def prove(
    lists: Lists, rules: Rules, goal: Goal, effort: Effort, known: Flags | None = None
) -> tuple[Flags | None, float, bool]:
    """Return a choice, a bound for choices within the state of `rules`, and whether there is no such choice."""
    steps = _Steps(*_steps(lists, rules.state, size(lists, rules.state)))
    sites, count = lists.sites, len(steps.low)
    many = len(lists.weight) > 1
    model = of_rules(rules, goal.price, count + many)
    constant = lists.weight @ steps.base.astype(np.float64)
    rises = lists.weight[:, steps.demand] * steps.rise
    scale = max(float(rises.max(initial=0.0)), float(np.abs(goal.price).max(initial=0.0)), 1e-12) / 1e4
    shift = 0.0 if many else float(constant[0] - goal.reference[0])
    cost = model.cost.copy()
    if many:
        cost[-1] = scale
    else:
        cost[sites : sites + count] = rises[0]
    upper = model.upper.copy()
    upper[sites : sites + count] = 1.0
    lower = model.lower.copy()
    if many:
        lower[-1] = -np.inf
    model = Model(cost / scale, model.matrix, model.low, model.high, lower, upper, model.whole)
    rows = csr_array((steps.value, (steps.row, steps.column)), shape=(count, len(cost)))
    model = model.plus(rows, steps.low, np.full(count, np.inf))
    if many:
        model = _worst(model, rises / scale, (goal.reference - constant) / scale, sites)
    start = None if known is None else _start(lists, model, steps, known, sites)
    got = run(model, effort, start)
    chosen = None if got.values is None else np.asarray(got.values[:sites] > 0.5)
    return chosen, got.bound * scale + shift, got.impossible


def _worst(model: Model, rises: Floats, low: Floats, sites: int) -> Model:
    """Return the model whose last column is at least the cost of every scenario above its reference."""
    count = rises.shape[1]
    dense = np.zeros((len(rises), len(model.cost)))
    dense[:, sites : sites + count] = -rises
    dense[:, -1] = 1.0
    return model.plus(csr_array(dense), -low, np.full(len(rises), np.inf))


def _start(lists: Lists, model: Model, steps: _Steps, known: Flags, sites: int) -> Floats:
    """Return the values of a known choice."""
    values = np.zeros(len(model.cost))
    values[:sites] = known
    near = nearest_two(lists, known)[1]
    far = np.zeros(len(steps.low))
    begins = steps.low == 1.0
    level = steps.base[steps.demand].astype(np.float64)
    inner = np.flatnonzero(~begins)
    for v in inner:  # distance of the step is the base and the rises before it
        far[v] = far[v - 1] + steps.rise[v - 1]
    values[sites : sites + len(far)] = near[steps.demand] > level + far + 1e-6 * (1 + level + far)
    if len(lists.weight) > 1:
        values[-1] = float(np.max(model.low[-len(lists.weight) :]))
    return values


def fixed(rules: Rules, sites: Flags, kind: np.int8) -> Rules:
    """Return rules with more sites open or closed for sure."""
    state = rules.state.copy()
    state[sites & (state == 0)] = kind
    return rules._replace(state=state)


__all__ = ["ENTRIES", "MUST", "NEVER", "Shorts", "fixed", "prove", "size"]
