"""Which towers are built, against every choice of sites tried one by one."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from layers import PlanError
from planner.wireless.coverage import Reach
from planner.wireless.towers import cheapest, groups, most


def reached(flags, merit=None):
    flags = np.asarray(flags, bool)
    pairs: Any = np.nonzero(flags)
    worth = np.ones(flags.shape) if merit is None else np.asarray(merit, float)
    flagged = csr_array((np.ones(len(pairs[0]), bool), pairs), flags.shape)
    return Reach(flagged, csr_array((worth[pairs], pairs), flags.shape), "made", ())


def can_serve(flags, chosen, capacity):
    """Return how many premises the chosen sites serve: augmenting paths, one premises at a time."""
    if capacity is None:
        return int(flags[list(chosen)].any(axis=0).sum()) if chosen else 0
    loads: dict[int, list[int]] = {site: [] for site in chosen}

    def place(home, tried):
        for site in chosen:
            if flags[site, home] and site not in tried:
                tried.add(site)
                if len(loads[site]) < capacity:
                    loads[site].append(home)
                    return True
                for other in list(loads[site]):
                    if place(other, tried):
                        loads[site].remove(other)
                        loads[site].append(home)
                        return True
        return False

    return sum(place(home, set()) for home in range(flags.shape[1]))


def choices(sites):
    return itertools.chain.from_iterable(itertools.combinations(range(sites), k) for k in range(sites + 1))


@st.composite
def cases(draw):
    sites, homes = draw(st.integers(1, 6)), draw(st.integers(1, 9))
    cells = draw(st.lists(st.booleans(), min_size=sites * homes, max_size=sites * homes))
    flags = np.array(cells).reshape(sites, homes)
    assume(flags.any())
    cost = np.array(draw(st.lists(st.integers(0, 9), min_size=sites, max_size=sites)), float)
    return flags, cost, draw(st.one_of(st.none(), st.integers(1, 4)))


def consistent(found, flags, capacity):
    for home, site in enumerate(found.tower):
        assert site == -1 or (flags[site, home] and site in found.chosen)
    if capacity is not None:
        assert np.bincount(found.tower[found.tower >= 0], minlength=1).max(initial=0) <= capacity
    assert found.served == can_serve(flags, tuple(found.chosen), capacity)


@settings(max_examples=120)
@given(cases(), st.data())
def test_no_choice_that_serves_enough_is_cheaper(case, data):
    flags, cost, capacity = case
    whole = can_serve(flags, tuple(range(len(flags))), capacity)
    wanted = data.draw(st.one_of(st.none(), st.integers(0, whole)))
    found = cheapest(reached(flags), cost, wanted=wanted, capacity=capacity)
    need = whole if wanted is None else wanted
    best = min(cost[list(chosen)].sum() for chosen in choices(len(flags)) if can_serve(flags, chosen, capacity) >= need)
    assert found.value == pytest.approx(best)
    assert found.bound == pytest.approx(best)
    assert found.gap == 0
    assert found.reachable == whole
    assert found.served >= need
    consistent(found, flags, capacity)


@settings(max_examples=80)
@given(cases(), st.integers(1, 4))
def test_no_choice_of_as_many_towers_serves_more(case, towers):
    flags, _, capacity = case
    found = most(reached(flags), towers, capacity=capacity)
    best = max(can_serve(flags, chosen, capacity) for chosen in choices(len(flags)) if len(chosen) <= towers)
    assert found.value == found.served == best == found.bound
    assert len(found.chosen) <= towers
    consistent(found, flags, capacity)


@settings(max_examples=40)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_premises_does_not_matter(case, random):
    flags, cost, capacity = case
    order = list(range(flags.shape[1]))
    random.shuffle(order)
    one, other = (cheapest(reached(part), cost, capacity=capacity) for part in (flags, flags[:, order]))
    np.testing.assert_array_equal(one.chosen, other.chosen)
    assert one.served == other.served


def test_premises_that_the_same_sites_reach_are_one_group():
    found = groups(reached([[1, 1, 0, 1, 0], [1, 1, 1, 0, 0]]).matrix)
    assert found.size.tolist() == [1, 2, 1]
    assert found.member.tolist() == [1, 1, 2, 0, -1]
    assert list(zip(found.group.tolist(), found.site.tolist(), strict=True)) == [(0, 0), (1, 0), (1, 1), (2, 1)]


def test_without_a_limit_the_best_of_the_built_serves():
    merit = [[-70, -90, -80], [-75, -60, -80]]
    found = cheapest(reached(np.ones((2, 3)), merit), np.array([0.0, 0.0]), wanted=3)
    assert set(found.chosen) <= {0, 1}
    both = most(reached([[1, 1, 0], [1, 1, 1]], merit), 2)
    assert both.tower.tolist() == [0, 1, 1] or both.chosen.tolist() == [1]


def test_an_or_library_sized_cover_is_proved():
    random = np.random.default_rng(4)
    sites, homes = random.random((2, 60)), random.random((2, 2000))
    flags = np.hypot(*(sites[:, :, None] - homes[:, None, :])) <= 0.2
    found = cheapest(reached(flags), np.ones(60), wanted=1800)
    assert found.gap == 0
    assert found.value == found.bound == len(found.chosen)
    fewer = most(reached(flags), len(found.chosen) - 1)
    assert fewer.bound < 1800 <= found.served


@pytest.mark.parametrize(("dimension", "largest_cap"), [(2, 4), (3, 9)])
def test_published_covers_of_affine_lines_are_found(dimension, largest_cap):
    """Largest sets without a line in the affine space over three elements have 4 and 9 points (Pellegrino 1971)."""
    space = list(itertools.product(range(3), repeat=dimension))
    lines = {
        tuple(sorted(tuple((a + step * b) % 3 for a, b in zip(start, way, strict=True)) for step in range(3)))
        for start in space
        for way in space
        if any(way)
    }
    flags = np.array([[point in line for line in sorted(lines)] for point in space])
    found = cheapest(reached(flags), np.ones(len(space)))
    assert found.value == found.bound == len(space) - largest_cap


def test_what_cannot_be_placed_is_said_in_words():
    flags = np.array([[1, 1, 0], [0, 1, 0]], bool)
    cost = np.array([1.0, 1.0])
    with pytest.raises(
        PlanError, match="3 premises are wanted, but all sites together serve 2 of 3; lower what is wanted"
    ):
        cheapest(reached(flags), cost, wanted=3)
    with pytest.raises(PlanError, match="premises_per_tower is 0; a tower serves 1 or more"):
        cheapest(reached(flags), cost, capacity=0)
    with pytest.raises(PlanError, match="none of 2 sites reaches any of 3 premises; add sites"):
        cheapest(reached(np.zeros((2, 3))), cost)
    with pytest.raises(PlanError, match="0 towers are to be built; give 1 or more"):
        most(reached(flags), 0)
