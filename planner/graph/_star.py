"""Vertices with three edges of which a best tree never needs all."""

from typing import Final

import numpy as np

from layers._kernel import kernel, leaf
from planner.graph._draft import Draft, between, compose, cut, hang
from planner.graph._heap import clear, pop, push
from planner.graph._net import Longs, Shorts
from planner.graph._paths import FAR

_STEPS: Final = 40  # vertices looked at from one neighbour


@kernel
def open_stars(draft: Draft) -> None:
    """Replace such vertices by the paths through them that no other path undercuts.

    Where paths past the vertex join its three neighbours for no more than its three edges, some best tree uses at most
    two of these (C. W. Duin and A. Volgenant, 1989).
    """
    n = len(draft.terminal)
    far = np.full(n, FAR, np.int64)
    heap, place, seen = np.empty(n, np.int32), np.full(n, -1, np.int32), np.empty(64 * _STEPS, np.int32)
    ends, edges = np.empty(3, np.int32), np.empty(3, np.int32)
    for v in range(n):
        if draft.degree[v] != 3 or draft.terminal[v]:
            continue
        h = int(draft.top[v])
        for i in range(3):
            ends[i], edges[i] = draft.end[h ^ 1], h >> 1
            h = int(draft.after[h])
        one, two, three = draft.cost[edges[0]], draft.cost[edges[1]], draft.cost[edges[2]]
        a, b, c = int(ends[0]), int(ends[1]), int(ends[2])
        most = one + two + three
        ab, ac = _past(draft, v, a, b, c, most, far, heap, place, seen)
        if min(ab, ac) > most:
            continue
        bc, _ = _past(draft, v, b, c, a, most, far, heap, place, seen)
        if ab + ac + bc - max(ab, ac, bc) > most:
            continue
        pieces = draft.piece[edges]
        for i in range(3):
            cut(draft, int(edges[i]))
        if ab > one + two:
            _tie(draft, edges[0], a, b, one + two, compose(draft, pieces[0], pieces[1]))
        if ac > one + three:
            _tie(draft, edges[1], a, c, one + three, compose(draft, pieces[0], pieces[2]))
        if bc > two + three:
            _tie(draft, edges[2], b, c, two + three, compose(draft, pieces[1], pieces[2]))


@leaf
def _tie(draft: Draft, e: int, a: int, b: int, cost: int, piece: int) -> None:
    """Put a new edge between two vertices in place of a dearer one."""
    there = between(draft, a, b)
    if there >= 0:
        cut(draft, there)
    draft.alive[e] = True
    draft.cost[e] = cost
    draft.piece[e] = piece
    hang(draft, 2 * e, a)
    hang(draft, 2 * e + 1, b)


@leaf
def _past(
    draft: Draft, v: int, a: int, b: int, c: int, most: int, far: Longs, heap: Shorts, place: Shorts, seen: Shorts
) -> tuple[int, int]:
    """Return lengths of paths from a to b and to c that avoid v, 2^61 where a short look finds none up to `most`."""
    far[a] = 0
    size = push(heap, place, far, 0, a)
    seen[0] = a
    count, steps = 1, 0
    while size and steps < _STEPS and (far[b] == FAR or far[c] == FAR or place[b] >= 0 or place[c] >= 0):
        x = pop(heap, place, far, size)
        size -= 1
        steps += 1
        h = int(draft.top[x])
        while h >= 0 and count < 64 * _STEPS:
            u = draft.end[h ^ 1]
            there = far[x] + draft.cost[h >> 1]
            if u != v and there <= most and there < far[u]:
                if far[u] == FAR:
                    seen[count] = u
                    count += 1
                far[u] = there
                size = push(heap, place, far, size, u)
            h = int(draft.after[h])
    clear(heap, place, size)
    ab, ac = min(far[b], FAR // 2), min(far[c], FAR // 2)
    for i in range(count):
        far[seen[i]] = FAR
    return ab, ac
