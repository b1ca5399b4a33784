"""Edges that a path of other edges replaces at no more cost."""

from typing import Final

import numpy as np

from layers._kernel import kernel
from planner.graph._heap import clear, pop, push
from planner.graph._net import Flags, Net
from planner.graph._paths import FAR

_STEPS: Final = 40  # vertices looked at for one edge


@kernel
def needed(net: Net) -> Flags:
    """Return the edges without such a detour among those that stay, as far as a short look around an end shows."""
    n, m = len(net.terminal), len(net.cost)
    keep = np.ones(m, np.bool_)
    far = np.full(n, FAR, np.int64)
    heap, place, seen = np.empty(n, np.int32), np.full(n, -1, np.int32), np.empty(64 * _STEPS, np.int32)
    for e in range(m):
        a, b, most = net.tail[e], net.head[e], net.cost[e]
        far[a] = 0
        size = push(heap, place, far, 0, a)
        seen[0] = a
        count, steps = 1, 0
        while size and steps < _STEPS and far[b] > most and count < 60 * _STEPS:
            v = pop(heap, place, far, size)
            size -= 1
            steps += 1
            for k in range(net.start[v], min(net.start[v + 1], net.start[v] + 50)):
                u = net.other[k]
                there = far[v] + net.cost[net.edge[k]]
                if there <= most and there < far[u] and net.edge[k] != e and keep[net.edge[k]]:
                    if far[u] == FAR:
                        seen[count] = u
                        count += 1
                    far[u] = there
                    size = push(heap, place, far, size, u)
        keep[e] = far[b] > most
        clear(heap, place, size)
        for i in range(count):
            far[seen[i]] = FAR
    return keep
