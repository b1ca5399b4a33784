"""One test on all places of a unit: what was compared with what, and what came of it."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import Final

import numpy as np
import numpy.typing as npt

from layers import RuleError
from layers.errors import suggestion
from planner.eligibility._compare import Compared, compared
from planner.eligibility.error import probability_at_least
from planner.eligibility.evidence import Evidence, Floats, Words
from planner.eligibility.verdict import BORDERLINE, ELIGIBLE, NOT_ELIGIBLE, NOT_KNOWN, Verdicts, opposite
from planner.programmes.measures import attributes
from planner.programmes.rule import (
    AnswerTest,
    AttributeTest,
    ListTest,
    MeasureTest,
    Programme,
    ProgrammeTest,
    Test,
    UnseenTest,
    Value,
)

NOT_ON_FILE: Final = "none on file, taken as not given; it is for the applicant to show"
_TOLERANCE: Final = 1e-9


@dataclass(frozen=True)
class Asked:
    """What a test may ask: the rule file, the places, the day, and verdicts of other rules."""

    rules: Programme
    known: Evidence
    day: dt.date
    confidence: float
    options: Mapping[str, str]
    verdict_of: Callable[[str, str], Verdicts | None]

    @property
    def count(self) -> int:
        """Number of places."""
        return len(self.known.places)


@dataclass(frozen=True)
class Tested:
    """What one test found, in arrays of shape (places,).

    Attributes
    ----------
    test
        The test as the rule file has it.
    verdict
        Eligible where it is met.
    missing
        What is not known, by name; empty text where nothing is missing.
    found
        What was found, in words, where the test is not on a figure; empty otherwise.
    figures
        What was compared, for tests on figures.
    limit
        The law's figure as the rule file has it, with its days and the act behind it.
    threshold, threshold_citation, margin, probability
        The figure of the law and where it is written; by how much it is met (negative: missed), in the unit of the
        comparison; and the probability that it is met, NaN where the source gives no margin of error.
    """

    test: Test
    verdict: Verdicts
    missing: Words
    found: Words
    figures: Compared | None = None
    threshold: float = np.nan
    threshold_citation: str = ""
    margin: Floats | None = None
    probability: Floats | None = None
    limit: Value | None = None


def tested(asked: Asked, name: str, test: Test) -> Tested:
    """Return what a test finds on all places."""
    found = _found(test, asked, name)
    if not test.negate:
        return found
    return Tested(**{**vars(found), "verdict": opposite(found.verdict)})


@singledispatch
def _found(test: object, asked: Asked, name: str) -> Tested:
    raise TypeError(f"{asked.rules.name}: {name} is of no known kind: {test}")


@_found.register
def _(test: UnseenTest, asked: Asked, name: str) -> Tested:
    del name
    return _unknown(test, asked, f"source not seen: {test.why}")


@_found.register
def _(test: MeasureTest, asked: Asked, name: str) -> Tested:
    del name
    parameter = asked.rules.parameters[test.threshold]
    limit = parameter.at(asked.day)
    if limit is None:
        return _unknown(test, asked, f"no value of '{parameter.meaning}' on {asked.day}")
    figures = compared(test, measure_of(test, asked.rules, asked.options), asked.known)
    sign = 1.0 if test.op in (">=", ">") else -1.0
    margin = sign * (figures.compared - limit.value)
    verdict, probability = _judge(margin, figures.margin_of_error, asked.confidence, strict=test.op in (">", "<"))
    nothing = np.full(asked.count, "", object)
    return Tested(
        test,
        verdict,
        figures.missing,
        nothing,
        figures,
        limit.value,
        limit.citation or test.citation,
        margin,
        probability,
        limit,
    )


def measure_of(test: MeasureTest, rules: Programme, options: Mapping[str, str]) -> str:
    """Return the measure of a test: its own, or that of the choice that was made.

    Raises
    ------
    RuleError
        Where the choice is none of the question's.
    """
    if test.measure:
        return test.measure
    question = rules.options[test.option]
    choice = options.get(test.option, question.default)
    if choice not in question.choices:
        where = f"option '{test.option}' of programme '{rules.name}'"
        raise RuleError(where, [f"'{choice}' is not one of its choices{suggestion(choice, question.choices)}"])
    return question.choices[choice]


def _judge(margin: Floats, error: Floats, confidence: float, *, strict: bool) -> tuple[Verdicts, Floats]:
    """Return verdicts and the probability that the test is met, by the normal approximation of sampling error."""
    known = ~np.isnan(margin)
    met = margin > _TOLERANCE if strict else margin >= -_TOLERANCE
    verdict = np.where(known, np.where(met, ELIGIBLE, NOT_ELIGIBLE), NOT_KNOWN).astype(np.int8)
    doubtful = known & (error > 0)
    probability = np.full(len(margin), np.nan)
    probability[doubtful] = probability_at_least(margin[doubtful], 0.0, error[doubtful])
    between = doubtful & (probability > 1 - confidence) & (probability < confidence)
    verdict[between] = BORDERLINE
    return verdict, probability


@_found.register
def _(test: AttributeTest, asked: Asked, name: str) -> Tested:
    del name
    attribute = attributes()[test.attribute]
    values = asked.known.attributes.get(test.attribute)
    if values is None:
        return _unknown(test, asked, f"{attribute.title} ({attribute.source})")
    known = np.array([value is not None for value in values], bool)
    met = np.isin(np.where(known, values, "").astype(str), test.among)
    missing = np.where(known, "", f"{attribute.title} ({attribute.source})").astype(object)
    return Tested(test, _plain(met, known), missing, np.where(known, values, "").astype(object))


@_found.register
def _(test: ListTest, asked: Asked, name: str) -> Tested:
    del name
    listing = asked.rules.lists[test.list]
    row = listing.at(asked.day)
    if row is None:
        return _unknown(test, asked, f"no list of '{listing.meaning}' is on file for {asked.day}")
    column = "state" if listing.match == "state" else "place_id"
    codes = asked.known.places[column].to_numpy(object)
    known = np.array([bool(code) for code in codes], bool)
    met = np.isin(codes.astype(str), row.members)
    missing = np.where(known, "", "the state: the place lies in several").astype(object)
    said = np.where(met, "on the list", "not on the list") if len(codes) else codes
    since = f" in force since {row.since}" if row.since > dt.date.min else ""
    return Tested(
        test, _plain(met, known), missing, np.array([f"{code} is {word}{since}" for code, word in zip(codes, said, strict=True)], object),
        threshold_citation=row.citation,
    )  # fmt: skip


@_found.register
def _(test: ProgrammeTest, asked: Asked, name: str) -> Tested:
    del name
    unit = asked.known.unit if test.unit == "same" else test.unit
    at = np.arange(asked.count) if unit == asked.known.unit else asked.known.containers.get(unit)
    verdicts = asked.verdict_of(test.programme, unit)
    if at is None or verdicts is None:
        return _unknown(test, asked, f"a verdict of '{test.programme}' on its {unit}")
    inside = at >= 0
    verdict = np.full(asked.count, NOT_KNOWN, np.int8)
    verdict[inside] = verdicts[at[inside]]
    missing = np.full(asked.count, "", object)
    missing[verdict == NOT_KNOWN] = f"what '{test.programme}' needs for its {unit}"
    missing[~inside] = f"which {unit} contains it"
    return Tested(test, verdict, missing, _said(unit, verdict))


def _said(unit: str, verdict: Verdicts) -> Words:
    words = np.array(
        [f"the {unit} is {word}" for word in ("not eligible", "not known", "borderline", "eligible")], object
    )
    return words[verdict]


@_found.register
def _(test: AnswerTest, asked: Asked, name: str) -> Tested:
    answers = asked.known.answers.get((asked.rules.name, name))
    if answers is None:
        answers = np.full(asked.count, np.nan)
    if test.unanswered == "no":
        return _granted(test, asked, answers)
    known = ~np.isnan(answers)
    missing = np.where(known, "", f"answer: {test.question}").astype(object)
    if test.op is None or test.threshold is None:
        said = np.where(known, np.where(answers > 0, "answered yes", "answered no"), "").astype(object)
        return Tested(test, _plain(answers > 0, known), missing, said)
    parameter = asked.rules.parameters[test.threshold]
    limit = parameter.at(asked.day)
    if limit is None:
        return _unknown(test, asked, f"no value of '{parameter.meaning}' on {asked.day}")
    sign = 1.0 if test.op in (">=", ">") else -1.0
    margin = sign * (answers - limit.value)
    verdict, probability = _judge(margin, np.full(asked.count, np.nan), asked.confidence, strict=test.op in (">", "<"))
    said = np.array([f"answered {value:,g}" if value == value else "" for value in answers], object)  # noqa: PLR0124 (NaN)
    return Tested(
        test, verdict, missing, said, None, limit.value, limit.citation or test.citation, margin, probability, limit
    )


def _granted(test: AnswerTest, asked: Asked, answers: Floats) -> Tested:
    """Return the findings on something that is not there until somebody says so."""
    said = np.where(np.isnan(answers), NOT_ON_FILE, np.where(answers > 0, "answered yes", "answered no")).astype(object)
    everywhere = np.ones(asked.count, bool)
    return Tested(test, _plain(answers > 0, everywhere), np.full(asked.count, "", object), said)


def _plain(met: npt.NDArray[np.bool_], known: npt.NDArray[np.bool_]) -> Verdicts:
    return np.where(known, np.where(met, ELIGIBLE, NOT_ELIGIBLE), NOT_KNOWN).astype(np.int8)


def _unknown(test: Test, asked: Asked, why: str) -> Tested:
    nothing = np.full(asked.count, "", object)
    return Tested(test, np.full(asked.count, NOT_KNOWN, np.int8), np.full(asked.count, why, object), nothing)
