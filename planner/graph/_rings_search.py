"""Search for cheap networks that survive a cut: mend, exchange paths, tear down and rebuild nearby."""

import numpy as np

from layers._kernel import kernel, leaf, part, typed
from planner.graph._rings_walk import Flags, Net, exposed, link, missing, survey
from planner.graph.network import MOST, Ints

_NEVER = typed(MOST)
_NO_END = typed(-1)


@leaf
def draw(state: Ints, below: int) -> int:
    """Return a random number from 0 to `below` - 1 (xorshift; the state moves on)."""
    word = state[0]
    word ^= (word << 13) & 0x7FFFFFFFFFFFFFFF
    word ^= word >> 7
    word ^= (word << 17) & 0x7FFFFFFFFFFFFFFF
    state[0] = word
    return int((word >> 11) % below)


@leaf
def shuffle(numbers: Ints, state: Ints) -> None:
    """Put numbers in random order."""
    for place in range(len(numbers) - 1, 0, -1):
        other = draw(state, place + 1)
        numbers[place], numbers[other] = numbers[other], numbers[place]


@part
def degrees(net: Net, inside: Flags) -> Ints:
    """Return the number of edges inside at each vertex."""
    degree = np.zeros(len(net.hub), np.int64)
    for edge in range(len(inside)):
        if inside[edge]:
            degree[net.tail[edge]] += 1
            degree[net.head[edge]] += 1
    return degree


@kernel
def prune(net: Net, inside: Flags) -> None:
    """Take out dead ends, and parts without a wanted vertex or the root."""
    walk = survey(net, inside)
    for edge in range(len(inside)):
        if inside[edge] and walk.number[net.tail[edge]] < 0:
            inside[edge] = False
    degree = degrees(net, inside)
    for end in walk.order:
        here = end
        while degree[here] == 1 and not net.wanted[here] and here != net.root:
            for slot in range(net.start[here], net.start[here + 1]):
                if inside[net.edge[slot]]:
                    inside[net.edge[slot]] = False
                    degree[here] -= 1
                    degree[net.other[slot]] -= 1
                    here = net.other[slot]
                    break


@part
def key_path(net: Net, inside: Flags, degree: Ints, edge: int) -> tuple[Ints, int, int]:
    """Return the edges and ends of the path through an edge whose inner vertices nothing else meets or wants."""
    path, count = np.empty(len(net.hub) + 1, np.int64), 1
    path[0] = edge
    ends = np.array([net.tail[edge], net.head[edge]])
    for side in range(2):
        came = edge
        while degree[ends[side]] == 2 and not net.wanted[ends[side]]:
            here = ends[side]
            step = -1
            for slot in range(net.start[here], net.start[here + 1]):
                if inside[net.edge[slot]] and net.edge[slot] != came:
                    step = slot
            if step < 0 or net.edge[step] == edge:
                break
            came = net.edge[step]
            path[count] = came
            count += 1
            ends[side] = net.other[step]
    return path[:count], ends[0], ends[1]


@part
def _replace(net: Net, inside: Flags, ends: tuple[int, int], most: int) -> tuple[int, Ints]:
    """Return price and edges of what mends a network that lost the path between two ends; -1: nothing below `most`."""
    walk = survey(net, inside)
    if missing(net, walk) >= 0:
        lost = ends[1] if walk.number[ends[1]] < 0 else ends[0]
        return link(net, inside, walk, (lost, _NO_END), net.cost, most)
    if exposed(walk) < 0:
        return 0, np.empty(0, np.int64)
    return link(net, inside, walk, ends, net.cost, most)


@part
def _swap(net: Net, inside: Flags, degree: Ints, edge: int) -> Ints:
    """Exchange the key path through an edge for something cheaper; return the new edges."""
    path, first, last = key_path(net, inside, degree, edge)
    worth = 0
    for one in path:
        inside[one] = False
        worth += net.cost[one]
    price, new = _replace(net, inside, (first, last), max(worth, 1))
    if price < 0 or (price == worth and len(new)) or (price == 0 and worth == 0 and len(new)):
        for one in path:
            inside[one] = True
        return path[:0]
    for one in path:
        degree[net.tail[one]] -= 1
        degree[net.head[one]] -= 1
    for one in new:
        inside[one] = True
        degree[net.tail[one]] += 1
        degree[net.head[one]] += 1
    return new


@kernel
def exchange(net: Net, inside: Flags, todo: Flags, state: Ints) -> None:
    """Exchange key paths through the edges `todo`, and those near to what changed, until nothing gets cheaper."""
    degree = degrees(net, inside)
    while True:
        chosen, count = np.empty(len(todo), np.int64), 0
        for place in range(len(todo)):
            if todo[place] and inside[place]:
                chosen[count] = place
                count += 1
        chosen = chosen[:count]
        todo[:] = False
        if not len(chosen):
            return
        shuffle(chosen, state)
        done = np.zeros(len(inside), np.bool_)
        for edge in chosen:
            if not inside[edge] or done[edge]:
                continue
            path, first, last = key_path(net, inside, degree, int(edge))
            new = _swap(net, inside, degree, int(edge))
            if inside[edge]:
                for one in path:
                    done[one] = True
                continue
            for one in new:
                mark(net, net.tail[one], todo)
                mark(net, net.head[one], todo)
            mark(net, first, todo)
            mark(net, last, todo)


@leaf
def mark(net: Net, vertex: int, todo: Flags) -> None:
    """Note the edges at a vertex."""
    for slot in range(net.start[vertex], net.start[vertex + 1]):
        todo[net.edge[slot]] = True


@kernel
def mend(net: Net, inside: Flags, price: Ints, state: Ints) -> bool:
    """Add cheap links until the network serves every wanted vertex and survives every cut; False: impossible."""
    while True:
        walk = survey(net, inside)
        lost = missing(net, walk)
        if lost < 0:
            break
        paid, new = link(net, inside, walk, (lost, _NO_END), price, _NEVER)
        if paid < 0:
            return False
        for one in new:
            inside[one] = True
    while True:
        walk = survey(net, inside)
        first = exposed(walk)
        if first < 0:
            return True
        last, seen = net.root, 1
        for place in range(walk.number[first]):  # a bridge elsewhere, or the root
            vertex = walk.order[place]
            if walk.bridge[vertex] and walk.below[vertex] > 0 and walk.past[vertex] <= walk.number[first]:
                seen += 1
                if draw(state, seen) == 0:
                    last = vertex
        paid, new = link(net, inside, walk, (first, last), price, _NEVER)
        if paid < 0:
            return False
        for one in new:
            inside[one] = True


@kernel
def total(net: Net, inside: Flags) -> int:
    """Return the cost of the edges inside."""
    cost = 0
    for edge in range(len(inside)):
        if inside[edge]:
            cost += net.cost[edge]
    return cost


@part
def _tear(net: Net, inside: Flags, state: Ints, todo: Flags) -> None:
    """Take out some key paths near a random vertex of the network; note what is near."""
    degree = degrees(net, inside)
    queue, count = np.empty(len(net.hub), np.int64), 0
    for vertex in range(len(degree)):
        if degree[vertex] > 0:
            queue[count] = vertex
            count += 1
    seen = np.zeros(len(net.hub), np.bool_)
    queue[0], count = queue[draw(state, count)], 1
    seen[queue[0]] = True
    left, place, odds = 2 + draw(state, 7), 0, 2 + draw(state, 3)
    while place < count and left > 0:
        here = queue[place]
        place += 1
        for slot in range(net.start[here], net.start[here + 1]):
            if not seen[net.other[slot]]:
                seen[net.other[slot]] = True
                queue[count] = net.other[slot]
                count += 1
            if inside[net.edge[slot]] and left > 0 and draw(state, odds) > 0:
                path, first, last = key_path(net, inside, degree, net.edge[slot])
                for one in path:
                    inside[one] = False
                mark(net, first, todo)
                mark(net, last, todo)
                degree = degrees(net, inside)
                left -= 1


@kernel
def roam(net: Net, inside: Flags, rounds: int, state: Ints) -> None:
    """Tear down and rebuild nearby; keep what is cheaper, or a little dearer than the best, and end with the best."""
    price = net.cost.copy()
    now, best = inside.copy(), total(net, inside)
    for _ in range(rounds):
        trial, todo = now.copy(), np.zeros(len(inside), np.bool_)
        _tear(net, trial, state, todo)
        before = trial.copy()
        spread = draw(state, 3) * 30
        for edge in range(len(price)):
            price[edge] = net.cost[edge] * (100 + (draw(state, spread + 1))) // 100
        if not mend(net, trial, price, state):
            continue
        prune(net, trial)
        for new in range(len(trial)):
            if trial[new] and not before[new]:
                mark(net, net.tail[new], todo)
                mark(net, net.head[new], todo)
        exchange(net, trial, todo, state)
        prune(net, trial)
        cost = total(net, trial)
        if cost < best:
            best = cost
            for edge in range(len(trial)):
                inside[edge] = trial[edge]
        if cost <= best + best // 500:
            now = trial
