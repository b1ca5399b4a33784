"""A design -> its tables: routes, sites, drops and the curve."""

from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.graph.network import Ints
from planner.graph.order import cheapest_first
from planner.last_mile._costs import CENTS, Costed, drop_classes
from planner.last_mile._joined import Joined
from planner.last_mile.cabinets import Sites
from planner.last_mile.curve import last_percent
from planner.last_mile.entry import LastMileEntry
from planner.prices import LastMilePrices

CABLES: Final = (12, 24, 48, 72, 96, 144, 288, 432, 864)
"""Fibres of the cables that are commonly made: tubes or ribbons of 12, in steps that makers stock."""
_MILLION: Final = 10**6


class Made(NamedTuple):
    """A design without its tables."""

    joined: Joined
    sites: Sites
    route_costs: Costed
    site_costs: Costed
    drop_costs: Costed


def cable(fibres: Ints, spare_share: float) -> Ints:
    """Return the fibres of the cables laid for fibres in use and in reserve: the next size, or several of the largest."""
    spare = round(spare_share * _MILLION)
    wanted = -(-fibres * (_MILLION + spare) // _MILLION)
    whole, rest = np.divmod(wanted, CABLES[-1])
    sizes = np.array((0, *CABLES), np.int64)
    return np.asarray(whole * CABLES[-1] + sizes[np.searchsorted(sizes, rest)], np.int64)


def routes_table(made: Made, settings: LastMileEntry) -> gpd.GeoDataFrame:
    """Return table `last_mile_routes`: every edge of the tree."""
    joined, sites = made.joined, made.sites
    edge = joined.edge[1:]
    premises = np.bincount(joined.premises["node"], minlength=len(joined.parent))
    for here in range(len(joined.parent) - 1, 0, -1):
        premises[joined.parent[here]] += premises[here]
    in_use = (sites.feeder + sites.distribution)[1:]
    table = pd.DataFrame(
        {
            "route_id": [f"r{number:07}" for number in edge],
            "role": np.where(sites.feeder[1:] > 0, "feeder", "distribution"),
            "build": joined.laid.build[edge],
            "road_class": joined.laid.road_class[edge],
            "length_m": joined.roads.length_m[edge],
            "premises": premises[1:],
            "fibres_in_use": in_use,
            "fibres": cable(in_use, settings.spare_share),
            **made.route_costs.usd(),
        }
    )
    shapes = gpd.GeoDataFrame(table, geometry=joined.roads.geometry[edge], crs=joined.roads.crs)
    return shapes.sort_values("route_id", ignore_index=True)


def _site_ids(sites: Sites) -> np.ndarray:
    return np.array(["hub", *(f"c{number:04}" for number in range(1, len(sites.node)))], dtype=object)


def sites_table(made: Made) -> gpd.GeoDataFrame:
    """Return table `last_mile_sites`."""
    joined, sites = made.joined, made.sites
    at = joined.vertex[sites.node]
    table = pd.DataFrame(
        {
            "site_id": _site_ids(sites),
            "kind": np.where(np.arange(len(at)) == 0, "hub", "cabinet"),
            "premises": np.bincount(sites.of_premises, minlength=len(at)),
            "units": sites.units,
            "splitters": sites.splitters,
            **made.site_costs.usd(),
        }
    )
    points = gpd.points_from_xy(joined.roads.x_m[at], joined.roads.y_m[at])
    return gpd.GeoDataFrame(table, geometry=points, crs=joined.roads.crs)


def drops_table(made: Made, prices: LastMilePrices, order: Ints, marginal: np.ndarray) -> gpd.GeoDataFrame:
    """Return table `last_mile_drops`, with the place of each in the best order and its marginal cost."""
    people = made.joined.premises
    kind = drop_classes(people["snap_m"].to_numpy(float), prices.drops)
    ends = np.stack([shapely.get_coordinates(people.geometry), shapely.get_coordinates(people["foot"])], axis=1)
    table = pd.DataFrame(
        {
            "location_id": people["location_id"],
            "drop_class": np.array([drop.name for drop in prices.drops], object)[kind],
            "build": np.array([drop.build for drop in prices.drops], object)[kind],
            "length_m": people["snap_m"],
            "units": people["units"],
            "site_id": _site_ids(made.sites)[made.sites.of_premises],
            **made.drop_costs.usd(),
            "order": order,
            "marginal_cost_usd": marginal,
        }
    )
    return gpd.GeoDataFrame(table, geometry=shapely.linestrings(ends), crs=made.joined.roads.crs)


def curve(made: Made) -> tuple[Ints, np.ndarray, pd.DataFrame]:
    """Return the place of each premises in the best order, its marginal cost, and the curve at the ends of blocks.

    Premises are leaves below their vertex with their drop and their share of their site; the hub is the fixed cost.
    """
    joined, people = made.joined, made.joined.premises
    vertices, count = len(joined.parent), len(people)
    hub, shares = _site_shares(made)
    own = made.drop_costs.cents("central") + shares
    cost = np.concatenate([[0], made.route_costs.cents("central"), own])
    weight = np.repeat([0, 1], [vertices, count]).astype(np.int64)
    node = people["node"].to_numpy(np.int64)
    blocks = cheapest_first(np.append(joined.parent, node), cost.astype(np.int64), weight)
    order = np.empty(count, np.int64)
    order[np.lexsort((np.arange(count), node, blocks.rank[vertices:]))] = np.arange(1, count + 1)
    there = blocks.weight > 0
    marginal = blocks.cost / np.maximum(blocks.weight, 1) / CENTS
    curve = last_percent(
        blocks.weight[there], blocks.cost[there] / CENTS, count + len(joined.left_out), fixed_usd=hub / CENTS
    )
    curve = curve.assign(technology="fibre", basis="best order in which this tree can be built")
    return order, marginal[blocks.rank[vertices:]], curve


def _site_shares(made: Made) -> tuple[int, Ints]:
    """Return the cents of the hub itself, and each premises' share of its site by units, which add up exactly."""
    costs, of_premises = made.site_costs, made.sites.of_premises
    cents = costs.cents("central")
    hub = int(cents[0]) * int(costs.items[0].cents("central")[0]) // max(int(costs.construction("central")[0]), 1)
    cents[0] -= hub
    units = made.joined.premises["units"]
    upto = units.groupby(of_premises).cumsum().to_numpy(np.int64)
    all_units, whole = made.sites.units[of_premises], cents[of_premises]
    return hub, whole * upto // all_units - whole * (upto - units.to_numpy(np.int64)) // all_units
