"""What programmes chose so far, on the map and in figures: awards at their cities, the network of institutes, matches."""

import datetime as dt
from functools import cache
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from layers import PlanError, data_folder
from planner.eligibility.money import Split, split
from planner.programmes.awards import awards
from planner.tables import checked

_DEGREES: Final = "EPSG:4326"
_NETWORK: Final = "institute_network"


@cache
def _cities() -> pd.DataFrame:
    return pd.read_csv(data_folder() / "facts" / "award_places.csv", encoding="utf-8").set_index("place")


def award_points(name: str, until: dt.date | None = None) -> tuple[gpd.GeoDataFrame, int]:
    """Return the awards of a shipped list at their cities, and how many have no city.

    Parameters
    ----------
    name
        Name of the list, as a rule file gives it under ``awarded``.
    until
        Last day of the rows that count; rows without a day count only where nothing is said.

    Returns
    -------
    tuple
        Rows of `planner.programmes.awards.awards` with points in EPSG:4326, and the number of those without.

    Raises
    ------
    RuleError
        Where there is no such list.
    """
    table = awards(name)
    if until is not None:
        table = table[table["as_of"] <= pd.Timestamp(until)].reset_index(drop=True)
    cities = _cities()
    there = table["place"].isin(cities.index)
    mine = table[there].reset_index(drop=True)
    at = cities.loc[mine["place"]]
    points = gpd.points_from_xy(at["longitude_deg"], at["latitude_deg"])
    return gpd.GeoDataFrame(mine, geometry=points, crs=_DEGREES), int((~there).sum())


def portfolio_sites(names: tuple[str, ...], crs: str) -> gpd.GeoDataFrame:
    """Return table `portfolio_sites`: awards of several lists at their cities, in a metric CRS.

    Raises
    ------
    RuleError
        Where there is no such list.
    PlanError
        Where none of them names a city.
    """
    parts = [award_points(name)[0].assign(award_list=name) for name in names]
    both = [part for part in parts if len(part)]
    if not both:
        raise PlanError("portfolio", [f"no award of {', '.join(names)} names a city that has a point"])
    table = gpd.GeoDataFrame(pd.concat(both, ignore_index=True), crs=_DEGREES).to_crs(crs)
    basis = "coordinates of the city, not of the site"
    return gpd.GeoDataFrame(checked("portfolio_sites", table.assign(basis=basis, origin="approximate"), crs))


def network_indicators() -> pd.DataFrame:
    """Return table `institute_network`: members, money, projects and people of the network of institutes by year."""
    return checked(_NETWORK, pd.read_csv(data_folder() / "facts" / f"{_NETWORK}.csv", encoding="utf-8"))


def match(
    cost_usd: float, most_percent: float, partners_usd: dict[str, float], most_usd: float = np.inf
) -> pd.DataFrame:
    """Return table `match`: who pays a project's cost, and what is still to be found.

    Parameters
    ----------
    cost_usd
        Cost of the project.
    most_percent, most_usd
        What a grant bears at most.
    partners_usd
        What others have promised, by name. More than the match lowers the grant.

    Raises
    ------
    PlanError
        Where a figure is negative, or the promises exceed the cost.
    """
    found: Split = split(cost_usd, most_percent, most_usd)
    promised = round(sum(partners_usd.values()), 2)
    wrong = [name for name, each in partners_usd.items() if not 0 <= each < np.inf]
    if wrong or promised > cost_usd:
        fault = (
            f"'{wrong[0]}' promises no figure of 0 or more"
            if wrong
            else f"promises of {promised:,.2f} USD exceed the cost of {cost_usd:,.2f} USD"
        )
        raise PlanError("match", [f"{fault}; correct it"])
    grant = min(found.grant_usd, round(cost_usd - promised, 2))
    missing = round(cost_usd - grant - promised, 2)
    rows = [("grant", grant), *partners_usd.items(), ("still to be found", missing)]
    table = pd.DataFrame(rows, columns=["payer", "amount_usd"])
    return checked("match", table.assign(share=table["amount_usd"] / cost_usd if cost_usd else 0.0))
