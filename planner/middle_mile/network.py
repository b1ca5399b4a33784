"""Roads, existing fibre and places -> one priced graph."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers import LayerError, PlanError
from layers.road_graph import RoadGraph, attach, road_graph, split, unreachable, unreachable_fault
from planner.cable import Rates, laid
from planner.check import World
from planner.entry import MiddleMileEntry
from planner.graph.network import Graph, Ints
from planner.prices import MiddleMilePrices

_LIT: Final = ("operational", "under construction")
_LEVELS: Final = ("low", "central", "high")
CENTS: Final = 100
_SAME_M: Final = 0.01
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Network:
    """Every route that may be taken, priced, with the places as vertices.

    Attributes
    ----------
    roads
        Geometry and lengths.
    build
        How each edge is built: aerial, underground or existing.
    road_class
        Class of each edge's road; empty where it has none.
    cost_usd
        Columns low, central, high: cost of each edge without design.
    places
        Places with columns ``vertex`` (-1 where left out), ``snap_m`` and ``left_out`` (why).
    notes
        What was merged, joined and left out.
    """

    roads: RoadGraph
    build: npt.NDArray[np.object_]
    road_class: npt.NDArray[np.object_]
    cost_usd: pd.DataFrame
    places: gpd.GeoDataFrame
    notes: tuple[str, ...]

    @property
    def graph(self) -> Graph:
        """The graph that kernels take: central cost in cents."""
        cents = np.round(self.cost_usd["central"].to_numpy() * CENTS).astype(np.int64)
        return Graph(self.roads.vertices, self.roads.tail, self.roads.head, cents)


def network(world: World, settings: MiddleMileEntry, prices: MiddleMilePrices, places: gpd.GeoDataFrame) -> Network:
    """Return the priced network of a region.

    Raises
    ------
    PlanError
        Where the region has no roads, or no road joins a place to a point of presence.
    LayerError
        Where a place lies too far from any road.
    """
    if "roads" not in world.layers:
        raise PlanError("middle mile", ["needs a layer 'roads': cable follows roads"])
    lines, notes = _lines(world)
    graph = road_graph(lines)
    attached = attach(
        graph, (places.geometry.x, places.geometry.y), limit_m=settings.snap_limit_m,
        leave_out=True, layer="places of the middle mile",
    )  # fmt: skip
    _refuse_far(places, attached.left_out, attached.distance_m, settings)
    graph, vertex = split(graph, attached)
    table = places.assign(vertex=vertex, snap_m=attached.distance_m)
    table, said = _within_reach(table, graph, settings)
    return _priced(graph, lines, table, settings, prices, (*notes, *graph.notes, *said))


def _lines(world: World) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return roads and, after them, fibre that exists, with shared points where they cross."""
    roads = world.shapes("roads")
    wanted = [name for name in ("road_class", "build", "existing", "crossing", "forbidden") if name in roads]
    roads = gpd.GeoDataFrame(roads[[*wanted, "geometry"]])
    fibre = world.shapes("fibre_routes") if "fibre_routes" in world.layers else None
    if fibre is not None and "status" in fibre:
        fibre = fibre[fibre["status"].isin(_LIT)]
    if fibre is None or fibre.empty:
        return roads, []
    routes = gpd.GeoDataFrame({"existing": "fibre"}, index=fibre.index, geometry=fibre.geometry)
    shapes, shared = _sharing(roads.geometry.to_numpy(), routes.explode().geometry.to_numpy())
    both = pd.concat([roads, routes.explode()], ignore_index=True)
    note = f"existing fibre is joined to roads where they cross, at {shared} places (an assumption)"
    return gpd.GeoDataFrame(both.assign(geometry=shapes), geometry="geometry", crs=roads.crs), [note]


def _sharing(roads: npt.NDArray[np.object_], fibre: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.object_], int]:
    """Return the lines of both with their crossings as points of both."""
    of_fibre, of_road = shapely.STRtree(roads).query(fibre, predicate="intersects")
    crossings = shapely.intersection(fibre[of_fibre], roads[of_road])
    parts, pair = shapely.get_parts(crossings, return_index=True)
    inside = shapely.get_type_id(parts) == 1  # where they run together, its ends
    ends = [shapely.get_point(parts[inside], 0), shapely.get_point(parts[inside], -1)]
    points = shapely.get_coordinates(np.concatenate([parts[~inside], *ends]))
    pair = np.concatenate([pair[~inside], pair[inside], pair[inside]])
    line = np.concatenate([of_road[pair], len(roads) + of_fibre[pair]])
    shapes = np.concatenate([roads, fibre])
    where = np.concatenate([points, points])
    order = np.argsort(line, kind="stable")
    touched, first = np.unique(line[order], return_index=True)
    for one, rows in zip(touched, np.split(order, first)[1:], strict=True):
        shapes[one] = _with_points(shapes[one], where[rows])
    return shapes, len(points)


def _with_points(line: shapely.LineString, points: Floats) -> shapely.LineString:
    """Return a line that has the given points on it among its own."""
    own = shapely.get_coordinates(line)
    steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(own, axis=0).T))])
    along = np.atleast_1d(shapely.line_locate_point(line, shapely.points(points)))
    after = np.searchsorted(steps, along).clip(1, len(steps) - 1)
    new = np.minimum(np.abs(steps[after - 1] - along), np.abs(steps[after] - along)) > _SAME_M
    order = np.argsort(np.concatenate([steps, along[new]]), kind="stable")
    return shapely.LineString(np.concatenate([own, points[new]])[order])


def _refuse_far(places: gpd.GeoDataFrame, far: Ints, distance_m: Floats, settings: MiddleMileEntry) -> None:
    if len(far) == 0 or (
        settings.leave_out_unreachable and not (places["kind"].iloc[far] == "point of presence").any()
    ):
        return
    first = ", ".join(f"{places['name'].iloc[row]} at {distance_m[row]:,.0f} m" for row in far[:5])
    fault = (
        f"{len(far)} places lie farther than {settings.snap_limit_m:g} m from any road (first: {first}); raise"
        " snap_limit_m, mend the roads, or say leave_out_unreachable = true"
    )
    raise LayerError("middle mile", [fault])


def _within_reach(
    table: gpd.GeoDataFrame, graph: RoadGraph, settings: MiddleMileEntry
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Refuse or leave out places that no road joins to a point of presence."""
    vertex = table["vertex"].to_numpy()
    roots = vertex[(table["kind"] == "point of presence").to_numpy()]
    fault = unreachable_fault(graph, vertex, roots, table["name"].astype("str").tolist(), "places")
    reason = pd.Series(pd.NA, table.index, dtype="str").mask(table["vertex"] < 0, "too far from any road")
    if not fault:
        return table.assign(left_out=reason), []
    if not settings.leave_out_unreachable:
        raise PlanError("middle mile", [fault])
    lost = unreachable(graph, vertex, roots)
    reason.iloc[lost] = reason.iloc[lost].fillna("no road to a point of presence")
    vertex = vertex.copy()
    vertex[lost] = -1
    return table.assign(vertex=vertex, left_out=reason), [
        f"{len(lost)} places left out: no road joins them to the backbone"
    ]


def _priced(
    graph: RoadGraph, lines: gpd.GeoDataFrame, places: gpd.GeoDataFrame, settings: MiddleMileEntry,
    prices: MiddleMilePrices, notes: tuple[str, ...],
) -> Network:  # fmt: skip
    how = laid(graph, lines, settings.build)
    cost = pd.DataFrame({level: how.usd_per_m(_rates(prices, level)) * graph.length_m for level in _LEVELS})
    return Network(graph, how.build, how.road_class, cost, places, notes)


def _rates(prices: MiddleMilePrices, level: str) -> Rates:
    factors = (prices.aerial, prices.make_ready, prices.underground, prices.existing)
    return Rates(*(float(getattr(factor, level)) for factor in factors))
