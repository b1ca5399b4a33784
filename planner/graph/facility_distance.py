"""Distances from demands to candidate sites: great circle or along a network, as a matrix or as lists of what is near."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from layers import PlanError
from planner.graph._facility_lists import Floats, Singles
from planner.graph._net import Longs, Shorts
from planner.graph.network import Graph, Ints

EARTH_M: Final = 6_371_008.8
"""Mean radius of the Earth in metres (IUGG, R1 of GRS 80)."""
_CHUNK: Final = 64  # sites whose network distances are held at a time
_CELLS: Final = 1 << 18  # pairs whose great circles are worked out at a time


@dataclass(frozen=True)
class Near:
    """Sites near each demand, nearest first; all others are out of reach.

    Attributes
    ----------
    start
        Entries ``start[i]`` to ``start[i + 1]`` are those of demand i.
    site, distance
        Candidate and distance of each entry.
    sites
        Number of candidates.
    beyond
        Distance charged to a demand without an open site in its list; not less than any entry.
    """

    start: Longs
    site: Shorts
    distance: Singles
    sites: int
    beyond: float


def great_circle(demand: Floats, site: Floats) -> Singles:
    """Return the distances along great circles in metres, demand by site.

    Parameters
    ----------
    demand, site
        Longitude and latitude in degrees, one row each (EPSG:4326).

    Returns
    -------
    float32 array
        A float32 holds 10,000 km to half a metre.

    Raises
    ------
    PlanError
        Where a longitude or latitude is missing or outside its range.

    Notes
    -----
    Haversine formula (R. W. Sinnott, 1984) on a sphere; up to 0.56 % from an ellipsoid.
    """
    return _haversine(_radians(demand, "demand"), _radians(site, "site"))


def _radians(degrees: Floats, name: str) -> Floats:
    degrees = np.asarray(degrees, np.float64).reshape(-1, 2)
    wrong = np.flatnonzero(~((np.abs(degrees[:, 0]) <= 180) & (np.abs(degrees[:, 1]) <= 90)))
    if len(wrong):
        raise PlanError(
            "great circle",
            [f"{len(wrong)} of the {name} points have no longitude and latitude in degrees (first: row {wrong[0]})"],
        )
    return np.radians(degrees)


def _haversine(demand: Floats, site: Floats) -> Singles:
    """Return great circles by their chords: half a chord is the root of the haversine, without a sine for each pair."""
    out = np.empty((len(demand), len(site)), np.float32)
    west, there = _on_sphere(demand) / 2, _on_sphere(site).T / 2
    rows = max(_CELLS // max(len(site), 1), 1)
    for low in range(0, len(demand), rows):
        part = west[low : low + rows, :, None]
        square = (part[:, 0] - there[0]) ** 2
        square += (part[:, 1] - there[1]) ** 2
        square += (part[:, 2] - there[2]) ** 2
        out[low : low + rows] = 2 * EARTH_M * np.arcsin(np.sqrt(np.minimum(square, 1.0)))
    return out


def nearest_by_air(demand: Floats, site: Floats, count: int, beyond: float) -> Near:
    """Return the `count` nearest sites of each demand by great circle, in metres; memory grows with the lists alone.

    Parameters
    ----------
    demand, site
        Longitude and latitude in degrees.
    count
        Entries of each list.
    beyond
        Metres charged where no open site is listed; entries farther away are left out.
    """
    west, there = _radians(demand, "demand"), _radians(site, "site")
    count = min(count, len(there))
    _, number = cKDTree(_on_sphere(there)).query(_on_sphere(west), k=np.arange(1, count + 1))
    return _near(west, there, np.arange(0, len(west) * count + 1, count), np.asarray(number, np.int64).ravel(), beyond)


def within_by_air(demand: Floats, site: Floats, reach: float, beyond: float | None = None) -> Near:
    """Return the sites within `reach` metres of each demand by great circle.

    Parameters
    ----------
    demand, site
        Longitude and latitude in degrees.
    reach
        Metres.
    beyond
        Metres charged where no open site is within reach (default: `reach`).
    """
    west, there = _radians(demand, "demand"), _radians(site, "site")
    chord = 2 * np.sin(min(reach / EARTH_M, np.pi) / 2) * (1 + 1e-9)
    found = cKDTree(_on_sphere(there)).query_ball_point(_on_sphere(west), chord)
    start = np.zeros(len(west) + 1, np.int64)
    np.cumsum([len(row) for row in found], out=start[1:])
    number = np.concatenate([np.asarray(row, np.int64) for row in found]) if len(found) else np.empty(0, np.int64)
    near = _near(west, there, start, number, reach)
    return Near(near.start, near.site, near.distance, near.sites, reach if beyond is None else beyond)


def _on_sphere(radians: Floats) -> Floats:
    flat = np.cos(radians[:, 1])
    return np.column_stack([flat * np.cos(radians[:, 0]), flat * np.sin(radians[:, 0]), np.sin(radians[:, 1])])


def _near(demand: Floats, site: Floats, start: Ints, number: Ints, most: float) -> Near:
    """Return lists of given candidates in order of distance, then number, without those farther than `most`."""
    row = np.repeat(np.arange(len(demand)), np.diff(start))
    half = np.sin((site[number, 1] - demand[row, 1]) / 2) ** 2
    half += np.cos(demand[row, 1]) * np.cos(site[number, 1]) * np.sin((site[number, 0] - demand[row, 0]) / 2) ** 2
    far = (2 * EARTH_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))).astype(np.float32)
    return listed(row[far <= most], number[far <= most], far[far <= most], (len(demand), len(site)), most)


def listed(demand: Ints, site: Ints, distance: Singles, shape: tuple[int, int], beyond: float) -> Near:
    """Return lists of pairs in any order; `shape` is the number of demands and of sites."""
    order = np.lexsort((site, distance, demand))
    start = np.zeros(shape[0] + 1, np.int64)
    np.cumsum(np.bincount(demand, minlength=shape[0]), out=start[1:])
    return Near(start, site[order].astype(np.int32), np.asarray(distance[order], np.float32), shape[1], beyond)


def within(distance: Singles, reach: float, beyond: float | None = None) -> Near:
    """Return what lies within reach in a matrix (demand by site)."""
    row, column = np.nonzero(distance <= reach)
    return listed(row, column, distance[row, column], distance.shape, reach if beyond is None else beyond)


def over_network(graph: Graph, demand: Ints, site: Ints, most: float = np.inf) -> Singles:
    """Return the shortest ways along a graph, demand by site, in the unit of its costs.

    Parameters
    ----------
    graph
        Roads or any other network.
    demand, site
        Vertices.
    most
        Longer ways are not looked for.

    Returns
    -------
    float32 array
        Infinite where there is no way, or none that short.

    Raises
    ------
    PlanError
        Where a demand or site is no vertex.
    """
    for name, vertices in (("demand", demand), ("site", site)):
        wrong = vertices[(vertices < 0) | (vertices >= graph.vertices)]
        if len(wrong):
            raise PlanError("network distance", [f"{name} {wrong[0]} is no vertex (0 to {graph.vertices - 1})"])
    matrix = _cheapest_edges(graph)
    out = np.empty((len(demand), len(site)), np.float32)
    for low in range(0, len(site), _CHUNK):
        ways = dijkstra(matrix, directed=False, indices=site[low : low + _CHUNK], limit=most)
        out[:, low : low + _CHUNK] = ways[:, demand].T
    return out


def _cheapest_edges(graph: Graph) -> csr_array:
    """Return the graph with the cheapest of parallel edges; scipy takes a stored zero as an edge."""
    low, high = np.minimum(graph.tail, graph.head), np.maximum(graph.tail, graph.head)
    order = np.lexsort((graph.cost, high, low))
    low, high = low[order], high[order]
    keep = low != high
    keep[1:] &= (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    shape = (graph.vertices, graph.vertices)
    return csr_array((graph.cost[order][keep].astype(np.float64), (low[keep], high[keep])), shape=shape)
