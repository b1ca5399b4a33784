"""The cost model against published figures, plain refits and finished towns."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import PlanError, Source, data_folder, declared, read
from planner import costs
from planner.prices import load_prices

METERS_PER_MILE = 1609.344


@pytest.fixture(scope="module")
def budgets():
    path = data_folder() / "facts" / "last_mile_budgets_2015.csv"
    return read(Source(path), declared("published_budgets"), "EPSG:26986").table


@pytest.fixture(scope="module")
def model(budgets):
    return costs.fit(budgets)


@pytest.fixture(scope="module")
def factor(tmp_path_factory):
    return load_prices("massachusetts-2015", tmp_path_factory.mktemp("p")).budget_to_cost


def test_the_facts_are_the_published_totals(budgets):
    # Massachusetts Broadband Institute, desk estimates of 2015
    assert len(budgets) == 44
    assert budgets["premises"].sum() == 26_797
    assert budgets["poles"].sum() == 59_069
    assert budgets["route_m"].sum() / METERS_PER_MILE == pytest.approx(2040, abs=0.01)
    assert budgets["total_usd"].sum() == 108_930_000
    assert (budgets["professional_fees_usd"] + budgets["construction_usd"] == budgets["total_usd"]).all()


def test_leave_one_out_error_is_at_most_7_5_percent_and_equals_plain_refits(budgets, model):
    refits = []
    for town in budgets["town_geoid"]:
        rest = costs.fit(budgets[budgets["town_geoid"] != town])
        mine = budgets[budgets["town_geoid"] == town]
        refits.append(float((rest.budget_usd(mine) / mine["total_usd"] - 1).iloc[0]))
    np.testing.assert_allclose(model.towns["model_error_share"], refits, rtol=1e-8)
    assert np.abs(refits).mean() <= 0.075


def test_the_fit_agrees_with_a_second_least_squares_routine(budgets, model):
    columns = ["route_m", "premises", "poles"]
    design = np.column_stack([np.ones(44), budgets[columns].to_numpy("float64")])
    normal = np.linalg.solve(design.T @ design, design.T @ budgets["total_usd"].to_numpy("float64"))
    np.testing.assert_allclose(model.coefficients_usd, normal, rtol=1e-6)
    assert model.towns["fitted_budget_usd"].sum() == pytest.approx(108_930_000)
    assert (model.coefficients_usd > 0).all()


def test_poles_per_mile_are_the_published_29(model):
    assert model.poles_per_m * METERS_PER_MILE == pytest.approx(29.0, abs=0.05)


def test_the_finished_towns_lie_inside_the_band(model, factor):
    path = data_folder() / "facts" / "actual_costs.csv"
    actual = read(Source(path), declared("actual_costs"), "EPSG:26986").table
    finished = costs.backtest(actual, model, factor)
    assert finished is not None
    table = finished.set_index("town")
    assert table["in_band"].to_dict() == {"Plainfield": True, "Charlemont": True, "Otis": True}
    # published ratios of cost as built to budget: 1.24 and 1.31
    assert table.loc["Plainfield", "actual_over_budget"] == pytest.approx(1.24, abs=0.005)
    assert table.loc["Charlemont", "actual_over_budget"] == pytest.approx(1.31, abs=0.005)
    quality = costs.fit_table(model, table.reset_index()).set_index("statistic")["value"]
    assert quality["largest cost as built by fit"] <= factor.high


def coverage(*verdicts):
    codes = [f"25011000{i:02d}" for i in range(len(verdicts))]
    return pd.DataFrame(
        {"town_geoid": codes, "town": codes, "verdict": verdicts, "served": pd.array([0] * len(codes), "Int64")}
    )


def quantities(**columns):
    size = len(columns["premises"])
    table = {"town_geoid": [f"25011000{i:02d}" for i in range(size)], "basis": "road length"}
    return pd.DataFrame(table | columns)


def test_only_towns_that_do_not_pass_and_lie_in_range_are_costed(model, factor):
    needs = quantities(premises=[500, 500, 60_000], poles=[1000.0] * 3, route_m=[60_000.0] * 3)
    table = costs.price(coverage("fail", "pass", "not known", "fail"), needs, model, factor)
    assert table["cost_central_usd"].notna().tolist() == [True, False, False, False]
    assert table["cost_note"].tolist()[1] == "meets the target; no build costed"
    assert table["cost_note"][2] == "not known: 60,000 premises (the model covers 81 to 1,823)"
    assert (table["cost_origin"] == "modelled").tolist() == [True, False, False, False]
    costs_of_first = [float(table[f"cost_{name}_usd"][0]) for name in ("low", "central", "high")]
    assert costs_of_first == sorted(costs_of_first)
    assert costs_of_first[1] == pytest.approx(table["budget_usd"][0] * 1.2)
    assert table["cost_note"][3].startswith("not known: no build quantities")


@given(st.integers(81, 1823), st.floats(20_000, 190_000), st.floats(230, 3500), st.floats(0, 1000))
def test_budgets_rise_with_every_quantity(premises, route, poles, more):
    # the published budgets give positive prices for all three quantities
    path = data_folder() / "facts" / "last_mile_budgets_2015.csv"
    model = costs.fit(pd.read_csv(path))
    base = pd.DataFrame({"premises": [premises], "route_m": [route], "poles": [poles]})
    for column in map(str, base):
        assert model.budget_usd(base.assign(**{column: base[column] + more}))[0] >= model.budget_usd(base)[0]


@given(st.integers(0, 10_000), st.tuples(*[st.floats(1, 1e5)] * 4))
def test_an_exact_law_is_found_again(seed, law):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(random.uniform(1, 1000, (12, 3)).round(1), columns=["route_m", "premises", "poles"])
    frame["total_usd"] = law[0] + frame[["route_m", "premises", "poles"]].to_numpy() @ np.array(law[1:])
    frame["town"], frame["town_geoid"] = "T", [f"25011000{i:02d}" for i in range(12)]
    model = costs.fit(frame)
    np.testing.assert_allclose(model.coefficients_usd, law, rtol=1e-5)
    np.testing.assert_allclose(model.towns["model_error_share"], 0, atol=1e-7)


def test_a_cost_that_is_not_positive_is_not_known(model, factor):
    below = replace(model, coefficients_usd=np.array([-1e9, 1.0, 1.0, 1.0]))
    needs = quantities(premises=[500], poles=[1000.0], route_m=[60_000.0])
    table = costs.price(coverage("fail"), needs, below, factor)
    assert table["cost_note"][0] == "not known: the model gives no positive budget for these quantities"
    assert pd.isna(table["cost_low_usd"][0])


def test_a_finished_town_that_was_not_fitted_is_left_out(model, factor):
    other = pd.DataFrame(
        {"town_geoid": ["2599900001"], "town": ["Elsewhere"], "budget_usd": [1.0], "actual_usd": [2.0]}
    )
    assert costs.backtest(other, model, factor) is None


@pytest.mark.parametrize("column", ["poles", "total_usd"])
def test_a_column_without_variety_is_refused(budgets, column):
    with pytest.raises(PlanError, match="is the same in all published budgets"):
        costs.fit(budgets.assign(**{column: 0 if column == "poles" else 5.0}))


def test_too_few_or_parallel_budgets_are_refused(budgets):
    with pytest.raises(PlanError, match="7 published budgets; at least 8 are needed"):
        costs.fit(budgets.head(7))
    with pytest.raises(PlanError, match="move together"):
        costs.fit(budgets.assign(poles=budgets["premises"]))
