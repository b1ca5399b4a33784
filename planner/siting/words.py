"""Why a site was chosen, in words, and what its conditions are."""

from collections.abc import Sequence

import numpy as np

from planner.siting.alternatives import Move
from planner.siting.candidates import Candidates
from planner.siting.entry import ConditionEntry, SitingEntry
from planner.siting.model import UNITS, Problem
from planner.words import METRES_PER_MILE, miles, percent, usd


def amount(problem: Problem, value: float) -> str:
    """Return a value of the model with its unit, such as ``7.6 miles``."""
    unit = UNITS[problem.entry.model]
    if unit == "m":
        return f"{value / METRES_PER_MILE:,.2f} miles"
    return {"sites": f"{value:,.0f} sites", "share": f"{value:.2%} of demand", "usd": f"{value:,.0f} USD"}[unit]


def objective(entry: SitingEntry) -> str:
    """Return what the model makes least or most, in words."""
    said = {
        "p-median": "least mean distance of demand to its nearest site",
        "hub with satellites": "least mean distance of demand to its nearest hub or satellite",
        "p-center": "shortest longest distance of demand to its nearest site",
        "set cover": "fewest or cheapest sites that have all demand within reach",
        "maximal cover": "most demand within reach of a site",
        "fixed charge": "least cost of sites and distance",
    }[entry.model]
    if entry.scenarios:
        return f"{said}, {entry.aim} over {len(entry.scenarios)} scenarios"
    return (
        f"{said}, with readiness counted: the readiest places are worth {miles(entry.readiness_m)}"
        if entry.readiness_m
        else said
    )


def measured(entry: SitingEntry) -> str:
    """Return what the value is, as a sentence about one site names it."""
    name = {
        "p-median": "the mean distance",
        "hub with satellites": "the mean distance",
        "p-center": "the longest distance",
        "set cover": "the value",
        "maximal cover": "what is within reach",
        "fixed charge": "the cost",
    }[entry.model]
    if entry.scenarios:
        name = {
            "expected": "the expected mean distance",
            "worst": "the worst mean distance",
            "regret": "the largest regret",
        }[entry.aim]
    return f"{name}, readiness counted," if entry.readiness_m else name


def condition(each: ConditionEntry) -> str:
    """Return a condition in words."""
    group = groups_said(each.group)
    if each.kind == "share":
        return f"at least {percent(float(each.least or 0))} of the sites of {group}"
    if each.kind == "number":
        parts = [f"at least {int(each.least)}"] if each.least is not None else []
        parts += [f"at most {each.most}"] if each.most is not None else []
        return f"{' and '.join(parts)} of {group}"
    return f"{'all hubs' if each.kind == 'hub' else 'all sites'} of {group}"


def met(problem: Problem, site: int) -> str | None:
    """Return the groups of conditions that a site belongs to."""
    mine = [name for name, who in problem.asked.groups.items() if who.yes[site]]
    return "; ".join(sorted(mine)) or None


def groups_said(groups: str) -> str:
    """Return groups, such as ``kind:university; state:MA``, as words."""
    return groups.replace(":", " ").replace("; ", " and ")


def why(problem: Problem, found: Candidates, move: Move, value: float, facts: Sequence[str]) -> str:
    """Return why a site was chosen, in parts with semicolons between them.

    Parameters
    ----------
    problem, found
        The problem and its candidates.
    move
        The site, and what becomes of the value without it or elsewhere.
    value
        Value as chosen.
    facts
        What it serves, and its hub.
    """
    names = found.table["candidate"]
    parts = list(facts)
    if problem.score[move.site] > 0:
        parts.append(f"readiness of its place: {problem.score[move.site]:.2f} of 1")
    if groups := met(problem, move.site):
        parts.append(f"counts for the condition on {groups_said(groups)}")
    if found.ids[move.site] in problem.entry.must:
        parts.append("the region file asks for it")
    if not np.isnan(cost := problem.asked.cost_usd[move.site]):
        parts.append(f"a site here costs {usd(cost)}")
    if np.isnan(move.without):
        parts.append("without it not all demand can be served")
    else:
        changed = f"{amount(problem, move.without)} instead of {amount(problem, value)}"
        parts.append(f"without it {measured(problem.entry)} would be {changed}")
    if move.instead >= 0:
        parts.append(f"the best other place for it, {names.iloc[move.instead]}, gives {amount(problem, move.moved)}")
    else:
        parts.append("no other candidate can take its place under the conditions")
    return "; ".join(parts)
