"""The arithmetic of town finance against sums done by hand, published values and brute force."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.finance.town import (
    Case,
    break_even_take,
    cash_flow,
    debt_payment,
    grant_to_break_even,
    opex,
    subscribers,
    tax_impact,
    year,
)
from tests.planner.finance._cases import terms, works


def test_subscribers_leave_out_the_empty_and_count_the_seasonal_in_part():
    # 1000 units, 5 percent empty, 12 percent of the rest for 7 months: 950 x (0.88 + 0.07) x 0.6
    counted = subscribers(*map(np.asarray, (1000.0, 0.05, 0.12, 0.6)))
    assert float(counted) == pytest.approx(541.5)


def test_the_level_payment_is_that_of_published_tables():
    # the usual textbook mortgage: 100,000 at 6 percent over 30 years is 599.55 a month
    assert float(debt_payment(*map(np.asarray, (100_000.0, 0.06 / 12, 360.0)))) == pytest.approx(599.55, abs=0.005)
    # capital recovery factor of engineering tables, (A/P, 4 %, 20) = 0.0736 and (A/P, 10 %, 5) = 0.2638
    assert float(debt_payment(*map(np.asarray, (1.0, 0.04, 20.0)))) == pytest.approx(0.0736, abs=5e-5)
    assert float(debt_payment(*map(np.asarray, (1.0, 0.10, 5.0)))) == pytest.approx(0.2638, abs=5e-5)
    assert float(debt_payment(*map(np.asarray, (100.0, 0.0, 20.0)))) == 5.0


@given(st.floats(0, 1e8), st.floats(0, 0.5), st.integers(1, 40))
def test_payments_pay_the_loan_back_to_the_cent(principal, rate, years):
    payment = float(debt_payment(*map(np.asarray, (principal, rate, float(years)))))
    left = principal
    for _ in range(years):
        left = left * (1 + rate) - payment
    assert left == pytest.approx(0, abs=1e-9 * principal * (1 + rate) ** years + 1e-6)


def test_running_costs_by_component():
    now = opex(works(), terms(), np.array([50.0]))
    assert {name: float(part[0]) for name, part in now.items()} == pytest.approx(
        {
            "insurance": 1000, "pole bond and rental": 160, "electricity": 500, "operator, fixed": 2000,
            "operator, by subscriber": 500, "maintenance": 250, "backhaul": 500, "administration": 1000,
            "contingency": 591,
        }
    )  # fmt: skip
    together = opex(works(shared=True), terms(), np.array([50.0]))
    # half of the operator and of the administration, and a tenth less on both: 1,500 and 150
    assert float(np.sum([now[name] - together[name] for name in now])) == pytest.approx(1650)


def test_a_cash_flow_written_out():
    table = cash_flow(Case(works(), terms(), (0.5,), 11))
    assert table["year"].tolist() == list(range(1, 12))
    first, second, last = table.iloc[0], table.iloc[1], table.iloc[10]
    expected = {
        "take_rate": 0.25, "subscribers": 25, "revenue_usd": 30_000, "isp_usd": 6000, "opex_usd": 5813.5,
        "reserve_usd": 2400, "debt_service_usd": 7000, "surplus_usd": 8786.5, "cumulative_usd": 8786.5,
    }  # fmt: skip
    assert {name: float(first[name]) for name in expected} == pytest.approx(expected)
    expected = {
        "take_rate": 0.5, "subscribers": 50, "revenue_usd": 60_000, "isp_usd": 12_000, "opex_usd": 6501,
        "reserve_usd": 2400, "debt_service_usd": 7000, "surplus_usd": 32_099, "cumulative_usd": 40_885.5,
    }  # fmt: skip
    assert {name: float(second[name]) for name in expected} == pytest.approx(expected)
    assert (last["debt_service_usd"], last["surplus_usd"]) == (0, 39_099)  # the bond of ten years is paid
    assert last["cumulative_usd"] == pytest.approx(8786.5 + 9 * 32_099 + 39_099)


def test_break_even_written_out():
    # margin: 960 - 1.1 x 25 by subscriber, 93,250 for all 100; fixed: 1.1 x 4,660 + 2,400 + 7,000
    assert break_even_take(works(), terms())[0] == pytest.approx(14_526 / 93_250)
    assert np.isnan(break_even_take(works(), terms(price=21.0))[0])  # a margin below 0
    assert np.isnan(break_even_take(works(capital=5e6), terms())[0])  # not even with all


@given(st.floats(30, 200), st.floats(0, 2e6), st.floats(0, 0.2), st.floats(0, 1))
def test_break_even_is_where_a_scan_finds_it(price, capital, interest, share):
    town = works(capital=capital, make_ready=0.0, granted=capital * share)
    said = terms(price=price, interest=interest)
    rates = np.linspace(0, 1, 10_001)
    whole = year(replace(town, **{name: getattr(town, name)[:, None] for name in vars(town)}), said, rates).surplus[0]
    found = break_even_take(town, said)[0]
    if np.isnan(found):
        assert whole.max() <= 1e-6
    else:
        assert found == pytest.approx(rates[np.argmax(whole >= -1e-9)], abs=1.01e-4)


@given(st.floats(50, 200), st.floats(0, 1), st.floats(0, 1))
def test_more_subscribers_never_lower_the_surplus_where_each_leaves_a_margin(price, one, other):
    low, high = sorted((one, other))
    at = [float(year(works(), terms(price=price), np.asarray(take)).surplus[0]) for take in (low, high)]
    assert at[1] >= at[0] - 1e-9


@given(st.floats(20, 150), st.floats(0, 3e6), st.floats(0, 0.2), st.integers(1, 40))
def test_the_grant_to_break_even_leaves_nothing_over(price, capital, interest, term):
    said = terms(price=price, interest=interest, term_years=float(term))
    town = works(capital=capital, make_ready=0.0, granted=0.0)
    surplus, grant = year(town, said).surplus[0], grant_to_break_even(town, said)[0]
    if np.isnan(grant):  # without any debt it still does not live
        assert year(replace(town, granted=town.capital), said).surplus[0] < 0
    elif surplus >= 0:
        assert grant == 0
    else:
        with_it = year(replace(town, granted=town.granted + grant), said).surplus[0]
        assert with_it == pytest.approx(0, abs=1e-6 * max(capital, 1))


def test_tax_is_what_is_lacking_by_assessed_value():
    # 50,000 lacking in a town of 100 million: half a dollar on a thousand, 100 on a home of 200,000
    wanting = np.array([-50_000.0, 50_000.0, np.nan])
    tax = tax_impact(wanting, np.full(3, 1e8), np.full(3, 2e5))
    np.testing.assert_allclose(tax, [100, 0, np.nan])


def test_a_provider_runs_its_own_network():
    now = year(works(runs=False), terms())
    assert (now.revenue[0], now.opex[0], now.reserve[0]) == (0, 0, 0)
    assert now.surplus[0] == -7000  # what the town borrowed all the same
    assert grant_to_break_even(works(runs=False), terms())[0] == 70_000


def test_towns_without_own_shares_take_those_of_the_terms():
    now = year(works(vacancy=np.nan, seasonal=np.nan), terms())
    assert now.subscribers[0] == pytest.approx(100 * 0.9 * 0.95 * 0.5)
