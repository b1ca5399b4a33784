"""What other tables of a plan say of a town, as lines for its panel: the federal rule, and the sites that serve it."""

from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from planner.words import is_missing, miles, text

FEDERAL: Final = "federal_service"
SERVICE: Final = "site_service"
COLUMNS: Final = ("federal_rule", "nearest_site")
_WHOLE: Final = 0.9995  # a share that reads as 100 %
_Rows = list[dict[str, Any]]


def told(table: gpd.GeoDataFrame, tables: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """Return the results of towns with what other tables say of them.

    Parameters
    ----------
    table
        Table `town_results`.
    tables
        All tables of the plan; `federal_service` gives column ``federal_rule``: the rule and where it is written.
        `site_service` gives column ``nearest_site``: the sites that serve the town, with distance in miles, where
        demand is of towns.

    Returns
    -------
    GeoDataFrame
        The same rows; a column is left out where no town has it.
    """
    words = dict(zip(COLUMNS, (_rules(tables.get(FEDERAL)), _sites(tables.get(SERVICE))), strict=True))
    found = {name: [said.get(str(code), "") for code in table["town_geoid"]] for name, said in words.items()}
    return table.assign(**{name: said for name, said in found.items() if any(said)})


def _rules(table: pd.DataFrame | None) -> dict[str, str]:
    """Return the rule of each town, with its citation."""
    if table is None:
        return {}
    named = zip(table["town_geoid"], table["rule"], table["citation"], strict=True)
    return {str(code): ": ".join(word for word in map(text, rule) if word) for code, *rule in named}


def _sites(table: pd.DataFrame | None) -> dict[str, str]:
    """Return the sites of each place of demand, that with the largest share first."""
    if table is None:
        return {}
    rows = table.drop(columns="geometry", errors="ignore").sort_values(["share", "site_id"], ascending=[False, True])
    mine: dict[str, _Rows] = {}
    for row in rows.to_dict("records"):
        mine.setdefault(str(row["demand_id"]), []).append({str(name): cell for name, cell in row.items()})
    return {code: "; ".join(map(_site, found)) for code, found in mine.items()}


def _site(row: Mapping[str, Any]) -> str:
    """Return one site in words; a share of demand only where it is not all of it."""
    if is_missing(row["site_id"]):
        return "none can be reached"
    far = miles(row["distance_m"])
    share = "" if row["share"] >= _WHOLE else f"{row['share'] * 100:.0f} % of demand"
    return ", ".join(word for word in (text(row["site"]), far, share) if word)
