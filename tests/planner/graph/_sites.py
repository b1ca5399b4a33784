"""Small siting cases and the answer that trying every choice gives."""

import gzip
import itertools

import numpy as np
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from planner.graph.facility_rules import Conditions, Group


@st.composite
def cases(draw):
    """Distances, weights, count and conditions of a few sites."""
    random = np.random.default_rng(draw(st.integers(0, 2**31)))
    sites, demands = draw(st.integers(2, 7)), draw(st.integers(1, 9))
    distance = random.integers(0, 12, (demands, sites)).astype(np.float32)
    if not draw(st.booleans()):
        distance += random.random(distance.shape).astype(np.float32)
    weight = random.integers(0, 5, demands).astype(float)
    return distance, weight, draw(st.integers(1, sites)), conditions_of(draw, random, sites)


def conditions_of(draw, random, sites):
    def some(share):
        return np.flatnonzero(random.random(sites) < share)

    groups = [
        Group(
            f"group {k}", random.random(sites) < 0.5, draw(st.integers(0, 2)), draw(st.sampled_from([0.0, 0.34, 0.5]))
        )
        for k in range(draw(st.integers(0, 2)))
    ]
    spend = random.integers(1, 9, sites).astype(float) if draw(st.booleans()) else None
    near = np.triu(random.random((sites, sites)) < 0.2, 1) if draw(st.booleans()) else None
    return Conditions(
        must=some(0.15) if draw(st.booleans()) else np.empty(0, np.int64),
        never=some(0.15) if draw(st.booleans()) else np.empty(0, np.int64),
        groups=tuple(groups), spend=spend, budget=None if spend is None else float(draw(st.integers(5, 40))),
        too_near=None if near is None else near | near.T,
    )  # fmt: skip


def allowed(conditions, chosen):
    """Tell by hand whether chosen sites obey the conditions."""
    chosen = list(chosen)
    return (
        set(conditions.must.tolist()) <= set(chosen)
        and not set(conditions.never.tolist()) & set(chosen)
        and all(
            group.member[chosen].sum() >= max(group.at_least, group.share * len(chosen) - 1e-9)
            for group in conditions.groups
        )
        and (conditions.spend is None or conditions.spend[chosen].sum() <= conditions.budget)
        and (conditions.too_near is None or not conditions.too_near[np.ix_(chosen, chosen)].any())
    )


def choices(conditions, sites, least, most):
    """Yield every choice that obeys the conditions."""
    for count in range(least, most + 1):
        for chosen in itertools.combinations(range(sites), count):
            if allowed(conditions, chosen):
                yield list(chosen)


def least(conditions, sites, numbers, cost):
    """Return the least cost of all choices, None where there is none."""
    return min((cost(chosen) for chosen in choices(conditions, sites, *numbers)), default=None)


def published(path):
    """Return distances and number of sites of an OR-Library file: of repeated edges the last one counts."""
    with gzip.open(path, "rt", encoding="ascii") as text:
        lines = [[int(word) for word in line.split()] for line in text]
    vertices, _, count = lines[0]
    edges = {(min(a, b) - 1, max(a, b) - 1): cost for a, b, cost in (line for line in lines[1:] if len(line) == 3)}
    low, high = np.array(list(edges)).T
    graph = csr_array((np.array(list(edges.values()), float), (low, high)), shape=(vertices, vertices))
    return dijkstra(graph, directed=False).astype(np.float32), count
