"""What a programme pays at most: shares of the cost by activity, the size of an award, and what is left to others."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import pandas as pd

from layers import PlanError
from planner.eligibility.verdict import ELIGIBLE, NOT_KNOWN, WORDS, Verdicts, decide
from planner.programmes.rule import AllOf, Award, Name, Programme, Share, Terms, tests_of
from planner.tables import checked, nothing

AwardResult = Literal["amount", "cap below floor", "not known"]
_MOST_USD: Final = 1e13
_CENT: Final = 1e-4  # parts of a cent that are arithmetic, not money


@dataclass(frozen=True)
class Place:
    """What is known of a place that money depends on.

    Attributes
    ----------
    unit
        Kind of place.
    verdicts
        Verdict of each test of the programme (`planner.eligibility.verdict`); not known where a test is not among them.
    gap_points
        By test, how many points the place lies from its reference: nation less place for ``points below``.
    persons
        Counts of persons by measure.
    """

    unit: str
    verdicts: Mapping[Name, int] = field(default_factory=dict)
    gap_points: Mapping[Name, float] = field(default_factory=dict)
    persons: Mapping[Name, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ShareOf:
    """A share that the programme bears at most of an activity.

    Attributes
    ----------
    most_percent
        The share; NaN where no figure holds on the day.
    applies
        Verdict on its condition; eligible where it has none.
    counts
        Whether it is the highest of its activity that surely applies.
    """

    activity: str
    most_percent: float
    applies: int
    counts: bool
    says: str
    citation: str
    note: str


@dataclass(frozen=True)
class Awarded:
    """The size of an award.

    Attributes
    ----------
    least_usd, most_usd
        NaN where there is no such limit, or it is not known. `most_usd` is the lesser of the fixed limit and the cap.
    cap_usd
        Cap computed from gap, persons and dollars a person; NaN where none is or a figure is missing.
    result
        ``cap below floor`` where the law's cap is less than its own floor: then no amount is given.
    typical
        Whether the figures are what was usual, not limits.
    """

    activity: str
    least_usd: float
    most_usd: float
    cap_usd: float
    result: AwardResult
    typical: bool
    says: str
    citation: str
    note: str


@dataclass(frozen=True)
class Split:
    """A project's cost in dollars: what the grant bears, and what is left to others. They sum to the cost."""

    grant_usd: float
    other_usd: float


def shares(programme: Programme, day: dt.date, place: Place) -> tuple[ShareOf, ...]:
    """Return the shares of a programme that hold on a day, by activity in the order of the rule file.

    A share whose condition is borderline or not known is shown, and does not count.
    """
    held = [each for each in programme.shares if each.holds(day)]
    figures = [programme.parameters[each.most_percent].at(day) for each in held]
    percent = [math.nan if each is None else each.value for each in figures]
    applies = [_applies(programme, each.when, day, place.verdicts) for each in held]
    best: dict[str, int] = {}
    for number, each in enumerate(held):
        sure = applies[number] == ELIGIBLE and math.isfinite(percent[number])
        if sure and (each.activity not in best or percent[number] > percent[best[each.activity]]):
            best[each.activity] = number
    order = sorted(range(len(held)), key=lambda number: [each.activity for each in held].index(held[number].activity))
    return tuple(
        ShareOf(
            held[number].activity, percent[number], applies[number], best.get(held[number].activity) == number,
            _share_says(programme, held[number], percent[number], applies[number]), held[number].citation,
            held[number].note,
        )
        for number in order
    )  # fmt: skip


def _applies(programme: Programme, terms: Terms | None, day: dt.date, verdicts: Mapping[Name, int]) -> int:
    """Return the verdict on a condition; not known where none of its tests holds on the day."""
    if terms is None:
        return ELIGIBLE
    held: dict[str, Verdicts] = {
        name: np.array([verdicts.get(name, NOT_KNOWN)], np.int8)
        for name in tests_of(terms)
        if programme.tests[name].holds(day)
    }
    found = decide(terms, held)
    return NOT_KNOWN if found is None else int(found[0])


def _share_says(programme: Programme, share: Share, percent: float, applies: int) -> str:
    if not math.isfinite(percent):
        return f"parameter '{share.most_percent}' has no figure on the day"
    if share.when is None:
        return f"up to {percent:g} percent"
    asked = _spoken(programme, share.when)
    return f"up to {percent:g} percent if {asked}" + ("" if applies == ELIGIBLE else f": {WORDS[applies]}")


def _spoken(programme: Programme, terms: Terms) -> str:
    items = terms.all if isinstance(terms, AllOf) else terms.any
    words = [
        f"'{programme.tests[each].title}'" if isinstance(each, str) else f"({_spoken(programme, each)})"
        for each in items
    ]
    return (" and " if isinstance(terms, AllOf) else " or ").join(words)


def awards(programme: Programme, day: dt.date, place: Place) -> tuple[Awarded, ...]:
    """Return the sizes of awards to a place of its unit on a day, in the order of the rule file.

    A computed cap is points of the gap / 100 * persons * dollars a person; a gap below 0 counts as 0.
    """
    held = [each for each in programme.awards if each.holds(day) and (not each.units or place.unit in each.units)]
    return tuple(_award(programme, each, day, place) for each in held)


def _award(programme: Programme, award: Award, day: dt.date, place: Place) -> Awarded:
    least, fixed = (_figure(programme, name, day) for name in (award.least_usd, award.most_usd))
    cap = _cap(programme, award, day, place)
    lost = [name for name, wanted, value in (("least_usd", award.least_usd, least), ("most_usd", award.most_usd, fixed),
            ("computed cap", award.gap_test, cap)) if wanted and not math.isfinite(value)]  # fmt: skip
    limits = [value for value in (fixed, cap) if math.isfinite(value)]
    most = min(limits, default=math.nan)
    result: AwardResult = "amount"
    says = _range_says(least, most)
    if lost:
        result, most = "not known", math.nan
        says = f"not known: {', '.join(lost)}"
    elif most < least:
        result, most = "cap below floor", math.nan
        says = f"cap below floor: {min(limits):,.0f} is less than {least:,.0f} USD"
    return Awarded(award.activity, least, most, cap, result, award.typical, says, award.citation, award.note)


def _figure(programme: Programme, name: Name | None, day: dt.date) -> float:
    value = programme.parameters[name].at(day) if name else None
    return math.nan if value is None else value.value


def _cap(programme: Programme, award: Award, day: dt.date, place: Place) -> float:
    if not (award.gap_test and award.persons and award.usd_per_person):
        return math.nan
    gap = place.gap_points.get(award.gap_test, math.nan)
    persons = place.persons.get(award.persons, math.nan)
    known = gap if math.isnan(gap) else max(gap, 0.0)
    return round(known / 100 * persons * _figure(programme, award.usd_per_person, day), 2)


def _range_says(least: float, most: float) -> str:
    words = [
        f"{name} {value:,.0f} USD" for name, value in (("at least", least), ("at most", most)) if math.isfinite(value)
    ]
    return ", ".join(words) or "no limit given"


def split(cost_usd: float, most_percent: float, most_usd: float = math.inf) -> Split:
    """Return what a grant bears of a project's cost, to the cent, and what is left as match.

    Raises
    ------
    PlanError
        Where cost or share are not figures from 0, or the share is above 100.
    """
    if not (0 <= cost_usd <= _MOST_USD and 0 <= most_percent <= 100 and most_usd >= 0):
        raise PlanError(
            "match",
            [f"cost must be 0 to {_MOST_USD:,.0f} USD, the share 0 to 100 percent and the cap 0 or more; give figures"],
        )
    cents = min(
        math.floor(cost_usd * most_percent + _CENT),
        math.floor(most_usd * 100 + _CENT) if most_usd < math.inf else math.inf,
    )
    grant = min(cents / 100, cost_usd)
    return Split(grant, round(cost_usd - grant, 2))


def as_table(programme: Programme, place_id: str, found: Iterable[ShareOf | Awarded]) -> pd.DataFrame:
    """Return table `programme_money` of a place: a row for each share and award."""
    rows = [_row(each) | {"programme": programme.name, "place_id": place_id, "row": number + 1}
            for number, each in enumerate(found)]  # fmt: skip
    return checked("programme_money", pd.DataFrame(rows)) if rows else nothing("programme_money")


def _row(each: ShareOf | Awarded) -> dict[str, object]:
    shared = {"activity": each.activity, "says": each.says, "citation": each.citation, "note": each.note}
    if isinstance(each, ShareOf):
        return {**shared, "kind": "share", "most_percent": each.most_percent, "least_usd": math.nan,
                "most_usd": math.nan, "cap_usd": math.nan, "result": WORDS[each.applies], "counts": each.counts}  # fmt: skip
    return {
        **shared, "kind": "typical award" if each.typical else "award", "most_percent": math.nan,
        "least_usd": each.least_usd, "most_usd": each.most_usd, "cap_usd": each.cap_usd, "result": each.result,
        "counts": each.result == "amount" and not each.typical,
    }  # fmt: skip
