"""What each premises could buy in 2015: published totals where there are any, invented speeds everywhere."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from data.sample_builder.facts import Facts
from data.sample_builder.grid import Flags, Floats, Ints, split
from data.sample_builder.junctions import nearest
from data.sample_builder.settings import (
    BELOW_TARGET_SHARES,
    CABLE_TOWNS,
    LEAST_SERVED_SHARE,
    NEW_CABLE_PREMISES,
    NEW_PARTIAL_PREMISES,
    OWN_FIBRE_TOWNS,
    PARTIAL_TOWNS,
    PARTLY_UNKNOWN_SHARES,
    SEED,
)

_NONE: Final = (0.0, 0.0)
_DSL: Final = (6.0, 0.768)
_SERVED: Final = ((300.0, 20.0), (150.0, 20.0), (100.0, 20.0), (60.0, 5.0), (25.0, 3.0))


@dataclass(frozen=True)
class Service:
    """How well one town is served.

    Attributes
    ----------
    unserved
        Premises without 25/3; the farthest from the centre.
    unknown
        Premises whose speed is not known; the farthest of the served ones.
    fast_share
        Share of the served premises at 100/20 or better; the nearest ones.
    dsl_share
        Share of the unserved premises that have slow DSL; the nearest of them.
    """

    unserved: int
    unknown: int
    fast_share: float
    dsl_share: float


def services(facts: Facts, rng: np.random.Generator) -> list[Service]:
    """Return the service of every town."""
    unserved, unknown = _unserved(facts, rng), _unknown(facts)
    rank = _rank(facts)
    fast = np.clip(0.25 + 0.7 * rank + rng.uniform(-0.08, 0.08, len(rank)), 0.05, 0.99)
    dsl = rng.uniform(0.35, 0.65, len(rank))
    return [
        Service(int(unserved[town]), int(unknown[town]), float(fast[town]), float(dsl[town]))
        for town in range(len(rank))
    ]


def _unserved(facts: Facts, rng: np.random.Generator) -> Ints:
    names, premises = facts.towns["town"], facts.premises
    share = LEAST_SERVED_SHARE + (1 - LEAST_SERVED_SHARE) * np.clip(_rank(facts) + rng.normal(0, 0.1, len(names)), 0, 1)
    counts = np.floor(premises * (1 - np.round(share, 6))).astype(np.int64)
    size = np.sqrt(premises * facts.land_m2)
    for group, total in ((CABLE_TOWNS, NEW_CABLE_PREMISES), (PARTIAL_TOWNS, NEW_PARTIAL_PREMISES)):
        inside = names.isin(group).to_numpy()
        counts[inside] = split(total, size[inside])
    below = _thin_towns(facts)[: len(BELOW_TARGET_SHARES)]
    counts[below] = np.ceil(premises[below] * (1 - np.array(BELOW_TARGET_SHARES)))
    dark = _last_mile(facts) & ~names.isin(CABLE_TOWNS).to_numpy()
    return np.where(dark, premises, counts)


def _unknown(facts: Facts) -> Ints:
    counts = np.zeros(len(facts.towns), np.int64)
    towns = _thin_towns(facts)[len(BELOW_TARGET_SHARES) :][: len(PARTLY_UNKNOWN_SHARES)]
    counts[towns] = np.round(facts.premises[towns] * np.array(PARTLY_UNKNOWN_SHARES))
    return counts


def _last_mile(facts: Facts) -> Flags:
    return facts.towns["town_geoid"].isin(facts.budgets.index).to_numpy()


def _thin_towns(facts: Facts) -> Ints:
    """Return the towns outside both programmes, thinnest settled first; a town with fibre of its own is not among them."""
    others = ~(_last_mile(facts) | facts.towns["town"].isin([*PARTIAL_TOWNS, *OWN_FIBRE_TOWNS]).to_numpy())
    order = np.argsort(facts.housing_units / facts.land_m2, kind="stable")
    return order[others[order]]


def _rank(facts: Facts) -> Floats:
    """Return 0 for the town with the fewest housing units, 1 for the one with the most."""
    order = np.argsort(np.argsort(facts.housing_units, kind="stable"), kind="stable")
    return np.asarray(order / (len(order) - 1))


def best_speeds(facts: Facts, points: list[Floats]) -> Floats:
    """Return download and upload of each premises' best offer in Mbps, town by town; missing where it is not known."""
    found = services(facts, np.random.default_rng([SEED, 4]))
    towns = enumerate(zip(found, points, facts.centres, strict=True))
    return np.vstack([speeds(*town, np.random.default_rng([SEED, 4, index])) for index, town in towns])


def speeds(service: Service, points: Floats, centre: Floats, rng: np.random.Generator) -> Floats:
    """Return download and upload speed of each premises, by distance from the centre give or take a tenth."""
    stretched = centre + (points - centre) * rng.uniform(0.9, 1.1, len(points))[:, None]
    result = np.empty((len(points), 2))
    result[nearest(stretched, centre)] = _ladder(service, len(points))
    return result


def _ladder(service: Service, count: int) -> Floats:
    """Return speeds from the nearest premises to the farthest."""
    served = count - service.unserved
    fast = round(served * service.fast_share)
    steps = [*split(fast, np.array([0.5, 0.3, 0.2])), *split(served - fast, np.array([0.6, 0.4]))]
    slow = round(service.unserved * service.dsl_share)
    ladder = np.repeat(np.array([*_SERVED, _DSL, _NONE]), [*steps, slow, service.unserved - slow], axis=0)
    ladder[served - service.unknown : served] = np.nan
    return ladder
