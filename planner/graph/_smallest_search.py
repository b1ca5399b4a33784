"""All connected sets of one size that hold the root, each once, with pruning by what the rest can still bring."""

from typing import Final

import numpy as np
import numpy.typing as npt

from layers._kernel import kernel, part
from planner.graph._net import Longs

Hops = npt.NDArray[np.int16]
Marks = npt.NDArray[np.bool_]
FAR: Final = 32000


@kernel
def hops_between(start: Longs, heads: Longs) -> Hops:
    """Return the number of steps between all vertices of a graph in compressed rows; `FAR` where there is no way."""
    count = len(start) - 1
    hops = np.full((count, count), FAR, np.int16)
    queue = np.empty(count, np.int64)
    for source in range(count):
        hops[source, source] = 0
        queue[0] = source
        first, last = 0, 1
        while first < last:
            here = queue[first]
            first += 1
            for edge in range(start[here], start[here + 1]):
                there = heads[edge]
                if hops[source, there] == FAR:
                    hops[source, there] = hops[source, here] + 1
                    queue[last] = there
                    last += 1
    return hops


@part
def _hopeful(room: int, weights: Longs, order: Longs, closed: Marks, near: Hops, need: Longs) -> bool:
    """Whether the best `room` vertices that are open and near enough bring every condition what it needs."""
    for row in range(len(order)):
        left, taken = need[row], 0
        for spot in range(len(closed)):
            vertex = order[row, spot]
            if taken == room or (left <= 0 and weights[row, vertex] >= 0 and taken > 0):
                break
            if not closed[vertex] and near[vertex] <= room:
                left -= weights[row, vertex]
                taken += 1
        if left > 0 or taken == 0:
            return False
    return True


@part
def _earlier(one: Longs, two: Longs) -> bool:
    """Whether one sorted set comes before another of its size."""
    for place in range(len(one)):
        if one[place] != two[place]:
            return bool(one[place] < two[place])
    return False


@part
def _sorted(values: Longs) -> Longs:
    """Return a few values in rising order; compiled in a fraction of the time of a general sort."""
    ordered = values.copy()
    for place in range(1, len(ordered)):
        value, spot = ordered[place], place
        while spot > 0 and ordered[spot - 1] > value:
            ordered[spot] = ordered[spot - 1]
            spot -= 1
        ordered[spot] = value
    return ordered


@kernel
def best_of_size(
    start: Longs, heads: Longs, weights: Longs, order: Longs, hops: Hops, root: int, size: int, most_nodes: int
) -> tuple[Longs, int, bool]:
    """Return the best connected set of just `size` vertices with the root, sets looked at, and whether all were.

    Every condition, a row of `weights`, must sum to 0 or more. Best is the largest sum of the first condition, then
    the set that comes first. The set is empty where none was found. Every set is built once: after a vertex was
    tried at one place of the front, it stays closed for what follows there.
    """
    count, rows = len(start) - 1, len(weights)
    best = np.empty(0, np.int64)
    best_sum = 0
    front = np.empty(count, np.int64)
    chosen = np.empty(size, np.int64)
    first, turn = np.zeros(size, np.int64), np.zeros(size, np.int64)
    added, last = np.zeros(size, np.int64), np.zeros(size, np.int64)
    closed, seen = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    near = np.empty((size, count), np.int16)
    sums = np.zeros((size, rows), np.int64)
    need = np.zeros(rows, np.int64)
    chosen[0] = root
    for other in range(count):
        near[0, other] = hops[root, other]
    for row in range(rows):
        sums[0, row] = weights[row, root]
    closed[root] = seen[root] = True
    for edge in range(start[root], start[root + 1]):
        front[last[0]] = heads[edge]
        seen[heads[edge]] = True
        last[0] += 1
    explored, depth = 1, 0
    if size == 1:
        alone = True
        for row in range(rows):
            alone = alone and sums[0, row] >= 0
        return (chosen if alone else best), explored, True
    while depth >= 0:
        room = size - depth - 1
        place = turn[depth]
        go = place < last[depth]
        if go:
            for row in range(rows):
                need[row] = -sums[depth, row]
            if len(best):
                need[0] = best_sum - sums[depth, 0]
            go = _hopeful(room, weights, order, closed, near[depth], need)
        if go and room == 1:
            for spot in range(place, last[depth]):
                vertex = front[spot]
                explored += 1
                fits = True
                for row in range(rows):
                    fits = fits and sums[depth, row] + weights[row, vertex] >= 0
                total = sums[depth, 0] + weights[0, vertex]
                if fits and (len(best) == 0 or total >= best_sum):
                    chosen[size - 1] = vertex
                    found = _sorted(chosen)
                    if len(best) == 0 or total > best_sum or _earlier(found, best):
                        best, best_sum = found, total
            go = False
        if go:
            vertex = front[place]
            turn[depth] = place + 1
            closed[vertex] = True
            explored += 1
            if explored > most_nodes:
                return best, explored, False
            depth += 1
            chosen[depth] = vertex
            first[depth] = turn[depth] = place + 1
            added[depth] = last[depth] = last[depth - 1]
            for row in range(rows):
                sums[depth, row] = sums[depth - 1, row] + weights[row, vertex]
            for other in range(count):
                near[depth, other] = min(near[depth - 1, other], hops[vertex, other])
            for edge in range(start[vertex], start[vertex + 1]):
                other = heads[edge]
                if not seen[other]:
                    seen[other] = True
                    front[last[depth]] = other
                    last[depth] += 1
        else:
            for spot in range(first[depth], turn[depth]):
                closed[front[spot]] = False
            for spot in range(added[depth], last[depth]):
                seen[front[spot]] = False
            depth -= 1
    return best, explored, True
