"""What if a chosen site moved to a certain other candidate: what becomes of the value, of demand, and of the conditions."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from layers import PlanError
from layers.errors import suggestion
from planner.graph.facility_rules import limits_of
from planner.siting import words
from planner.siting.alternatives import linked
from planner.siting.candidates import Candidates
from planner.siting.entry import WhatIfEntry
from planner.siting.model import UNITS, Problem, Solved, nearest, value
from planner.tables import checked
from planner.words import floor_percent, listing, miles

_SLACK = 1e-9


def what_if(problem: Problem, found: Candidates, solved: Solved, weight: np.ndarray) -> pd.DataFrame:
    """Return table `what_if`, a row for each move under ``[[siting.what_if]]``.

    Parameters
    ----------
    problem, found, solved
        The problem, its candidates and the answer.
    weight
        Weight of each demand.

    Raises
    ------
    PlanError
        Where a move starts at no chosen site, or leads to no candidate or to a chosen one; or sites have capacities.
    """
    if problem.asked.capacity is not None:
        raise PlanError("siting", ["what_if does not go with capacities; say must and must_not, and solve again"])
    rows = [_row(problem, found, solved, weight, each) for each in problem.entry.what_if]
    return checked("what_if", pd.DataFrame(rows))


def _row(
    problem: Problem, found: Candidates, solved: Solved, weight: np.ndarray, asked: WhatIfEntry
) -> dict[str, object]:
    site, to = _numbers(found, solved, asked)
    before, after = solved.sites, [to if each == site else each for each in solved.sites]
    old, new = nearest(problem, before), nearest(problem, after)
    base, moved = solved.siting.value, value(problem, new, after, solved.siting.reference)
    away = weight > 0
    nearer = float(weight[away & (new < old)].sum() / weight.sum())
    farther = float(weight[away & (new > old)].sum() / weight.sum())
    mean = float(weight[away] @ new[away] / weight.sum())
    broken = listing(list(_broken(problem, found, solved, site, to))) or None
    known = bool(np.isfinite(moved))
    amount = words.amount(problem, moved) if known else "not all demand is met"
    said = (
        f"{words.measured(problem.entry)} becomes {amount} instead of {words.amount(problem, base)}; {floor_percent(nearer)} of demand comes nearer to a"
        f" site, {floor_percent(farther)} farther from one; mean distance {miles(mean)}; {f'against: {broken}' if broken else 'all conditions are met'}"
    )
    names = found.table["candidate"]
    return {
        "site_id": found.ids[site], "site": names.iloc[site], "instead_id": found.ids[to], "instead": names.iloc[to],
        "unit": UNITS[problem.entry.model], "value": base, "value_moved": moved if known else np.nan,
        "change": moved - base if known else np.nan, "mean_m": mean, "nearer_share": nearer, "farther_share": farther,
        "conditions_broken": broken, "said": said,
    }  # fmt: skip


def _numbers(found: Candidates, solved: Solved, asked: WhatIfEntry) -> tuple[int, int]:
    number = {code: place for place, code in enumerate(found.ids)}
    chosen = [found.ids[site] for site in solved.sites]
    if asked.site not in chosen:
        raise PlanError("siting", [f"what_if moves '{asked.site}', which is no chosen site{suggestion(asked.site, chosen)}; chosen are {listing(chosen)}"])  # fmt: skip
    if asked.to not in number:
        raise PlanError("siting", [f"what_if moves '{asked.site}' to '{asked.to}', which is no candidate{suggestion(asked.to, number)}"])  # fmt: skip
    if asked.to in chosen:
        raise PlanError("siting", [f"what_if moves '{asked.site}' to '{asked.to}', which is chosen already; name another candidate"])  # fmt: skip
    return number[asked.site], number[asked.to]


def _broken(problem: Problem, found: Candidates, solved: Solved, site: int, to: int) -> Iterator[str]:
    """Yield in words the conditions that a move breaks."""
    law, names = problem.asked.rules, found.table["candidate"]
    rest = [each for each in solved.sites if each != site]
    chosen = np.zeros(problem.sites, np.bool_)
    chosen[[*rest, to]] = True
    if site in law.must:
        yield f"the region file asks for {names.iloc[site]}"
    if to in problem.asked.why_out:
        yield f"{names.iloc[to]} is out ({problem.asked.why_out[to]})"
    for row in limits_of(law, *problem.number):
        total = float(row.weight @ chosen)
        if not row.low - _SLACK <= total <= row.high + _SLACK:
            yield row.name
    if law.too_near is not None:
        near = [names.iloc[each] for each in rest if law.too_near[to, each]]
        if near:
            yield f"less than {miles(problem.entry.apart_m)} from {listing(near)}"
    if not linked(problem, solved, site, to):
        yield "hub and satellites no longer belong together"
