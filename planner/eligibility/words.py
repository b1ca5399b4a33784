"""What a test found, in words: the sentence that stands in tables, panels and memoranda."""

from typing import Final

import numpy as np

from planner.eligibility._tests import Tested
from planner.eligibility.engine import Screened
from planner.eligibility.evidence import Words
from planner.eligibility.verdict import BORDERLINE, ELIGIBLE, NOT_KNOWN
from planner.programmes.rule import AnswerTest, MeasureTest

OPS: Final = {">=": "at least", ">": "more than", "<=": "at most", "<": "less than"}
_MOST_NAMED: Final = 3
_SURE: Final = 0.999


def number(value: float, unit: str) -> str:
    """Return a figure with its unit: dollars and persons whole, percent and points to two decimals."""
    if np.isnan(value):
        return "not known"
    if unit == "usd":
        return f"{'-' if value <= -0.5 else ''}${abs(value):,.0f}"
    shown = f"{value:,.0f}" if unit == "persons" else f"{value:,.2f}"
    return f"{shown} {unit}".rstrip()


def asked(test: Tested, unit: str) -> str:
    """Return the threshold in words, such as ``at least 1.00 percentage points``."""
    if not isinstance(test.test, MeasureTest | AnswerTest) or test.test.op is None:
        return ""
    wrong = "not " if test.test.negate else ""
    return f"{wrong}{OPS[test.test.op]} {number(test.threshold, unit)}"


def said(test: Tested) -> Words:
    """Return what a test found at each place, one clause, shape (places,)."""
    title = test.test.title
    if test.figures is None:
        found = [word or f"not known; needs {lost}" for word, lost in zip(test.found, test.missing, strict=True)]
        return np.array([f"{title}: {word}" for word in found], object)
    unit = test.figures.unit
    limit = asked(test, unit)
    lacking = np.where(test.verdict == NOT_KNOWN, test.missing, "")
    texts = [
        f"{title}: not known; needs {lost}" if lost else f"{title}: {number(value, unit)}; {limit} asked{doubt}"
        for value, lost, doubt in zip(test.figures.compared, lacking, _doubts(test), strict=True)
    ]
    return np.array(texts, object)


def chance(probability: float) -> str:
    """Return a probability in percent; never a full 0 or 100, which no sample shows."""
    if probability > _SURE:
        return f"over {_SURE:.1%}"
    return f"under {1 - _SURE:.1%}" if probability < 1 - _SURE else f"{probability:.1%}"


def _doubts(test: Tested) -> list[str]:
    """Return for each place how probable it is that a test is met, where its margin of error leaves that open."""
    if test.probability is None:
        return [""] * len(test.verdict)
    return [
        f", met with probability {chance(each)}" if verdict == BORDERLINE and not np.isnan(each) else ""
        for verdict, each in zip(test.verdict, test.probability, strict=True)
    ]


def reasons(found: Screened) -> Words:
    """Return why each place has its verdict, shape (places,).

    Eligible and borderline places: the test that decided. Others: the tests of the rule that are not met.
    """
    if found.rule.terms is None:
        return np.full(len(found.verdict), "The programme sets no condition on the place.", object)
    tests = {name: test for name, test in found.tests.items() if found.role(name) == "place"}
    texts = {name: said(test) for name, test in tests.items()}
    deciding = found.deciding()
    result = np.full(len(found.verdict), "", object)
    for name, text in texts.items():
        mine = deciding == name
        result[mine] = text[mine]
    several = (found.verdict < ELIGIBLE - 1) & (len(tests) > 1)
    short = [(test.verdict == found.verdict, texts[name]) for name, test in tests.items()]
    for place in np.flatnonzero(several):
        result[place] = _listed([str(text[place]) for same, text in short if same[place]])
    return result


def _listed(clauses: list[str]) -> str:
    more = len(clauses) - _MOST_NAMED
    return "; ".join(clauses[:_MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")
