"""A finished town network's account by component beside what the price book's unit prices give."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from layers import PlanError
from planner.prices import Factor
from planner.tables import checked, tables
from planner.words import listing


@dataclass(frozen=True)
class Estimate:
    """What a component is foretold to cost: a quantity times a unit price, low, central and high.

    Attributes
    ----------
    quantity, unit
        How much, and of what; for a component that is a share of the total, the cost of all others.
    low, central, high
        Unit prices in US dollars, or the share as a factor on the others' cost.
    basis
        What the quantity rests on.
    source
        Where the price was read.
    """

    quantity: float
    unit: str
    low: float
    central: float
    high: float
    basis: str
    source: str

    @classmethod
    def of(cls, quantity: float, unit: str, price: Factor, basis: str) -> "Estimate":
        """Return a quantity at a price of the price book."""
        return cls(quantity, unit, price.low, price.central, price.high, basis, price.source)

    @classmethod
    def share(cls, others: Mapping[str, "Estimate"], share: Factor) -> "Estimate":
        """Return a component that is a share of the total, such as design, from the estimates of all others."""
        quantity = sum(each.quantity * each.central for each in others.values())
        low, central, high = (part / (1 - part) for part in (share.low, share.central, share.high))
        return cls(quantity, "usd of the others", low, central, high, "share of the total", share.source)


def back_test_components(built: pd.DataFrame, estimates: Mapping[str, Estimate]) -> pd.DataFrame:
    """Return a finished town's cost by component beside what unit prices give.

    Parameters
    ----------
    built
        Layer `actual_components`, rows of one town.
    estimates
        Quantity and unit price by component (design, make-ready, hub, distribution, drops); a component without one
        stays without a prediction. A price whose source names the town rests on this very account and proves nothing;
        the column `independent` and the note say so.

    Returns
    -------
    pandas.DataFrame
        Table `back_test_components`; the last row is the total of all components that have a prediction.

    Raises
    ------
    PlanError
        Where rows are of several towns, or an estimate is of a component that the account does not have.
    """
    built = built.sort_values(["component", "item"])
    faults = [] if len(built["town_geoid"].drop_duplicates()) == 1 else ["give the rows of one town at a time"]
    faults += [f"the account has no component '{name}'" for name in estimates if name not in set(built["component"])]
    if faults:
        raise PlanError("back-test by component", faults)
    town = str(built["town"].iloc[0])
    rows = [_component(str(name), group, estimates.get(str(name)), town) for name, group in built.groupby("component")]
    columns = list(tables()["back_test_components"].columns)
    table = pd.DataFrame([*rows, *_total(rows)], columns=columns).assign(
        town_geoid=built["town_geoid"].iloc[0], town=town, origin="modelled"
    )
    predicted = [f"predicted_{level}_usd" for level in ("low", "central", "high")]
    table[["quantity", *predicted]] = table[["quantity", *predicted]].astype("float64")
    table["actual_over_predicted"] = table["actual_usd"] / table["predicted_central_usd"]
    inside = table["actual_usd"].between(table["predicted_low_usd"], table["predicted_high_usd"])
    table["in_band"] = inside.astype("boolean").where(table["predicted_central_usd"].notna())
    return checked("back_test_components", table.drop(columns=["source", "as_of"]))


def _component(name: str, group: pd.DataFrame, estimate: Estimate | None, town: str) -> dict[str, object]:
    row: dict[str, object] = {
        "component": name, "items": listing(list(group["item"])), "actual_usd": float(group["actual_usd"].sum()),
    }  # fmt: skip
    if estimate is None:
        return row | {"note": "no unit price"}
    own = town.casefold() in estimate.source.casefold()
    said = f"quantity: {estimate.basis}" + ("; the price rests on this account, so this is no test" if own else "")
    prices = {level: float(getattr(estimate, level)) for level in ("low", "central", "high")}
    predicted = {f"predicted_{level}_usd": estimate.quantity * price for level, price in prices.items()}
    return (
        row | predicted | {"quantity": estimate.quantity, "unit": estimate.unit, "independent": not own, "note": said}
    )


def _total(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return the sum of the components that have a prediction."""
    priced = pd.DataFrame([row for row in rows if "quantity" in row])
    if priced.empty:
        return []
    money = ["actual_usd", "predicted_low_usd", "predicted_central_usd", "predicted_high_usd"]
    own = int((~priced["independent"].astype(bool)).sum())
    without = [str(row["component"]) for row in rows if "quantity" not in row]
    notes = [f"{own} of {len(priced)} components at prices of this account"] if own else []
    notes += [f"without {listing(without)}"] if without else []
    total: dict[str, object] = {name: float(priced[name].sum()) for name in money}
    total |= {"component": "total", "items": listing(list(priced["component"])), "independent": not own}
    return [total | {"note": "; ".join(notes) or None}]
