"""Draws and swings: analytic means and quantiles, scipy's distribution, repeatability."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import triang

from planner.finance.project import read_projects
from planner.finance.risk import drawn, quantiles, risk, tornado
from planner.finance.terms import Band, Terms, triangular
from planner.finance.town import year
from tests.planner.finance._cases import certain, projects, towns


@given(st.floats(0, 100), st.floats(0, 1), st.floats(0.01, 100), st.floats(0, 1))
def test_quantiles_are_those_of_scipy(low, mode, width, quantile):
    central = min(low + mode * width, low + width)
    ours = triangular(*map(np.asarray, (quantile, low, central, low + width)))
    assert float(ours) == pytest.approx(triang.ppf(quantile, mode, loc=low, scale=width), abs=1e-6 * (1 + low + width))


def test_draws_have_the_mean_and_spread_of_the_distribution():
    bands = certain() | {"take_rate": Band(0.4, 0.6, 0.8, "share"), "reserve": Band(0.03, 0.03, 0.05, "share")}
    terms = drawn(bands, 20_000, 1)
    assert terms.take_rate.mean() == pytest.approx(0.6, abs=1e-4)
    assert terms.take_rate.std() == pytest.approx(0.2 / np.sqrt(6), rel=1e-3)  # half width by the root of six
    assert terms.reserve.mean() == pytest.approx((0.03 + 0.03 + 0.05) / 3, rel=1e-3)
    assert np.unique(terms.price).tolist() == [100.0]
    assert abs(np.corrcoef(terms.take_rate, terms.reserve)[0, 1]) < 0.03


def test_one_uncertain_input_gives_the_analytic_spread():
    read = read_projects(projects(capital_low_usd=90_000.0, capital_high_usd=160_000.0), towns())
    row = risk(read, certain(), 20_000, 3).iloc[0]
    # 48,000 earned less 6,501 of running costs; a dollar of capital costs 0.03 and 0.1 a year, after the known parts
    capital = triang((100 - 90) / 70, loc=90_000, scale=70_000)

    def surplus(of):
        return 48_000 - 6501 - 0.03 * (of - 20_000) - 0.1 * (of - 30_000)

    assert row["surplus_mean_usd_year"] == pytest.approx(surplus(capital.mean()), abs=2)
    for name, share in (("p5", 0.95), ("p50", 0.5), ("p95", 0.05)):
        assert row[f"surplus_{name}_usd_year"] == pytest.approx(surplus(capital.ppf(share)), abs=5)
    assert row["surplus_probability"] == 1


def test_the_same_seed_gives_the_same_draws_whatever_else_is_there():
    bands = certain() | {"take_rate": Band(0.1, 0.2, 0.8, "share"), "price": Band(20.0, 40.0, 60.0, "usd")}
    few, many = (risk(read_projects(projects(count), towns(count)), bands, 300, 5) for count in (2, 9))
    assert few.to_csv() == many.head(2).to_csv()
    other = risk(read_projects(projects(2), towns(2)), bands, 300, 6)
    assert not few.drop(columns="seed").equals(other.drop(columns="seed"))
    np.testing.assert_array_equal(quantiles("price", 50, 1), quantiles("price", 50, 1))
    assert sorted((quantiles("price", 50, 1) * 50).astype(int)) == list(range(50))


def test_a_network_that_seldom_breaks_even_says_so():
    bands = certain() | {"price": Band(20.0, 25.0, 120.0, "usd")}
    row = risk(read_projects(projects(capital_central_usd=300_000.0), towns()), bands, 1000, 1).iloc[0]
    assert 0 < row["surplus_probability"] < 0.5
    assert 0 < row["break_even_p5"] <= 1
    assert np.isnan(row["break_even_p95"])


def test_blocks_of_draws_make_no_difference(monkeypatch):
    read, bands = read_projects(projects(7), towns(7)), certain() | {"price": Band(20.0, 40.0, 60.0, "usd")}
    whole = risk(read, bands, 100, 1)
    monkeypatch.setattr("planner.finance.risk._CELLS", 200)
    assert whole.equals(risk(read, bands, 100, 1))


def test_swings_are_plain_refits_and_fall():
    bands = certain() | {"take_rate": Band(0.4, 0.5, 0.7, "share"), "pole": Band(10.0, 16.0, 20.0, "usd")}
    read = read_projects(projects(2, capital_high_usd=[150_000.0, 100_000.0]), towns(2))
    table = tornado(read, bands)
    first = table[table["town"] == "Town 0"]
    assert first["input"].tolist() == ["take_rate", "capital", "pole"]
    assert table[table["town"] == "Town 1"]["input"].tolist() == ["take_rate", "pole"]
    assert (first["swing_usd_year"].diff().dropna() <= 0).all()
    # 30 more subscribers at 932.5 each; 50,000 more capital at 0.13; ten poles at 10 more, with a tenth
    np.testing.assert_allclose(first["swing_usd_year"], [20 * 932.5 * 1.5, 6500, 110])
    low = year(read.works, Terms.of({name: band.central for name, band in bands.items()} | {"take_rate": 0.4})).surplus
    assert first["surplus_low_usd_year"].iloc[0] == pytest.approx(low[0])
