"""The arrays that every kernel takes, and what every answer carries."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from layers import PlanError

Ints = npt.NDArray[np.int64]
MOST: Final = 2**53  # sums of costs stay exact in a double


@dataclass(frozen=True)
class Graph:
    """An undirected graph with whole costs.

    Attributes
    ----------
    vertices
        Number of vertices, numbered from 0.
    tail, head
        Ends of each edge, in either order; parallel edges and loops may be there.
    cost
        Cost of each edge: whole, not negative, such as cents or millimetres.

    Raises
    ------
    PlanError
        Where arrays do not fit together, a vertex does not exist, or a cost is negative or too large to stay exact.
    """

    vertices: int
    tail: Ints
    head: Ints
    cost: Ints

    def __post_init__(self) -> None:
        faults = []
        if not len(self.tail) == len(self.head) == len(self.cost):
            faults.append("tail, head and cost must be of one length")
        elif len(self.cost):
            if min(self.tail.min(), self.head.min()) < 0 or max(self.tail.max(), self.head.max()) >= self.vertices:
                faults.append(f"an edge names a vertex outside 0 to {self.vertices - 1}")
            if self.cost.min() < 0:
                faults.append(f"edge {int(self.cost.argmin())} has a negative cost; costs must be 0 or more")
            if int(self.cost.sum()) >= MOST:
                faults.append("costs add up to 2^53 or more; use a coarser unit")
        if faults:
            raise PlanError("graph", faults)

    @cached_property
    def adjacency(self) -> tuple[Ints, Ints, Ints]:
        """Start of each vertex's entries, then neighbour and edge of each entry; a loop is left out."""
        there = np.flatnonzero(self.tail != self.head)
        ends = np.concatenate([self.tail[there], self.head[there]])
        others = np.concatenate([self.head[there], self.tail[there]])
        order = np.argsort(ends, kind="stable")
        start = np.zeros(self.vertices + 1, np.int64)
        np.cumsum(np.bincount(ends, minlength=self.vertices), out=start[1:])
        return start, others[order], np.concatenate([there, there])[order]

    def components(self) -> Ints:
        """Return the number of the connected component of each vertex."""
        shape = (self.vertices, self.vertices)
        _, label = connected_components(csr_array((np.ones(len(self.tail), np.int8), (self.tail, self.head)), shape))
        return label.astype(np.int64)


@dataclass(frozen=True)
class Answer:
    """A subgraph and how good it is.

    Attributes
    ----------
    edges
        Numbers of the chosen edges, ascending.
    cost
        Their cost.
    lower_bound
        No answer costs less.
    seed
        Seed of the random choices; the same seed and number of iterations give the same answer.
    seconds
        Wall time.
    """

    edges: Ints
    cost: int
    lower_bound: float
    seed: int
    seconds: float

    @property
    def gap(self) -> float:
        """Share by which the cost may lie above the optimum, at most."""
        return (self.cost - self.lower_bound) / self.lower_bound if self.lower_bound > 0 else float(self.cost > 0)
