"""Exchange of key paths: a path between prizes and branchings of a tree gives way to a shorter link elsewhere.

After Uchoa and Werneck (2010): all links come from one Voronoi diagram around the tree. They are tried from the
shortest, each against the longest key path of the cycle it closes.
"""

from heapq import heappop, heappush

import numpy as np

from layers._kernel import kernel, leaf
from planner.graph._prize_ascent import FAR, Bools, Net
from planner.graph.network import Ints


@kernel
def _regions(net: Net, inside: Bools) -> tuple[Ints, Ints, Ints]:
    """Return each vertex's distance from the tree, its nearest tree vertex, and its entry on the way there."""
    count = len(inside)
    distance, base = np.full(count, FAR, np.int64), np.full(count, -1, np.int64)
    back = np.full(count, -1, np.int64)
    heap = [(0, 0)]
    heap.clear()
    for vertex in range(count):
        if inside[vertex]:
            distance[vertex] = 0
            base[vertex] = vertex
            heap.append((0, vertex))  # ascending: a heap
    while len(heap) > 0:
        here, vertex = heappop(heap)
        if here > distance[vertex]:
            continue
        for entry in range(net.start[vertex], net.start[vertex + 1]):
            other = net.near[entry]
            there = here + net.cost[entry]
            if there < distance[other]:
                distance[other] = there
                base[other] = base[vertex]
                back[other] = net.twin[entry]
                heappush(heap, (there, other))
    return distance, base, back


@kernel
def _links(net: Net, up: Ints, distance: Ints, base: Ints) -> tuple[Ints, Ints]:
    """Return the edges between regions that are not the tree's, each as an entry, and their links' lengths."""
    chosen, length = np.empty(len(net.near), np.int64), np.empty(len(net.near), np.int64)
    count = 0
    for vertex in range(len(base)):
        for entry in range(net.start[vertex], net.start[vertex + 1]):
            other = net.near[entry]
            if vertex < other and base[vertex] != base[other] and up[vertex] != entry and up[other] != net.twin[entry]:
                chosen[count] = entry
                length[count] = distance[vertex] + net.cost[entry] + distance[other]
                count += 1
    return chosen[:count], length[:count]


@leaf
def _meeting(net: Net, ends: tuple[int, int], up: Ints, mark: Ints, stamp: int) -> int:
    """Return the lowest tree vertex that is above both ends, or one of them."""
    one, two = ends
    while True:
        if one >= 0:
            if mark[one] == stamp:
                return one
            mark[one] = stamp
            one = net.near[up[one]] if up[one] >= 0 else -1
        one, two = two, one


@leaf
def _longest(net: Net, prize: Ints, vertex: int, stop: int, up: Ints, branches: Ints) -> tuple[int, int]:
    """Return the length and the lower end of the longest key path between a vertex and one above it."""
    best, low = 0, -1
    while vertex != stop:
        first, length = vertex, 0
        while True:
            length += net.cost[up[vertex]]
            vertex = net.near[up[vertex]]
            if vertex == stop or prize[vertex] > 0 or branches[vertex] != 1:
                break
        if length > best:
            best, low = length, first
    return best, low


def exchange(net: Net, prize: Ints, tree: tuple[Ints, Ints], inside: Bools) -> None:
    """Replace key paths by shorter links where that helps; `inside` becomes the vertices of the new tree."""
    order, up = tree[0], tree[1].copy()
    branches = np.bincount(net.near[up[order[1:]]], minlength=len(prize))
    distance, base, back = _regions(net, inside)
    links, lengths = _links(net, up, distance, base)
    shortest = np.argsort(lengths, kind="stable")
    replace(net, prize, inside, (up, branches, base, back), (links[shortest], lengths[shortest]))


@kernel
def replace(
    net: Net, prize: Ints, inside: Bools, tree: tuple[Ints, Ints, Ints, Ints], given: tuple[Ints, Ints]
) -> None:
    """Replace key paths by links, the shortest first; the tree changes as it goes."""
    up, branches, base, back = tree
    links, lengths = given
    mark = np.full(len(prize), -1, np.int64)
    for k in range(len(links)):
        entry = links[k]
        near, far = net.near[net.twin[entry]], net.near[entry]
        if not (inside[base[near]] and inside[base[far]]):
            continue
        meeting = _meeting(net, (base[near], base[far]), up, mark, k)
        saved, low = _longest(net, prize, base[near], meeting, up, branches)
        other_saved, other_low = _longest(net, prize, base[far], meeting, up, branches)
        if other_saved > saved:
            saved, low, entry = other_saved, other_low, net.twin[entry]
            near, far = far, near
        if saved <= lengths[k]:
            continue
        clear = True
        for end in (near, far):
            vertex = end
            while vertex != base[end] and clear:
                clear = not inside[vertex]
                vertex = net.near[back[vertex]]
        if not clear:
            continue
        vertex = net.near[up[low]]
        while vertex != meeting and prize[vertex] == 0 and branches[vertex] == 1:  # the old path goes
            inside[vertex] = False
            branches[vertex] = 0
            above = net.near[up[vertex]]
            up[vertex] = -1
            vertex = above
        branches[vertex] -= 1
        vertex = far  # the link comes: its far half leads to its base already
        branches[far] += 1
        while vertex != base[far]:
            inside[vertex] = True
            up[vertex] = back[vertex]
            vertex = net.near[back[vertex]]
            branches[vertex] += 1
        vertex, way = near, entry
        while vertex != base[near]:
            inside[vertex] = True
            up[vertex] = way
            way = net.twin[back[vertex]]
            branches[vertex] += 1
            vertex = net.near[back[vertex]]
        while True:  # the branch hangs from the link now
            old = up[vertex]
            up[vertex] = way
            if vertex == low:
                break
            way = net.twin[old]
            branches[vertex] += 1
            vertex = net.near[old]
            branches[vertex] -= 1
