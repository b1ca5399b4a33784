"""The back-test against plain refits, published ratios and the count of budgets that its intervals hold."""

import numpy as np
import pandas as pd
import pytest

from layers import LayerError, PlanError, Source, data_folder, declared, read
from planner import backtest
from planner.backtest_components import Estimate, back_test_components
from planner.prices import load_prices

METRES_PER_MILE = 1609.344


def facts(name, layer):
    return read(Source(data_folder() / "facts" / f"{name}.csv"), declared(layer), "EPSG:26986").table


@pytest.fixture(scope="module")
def budgets():
    return facts("last_mile_budgets_2015", "published_budgets")


@pytest.fixture(scope="module")
def survey():
    return facts("second_survey_2016", "second_survey")


@pytest.fixture(scope="module")
def actual():
    return facts("actual_costs", "actual_costs")


@pytest.fixture(scope="module")
def table(budgets, survey, actual):
    return backtest.back_test(budgets, survey, actual)


@pytest.fixture(scope="module")
def account():
    return facts("actual_components", "actual_components")


def design_of(rows):
    return np.column_stack([np.ones(len(rows)), rows[["route_m", "premises", "poles"]].to_numpy("float64")])


def without(rows, *towns):
    """Return the model's coefficients, refitted by numpy without some towns."""
    rest = rows[~rows["town_geoid"].isin(towns)]
    design = design_of(rest)
    scale = design.max(axis=0)
    return np.linalg.lstsq(design / scale, rest["total_usd"].to_numpy("float64"))[0] / scale


def test_predictions_are_those_of_a_plain_refit_without_the_town(budgets, table):
    rows = budgets.sort_values("town_geoid", ignore_index=True)
    wanted = [float(design_of(rows)[n] @ without(rows, town)) for n, town in enumerate(rows["town_geoid"])]
    np.testing.assert_allclose(table["predicted_budget_usd"], wanted, rtol=1e-6)
    assert table["error_share"].abs().mean() <= 0.075
    np.testing.assert_allclose(table["error_share"], np.array(wanted) / rows["total_usd"] - 1, atol=1e-6)


@pytest.mark.parametrize("town", ["Monroe", "Plainfield", "Princeton"])
def test_an_interval_is_that_of_plain_refits_without_the_town(budgets, survey, table, town):
    code = table.set_index("town")["town_geoid"][town]
    mine, others = budgets[budgets["town_geoid"] == code], budgets[budgets["town_geoid"] != code]
    law = without(budgets, code)
    predicted = float(design_of(mine)[0] @ law)
    errors = []
    for other in others["town_geoid"]:
        row = budgets[budgets["town_geoid"] == other]
        errors.append(float(row["total_usd"].iloc[0] / (design_of(row)[0] @ without(budgets, code, other))))
    both = budgets.merge(survey.drop(columns="town"), on="town_geoid")
    both = both[both["town_geoid"] != code]
    moved = []
    for sign in (1, -1):
        new = pd.DataFrame(
            {
                "route_m": mine["route_m"].iloc[0] * (both["survey_route_m"] / both["route_m"]) ** sign,
                "premises": mine["premises"].iloc[0] * (both["survey_units"] / both["desk_units"]) ** sign,
                "poles": mine["poles"].iloc[0] * (both["survey_poles"] / both["poles"]) ** sign,
            }
        )
        moved += list(design_of(new) @ law / predicted)
    ends = predicted * np.quantile([a * b for a in errors for b in moved], [0.05, 0.95], method="linear")
    said = table.set_index("town").loc[town]
    assert said["interval_low_usd"] == pytest.approx(ends[0], rel=2e-4)
    assert said["interval_high_usd"] == pytest.approx(ends[1], rel=2e-4)


def test_no_figure_of_a_town_enters_its_own_interval(budgets, survey, table):
    code = table.set_index("town")["town_geoid"]["Otis"]
    other = budgets.assign(total_usd=budgets["total_usd"].mask(budgets["town_geoid"] == code, 9_999_999))
    moved = survey.assign(survey_poles=survey["survey_poles"].mask(survey["town_geoid"] == code, 9_999))
    again = backtest.back_test(other, moved, None).set_index("town").loc["Otis"]
    mine = table.set_index("town").loc["Otis"]
    for name in ("predicted_budget_usd", "interval_low_usd", "interval_high_usd"):
        assert again[name] == pytest.approx(mine[name], abs=0.02)


def test_the_intervals_hold_the_published_budgets_and_are_not_wide(table):
    assert len(table) == 44
    assert table["holds"].sum() >= 35
    assert table["holds"].sum() == 41
    assert table.loc[~table["holds"].astype(bool), "town"].tolist() == ["Monroe", "Tolland", "New Braintree"]
    assert table["width_share"].median() == pytest.approx(0.447, abs=0.001)
    assert table["width_share"].max() < 0.5


def test_published_ratios_of_finished_towns(table):
    # published ratios of cost as built to budget: 1.24 and 1.31
    ratio = table.set_index("town")["actual_over_budget"]
    assert ratio["Plainfield"] == pytest.approx(1.24, abs=0.005)
    assert ratio["Charlemont"] == pytest.approx(1.31, abs=0.005)
    assert table["actual_usd"].notna().sum() == 3
    notes = table.set_index("town")["note"]
    assert notes["Charlemont"] == "cost as built lies above the interval, which is about budgets"
    assert notes["Otis"] == "cost as built lies in the interval, which is about budgets"


def test_the_two_counts_lie_as_far_apart_as_published(budgets, survey):
    # published: miles from 38 % less to 40 % more, 43 towns
    ratios = np.exp(backtest.count_ratios(budgets, survey)["route_m"])
    assert len(ratios) == 43
    assert ratios.min() - 1 == pytest.approx(-0.38, abs=0.005)
    assert ratios.max() - 1 == pytest.approx(0.40, abs=0.005)


def test_the_order_of_rows_does_not_matter(budgets, survey, actual, table):
    mixed = [frame.sample(frac=1, random_state=3).reset_index(drop=True) for frame in (budgets, survey, actual)]
    pd.testing.assert_frame_equal(backtest.back_test(*mixed), table)


def test_without_a_second_count_the_interval_says_so(budgets, table):
    alone = backtest.back_test(budgets, None, None)
    assert set(alone["note"]) == {"interval without the spread of a second count"}
    assert alone["actual_usd"].isna().all()
    assert (alone["width_share"] < table["width_share"]).all()


def test_what_cannot_be_tested_is_refused_or_not_known(budgets, survey):
    with pytest.raises(PlanError, match="7 published budgets; at least 8 are needed"):
        backtest.back_test(budgets.head(8), None, None)
    with pytest.raises(PlanError, match="5 towns have a budget and a second count; at least 8 are needed"):
        backtest.back_test(budgets, survey.head(5), None)
    with pytest.raises(PlanError, match="Becket has a budget without route or poles"):
        backtest.count_ratios(budgets.assign(poles=budgets["poles"].mask(budgets["town"] == "Becket", 0)), survey)
    with pytest.raises(LayerError, match="column 'survey_poles' has 1 value below 1"):
        declared("second_survey").check(survey.assign(survey_poles=[0, *survey["survey_poles"][1:]]))
    low = budgets.assign(total_usd=(5000.0 * budgets["premises"] - 1_500_000).clip(lower=1))
    table = backtest.back_test(low, survey, None)
    unknown = table["interval_low_usd"].isna()
    assert unknown.any()
    assert table["holds"].isna().equals(unknown)
    assert set(table["note"][unknown]) == {"not known: the model gives no positive budget here"}


def test_the_account_adds_up_and_gives_the_published_unit_costs(account):
    # published: 2,181,242 in all; 23,403 a mile of distribution, 7,659 a mile of make-ready, 977 a drop
    assert account["actual_usd"].sum() == 2_181_242
    cost, quantity = account.set_index("component")["actual_usd"], account.set_index("component")["quantity"]
    miles = quantity["distribution"] / METRES_PER_MILE
    assert cost["distribution"] / miles == pytest.approx(23_403, abs=1)
    assert cost["make-ready"] / miles == pytest.approx(7_659, abs=1)
    assert cost["drops"] / quantity["drops"] == pytest.approx(977, abs=0.5)


def test_components_stand_beside_the_prices_of_the_book(account, tmp_path):
    prices = load_prices("massachusetts-2015", tmp_path).middle_mile
    assert prices is not None
    metres = 47 * METRES_PER_MILE
    estimates = {
        "distribution": Estimate.of(metres, "m", prices.aerial, "as built"),
        "make-ready": Estimate.of(metres, "m", prices.make_ready, "as built"),
        "hub": Estimate.of(1, "hubs", prices.hut, "as built"),
    }
    estimates["design"] = Estimate.share(dict(estimates), prices.design_share)
    table = back_test_components(account, estimates).set_index("component")
    assert table.index.tolist() == ["design", "distribution", "drops", "hub", "make-ready", "total"]
    assert table["actual_usd"]["total"] == 2_181_242 - 310_753
    assert table["note"]["drops"] == "no unit price"
    assert table["note"]["total"] == "1 of 4 components at prices of this account; without drops"
    assert table["predicted_central_usd"]["distribution"] == pytest.approx(metres * prices.aerial.central)
    others = table.loc[["distribution", "make-ready", "hub"], "predicted_central_usd"].sum()
    assert table["predicted_central_usd"]["design"] / (
        others + table["predicted_central_usd"]["design"]
    ) == pytest.approx(0.16)
    assert table["actual_over_predicted"]["distribution"] == pytest.approx(
        1_099_955 / (metres * prices.aerial.central), abs=1e-3
    )
    # the hub's price was read from this account
    assert table.index[table["independent"].eq(other=True)].tolist() == ["design", "distribution", "make-ready"]
    assert table.index[table["independent"].isna()].tolist() == ["drops"]
    assert table["in_band"]["distribution"]
    assert "no test" in table["note"]["hub"]


def test_estimates_must_fit_the_account(account):
    price = Estimate(1, "antennas", 1, 2, 3, "guess", "nowhere")
    with pytest.raises(PlanError, match="the account has no component 'antennas'"):
        back_test_components(account, {"antennas": price})
    other = account.assign(town_geoid=["2501112505", *account["town_geoid"][1:]])
    with pytest.raises(PlanError, match="one town at a time"):
        back_test_components(other, {})
    assert len(back_test_components(account, {})) == 5


def test_the_headline_says_error_coverage_and_width(table, account):
    components = back_test_components(account, {"drops": Estimate(318, "drops", 900, 1000, 1100, "as built", "x")})
    said = backtest.headline(table, components)
    assert said[0].startswith("44 published budgets, each foretold without its own town: mean absolute error 7.2 %")
    assert (
        said[1] == "The 90 % interval holds 41 of 44 published budgets; its median width is 44.7 % of the prediction."
    )
    assert said[2] == "Cost as built by published budget: Otis 1.03, Charlemont 1.31 and Plainfield 1.24."
    assert said[3] == "Plainfield, cost as built by unit prices: drops 0.98."


def test_offers_are_published_with_price_and_share():
    table = facts("offers", "offers")
    charlemont = table[table["town_geoid"] == "2501112505"]
    # published: the last fifth costs about 11,600 a home of some 700
    step = charlemont["public_usd"].diff().iloc[1] / (charlemont["share_served"].diff().iloc[1] * 700)
    assert step == pytest.approx(11_600, abs=50)
    assert table["public_usd"].tolist()[-1] == 805_800
    assert table["source"].notna().all()
