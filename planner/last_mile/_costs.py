"""Quantities and prices of each row of a design, in whole cents, so that rows and bill add up to the same."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from planner.cable import Floats
from planner.graph.network import Ints
from planner.last_mile._joined import Joined
from planner.last_mile.cabinets import Sites
from planner.prices import DropClass, Factor, LastMilePrices

LEVELS: Final = ("low", "central", "high")
CENTS: Final = 100


@dataclass(frozen=True, eq=False)
class Item:
    """One line of the bill: how much of it each row takes, and its price."""

    name: str
    unit: str
    quantity: Floats
    price: Factor

    def cents(self, level: str) -> Ints:
        """Return the cost of each row."""
        return np.rint(self.quantity * float(getattr(self.price, level)) * CENTS).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Costed:
    """Rows of a table with what they take.

    Attributes
    ----------
    items
        Lines of the bill.
    design_share
        Design and inspection, as a share of the total.
    """

    items: tuple[Item, ...]
    design_share: Factor

    def construction(self, level: str) -> Ints:
        """Return the cents of each row without design."""
        return np.asarray(sum(item.cents(level) for item in self.items), np.int64)

    def design(self, level: str) -> Ints:
        """Return the cents of design and inspection of each row."""
        share = float(getattr(self.design_share, level))
        return np.asarray(np.rint(self.construction(level) * (share / (1 - share))), np.int64)

    def cents(self, level: str) -> Ints:
        """Return the cents of each row with design."""
        return np.asarray(self.construction(level) + self.design(level), np.int64)

    def usd(self) -> dict[str, Floats]:
        """Return the columns of cost of each row."""
        return {f"cost_{level}_usd": self.cents(level) / CENTS for level in LEVELS}


def route_costs(joined: Joined, prices: LastMilePrices) -> Costed:
    """Return what the edges of the tree take."""
    edge = joined.edge[1:]
    length, build = joined.roads.length_m[edge], joined.laid.build[edge]
    aerial = joined.laid.aerial[edge]
    poles = np.where(aerial & ~joined.laid.own_poles[edge], length * prices.poles_per_m.central, 0.0)
    return Costed(
        (
            Item("aerial route", "m", np.where(aerial, length, 0.0), prices.aerial),
            Item("make-ready of poles", "poles", poles, prices.make_ready),
            Item("underground route", "m", np.where(build == "underground", length, 0.0), prices.underground),
            Item("existing route used", "m", np.where(build == "existing", length, 0.0), prices.existing),
        ),
        prices.design_share,
    )


def site_costs(sites: Sites, prices: LastMilePrices) -> Costed:
    """Return what the hub and the cabinets take."""
    hub = np.arange(len(sites.node)) == 0
    return Costed(
        (
            Item("hub", "hubs", hub.astype(float), prices.hub),
            Item("cabinet", "cabinets", (~hub).astype(float), prices.cabinet),
            Item("splitter", "splitters", sites.splitters.astype(float), prices.splitter),
        ),
        prices.design_share,
    )


def drop_classes(length_m: Floats, classes: list[DropClass]) -> Ints:
    """Return the class of each drop, by position; a drop as long as the longest of a class is of it."""
    limits = np.array([drop.max_m for drop in classes[:-1]], np.float64)
    return np.searchsorted(limits, length_m, side="left").astype(np.int64)


def drop_costs(premises: pd.DataFrame, prices: LastMilePrices) -> Costed:
    """Return what drops and terminals take."""
    length = premises["snap_m"].to_numpy(float)
    kind = drop_classes(length, prices.drops)
    items, begin = [], 0.0
    for number, drop in enumerate(prices.drops):
        mine = kind == number
        items.append(Item(f"drop, {drop.name}", "drops", mine.astype(float), drop.each))
        if drop.per_m.high > 0:
            beyond = np.where(mine, length - begin, 0.0)
            items.append(Item(f"drop, {drop.name}: metres beyond {begin:g}", "m", beyond, drop.per_m))
        begin = drop.max_m or begin
    items.append(Item("terminal", "units", premises["units"].to_numpy(float), prices.terminal))
    return Costed(tuple(items), prices.design_share)


def bill(parts: tuple[Costed, ...]) -> pd.DataFrame:
    """Return the bill: what is there, its prices and its costs, and design and inspection last."""
    rows = [
        {
            "item": item.name, "quantity": float(item.quantity.sum()), "unit": item.unit,
            **{f"unit_cost_{level}_usd": float(getattr(item.price, level)) for level in LEVELS},
            **{f"cost_{level}_usd": int(item.cents(level).sum()) / CENTS for level in LEVELS},
            "source": f"{item.price.source} ({item.price.as_of})",
        }
        for part in parts
        for item in part.items
        if item.quantity.any()
    ]  # fmt: skip
    share = parts[0].design_share
    design = {level: sum(int(part.design(level).sum()) for part in parts) / CENTS for level in LEVELS}
    rows.append(
        {
            "item": "design and inspection", "quantity": 1.0, "unit": "job",
            **{f"unit_cost_{level}_usd": design[level] for level in LEVELS},
            **{f"cost_{level}_usd": design[level] for level in LEVELS},
            "source": f"{share.central:g} of the total ({share.low:g} to {share.high:g}): {share.source} ({share.as_of})",
        }
    )  # fmt: skip
    return pd.DataFrame(rows)
