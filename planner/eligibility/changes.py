"""What changed between two days, and which amendment did it: the same evidence under the law of each day."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

from planner.eligibility.engine import USUAL, Manner, Screened, screen
from planner.eligibility.evidence import Evidence
from planner.eligibility.verdict import WORDS
from planner.eligibility.words import reasons
from planner.programmes import programme
from planner.programmes.rule import Dated, Programme, ProgrammeTest
from planner.tables import checked, nothing


def changes(
    evidence: Mapping[str, Evidence],
    wanted: Iterable[Programme],
    first: dt.date,
    last: dt.date,
    manner: Manner = USUAL,
) -> pd.DataFrame:
    """Return table `eligibility_changes`: verdicts and statuses that differ from the day before, and why.

    The evidence stays the same throughout, so that what changes is the law and not the data.

    Parameters
    ----------
    evidence
        What is known, by unit.
    wanted
        Programmes to follow.
    first, last
        Changes after the first day, up to and on the last.
    manner
        How doubt and open questions are treated.
    """
    rows: list[dict[str, object]] = []
    for each in wanted:
        days = sorted({day for day in _days(each) if first < day <= last})
        before = screen(evidence, [each], first, manner).screened
        old = each.status_on(first)
        for day in days:
            after = screen(evidence, [each], day, manner).screened
            new = each.status_on(day)
            because = "; ".join(dict.fromkeys(_amendments(each, day)))
            states = (old.is_ if old else "not open", new.is_ if new else "not open")
            for unit in evidence:
                pair = before.get((each.name, unit)), after.get((each.name, unit))
                rows += _differences(each, unit, pair, evidence[unit], (day, because, states))
            before, old = after, new
    return checked("eligibility_changes", pd.DataFrame(rows)) if rows else nothing("eligibility_changes")


def _differences(
    rules: Programme,
    unit: str,
    pair: tuple[Screened | None, Screened | None],
    known: Evidence,
    change: tuple[dt.date, str, tuple[str, str]],
) -> Iterator[dict[str, object]]:
    day, because, states = change
    count = len(known.places)
    words = [np.array(WORDS, object)[each.verdict] if each else np.full(count, "no rule", object) for each in pair]
    why = reasons(pair[1]) if pair[1] else np.full(count, "No rule for such a place holds any more.", object)
    held = pair[0] is not None or pair[1] is not None
    differ = (words[0] != words[1]) | (held and states[0] != states[1])
    codes, names = (known.places[column].to_numpy() for column in ("place_id", "place"))
    for place in known.reported[differ[known.reported]]:
        yield {
            "unit": unit, "place_id": codes[place], "place": names[place],
            "programme": rules.name, "programme_title": rules.short, "day": np.datetime64(day, "s"),
            "verdict_before": words[0][place], "verdict_after": words[1][place], "status_before": states[0],
            "status_after": states[1], "amendment": because or None, "reason": why[place],
        }  # fmt: skip


def _days(rules: Programme) -> Iterator[dt.date]:
    """Yield every day on which something of a programme, or of one that it refers to, begins or ends."""
    for each in _family(rules):
        for dated in _dated(each):
            if dated.since > dt.date.min:
                yield dated.since
            if dated.until is not None:
                yield dated.until


def _amendments(rules: Programme, day: dt.date) -> Iterator[str]:
    """Yield what began or ended on a day: the act or notice, else the citation."""
    for each in _family(rules):
        for dated in _dated(each):
            named = dated.by or dated.citation or dated.note
            if dated.since == day and named:
                yield named
            if dated.until == day and named:
                yield f"end of: {named}"


def _family(rules: Programme) -> tuple[Programme, ...]:
    """Return a programme and all that its tests refer to."""
    found: dict[str, Programme] = {}
    waiting = [rules]
    while waiting:
        each = waiting.pop()
        if each.name not in found:
            found[each.name] = each
            waiting += [
                programme(test.programme)
                for test in each.tests.values()
                if isinstance(test, ProgrammeTest) and test.programme != each.name
            ]
    return tuple(found.values())


def _dated(rules: Programme) -> Iterator[Dated]:
    """Yield everything that a verdict or status rests on: figures of money are not among it."""
    yield from rules.status
    yield from rules.rules
    yield from rules.tests.values()
    thresholds = {getattr(test, "threshold", None) for test in rules.tests.values()}
    for name, parameter in rules.parameters.items():
        if name in thresholds:
            yield from parameter.values  # noqa: PD011 (no frame)
    for listing in rules.lists.values():
        yield from listing.rows
