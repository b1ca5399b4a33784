"""Monthly cost by subscriber over the towns of two surveys, beside the published one.

Published: medians over 43 towns at four take rates, reckoned from the defaults of dkulp2/opex. The source does not say how
administration is shared, how backhaul is bought and which capital is repaid, so each reading is a row. Fields: reading, take_rate, opex_usd_month,
opex_published, opex_ratio, all_in_usd_month, all_in_published, all_in_ratio. With ``--draws`` one more row: CPU seconds for
161 towns with five options each, and that many draws.
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from benchmarks._measure import measure
from layers import Source, data_folder, declared, read
from planner.finance.entry import FinanceEntry
from planner.finance.funding import fund, funded
from planner.finance.tables import finance
from planner.finance.terms import finance_prices
from planner.prices import load_prices

PUBLISHED: Mapping[float, tuple[float, float]] = {0.4: (49, 146), 0.6: (34, 107), 0.72: (29, 94), 0.8: (27, 87)}
READINGS: Mapping[str, tuple[bool, bool]] = {
    "each town alone, state allocations paid (ours)": (False, True),
    "towns together, state allocations paid (ours)": (True, True),
    "each town alone, no grant": (False, False),
    "towns together, no grant": (True, False),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument(
        "--draws", type=int, default=0, help="also time the accounts of 805 projects with so many draws"
    )


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row a reading and take rate, then the time."""
    for reading, (shared, grants) in READINGS.items():
        projects = published_projects(shared=shared, grants=grants)
        for take, (opex, all_in) in PUBLISHED.items():
            ours = medians(projects, take)
            yield {
                "reading": reading, "take_rate": take,
                "opex_usd_month": round(ours[0], 2), "opex_published": opex, "opex_ratio": round(ours[0] / opex, 4),
                "all_in_usd_month": round(ours[1], 2), "all_in_published": all_in, "all_in_ratio": round(ours[1] / all_in, 4),
            }  # fmt: skip
    if given.draws:
        timed = measure(many_projects, _account, given.draws)
        yield {"reading": f"805 projects, {given.draws} draws", "seconds": round(timed.seconds, 2),
               "peak_mb": round(timed.peak_mb), "rows": timed.result}  # fmt: skip


def facts(name: str, layer: str) -> pd.DataFrame:
    """Return a table of the shipped facts."""
    return read(Source(data_folder() / "facts" / f"{name}.csv"), declared(layer), "EPSG:26986").table


def published_projects(*, shared: bool, grants: bool) -> pd.DataFrame:
    """Return the 43 towns as published: budgets, quantities and make-ready of 2015, units of 2016.

    Parameters
    ----------
    shared
        Whether towns run their networks together.
    grants
        Whether the state's allocations are paid.
    """
    budgets = facts("last_mile_budgets_2015", "published_budgets")
    towns = facts("town_finances_2016", "town_finances")
    table = budgets[budgets["town_geoid"].isin(towns["town_geoid"])].drop(columns=["origin", "source", "as_of"])
    table = table.rename(
        columns={"total_usd": "capital_central_usd", "professional_fees_usd": "professional_services_usd"}
    )
    table = table.assign(option_id="network", model="municipal network", shared=shared, grant_usd=0.0)
    if not grants:
        return table
    prices = finance_prices(load_prices("massachusetts-2015", Path()))
    return funded(table, fund(table, facts("allocations_2015", "allocations"), prices.grants))


def medians(projects: pd.DataFrame, take: float) -> tuple[float, float]:
    """Return the medians of running costs and of all costs, in USD by subscriber and month."""
    prices = finance_prices(load_prices("massachusetts-2015", Path()))
    towns = facts("town_finances_2016", "town_finances")
    made = finance(projects, towns, FinanceEntry(take_rate=take, draws=0), prices)["finance"]
    costs = made[["opex_per_subscriber_usd_month", "cost_per_subscriber_usd_month"]].median()
    return float(costs.iloc[0]), float(costs.iloc[1])


def many_projects(draws: int) -> tuple[pd.DataFrame, int]:
    """Return 805 projects, made from the published ones under invented codes."""
    base = published_projects(shared=False, grants=True)
    copies = [base.assign(option_id=f"option {number}") for number in range(-(-805 // len(base)))]
    table = pd.concat(copies, ignore_index=True).head(805)
    low, high = table["capital_central_usd"] * 0.9, table["capital_central_usd"] * 1.3
    return table.assign(capital_low_usd=low, capital_high_usd=high), draws


def _account(given: tuple[pd.DataFrame, int]) -> int:
    projects, draws = given
    prices = finance_prices(load_prices("massachusetts-2015", Path()))
    made = finance(projects, None, FinanceEntry(draws=draws), prices)
    return sum(map(len, made.values()))
