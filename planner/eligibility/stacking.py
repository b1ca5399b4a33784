"""Grants on top of each other: the most that several programmes can bear of projects, no cost paid twice."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from layers import PlanError
from planner.eligibility._stack import Group, Limit, Problem, best_grants
from planner.eligibility.money import Awarded, Place, awards, shares
from planner.programmes import names
from planner.programmes.rule import Programme, Stacking
from planner.tables import checked, nothing

OWN: Final = "own money"
_NEEDED: Final = ("project", "line", "activity", "cost_usd")
_CENT: Final = 1e-3


@dataclass(frozen=True)
class Bound:
    """Least and most USD of one award, for the activities named; for all where none are. Infinite where not limited."""

    activities: tuple[str, ...]
    least_usd: float
    most_usd: float


@dataclass(frozen=True)
class Offer:
    """What one programme can bear at a place.

    Attributes
    ----------
    programme, payer
        Its name, and whose money it is.
    percent
        Highest share that surely applies, by activity.
    bounds
        Sizes of awards.
    stacking
        How its money stands to other money.
    notes
        What could not be taken into account, in words.
    """

    programme: str
    payer: str
    percent: Mapping[str, float]
    bounds: tuple[Bound, ...] = ()
    stacking: tuple[Stacking, ...] = ()
    notes: tuple[str, ...] = ()

    def says_of(self, other: "Offer") -> frozenset[str]:
        """Return its rules for another programme's money: by its name, by whose money it is, or for any."""
        named: dict[str, set[str]] = {other.programme: set(), other.payer: set(), "any": set()}
        for each in self.stacking:
            if each.whose in named:
                named[each.whose].add(each.rule)
        rules = set().union(*named.values())
        match = next((found for each in named.values() if (found := each & {"may match", "not match"})), set())
        return frozenset(rules - {"may match", "not match"} | match)

    def takes_as_match(self, other: "Offer") -> bool:
        """Whether another programme's money counts as the share that this one leaves to others.

        Where its rules do not say: money of another government does, money of the same one does not.
        """
        said = self.says_of(other) & {"may match", "not match"}
        return "may match" in said if said else self.payer != other.payer

    @property
    def once(self) -> bool:
        """Whether it makes one award only."""
        return any(each.rule == "once" for each in self.stacking)


@dataclass(frozen=True, eq=False)
class Stacked:
    """Who bears what.

    Attributes
    ----------
    table
        Table `stacked_money`: by line, the payers' sums and what remains add up to the cost, to the cent.
    grants_usd
        Total of all grants.
    proven
        Whether no other way brings more, but for cents.
    notes
        What could not be taken into account, in words.
    """

    table: pd.DataFrame
    grants_usd: float
    proven: bool
    notes: tuple[str, ...]


def offer(programme: Programme, day: dt.date, place: Place) -> Offer:
    """Return what a programme can bear at a place on a day; what is not sure brings nothing.

    An award that is not known, or whose cap is below its floor, keeps its activity out.
    """
    percent = {each.activity: each.most_percent for each in shares(programme, day, place) if each.counts}
    sizes = [each for each in awards(programme, day, place) if not each.typical]
    notes = [f"{programme.name}: award for {each.activity}: {each.says}" for each in sizes if each.result != "amount"]
    if not percent:
        notes.append(f"{programme.name}: no share surely applies on {day}; it brings nothing")
    held = tuple(each for each in programme.stacking if each.holds(day))
    return Offer(
        programme.name, programme.payer, percent, tuple(_bound(each, percent) for each in sizes), held, tuple(notes)
    )


def _bound(award: Awarded, percent: Mapping[str, float]) -> Bound:
    activities = (award.activity,) if award.activity in percent else ()
    if award.result != "amount":
        return Bound(activities, 0.0, 0.0)
    least = 0.0 if math.isnan(award.least_usd) else award.least_usd
    return Bound(activities, least, math.inf if math.isnan(award.most_usd) else award.most_usd)


def stack(costs: pd.DataFrame, offers: Sequence[Offer]) -> Stacked:
    """Return the largest total of grants for the projects of one place or recipient.

    Parameters
    ----------
    costs
        Layer `project_costs`.
    offers
        What each programme can bear.

    Returns
    -------
    Stacked
        No cost is paid twice. Of each activity in a project, a programme and all money that it does not take as match
        bear no more than its share. An award stays within its limits. Programmes that exclude each other do not share
        a cost, and a cost that one of them pays is no part of the other's project. Of ways that bring as much, one
        with the fewest awards.

    Raises
    ------
    PlanError
        Where columns are missing, a line's cost is given twice with other figures, or a programme is offered twice.

    Notes
    -----
    A mixed integer programme (HiGHS); with its yes-or-no answers fixed, sums are solved once more without them.
    """
    rows = _costs(costs)
    ordered = sorted(offers, key=lambda each: each.programme)
    _check_offers(ordered)
    lines = rows.groupby(["project", "line"], sort=True)["cost_usd"].first().reset_index()
    activity = [[_activity(rows, each, line) for line in lines.itertuples()] for each in ordered]
    notes = tuple(note for each in ordered for note in (*each.notes, *_unread(each, ordered)))
    problem = _problem(lines, ordered, activity)
    found, proven = best_grants(problem)
    cents = np.floor(found * 100 + _CENT).astype(np.int64)
    table = _table(lines, ordered, activity, cents)
    return Stacked(table, float(cents.sum()) / 100, proven, notes)


def _costs(costs: pd.DataFrame) -> pd.DataFrame:
    lost = [name for name in _NEEDED if name not in costs]
    if lost:
        raise PlanError("stacking", [f"project costs lack the columns {', '.join(lost)}; add them"])
    rows = costs.assign(programme=costs.get("programme"))
    faults = []
    for (project, line), group in rows.groupby(["project", "line"], sort=True):
        if len(set(group["cost_usd"])) > 1:
            faults.append(f"line '{line}' of project '{project}' has more than one cost; give one")
    if rows["cost_usd"].isna().any() or (rows["cost_usd"] < 0).any():
        faults.append("a cost is not known or negative; give it, or leave the line out")
    if faults:
        raise PlanError("stacking", faults)
    return rows


def _check_offers(offers: Sequence[Offer]) -> None:
    names = [each.programme for each in offers]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise PlanError("stacking", [f"programme '{name}' is offered twice; offer it once" for name in twice])


def _activity(rows: pd.DataFrame, each: Offer, line: object) -> str:
    """Return as which activity a programme bears a line: its own rows first; empty where it does not."""
    here = rows[(rows["project"] == line.project) & (rows["line"] == line.line)]  # type: ignore[attr-defined]
    own = here[here["programme"] == each.programme]
    usable = own if len(own) else here[here["programme"].isna()]
    return max(
        (name for name in usable["activity"] if name in each.percent),
        key=lambda name: (each.percent[name], name),
        default="",
    )


def _unread(each: Offer, offers: Sequence[Offer]) -> list[str]:
    """Return rules in words that name no programme and no payer, for a reader to judge."""
    known = {"any", "federal", "state", *names(), *(other.programme for other in offers)}
    return [
        f"{each.programme}: not taken into account: {rule.rule}: {rule.others}"
        for rule in each.stacking
        if rule.rule != "once" and rule.whose not in known
    ]


def _problem(lines: pd.DataFrame, offers: Sequence[Offer], activity: list[list[str]]) -> Problem:
    project = lines["project"].to_numpy()
    groups, limits, once = [], [], []
    for number, each in enumerate(offers):
        for name in sorted(set(project)):
            mine = [place for place in range(len(lines)) if project[place] == name and activity[number][place]]
            for kind in sorted({activity[number][place] for place in mine}):
                part = [place for place in mine if activity[number][place] == kind]
                groups.append(Group(number, part, each.percent[kind] / 100))
            limits += [_limit(number, mine, activity[number], bound) for bound in each.bounds]
            limits.append(Limit(number, mine, 0.0, math.inf, award=True))
        if each.once:
            once.append(number)
    pairs = [(one, two) for one in range(len(offers)) for two in range(len(offers)) if one != two]
    return Problem(
        lines["cost_usd"].to_numpy(np.float64), np.array([[bool(kind) for kind in row] for row in activity], bool).reshape(len(offers), len(lines)),
        groups, [each for each in limits if each.lines], once,
        [pair for pair in pairs if not offers[pair[0]].takes_as_match(offers[pair[1]])],
        [pair for pair in pairs if "excludes" in offers[pair[0]].says_of(offers[pair[1]])],
    )  # fmt: skip


def _limit(number: int, mine: list[int], activity: list[str], bound: Bound) -> Limit:
    part = [place for place in mine if not bound.activities or activity[place] in bound.activities]
    return Limit(number, part, bound.least_usd, bound.most_usd, award=False)


def _table(lines: pd.DataFrame, offers: Sequence[Offer], activity: list[list[str]], cents: np.ndarray) -> pd.DataFrame:
    rows = []
    for place, line in enumerate(lines.to_dict("records")):
        cost = round(line["cost_usd"] * 100)
        for number, each in enumerate(offers):
            if cents[number, place]:
                says = f"{activity[number][place]}: up to {each.percent[activity[number][place]]:g} percent"
                rows.append(
                    {**line, "payer": each.programme, "money": each.payer, "amount": cents[number, place], "says": says}
                )
        rest = cost - int(cents[:, place].sum())
        if rest or not cents[:, place].any():
            rows.append({**line, "payer": OWN, "money": "own", "amount": rest, "says": "what no grant bears"})
    if not rows:
        return nothing("stacked_money")
    table = pd.DataFrame(rows)
    share = (table["amount"] / (table["cost_usd"] * 100).where(table["cost_usd"] > 0)).clip(upper=1)
    return checked("stacked_money", table.assign(amount_usd=table["amount"] / 100, share=share, origin="modelled"))
