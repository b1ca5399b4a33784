"""The one path from layers to a plan, to be read as a table of contents."""

from collections.abc import Callable

import pandas as pd

from planner import costs, last_mile, summary
from planner.check import World, check
from planner.covered import cover
from planner.region import Region
from planner.result import Plan, provenance


def plan(region: Region, tell: Callable[[str], None] = lambda _stage: None, engine: str = "duckdb") -> Plan:
    """Make the plan of a region.

    Parameters
    ----------
    region
        A checked region file; see `planner.load_region`.
    tell
        Called with the name of each stage as it begins.
    engine
        Where filings are counted: ``duckdb`` or ``spark``.

    Returns
    -------
    Plan
        Layers, result tables and where they come from. Stages whose layers the region does not give have no table.

    Raises
    ------
    LayerError
        Where layers are not as declared.
    PlanError
        Where a stage cannot be done with them.
    """
    tell("check")
    world = check(region)
    tell("coverage")
    tables, notes = cover(world, region, engine)
    budgets = world.get("published_budgets")
    if budgets is not None:
        tell("last-mile cost")
        tables |= _last_mile(world, region, tables["coverage"], budgets)
    tables["town_results"] = summary.town_results(world, region, tables)
    notes = (*world.notes, *notes)
    return Plan(region, world.layers, tables, notes, provenance(region, world.hashes, notes))


def _last_mile(world: World, region: Region, cover: pd.DataFrame, budgets: pd.DataFrame) -> dict[str, pd.DataFrame]:
    model, factor = costs.fit(budgets), region.prices.budget_to_cost
    roads = world.shapes("roads") if "roads" in world.layers else None
    needs = last_mile.quantities(world.towns, cover, world.get("build_quantities"), roads, model.poles_per_m)
    decided = cover[cover["target"] == region.target.label].reset_index(drop=True)
    actual = world.get("actual_costs")
    finished = costs.backtest(actual, model, factor) if actual is not None else None
    tables = {
        **({"quantities": needs} if len(needs) else {}),
        "build_costs": costs.price(decided, needs, model, factor),
        "cost_terms": costs.terms_table(model),
        "cost_fit": costs.fit_table(model, finished),
    }
    return tables if finished is None else tables | {"cost_backtest": finished}
