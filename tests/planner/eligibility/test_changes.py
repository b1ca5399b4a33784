"""What changed between two days: the same evidence under the law of each day, and who changed the law."""

import datetime as dt

import numpy as np

from planner.eligibility.changes import changes
from tests.planner.eligibility.conftest import known, measured
from tests.planner.eligibility.test_engine import INCOME, RULE


def facts(values, asked=None):
    nation = measured([100.0] * len(values))
    return {"county": known({("per_capita_income", ""): measured(values), ("per_capita_income", "nation"): nation},
                            len(values), asked=asked)}  # fmt: skip


def test_an_amendment_is_named_with_the_places_it_turns(rules):
    found = changes(facts([70.0, 85.0, 95.0]), [rules(INCOME + RULE)], dt.date(2024, 1, 1), dt.date(2026, 11, 22))
    assert found[["place_id", "verdict_before", "verdict_after", "amendment"]].to_numpy().tolist() == [
        ["00001", "not eligible", "eligible", "P.L. 1-2"]
    ]
    assert found["day"].dt.strftime("%Y-%m-%d").tolist() == ["2025-01-04"]
    assert found["reason"].tolist() == [
        "Income at most so much of the nation: 85.00 percent; at most 90.00 percent asked"
    ]


def test_the_first_day_is_left_out_and_the_last_is_in(rules):
    day = dt.date(2025, 1, 4)
    trial = rules(INCOME + RULE)
    assert len(changes(facts([85.0]), [trial], day - dt.timedelta(1), day)) == 1
    assert len(changes(facts([85.0]), [trial], day, day + dt.timedelta(1))) == 0
    assert len(changes(facts([85.0]), [trial], day - dt.timedelta(2), day - dt.timedelta(1))) == 0


def test_statuses_and_rules_that_begin_and_end_are_changes_too(rules):
    rule = RULE.replace(
        'title = "Poor counties"', 'title = "Poor counties"\nfrom = 2021-01-01\nuntil = 2022-01-01\nby = "pilot"'
    )
    found = changes(facts([70.0]), [rules(INCOME + rule)], dt.date(2019, 1, 1), dt.date(2023, 1, 1))
    assert found[
        ["verdict_before", "verdict_after", "status_before", "status_after", "amendment"]
    ].to_numpy().tolist() == [
        ["no rule", "eligible", "open", "open", "pilot"],
        ["eligible", "no rule", "open", "open", "end of: pilot"],
    ]


def test_only_places_of_the_region_are_listed(rules):
    given = facts([85.0, 85.0], np.array([False, True]))
    found = changes(given, [rules(INCOME + RULE)], dt.date(2024, 1, 1), dt.date(2026, 1, 1))
    assert found["place_id"].tolist() == ["00001"]
