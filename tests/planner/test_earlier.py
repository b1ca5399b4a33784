"""Towns on the day of earlier filings: judged as today, over today's locations, and unknown where they are."""

import types
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.earlier import earlier
from planner.target import Target

DAY = pd.Timestamp("2023-12-31")


def plan_of(rows, towns=None, share="0.96") -> Any:
    """A plan whose filings count (premises, served before, unknown before, gained, lost) by town."""
    codes = [f"25003{at:05}" for at in range(len(rows))]
    change = pd.DataFrame(
        rows, columns=["premises", "served_before", "unknown_before", "gained", "lost"], dtype="Int64"
    )
    change["served"] = change["served_before"] + change["gained"] - change["lost"]
    change = change.assign(town_geoid=codes, town=codes, target="25/3", before=DAY)
    change["change_share"] = (change["gained"] - change["lost"]) / change["premises"]
    target = Target(down_mbps=25, up_mbps=3, share=Fraction(share))
    results = pd.DataFrame({"town_geoid": towns or codes, "town": towns or codes})
    return types.SimpleNamespace(
        region=types.SimpleNamespace(targets=[target]), tables={"coverage_change": change, "town_results": results}
    )


def test_towns_are_judged_as_they_were_by_the_rule_of_today():
    # 96 of 100 is the target; 95 falls short; 95 and one unknown turns on that one; 90 and five unknown cannot reach it
    rows = [(100, 96, 0, 4, 0), (100, 95, 0, 0, 5), (100, 95, 1, 0, 0), (100, 90, 5, 0, 0)]
    found: Any = earlier(plan_of(rows))
    assert found["verdict"].tolist() == ["pass", "fail", "not known", "fail"]
    assert found["unserved"].tolist() == [4, 5, 4, 5]
    assert found["shortfall"].tolist() == [0, 1, pd.NA, 6]
    assert found["share_served"].round(6).tolist()[:2] == [0.96, 0.95]
    assert pd.isna(found["share_served"].iloc[2])
    assert found[["gained", "lost"]].to_numpy().tolist() == [[4, 0], [0, 5], [0, 0], [0, 0]]
    assert set(found["before"]) == {DAY}


def test_a_town_that_the_filings_do_not_count_stays_unknown():
    plan = plan_of([(100, 96, 0, 0, 0)], towns=["2500399999", "2500300000"])
    found: Any = earlier(plan)
    assert found["verdict"].tolist() == ["not known", "pass"]
    assert found.loc[0, ["premises", "served", "gained", "lost"]].isna().all()


def test_one_filing_has_no_earlier_day():
    plan = plan_of([(100, 96, 0, 0, 0)])
    plan.tables["coverage_change"]["target"] = "100/20"
    assert earlier(plan) is None
    del plan.tables["coverage_change"]
    assert earlier(plan) is None


@given(
    st.lists(st.tuples(st.integers(1, 400), st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=8),
    st.integers(1, 100),
)
def test_verdicts_are_those_of_counting_every_case(counts, percent):
    rows = [(n, min(served, n), min(unknown, n - min(served, n)), 0, 0) for n, served, unknown in counts]
    found: Any = earlier(plan_of(rows, share=f"{percent / 100:.2f}"))
    for verdict, (n, served, unknown, _, _) in zip(found["verdict"], rows, strict=True):
        outcomes = {(served + more) * 100 >= percent * n for more in range(unknown + 1)}
        assert verdict == ("not known" if len(outcomes) > 1 else "pass" if True in outcomes else "fail")


@pytest.mark.parametrize("order", [[1, 0], [0, 1]])
def test_rows_follow_the_results(order):
    plan = plan_of([(100, 96, 0, 0, 0), (100, 10, 0, 0, 0)])
    plan.tables["town_results"] = plan.tables["town_results"].iloc[order]
    found: Any = earlier(plan)
    assert found["verdict"].tolist() == [["pass", "fail"][at] for at in order]
