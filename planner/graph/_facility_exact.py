"""The reduced problem of siting, solved by HiGHS: sites that a bound closes are left out, those that it opens are open.

Form of S. Elloumi (2010): for each demand and each step of its distances, one variable tells that no open site is
nearer. It has one entry a listed pair and the same linear bound as the classical form.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from planner.graph._facility_lists import Floats, Lists, nearest_open
from planner.graph._facility_milp import Effort, Model, of_rules, run
from planner.graph._facility_rules import MUST, NEVER, Rules
from planner.graph._facility_search import Goal
from planner.graph._net import Flags, Longs

ENTRIES: Final = 150_000  # most listed pairs of a reduced problem


class _Steps(NamedTuple):
    """Rows of steps: ``z[v] (- z[before]) + sites >= 0 or 1``, and what each variable adds to a demand's distance."""

    row: Longs
    column: Longs
    value: Floats
    low: Floats
    demand: Longs
    far: Floats
    rise: Floats
    base: Floats


class _Pairs(NamedTuple):
    """Listed pairs left when sites are closed and lists end at the first site that is surely open."""

    demand: Longs
    site: Longs
    far: Floats
    sure: Flags
    end: Floats


def _pairs(lists: Lists, state: npt.NDArray[np.int8]) -> _Pairs:
    kind = state[lists.site]
    keep = np.flatnonzero(kind != NEVER)
    demand = np.repeat(np.arange(len(lists.beyond)), np.diff(lists.start))[keep]
    far, sure = lists.far[keep].astype(np.float64), kind[keep] == MUST
    end = np.full(len(lists.beyond), np.inf)
    np.minimum.at(end, demand[sure], far[sure])
    near = far <= end[demand]
    return _Pairs(demand[near], lists.site[keep][near].astype(np.int64), far[near], sure[near], end)


def shortened(lists: Lists, state: npt.NDArray[np.int8]) -> Lists:
    """Return lists without closed sites that end at the first site surely open."""
    pairs, start = _pairs(lists, state), np.zeros(len(lists.beyond) + 1, np.int64)
    np.cumsum(np.bincount(pairs.demand, minlength=len(lists.beyond)), out=start[1:])
    cap = np.minimum(lists.cap, pairs.end).astype(np.float32)
    return lists._replace(start=start, site=pairs.site.astype(np.int32), far=pairs.far.astype(np.float32), cap=cap)


def _steps(lists: Lists, state: npt.NDArray[np.int8]) -> _Steps:
    """Return the steps of all demands: pairs of one demand and distance are a step, which a sure site ends."""
    pairs, sites, cap = _pairs(lists, state), lists.sites, lists.cap.astype(np.float64)
    new = np.ones(len(pairs.far), np.bool_)
    new[1:] = (np.diff(pairs.demand) != 0) | (np.diff(pairs.far) != 0)
    group = np.cumsum(new) - 1
    demand, far = pairs.demand[new], pairs.far[new]
    sure = np.bincount(group, weights=pairs.sure, minlength=len(far)) > 0
    first = np.ones(len(far), np.bool_)
    first[1:] = np.diff(demand) != 0
    last = np.append(first[1:], True)[: len(far)]
    base = cap.copy()
    base[demand[first]] = far[first]
    after = np.where(last, cap[demand], np.append(far[1:], 0.0)[: len(far)])
    number = np.cumsum(~sure) - 1
    open_ = ~sure[group]
    begins = first[~sure]
    every, later = np.arange(len(begins)), np.flatnonzero(~begins)
    return _Steps(
        np.concatenate([number[group[open_]], every, later]),
        np.concatenate([pairs.site[open_], sites + every, sites + later - 1]),
        np.concatenate([np.ones(int(open_.sum()) + len(every)), -np.ones(len(later))]),
        begins.astype(np.float64), demand[~sure], far[~sure], np.maximum(after - far, 0.0)[~sure], base,
    )  # fmt: skip


def size(lists: Lists, state: npt.NDArray[np.int8]) -> int:
    """Return the number of listed pairs of the reduced problem."""
    return len(_pairs(lists, state).far)


def prove(
    lists: Lists, rules: Rules, goal: Goal, effort: Effort, known: Flags | None = None
) -> tuple[Flags | None, float, bool]:
    """Return a choice, a bound for choices within the state of `rules`, and whether there is no such choice."""
    steps = _steps(lists, rules.state)
    sites, count = lists.sites, len(steps.low)
    many = len(lists.weight) > 1
    model = of_rules(rules, goal.price, count + many)
    constant = lists.weight @ steps.base
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
    near = nearest_open(lists, known)[1][steps.demand]
    values[sites : sites + len(steps.far)] = near > steps.far + 1e-6 * (1 + 2 * steps.far)
    if len(lists.weight) > 1:
        values[-1] = float(np.max(model.low[-len(lists.weight) :]))
    return values


def fixed(rules: Rules, sites: Flags, kind: np.int8) -> Rules:
    """Return rules with more sites open or closed for sure."""
    state = rules.state.copy()
    state[sites & (state == 0)] = kind
    return rules._replace(state=state)


__all__ = ["ENTRIES", "MUST", "NEVER", "fixed", "prove", "shortened", "size"]
