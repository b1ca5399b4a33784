"""Cabinets on a tree, against all ways to place them."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import PlanError
from planner.last_mile.cabinets import place, share_out


def partitions(items):
    """All ways to part a list into groups."""
    if not items:
        yield []
        return
    first, *rest = items
    for groups in partitions(rest):
        yield [[first], *groups]
        for row in range(len(groups)):
            yield [*groups[:row], [first, *groups[row]], *groups[row + 1 :]]


def ways(weights, capacity):
    """All pairs of cabinets and units that go on, when whole branches are given to cabinets or left."""
    found = set()
    for left in itertools.product((False, True), repeat=len(weights)):
        on = sum(weight for weight, stays in zip(weights, left, strict=True) if stays)
        given_away = [weight for weight, stays in zip(weights, left, strict=True) if not stays]
        if on <= capacity:
            found |= {(len(groups), on) for groups in partitions(given_away) if all(sum(g) <= capacity for g in groups)}
    return found


def fewest(parent, node, units, capacity):
    """Fewest cabinets by trying everything."""

    def states(here):
        below = [states(child) for child, above in enumerate(parent) if above == here]
        own = [unit for unit, at in zip(units, node, strict=True) if at == here]
        found = set()
        for chosen in itertools.product(*below):
            weights = [left for _, left in chosen if left] + own
            base = sum(count for count, _ in chosen)
            found |= {(base + count, left) for count, left in ways(weights, capacity)}
        return found

    return min(count for count, _ in states(0))


small = st.integers(1, 5).flatmap(
    lambda size: st.tuples(
        st.tuples(*(st.integers(0, max(row - 1, 0)) for row in range(1, size))),
        st.lists(st.tuples(st.integers(0, size - 1), st.integers(1, 4)), min_size=1, max_size=5),
        st.integers(4, 8),
    )
)


@given(small)
def test_no_way_needs_fewer_cabinets(case):
    parents, homes, capacity = case
    node, units = np.array(homes).T
    sites = place(np.array([-1, *parents]), node, units, capacity, 32)
    assert len(sites.node) - 1 == fewest([-1, *parents], node.tolist(), units.tolist(), capacity)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(9, 20))
def test_sharing_out_leaves_least_with_the_fewest_groups(weights, capacity):
    groups = share_out(weights, capacity)
    taken = [item for group in groups for item in group]
    assert len(taken) == len(set(taken))
    assert all(sum(weights[item] for item in group) <= capacity for group in groups)
    left = sum(weights) - sum(weights[item] for item in taken)
    assert (len(groups), left) == min(ways(weights, capacity))


@given(
    st.integers(2, 40).flatmap(
        lambda size: st.tuples(
            st.tuples(*(st.integers(0, row - 1) for row in range(1, size))),
            st.lists(st.tuples(st.integers(0, size - 1), st.integers(1, 5)), min_size=1, max_size=60),
        )
    ),
    st.integers(5, 20),
)
def test_capacity_holds_and_fibres_lead_where_they_must(tree, capacity):
    parents, homes = tree
    parent = np.array([-1, *parents])
    node, units = np.array(homes).T
    sites = place(parent, node, units, capacity, 4)
    assert sites.units.max() <= capacity
    assert sites.node[0] == 0
    assert np.bincount(sites.of_premises, weights=units, minlength=len(sites.node)).tolist() == sites.units.tolist()
    assert (sites.splitters * 4 >= sites.units).all()
    assert ((sites.splitters - 1) * 4 < sites.units).all()

    def way(start):
        while start >= 0:
            yield start
            start = parent[start]

    distribution, feeder = np.zeros(len(parent)), np.zeros(len(parent))
    for at, site, count in zip(node, sites.of_premises, units, strict=True):
        assert sites.node[site] in way(at)
        for here in way(at):
            if here == sites.node[site]:
                break
            distribution[here] += count
    for at, splitters in zip(sites.node[1:], sites.splitters[1:], strict=True):
        for here in way(at):
            feeder[here] += splitters
    assert sites.distribution[1:].tolist() == distribution[1:].tolist()
    assert sites.feeder[1:].tolist() == feeder[1:].tolist()


def test_many_homes_at_one_point_share_cabinets_there():
    sites = place(np.array([-1, 0]), np.ones(700, np.int64), np.ones(700, np.int64), 288, 32)
    assert sites.units.tolist() == [124, 288, 288]
    assert sites.node.tolist() == [0, 1, 1]
    assert sites.splitters.tolist() == [4, 9, 9]  # ceil of 124 / 32 and 288 / 32


def test_a_cabinet_stands_where_its_branches_meet():
    # hub - 1 - 2 - (3, 4), three homes at 3, 4 and at the hub
    parent = np.array([-1, 0, 1, 2, 2])
    node = np.repeat([0, 3, 4], 3)
    sites = place(parent, node, np.ones(9, np.int64), 6, 32)
    assert sites.node.tolist() == [0, 2]
    assert sites.distribution.tolist()[1:] == [0, 0, 3, 3]
    assert sites.feeder.tolist()[1:] == [1, 1, 0, 0]


def test_a_premises_larger_than_a_cabinet_is_named():
    with pytest.raises(PlanError, match="one premises has 300 units, more than cabinet_premises = 288"):
        place(np.array([-1]), np.zeros(2, np.int64), np.array([1, 300]), 288, 32)
