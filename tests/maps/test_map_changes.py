"""Classes of change between two plans or days: hand-made cases, exact borders, counts."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.changes import DOWN, MUCH_DOWN, MUCH_UP, SAME, UNKNOWN, UP, Change, step, turn

VERDICTS = ["pass", "fail", "not known"]
NUMBERS = st.one_of(st.none(), st.integers(0, 1000).map(lambda each: each / 1000))


def change(measure, pairs, **more):
    column = {"verdict": "verdict_{}", "share": "share_{}", "cost": "cost_{}_usd"}[measure]
    table = pd.DataFrame(
        {column.format(side): [pair[at] for pair in pairs] for at, side in enumerate(("before", "after"))}
    )
    return Change(
        "k", "l", "g", "now", "then", measure, table.assign(**more), ("town", "towns"), "Since", "", "it", "aim"
    )


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("fail", "pass", MUCH_UP),
        ("pass", "fail", MUCH_DOWN),
        ("not known", "pass", UP),
        ("not known", "fail", DOWN),
        ("pass", "pass", SAME),
        ("fail", "fail", SAME),
        ("pass", "not known", UNKNOWN),
        ("fail", "not known", UNKNOWN),
        ("not known", "not known", UNKNOWN),
        (None, "pass", UP),
        ("nonsense", None, UNKNOWN),
    ],
)
def test_turns_of_a_verdict(before, after, found):
    assert turn(before, after) == found


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (0.2, 0.3, MUCH_UP),  # exactly ten points, though 0.3 - 0.2 < 0.1 in floating point
        (0.3, 0.2, MUCH_DOWN),
        (0.2, 0.299999, UP),
        (0.299999, 0.2, DOWN),
        (0.5, 0.5, SAME),
        (None, 0.5, UNKNOWN),
        (0.5, float("nan"), UNKNOWN),
        (0.5, pd.NA, UNKNOWN),
    ],
)
def test_steps_of_a_share_begin_exactly_where_they_say(before, after, found):
    assert step(before, after, 0.1) == found


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=20))
def test_classes_take_every_town_once_and_mirror_when_sides_are_exchanged(pairs):
    there = change("share", pairs)
    back = change("share", [pair[::-1] for pair in pairs])
    assert sum(each["count"] for each in there.payload()["classes"]) == len(pairs)
    assert back.class_of == [UNKNOWN if each == UNKNOWN else 4 - each for each in there.class_of]


@given(st.lists(st.tuples(st.sampled_from(VERDICTS), st.sampled_from(VERDICTS)), min_size=1, max_size=20))
def test_the_answer_counts_what_changes(pairs):
    found = change("verdict", pairs)
    changed = sum(after not in (before, "not known") for before, after in pairs)
    assert found.answer()[0].split(": ")[0] == f"{changed} of {len(pairs)} towns change"
    counts = [each["count"] for each in found.payload()["classes"]]
    assert sum(counts) == len(pairs)
    assert counts[SAME] + counts[UNKNOWN] == len(pairs) - changed


def test_sums_are_said_where_the_measure_has_them():
    money = change("cost", [(1_000_000.0, 3_500_000.0), (0.0, 0.0), (500_000.0, None)])
    assert money.class_of == [MUCH_UP, SAME, UNKNOWN]
    assert money.answer()[-1] == "public cost $1.00M → $3.50M"
    moved = change("verdict", [("fail", "pass"), ("pass", "pass")], gained=[12, None], lost=[3, None])
    assert moved.answer() == ["1 of 2 towns change: 1 falls short → passes", "12 locations gained and 3 lost"]
    assert moved.texts() == {"gained": ["12", ""], "lost": ["3", ""]}


def test_each_town_is_told_before_and_after():
    said = [
        change("verdict", [pair]).said({"verdict_before": pair[0], "verdict_after": pair[1]})
        for pair in [("fail", "pass"), ("fail", "fail")]
    ]
    assert said == ["falls short → passes", "falls short, unchanged"]
    share = change("share", [(0.9596, None)])
    assert share.said({"share_before": 0.9596, "share_after": None}) == "Share 95.9 % → not known"
