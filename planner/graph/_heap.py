"""A queue of vertices by key with four children a place, and a heap of edges that can be melded."""

import numpy as np

from layers._kernel import leaf, part
from planner.graph._net import Longs, Shorts


@leaf
def push(heap: Shorts, place: Shorts, key: Longs, size: int, vertex: int) -> int:
    """Enter a vertex, or move it up after its key fell; return the new size. `place` is -1 outside the queue."""
    at = int(place[vertex])
    if at < 0:
        at = size
        size += 1
    mine = key[vertex]
    while at > 0:
        up = (at - 1) >> 2
        above = heap[up]
        if key[above] <= mine:
            break
        heap[at] = above
        place[above] = at
        at = up
    heap[at] = vertex
    place[vertex] = at
    return size


@leaf
def pop(heap: Shorts, place: Shorts, key: Longs, size: int) -> int:
    """Take out and return the vertex with the least key; the size falls by one."""
    top = int(heap[0])
    place[top] = -1
    size -= 1
    if size == 0:
        return top
    vertex = heap[size]
    mine = key[vertex]
    at = 0
    while True:
        first = 4 * at + 1
        if first >= size:
            break
        least = first
        for child in range(first + 1, min(first + 4, size)):
            if key[heap[child]] < key[heap[least]]:
                least = child
        if key[heap[least]] >= mine:
            break
        heap[at] = heap[least]
        place[heap[at]] = at
        at = least
    heap[at] = vertex
    place[vertex] = at
    return top


@leaf
def clear(heap: Shorts, place: Shorts, size: int) -> None:
    """Empty the queue."""
    for at in range(size):
        place[heap[at]] = -1


@leaf
def meld(child: Shorts, sibling: Shorts, key: Longs, one: int, two: int) -> int:
    """Return the top of two pairing heaps in one; element k is an end of edge k >> 1, whose key counts; -1 is empty."""
    if one < 0:
        return two
    if two < 0:
        return one
    if key[two >> 1] < key[one >> 1]:
        one, two = two, one
    sibling[two] = child[one]
    child[one] = two
    return one


@leaf
def drop(child: Shorts, sibling: Shorts, key: Longs, top: int) -> int:
    """Return the top of a pairing heap after its top is gone."""
    pairs = -1
    rest = int(child[top])
    while rest >= 0:
        one = rest
        two = int(sibling[one])
        if two < 0:
            rest = -1
            sibling[one] = -1
        else:
            rest = int(sibling[two])
            sibling[one] = -1
            sibling[two] = -1
            one = meld(child, sibling, key, one, two)
        sibling[one] = pairs
        pairs = one
    heap = -1
    while pairs >= 0:
        one = pairs
        pairs = int(sibling[one])
        sibling[one] = -1
        heap = meld(child, sibling, key, heap, one)
    return heap


@leaf
def find(leader: Shorts, vertex: int) -> int:
    """Return the leader of a vertex's group, halving the path."""
    while leader[vertex] != vertex:
        leader[vertex] = leader[leader[vertex]]
        vertex = leader[vertex]
    return vertex


@part
def iota(count: int) -> Shorts:
    """Return 0, 1, 2 and so on."""
    return np.arange(count).astype(np.int32)
