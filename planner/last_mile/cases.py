"""What the options of each town rest on: counts, fibre cost, offers, plant nearby, towers."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from planner.check import World
from planner.coverage import needed_premises
from planner.last_mile.options import Build, Case, Money
from planner.last_mile.streets import AreaDesign
from planner.prices import ProjectPrices
from planner.region import Region
from planner.service import to_reach

_DRAWN: Final = ("generated", "approximate", "modelled", "not stated")


def counts_for(region: Region) -> Callable[[int, float, float], bool]:
    """Return whether an offer counts for the deciding target: by its speeds, and by the rule where filings decide."""
    target = region.target
    technologies = set(region.service_rule.rule.technologies) if region.filings else None

    def counts(code: int, down_mbps: float, up_mbps: float) -> bool:
        fast = down_mbps >= target.down_mbps and up_mbps >= target.up_mbps
        return fast and (technologies is None or code in technologies)

    return counts


def cases(
    world: World,
    region: Region,
    tables: Mapping[str, pd.DataFrame],
    designs: Mapping[str, AreaDesign],
    air: Mapping[str, Build],
) -> list[Case]:
    """Return the towns that do not pass, with what their options rest on.

    Parameters
    ----------
    world, region
        Layers and region file.
    tables
        Tables `coverage` and, where they are, `build_costs`, `failing_locations` and `providers`.
    designs
        Street designs by town.
    air
        What towers reach, by town.
    """
    cover = tables["coverage"]
    decided = cover[(cover["target"] == region.target.label) & (cover["verdict"] != "pass")]
    costs = tables.get("build_costs")
    offers = world.get("offers")
    near = _near_plant(world, region.prices.projects, tables)
    found = []
    for row in decided.to_dict("records"):
        geoid = str(row["town_geoid"])
        cost = costs[costs["town_geoid"] == geoid] if costs is not None else pd.DataFrame()
        counted = _counted(row, cost, region)
        if counted is None:
            continue
        premises, needed, served, note = counted
        full = _full(cost, designs.get(geoid), world, region)
        found.append(
            Case(
                town_geoid=geoid, town=str(row["town"]), premises=premises, needed=needed, served=served, full=full,
                curve=designs[geoid].curve if geoid in designs else None,
                offers=offers[offers["town_geoid"] == geoid] if offers is not None else pd.DataFrame(),
                reach=near.get(geoid, {}), air=air.get(geoid), note=note,
                air_offer=_air_offer(region),
            )
        )  # fmt: skip
    return found


def _air_offer(region: Region) -> tuple[int, float, float]:
    air = region.wireless
    return (air.technology, air.down_mbps, air.up_mbps) if air else (0, 0.0, 0.0)


def _counted(row: Mapping[Hashable, Any], cost: pd.DataFrame, region: Region) -> tuple[int, int, int, str] | None:
    """Return premises, needed and served; from the build's quantities where coverage counts none."""
    if not pd.isna(row["premises"]) and not pd.isna(row["served"]):
        return int(row["premises"]), int(row["needed"]), int(row["served"]), ""
    known = row["premises"] if not pd.isna(row["premises"]) else None
    if known is None and len(cost) and not pd.isna(cost["premises"].iloc[0]):
        known = cost["premises"].iloc[0]
    if known is None:
        return None
    needed = needed_premises(pd.Series([int(known)]), region.target).iloc[0]
    return int(known), int(needed), 0, "present service is not known and counted as none"


def _full(cost: pd.DataFrame, design: AreaDesign | None, world: World, region: Region) -> Build | None:
    """Return a fibre build to every premises: the design on published layers, else the fitted model, else any design."""
    modelled = _modelled(cost, region)
    if design is None:
        return modelled
    origin = _weakest(world)
    drawn = _designed(design, origin)
    return drawn if modelled is None or origin not in _DRAWN else modelled


def _modelled(cost: pd.DataFrame, region: Region) -> Build | None:
    if cost.empty or pd.isna(cost["cost_central_usd"].iloc[0]):
        return None
    row = cost.iloc[0]
    money = Money(*(float(row[f"cost_{name}_usd"]) for name in ("low", "central", "high")))
    note = row["cost_note"] if isinstance(row["cost_note"], str) else ""
    basis = f"model fitted to published budgets, {row['quantities_basis']}"
    return Build(int(row["premises"]), money, basis, "modelled", region.prices.budget_to_cost.source, note)


def _designed(design: AreaDesign, origin: str) -> Build:
    bill = design.bill
    money = Money(*(float(bill[f"cost_{name}_usd"].sum()) for name in ("low", "central", "high")))
    label = "modelled" if origin == "published" else origin
    return Build(len(design.drops), money, "design along streets, bill of materials", label, "Price book of the region")


def _weakest(world: World) -> str:
    """Return the least certain origin among premises and roads."""
    found = {
        str(value)
        for name in ("premises", "roads")
        if name in world.layers
        for value in world.layers[name]["origin"].unique()
    }
    return next((name for name in _DRAWN if name in found), "published")


def _near_plant(
    world: World, prices: ProjectPrices | None, tables: Mapping[str, pd.DataFrame]
) -> dict[str, dict[str, int]]:
    """Return by town the premises without service within reach of plant that the town has, by its technology."""
    failing, providers, premises = to_reach(tables), tables.get("providers"), world.get("premises")
    if prices is None or failing is None or providers is None or premises is None or "geometry" not in premises:
        return {}
    towns = premises["town_geoid"].isin(failing["town_geoid"].unique())
    points = gpd.GeoDataFrame(premises.loc[towns, ["location_id", "town_geoid", "geometry"]])
    best = points["location_id"].map(failing.set_index("location_id")["best_technology"])
    lacks = points["location_id"].isin(failing["location_id"])
    found: dict[str, dict[str, int]] = {}
    for plant in prices.plants:
        offered = providers.loc[(providers["technology"] == plant.technology) & (providers["served"] > 0), "town_geoid"]
        on = (~lacks & points["town_geoid"].isin(offered)) | (best == plant.technology)
        off = lacks & (best != plant.technology) & points["town_geoid"].isin(points.loc[on, "town_geoid"])
        for town, rows in points[off].groupby("town_geoid"):
            plant_there = points[on & (points["town_geoid"] == town)]
            near = _near(gpd.GeoDataFrame(rows), gpd.GeoDataFrame(plant_there), plant.reach_m)
            found.setdefault(str(town), {})[plant.technology] = near
    return found


def _near(homes: gpd.GeoDataFrame, plant: gpd.GeoDataFrame, reach_m: float) -> int:
    """Return how many premises lie within reach of the town's own premises on the plant."""
    tree = cKDTree(plant.geometry.get_coordinates().to_numpy())
    away, _ = tree.query(homes.geometry.get_coordinates().to_numpy(), distance_upper_bound=reach_m)
    return int(np.isfinite(away).sum())
