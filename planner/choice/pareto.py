"""Public money against premises served: the choices that no other betters in both."""

import time
from typing import Final

import numpy as np
import pandas as pd

from layers import PlanError
from planner.choice._goals import goals
from planner.choice._milp import Found, best, solve
from planner.choice._options import WHERE
from planner.choice._rules import Problem, problem
from planner.choice.choose import too_slow
from planner.choice.entry import ChoiceEntry
from planner.tables import checked

_COLUMNS: Final = [
    "budget_usd", "public_usd", "premises_served", "share_served", "towns_passing", "bound", "gap", "proved",
]  # fmt: skip


def front(
    options: pd.DataFrame,
    neighbours: pd.DataFrame,
    settings: ChoiceEntry,
    decided: pd.DataFrame | None = None,
    points: int = 20,
) -> pd.DataFrame:
    """Return what each budget can serve at most.

    Parameters
    ----------
    options, neighbours, decided
        As for `planner.choice.choose`.
    settings
        Its floor and seconds (for each point) hold; its budget and objective do not.
    points
        Number of budgets, from the least that the floor and decisions need to the least that serves as many as can be.

    Returns
    -------
    pandas.DataFrame
        Table `pareto`, by rising cost. For each budget most premises, at least cost (epsilon constraint); rows that
        another betters or equals are left out. Each is a point of the exact front where `proved` says so.

    Raises
    ------
    LayerError, PlanError
        As for `planner.choice.choose`, and with fewer than two points.
    """
    if points < 2:
        raise PlanError(WHERE, [f"a front of {points} points; ask for at least 2"])
    asked = problem(options, neighbours, settings, decided)
    deadline = time.perf_counter() + settings.seconds
    least = solve(asked.options.public, asked.rules, deadline)
    most = _best(asked, None, settings)
    if least is None:
        raise too_slow(settings)
    first, last = least.objective, int(asked.options.public @ most[-1].chosen.astype(np.int64))
    budgets = [first + (last - first) * place // (points - 1) for place in range(points)]
    rows = [_row(asked, budget, _best(asked, budget, settings)) for budget in sorted(set(budgets))]
    return checked("pareto", _undominated(pd.DataFrame(rows, columns=_COLUMNS)))


def _best(asked: Problem, budget: int | None, settings: ChoiceEntry) -> list[Found]:
    """Return most premises, then least cost, then most towns, within a budget in cents."""
    sought, _ = goals(asked.options, "front", None)
    rules = asked.rules if budget is None else asked.rules.plus(asked.options.public, budget)
    found = best([goal.weights for goal in sought], rules, time.perf_counter() + settings.seconds)
    if found is None:
        raise too_slow(settings)
    return found


def _row(asked: Problem, budget: int, found: list[Found]) -> tuple[float, ...]:
    options, chosen = asked.options, found[-1].chosen.astype(np.int64)
    sought, _ = goals(options, "front", None)
    served, public, towns = (goal.read(float(goal.weights @ chosen)) for goal in sought[:3])
    premises = int(options.towns["premises"].sum())
    bound = min(sought[0].read(found[0].bound), float(premises))
    share = served / premises if premises else np.nan
    proved = len(found) >= 2 and found[0].proven and found[1].proven
    return budget / 100, public, served, share, towns, bound, (bound - served) / max(served, 1.0), proved


def _undominated(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out rows that cost as much or more than another and serve no more."""
    table = table.sort_values(["public_usd", "premises_served"], ascending=[True, False], ignore_index=True)
    before = table["premises_served"].cummax().shift(fill_value=-1.0)
    return table[table["premises_served"] > before].reset_index(drop=True)
