"""Local search on a tree: exchange of key paths and removal of key vertices, near-linear for each pass.

After E. Uchoa and R. F. Werneck, Fast local search for the Steiner problem in graphs (2012). A key vertex is a terminal
or has three or more edges in the tree; a key path runs between two of them. One Voronoi diagram of the tree's
vertices gives every vertex its nearest base; an edge between two regions is a boundary edge and stands for a path
between their bases. Going up the tree, heaps of boundary edges are melded, so that the top of each leads out of the
subtree. Where a path or vertex is taken away, only the regions of the vertices taken away are computed anew.

Many moves are made in one pass. A move that joins a subtree to base b in place of vertex w locks the tree's path from
w to b: no other path has then another side than before.
"""

from typing import Final

import numpy as np

from layers._kernel import kernel, leaf, part, typed
from planner.graph._heap import drop, iota, meld
from planner.graph._net import Flags, Net, Shorts
from planner.graph._paths import FAR, Regions, Tree, cost_of, nearest, span
from planner.graph._repair import State, base_of, label_of, repair

_NONE: Final = typed(0)
_ONE: Final = typed(1)


def improve(net: Net, inside: Flags, root: int, passes: int) -> tuple[Tree, int]:
    """Improve the tree over the vertices `inside`, which then holds its vertices; return tree and cost."""
    tree = span(net, inside, root)
    cost = cost_of(tree, net.cost)
    for _ in range(passes):
        if not _pass(net, inside, tree):
            break
        tree = span(net, inside, root)
        now = cost_of(tree, net.cost)
        if now >= cost:
            break
        cost = now
    return tree, cost


@kernel
def _pass(net: Net, inside: Flags, tree: Tree) -> int:
    """Make moves that pay, from the leaves up; return how many."""
    state = _start(net, inside)
    n = len(net.terminal)
    first, following, children = np.full(n, -1, np.int32), np.full(n, -1, np.int32), np.zeros(n, np.int32)
    for i in range(len(tree.order) - 1, 0, -1):
        v = tree.order[i]
        p = tree.parent[v]
        following[v] = first[p]
        first[p] = v
        children[p] += 1
    for v in tree.order[1:]:
        state.depth[v] = state.depth[tree.parent[v]] + 1
    moves = 0
    for i in range(len(tree.order) - 1, 0, -1):
        v = int(tree.order[i])
        if not (net.terminal[v] or children[v] > 1):
            continue
        removed = False
        if not net.terminal[v] and not state.pinned[v]:
            removed = _try_vertex(net, inside, tree, state, v, first, following, children)
            moves += removed
        c = int(first[v])
        while c >= 0:
            _join(state, v, c)
            u = c
            while not (net.terminal[u] or children[u] > 1):
                u = int(first[u])
                _join(state, v, u)
            c = int(following[c])
        if not removed:
            moves += _try_path(net, inside, tree, state, v, children)
    return moves


@part
def _start(net: Net, inside: Flags) -> State:
    n, m = len(net.terminal), len(net.cost)
    old = nearest(net, inside)
    new = Regions(np.full(n, -1, np.int32), np.full(n, FAR, np.int64), np.full(n, -1, np.int32))
    member, follow = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    for x in range(n):
        if old.base[x] >= 0:
            follow[x] = member[old.base[x]]
            member[old.base[x]] = x
    top = np.full(n, -1, np.int32)
    child, sibling = np.full(2 * m, -1, np.int32), np.full(2 * m, -1, np.int32)
    key = np.empty(m, np.int64)
    for e in range(m):
        a, b = old.base[net.tail[e]], old.base[net.head[e]]
        if a != b and a >= 0 and b >= 0:
            key[e] = old.far[net.tail[e]] + net.cost[e] + old.far[net.head[e]]
            top[a] = meld(child, sibling, key, int(top[a]), 2 * e)
            top[b] = meld(child, sibling, key, int(top[b]), 2 * e + 1)
    return State(
        old, new, np.zeros(n + 1, np.int64), member, follow, iota(n), np.zeros(n, np.int32), np.zeros(n, np.bool_),
        np.zeros(n, np.bool_), np.zeros(n, np.bool_), np.zeros(n, np.int32), top, child, sibling, key,
        np.empty(n, np.int32), np.full(n, -1, np.int32), np.empty(n, np.int32), np.empty(n, np.int32),
        np.empty(2 * m, np.int32), np.empty(2 * m, np.int64),
    )  # fmt: skip


@leaf
def _join(state: State, v: int, u: int) -> None:
    """Put vertex u, or the subtree it leads, into the subtree of v."""
    state.leader[u] = v
    state.top[v] = meld(state.child, state.sibling, state.key, int(state.top[v]), int(state.top[u]))


@leaf
def _climb(net: Net, tree: Tree, state: State, v: int, children: Shorts, count: int) -> tuple[int, int, int, bool]:
    """Walk the key path up from v, its inner vertices into `gone`; return their count, upper end, cost, if it may go."""
    free = bool(not state.locked[v])
    cost = net.cost[tree.via[v]]
    u = int(tree.parent[v])
    while not (net.terminal[u] or children[u] > 1):
        free = free and not state.locked[u] and not state.pinned[u] and not state.dead[u]
        state.gone[count] = u
        count += 1
        cost += net.cost[tree.via[u]]
        u = int(tree.parent[u])
    return count, u, cost, free


@leaf
def _try_path(net: Net, inside: Flags, tree: Tree, state: State, v: int, children: Shorts) -> bool:
    """Exchange the key path above v if it pays."""
    count, upper, cost, free = _climb(net, tree, state, v, children, _NONE)
    if not free:
        return False
    state.parts[0] = v
    return _reconnect(net, inside, tree, state, _ONE, count, cost, upper)


@leaf
def _try_vertex(
    net: Net, inside: Flags, tree: Tree, state: State, v: int, first: Shorts, following: Shorts, children: Shorts
) -> bool:
    """Remove a key vertex with all its key paths if it pays."""
    state.gone[0] = v
    count, upper, cost, free = _climb(net, tree, state, v, children, _ONE)
    parts = 0
    c = int(first[v])
    while free and c >= 0:
        u = c
        cost += net.cost[tree.via[u]]
        free = bool(not state.locked[u])
        while not (net.terminal[u] or children[u] > 1):
            free = bool(free and not state.pinned[u] and not state.dead[u])
            state.gone[count] = u
            count += 1
            u = int(first[u])
            cost += net.cost[tree.via[u]]
            free = bool(free and not state.locked[u])
        state.parts[parts] = u
        parts += 1
        c = int(following[c])
    return free and _reconnect(net, inside, tree, state, parts, count, cost, upper)


@leaf
def _reconnect(
    net: Net, inside: Flags, tree: Tree, state: State, parts: int, count: int, cost: int, upper: int
) -> bool:
    """Join the parts and the rest of the tree without the vertices in `gone`, if that costs less than before."""
    state.stamp[-1] += 1
    for i in range(count):
        state.label[state.gone[i]] = -1
    for i in range(parts):
        state.label[state.parts[i]] = i + 1
    found = _tops(net, state, parts, cost)
    if count:
        found = repair(net, state, count, found, cost)
    chosen = _cheapest(net, state, parts, found, cost)
    for i in range(count):
        state.label[state.gone[i]] = 0
    for i in range(parts):
        state.label[state.parts[i]] = 0
    if not chosen:
        return False
    for i in range(count):
        inside[state.gone[i]] = False
        state.dead[state.gone[i]] = True
    for i in range(parts):
        state.locked[state.parts[i]] = True
    state.pinned[upper] = True
    for i in range(chosen):
        e = state.found[i]
        for x in (net.tail[e], net.head[e]):
            b = _trace(net, inside, state, x)
            state.pinned[b] = True
            _lock(tree, state, upper, b)
    return True


@leaf
def _tops(net: Net, state: State, parts: int, cost: int) -> int:
    """Find the boundary edges that lead from each part to the rest or to other parts; drop those without use later."""
    found = 0
    for i in range(parts):
        part = state.parts[i]
        while state.top[part] >= 0:
            k = int(state.top[part])
            e = k >> 1
            a, b = state.old.base[net.tail[e]], state.old.base[net.head[e]]
            if k & 1:
                a, b = b, a
            away = label_of(state, b)
            if not state.dead[a] and not state.dead[b] and away >= 0 and away != i + 1:
                if state.key[e] < cost:
                    state.found[found] = e
                    state.price[found] = state.key[e]
                    found += 1
                if away == 0 or state.key[e] >= cost:
                    break
            state.top[part] = drop(state.child, state.sibling, state.key, k)
    return found


@leaf
def _cheapest(net: Net, state: State, parts: int, found: int, cost: int) -> int:
    """Bring the cheapest edges that join all parts and the rest to the front; return their count, 0 if too dear."""
    group = state.heap  # free after repair
    for i in range(parts + 1):
        group[i] = i
    total = 0
    for i in range(parts):
        best, one, two = -1, 0, 0
        for j in range(i, found):
            if best < 0 or state.price[j] < state.price[best]:
                e = state.found[j]
                a = group[label_of(state, base_of(state, net.tail[e]))]
                b = group[label_of(state, base_of(state, net.head[e]))]
                if a != b:
                    best, one, two = j, a, b
        if best < 0:
            return 0
        total += state.price[best]
        if total >= cost:
            return 0
        state.found[i], state.found[best] = state.found[best], state.found[i]
        state.price[i], state.price[best] = state.price[best], state.price[i]
        for j in range(parts + 1):
            if group[j] == two:
                group[j] = one
    return parts


@leaf
def _trace(net: Net, inside: Flags, state: State, x: int) -> int:
    """Put the path from a vertex to its base inside; return the base."""
    while True:
        inside[x] = True
        e = state.new.via[x] if state.stamp[x] == state.stamp[-1] else state.old.via[x]
        if e < 0:
            return int(x)
        x = net.tail[e] + net.head[e] - x


@leaf
def _lock(tree: Tree, state: State, a: int, b: int) -> None:
    """Lock the tree's path between two vertices."""
    while a != b:
        if state.depth[a] < state.depth[b]:
            a, b = b, a
        state.locked[a] = True
        a = int(tree.parent[a])
