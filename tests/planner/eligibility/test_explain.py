"""The memorandum: a lawyer must be able to check the verdict from it alone."""

import datetime as dt

from planner.eligibility.engine import screen
from planner.eligibility.explain import memo
from planner.eligibility.words import chance, number
from planner.programmes.rule import Status
from tests.planner.eligibility.conftest import DAY, known, measured
from tests.planner.eligibility.test_engine import INCOME, OTHERS, RULE

CONFLICT = """
[[conflicts]]
title = "How much is one percent"
sources = ["statute", "regulation"]
says = ["one percent", "one percentage point"]
applied = "one percentage point"
from = 2020-01-01
[[not_implemented]]
what = "Further criteria of the Secretary"
why = "none were published"
"""


def text_of(rules, value, error=float("nan"), body=INCOME + RULE + CONFLICT, day=DAY):
    facts = {("per_capita_income", ""): measured([value], error), ("per_capita_income", "nation"): measured([100.0])}
    return memo(screen({"county": known(facts)}, [rules(body)], day), "trial", "county", 0)


def squeezed(text):
    return " ".join(text.split())


def test_every_figure_and_citation_is_there(rules):
    text = squeezed(text_of(rules, 85.0, 2.0))
    for part in (
        "Does Place 0 (county 00000) meet the conditions that Trial programme (Office of Trials) sets on places, on 2026-11-22?",
        "Eligible. Income at most so much of the nation: 85.00 percent; at most 90.00 percent asked",
        "the programme is open (since 2020-01-01; 1 USC 1(a))",
        "(1) Income at most so much of the nation (1 USC 1(b))",
        "Asked: at most 90.00 percent - Greatest per capita income (since 2025-01-04; P.L. 1-2)",
        "Figure: $85, period to 2019-12-31; made",
        "Reference: $100 of the nation.",
        "Margin: +5.00 percent (met).",
        "Margin of error: 2.00 percent at 90 percent confidence; the test is met with probability over 99.9%",
        "Finding: met.",
        "1 USC 1: one percent",
        "1 CFR 1: one percentage point",
        "Applied here: one percentage point",
        "Further criteria of the Secretary: none were published",
        "1 USC 1: the act (text of 2023-04-01)",
        "1 CFR 1: the rule (day of the text not known; NOT SEEN: what rests on it is not known)",
    ):
        assert part in text


def test_what_is_missing_is_named(rules):
    text = squeezed(text_of(rules, float("nan")))
    assert "Not known." in text
    assert "Missing: the series" in text
    assert "Finding: not known." in text


def test_how_tests_combine_and_what_binds_the_applicant(rules):
    rule = '[[rules]]\nunits = ["county"]\ntitle = "Rule"\nterms = { all = ["poor", { any = ["listed", "metro"] }] }\n'
    body = 'applicant = ["need", "match"]\npreferences = ["unseen"]\n' + INCOME + OTHERS + rule
    text = squeezed(text_of(rules, 85.0, body=body))
    assert "The place must meet all of (1), [any one of (2), (3)]." in text
    assert "Found: MA is on the list in force since 2022-01-01 (notice)." in text
    assert "CONDITIONS ON THE APPLICANT AND PREFERENCES - Special need" in text
    assert "Missing: source not seen: the notice was not found" in text


def test_before_its_first_status_a_programme_was_not_open(rules):
    assert "was not open: no status" in squeezed(text_of(rules, 85.0, day=dt.date(2019, 1, 1)))


def test_lines_are_short(rules):
    assert max(map(len, text_of(rules, 85.0, 2.0).splitlines())) <= 100


def test_a_borderline_answer_says_how_probable_it_is(rules):
    # by hand: 2 points short with a standard error of 3.29 / 1.645 = 2 is one standard error; the normal table says 15.87 %
    text = squeezed(text_of(rules, 92.0, 3.29))
    assert "Borderline." in text
    assert "asked, met with probability 15.9%" in text


def test_dollars_below_zero_and_near_certainty_are_written_plainly():
    assert (number(-13050.0, "usd"), number(-0.2, "usd")) == ("-$13,050", "$0")
    assert (chance(1.0), chance(0.0), chance(0.5)) == ("over 99.9%", "under 0.1%", "50.0%")


def test_an_unknown_status_reads_as_such(rules):
    found = rules(INCOME + RULE).model_copy(
        update={"status": (Status.model_validate({"is": "not known", "note": "Not seen."}),)}
    )
    facts = {("per_capita_income", ""): measured([85.0]), ("per_capita_income", "nation"): measured([100.0])}
    text = squeezed(memo(screen({"county": known(facts)}, [found], DAY), "trial", "county", 0))
    assert f"Whether the programme is open on {DAY} is not known (Not seen)." in text
