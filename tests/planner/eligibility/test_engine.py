"""Every kind of test on made-up evidence: figures, references, lists, other programmes, answers, sources not seen."""

import datetime as dt

import numpy as np
import pytest
from scipy.stats import norm

from layers import RuleError
from planner.eligibility.engine import Manner, screen
from planner.eligibility.tables import by_test, verdict_table
from planner.eligibility.verdict import WORDS
from tests.planner.eligibility.conftest import DAY, known, measured

INCOME = """
[parameters.most]
unit = "percent of the nation"
meaning = "Greatest per capita income"
values = [{ from = 2000-01-01, value = 80, citation = "1 USC 1(b)" }, { from = 2025-01-04, value = 90, by = "P.L. 1-2" }]
[tests.poor]
kind = "measure"
title = "Income at most so much of the nation"
measure = "per_capita_income"
compare = "percent of"
of = ["nation"]
op = "<="
threshold = "most"
citation = "1 USC 1(b)"
"""
RULE = '[[rules]]\nunits = ["county"]\ntitle = "Poor counties"\nterms = { any = ["poor"] }\n'


def words(found, name="trial", unit="county"):
    return [WORDS[each] for each in found.screened[name, unit].verdict]


def test_a_figure_below_at_and_above_its_threshold_and_one_that_is_missing(rules):
    place = measured([79.9, 80.0, 80.1, np.nan])
    facts = known({("per_capita_income", ""): place, ("per_capita_income", "nation"): measured([100.0] * 4)}, 4)
    found = screen({"county": facts}, [rules(INCOME + RULE)], dt.date(2024, 12, 31))
    assert words(found) == ["eligible", "eligible", "not eligible", "not known"]
    test = found.screened["trial", "county"].tests["poor"]
    assert by_test(found)["margin"].tolist() == pytest.approx([0.1, 0.0, -0.1, np.nan], abs=1e-9, nan_ok=True)
    assert "the series" in test.missing[3]
    assert "per_capita_income  by way 2" in test.missing[3]  # every way is named


def test_the_figure_of_the_law_is_that_of_the_day(rules):
    facts = {
        "county": known(
            {("per_capita_income", ""): measured([85.0]), ("per_capita_income", "nation"): measured([100.0])}
        )
    }
    trial = rules(INCOME + RULE)
    assert words(screen(facts, [trial], dt.date(2025, 1, 3))) == ["not eligible"]
    after = screen(facts, [trial], dt.date(2025, 1, 4))
    assert words(after) == ["eligible"]
    before = screen(facts, [trial], dt.date(1999, 12, 31)).screened["trial", "county"].tests["poor"]
    assert "no value of 'Greatest per capita income' on 1999-12-31" in before.missing[0]


def test_the_second_way_is_taken_on_both_sides_where_the_first_lacks_one(rules):
    facts = known({
        ("per_capita_income", "", 0): measured([50.0]), ("per_capita_income", "", 1): measured([95.0]),
        ("per_capita_income", "nation", 1): measured([100.0]),
    })  # fmt: skip
    found = screen({"county": facts}, [rules(INCOME + RULE)], DAY)
    assert by_test(found)["compared"].tolist() == pytest.approx([95.0])


def test_a_margin_of_error_leaves_a_band(rules):
    values = [70.0, 88.0, 89.9, 92.0, 110.0]
    facts = known(
        {("per_capita_income", ""): measured(values, 5.0), ("per_capita_income", "nation"): measured([100.0] * 5)}, 5
    )
    found = screen({"county": facts}, [rules(INCOME + RULE)], DAY)
    assert words(found) == ["eligible", "borderline", "borderline", "borderline", "not eligible"]
    expected = norm.cdf((90 - np.array(values)) / (5 / 1.645))
    assert by_test(found)["probability"].tolist() == pytest.approx(expected, abs=1e-6)
    sure = screen({"county": facts}, [rules(INCOME + RULE)], DAY, Manner(confidence=0.7))
    assert words(sure)[1:4] == ["eligible", "borderline", "not eligible"]


@pytest.mark.parametrize(("choose", "expected"), [("greater", "eligible"), ("lesser", "not eligible")])
def test_the_greater_or_lesser_of_two_references(rules, choose, expected):
    body = INCOME.replace('of = ["nation"]', f'of = ["nation", "state"]\nchoose = "{choose}"') + RULE
    sides = {
        ("per_capita_income", ""): 90.0,
        ("per_capita_income", "nation"): 90.0,
        ("per_capita_income", "state"): 100.0,
    }
    facts = known({key: measured([value]) for key, value in sides.items()})
    found = screen({"county": facts}, [rules(body)], DAY)
    assert words(found) == [expected]
    lost = known({key: measured([value]) for key, value in sides.items() if key[1] != "state"})
    assert words(screen({"county": lost}, [rules(body)], DAY)) == ["not known"]


POINTS = INCOME.replace('compare = "percent of"', 'compare = "points above"').replace("<=", ">=").replace(
    "value = 80", "value = 1.0").replace("value = 90", "value = 1.0").replace("per_capita_income", "unemployment_rate_24_months")  # fmt: skip


def test_the_official_example_of_points_above_the_nation(rules):
    """13 CFR 301.2(b)(1) (2003): a nation at 6 percent makes an area eligible at 7 percent."""
    nation = {("unemployment_rate_24_months", "nation"): measured([6.0] * 3)}
    facts = known({("unemployment_rate_24_months", ""): measured([7.0, 6.9, 7.1]), **nation}, 3)
    assert words(screen({"county": facts}, [rules(POINTS + RULE)], DAY)) == ["eligible", "not eligible", "eligible"]
    strict = rules(POINTS.replace('op = ">="', 'op = ">"') + RULE)
    assert words(screen({"county": facts}, [strict], DAY)) == ["not eligible", "not eligible", "eligible"]


def test_a_percentile_is_taken_over_all_places_with_a_value(rules):
    body = INCOME.replace('compare = "percent of"\nof = ["nation"]', 'compare = "percentile"').replace(
        "value = 90", "value = 50"
    )
    facts = known({("per_capita_income", ""): measured([10.0, 20.0, 30.0, 40.0, np.nan])}, 5)
    found = screen({"county": facts}, [rules(body + RULE)], DAY)
    assert words(found) == ["eligible", "eligible", "not eligible", "not eligible", "not known"]


OTHERS = """
[parameters.least]
unit = "usd"
meaning = "Least match"
values = [{ value = 100, citation = "1 USC 1(m)" }]
[lists.states]
meaning = "states on the list"
match = "state"
rows = [{ from = 2022-01-01, members = ["MA", "VT"], citation = "notice" }]
[tests.listed]
kind = "list"
citation = "1 USC 1(x)"
title = "On the list"
list = "states"
[tests.metro]
kind = "attribute"
citation = "1 USC 1(x)"
title = "Metropolitan"
attribute = "metro_kind"
among = ["metropolitan area"]
negate = true
[tests.need]
kind = "answer"
citation = "1 USC 1(x)"
title = "Special need"
question = "Has the Secretary found a special need?"
[tests.match]
kind = "answer"
citation = "1 USC 1(x)"
title = "Match"
question = "How many dollars of match?"
op = ">="
threshold = "least"
[tests.unseen]
kind = "unseen"
citation = "1 USC 1(x)"
title = "Further criteria"
why = "the notice was not found"
"""


@pytest.mark.parametrize(
    ("test", "more", "expected"),
    [
        ("listed", {"states": ["MA", "NY", ""]}, ["eligible", "not eligible", "not known"]),
        ("metro", {"attributes": {"metro_kind": np.array(["metropolitan area", "neither", None], object)}}, ["not eligible", "eligible", "not known"]),
        ("metro", {}, ["not known"] * 3),
        ("need", {"answers": {("trial", "need"): np.array([1.0, 0.0, np.nan])}}, ["eligible", "not eligible", "not known"]),
        ("need", {}, ["not known"] * 3),
        ("match", {"answers": {("trial", "match"): np.array([100.0, 99.0, np.nan])}}, ["eligible", "not eligible", "not known"]),
        ("unseen", {}, ["not known"] * 3),
    ],
)  # fmt: skip
def test_other_kinds(rules, test, more, expected):
    used = f"applicant = {[name for name in ('listed', 'metro', 'need', 'match', 'unseen') if name != test]}\n"
    rule = f'[[rules]]\nunits = ["county"]\ntitle = "Rule"\nterms = {{ all = ["{test}"] }}\n'
    found = screen({"county": known(count=3, **more)}, [rules(used + OTHERS + rule)], DAY)
    assert words(found) == expected
    lost = found.screened["trial", "county"].tests[test].missing
    assert [bool(text) for text in lost] == [word == "not known" for word in expected]


def test_what_must_first_be_granted_is_not_there_until_it_is(rules):
    rule = '[[rules]]\nunits = ["county"]\ntitle = "Rule"\nterms = { all = ["need"] }\n'
    body = OTHERS.replace('title = "Special need"', 'title = "Special need"\nunanswered = "no"')
    trial = rules('applicant = ["listed", "metro", "match", "unseen"]\n' + body + rule)
    answers = {("trial", "need"): np.array([1.0, 0.0, np.nan])}
    found = screen({"county": known(count=3, answers=answers)}, [trial], DAY)
    assert words(found) == ["eligible", "not eligible", "not eligible"]
    assert "none on file" in by_test(found).query("test == 'need'")["found"].iloc[2]


def test_a_list_says_nothing_of_days_before_it(rules):
    rule = '[[rules]]\nunits = ["county"]\ntitle = "Rule"\nterms = { all = ["listed"] }\n'
    body = 'applicant = ["metro", "need", "match", "unseen"]\n' + OTHERS + rule
    assert words(screen({"county": known()}, [rules(body)], dt.date(2021, 12, 31))) == ["not known"]


INSIDE = """
[tests.outside]
kind = "programme"
citation = "1 USC 1(i)"
title = "Not inside an eligible labor market"
programme = "trial"
unit = "local labor market"
negate = true
[[rules]]
units = ["community"]
title = "Communities"
terms = { all = ["poor", "outside"] }
[[rules]]
units = ["local labor market"]
title = "Labor markets"
terms = { all = ["poor"] }
"""


def test_a_labor_market_is_decided_before_its_communities(rules):
    trial = rules(INCOME + INSIDE)
    nation = ("per_capita_income", "nation")
    markets = known(
        {("per_capita_income", ""): measured([50.0, 99.0]), nation: measured([100.0] * 2)}, 2, "local labor market"
    )
    towns = known({("per_capita_income", ""): measured([50.0] * 3), nation: measured([100.0] * 3)}, 3, "community",
                  containers={"local labor market": np.array([0, 1, -1])})  # fmt: skip
    found = screen({"community": towns, "local labor market": markets}, [trial], DAY)
    assert words(found, unit="community") == ["not eligible", "eligible", "not known"]
    test = found.screened["trial", "community"].tests["outside"]
    assert test.found.tolist()[:2] == ["the local labor market is eligible", "the local labor market is not eligible"]
    assert test.missing[2] == "which local labor market contains it"


def test_rules_in_a_circle_are_refused(rules):
    body = INSIDE.replace('units = ["local labor market"]\ntitle = "Labor markets"\nterms = { all = ["poor"] }',
                          'units = ["local labor market"]\ntitle = "Labor markets"\nterms = { all = ["outside"] }')  # fmt: skip
    trial = rules(INCOME + body)
    with pytest.raises(RuleError, match="lead back to themselves"):
        screen({"local labor market": known(unit="local labor market")}, [trial], DAY)


def test_options_choose_the_measure(rules):
    body = (
        INCOME.replace('measure = "per_capita_income"', 'option = "which"')
        + """
[options.which]
question = "Whose income?"
default = "bea"
choices = { bea = "per_capita_income", acs = "median_household_income" }
citation = "1 USC 1(c)"
"""
    )
    facts = {"county": known({
        (name, side): measured([value]) for (name, side), value in {
            ("per_capita_income", ""): 80.0, ("per_capita_income", "nation"): 100.0,
            ("median_household_income", ""): 99.0, ("median_household_income", "nation"): 100.0}.items()
    })}  # fmt: skip
    trial = rules(body + RULE)
    assert words(screen(facts, [trial], DAY)) == ["eligible"]
    assert words(screen(facts, [trial], DAY, Manner(options={"trial": {"which": "acs"}}))) == ["not eligible"]
    with pytest.raises(RuleError, match=r"'irs' is not one of its choices .*acs, bea"):
        screen(facts, [trial], DAY, Manner(options={"trial": {"which": "irs"}}))


def test_a_rule_without_terms_sets_no_condition_and_one_that_does_not_hold_gives_no_row(rules):
    trial = rules('[[rules]]\nunits = ["county"]\ntitle = "Anywhere"\nfrom = 2022-01-01\n')
    assert words(screen({"county": known()}, [trial], DAY)) == ["eligible"]
    assert screen({"county": known()}, [trial], dt.date(2021, 12, 31)).screened == {}
    assert screen({"tract": known(unit="tract")}, [trial], DAY).screened == {}


def test_tables_say_what_decided(rules):
    place = measured([79.9, 95.0, np.nan])
    facts = known({("per_capita_income", ""): place, ("per_capita_income", "nation"): measured([100.0] * 3)}, 3,
                  asked=np.array([True, True, False]))  # fmt: skip
    found = screen({"county": facts}, [rules(INCOME + RULE)], DAY)
    table = verdict_table(found)
    assert table["place"].tolist() == ["Place 0", "Place 1"]
    assert table["verdict"].tolist() == ["eligible", "not eligible"]
    assert table["reason"].iloc[1] == "Income at most so much of the nation: 95.00 percent; at most 90.00 percent asked"
    assert table["margin"].tolist() == pytest.approx([10.1, -5.0])
    tests = by_test(found)
    assert tests[["value", "reference", "compared", "threshold"]].iloc[1].tolist() == [95.0, 100.0, 95.0, 90.0]
    assert tests["role"].unique().tolist() == ["place"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (RULE, "rules.0: 'poor' is not known"),
        (INCOME + RULE.replace("poor", "pore"), r"'pore' is not known .did you mean 'poor'"),
        (INCOME + '[[rules]]\nunits = ["county"]\ntitle = "None"\n', "tests.poor: is not used by any rule"),
        (INCOME + RULE + RULE, "both hold for county"),
        (INCOME.replace("2025-01-04", "1999-01-04") + RULE, "parameters.most: days must rise"),
        (INCOME.replace('measure = "per_capita_income"', 'measure = "income"') + RULE, "'income' is not known"),
        (INCOME.replace('compare = "percent of"\n', "") + RULE, "'of' belongs to"),
        (INCOME.replace('op = "<="', 'op = "=<"') + RULE, "tests.poor"),
        ("oops = 1\n" + INCOME + RULE, "oops"),
        ("x = [\n", "cannot be read"),
    ],
)
def test_a_bad_rule_file_is_refused_in_words(rules, body, message):
    with pytest.raises(RuleError, match=message):
        rules(body)
