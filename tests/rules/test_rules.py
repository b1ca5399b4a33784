"""Rule cases in plain words: for every programme what a place gets, and on which day. See docs/methods.md."""

import datetime as dt
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planner.eligibility.engine import Manner, screen
from planner.eligibility.evidence import Evidence, Measured
from planner.eligibility.funds import place_of
from planner.eligibility.money import awards, shares
from planner.eligibility.verdict import WORDS
from planner.programmes import names, programme
from planner.programmes.measures import measures

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.toml"))
CASES = [
    pytest.param(path.stem, case, id=f"{path.stem}: {case['name']}")
    for path in FILES
    for case in tomllib.loads(path.read_text("utf-8"))["case"]
]
KNOWN = {
    "name", "on", "unit", "values", "nation", "state", "metro", "margins_of_error", "place", "answers", "verdicts",
    "id", "options", "expect", "tests", "missing", "status", "share_percent", "shares", "award_most_usd", "award",
}  # fmt: skip


def evidence_of(name, case):
    """One place, with the figures that the case gives; the first way of each measure carries them."""
    sides = {"": "values", "nation": "nation", "state": "state", "metro": "metro"}

    def figures(measure, way, side):
        value = case.get(sides[side], {}).get(measure) if way == 0 else None
        error = case.get("margins_of_error", {}).get(measure) if side == "" and value is not None else None
        needs = ", ".join(measures()[measure].ways[way].needs)
        return Measured(
            np.array([np.nan if value is None else float(value)]),
            np.array([np.nan if error is None else float(error)]),
            np.array([case["on"]], "datetime64[D]"),
            np.array([f"{measures()[measure].ways[way].source}: {needs}" if value is None else ""], object),
            np.array(["case" if value is not None else ""], object),
        )

    place = case.get("place", {})
    assert set(case) <= KNOWN, sorted(set(case) - KNOWN)
    units = {key.split(" in ", 1)[1] for key in case.get("verdicts", {})}
    frame = pd.DataFrame({"place_id": [case.get("id", "00000")], "place": ["case"], "state": [place.get("state", "")]})
    attributes = {key: np.array([value], object) for key, value in place.items()}
    answers = {(name, test): np.array([float(value)]) for test, value in case.get("answers", {}).items()}
    for test in case.get("answers", {}):
        assert programme(name).tests[test].kind == "answer", test
    return Evidence(case["unit"], frame, figures, attributes, answers, {unit: np.array([0]) for unit in units})


def screened(name, case):
    given = {
        tuple(key.split(" in ", 1)): np.array([WORDS.index(word)], np.int8)
        for key, word in case.get("verdicts", {}).items()
    }
    assert all(key[0] in names() for key in given)
    evidence = {case["unit"]: evidence_of(name, case)}
    manner = Manner(options={name: case.get("options", {})})
    found = screen(evidence, [programme(name)], case["on"], manner, given)
    return found.screened.get((name, case["unit"]))


def money(name, case, place):
    """Hold shares and awards of a place against those that the case names."""
    counting = {each.activity: each.most_percent for each in shares(programme(name), case["on"], place) if each.counts}
    if "shares" in case:
        assert {activity: counting.get(activity) for activity in case["shares"]} == case["shares"]
    if "share_percent" in case:
        assert max(counting.values(), default=0) == case["share_percent"]
    computed = [each for each in awards(programme(name), case["on"], place) if not np.isnan(each.cap_usd)]
    if "award" in case:
        assert case["award"] in [each.result for each in computed]
    if "award_most_usd" in case:
        assert case["award_most_usd"] in [pytest.approx(each.cap_usd) for each in computed]


def test_there_are_enough_cases_and_every_programme_has_some():
    assert len(CASES) >= 150
    assert {path.stem for path in FILES} == set(names())


@pytest.mark.parametrize(("name", "case"), CASES)
def test_case(name, case):
    assert isinstance(case["on"], dt.date)
    found = screened(name, case)
    if "expect" in case:
        assert (WORDS[found.verdict[0]] if found else "no rule") == case["expect"]
    for test, word in case.get("tests", {}).items():
        assert WORDS[found.tests[test].verdict[0]] == word, test
    if "missing" in case:
        said = "; ".join(test.missing[0] for test in found.tests.values())
        assert [text for text in case["missing"] if text not in said] == []
    if "status" in case:
        status = programme(name).status_on(case["on"])
        assert (status.is_ if status else "none") == case["status"]
    if set(case) & {"shares", "share_percent", "award", "award_most_usd"}:
        money(name, case, place_of(found, evidence_of(name, case), 0))
    assert set(case) & {"expect", "tests", "missing", "status", "shares", "share_percent", "award", "award_most_usd"}
