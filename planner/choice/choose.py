"""The choice: one project at most for each town, best for the whole region."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers import PlanError
from planner.choice._goals import goals
from planner.choice._milp import Rules, best, solve
from planner.choice._options import WHERE, budget_cents
from planner.choice._rules import Problem, problem
from planner.choice._tables import cheapest, chosen_projects, totals
from planner.choice.entry import ChoiceEntry
from planner.words import listing


@dataclass(frozen=True)
class Chosen:
    """A choice of projects.

    Attributes
    ----------
    table, totals
        Tables `chosen_projects` and `choice_totals`.
    objective, bound
        What was sought (public US dollars, premises, towns, or value) and what no choice within the rules betters.
    gap
        Their difference by the larger of the objective and 1.
    seconds
        Wall time.
    proven
        Whether the choice was proved best.
    """

    table: pd.DataFrame
    totals: pd.DataFrame
    objective: float
    bound: float
    gap: float
    seconds: float
    proven: bool


def cheapest_mix(options: pd.DataFrame) -> pd.DataFrame:
    """Return each town's least-cost option that reaches the target, each town by itself.

    Parameters
    ----------
    options
        Table `project_options`.

    Returns
    -------
    pandas.DataFrame
        Table `chosen_projects`. Least in public cost, of equals the first by `option_id`. Neighbours, budget and
        decisions play no part: a shared option is priced as if a neighbour shared it. A town that meets the target
        today, or that no option brings there, has no option, and `reason` says why.

    Raises
    ------
    LayerError, PlanError
        Where the options are not sound.
    """
    return cheapest(options)


def choose(
    options: pd.DataFrame,
    neighbours: pd.DataFrame,
    settings: ChoiceEntry,
    decided: pd.DataFrame | None = None,
    value: Mapping[str, float] | None = None,
) -> Chosen:
    """Choose one project at most for each town, exactly.

    Parameters
    ----------
    options
        Table `project_options`.
    neighbours
        Pairs of codes in `town_geoid` and `neighbour`; one direction is enough.
    settings
        Table ``[choice]`` of the region file.
    decided
        Layer `decided_projects`, or None.
    value
        What it is worth that a town meets the target, by code; only for the objective ``value``.

    Returns
    -------
    Chosen

    Raises
    ------
    LayerError
        Where options or decisions are not as declared: negative costs, options that repeat.
    PlanError
        Where a decision names a town or option that is not there, or the floor and decisions cannot be met, at all or
        within the budget (the message names the towns and the least budget), or no choice was found in time.

    Notes
    -----
    A whole-number programme, solved by HiGHS without a gap, goal after goal: each goal is held at its best while the next
    one is sought, and the last one is the order of the options, so that ties do not rest on chance. Money is in whole
    cents; every answer is checked in whole numbers.
    """
    begun = time.perf_counter()
    deadline = begun + settings.seconds
    asked = problem(options, neighbours, settings, decided)
    sought, main = goals(asked.options, settings.objective, value)
    rules = within(asked, settings.budget_usd, deadline)
    found = best([goal.weights for goal in sought], rules, deadline)
    if found is None:
        raise too_slow(settings)
    proven = len(found) >= len(sought) - 1 and all(step.proven for step in found[: len(sought) - 1])
    chosen, goal = found[-1].chosen, sought[main]
    objective = goal.read(float(goal.weights @ chosen.astype(np.int64)))
    bound = goal.read(found[main].bound) if len(found) > main else (0.0 if not goal.more else float("inf"))
    table = chosen_projects(asked, chosen, settings)
    return Chosen(
        table=table,
        totals=totals(asked, chosen, table, settings, proven=proven),
        objective=objective,
        bound=bound,
        gap=abs(objective - bound) / max(abs(objective), 1.0),
        seconds=time.perf_counter() - begun,
        proven=proven,
    )


def too_slow(settings: ChoiceEntry) -> PlanError:
    """Return the error of a search without any result."""
    return PlanError(WHERE, [f"no choice was found within {settings.seconds:g} seconds; raise seconds"])


def within(asked: Problem, budget_usd: float | None, deadline: float) -> Rules:
    """Return the rules with the budget, or say what is the least that the floor and decisions need."""
    if budget_usd is None:
        return asked.rules
    money = budget_cents(budget_usd)
    if asked.must.any():
        least = solve(asked.options.public, asked.rules, deadline)
        if least is not None and least.proven and least.objective > money:
            names = [str(name) for name in asked.options.towns["town"][asked.must]]
            shown = listing(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
            fault = (
                f"budget_usd of {budget_usd:,.2f} is too little for the floor and decided projects, which need"
                f" {least.objective / 100:,.2f} of public money at least; towns that must have a project: {shown};"
                " raise budget_usd or lower floor_share"
            )
            raise PlanError(WHERE, [fault])
    return asked.rules.plus(asked.options.public, money)
