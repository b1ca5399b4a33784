"""Margins of error: the handbook's worked examples, and draws as oracle."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.eligibility import error

# Census Bureau, Understanding and Using American Community Survey Data (2018), ch. 8: never-married women of Fairfax,
# Arlington and Alexandria, as a share of all women there, and never-married men against them.
WOMEN = ((135173, 3860), (43104, 2642), (24842, 1957))


def test_the_handbooks_sum_share_and_ratio():
    values, margins = np.array(WOMEN, float).T
    assert values.sum() == 203119
    assert error.of_sum(values, margins) == pytest.approx(5070, abs=1)
    assert error.of_share(203119, 5070, 630498, 831) == pytest.approx(0.008, abs=5e-4)
    assert error.of_ratio(226840, 5556, 203119, 5070) == pytest.approx(0.039, abs=5e-4)


def test_the_data_aggregators_published_sum():
    # PyPI page of census-data-aggregator: males and females under five
    assert error.of_sum([10154024, 9712936], [3778, 3911]) == pytest.approx(5437.757350231803)


def test_only_the_largest_margin_of_zero_estimates_counts_and_once():
    assert error.of_sum([0, 0, 0, 100], [12, 10, 12, 5]) == pytest.approx(13.0)
    assert error.of_sum([0, 0], [12, 5]) == 12
    assert np.isnan(error.of_sum([1, 2], [np.nan, 1]))


def test_a_share_falls_back_to_the_ratio_where_the_root_would_be_negative():
    assert error.of_share(90, 1, 100, 20) == error.of_ratio(90, 1, 100, 20)
    assert np.isnan(error.of_share(0, 1, 0, 1))


@given(
    st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1e4)), min_size=1, max_size=12).map(
        lambda rows: np.array(rows, float).T
    )
)
def test_sums_by_the_rule_in_words(rows):
    values, margins = rows
    zeros = [margin for value, margin in zip(values, margins, strict=True) if value == 0]
    others = [margin for value, margin in zip(values, margins, strict=True) if value != 0]
    counted = [*others, *([max(zeros)] if zeros else [])]
    assert error.of_sum(values, margins) == pytest.approx(math.sqrt(sum(margin**2 for margin in counted)))


@given(st.floats(-1e3, 1e3), st.floats(0.5, 50), st.floats(0.1, 20))
def test_the_probability_falls_with_the_threshold_and_is_half_at_the_value(value, gap, margin):
    assert error.probability_at_least(value, value, margin) == pytest.approx(0.5)
    high, low = (error.probability_at_least(value, value + sign * gap, margin) for sign in (1, -1))
    assert high <= 0.5 <= low
    assert high + low == pytest.approx(1)


def test_the_probability_by_draws():
    seeded = np.random.default_rng(1)
    one = seeded.normal(70.0, 2.0 / error.Z90, 200_000)
    other = seeded.normal(72.0, 1.5 / error.Z90, 200_000)
    share = (other - one >= 1.0).mean()
    margin = error.of_difference(2.0, 1.5)
    assert error.probability_at_least(2.0, 1.0, margin) == pytest.approx(share, abs=0.005)


def test_shares_and_ratios_by_draws():
    seeded = np.random.default_rng(2)
    part = seeded.normal(4000, 300 / error.Z90, 400_000)
    rest = seeded.normal(6000, 400 / error.Z90, 400_000)
    whole = np.rint(seeded.normal(10000, 500 / error.Z90, 400_000)).astype(np.int64)
    inside = seeded.binomial(whole, 0.4)
    margins = np.std(inside) * error.Z90, np.std(whole) * error.Z90
    assert error.of_share(4000, margins[0], 10000, margins[1]) == pytest.approx(
        np.std(inside / whole) * error.Z90, rel=0.03
    )
    assert error.of_ratio(4000, 300, 6000, 400) == pytest.approx(np.std(part / rest) * error.Z90, rel=0.03)


def test_without_a_margin_the_figure_is_exact():
    assert error.probability_at_least([1.0, 1.0, 0.9, np.nan], 1.0, [np.nan, 0.0, 0.0, 1.0])[:3].tolist() == [1, 1, 0]
    assert np.isnan(error.of_difference(np.nan, np.nan))
    assert error.of_difference(np.nan, 2.0) == 2.0
