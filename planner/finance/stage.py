"""Projects of a region -> who pays for them, and whether the towns' own networks can live."""

from collections.abc import Mapping

import pandas as pd

from planner.check import World
from planner.finance.entry import FinanceEntry
from planner.finance.funding import fund, funded
from planner.finance.project import TOWN_MODELS
from planner.finance.tables import finance
from planner.finance.terms import finance_prices
from planner.last_mile.options import base_of
from planner.last_mile.streets import prices_of
from planner.region import Region


def money(world: World, region: Region, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of funding and town finance.

    Parameters
    ----------
    world, region
        Layers and region file.
    tables
        Tables `project_options` and, where they are, `quantities` and `last_mile_routes`.

    Returns
    -------
    dict
        Table `funding` of every option; of networks that the town runs also those of `planner.finance.tables.finance`.

    Raises
    ------
    PlanError
        Where the price book lacks prices.
    """
    prices = finance_prices(region.prices)
    given = _projects(region, tables)
    paid = fund(given, world.get("allocations"), prices.grants)
    made = {"funding": paid}
    owned = funded(given, paid)
    owned = owned[owned["model"].isin(TOWN_MODELS) & owned["route_m"].notna()]
    if len(owned):
        owned = _reached(owned, given, world.get("town_finances"))
        made |= finance(owned, world.get("town_finances"), region.finance or FinanceEntry(), prices)
    return made


def _projects(region: Region, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the options with the quantities that running them rests on.

    A network of part of the premises has its part of routes and poles, as its cost is a part of the whole build's.
    """
    prices = prices_of(region.prices)
    table = tables["project_options"].copy()
    whole = _quantities(tables).reindex(table["town_geoid"]).reset_index(drop=True)
    part = _part(table)
    table["route_m"], table["poles"] = whole["route_m"] * part, whole["poles"] * part
    table["make_ready_usd"] = table["poles"] * prices.make_ready.central
    table["professional_services_usd"] = table["capital_central_usd"] * prices.design_share.central
    return table


def _reached(owned: pd.DataFrame, given: pd.DataFrame, known: pd.DataFrame | None) -> pd.DataFrame:
    """Return the networks with the premises and units that each passes: who is not passed cannot subscribe."""
    served = given.set_index(["town_geoid", "option_id"])["served_after"]
    base = pd.MultiIndex.from_arrays([owned["town_geoid"], owned["option_id"].map(base_of)])
    whole = owned["premises"].to_numpy(float)
    part = pd.Series(served.reindex(base).to_numpy(float) / whole, owned.index).clip(upper=1).fillna(1.0)
    table = owned.assign(premises=owned["premises"] * part)
    if known is not None and "units" in known:
        table["units"] = table["town_geoid"].map(known.set_index("town_geoid")["units"].astype("float64")) * part
    return table


def _quantities(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return route and poles by town: surveyed or by road length, else those of the street design."""
    frames = [pd.DataFrame(columns=["route_m", "poles"], dtype="float64")]
    if "quantities" in tables:
        frames.append(tables["quantities"].set_index("town_geoid")[["route_m", "poles"]])
    if "last_mile_routes" in tables:
        route = tables["last_mile_routes"].groupby("town_geoid")["length_m"].sum()
        bill = tables["bill_of_materials"]
        poles = bill[bill["unit"] == "poles"].groupby("town_geoid")["quantity"].max()
        frames.append(pd.DataFrame({"route_m": route, "poles": poles.reindex(route.index).fillna(0.0)}))
    found = pd.concat(frames)
    return found[~found.index.duplicated()]


def _part(table: pd.DataFrame) -> pd.Series:
    """Return the part of the whole build that each option builds; 1 where there is no whole build to compare with."""
    keys = pd.MultiIndex.from_arrays([table["town_geoid"], table["option_id"]])
    cost = table["capital_central_usd"].set_axis(keys)
    base = pd.MultiIndex.from_arrays([table["town_geoid"], table["option_id"].map(base_of)])
    whole = pd.MultiIndex.from_arrays([table["town_geoid"], ["fibre-all"] * len(table)])
    share = cost.reindex(base).to_numpy() / cost.reindex(whole).to_numpy()
    return pd.Series(share, table.index).fillna(1.0)
