"""The street-level design of a fibre last mile: routes, sites, drops, bill of materials and the last percent.

::

    made = design_area(premises, roads, hub, settings, prices_of(book), town_geoid="2500312345")
    made.bill                                        # what it takes, and what that costs
    made.curve                                       # what each further premises costs

"""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import pandas as pd
import shapely

from layers import PlanError
from planner.last_mile._costs import CENTS, LEVELS, bill, drop_costs, route_costs, site_costs
from planner.last_mile._joined import join
from planner.last_mile._tables import Made, curve, drops_table, routes_table, sites_table
from planner.last_mile.cabinets import place
from planner.last_mile.entry import LastMileEntry
from planner.prices import LastMilePrices, PriceBook
from planner.tables import checked, nothing

_OUR: Final = {"origin": "modelled", "source": "Townline"}


@dataclass(frozen=True, eq=False)
class AreaDesign:
    """A last mile.

    Attributes
    ----------
    routes, sites, drops, bill, curve
        Tables ``last_mile_routes``, ``last_mile_sites``, ``last_mile_drops``, ``bill_of_materials`` and ``last_percent``.
    left_out
        Table ``last_mile_left_out``: premises that the design does not serve, with the reason.
    cost_low_usd, cost_central_usd, cost_high_usd
        Cost with design and inspection; routes, sites and drops add up to it, and so does the bill, to the cent.
    trench_m, drops_m
        Length of all routes, and of all drops.
    lower_bound_m
        No tree that joins the same places and costs as little as the bound allows is shorter; where every metre costs the
        same, no tree at all is.
    route_usd, route_bound_usd
        Central construction cost of the routes, without design, and what no tree along these streets undercuts.
    notes
        What was merged, left out and taken to be so.
    """

    routes: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    drops: gpd.GeoDataFrame
    bill: pd.DataFrame
    curve: pd.DataFrame
    left_out: pd.DataFrame
    cost_low_usd: float
    cost_central_usd: float
    cost_high_usd: float
    trench_m: float
    drops_m: float
    lower_bound_m: float
    route_usd: float
    route_bound_usd: float
    notes: tuple[str, ...]

    @property
    def gap(self) -> float:
        """Share by which the routes may cost more than the cheapest tree, at most."""
        bound = self.route_bound_usd
        return (self.route_usd - bound) / bound if bound > 0 else float(self.route_usd > 0)


def prices_of(book: PriceBook) -> LastMilePrices:
    """Return the prices of a last mile.

    Raises
    ------
    PlanError
        Where the book has none.
    """
    if book.last_mile is None:
        raise PlanError("last mile", [f"price book '{book.name}' has no prices of a last mile; add [last_mile]"])
    return book.last_mile


def design_area(
    premises: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    hub: shapely.Point,
    settings: LastMileEntry,
    prices: LastMilePrices,
    *,
    town_geoid: str = "",
) -> AreaDesign:
    """Design fibre to every premises of an area along its streets.

    Parameters
    ----------
    premises
        Points with column location_id and perhaps unit_count or units (1 where nothing is said), in a metric CRS.
    roads
        Layer `roads` in the same CRS.
    hub
        Where the network begins, in the same CRS.
    settings
        Table ``[last_mile]`` of the region file.
    prices
        Prices of a last mile, see `prices_of`.
    town_geoid
        Town code, written to every table.

    Returns
    -------
    AreaDesign
        The order of rows in `premises` and `roads` does not matter.

    Raises
    ------
    PlanError
        Where premises cannot be used, lie too far from any road, have more units than a cabinet takes, or no road joins
        them to the hub.
    LayerError
        Where roads are not lines in a CRS in metres.

    Notes
    -----
    Each premises is joined to the nearest point of a street by a drop. A Steiner tree (`planner.graph.steiner`) of least
    construction cost joins these points to the hub. Cabinets are placed by `planner.last_mile.cabinets`, and the tree is
    put in its best order by `planner.graph.order`: the curve is that of this tree, so another network may serve part of
    the premises for less.
    """
    joined = join(premises, roads, hub, settings, prices)
    people = joined.premises
    _refuse_large(people, settings.cabinet_premises)
    sites = place(
        joined.parent,
        people["node"].to_numpy(),
        people["units"].to_numpy(),
        settings.cabinet_premises,
        settings.splitter_ratio,
    )
    made = Made(joined, sites, route_costs(joined, prices), site_costs(sites, prices), drop_costs(people, prices))
    crs, parts = joined.roads.crs.to_string(), (made.route_costs, made.site_costs, made.drop_costs)
    total = {level: sum(int(part.cents(level).sum()) for part in parts) / CENTS for level in LEVELS}
    order, marginal, steps = curve(made)
    tables = {
        "last_mile_routes": routes_table(made, settings), "last_mile_sites": sites_table(made),
        "last_mile_drops": drops_table(made, prices, order, marginal), "bill_of_materials": bill(parts),
        "last_percent": steps, "last_mile_left_out": joined.left_out,
    }  # fmt: skip
    shown = {name: _shown(name, table, town_geoid, crs) for name, table in tables.items()}
    lines = {name: gpd.GeoDataFrame(shown[f"last_mile_{name}"]) for name in ("routes", "sites", "drops")}
    return AreaDesign(
        **lines, bill=shown["bill_of_materials"], curve=shown["last_percent"], left_out=shown["last_mile_left_out"],
        cost_low_usd=total["low"], cost_central_usd=total["central"], cost_high_usd=total["high"],
        trench_m=float(joined.roads.length_m[joined.edge[1:]].sum()), drops_m=float(people["snap_m"].sum()),
        lower_bound_m=joined.bound_m, route_usd=joined.route_usd, route_bound_usd=joined.route_bound_usd, notes=joined.notes,
    )  # fmt: skip


def _refuse_large(people: pd.DataFrame, capacity: int) -> None:
    large = people[people["units"] > capacity]
    if len(large):
        first = ", ".join(f"{row.location_id} with {row.units:,}" for row in large.head(5).itertuples())
        raise PlanError(
            "last mile",
            [f"{len(large)} premises have more units than cabinet_premises = {capacity} ({first}); raise it"],
        )


def _shown(name: str, table: pd.DataFrame, town_geoid: str, crs: str) -> pd.DataFrame:
    """Return a table as declared; one without rows too."""
    if len(table) == 0:
        empty = nothing(name)
        return gpd.GeoDataFrame(empty, geometry=[], crs=crs) if isinstance(table, gpd.GeoDataFrame) else empty
    own = _OUR if "source" not in table else {"origin": _OUR["origin"]}
    return checked(name, table.assign(town_geoid=town_geoid, **own), crs if "geometry" in table else None)
