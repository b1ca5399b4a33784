"""The back-test of a region: its budgets, and the accounts of finished towns."""

from collections.abc import Mapping

import pandas as pd

from layers import PlanError
from planner.backtest import back_test, headline
from planner.backtest_components import Estimate, back_test_components
from planner.check import World
from planner.last_mile.streets import prices_of
from planner.prices import LastMilePrices
from planner.region import Region

_DESK = "desk survey"


def back_test_of(world: World, region: Region) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Return tables `back_test` and, where accounts are given, `back_test_components`; and what they say.

    Raises
    ------
    PlanError
        Where the region has no published budgets, or the price book no prices of a last mile.
    """
    budgets = world.get("published_budgets")
    if budgets is None:
        raise PlanError("back-test", ["needs a layer 'published_budgets' to hold predictions against"])
    made = {"back_test": back_test(budgets, world.get("second_survey"), world.get("actual_costs"))}
    built = world.get("actual_components")
    if built is not None:
        prices = prices_of(region.prices)
        frames = [
            back_test_components(rows, _estimates(rows, budgets, prices)) for _, rows in built.groupby("town_geoid")
        ]
        made["back_test_components"] = pd.concat(frames, ignore_index=True)
    return made, headline(made["back_test"], made.get("back_test_components"))


def _estimates(built: pd.DataFrame, budgets: pd.DataFrame, prices: LastMilePrices) -> Mapping[str, Estimate]:
    """Return what unit prices of the price book foretell of each component, from quantities known before the build."""
    town = budgets[budgets["town_geoid"] == built["town_geoid"].iloc[0]]
    if town.empty:
        return {}
    row, drop = town.iloc[0], next((each for each in prices.drops if each.name == "standard"), prices.drops[0])
    each = drop.each.model_copy(
        update={name: getattr(drop.each, name) + getattr(prices.terminal, name) for name in ("low", "central", "high")}
    )
    found = {
        "make-ready": Estimate.of(float(row["poles"]), "poles", prices.make_ready, _DESK),
        "hub": Estimate.of(1.0, "hubs", prices.hub, "one hub a town"),
        "distribution": Estimate.of(float(row["route_m"]), "m", prices.aerial, _DESK),
        "drops": Estimate.of(float(row["premises"]), "drops", each, f"{_DESK}: a drop to every premises"),
    }
    found["design"] = Estimate.share(found, prices.design_share)
    named = set(built["component"])
    return {name: estimate for name, estimate in found.items() if name in named}
