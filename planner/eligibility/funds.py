"""The money and partners of one place: from a screening to shares, awards, stacked grants and members to find."""

import math
from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from planner.eligibility.engine import Screened, Screening
from planner.eligibility.evidence import Evidence
from planner.eligibility.money import Place, as_table, awards, shares
from planner.eligibility.partners import complete
from planner.eligibility.stacking import Stacked, offer, stack
from planner.eligibility.verdict import ELIGIBLE
from planner.programmes.measures import measures
from planner.tables import nothing


def place_of(found: Screened, known: Evidence, place: int) -> Place:
    """Return what is known of one place that a programme's money depends on.

    Parameters
    ----------
    found
        The programme, screened.
    known
        Evidence of the unit.
    place
        Position of the place.
    """
    gaps = {name: float(test.figures.compared[place]) for name, test in found.tests.items() if test.figures is not None}
    wanted = {award.persons for award in found.programme.awards if award.persons}
    persons = {name: _figure(known, name, place) for name in wanted}
    verdicts = {name: int(test.verdict[place]) for name, test in found.tests.items()}
    return Place(found.unit, verdicts, gaps, persons)


def _figure(known: Evidence, measure: str, place: int) -> float:
    """Return a measure of one place by the first way that has it; NaN where none has."""
    values = (float(known.figures(measure, way, "").value[place]) for way in range(len(measures()[measure].ways)))
    return next((value for value in values if not math.isnan(value)), math.nan)


def money_table(screening: Screening, unit: str, place: int) -> pd.DataFrame:
    """Return table `programme_money` of one place: shares and awards of every programme screened for its unit."""
    code = str(screening.evidence[unit].places["place_id"].iloc[place])
    parts = []
    for found in _of_unit(screening, unit):
        mine = place_of(found, screening.evidence[unit], place)
        day = screening.day
        parts.append(
            as_table(found.programme, code, (*shares(found.programme, day, mine), *awards(found.programme, day, mine)))
        )
    return pd.concat(parts, ignore_index=True) if parts else nothing("programme_money")


def _of_unit(screening: Screening, unit: str) -> list[Screened]:
    return [found for (_, kind), found in screening.screened.items() if kind == unit]


def stacked(screening: Screening, unit: str, place: int, costs: pd.DataFrame, usable: Iterable[str]) -> Stacked:
    """Return who can pay for the projects of a place: programmes it is eligible for, with a status that is usable.

    Parameters
    ----------
    screening, unit, place
        The place.
    costs
        Layer `project_costs`.
    usable
        Statuses of programmes that can be applied for, such as ``open``.
    """
    statuses = set(usable)
    offers, doubtful = [], set()
    for found in _of_unit(screening, unit):
        status = found.programme.status_on(screening.day)
        if found.verdict[place] == ELIGIBLE and status is not None and status.is_ in statuses:
            offers.append(offer(found.programme, screening.day, place_of(found, screening.evidence[unit], place)))
            doubtful |= {found.programme.name} if status.is_ == "not known" else set()
    result = stack(costs, offers)
    said = sorted(doubtful & set(result.table["payer"]))
    notes = [f"{name}: whether it is open on {screening.day} is not known; counted as if it were" for name in said]
    return replace(result, notes=(*result.notes, *notes))


def consortium(screening: Screening, members: pd.DataFrame) -> pd.DataFrame:
    """Return table `consortium_check` for the programmes that layer `consortium_members` names."""
    asked = set(members["programme"])
    rules = {found.programme.name: found.programme for found in screening.screened.values()}
    parts = [
        complete(rules[name], screening.day, members[members["programme"] == name])
        for name in sorted(asked & set(rules))
    ]
    return pd.concat(parts, ignore_index=True) if parts else nothing("consortium_check")
