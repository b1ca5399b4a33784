"""Trees for prize collecting: growing, exact pruning, and improving both in turn."""

from heapq import heappop, heappush

import numpy as np

from layers._kernel import kernel
from planner.graph._prize_ascent import FAR, Bools, Net
from planner.graph._prize_paths import exchange
from planner.graph.network import Ints


@kernel
def grow(net: Net, length: Ints, prize: Ints, inside: Bools, always: bool) -> None:  # noqa: FBT001 - a kernel
    """Add to `inside` the vertices of shortest paths to prizes: to all, or where the path's prizes pay for it.

    `length` is that of leaving the owner by its entry; a negative one closes it.
    """
    count = len(prize)
    distance, gain = np.full(count, FAR, np.int64), np.zeros(count, np.int64)
    before = np.full(count, -1, np.int64)
    heap = [(0, 0)]
    heap.clear()
    for vertex in range(count):
        if inside[vertex]:
            distance[vertex] = 0
            heappush(heap, (0, vertex))
    while len(heap) > 0:
        here, vertex = heappop(heap)
        if here > distance[vertex]:
            continue
        if not inside[vertex] and prize[vertex] > 0 and (always or gain[vertex] >= here):
            while not inside[vertex]:
                inside[vertex] = True
                distance[vertex] = 0
                gain[vertex] = 0
                heappush(heap, (0, vertex))
                vertex = before[vertex]
            continue
        for entry in range(net.start[vertex], net.start[vertex + 1]):
            other = net.near[entry]
            if inside[other] or length[entry] < 0:
                continue
            there = here + length[entry]
            if there < distance[other]:
                distance[other] = there
                gain[other] = min(gain[vertex] + prize[other], FAR)
                before[other] = vertex
                heappush(heap, (there, other))


@kernel
def span(net: Net, root: int, prize: Ints, inside: Bools) -> tuple[Ints, Ints]:
    """Return the cheapest tree over `inside`, pruned to its best part with the root.

    Gives its vertices, each after its parent, and every vertex's entry towards its parent (-1 for none). `inside`
    is changed to the vertices of the tree. Pruning is exact on the tree: a branch stays if it earns more than it
    costs.
    """
    count = len(prize)
    up, order = np.full(count, -1, np.int64), np.empty(count, np.int64)
    best = np.full(count, FAR, np.int64)
    settled = np.zeros(count, np.bool_)
    heap = [(0, root)]
    best[root] = 0
    size = 0
    while len(heap) > 0:
        _, vertex = heappop(heap)
        if settled[vertex]:
            continue
        settled[vertex] = True
        order[size] = vertex
        size += 1
        for entry in range(net.start[vertex], net.start[vertex + 1]):
            other = net.near[entry]
            if inside[other] and not settled[other] and net.cost[entry] < best[other]:
                best[other] = net.cost[entry]
                up[other] = net.twin[entry]
                heappush(heap, (net.cost[entry], other))
    worth = prize.copy()
    for k in range(size - 1, 0, -1):
        vertex = order[k]
        if worth[vertex] > best[vertex]:
            parent = net.near[up[vertex]]
            worth[parent] = min(worth[parent] + worth[vertex] - best[vertex], FAR)
        else:
            settled[vertex] = False
    kept = 1
    for k in range(1, size):
        vertex = order[k]
        if settled[vertex] and settled[net.near[up[vertex]]]:
            order[kept] = vertex
            kept += 1
        else:
            settled[vertex] = False
            up[vertex] = -1
    for vertex in range(count):
        inside[vertex] = settled[vertex]
    return order[:kept].copy(), up


@kernel
def objective(net: Net, prize: Ints, inside: Bools, tree: tuple[Ints, Ints]) -> int:
    """Return a tree's cost and the prizes it leaves out."""
    order, up = tree
    total = 0
    for vertex in order[1:]:
        total += net.cost[up[vertex]]
    for vertex in range(len(prize)):
        if not inside[vertex]:
            total = min(total + prize[vertex], FAR)
    return total


def polish(net: Net, root: int, prize: Ints, inside: Bools) -> tuple[Ints, Ints]:
    """Improve the tree over `inside` until nothing helps: span and prune, take in what pays, exchange key paths."""
    tree = span(net, root, prize, inside)
    best = objective(net, prize, inside, tree)
    while True:
        trial = inside.copy()
        grow(net, net.cost, prize, trial, False)  # noqa: FBT003 - a kernel
        fresh = span(net, root, prize, trial)
        exchange(net, prize, fresh, trial)
        fresh = span(net, root, prize, trial)
        worth = objective(net, prize, trial, fresh)
        if worth >= best:
            return tree
        tree, best = fresh, worth
        inside[:] = trial
