"""The match calculator: who pays a project's cost, and what is still to be found."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from layers import PlanError
from planner.eligibility.engine import Screening
from planner.eligibility.funds import place_of
from planner.eligibility.money import awards, shares, split
from planner.eligibility.verdict import WORDS
from planner.tables import checked
from planner.words import listing, usd

_GRANT: Final = "grant"
_MISSING: Final = "still to be found"


@dataclass(frozen=True)
class Project:
    """A project: its cost in dollars, what others promised by name, and its activity, empty where none is named."""

    cost_usd: float
    promises: Mapping[str, float] = field(default_factory=dict)
    activity: str = ""


def match(
    cost_usd: float, most_percent: float, partners_usd: Mapping[str, float], most_usd: float = math.inf
) -> pd.DataFrame:
    """Return table `match`: who pays a project's cost, and what is still to be found.

    Parameters
    ----------
    cost_usd
        Cost of the project.
    most_percent, most_usd
        What a grant bears at most.
    partners_usd
        What others have promised, by name. More than the match lowers the grant.

    Raises
    ------
    PlanError
        Where a figure is negative, or the promises exceed the cost.
    """
    found = split(cost_usd, most_percent, most_usd)
    promised = math.fsum(partners_usd.values())
    taken = [name for name in partners_usd if name in (_GRANT, _MISSING)]
    if taken:
        raise PlanError("match", [f"'{taken[0]}' is a line of the table and cannot name a partner; call it otherwise"])
    wrong = [name for name, each in partners_usd.items() if not 0 <= each < math.inf]
    if wrong or promised > cost_usd:
        fault = (
            f"'{wrong[0]}' promises no figure of 0 or more"
            if wrong
            else f"promises of {promised:,.2f} USD exceed the cost of {cost_usd:,.2f} USD"
        )
        raise PlanError("match", [f"{fault}; correct it"])
    grant = min(found.grant_usd, round(cost_usd - promised, 2))
    missing = round(cost_usd - grant - promised, 2)
    rows = [(_GRANT, grant), *partners_usd.items(), (_MISSING, missing)]
    table = pd.DataFrame(rows, columns=["payer", "amount_usd"])
    return checked("match", table.assign(share=table["amount_usd"] / cost_usd if cost_usd else 0.0))


def match_of(
    screening: Screening, unit: str, place: int, name: str, project: Project
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return table `match` of a project of a place under a programme, and what it rests on.

    Parameters
    ----------
    screening, unit, place, name
        The place and the programme, which was screened for its unit.
    project
        Its activity may be empty where the programme has one share.

    Raises
    ------
    PlanError
        Where the programme has no share that surely applies, or several and no activity is named.
    """
    found = screening.of(name, unit)
    money = place_of(found, screening.evidence[unit], place)
    told = shares(found.programme, screening.day, money)
    sure = {each.activity: each for each in told if each.counts}
    where, activity = f"match under '{name}'", project.activity
    if not sure:
        reasons = listing([f"{each.activity}: {each.says}" for each in told])
        raise PlanError(where, [f"no share of the cost surely applies on {screening.day} ({reasons or 'its rule file has none'})"])  # fmt: skip
    if activity not in sure and (activity or len(sure) > 1):
        named = f"'{activity}' is no activity with a share that applies" if activity else "has several shares"
        raise PlanError(where, [f"{named}; name one of {listing(sorted(sure))} with --activity"])
    share = sure[activity] if activity in sure else next(iter(sure.values()))
    limits = [
        each
        for each in awards(found.programme, screening.day, money)
        if each.activity == share.activity and not each.typical
    ]
    most = min((each.most_usd for each in limits if math.isfinite(each.most_usd)), default=math.inf)
    notes = [f"{share.says} of the cost of {share.activity}" + (f" ({share.citation})" if share.citation else "")]
    notes += [f"an award is {usd(most)} at most"] if math.isfinite(most) else []
    notes += [f"{each.activity}: the law's cap is below its floor; no amount is known" for each in limits if each.result == "cap below floor"]  # fmt: skip
    verdict = WORDS[int(found.verdict[place])]
    notes += [] if verdict == "eligible" else [f"the place is {verdict} under the programme; the figures hold only if it is"]  # fmt: skip
    return match(project.cost_usd, share.most_percent, project.promises, most), tuple(notes)
