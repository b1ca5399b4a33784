"""How well the cost model foretells what is known: published budgets town by town.

Nothing of a town enters its own prediction or interval.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers import PlanError
from planner import costs
from planner.tables import checked
from planner.words import listing

Floats = npt.NDArray[np.float64]
_TAILS: Final = (0.05, 0.95)
_QUANTITIES: Final = ("route_m", "premises", "poles")
_FEWEST_COUNTS: Final = 8


def back_test(budgets: pd.DataFrame, survey: pd.DataFrame | None, actual: pd.DataFrame | None) -> pd.DataFrame:
    """Return each town's published budget beside what the model foretells without it.

    Parameters
    ----------
    budgets
        Layer `published_budgets`.
    survey
        Layer `second_survey`, or None; then intervals hold the model's error alone, and say so.
    actual
        Layer `actual_costs`, or None.

    Returns
    -------
    pandas.DataFrame
        Table `back_test`, in order of towns.

    Raises
    ------
    PlanError
        With fewer than nine budgets, or budgets that the model cannot be fitted to without one of them.

    Notes
    -----
    For each town the model is fitted without it. The logarithms of published by predicted budgets of the other towns,
    each predicted without itself too, are one spread (jackknife). The other is how far two independent counts of route,
    units and poles lie apart in the other towns, in both directions, put through the cost formula at the town's own
    quantities. The interval runs from the 5th to the 95th percentile of all sums of one from each, so nothing is drawn
    at random.
    """
    budgets = budgets.sort_values("town_geoid", ignore_index=True)
    model = costs.fit(budgets)
    counts = None if survey is None else count_ratios(budgets, survey)
    published = model.towns["published_budget_usd"].to_numpy(np.float64)
    table = model.towns[["town_geoid", "town", "published_budget_usd"]].assign(
        predicted_budget_usd=published * (1 + model.towns["model_error_share"]),
        error_share=model.towns["model_error_share"],
    )
    ends = np.array([_interval(budgets, place, counts) for place in range(len(budgets))])
    table["interval_low_usd"], table["interval_high_usd"] = ends.T
    known = ~np.isnan(ends).any(axis=1)
    table["width_share"] = (ends[:, 1] - ends[:, 0]) / table["predicted_budget_usd"]
    holds = (ends[:, 0] <= published) & (published <= ends[:, 1])
    table["holds"] = pd.Series(holds, dtype="boolean").where(known)
    return checked("back_test", _noted(_with_actual(table, actual), survey, known))


def count_ratios(budgets: pd.DataFrame, survey: pd.DataFrame) -> pd.DataFrame:
    """Return how far a second count lies from the one that budgets rest on, as logarithms of ratios.

    Parameters
    ----------
    budgets, survey
        Layers `published_budgets` and `second_survey`; only towns of both count. Units stand for premises.

    Returns
    -------
    pandas.DataFrame
        Columns `route_m`, `premises`, `poles`; index: code of the town.

    Raises
    ------
    PlanError
        Where fewer than eight towns have both counts, or a budget has no route or poles to compare.
    """
    both = budgets[["town_geoid", "town", "route_m", "poles"]].merge(
        survey.drop(columns="town", errors="ignore"), on="town_geoid"
    )
    faults = [
        f"{town} has a budget without route or poles"
        for town in both["town"][(both["route_m"] <= 0) | (both["poles"] <= 0)]
    ]
    if len(both) < _FEWEST_COUNTS:
        faults.append(f"{len(both)} towns have a budget and a second count; at least {_FEWEST_COUNTS} are needed")
    if faults:
        raise PlanError("back-test", faults)
    ratios = pd.DataFrame(
        {
            "route_m": both["survey_route_m"] / both["route_m"],
            "premises": both["survey_units"] / both["desk_units"],
            "poles": both["survey_poles"] / both["poles"],
        }
    )
    return pd.DataFrame(np.log(ratios.to_numpy(np.float64)), both["town_geoid"].to_numpy(), list(_QUANTITIES))


def _interval(budgets: pd.DataFrame, place: int, counts: pd.DataFrame | None) -> tuple[float, float]:
    """Return the interval of one town, made of the other towns; not numbers where the model gives none."""
    town = budgets.iloc[[place]]
    others = budgets.drop(index=place).reset_index(drop=True)
    model = costs.fit(others)
    predicted = float(model.budget_usd(town).iloc[0])
    ratio = 1 / (1 + model.towns["model_error_share"].to_numpy(np.float64))
    moved = np.array([predicted])
    if counts is not None:
        mine = counts.index == town["town_geoid"].iloc[0]
        moved = _moved(model, town, counts[~mine].to_numpy(np.float64))
    if predicted <= 0 or not (ratio > 0).all() or not (moved > 0).all():
        return np.nan, np.nan
    sums = np.log(ratio)[:, None] + np.log(moved / predicted)[None, :]
    low, high = predicted * np.exp(np.quantile(sums.ravel(), _TAILS))
    return float(low), float(high)


def _moved(model: costs.CostModel, town: pd.DataFrame, logs: Floats) -> Floats:
    """Return the budgets of a town with its quantities moved as far as two counts lie apart, either way."""
    factors = np.exp(np.vstack([logs, -logs]))
    own = town[list(_QUANTITIES)].to_numpy(np.float64)
    return model.budget_usd(pd.DataFrame(own * factors, columns=list(_QUANTITIES))).to_numpy(np.float64)


def _with_actual(table: pd.DataFrame, actual: pd.DataFrame | None) -> pd.DataFrame:
    if actual is None:
        return table.assign(actual_usd=np.nan, actual_over_budget=np.nan)
    built = actual[["town_geoid", "actual_usd"]].assign(actual_over_budget=actual["actual_usd"] / actual["budget_usd"])
    return table.merge(built, on="town_geoid", how="left")


def _noted(table: pd.DataFrame, survey: pd.DataFrame | None, known: npt.NDArray[np.bool_]) -> pd.DataFrame:
    actual, low, high = (
        table[name].to_numpy(np.float64) for name in ("actual_usd", "interval_low_usd", "interval_high_usd")
    )
    built = np.select(
        [actual > high, actual < low, actual >= low],
        [f"cost as built lies {where} the interval, which is about budgets; " for where in ("above", "below", "in")], "",
    )  # fmt: skip
    alone = "interval without the spread of a second count; " if survey is None else ""
    none = "not known: the model gives no positive budget here; "
    note = pd.Series(built, table.index) + np.where(known, alone, none)
    note = note.str.removesuffix("; ")
    return table.assign(note=note.mask(note == ""), origin="modelled")


def headline(table: pd.DataFrame, components: pd.DataFrame | None = None) -> list[str]:
    """Return what the back-test says, in a few sentences for the terminal.

    Parameters
    ----------
    table
        Table `back_test`.
    components
        Table `back_test_components`, or None.
    """
    error, known = table["error_share"].abs(), table["holds"].notna()
    worst = table["town"].iloc[int(error.to_numpy().argmax())]
    held = int(table["holds"].eq(other=True).sum())
    fit = (
        f"{len(table)} published budgets, each foretold without its own town: mean absolute error"
        f" {_percent(error.mean())}, 90th percentile {_percent(error.quantile(0.9))}, worst {worst}"
        f" {_percent(error.max())}."
    )
    interval = (
        f"The 90 % interval holds {held} of {int(known.sum())} published budgets; its median width is"
        f" {_percent(table['width_share'].median())} of the prediction."
    )
    said = [fit, interval]
    built = table[table["actual_usd"].notna()]
    if len(built):
        towns = [f"{row.town} {row.actual_over_budget:.2f}" for row in built.itertuples()]
        said.append(f"Cost as built by published budget: {listing(towns)}.")
    if components is not None:
        tested = components[(components["component"] != "total") & components["independent"].eq(other=True)]
        ratios = [f"{row.component} {row.actual_over_predicted:.2f}" for row in tested.itertuples()]
        if ratios:
            said.append(f"{components['town'].iloc[0]}, cost as built by unit prices: {listing(ratios)}.")
    return said


def _percent(share: Any) -> str:
    return f"{100 * float(share):.1f} %"
