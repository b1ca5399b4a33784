"""Whom sites serve: towns, given points or cluster areas, with the weight that each has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers import PlanError
from layers.errors import suggestion
from planner.check import World
from planner.clusters._groups import Floats, numbers
from planner.clusters._places import places
from planner.clusters.entry import ClustersEntry, ReadinessEntry
from planner.middle_mile.places import halls
from planner.region import Region
from planner.siting.candidates import narrowed
from planner.siting.entry import DemandEntry, SitingEntry

_DEGREES: Final = "EPSG:4326"
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Demand:
    """Demand in order of its codes.

    Attributes
    ----------
    table
        Columns demand_id, demand (name), basis (where its point comes from); points in the region's CRS.
    weight
        Of each scenario and demand, in its own unit; the first is what tables show.
    notes
        What was left out.
    """

    table: gpd.GeoDataFrame
    weight: Floats
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.table)

    def keep(self, rows: np.ndarray, why: str) -> "Demand":
        """Return the demand of some rows, with a note on the others."""
        if rows.all():
            return self
        gone = self.weight[0][~rows]
        total = np.nansum(self.weight[0])
        lost = "weight not known" if np.isnan(gone).all() else f"{np.nansum(gone) / total:.2%} of the weight"
        first = self.table["demand"][~rows].iloc[0]
        note = f"{int((~rows).sum())} places of demand are left out, {why} ({lost}; first: {first})"
        return Demand(
            gpd.GeoDataFrame(self.table[rows].reset_index(drop=True)), self.weight[:, rows], (*self.notes, note)
        )


def demand(world: World, region: Region, tables: Tables, entry: SitingEntry) -> Demand:
    """Return demand and its weights, one row of weights for each scenario.

    Raises
    ------
    PlanError
        Where a layer, table or column is missing, a weight is negative or not known, or a place has no point (unless
        ``leave_out`` is said).
    """
    asked = entry.demand
    base = _places(world, region, tables, asked)
    wanted = [(each.weight, each.clusters) for each in entry.scenarios] or [(asked.weight, asked.clusters)]
    weight = np.array([_weight(world, tables, asked, base, each) for each in wanted])
    if (weight < 0).any():
        raise PlanError(
            "siting",
            [f"demand has a negative weight (first: {base['demand'].iloc[int(np.argmax((weight < 0).any(axis=0)))]})"],
        )
    found = Demand(gpd.GeoDataFrame(base), weight)
    found = _sure(found, ~np.isnan(weight).any(axis=0), "whose weight is not known", asked)
    found = _sure(
        found,
        ~(found.table.geometry.is_empty | found.table.geometry.isna()).to_numpy(),
        "which no layer locates",
        asked,
    )
    if not len(found) or not (found.weight.sum(axis=1) > 0).all():
        raise PlanError("siting", ["demand has no weight; name another column under [siting.demand]"])
    return found


def _sure(found: Demand, rows: np.ndarray, why: str, asked: DemandEntry) -> Demand:
    if rows.all() or asked.leave_out:
        return found.keep(rows, why)
    first = found.table["demand"][~rows].iloc[0]
    raise PlanError(
        "siting",
        [
            f"{int((~rows).sum())} places of demand, {why} (first: {first}); add what is missing, or say leave_out = true under [siting.demand]"
        ],
    )


def _places(world: World, region: Region, tables: Tables, asked: DemandEntry) -> gpd.GeoDataFrame:
    if asked.places == "towns":
        towns = narrowed(world.towns, "towns", asked.where)
        points = halls(towns, world.shapes("anchors") if "anchors" in world.layers else None)
        parts = {"demand_id": towns["town_geoid"], "demand": towns["town"], "basis": points["basis"].to_numpy()}
        shapes = points.geometry.to_numpy()
    elif asked.places == "place_points":
        if "place_points" not in world.layers:
            raise PlanError("siting", ["demand needs layer 'place_points'; add it to the region file"])
        rows = narrowed(world.shapes("place_points"), "place_points", asked.where)
        parts = {"demand_id": rows["area_id"], "demand": rows.get("name", rows["area_id"]), "basis": "as given"}
        shapes = rows.geometry.to_numpy()
    else:
        parts, shapes = _areas(world, region, tables, asked)
    table = gpd.GeoDataFrame(pd.DataFrame(parts).reset_index(drop=True), geometry=shapes, crs=region.crs)
    table["demand"] = table["demand"].where(table["demand"].notna(), table["demand_id"])
    table = _given_points(table, asked, region.crs)
    return gpd.GeoDataFrame(table.sort_values("demand_id", ignore_index=True))


def _areas(world: World, region: Region, tables: Tables, asked: DemandEntry) -> tuple[dict[str, object], np.ndarray]:
    strength = tables.get("cluster_strength")
    if strength is None:
        raise PlanError(
            "siting", ["demand of cluster areas needs table cluster_strength; add [clusters] and its layers"]
        )
    entry = region.clusters or ClustersEntry()
    where = places(world, strength, entry, ReadinessEntry(places=asked.area_kind))
    known = ~np.isnan(where.xy[:, 0])
    shapes = np.full(len(where), shapely.Point(), dtype=object)
    shapes[known] = shapely.points(where.xy[known])
    basis = "point of the area's counties by area"
    names = [code if name is None else name.strip() for code, name in zip(where.codes, where.names, strict=True)]
    return {"demand_id": list(where.codes), "demand": names, "basis": basis}, shapes


def _given_points(table: gpd.GeoDataFrame, asked: DemandEntry, crs: str) -> gpd.GeoDataFrame:
    """Put points that the region file gives in place of those found."""
    lost = sorted(set(asked.points_deg) - set(table["demand_id"]))
    if lost:
        raise PlanError(
            "siting",
            [f"points_deg names '{lost[0]}', which is no place of demand{suggestion(lost[0], table['demand_id'])}"],
        )
    if not asked.points_deg:
        return table
    codes = list(asked.points_deg)
    given = gpd.GeoSeries([shapely.Point(*asked.points_deg[code]) for code in codes], codes, crs=_DEGREES).to_crs(crs)
    mine = table["demand_id"].isin(codes).to_numpy()
    shapes = table.geometry.to_numpy().copy()
    shapes[mine] = np.asarray(given.loc[table["demand_id"][mine]])
    return gpd.GeoDataFrame(table.assign(basis=table["basis"].mask(mine, "as the region file gives it"))).set_geometry(
        shapes, crs=crs
    )


def _weight(
    world: World, tables: Tables, asked: DemandEntry, base: gpd.GeoDataFrame, wanted: tuple[str, tuple[str, ...]]
) -> Floats:
    """Return one weight a place; NaN where not known."""
    name, clusters = wanted
    if name == "equal":
        return np.ones(len(base))
    if name == "cluster employment":
        found = _jobs(tables, asked, clusters)
    elif name == "premises":
        found = _premises(tables)
    else:
        found = _column(world, asked, name)
    return np.asarray(base["demand_id"].map(found), np.float64)


def _jobs(tables: Tables, asked: DemandEntry, clusters: tuple[str, ...]) -> "pd.Series[float]":
    """Return jobs by area in the last year; not known where those of one cluster are withheld."""
    table = tables.get("cluster_strength")
    mine = table[table["area_kind"] == asked.area_kind] if table is not None else None
    if mine is None or mine.empty or asked.places != "cluster areas":
        raise PlanError(
            "siting",
            [
                "weight 'cluster employment' needs places = \"cluster areas\" and table cluster_strength with areas of that kind"
            ],
        )
    lost = sorted(set(clusters) - set(mine["cluster"]))
    if lost:
        raise PlanError("siting", [f"no area has cluster '{lost[0]}'{suggestion(lost[0], mine['cluster'].unique())}"])
    mine = mine[
        (mine["year"] == mine["year"].max())
        & (mine["cluster"].isin(clusters) if clusters else mine["traded"].astype(bool))
    ]
    jobs = mine.groupby("area_id")["employment"].agg(lambda each: each.sum(skipna=False))
    return pd.Series(jobs.to_numpy(np.float64), jobs.index)


def _premises(tables: Tables) -> "pd.Series[float]":
    table = tables.get("coverage")
    if table is None:
        raise PlanError("siting", ["weight 'premises' needs table coverage; name a column of the layer instead"])
    return table.drop_duplicates("town_geoid").set_index("town_geoid")["premises"].astype("float64")


def _column(world: World, asked: DemandEntry, name: str) -> "pd.Series[float]":
    layer, key = ("towns", "town_geoid") if asked.places == "towns" else ("place_points", "area_id")
    table = world.get(layer)
    if table is None or name not in table:
        known = [] if table is None else list(table.columns)
        more = suggestion(name, ["premises", "cluster employment", "equal", *known])
        raise PlanError("siting", [f"layer '{layer}' has no column '{name}' to weigh demand by{more}"])
    if not pd.api.types.is_numeric_dtype(table[name]):
        raise PlanError("siting", [f"column '{name}' of layer '{layer}' has no numbers to weigh demand by"])
    return pd.Series(numbers(table, name), table[key].to_numpy())
