"""Shift-share: a worked example, identities, withheld counts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import PlanError
from planner.clusters.shift import effects, shift_share
from tests.planner.clusters._employment import employment

NATION, INDUSTRY, LOCAL = (121_044_320.0, 129_877_063.0), (1_687_808.0, 1_688_864.0), (99_593.0, 99_346.0)


def test_the_worked_example():
    # local 99,593 to 99,346 jobs; the nation 121,044,320 to 129,877,063; the industry 1,687,808 to 1,688,864
    local, industry, nation = ((np.array([first]), np.array([last])) for first, last in (LOCAL, INDUSTRY, NATION))
    found = effects(local, industry, nation, np.array([1000.0]))
    parts = [round(float(part[0]), 2) for part in (found.national, found.mix, found.regional)]
    assert parts == [7267.42, -7205.10, -309.31]
    assert round(float((found.national + found.mix + found.regional)[0]), 2) == -247.0
    assert float((found.competitive + found.allocation)[0]) == pytest.approx(-309.31, abs=0.005)


def test_the_worked_example_as_a_table():
    def year(when, local, industry, nation):
        area = employment([[local]], when)
        us = employment([[industry, nation - industry]], when, kind="nation").assign(area_id="US")
        other = employment([[0, 7]], when)
        return pd.concat([area, other[other["cluster"] == "2"], us])

    values = list(zip(LOCAL, INDUSTRY, NATION, strict=True))
    made = shift_share(pd.concat([year(2010, *values[0]), year(2020, *values[1])]), 2010, 2020)
    row = made[made["cluster"] == "1"].iloc[0]
    assert [round(row[name], 2) for name in ("national_effect", "mix_effect", "regional_effect", "change")] == [
        7267.42, -7205.10, -309.31, -247.0,
    ]  # fmt: skip
    assert row["growth_share"] == pytest.approx(-247 / 99_593)
    assert row["growth_yearly_share"] == pytest.approx((99_346 / 99_593) ** 0.1 - 1)


jobs = st.lists(st.integers(1, 1000), min_size=3, max_size=3)


@given(st.lists(st.tuples(jobs, jobs), min_size=1, max_size=5))
@settings(max_examples=12)
def test_parts_sum_to_the_change_and_areas_to_the_nation(rows):
    first, last = (employment([row[number] for row in rows], year) for number, year in enumerate((2001, 2005)))
    made = shift_share(pd.concat([last, first]), 2001, 2005)
    whole = made["national_effect"] + made["mix_effect"] + made["regional_effect"]
    np.testing.assert_allclose(whole, made["change"], atol=1e-6)
    np.testing.assert_allclose(
        made["competitive_effect"] + made["allocation_effect"], made["regional_effect"], atol=1e-6
    )
    # what areas add to a cluster sums to nothing over the nation; so does the mix over all clusters
    np.testing.assert_allclose(made.groupby("cluster")["regional_effect"].sum(), 0, atol=1e-6)
    assert made["mix_effect"].sum() == pytest.approx(0, abs=1e-6)
    share = last["employment"].sum() / first["employment"].sum() - 1
    np.testing.assert_allclose(made["national_growth_share"], share, atol=1e-12)


def test_an_area_with_the_nations_mix_has_no_allocation():
    table = pd.concat([employment([[10, 20], [100, 200]], 2001), employment([[11, 30], [120, 180]], 2002)])
    np.testing.assert_allclose(shift_share(table, 2001, 2002)["allocation_effect"], 0, atol=1e-9)


def test_what_begins_has_no_growth_and_is_the_areas_own():
    made = shift_share(
        pd.concat([employment([[0, 5], [10, 5]], 2001), employment([[4, 5], [10, 5]], 2002)]), 2001, 2002
    )
    row = made.iloc[0]
    assert row["regional_effect"] == row["change"] == 4
    assert np.isnan(row["growth_share"])
    assert np.isnan(row["competitive_effect"])


def test_a_withheld_count_leaves_its_parts_open_and_not_its_neighbours():
    nation = [employment([[100, 100]], year, kind="nation").assign(area_id="US") for year in (2001, 2002)]
    table = pd.concat([employment([[10, np.nan]], 2001), employment([[12, 8]], 2002), *nation])
    made = shift_share(table, 2001, 2002)
    assert made["change"].isna().tolist() == [False, True]
    assert made["regional_effect"].isna().tolist() == [False, True]
    assert made["competitive_effect"].isna().all()  # the area's total is withheld


def test_an_area_that_a_year_does_not_have_is_not_known_in_it():
    table = pd.concat([employment([[10], [20]], 2001), employment([[12]], 2002)])
    made = shift_share(table, 2001, 2002)
    assert made["change"].isna().tolist() == [False, True]


def test_years_that_are_not_there_are_named():
    with pytest.raises(PlanError, match=r"needs two years, 2001 before 2009; the table has 2001, 2002"):
        shift_share(pd.concat([employment([[1]], 2001), employment([[1]], 2002)]), 2001, 2009)
