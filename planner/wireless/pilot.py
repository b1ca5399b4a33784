"""The pilot project model: fixed wireless from towers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers import PlanError
from layers.terrain import Terrain
from planner.prices import WirelessPrices
from planner.tables import nothing
from planner.wireless.coverage import Reach, reach
from planner.wireless.entry import WirelessEntry
from planner.wireless.profile import grid, ground
from planner.wireless.sites import generated, given
from planner.wireless.towers import Placement, cheapest
from planner.wireless.viewshed import Flags, viewshed

LEVELS: Final = ("low", "central", "high")
Costs = Mapping[str, float]


@dataclass(frozen=True)
class Ground:
    """Where a network is planned.

    Attributes
    ----------
    towns
        Shapes with ``town_geoid`` in the region's metric CRS.
    terrain
        Heights of the ground, or None for the radius model.
    sites
        Layer `tower_sites`, or None for a generated grid.
    """

    towns: gpd.GeoDataFrame
    terrain: Terrain | None = None
    sites: gpd.GeoDataFrame | None = None


@dataclass(frozen=True)
class WirelessDesign:
    """A fixed wireless network.

    Attributes
    ----------
    towers
        Table `towers`.
    served
        For each premises, in the given order, whether a tower serves it.
    tower
        The site that serves it; empty where none does.
    cost_usd, yearly_usd
        Low, central and high: construction with access at every premises served, and upkeep and leases in a year.
    towers_usd, bound_usd, gap
        What the search minimised (towers with backhaul, central), what no choice of sites undercuts, and the share
        between them.
    reachable
        Premises that the sites together could serve.
    basis
        What reach rests on.
    notes
        What to mind.
    """

    towers: gpd.GeoDataFrame
    served: Flags
    tower: npt.NDArray[np.object_]
    cost_usd: Costs
    yearly_usd: Costs
    towers_usd: float
    bound_usd: float
    gap: float
    reachable: int
    basis: str
    notes: tuple[str, ...]


def pilot(
    premises: gpd.GeoDataFrame,
    place: Ground,
    settings: WirelessEntry,
    prices: WirelessPrices,
    wanted: int | None = None,
) -> WirelessDesign:
    """Design the cheapest towers that serve a number of premises.

    Parameters
    ----------
    premises
        Points with ``location_id`` in the region's metric CRS.
    place
        Towns, terrain and sites.
    settings, prices
        Table ``[wireless]`` of the region file and of the price book.
    wanted
        Premises to serve; all that the sites can where nothing is said. 0 builds nothing.

    Returns
    -------
    WirelessDesign
        The order of premises and sites does not matter to it.

    Raises
    ------
    PlanError
        Where layers differ in CRS, no site reaches anything, or fewer premises than wanted can be served.
    """
    _check(premises, place, wanted)
    order = np.argsort(premises["location_id"].to_numpy(str), kind="stable")
    homes = gpd.GeoDataFrame(premises.iloc[order])
    if place.sites is None:
        sites, notes = (
            generated(place.towns, settings.spacing_m, place.terrain),
            ["sites are a generated grid; none was surveyed"],
        )
    else:
        sites, notes = given(place.sites), []
    found = reach(sites, homes, place.terrain, settings)
    fixed = {level: _fixed(sites, prices, level) for level in LEVELS}
    placed = cheapest(
        found, fixed["central"], wanted=wanted, capacity=settings.premises_per_tower, effort=settings.effort
    )
    served = np.zeros(len(homes), np.bool_)
    served[order] = placed.tower >= 0
    named = np.full(len(homes), None, object)
    named[order[placed.tower >= 0]] = sites["site_id"].to_numpy(object)[placed.tower[placed.tower >= 0]]
    money = _money(sites, placed, fixed, prices)
    return WirelessDesign(
        towers=_table(sites, placed, found, money, place, settings), served=served, tower=named,
        cost_usd={level: float(money[f"cost_{level}_usd"].sum()) for level in LEVELS},
        yearly_usd={level: float(money[f"yearly_{level}_usd"].sum()) for level in LEVELS},
        towers_usd=placed.value, bound_usd=placed.bound, gap=placed.gap, reachable=placed.reachable,
        basis=found.basis, notes=(*notes, *found.notes),
    )  # fmt: skip


def _check(premises: gpd.GeoDataFrame, place: Ground, wanted: int | None) -> None:
    """Refuse layers in different CRS, and a number that cannot be wanted."""
    faults = []
    for name, table in (("towns", place.towns), ("tower_sites", place.sites)):
        if table is not None and table.crs != premises.crs:
            faults.append(f"layer '{name}' is in {table.crs}, premises in {premises.crs}; reproject one of them")
    if place.terrain is not None and premises.crs != place.terrain.crs:
        faults.append(f"terrain is in {place.terrain.crs}, premises in {premises.crs}; warp it: gdalwarp")
    if wanted is not None and wanted < 0:
        faults.append(f"{wanted} premises are wanted; give 0 or more")
    if faults:
        raise PlanError("wireless", faults)


def _fixed(sites: gpd.GeoDataFrame, prices: WirelessPrices, level: str) -> npt.NDArray[np.float64]:
    """Return the cost of tower and backhaul at every site, in US dollars."""
    own = sites["cost_usd"].to_numpy(np.float64)
    tower = np.where(np.isnan(own), float(getattr(prices.tower, level)), own)
    return tower + float(getattr(prices.backhaul, level))


def _money(
    sites: gpd.GeoDataFrame, placed: Placement, fixed: Mapping[str, npt.NDArray[np.float64]], prices: WirelessPrices
) -> pd.DataFrame:
    """Return cost and yearly cost of each tower that is built."""
    served = np.bincount(placed.tower[placed.tower >= 0], minlength=len(sites))[placed.chosen]
    money = pd.DataFrame({"premises": served})
    for level in LEVELS:
        money[f"cost_{level}_usd"] = fixed[level][placed.chosen] + float(getattr(prices.access, level)) * served
    for level in LEVELS:
        upkeep = float(getattr(prices.maintenance, level)) * money[f"cost_{level}_usd"]
        money[f"yearly_{level}_usd"] = upkeep + float(getattr(prices.lease, level))
    return money


def _table(
    sites: gpd.GeoDataFrame,
    placed: Placement,
    found: Reach,
    money: pd.DataFrame,
    place: Ground,
    settings: WirelessEntry,
) -> gpd.GeoDataFrame:
    """Return the rows of table `towers`, not yet as declared."""
    if not len(placed.chosen):
        return gpd.GeoDataFrame(nothing("towers"), geometry=[], crs=sites.crs)
    table = gpd.GeoDataFrame(
        sites.iloc[placed.chosen][["site_id", "site", "height_m", "geometry"]].reset_index(drop=True)
    )
    table["height_m"] = table["height_m"].fillna(settings.antenna_m)
    table["reached"] = np.diff(found.matrix.indptr)[placed.chosen]
    table = table.assign(**{str(name): money[name] for name in money})
    table["town_geoid"] = _town_of(table, place.towns)
    table["ground_m"], table["seen_share"] = np.nan, np.nan
    if place.terrain is not None:
        views = [_view(place.terrain, tower, settings) for tower in table.itertuples()]
        table[["ground_m", "seen_share"]] = views
    origin = "approximate" if place.terrain is None else "modelled"
    return table.assign(technology=settings.technology, basis=found.basis, origin=origin, source="Townline")


def _town_of(towers: gpd.GeoDataFrame, towns: gpd.GeoDataFrame) -> pd.Series:
    """Return the first town that holds each tower; empty where none does."""
    tower, town = shapely.STRtree(towns.geometry.to_numpy()).query(towers.geometry.to_numpy(), predicate="intersects")
    first = pd.Series(town).groupby(tower).min()
    return first.map(dict(enumerate(towns["town_geoid"]))).reindex(range(len(towers))).astype("str")


def _view(terrain: Terrain, tower: Any, settings: WirelessEntry) -> tuple[float, float]:
    """Return the height of the ground at a tower, and the share of the ground within the radius that it sees."""
    x, y = float(tower.geometry.x), float(tower.geometry.y)
    seen = viewshed(terrain, (x, y), (float(tower.height_m), settings.receiver_m), settings.radius_m, settings.k)
    row, column = (int(number[0]) for number in terrain.cells([x], [y]))
    rows, columns = np.ogrid[: seen.shape[0], : seen.shape[1]]
    reach_cells = settings.radius_m // terrain.cell_m
    near = (rows - row) ** 2 + (columns - column) ** 2 <= reach_cells**2
    return float(ground(grid(terrain), x, y)), float(seen.sum() / (near & ~np.isnan(terrain.height_m)).sum())
