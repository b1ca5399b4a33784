"""The reasoning behind one verdict, written like a lawyer's memorandum: question, answer, rule, findings, doubts."""

import datetime as dt
from collections.abc import Iterator, Mapping
from textwrap import fill

import numpy as np

from planner.eligibility._compare import Compared
from planner.eligibility._figures import Figures
from planner.eligibility._tests import Tested
from planner.eligibility.engine import Manner, Screened, Screening
from planner.eligibility.evidence import Evidence
from planner.eligibility.verdict import NOT_KNOWN, WORDS
from planner.eligibility.words import asked, chance, number, reasons
from planner.programmes.measures import measures
from planner.programmes.rule import (
    AllOf,
    AnswerTest,
    Dated,
    MeasureTest,
    Programme,
    ProgrammeTest,
    Reference,
    Terms,
    tests_of,
)

_WIDTH = 100
_TOLERANCE = 1e-9
_MOST_SERIES = 4
_MET = {0: "not met", 1: "not known", 2: "borderline: the margin of error leaves it open", 3: "met"}


def memo(screening: Screening, name: str, unit: str, place: int) -> str:
    """Return the memorandum on one programme and one place.

    Parameters
    ----------
    screening
        Where the programme was screened.
    name, unit
        Programme and kind of place, as in `Screening.screened`.
    place
        Position of the place among those of its unit.

    Returns
    -------
    str
        Plain text in sections, lines of at most 100 signs.
    """
    found = screening.screened[name, unit]
    row = screening.evidence[unit].places.iloc[place]
    heading = f"{row['place']} ({unit} {row['place_id']})"
    behind = _behind(screening, found, place)
    parts = [
        _section("Question", [f"Does {heading} meet the conditions that {found.programme.title} ({found.programme.agency}) sets on places, on {screening.day}?"]),
        _section("Short answer", _answer(found, screening.day, place)),
        _section("Rule", _rule(found)),
        _section("Findings", _findings(found, place, behind)),
        _section("Conditions on the applicant and preferences", _findings(found, place, behind, ("applicant", "preference"))),
        _section("Conflicts between sources", _conflicts(found.programme, screening.day)),
        _section("Questions the law leaves open", _options(found.programme, screening.manner)),
        _section("Not screened", [f"{gap.what}: {gap.why}" for gap in found.programme.not_implemented]),
        _section("Sources", [_source(source) for source in found.programme.sources]),
    ]  # fmt: skip
    return "\n".join(part for part in parts if part)


def _section(title: str, lines: list[str]) -> str:
    if not lines:
        return ""
    wrapped = [
        fill(line.strip(), _WIDTH, initial_indent=_indent(line), subsequent_indent=_indent(line) + "  ")
        for line in lines
    ]
    return "\n".join([title.upper(), *wrapped, ""])


def _indent(line: str) -> str:
    return " " * (2 + len(line) - len(line.lstrip()))


def _answer(found: Screened, day: dt.date, place: int) -> list[str]:
    word = WORDS[found.verdict[place]]
    status = found.programme.status_on(day)
    lines = [f"{word.capitalize()}. {reasons(found)[place]}"]
    if found.verdict[place] == NOT_KNOWN:
        lost = [test.missing[place] for name, test in found.tests.items() if found.role(name) == "place"]
        lines += [f"Missing: {each}" for each in dict.fromkeys(filter(None, lost))]
    if status is None:
        return [*lines, f"On {day} the programme was not open: no status of it is on file for so early a day."]
    if status.is_ == "not known":
        return [*lines, f"Whether the programme is open on {day} is not known{_since(status)}."]
    return [*lines, f"On {day} the programme is {status.is_}{_since(status)}."]


def _since(dated: Dated) -> str:
    """Return since when something holds, what made it so, where it is written, and what to know of it."""
    day = f"since {dated.since}" if dated.since > dt.date.min else ""
    until = f"until {dated.until}" if dated.until else ""
    what = "; ".join(
        filter(None, (" ".join(filter(None, (day, until))), dated.by, dated.citation, dated.note.rstrip(".")))
    )
    return f" ({what})" if what else ""


def _rule(found: Screened) -> list[str]:
    lines = [f"{found.rule.title}{_since(found.rule)}."]
    if found.rule.terms is None:
        return [*lines, "It sets no condition on the place."]
    held = [name for name in tests_of(found.rule.terms) if name in found.tests]
    numbers = {name: order for order, name in enumerate(held, 1)}
    return [*lines, f"The place must meet {_terms(found.rule.terms, numbers, found)}."]


def _terms(terms: Terms, numbers: dict[str, int], found: Screened) -> str:
    items = terms.all if isinstance(terms, AllOf) else terms.any
    shown = [
        f"({numbers[item]})" if isinstance(item, str) else f"[{_terms(item, numbers, found)}]"
        for item in items
        if not isinstance(item, str) or item in found.tests
    ]
    if len(shown) == 1:
        return shown[0]
    return f"{'all' if isinstance(terms, AllOf) else 'any one'} of {', '.join(shown)}"


def _behind(screening: Screening, found: Screened, place: int) -> dict[str, str]:
    """Return what stands behind tests: whose verdict another rule gave and why; the counts that a rate is made of."""
    known = screening.evidence[found.unit]
    lines = {
        name: counted
        for name, test in found.tests.items()
        if test.figures is not None and (counted := _counted(known, test.figures, place))
    }
    for name, test in found.tests.items():
        if not isinstance(test.test, ProgrammeTest):
            continue
        unit = found.unit if test.test.unit == "same" else test.test.unit
        at = place if unit == found.unit else screening.position(found.unit, place, unit)
        other = screening.referred.get((test.test.programme, unit))
        if other is not None and at >= 0:
            row = screening.evidence[unit].places.iloc[at]
            citation = f" ({other.rule.citation})" if other.rule.citation else ""
            lines[name] = (
                f"Because: {row['place']} ({unit} {row['place_id']}), {other.programme.short}: {reasons(other)[at]}{citation}"
            )
    return lines


def _counted(known: Evidence, figures: Compared, place: int) -> str:
    """Return the counts of the place's rate and their series; empty text where it is a published figure."""
    if not isinstance(known.figures, Figures):
        return ""
    for number_, way in enumerate(measures()[figures.measure].ways):
        if way.kind == "rate" and known.figures(figures.measure, number_, "").value[place] == figures.value[place]:
            top, bottom = known.figures.counts(way)
            below = bottom.value[place] if bottom is not None else np.nan
            pooled = f", pooled over {way.window_months} months" if way.window_months else ""
            return f"Counted: {top.value[place]:,.0f} / {below:,.0f} ({_series(way.numerator)} / {_series(way.denominator)}{pooled})"
    return ""


def _series(names: tuple[str, ...]) -> str:
    return ", ".join(names[:_MOST_SERIES]) + (
        f" and {len(names) - _MOST_SERIES} more" if len(names) > _MOST_SERIES else ""
    )


def _findings(found: Screened, place: int, behind: Mapping[str, str], roles: tuple[str, ...] = ("place",)) -> list[str]:
    lines: list[str] = []
    for order, (name, test) in enumerate(found.tests.items(), 1):
        if found.role(name) in roles:
            mark = f"({order})" if roles == ("place",) else "-"
            lines += [
                f"{mark} {test.test.title}{_since(test.test)}",
                *(f"    {line}" for line in _finding(test, found, place, behind.get(name, ""))),
            ]
    return lines


def _finding(test: Tested, found: Screened, place: int, behind: str) -> Iterator[str]:
    if isinstance(test.test, MeasureTest | AnswerTest) and test.test.threshold:
        yield from _threshold(test, found)
    if test.figures is not None and not test.missing[place]:
        yield from _figures(test, test.figures, place)
    if test.found[place]:
        yield f"Found: {test.found[place]}{f' ({test.threshold_citation})' if test.threshold_citation else ''}."
    if behind:
        yield f"{behind}."
    if test.missing[place]:
        yield f"Missing: {test.missing[place]}"
    turned = " (the condition asks that it is not so)" if test.test.negate else ""
    yield f"Finding: {_MET[int(test.verdict[place])]}{turned}."


def _threshold(test: Tested, found: Screened) -> Iterator[str]:
    parameter = found.programme.parameters[str(getattr(test.test, "threshold"))]  # noqa: B009 (two kinds have one)
    unit = test.figures.unit if test.figures else parameter.unit
    yield f"Asked: {asked(test, unit)} - {parameter.meaning}{_since(test.limit) if test.limit else ''}."


def _figures(test: Tested, figures: Compared, place: int) -> Iterator[str]:
    own = measures()[figures.measure].unit
    yield f"Figure: {number(figures.value[place], own)}, period to {figures.as_of[place]}; {figures.basis[place]}."
    if not np.isnan(figures.reference[place]):
        yield f"Reference: {number(figures.reference[place], own)} of {figures.whose[place]}."
        yield f"Held against the threshold: {number(figures.compared[place], figures.unit)}."
    margin = test.margin[place] if test.margin is not None else np.nan
    sign = "+" if margin >= 0 else ""
    yield f"Margin: {sign}{number(margin, figures.unit)} ({'met' if _reached(test, margin) else 'short'})."
    if test.probability is not None and not np.isnan(test.probability[place]):
        error = number(figures.margin_of_error[place], figures.unit)
        yield f"Margin of error: {error} at 90 percent confidence; the test is met with probability {chance(test.probability[place])}."


def _reached(test: Tested, margin: float) -> bool:
    return margin > _TOLERANCE if getattr(test.test, "op", None) in {">", "<"} else margin >= -_TOLERANCE


def _conflicts(rules: Programme, day: dt.date) -> list[str]:
    sources = {source.id: source.citation for source in rules.sources}
    lines: list[str] = []
    for each in rules.conflicts:
        if each.holds(day):
            lines += [f"{each.title}{_since(each)}"]
            lines += [f"    {sources[source]}: {said}" for source, said in zip(each.sources, each.says, strict=True)]
            lines += [f"    Applied here: {each.applied}"]
    return lines


def _options(rules: Programme, manner: Manner) -> list[str]:
    chosen = manner.options.get(rules.name, {})
    return [
        f"{option.question} Taken here: {chosen.get(name, option.default)} "
        f"(choices: {', '.join(option.choices)}; {option.citation})."
        for name, option in rules.options.items()
    ]


def _source(source: Reference) -> str:
    read = f"text of {source.as_of}" if source.as_of else "day of the text not known"
    seen = "" if source.seen else "; NOT SEEN: what rests on it is not known"
    return f"{source.citation}: {source.text} ({read}{seen}){f' {source.url}' if source.url else ''}"
