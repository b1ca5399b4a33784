"""Fitting a tree into a budget: leaves that earn least for their cost go, paths that earn most come."""

from heapq import heappop, heappush

import numpy as np

from layers._kernel import kernel
from planner.graph._prize_ascent import FAR, Bools, Floats, Net
from planner.graph._prize_paths import exchange
from planner.graph._prize_trees import span
from planner.graph.network import Ints


@kernel
def _trim(net: Net, prize: Ints, tree: tuple[Ints, Ints], budget: int, weight: Floats) -> tuple[Bools, int]:
    """Take off the leaf paths that earn least for their cost until the tree costs at most the budget."""
    order, up = tree
    inside, branches = np.zeros(len(prize), np.bool_), np.zeros(len(prize), np.int64)
    inside[order] = True
    cost = 0
    for vertex in order[1:]:
        cost += net.cost[up[vertex]]
        branches[net.near[up[vertex]]] += 1
    root = order[0]
    heap = [(0.0, root)]
    heap.clear()
    for leaf in order[1:]:
        vertex, length = leaf, 0
        while branches[leaf] == 0 and vertex != root:
            length += net.cost[up[vertex]]
            vertex = net.near[up[vertex]]
            if prize[vertex] > 0 or branches[vertex] != 1:
                heappush(heap, (prize[leaf] * weight[leaf] / max(length, 1), leaf))
                break
    while cost > budget and len(heap) > 0:
        leaf = heappop(heap)[1]
        vertex = leaf
        while True:
            inside[vertex] = False
            cost -= net.cost[up[vertex]]
            vertex = net.near[up[vertex]]
            branches[vertex] -= 1
            if vertex == root or prize[vertex] > 0 or branches[vertex] > 0:
                break
        leaf, length = vertex, 0
        while branches[leaf] == 0 and vertex != root:
            length += net.cost[up[vertex]]
            vertex = net.near[up[vertex]]
            if vertex == root or prize[vertex] > 0 or branches[vertex] != 1:
                heappush(heap, (prize[leaf] * weight[leaf] / max(length, 1), leaf))
                break
    return inside, cost


@kernel
def _fill(net: Net, prize: Ints, inside: Bools, rest: int, weight: Floats) -> None:
    """Add the path that earns most for its cost, again and again, while one fits into the rest of the budget."""
    count = len(prize)
    distance, gain = np.full(count, FAR, np.int64), np.zeros(count, np.int64)
    before = np.full(count, -1, np.int64)
    heap = [(0, 0)]
    while True:
        heap.clear()
        distance[:] = FAR
        for vertex in range(count):
            if inside[vertex]:
                distance[vertex] = 0
                gain[vertex] = 0
                heap.append((0, vertex))
        best, end = -1.0, -1
        while len(heap) > 0:
            here, vertex = heappop(heap)
            if here > distance[vertex]:
                continue
            if not inside[vertex] and prize[vertex] > 0:
                ratio = gain[vertex] * weight[vertex] / max(here, 0.5)
                if ratio > best:
                    best, end = ratio, vertex
            for entry in range(net.start[vertex], net.start[vertex + 1]):
                other = net.near[entry]
                there = here + net.cost[entry]
                if there <= rest and there < distance[other]:
                    distance[other] = there
                    gain[other] = gain[vertex] + prize[other]
                    before[other] = vertex
                    heappush(heap, (there, other))
        if end < 0:
            return
        rest -= distance[end]
        while not inside[end]:
            inside[end] = True
            end = before[end]


def fit(net: Net, root: int, prize: Ints, inside: Bools, budget: int, weight: Floats) -> tuple[Ints, Ints]:
    """Return a tree within the budget, made from the tree over `inside`; `weight` multiplies prizes in all choices."""
    order, up = span(net, root, _kept(prize, inside), inside)
    while True:
        inside, cost = _trim(net, prize, (order, up), budget, weight)
        _fill(net, prize, inside, budget - cost, weight)
        order, up = span(net, root, _kept(prize, inside), inside)
        exchange(net, prize, (order, up), inside)
        new_order, new_up = span(net, root, _kept(prize, inside), inside)
        if net.cost[new_up[new_order[1:]]].sum() >= net.cost[up[order[1:]]].sum():
            return order, up
        order, up = new_order, new_up


def _kept(prize: Ints, inside: Bools) -> Ints:
    """Return prizes that no pruning gives up, for the vertices inside that have one."""
    return np.where(inside & (prize > 0), FAR // 4, 0)
