"""What every prize-collecting method does first: check what is given, contract the roots, drop what no answer needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from layers import PlanError
from planner.graph.network import MOST, Graph, Ints

ITERATIONS: Final = 200  # dual ascents where neither a time nor a number is given


@dataclass(frozen=True)
class Problem:
    """A network without loops and parallels, in an order of its own; one vertex stands for all roots.

    Attributes
    ----------
    ends, cost
        Of each edge.
    edge
        Number of each edge in the given graph.
    prize
        By vertex; nothing at the root.
    root
        The vertex that stands for the roots.
    roots
        The given roots, ascending.
    """

    ends: tuple[Ints, Ints]
    cost: Ints
    edge: Ints
    prize: Ints
    root: int
    roots: Ints

    def vertices(self, chosen: Ints) -> Ints:
        """Return the given graph's vertices for those chosen here, with all roots, ascending."""
        return np.union1d(chosen, self.roots)


def problem_of(graph: Graph, prizes: Ints, root: int | Sequence[int]) -> Problem:
    """Return the checked problem; see `planner.graph.prize.solve` for what is asked of the arguments."""
    roots = np.unique(np.asarray(root, np.int64))
    _check(graph, prizes, roots)
    number = np.arange(graph.vertices)
    number[roots] = roots[0]
    ends = np.sort(np.stack([number[graph.tail], number[graph.head]]), axis=0)
    order = np.lexsort((graph.cost, ends[1], ends[0]))
    tail, head = ends[0][order], ends[1][order]
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    order = order[fresh & (tail != head)]
    prize = np.asarray(prizes, np.int64).copy()
    prize[roots] = 0
    return Problem((ends[0][order], ends[1][order]), graph.cost[order], order, prize, int(roots[0]), roots)


def _check(graph: Graph, prizes: Ints, roots: Ints) -> None:
    faults = []
    if len(prizes) != graph.vertices:
        faults.append(f"{len(prizes)} prizes for {graph.vertices} vertices; give one to each, 0 for none")
    elif not np.issubdtype(np.asarray(prizes).dtype, np.integer):
        faults.append("prizes must be whole numbers, in the unit of the costs")
    elif len(prizes) and prizes.min() < 0:
        faults.append(f"vertex {int(prizes.argmin())} has a negative prize; prizes must be 0 or more")
    elif float(prizes.sum(dtype=np.float64)) + float(graph.cost.sum()) >= MOST:
        faults.append("prizes and costs add up to 2^53 or more; use a coarser unit")
    if len(roots) == 0:
        faults.append("no root is given")
    elif roots[0] < 0 or roots[-1] >= graph.vertices:
        faults.append(f"a root is outside 0 to {graph.vertices - 1}")
    if faults:
        raise PlanError("prizes", faults)
