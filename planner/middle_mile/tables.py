"""A design -> the planner's tables: segments, places, huts, totals, routes of hubs, and the operator's test."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from planner.graph.network import Ints
from planner.graph.routes import diverse_routes
from planner.middle_mile.design import Design, cost_table, roots
from planner.prices import MiddleMilePrices
from planner.region import Region
from planner.tables import checked
from planner.words import METRES_PER_MILE

_LEVELS: Final = ("low", "central", "high")
_CUTS: Final = ((10_000, "cut parts 10,000 premises or more"), (1_000, "cut parts 1,000 to 10,000 premises"),
                (1, "cut parts under 1,000 premises"))  # fmt: skip


def tables(design: Design, huts: Ints, region: Region) -> dict[str, pd.DataFrame]:
    """Return the tables of a middle mile.

    Parameters
    ----------
    design
        The network.
    huts
        Places that hold a hut, by position.
    region
        Prices, settings and CRS.
    """
    prices = region.prices.middle_mile
    assert prices is not None  # noqa: S101 - a design has prices
    places = _places(design, prices)
    made = {
        "middle_mile_segments": segments(design, prices, region.crs),
        "middle_mile_places": places,
        "middle_mile_totals": _totals(design, places, huts, prices, region),
        "operator_test": _operator_test(design, places, prices),
    }
    if len(huts):
        made["middle_mile_huts"] = _huts(design, huts, prices, region.crs)
    if len(design.hubs):
        made["hub_routes"] = _hub_routes(design)
    day = pd.Timestamp(region.as_of)
    return {
        name: checked(
            name,
            table.assign(origin="modelled", source="Townline", as_of=day),
            region.crs if "geometry" in table else None,
        )
        for name, table in made.items()
    }


def _whole(construction: pd.Series, prices: MiddleMilePrices, level: str) -> pd.Series:
    """Return the cost with design and inspection."""
    return construction / (1 - float(getattr(prices.design_share, level)))


def segments(design: Design, prices: MiddleMilePrices, crs: str) -> gpd.GeoDataFrame:
    """Return every edge of the network with its cost, phase, role, and what a cut takes away."""
    net, edges = design.network, design.edges
    cost = cost_table(design)
    spur = np.select(
        [design.premises_lost >= least for least, _ in _CUTS], [said for _, said in _CUTS], "cut parts no premises"
    )
    table = pd.DataFrame(
        {
            "segment_id": [f"s{edge:07}" for edge in edges],
            "build": net.build[edges],
            "road_class": net.road_class[edges],
            "length_m": net.roads.length_m[edges],
            "phase": design.phase,
            "role": np.where(design.ring, "ring", "spur"),
            "premises_lost": design.premises_lost,
            "anchors_lost": design.anchors_lost,
            "cut": np.where(design.ring, "ring: survives any one cut", spur),
            **{f"cost_{level}_usd": _whole(cost[level], prices, level) for level in _LEVELS},
        }
    )
    return gpd.GeoDataFrame(table, geometry=net.roads.geometry[edges], crs=crs)


def _places(design: Design, prices: MiddleMilePrices) -> pd.DataFrame:
    """Return every place: how it is joined, what only it needs, and its share of what it needs together with others."""
    net = design.network
    table = pd.DataFrame(net.places.drop(columns="geometry"))
    connected = design.connected
    route, exposed, own, share = _costs_by_place(design)
    lateral = table["snap_m"].fillna(0) * (prices.aerial.central + prices.make_ready.central)
    table["connected"] = connected
    table["route_m"], table["exposed_m"] = _on(route, table, connected), _on(exposed, table, connected)
    for name, values in (("own_usd", own), ("share_usd", share)):
        with_design = _whole(pd.Series(_on(values, table, connected)) + lateral, prices, "central")
        table[name] = with_design.where(connected)
    table["missing"] = table["left_out"].where(table["left_out"].notna() | connected, "not within the budget")
    return table.drop(columns=["vertex", "left_out", "weight"])


def _on(values: np.ndarray, table: pd.DataFrame, connected: np.ndarray) -> np.ndarray:
    found = np.full(len(table), np.nan)
    found[connected] = values[table["vertex"].to_numpy()[connected]]
    return found


@dataclass(frozen=True)
class _Ways:
    """The shortest way of each vertex along the network: the vertex before it, the edge between, and the order outwards."""

    before: Ints
    edge: Ints
    order: Ints

    @classmethod
    def of(cls, design: Design) -> "_Ways":
        """Return the ways to the points of presence, which one more vertex stands for."""
        roads, edges, root = design.network.roads, design.edges, design.network.roads.vertices
        pops = roots(design.network)
        a = np.append(roads.tail[edges], np.full(len(pops), root))
        b = np.append(roads.head[edges], pops)
        step = np.append(roads.length_m[edges], np.zeros(len(pops))) + 1e-6  # a way outwards is never free
        table = pd.DataFrame({"a": np.minimum(a, b), "b": np.maximum(a, b), "step": step, "edge": np.arange(len(a))})
        table = table.sort_values(["a", "b", "step"]).drop_duplicates(["a", "b"])
        matrix = csr_array((table["step"], (table["a"], table["b"])), (root + 1, root + 1))
        distance, before = dijkstra(matrix, directed=False, indices=[root], return_predecessors=True)
        distance, before = distance[0], before[0]
        order = np.argsort(distance, kind="stable")[: int(np.isfinite(distance).sum())]
        number = pd.Series(table["edge"].to_numpy(), pd.MultiIndex.from_arrays([table["a"], table["b"]]))
        ends = pd.MultiIndex.from_arrays(
            [np.minimum(order[1:], before[order[1:]]), np.maximum(order[1:], before[order[1:]])]
        )
        edge = np.full(root + 1, -1, np.int64)
        edge[order[1:]] = number.reindex(ends).to_numpy()
        return cls(before.astype(np.int64), edge, order.astype(np.int64))


def _costs_by_place(design: Design) -> tuple[np.ndarray, ...]:
    """Return four values by vertex, along its shortest way to a point of presence.

    Length; length that no ring protects; cost of the edges that only its place uses; its equal shares of all edges.
    """
    net, edges = design.network, design.edges
    ways, more = _Ways.of(design), len(roots(net))
    length = np.append(net.roads.length_m[edges], np.zeros(more))
    open_m = length * ~np.append(design.ring, np.ones(more, bool))
    cost = np.append(net.cost_usd["central"].to_numpy()[edges], np.zeros(more))
    vertex = net.places["vertex"].to_numpy()[design.connected]
    users = np.append(np.bincount(vertex, minlength=net.roads.vertices), 0)
    for here in ways.order[:0:-1]:
        users[ways.before[here]] += users[here]
    route, exposed, own, share = (np.zeros(len(users)) for _ in range(4))
    for here in ways.order[1:]:
        above, edge = ways.before[here], ways.edge[here]
        route[here] = route[above] + length[edge]
        exposed[here] = exposed[above] + open_m[edge]
        share[here] = share[above] + cost[edge] / max(users[here], 1)
        own[here] = own[above] + cost[edge] if users[here] == 1 else 0.0
    return route, exposed, own, share


def _huts(design: Design, huts: Ints, prices: MiddleMilePrices, crs: str) -> gpd.GeoDataFrame:
    places = design.network.places.iloc[huts]
    table = pd.DataFrame(places[["place_id", "name", "town_geoid"]]).reset_index(drop=True)
    table["hut_id"] = [f"h{number:04}" for number in range(1, len(table) + 1)]
    for level in _LEVELS:
        table[f"cost_{level}_usd"] = float(getattr(prices.hut, level))
    return gpd.GeoDataFrame(table, geometry=places.geometry.to_numpy(), crs=crs)


def _totals(design: Design, places: pd.DataFrame, huts: Ints, prices: MiddleMilePrices, region: Region) -> pd.DataFrame:
    on = places[places["connected"]]
    length = float(design.network.roads.length_m[design.edges].sum())
    lateral_m = float(on["snap_m"].sum())
    towns, anchors = int((on["kind"] == "town").sum()), int((on["kind"] == "anchor").sum())
    rows: list[tuple[str, float, str]] = [("route", length, "m"), ("laterals to places", lateral_m, "m")]
    for level in _LEVELS:
        per_m = float(getattr(prices.aerial, level)) + float(getattr(prices.make_ready, level))
        base = (
            float(cost_table(design)[level].sum()) + lateral_m * per_m + len(huts) * float(getattr(prices.hut, level))
        )
        rows.append((f"cost, {level}", float(_whole(pd.Series([base]), prices, level).iloc[0]), "usd"))
    central = next(value for name, value, _ in rows if name == "cost, central")
    rows += [
        ("design and inspection, central", central * prices.design_share.central, "usd"),
        ("huts", len(huts), "huts"), ("towns connected", towns, "towns"), ("anchors connected", anchors, "anchors"),
        ("places left out", int((~places["connected"]).sum()), "places"),
        ("cost a mile of route", central / (length / METRES_PER_MILE) if length else np.nan, "usd"),
        ("cost an anchor", central / anchors if anchors else np.nan, "usd"),
        ("cost a town", central / towns if towns else np.nan, "usd"),
        ("solver: construction of the routes", design.cost_usd, "usd"),
        ("solver: no network like it costs less than", design.lower_bound_usd, "usd"),
        ("solver: gap at most", _gap(design), "share"),
        ("solver: plain tree", design.tree_usd, "usd"),
        ("solver: value connected", design.value, region.middle_mile.value if region.middle_mile else ""),
        ("solver: no network in the budget connects more than", design.value_bound, region.middle_mile.value if region.middle_mile else ""),
    ]  # fmt: skip
    for built in prices.built:
        rows += [
            (f"{built.name}: route", built.route_m, "m"), (f"{built.name}: cost", built.cost_usd, "usd"),
            (f"{built.name}: cost a mile of route", built.cost_usd / (built.route_m / METRES_PER_MILE), "usd"),
            (f"{built.name}: cost an anchor expected", built.cost_usd / built.anchors_planned, "usd"),
        ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["statistic", "value", "unit"])
    return table[table["value"].notna()].reset_index(drop=True)


def _gap(design: Design) -> float:
    bound = design.lower_bound_usd
    return (design.cost_usd - bound) / bound if bound > 0 else np.nan


def _operator_test(design: Design, places: pd.DataFrame, prices: MiddleMilePrices) -> pd.DataFrame:
    """Return what the operator earns and spends in a year if all anchors sign, and if as few do as elsewhere."""
    anchors = int((places["connected"] & (places["kind"] == "anchor")).sum())
    yearly = float(design.network.roads.length_m[design.edges].sum()) * prices.operation.central
    cases = [("all anchors under contract", 1.0)]
    for built in prices.built:
        cases.append((f"as many as {built.name} connected", built.anchors_connected / built.anchors_planned))
        cases.append((f"as many as {built.name} had under contract", built.anchors_contracted / built.anchors_planned))
    table = pd.DataFrame(cases, columns=["case", "share"])
    table["anchors"] = np.floor(table["share"] * anchors).astype("int64")
    table["revenue_usd"] = table["anchors"] * prices.revenue.central
    table["operation_usd"] = yearly
    table["surplus_usd"] = table["revenue_usd"] - yearly
    table["break_even_anchors"] = int(np.ceil(yearly / prices.revenue.central))
    return table


def _hub_routes(design: Design) -> pd.DataFrame:
    """Return, for each hub, how far its two most different routes to the backbone run, and what they share."""
    net = design.network
    table = net.places
    ends = roots(net)
    rows = []
    for hub in design.hubs:
        found = diverse_routes(net.graph, design.edges, int(table["vertex"].iloc[hub]), ends)
        metres = [float(net.roads.length_m[edges].sum()) for edges in (found.first, found.second, found.shared)]
        rows.append((table["place_id"].iloc[hub], table["name"].iloc[hub], *sorted(metres[:2]), metres[2]))
    return pd.DataFrame(rows, columns=["place_id", "name", "first_m", "second_m", "shared_m"])
