"""What fibre to every premises of a town costs: a model fitted to published budgets, and its band.

The model is a fixed sum for each town plus prices for each metre of route, premises and pole, by ordinary least
squares. Its errors are those of leaving each town out in turn. Budgets are not costs: what finished towns paid
is held against the fit, and the price book's factors turn a budget into low, central and high.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers import PlanError
from planner.prices import Factor
from planner.tables import checked
from planner.words import METRES_PER_MILE

_TERMS = {"route_m": "m", "premises": "premises", "poles": "poles"}
_WORDS = {"route_m": "miles of route", "premises": "premises", "poles": "poles"}
_FEWEST_TOWNS = 8


@dataclass(frozen=True)
class CostModel:
    """A fitted budget model.

    Attributes
    ----------
    coefficients_usd
        Fixed sum, then price for each metre of route, premises and pole.
    ranges
        Quantities of the fitted towns; rows smallest and largest. Outside them the model says nothing.
    towns
        The fitted towns: code, name, published and fitted budget, and error when fitted without the town.
    r_squared
        Share of the variance of the published budgets that the fit explains.
    poles_per_m
        Poles for each metre of route over all fitted towns.
    """

    coefficients_usd: npt.NDArray[np.float64]
    ranges: pd.DataFrame
    towns: pd.DataFrame
    r_squared: float
    poles_per_m: float

    def budget_usd(self, quantities: pd.DataFrame) -> pd.Series:
        """Return the fitted budget for each row of quantities, also outside the fitted range."""
        return pd.Series(_design(quantities) @ self.coefficients_usd, quantities.index)

    def outside(self, quantities: pd.DataFrame) -> pd.Series:
        """Say which quantities lie outside the fitted towns' range, in words; empty text where none does."""
        said = pd.Series("", quantities.index, dtype="str")
        for term, word in _WORDS.items():
            low, high = self.ranges[term]
            values = quantities[term].astype("float64")
            beyond = (values < low) | (values > high)
            span = f" {word} (the model covers {_figure(term, low)} to {_figure(term, high)}); "
            found = [f"{_figure(term, value)}{span}" if out else "" for value, out in zip(values, beyond, strict=True)]
            said += pd.Series(found, quantities.index, dtype="str")
        return said.str.removesuffix("; ")


def _figure(term: str, value: float) -> str:
    return f"{value / METRES_PER_MILE if term == 'route_m' else value:,.0f}"


def _design(table: pd.DataFrame) -> npt.NDArray[np.float64]:
    columns = [np.ones(len(table)), *(table[term].to_numpy(dtype="float64") for term in _TERMS)]
    return np.column_stack(columns)


def fit(budgets: pd.DataFrame) -> CostModel:
    """Fit the model to published budgets.

    Parameters
    ----------
    budgets
        Layer `published_budgets`.

    Returns
    -------
    CostModel
        With errors of leaving each town out, by the hat matrix: ``e_i / (1 - h_ii)``.

    Raises
    ------
    PlanError
        With fewer than eight towns, or where quantities move together so that prices cannot be told apart.
    """
    if len(budgets) < _FEWEST_TOWNS:
        raise PlanError("cost model", [f"{len(budgets)} published budgets; at least {_FEWEST_TOWNS} are needed"])
    design, total = _design(budgets), budgets["total_usd"].to_numpy(dtype="float64")
    scale = design.max(axis=0)
    if (scale == 0).any() or np.ptp(total) == 0:
        raise PlanError(
            "cost model", ["a quantity or the total is the same in all published budgets; give budgets that differ"]
        )
    scaled, rank = np.linalg.lstsq(design / scale, total)[:3:2]
    if rank < design.shape[1]:
        raise PlanError("cost model", ["quantities of the published budgets move together; give budgets that differ"])
    basis = np.linalg.qr(design / scale)[0]
    leverage = (basis**2).sum(axis=1)
    residual = total - design @ (scaled / scale)
    if (leverage > 1 - 1e-9).any():
        town = budgets["town"].iloc[int(leverage.argmax())]
        raise PlanError("cost model", [f"the budget of {town} alone fixes a price; give more budgets like it"])
    towns = budgets[["town_geoid", "town"]].assign(
        published_budget_usd=total,
        fitted_budget_usd=total - residual,
        model_error_share=-residual / (1 - leverage) / total,
    )
    return CostModel(
        coefficients_usd=scaled / scale,
        ranges=budgets[list(_TERMS)].agg(["min", "max"]),
        towns=towns,
        r_squared=float(1 - (residual**2).sum() / ((total - total.mean()) ** 2).sum()),
        poles_per_m=float(budgets["poles"].sum() / budgets["route_m"].sum()),
    )


def price(coverage: pd.DataFrame, quantities: pd.DataFrame, model: CostModel, factor: Factor) -> pd.DataFrame:
    """Return the cost of a fibre build for each town, low, central and high, in US dollars.

    Parameters
    ----------
    coverage
        Rows of table `coverage` at the deciding target; towns that pass are not costed.
    quantities
        Table `quantities`.
    model
        Fitted budget model; towns outside its range are not costed.
    factor
        Price book's ``budget_to_cost``.

    Returns
    -------
    pandas.DataFrame
        Table `build_costs`, one row a town, with the reason where there is no cost.
    """
    table = coverage[["town_geoid", "town", "verdict"]].merge(
        quantities[["town_geoid", *_TERMS, "basis"]].rename(columns={"basis": "quantities_basis"}),
        on="town_geoid",
        how="left",
    )
    published = model.towns[["town_geoid", "published_budget_usd", "model_error_share"]]
    table = table.merge(published, on="town_geoid", how="left")
    there = table["route_m"].notna()
    beyond = model.outside(table).where(there, "")
    budget = model.budget_usd(table)
    note = pd.Series(None, table.index, dtype="str")
    note = note.mask(budget <= 0, "not known: the model gives no positive budget for these quantities")
    note = note.mask(beyond != "", "not known: " + beyond)
    note = note.mask(~there, "not known: no build quantities (survey, or roads and premises)")
    note = note.mask(table["verdict"] == "pass", "meets the target; no build costed")
    costed = note.isna()
    table["budget_usd"] = budget.where(costed)
    for name in ("low", "central", "high"):
        table[f"cost_{name}_usd"] = table["budget_usd"] * float(getattr(factor, name))
    table["cost_origin"] = pd.Series("modelled", table.index, dtype="str").where(costed)
    table["quantities_basis"] = table["quantities_basis"].where(costed)
    table["cost_note"] = note.where(~costed, _remarks(table, coverage))
    return checked("build_costs", table)


def _remarks(table: pd.DataFrame, coverage: pd.DataFrame) -> pd.Series:
    """Say what to mind of a cost: a town that is served in part, or was budgeted above the band."""
    partly = pd.Series(coverage["served"].to_numpy(dtype="float64", na_value=0) > 0, table.index)
    above = table["published_budget_usd"] > table["cost_high_usd"]
    remarks = pd.Series("", table.index, dtype="str")
    remarks = remarks.mask(partly, "a build to every premises, though part of the town is served; ")
    remarks = remarks.mask(
        above, remarks + "the published budget lies above the band, which leaves out the model's own error; "
    )
    remarks = remarks.str.removesuffix("; ")
    return remarks.mask(remarks == "")


def backtest(actual: pd.DataFrame, model: CostModel, factor: Factor) -> pd.DataFrame | None:
    """Return table `cost_backtest`: finished towns beside their published and fitted budgets and the band.

    Towns that are not among the fitted ones are left out; None where none is left.
    """
    table = actual.merge(model.towns[["town_geoid", "fitted_budget_usd"]], on="town_geoid")
    if len(table) == 0:
        return None
    table["published_budget_usd"] = table["budget_usd"]
    table["actual_over_budget"] = table["actual_usd"] / table["budget_usd"]
    table["actual_over_fit"] = table["actual_usd"] / table["fitted_budget_usd"]
    table["cost_low_usd"] = table["fitted_budget_usd"] * factor.low
    table["cost_high_usd"] = table["fitted_budget_usd"] * factor.high
    table["in_band"] = table["actual_usd"].between(table["cost_low_usd"], table["cost_high_usd"])
    return checked("cost_backtest", table)


def terms_table(model: CostModel) -> pd.DataFrame:
    """Return table `cost_terms`."""
    ranges = model.ranges
    rows = [("town", model.coefficients_usd[0], "town", 1.0, 1.0)]
    rows += [
        (term, coefficient, unit, float(ranges[term].iloc[0]), float(ranges[term].iloc[1]))
        for (term, unit), coefficient in zip(_TERMS.items(), model.coefficients_usd[1:], strict=True)
    ]
    columns = ["term", "coefficient_usd", "unit", "smallest", "largest"]
    return checked("cost_terms", pd.DataFrame(rows, columns=columns))


def fit_table(model: CostModel, finished: pd.DataFrame | None) -> pd.DataFrame:
    """Return table `cost_fit`: how well the model gives budgets back, and the measured overrun of finished towns."""
    towns = model.towns
    error = towns["model_error_share"].abs()
    in_fit = (towns["fitted_budget_usd"] / towns["published_budget_usd"] - 1).abs()
    worst = towns["town"].iloc[int(error.to_numpy().argmax())]
    out = "each town fitted without itself"
    rows: list[tuple[str, Any, str, str | None]] = [
        ("towns fitted", len(towns), "towns", None),
        ("published total", towns["published_budget_usd"].sum(), "usd", None),
        ("fitted total", towns["fitted_budget_usd"].sum(), "usd", None),
        ("variance explained", model.r_squared, "share", None),
        ("mean absolute error in the fit", in_fit.mean(), "share", None),
        ("mean absolute error, leave one out", error.mean(), "share", out),
        ("90th percentile of error, leave one out", error.quantile(0.9), "share", out),
        ("largest error, leave one out", error.max(), "share", f"{worst}; {out}"),
    ]
    if finished is not None and len(finished):
        names = ", ".join(finished["town"])
        ratio = finished["actual_over_fit"]
        rows += [
            ("finished towns", len(finished), "towns", names),
            ("smallest cost as built by fit", ratio.min(), "ratio", names),
            ("largest cost as built by fit", ratio.max(), "ratio", names),
        ]
    table = pd.DataFrame(rows, columns=["statistic", "value", "unit", "note"])
    table["value"] = [round(float(value), 2 if unit == "usd" else 6) for _, value, unit, _ in rows]
    return checked("cost_fit", table)
