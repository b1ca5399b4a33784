"""Hut sites: no place farther along the network from a hut or point of presence than the equipment reaches."""

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from layers import PlanError
from planner.graph.network import Ints
from planner.middle_mile.design import Design


def huts(design: Design, reach_m: float) -> Ints:
    """Return the places, by position, at which huts stand.

    Parameters
    ----------
    design
        The network.
    reach_m
        Farthest distance along the network from a place to its hut or point of presence.

    Returns
    -------
    numpy.ndarray
        As few as cover every connected place (set covering, solved exactly by HiGHS). Any connected place may hold one.

    Raises
    ------
    PlanError
        Where the covering is not solved.
    """
    table = design.network.places
    there = np.flatnonzero(design.connected)
    vertex = table["vertex"].to_numpy()[there]
    roots = table["kind"].to_numpy()[there] == "point of presence"
    near = _near(design, vertex, reach_m)
    covered = near[roots].any(axis=0)
    open_, sites = np.flatnonzero(~covered), np.flatnonzero(~roots)
    if not len(open_):
        return np.empty(0, np.int64)
    matrix = coo_array(near[np.ix_(sites, open_)].T.astype(float))
    found = milp(
        np.ones(len(sites)), constraints=LinearConstraint(matrix, lb=1), bounds=Bounds(0, 1),
        integrality=np.ones(len(sites), np.int64), options={"time_limit": 30.0},
    )  # fmt: skip
    if found.x is None:
        raise PlanError("middle mile", [f"hut sites were not found: {found.message}; raise hut_reach_m"])
    chosen: Ints = there[sites[found.x > 0.5]]
    return chosen


def _near(design: Design, vertex: Ints, reach_m: float) -> np.ndarray:
    """Return which places are within reach of each other along the network."""
    roads, edges = design.network.roads, design.edges
    ends = (roads.tail[edges], roads.head[edges])
    table = pd.DataFrame({"a": np.minimum(*ends), "b": np.maximum(*ends), "m": roads.length_m[edges]})
    table = table.sort_values("m").drop_duplicates(["a", "b"])  # parallel edges would add up
    own, place = np.unique(vertex, return_inverse=True)
    on = np.unique(np.concatenate([*ends, own]))  # few of the roads' vertices
    ends = np.searchsorted(on, table["a"]), np.searchsorted(on, table["b"])
    matrix = csr_array((np.maximum(table["m"].to_numpy(), 1e-9), ends), (len(on), len(on)))
    own = np.searchsorted(on, own)
    reached = dijkstra(matrix, directed=False, indices=own, limit=reach_m)[:, own] <= reach_m
    near: np.ndarray = reached[np.ix_(place, place)]
    return near
