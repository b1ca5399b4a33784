"""The town test, its exact arithmetic, and what happens when speeds are not known."""

from decimal import Decimal
from fractions import Fraction
from math import ceil

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from planner import Target
from planner.coverage import by_town, needed_premises

TOWNS = pd.DataFrame({"town_geoid": ["2501100001", "2501100002"], "town": ["One", "Two"]})
TARGET = Target(down_mbps=25, up_mbps=3, share=Fraction(96, 100))


def premises(*speeds, town="2501100001"):
    return pd.DataFrame(
        {
            "location_id": [f"{town}-{i}" for i in range(len(speeds))],
            "town_geoid": town,
            "down_mbps": pd.Series([down for down, _ in speeds], dtype="float64"),
            "up_mbps": pd.Series([up for _, up in speeds], dtype="float64"),
            "origin": "published",
            "as_of": pd.Timestamp("2015-12-31"),
        }
    )


def shares(share, count=100, down=25.0, up=3.0):
    return pd.DataFrame(
        {
            "town_geoid": ["2501100001"], "down_mbps": down, "up_mbps": up,
            "premises": pd.array([count], dtype="Int64"), "share_served": pd.Series([share], dtype="float64"),
            "note": "n", "origin": "published", "as_of": pd.Timestamp("2015-12-31"),
        }
    )  # fmt: skip


def first(premises_table=None, shares_table=None, target=TARGET):
    return by_town(TOWNS, premises_table, shares_table, [target]).iloc[0]


@pytest.mark.parametrize(
    ("down", "up", "served"),
    [(25, 3, 1), (24.99, 3, 0), (25, 2.99, 0), (1000, 3, 1), (0, 0, 0), (25, 1000, 1), (24.6, 3, 0)],
)
def test_a_premises_is_served_at_the_tier_and_not_just_below(down, up, served):
    row = first(premises((down, up)))
    assert (row["served"], row["unserved"], row["unknown"]) == (served, 1 - served, 0)


@pytest.mark.parametrize(
    ("down", "up", "kind"),
    [
        (None, None, "unknown"),
        (25, None, "unknown"),
        (None, 3, "unknown"),
        (10, None, "unserved"),
        (None, 1, "unserved"),
    ],
)
def test_a_missing_speed_is_unknown_unless_the_other_already_falls_short(down, up, kind):
    assert first(premises((down, up)))[kind] == 1


def test_the_town_test_is_served_at_least_the_share_rounded_up():
    # The rule as published for the last-mile programme: ceil(0.96 * N) <= served. With N = 25 that is exactly 24.
    served, unserved = (25, 3), (0, 0)
    assert first(premises(*[served] * 24, unserved))["verdict"] == "pass"
    row = first(premises(*[served] * 23, unserved, unserved))
    assert (row["verdict"], row["needed"], row["shortfall"]) == ("fail", 24, 1)


@given(st.integers(0, 10**7), st.integers(1, 1000))
def test_needed_premises_is_the_exact_ceiling(count, per_mille):
    target = Target(down_mbps=25, up_mbps=3, share=Fraction(per_mille, 1000))
    assert needed_premises(pd.Series([count], dtype="Int64"), target)[0] == ceil(Fraction(per_mille, 1000) * count)


SPEED = st.one_of(st.none(), st.sampled_from([0, 2.99, 3, 24.99, 25, 100]))


@given(st.lists(st.tuples(SPEED, SPEED), min_size=1, max_size=30), st.sampled_from(["0.5", "0.96", "1"]))
def test_the_verdict_holds_for_every_way_the_unknown_could_turn_out(speeds, share):
    target = Target(down_mbps=25, up_mbps=3, share=Fraction(share))
    row = first(premises(*speeds), target=target)
    known = sum(d is not None and u is not None and d >= 25 and u >= 3 for d, u in speeds)
    possible = sum((d is None or d >= 25) and (u is None or u >= 3) for d, u in speeds)
    needed = ceil(Fraction(share) * len(speeds))
    expected = "pass" if known >= needed else "fail" if possible < needed else "not known"
    assert row["verdict"] == expected
    assert row["served"] + row["unserved"] + row["unknown"] == row["premises"] == len(speeds)
    assert pd.isna(row["missing"]) == (row["unknown"] == 0)
    assert pd.isna(row["share_served"]) == (expected == "not known")


def test_a_town_without_evidence_is_not_known_and_says_what_is_missing():
    table = by_town(TOWNS, premises((25, 3)), None, [TARGET])
    assert table["verdict"].tolist() == ["pass", "not known"]
    assert table["missing"][1] == "a premises list or a service share of the town"
    assert table["origin"].tolist() == ["published", "not stated"]


@pytest.mark.parametrize(
    ("share", "count", "verdict", "shortfall"),
    [
        (0.96, 100, "pass", 0),
        (0.95, 100, "fail", 1),
        (0.0, 100, "fail", 96),
        (None, 100, "not known", None),
        (0.96, 25, "pass", 0),
        (0.9596, 500, "fail", 1),
        (0.951, 10, "fail", 1),
        (0.96, 27, "pass", 0),
    ],
)
def test_a_town_share_is_judged_by_the_same_test(share, count, verdict, shortfall):
    row = first(None, shares(share, count))
    assert row["verdict"] == verdict
    assert row["basis"] == "town share"
    if shortfall is None:
        assert pd.isna(row["shortfall"])
        assert row["missing"] == "share of premises served"
    else:
        assert row["shortfall"] == shortfall


def test_a_share_without_a_count_still_decides():
    row = first(None, shares(0.97, None))
    assert row["verdict"] == "pass"
    assert row["share_served"] == 0.97
    assert pd.isna(row["served"])


def test_a_share_of_another_tier_says_nothing():
    assert first(None, shares(1.0, down=10.0))["verdict"] == "not known"


def test_premises_prevail_over_a_share_of_the_same_town():
    row = first(premises((25, 3)), shares(0.0))
    assert (row["basis"], row["verdict"]) == ("premises list", "pass")


def test_a_town_with_no_premises_is_not_known():
    row = first(None, shares(0.5, 0))
    assert row["verdict"] == "not known"
    assert row["missing"] == "premises in the town"


def test_the_least_certain_origin_of_a_town_speaks_for_it():
    table = premises((25, 3), (25, 3)).assign(origin=["published", "generated"])
    assert first(table)["origin"] == "generated"


def test_the_result_does_not_depend_on_the_order_of_rows():
    table = premises((25, 3), (0, 0), (None, 3), (100, 20))
    pd.testing.assert_frame_equal(
        by_town(TOWNS, table, None, [TARGET]), by_town(TOWNS[::-1], table[::-1].reset_index(drop=True), None, [TARGET])
    )


@pytest.mark.parametrize("share", [0.96, Decimal("0.96"), Fraction(24, 25)])
def test_a_share_given_as_any_number_is_the_decimal_that_is_written(share):
    assert Target(down_mbps=25, up_mbps=3, share=share).share == Fraction(24, 25)


@pytest.mark.parametrize(
    "share", [True, "0.96", 0, -1, 1.01, float("nan"), float("inf"), Decimal("1e-99999999"), 0.1234567]
)
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValidationError, match="share"):
        Target(down_mbps=25, up_mbps=3, share=share)


@pytest.mark.parametrize("speed", [True, "25", 0, -1, float("nan"), float("inf"), Decimal("1e400")])
def test_a_speed_that_is_none_is_refused(speed):
    with pytest.raises(ValidationError, match="down_mbps"):
        Target(down_mbps=speed, up_mbps=3, share=Fraction(24, 25))
