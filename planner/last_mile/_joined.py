"""Premises, a hub and streets -> one tree along streets that joins them, rooted at the hub."""

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from layers import PlanError
from layers.road_graph import BREAKS, Attached, RoadGraph, attach, road_graph, split, unreachable, unreachable_fault
from planner.cable import Floats, Laid, Rates, laid
from planner.graph import steiner
from planner.graph.network import MOST, Answer, Graph, Ints
from planner.last_mile.entry import LastMileEntry
from planner.prices import LastMilePrices

_WHERE: Final = "last mile"
_UNITS: Final = 10_000  # the search counts hundredths of a cent, so that rounding is lost in short edges
_SHOWN: Final = 5
_COUNTS: Final = ("unit_count", "units")  # of the location fabric, and of the layer `premises`


@dataclass(frozen=True, eq=False)
class Joined:
    """The tree along streets that joins premises to the hub.

    Attributes
    ----------
    roads, laid
        All streets, and how cable is laid along each edge.
    premises
        Premises on the tree, by location: columns location_id, units, node (vertex of the tree), snap_m, and the points.
    parent, edge
        For each vertex of the tree, outwards from the hub (vertex 0): the vertex before it and the edge between, -1 at
        the hub.
    vertex
        Its vertex in `roads`.
    left_out
        Premises that are not on the tree: columns location_id, reason and snap_m.
    route_usd, route_bound_usd, bound_m
        Central construction cost of the tree, what no tree undercuts, and the length that no tree as cheap as that does.
    notes
        What was merged, left out and taken to be so.
    """

    roads: RoadGraph
    laid: Laid
    premises: gpd.GeoDataFrame
    parent: Ints
    edge: Ints
    vertex: Ints
    left_out: pd.DataFrame
    route_usd: float
    route_bound_usd: float
    bound_m: float
    notes: tuple[str, ...]


def rates(prices: LastMilePrices, level: str) -> Rates:
    """Return what a metre of route costs at a level: low, central or high."""
    aerial, underground, existing, make_ready = (
        float(getattr(factor, level))
        for factor in (prices.aerial, prices.underground, prices.existing, prices.make_ready)
    )
    return Rates(aerial, make_ready * prices.poles_per_m.central, underground, existing)


def join(
    premises: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    hub: shapely.Point,
    settings: LastMileEntry,
    prices: LastMilePrices,
) -> Joined:
    """Join premises to a hub along streets by a cheap tree.

    Raises
    ------
    PlanError
        Where premises cannot be used, are too far from any road, or no road joins them to the hub.
    LayerError
        Where roads have no lines or are not in a CRS in metres.
    """
    points = _premises(premises, roads)
    lines = _canonical(roads)
    graph = road_graph(lines)
    at_hub, at_door = _attached(graph, hub, points, settings)
    graph, vertex = split(graph, _both(at_hub, at_door))
    feet = np.asarray(shapely.points(at_door.x_m, at_door.y_m), dtype=object)
    points = points.assign(vertex=vertex[1:], snap_m=at_door.distance_m, foot=feet)
    points, left_out = _within_reach(points, graph, int(vertex[0]), settings)
    how = laid(graph, lines, settings.build)
    answer, bound_m = _solve(
        graph, how.usd_per_m(rates(prices, "central")), np.append(points["vertex"], vertex[0]), settings
    )
    tree, parent, edge = _rooted(graph, answer.edges, int(vertex[0]))
    node = np.full(graph.vertices, -1, np.int64)
    node[tree] = np.arange(len(tree))
    points = points.assign(node=node[points["vertex"].to_numpy()]).drop(columns="vertex")
    return Joined(
        graph, how, points, parent, edge, tree, left_out, answer.cost / _UNITS, answer.lower_bound / _UNITS, bound_m,
        (*graph.notes, *_notes(float(at_hub.distance_m[0]), left_out, lines)),
    )  # fmt: skip


def _premises(premises: gpd.GeoDataFrame, roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return location, units and point of each premises, sorted by location, or say what is wrong with them."""
    faults = []
    if getattr(premises, "active_geometry_name", None) is None:
        faults.append("premises have no points; a design along streets needs them")
    elif len(premises) == 0:
        faults.append("there are no premises to connect")
    elif (
        premises.crs is None or roads.crs is None or CRS.from_user_input(premises.crs) != CRS.from_user_input(roads.crs)
    ):
        faults.append("premises and roads are not in the same CRS; layers.read reprojects")
    elif "location_id" not in premises:
        faults.append("premises have no column location_id; map one of yours to it")
    if not faults:
        faults = _row_faults(premises)
    if faults:
        raise PlanError(_WHERE, faults)
    counted = next((name for name in _COUNTS if name in premises), None)
    units = premises[counted].fillna(1) if counted else 1
    table = pd.DataFrame({"location_id": premises["location_id"].astype("str"), "units": units})
    table["units"] = table["units"].astype("int64")
    shapes = shapely.force_2d(premises.geometry.to_numpy())
    table = gpd.GeoDataFrame(table, geometry=shapes, crs=premises.crs)
    return table.sort_values("location_id", kind="stable", ignore_index=True)


def _row_faults(premises: gpd.GeoDataFrame) -> list[str]:
    shapes = premises.geometry.to_numpy()
    bad = (shapely.get_type_id(shapes) != 0) | ~np.isfinite(shapely.get_x(shapes)) | ~np.isfinite(shapely.get_y(shapes))
    again = (premises["location_id"].duplicated() | premises["location_id"].isna()).to_numpy()
    checks = [("have no point", bad), ("have no location_id or one that repeats", again)]
    for name in (name for name in _COUNTS if name in premises):
        units = pd.to_numeric(premises[name].fillna(1), errors="coerce").to_numpy(float)
        checks.append((f"have a {name} that is not a whole number from 1", ~((units >= 1) & (units % 1 == 0))))
    return [
        f"{int(wrong.sum())} premises {said} (first: row {int(wrong.argmax()) + 1}, location"
        f" {premises['location_id'].iloc[int(wrong.argmax())]}); mend them or leave them out"
        for said, wrong in checks
        if wrong.any()
    ]


def _canonical(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return what counts of the roads, in an order that their rows do not decide."""
    wanted = [name for name in (*BREAKS, "forbidden") if name in roads]
    table = gpd.GeoDataFrame(roads[wanted], geometry=roads.geometry.to_numpy(), crs=roads.crs)
    words = [shapely.to_wkb(table.geometry.to_numpy(), hex=True), *(table[name].astype("str") for name in wanted)]
    keys = pd.DataFrame({number: np.asarray(values, object) for number, values in enumerate(words)})
    order = keys.sort_values(list(keys.columns), kind="stable").index
    return table.iloc[order].reset_index(drop=True)


def _both(one: Attached, two: Attached) -> Attached:
    """Return the places of two lots of points, one after the other."""

    def of(name: str) -> npt.NDArray[Any]:
        return np.concatenate([getattr(one, name), getattr(two, name)])

    edge = of("edge")
    return Attached(edge, of("along_m"), of("distance_m"), of("x_m"), of("y_m"), np.flatnonzero(edge < 0), ())


def _attached(
    graph: RoadGraph, hub: shapely.Point, points: gpd.GeoDataFrame, settings: LastMileEntry
) -> tuple[Attached, Attached]:
    """Return the nearest places on roads of the hub and the premises, or name what lies too far."""
    limit = settings.snap_limit_m
    if hub.is_empty or not np.isfinite([hub.x, hub.y]).all():
        raise PlanError(_WHERE, ["the hub has no point"])
    at_hub = attach(graph, ([hub.x], [hub.y]), limit_m=limit, leave_out=True)
    at_door = attach(graph, points, limit_m=limit, leave_out=True, layer="premises")
    faults = []
    if len(at_hub.left_out):
        fault = f"the hub lies {at_hub.distance_m[0]:,.0f} m from any road (limit {limit:g} m)"
        faults.append(f"{fault}; move it, raise snap_limit_m or mend the roads")
    far = at_door.left_out
    if len(far) and not settings.leave_out_unreachable:
        first = ", ".join(
            f"{points['location_id'].iloc[row]} at {at_door.distance_m[row]:,.0f} m" for row in far[:_SHOWN]
        )
        more = f" and {len(far) - _SHOWN:,} more" if len(far) > _SHOWN else ""
        faults.append(
            f"{len(far)} premises lie farther than {limit:g} m from any road ({first}{more}); raise snap_limit_m, mend the"
            " roads, or say leave_out_unreachable = true"
        )
    if faults:
        raise PlanError(_WHERE, faults)
    return at_hub, at_door


def _within_reach(
    points: gpd.GeoDataFrame, graph: RoadGraph, root: int, settings: LastMileEntry
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the premises that roads join to the hub, and the others with the reason; or refuse the others."""
    vertex = points["vertex"].to_numpy()
    if not settings.leave_out_unreachable:
        fault = unreachable_fault(graph, vertex, [root], points["location_id"].tolist(), "premises")
        if fault:
            raise PlanError(_WHERE, [fault])
    lost = np.zeros(len(points), bool)
    lost[unreachable(graph, vertex, [root])] = True
    if lost.all():
        raise PlanError(_WHERE, ["no road joins any premises to the hub; move the hub or mend the roads"])
    reason = np.where(vertex < 0, "too far from any road", "no road to the hub")
    left_out = pd.DataFrame(points[["location_id", "snap_m"]]).assign(reason=reason)[lost]
    return points[~lost].reset_index(drop=True), left_out.reset_index(drop=True)


def _solve(graph: RoadGraph, usd_per_m: Floats, wanted: Ints, settings: LastMileEntry) -> tuple[Answer, float]:
    """Return a cheap tree, and a length that no tree undercuts."""
    cost = np.rint(usd_per_m * graph.length_m * _UNITS)
    if cost.sum() >= MOST:
        raise PlanError(_WHERE, ["the roads cost too much together to count exactly; give the roads of one town"])
    priced = Graph(graph.vertices, graph.tail, graph.head, cost.astype(np.int64))
    answer = steiner.solve(priced, wanted, iterations=settings.iterations, seed=settings.seed)
    dearest = float(usd_per_m.max()) * _UNITS
    rounding = graph.vertices / 2  # of as many edges as a tree has, half a unit each
    return answer, max(answer.lower_bound - rounding, 0.0) / dearest if dearest > 0 else 0.0


def _rooted(graph: RoadGraph, edges: Ints, root: int) -> tuple[Ints, Ints, Ints]:
    """Return the vertices of a tree outwards from its root, the place of the one before each, and the edge between."""
    low = np.minimum(graph.tail[edges], graph.head[edges])
    high = np.maximum(graph.tail[edges], graph.head[edges])
    shape = (graph.vertices, graph.vertices)
    matrix = csr_array((np.ones(len(edges), np.int8), (low, high)), shape)
    found, before = breadth_first_order(matrix, root, directed=False)
    tree = np.asarray(found, np.int64)
    above = before[tree[1:]].astype(np.int64)
    place = np.full(graph.vertices, -1, np.int64)
    place[tree] = np.arange(len(tree))
    key = low * graph.vertices + high
    order = np.argsort(key)
    mine = np.minimum(tree[1:], above) * graph.vertices + np.maximum(tree[1:], above)
    edge = edges[order[np.searchsorted(key[order], mine)]]
    return tree, np.concatenate([[-1], place[above]]), np.concatenate([[-1], edge])


def _notes(hub_m: float, left_out: pd.DataFrame, lines: gpd.GeoDataFrame) -> list[str]:
    notes = []
    if hub_m >= 1:
        notes.append(
            f"the hub is taken to stand on the nearest road, {hub_m:,.0f} m from its point; that way is not priced"
        )
    if len(left_out):
        reasons = left_out["reason"].value_counts().sort_index()
        words = ", ".join(f"{count} {reason}" for reason, count in reasons.items())
        notes.append(f"{len(left_out)} premises left out ({words})")
    if "crossing" in lines and lines["crossing"].notna().any():
        notes.append("crossings of rails, rivers and highways are not priced")
    return notes
