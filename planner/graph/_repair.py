"""What a pass of local search knows, and the regions of vertices that are taken away, computed anew."""

from typing import NamedTuple

from layers._kernel import leaf
from planner.graph._heap import find, pop, push
from planner.graph._net import Flags, Longs, Net, Shorts
from planner.graph._paths import FAR, Regions


class State(NamedTuple):
    """What a pass knows of every vertex and every edge."""

    old: Regions
    new: Regions
    """Regions of vertices whose base was taken away, where `stamp` is the move's number."""
    stamp: Longs
    member: Shorts
    """First vertex of each region, then `follow` for the next."""
    follow: Shorts
    leader: Shorts
    depth: Shorts
    dead: Flags
    pinned: Flags
    locked: Flags
    """The edge to the parent must stay."""
    label: Shorts
    """Number of the part a leader stands for, -1 for a vertex taken away, 0 for the rest."""
    top: Shorts
    child: Shorts
    sibling: Shorts
    key: Longs
    heap: Shorts
    place: Shorts
    gone: Shorts
    parts: Shorts
    found: Shorts
    """Edges that may join the parts."""
    price: Longs


@leaf
def label_of(state: State, base: int) -> int:
    """Return the number of the part that a base belongs to, 0 for the rest, -1 where it was taken away."""
    return -1 if state.label[base] < 0 else int(state.label[find(state.leader, base)])


@leaf
def repair(net: Net, state: State, count: int, found: int, cost: int) -> int:
    """Compute the regions of the vertices in `gone` anew and find the edges there that join parts."""
    now = state.stamp[-1]
    for i in range(count):
        x = int(state.member[state.gone[i]])
        while x >= 0:
            state.stamp[x] = now
            state.new.far[x] = FAR
            state.new.base[x] = -1
            x = int(state.follow[x])
    size = 0
    for i in range(count):
        x = int(state.member[state.gone[i]])
        while x >= 0:
            for k in range(net.start[x], net.start[x + 1]):
                y = net.other[k]
                if state.stamp[y] == now or state.dead[state.old.base[y]]:
                    continue
                there = state.old.far[y] + net.cost[net.edge[k]]
                if there < min(state.new.far[x], cost):
                    state.new.far[x] = there
                    state.new.base[x] = state.old.base[y]
                    state.new.via[x] = net.edge[k]
            if state.new.base[x] >= 0:
                size = push(state.heap, state.place, state.new.far, size, x)
            x = int(state.follow[x])
    while size:
        x = pop(state.heap, state.place, state.new.far, size)
        size -= 1
        for k in range(net.start[x], net.start[x + 1]):
            y = net.other[k]
            there = state.new.far[x] + net.cost[net.edge[k]]
            if state.stamp[y] == now and there < min(state.new.far[y], cost):
                state.new.far[y] = there
                state.new.base[y] = state.new.base[x]
                state.new.via[y] = net.edge[k]
                size = push(state.heap, state.place, state.new.far, size, y)
    for i in range(count):
        x = int(state.member[state.gone[i]])
        while x >= 0:
            if state.new.base[x] >= 0:
                found = _crossing(net, state, x, found, cost)
            x = int(state.follow[x])
    return found


@leaf
def _crossing(net: Net, state: State, x: int, found: int, cost: int) -> int:
    """Find the edges of a vertex with a new base that join parts."""
    now = state.stamp[-1]
    mine = label_of(state, state.new.base[x])
    for k in range(net.start[x], net.start[x + 1]):
        y = net.other[k]
        if state.stamp[y] == now:
            base, far = state.new.base[y], state.new.far[y]
            if base < 0 or y < x:
                continue
        else:
            base, far = state.old.base[y], state.old.far[y]
            if state.dead[base]:
                continue
        price = state.new.far[x] + net.cost[net.edge[k]] + far
        if price < cost and label_of(state, base) != mine:
            state.found[found] = net.edge[k]
            state.price[found] = price
            found += 1
    return found


@leaf
def base_of(state: State, x: int) -> int:
    """Return the base of a vertex now."""
    return int(state.new.base[x] if state.stamp[x] == state.stamp[-1] else state.old.base[x])
