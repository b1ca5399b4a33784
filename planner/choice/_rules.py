"""What a choice must obey: one option a town, decisions, the floor, neighbours that share, the budget."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array, vstack

from layers import PlanError
from planner.choice._milp import Flags, Rules
from planner.choice._options import WHERE, Options, apply_decided, options_of
from planner.choice.entry import ChoiceEntry
from planner.words import listing, percent


@dataclass(frozen=True)
class Problem:
    """Options with the rules of their choice, without the budget.

    Attributes
    ----------
    options
        All options.
    open
        Options that decisions, the floor and neighbours leave.
    decided, must
        Towns that are decided, and towns that must have a project.
    rules
        Rows over all options.
    """

    options: Options
    open: Flags
    decided: Flags
    must: Flags
    rules: Rules


def problem(
    table: pd.DataFrame, neighbours: pd.DataFrame, settings: ChoiceEntry, decided: pd.DataFrame | None
) -> Problem:
    """Return the problem.

    Raises
    ------
    LayerError, PlanError
        Where options or decisions are not sound, or the floor and decisions cannot be met at any cost.

    Notes
    -----
    A shared option without a neighbour that may share falls away, until none is left to fall. Where all towns with shared
    options left take one, each has its neighbour; so a choice exists if and only if every town that must have a project
    has an option left.
    """
    options = options_of(table)
    links = _links(options, neighbours)
    by_decision, fixed = apply_decided(options, decided)
    by_floor, low = _floor(options, settings.floor_share)
    after = by_decision & by_floor & (allowed(options, settings) | fixed[options.town])
    left = _sharing(options, after, links)
    silent = fixed & ~_has(options, by_decision)  # decided to have no project
    must = (fixed & ~silent) | low
    faults = _lost(options, must & ~_has(options, left), (fixed, silent, _has(options, after)), settings.floor_share)
    if faults:
        raise PlanError(WHERE, faults)
    return Problem(options, left, fixed, must, _rules(options, left, must, links))


def _links(options: Options, neighbours: pd.DataFrame) -> csr_array:
    """Return which towns are neighbours, both ways; pairs with a town that has no option say nothing."""
    codes = pd.Index(options.towns["town_geoid"])
    one = codes.get_indexer(pd.Index(neighbours["town_geoid"]))
    two = codes.get_indexer(pd.Index(neighbours["neighbour"]))
    known = (one >= 0) & (two >= 0) & (one != two)
    rows, columns = np.append(one[known], two[known]), np.append(two[known], one[known])
    size = len(codes)
    matrix = csr_array(coo_array((np.ones(len(rows), np.int64), (rows, columns)), (size, size)))
    matrix.data[:] = 1
    return matrix


def _has(options: Options, left: Flags) -> Flags:
    has: Flags = np.bincount(options.town[left], minlength=len(options.towns)) > 0
    return has


def allowed(options: Options, settings: ChoiceEntry) -> Flags:
    """Return which options are of a model and speed that may be chosen."""
    table = options.table
    slow = (table["down_mbps"] < settings.down_mbps) | (table["up_mbps"] < settings.up_mbps)
    allowed = ~slow if settings.models is None else ~slow & table["model"].isin(settings.models)
    return allowed.to_numpy(bool)


def _floor(options: Options, share: Fraction | None) -> tuple[Flags, Flags]:
    """Return which options lie above the floor, and which towns do not without a project."""
    if share is None:
        return np.ones(len(options.table), bool), np.zeros(len(options.towns), bool)

    def above(served: pd.Series, premises: pd.Series) -> Flags:
        enough = (
            served.fillna(0).to_numpy(np.int64) * share.denominator >= premises.to_numpy(np.int64) * share.numerator
        )
        return np.asarray(enough, bool)

    table, towns = options.table, options.towns
    return above(table["served_after"], table["premises"]), ~above(towns["served_before"], towns["premises"])


def _sharing(options: Options, left: Flags, links: csr_array) -> Flags:
    """Leave out shared options that no neighbour can share, until none is left to leave out."""
    shared = options.table["shared"].to_numpy(bool)
    while True:
        towns = _has(options, left & shared).astype(np.int64)
        kept: Flags = left & (~shared | (links @ towns > 0)[options.town])
        if (kept == left).all():
            return kept
        left = kept


def _lost(options: Options, lost: Flags, why: tuple[Flags, Flags, Flags], share: Fraction | None) -> list[str]:
    """Say which towns have no option left, each with its reason."""
    if not lost.any():
        return []
    fixed, silent, above = why
    reasons = np.select(
        [silent, above, fixed],
        ["decided to have no project", "its options need a neighbour that shares", "its decided project stays below"],
        "no option that may be chosen reaches it",
    )
    names = [f"{town} ({reason})" for town, reason in zip(options.towns["town"][lost], reasons[lost], strict=True)]
    shown = listing(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
    what = "decided projects" if share is None else f"the floor of {percent(share)} and decided projects"
    remedy = "correct the decisions" if share is None else "lower floor_share"
    return [f"{what} cannot be met at any cost in {shown}; {remedy}, or give these towns other options"]


def _rules(options: Options, left: Flags, must: Flags, links: csr_array) -> Rules:
    towns, count = len(options.towns), len(options.table)
    one = _by_town(options, np.ones(count, bool))
    shared = _by_town(options, options.table["shared"].to_numpy(bool))
    rows = [
        (one, np.ones(towns)),  # one at most
        (csr_array(-one[np.flatnonzero(must)]), -np.ones(int(must.sum()))),  # one at least
        (csr_array(shared - links @ shared), np.zeros(towns)),  # shared with a neighbour
        (csr_array((~left).astype(np.int64)[None, :]), np.zeros(1)),  # what fell away
    ]
    matrix = csr_array(vstack([row for row, _ in rows]))
    return Rules(matrix, np.concatenate([most for _, most in rows]).astype(np.int64))


def _by_town(options: Options, which: Flags) -> csr_array:
    """Return a row a town with 1 where an option is the town's and is meant."""
    at = np.flatnonzero(which)
    shape = (len(options.towns), len(options.table))
    return csr_array(coo_array((np.ones(len(at), np.int64), (options.town[at], at)), shape))
