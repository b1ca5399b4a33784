"""Prize-collecting networks: which customers are worth their cost, and which a budget can reach.

Every answer comes with a bound that no network passes. The method is dual ascent on the directed form (Ljubic et al.,
Mathematical Programming 105, 2006) with trees from the saturated network, exchange of key paths (Uchoa and Werneck,
2010), reductions by bounds, and branching on vertices. A budget is priced (Lagrange): the bound of every price is a
bound at the budget.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from layers import PlanError
from planner.graph._prize_budget import Purse
from planner.graph._prize_problem import ITERATIONS, problem_of
from planner.graph._prize_search import Limits, Search
from planner.graph.network import Answer, Graph, Ints


@dataclass(frozen=True)
class Prize(Answer):
    """A network that weighs its cost against the prizes it leaves out.

    Attributes
    ----------
    edges
        Numbers of the chosen edges, ascending.
    cost
        Their cost.
    lower_bound
        No network has a lower `objective`.
    seed
        Seed of the random choices; the same seed and number of iterations give the same answer.
    seconds
        Wall time.
    vertices
        Numbers of the vertices reached, ascending, the roots among them.
    penalty
        Sum of the prizes left out.
    """

    vertices: Ints
    penalty: int

    @property
    def objective(self) -> int:
        """Cost and prizes left out, together."""
        return self.cost + self.penalty

    @property
    def gap(self) -> float:
        """Share by which the objective may lie above the optimum, at most."""
        if self.lower_bound > 0:
            return (self.objective - self.lower_bound) / self.lower_bound
        return float(self.objective > 0)


@dataclass(frozen=True)
class Budgeted:
    """A network within a budget.

    Attributes
    ----------
    edges
        Numbers of the chosen edges, ascending.
    vertices
        Numbers of the vertices reached, ascending, the roots among them.
    cost
        Cost of the edges, at most the budget.
    collected
        Sum of the prizes reached, the roots' own among them.
    upper_bound
        No network within the budget collects more.
    seed
        Seed of the random choices; the same seed and number of iterations give the same answer.
    seconds
        Wall time.
    """

    edges: Ints
    vertices: Ints
    cost: int
    collected: int
    upper_bound: int
    seed: int
    seconds: float

    @property
    def gap(self) -> float:
        """Share of the upper bound that a better network might collect on top, at most."""
        return (self.upper_bound - self.collected) / self.upper_bound if self.upper_bound > 0 else 0.0


def solve(
    graph: Graph,
    prizes: Ints,
    root: int | Sequence[int],
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 1,
) -> Prize:
    """Return the network with the root that costs least, its edges and the prizes it leaves out taken together.

    Parameters
    ----------
    graph
        The network.
    prizes
        Prize of each vertex: whole, not negative, in the unit of the costs; 0 where there is none.
    root
        The vertex that must be reached. Several are contracted to one, as if joined at no cost: each tree of the
        answer then holds at least one of them.
    seconds
        Wall time after which the search stops; it looks at the clock between ascents, so that a large network may
        take longer. With neither limit, 200 iterations.
    iterations
        Dual ascents, at most. The search stops before where the answer is proved.
    seed
        Seed of the random choices.

    Returns
    -------
    Prize
        The order of the edges, and of each edge's ends, makes no difference to the vertices, the cost and the bound.

    Raises
    ------
    PlanError
        Where prizes do not fit the graph, are negative or too large to stay exact, or a root does not exist.
    """
    start = time.perf_counter()
    problem = problem_of(graph, prizes, root)
    search = Search(problem.ends, problem.cost, problem.prize, problem.root, seed)
    search.run(_limits(start, seconds, iterations))
    edges = np.sort(problem.edge[search.edges])
    cost = int(graph.cost[edges].sum())
    return Prize(
        edges=edges, cost=cost, lower_bound=float(search.bound), seed=seed, seconds=time.perf_counter() - start,
        vertices=problem.vertices(search.vertices), penalty=search.objective - cost,
    )  # fmt: skip


def within_budget(  # noqa: PLR0913 - the limits stand by name
    graph: Graph,
    prizes: Ints,
    root: int | Sequence[int],
    budget: int,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 1,
) -> Budgeted:
    """Return a network with the root that costs at most the budget and collects much, and a bound on what any collects.

    Parameters
    ----------
    graph, prizes, root, seconds, iterations, seed
        As for `solve`; prizes may have a unit of their own, such as persons.
    budget
        What the edges may cost.

    Returns
    -------
    Budgeted
        Below the cheapest connection, the roots alone: no edges, nothing collected but their own prizes.

    Raises
    ------
    PlanError
        As for `solve`, and where the budget is negative.
    """
    start = time.perf_counter()
    problem = problem_of(graph, prizes, root)
    if budget < 0:
        raise PlanError("budget", [f"the budget is {budget}; it must be 0 or more"])
    purse = Purse(problem, int(budget), seed)
    purse.run(_limits(start, seconds, iterations))
    edges = np.sort(problem.edge[purse.edges])
    own = int(prizes[problem.roots].sum())
    return Budgeted(
        edges=edges, vertices=problem.vertices(purse.vertices), cost=int(graph.cost[edges].sum()),
        collected=own + purse.collected, upper_bound=own + purse.bound, seed=seed,
        seconds=time.perf_counter() - start,
    )  # fmt: skip


def _limits(start: float, seconds: float | None, iterations: int | None) -> Limits:
    if iterations is None:
        iterations = ITERATIONS if seconds is None else 2**62
    return Limits(math.inf if seconds is None else start + seconds, iterations)
