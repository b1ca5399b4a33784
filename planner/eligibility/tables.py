"""Screenings as declared tables: one row a place and programme, and one row a test."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.eligibility._tests import Tested
from planner.eligibility.engine import Screened, Screening
from planner.eligibility.evidence import Words
from planner.eligibility.verdict import NOT_KNOWN, WORDS
from planner.eligibility.words import reasons
from planner.tables import checked, nothing

_VERDICTS = np.array(WORDS, object)


def verdict_table(screening: Screening) -> pd.DataFrame:
    """Return table `eligibility` of the region's places."""
    return _table("eligibility", _verdict_rows, screening)


def by_test(screening: Screening) -> pd.DataFrame:
    """Return table `eligibility_tests` of the region's places."""
    return _table("eligibility_tests", _test_rows, screening)


def _table(
    name: str,
    rows: Callable[[Screened, Screening, npt.NDArray[np.int64]], Iterator[dict[str, Any]]],
    screening: Screening,
) -> pd.DataFrame:
    parts = []
    for (_, unit), found in screening.screened.items():
        at = screening.evidence[unit].reported
        parts += [pd.DataFrame(row) for row in rows(found, screening, at)] if len(at) else []
    return checked(name, pd.concat(parts, ignore_index=True)) if parts else nothing(name)


def _places(found: Screened, screening: Screening, at: npt.NDArray[np.int64]) -> dict[str, Any]:
    frame = screening.evidence[found.unit].places.iloc[at]
    state = frame["state"].where(frame["state"] != "")
    return {"unit": found.unit, "place_id": frame["place_id"].to_numpy(), "place": frame["place"].to_numpy(),
            "state": state.to_numpy(), "programme": found.programme.name}  # fmt: skip


def _verdict_rows(found: Screened, screening: Screening, at: npt.NDArray[np.int64]) -> Iterator[dict[str, Any]]:
    status = found.programme.status_on(screening.day)
    picked = _Picked(found)
    yield {
        **_places(found, screening, at),
        "programme_title": found.programme.short,
        "verdict": _VERDICTS[found.verdict[at]],
        "status": status.is_ if status else "not open",
        "reason": reasons(found)[at],
        "margin": picked.numbers(lambda test: test.margin)[at],
        "margin_unit": picked.words(lambda test: test.figures.unit if test.figures else "")[at],
        "probability": picked.numbers(lambda test: test.probability)[at],
        "missing": _empty(_missing(found)[at]),
        "data_as_of": picked.days()[at],
        "citation": _empty(picked.words(lambda test: test.test.citation, found.rule.citation)[at]),
        "day": np.datetime64(screening.day, "s"),
        "origin": _origins(found)[at],
    }


def _origins(found: Screened) -> Words:
    """Return what a verdict's figures are: generated, approximate or modelled where one of them is, else published."""
    result = np.full(len(found.verdict), "published", object)
    bases = [test.figures.basis for name, test in found.tests.items() if test.figures and found.role(name) == "place"]
    for word in ("modelled", "approximate", "generated"):
        for basis in bases:
            result[np.array([word in str(each) for each in basis], bool)] = word
    return result


class _Picked:
    """Columns of the test that decided at each place."""

    def __init__(self, found: Screened) -> None:
        deciding = found.deciding()
        self.size = len(found.verdict)
        self.tests = [(deciding == name, test) for name, test in found.tests.items()]

    def numbers(self, of: Callable[[Tested], npt.NDArray[np.float64] | None]) -> npt.NDArray[np.float64]:
        result = np.full(self.size, np.nan)
        for mine, test in self.tests:
            values = of(test)
            if values is not None:
                result[mine] = values[mine]
        return result

    def words(self, of: Callable[[Tested], str], otherwise: str = "") -> Words:
        result = np.full(self.size, otherwise, object)
        for mine, test in self.tests:
            result[mine] = of(test) or otherwise
        return result

    def days(self) -> npt.NDArray[np.datetime64]:
        result = np.full(self.size, np.datetime64("NaT"), "datetime64[s]")
        for mine, test in self.tests:
            if test.figures is not None:
                result[mine] = test.figures.as_of[mine]
        return result


def _missing(found: Screened) -> Words:
    """Return what all tests of the rule miss at places whose verdict is not known."""
    lost = [test.missing for name, test in found.tests.items() if found.role(name) == "place"]
    result = np.full(len(found.verdict), "", object)
    for place in np.flatnonzero(found.verdict == NOT_KNOWN):
        result[place] = "; ".join(dict.fromkeys(str(each[place]) for each in lost if each[place]))
    return result


def _test_rows(found: Screened, screening: Screening, at: npt.NDArray[np.int64]) -> Iterator[dict[str, Any]]:
    for name, test in found.tests.items():
        role = found.role(name)
        if role == "money" or (role != "place" and (test.verdict == NOT_KNOWN).all()):
            continue  # said in table `programme_money`; or asked of applicants, and nobody answered
        figures, nobody = test.figures, np.full(len(at), np.nan)
        op = getattr(test.test, "op", None)
        yield {
            **{key: value for key, value in _places(found, screening, at).items() if key != "state"},
            "test": name,
            "role": role,
            "test_title": test.test.title,
            "verdict": _VERDICTS[test.verdict[at]],
            "value": figures.value[at] if figures else nobody,
            "reference": figures.reference[at] if figures else nobody,
            "reference_of": _empty(figures.whose[at]) if figures else None,
            "compared": figures.compared[at] if figures else nobody,
            "unit_of_test": figures.unit if figures else None,
            "op": (f"not {op}" if test.test.negate else op) if op else None,
            "threshold": test.threshold,
            "margin": test.margin[at] if test.margin is not None else nobody,
            "margin_of_error": figures.margin_of_error[at] if figures else nobody,
            "probability": test.probability[at] if test.probability is not None else nobody,
            "found": _empty(test.found[at]),
            "data_as_of": figures.as_of[at].astype("datetime64[s]") if figures else np.datetime64("NaT", "s"),
            "basis": _empty(figures.basis[at]) if figures else None,
            "missing": _empty(test.missing[at]),
            "citation": test.test.citation,
            "threshold_citation": test.threshold_citation or None,
        }


def _empty(words: Words) -> Words:
    """Return words with nothing in place of empty texts."""
    result = words.copy()
    result[words == ""] = None
    return result
