"""The design: which edges are built, how good that is, in which phase, and what a cut takes away."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from layers import PlanError
from planner.check import World
from planner.entry import MiddleMileEntry
from planner.graph import prize, rings, steiner
from planner.graph.network import Graph, Ints
from planner.graph.routes import cut_impact
from planner.middle_mile.network import CENTS, Network, network
from planner.middle_mile.places import places
from planner.prices import MiddleMilePrices
from planner.region import Region

Flags = npt.NDArray[np.bool_]
_ROOT: Final = "point of presence"


@dataclass(frozen=True)
class Design:
    """A middle mile.

    Attributes
    ----------
    network
        All routes and places.
    edges
        Numbers of the edges that are built or used, ascending.
    ring
        Whether each of them protects hubs.
    phase
        Phase of each, from 1.
    premises_lost, anchors_lost
        What loses its way to every point of presence when the edge is cut.
    cost_usd, lower_bound_usd, tree_usd
        Construction cost of the solver's network (central, without laterals, huts and design), a bound that none like it
        undercuts, and the cost of the plain tree.
    value, value_bound
        Of a network within a budget: what it connects, and what none within the budget exceeds; else not a number.
    hubs
        Positions in the table of places.
    """

    network: Network
    edges: Ints
    ring: Flags
    phase: Ints
    premises_lost: Ints
    anchors_lost: Ints
    cost_usd: float
    lower_bound_usd: float
    tree_usd: float
    value: float
    value_bound: float
    hubs: Ints

    @property
    def connected(self) -> Flags:
        """Whether each place is on the network."""
        vertex = self.network.places["vertex"].to_numpy()
        on = np.zeros(self.network.roads.vertices, bool)
        on[self.network.roads.tail[self.edges]] = True
        on[self.network.roads.head[self.edges]] = True
        on[roots(self.network)] = True
        connected: Flags = (vertex >= 0) & on[np.maximum(vertex, 0)]
        return connected


def design(world: World, region: Region, premises: dict[str, int]) -> Design:
    """Design the middle mile of a region.

    Parameters
    ----------
    world
        Layers `roads`, `points_of_presence`, `towns` and, where given, `anchors` and `fibre_routes`.
    region
        Table ``[middle_mile]`` and prices.
    premises
        Premises by town code.

    Returns
    -------
    Design

    Raises
    ------
    PlanError
        Where layers or prices are missing, roads do not join the places, or the graph cannot protect the hubs.
    LayerError
        Where a place is too far from any road.
    """
    settings, prices = region.middle_mile, region.prices.middle_mile
    if settings is None:
        raise PlanError("middle mile", ["the region file has no [middle_mile]; add one"])
    if prices is None:
        raise PlanError(
            "middle mile", [f"price book '{region.prices.name}' has no prices of a middle mile; add [middle_mile]"]
        )
    net = network(world, settings, prices, places(world, settings, premises))
    return _solved(net, settings, prices)


def roots(net: Network) -> Ints:
    """Return the vertices of the points of presence."""
    table = net.places
    return np.unique(table["vertex"].to_numpy()[((table["kind"] == _ROOT) & (table["vertex"] >= 0)).to_numpy()])


@dataclass(frozen=True)
class _Rooted:
    """The graph with one root: the only point of presence, or a vertex that two free edges join to each of them."""

    graph: Graph
    root: int
    own: int

    @classmethod
    def of(cls, graph: Graph, ends: Ints) -> "_Rooted":
        if len(ends) == 1:
            return cls(graph, int(ends[0]), len(graph.cost))
        ends = np.repeat(ends, 2)
        top = np.full(len(ends), graph.vertices)
        free = np.zeros(len(ends), np.int64)
        wide = Graph(
            graph.vertices + 1, np.concatenate([graph.tail, top]), np.concatenate([graph.head, ends]),
            np.concatenate([graph.cost, free]),
        )  # fmt: skip
        return cls(wide, graph.vertices, len(graph.cost))

    def strip(self, edges: Ints) -> Ints:
        """Return the edges of the roads alone."""
        return edges[edges < self.own]


def _solved(net: Network, settings: MiddleMileEntry, prices: MiddleMilePrices) -> Design:
    ends = roots(net)
    rooted = _Rooted.of(net.graph, ends)
    vertex = net.places["vertex"].to_numpy()
    wanted = np.unique(np.append(vertex[vertex >= 0], rooted.root))
    hubs, value, bound = np.empty(0, np.int64), np.nan, np.nan
    limits = {"iterations": settings.iterations, "seed": settings.seed}
    tree = steiner.solve(rooted.graph, wanted, **limits)
    edges, ring, cost, lower = tree.edges, np.empty(0, np.int64), tree.cost, tree.lower_bound
    if settings.budget_usd is not None:
        worth = _worth(net, settings)[: rooted.graph.vertices]
        worth = np.append(worth, 0) if rooted.graph.vertices > len(worth) else worth
        money = round(settings.budget_usd * (1 - prices.design_share.central) * CENTS)
        best = prize.within_budget(rooted.graph, worth, rooted.root, money, **limits)
        if not best.collected:
            raise PlanError("middle mile", [_too_little(rooted, worth, settings.budget_usd, prices)])
        edges, cost, lower = best.edges, best.cost, np.nan
        value, bound = float(best.collected), float(best.upper_bound)
    elif settings.hubs:
        hubs = _hubs(net, settings.hubs)
        guarded = np.unique(np.append(vertex[hubs], rooted.root))
        best_rings = rings.survive(
            rooted.graph,
            guarded,
            tree.edges,
            terminals=wanted,
            allow_bridges=True,
            known_bound=tree.lower_bound,
            **limits,
        )
        edges, ring, cost, lower = best_rings.edges, best_rings.ring, best_rings.cost, best_rings.lower_bound
    edges = rooted.strip(edges)
    return Design(
        network=net, edges=edges, ring=np.isin(edges, ring), phase=_phases(net, edges, np.isin(edges, ring), rooted, settings),
        **_losses(net, edges, ends), cost_usd=cost / CENTS, lower_bound_usd=float(lower) / CENTS,
        tree_usd=tree.cost / CENTS, value=value, value_bound=bound, hubs=hubs,
    )  # fmt: skip


def _too_little(rooted: _Rooted, worth: Ints, budget_usd: float, prices: MiddleMilePrices) -> str:
    """Say what the cheapest connection would cost."""
    graph = rooted.graph
    table = pd.DataFrame({"a": graph.tail, "b": graph.head, "cost": np.maximum(graph.cost, 1)})
    table = table[table["a"] != table["b"]].sort_values("cost").drop_duplicates(["a", "b"])
    matrix = csr_array((table["cost"], (table["a"], table["b"])), (graph.vertices, graph.vertices))
    cost = dijkstra(matrix, directed=False, indices=[rooted.root])[0]
    least = float(cost[worth > 0].min(initial=np.inf)) / CENTS / (1 - prices.design_share.central)
    return f"budget_usd of {budget_usd:,.0f} connects nothing of value; the cheapest connection needs {least:,.0f}"


def _hubs(net: Network, count: int) -> Ints:
    """Return the connected towns with most premises, by position in the table of places."""
    towns = net.places[(net.places["kind"] == "town") & (net.places["vertex"] >= 0)]
    order = towns.sort_values(["premises", "place_id"], ascending=[False, True]).index
    return np.sort(order[:count].to_numpy(np.int64))


def _worth(net: Network, settings: MiddleMileEntry) -> Ints:
    """Return what each vertex is worth; weights count to the hundredth."""
    table = net.places[net.places["vertex"] >= 0]
    scale = 100 if settings.value == "weight" else 1
    worth = np.zeros(net.roads.vertices, np.int64)
    np.add.at(
        worth, table["vertex"].to_numpy(), np.round(table[settings.value].to_numpy(float) * scale).astype(np.int64)
    )
    return worth


def _losses(net: Network, edges: Ints, ends: Ints) -> dict[str, Ints]:
    table = net.places[net.places["vertex"] >= 0]
    found = {}
    for name in ("premises", "anchors"):
        weight = np.zeros(net.roads.vertices, np.int64)
        np.add.at(weight, table["vertex"].to_numpy(), table[name].to_numpy(np.int64))
        found[f"{name}_lost"] = cut_impact(net.graph, edges, weight, ends)
    return found


def _phases(net: Network, edges: Ints, ring: Flags, rooted: _Rooted, settings: MiddleMileEntry) -> Ints:
    """Return the phase of each edge: the rings first, then what connects most for its cost."""
    phase = np.full(len(edges), settings.phases, np.int64)
    if settings.phases == 1 or not len(edges):
        return phase
    cost = net.graph.cost[edges]
    done = ring.copy()
    phase[done] = 1
    core = int(cost[done].sum())
    worth = _worth(net, settings)
    worth = np.append(worth, 0) if rooted.graph.vertices > len(worth) else worth
    extra = np.arange(rooted.own, len(rooted.graph.cost))
    for number in range(1, settings.phases):
        money = core + (int(cost.sum()) - core) * number // settings.phases
        part = np.concatenate([edges, extra])
        left = np.where(np.append(done, np.ones(len(extra), bool)), 0, rooted.graph.cost[part])
        small = Graph(rooted.graph.vertices, rooted.graph.tail[part], rooted.graph.head[part], left)
        spent = int(cost[done].sum())
        best = prize.within_budget(
            small, worth, rooted.root, max(money - spent, 0), iterations=settings.iterations, seed=settings.seed
        )
        chosen = np.isin(np.arange(len(edges)), best.edges) & ~done
        phase[chosen] = number
        done |= chosen
    return phase


def cost_table(design: Design) -> pd.DataFrame:
    """Return low, central and high construction cost of the chosen edges."""
    return design.network.cost_usd.iloc[design.edges].reset_index(drop=True)
