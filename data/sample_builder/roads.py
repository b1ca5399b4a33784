"""Generated roads of every town, calibrated to its published or estimated length."""

import math
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.sample_builder.bends import Bends
from data.sample_builder.borders import crossings
from data.sample_builder.facts import Facts
from data.sample_builder.grid import Flags, Floats, Ints, Shapes, as_lines, snap, to_degrees
from data.sample_builder.junctions import Candidates, Settlement, candidates, settle
from data.sample_builder.network import add_loops, centimetres, costs, delaunay, spanning_tree
from data.sample_builder.radials import favour, radials
from data.sample_builder.settings import (
    DEAD_END_SHARE,
    DEGREES_CRS,
    LOOP_RATIO_RURAL,
    LOOP_RATIO_URBAN,
    RURAL_UNITS_PER_KM2,
    SEED,
    URBAN_UNITS_PER_KM2,
)

_ROUNDS = 12
_SETTLED = 0.05
_EXACT = 0.002
_FAR_SOUTH = -1e6
_MOST_EDGES = 1 << 17


@dataclass(frozen=True)
class Streets:
    """Roads of one town in metres, and where its people live."""

    lines: Shapes
    people: Settlement


@dataclass(frozen=True)
class _Site:
    """What a network is drawn in: fixed junctions (centre first, then crossings), shape, bends, length."""

    fixed: Floats
    cell: shapely.Polygon
    bends: Bends
    target_cm: int
    loop_ratio: float
    dead_ends: float


@dataclass(frozen=True)
class _Draft:
    """Junctions, possible edges as bent lines, and the tree among them."""

    lines: Shapes
    length: Ints
    tree: Flags
    rank: Ints


def all_streets(facts: Facts, cells: list[shapely.Polygon]) -> list[Streets]:
    """Draw the roads of every town; each town has its own random numbers."""
    area = shapely.area(cells)
    targets = facts.road_targets_m()
    gates = crossings(cells, facts.centres, targets / area)
    urban = _urbanity(facts.housing_units / (area / 1e6))
    streets = []
    for town, cell in enumerate(cells):
        bends = Bends(cell, float(1.0 - 0.85 * urban[town]))
        fixed = np.vstack([np.round(facts.centres[town] * 64) / 64, gates[town]])
        ratio = float(LOOP_RATIO_RURAL + (LOOP_RATIO_URBAN - LOOP_RATIO_RURAL) * urban[town])
        dead_ends = float(DEAD_END_SHARE * (1.0 - 0.7 * urban[town]))
        site = _Site(fixed, cell, bends, round(targets[town] * 100), ratio, dead_ends)
        streets.append(_town_streets(site, np.random.default_rng([SEED, 2, town])))
    return streets


def _urbanity(units_per_km2: Floats) -> Floats:
    """Return 0 for the country, 1 for a dense city, on a scale of logarithms."""
    low, high = np.log(RURAL_UNITS_PER_KM2), np.log(URBAN_UNITS_PER_KM2)
    return np.asarray(np.round(np.clip((np.log(units_per_km2) - low) / (high - low), 0.0, 1.0), 6))


def _town_streets(site: _Site, rng: np.random.Generator) -> Streets:
    """Vary the number of junctions until the spanning tree has its share of the length and loops can fill the rest."""
    people = settle(site.cell, site.fixed[0], rng)
    tree_cm = site.target_cm / site.loop_ratio
    count = max((tree_cm / 100 / 0.62) ** 2 / site.cell.area, 12.0)
    pool = candidates(site.cell, people, int(5 * count) + 50, rng)
    keys = rng.permutation(_MOST_EDGES)
    best, least = np.empty(0, dtype=object), np.inf
    for attempt in range(_ROUNDS):  # in turn straighter and more bent, so that small networks find their length too
        change = (-1) ** attempt * attempt / (2 * _ROUNDS)
        bends = replace(site.bends, strength=site.bends.strength * (1 - change))
        draft = _draft(replace(site, bends=bends), pool, count, keys)
        chosen = add_loops(draft.tree, draft.rank, draft.length, site.target_cm)
        excess = float(draft.length[draft.tree].sum()) / tree_cm
        miss = abs(float(draft.length[chosen].sum()) / site.target_cm - 1)
        if miss < least:
            best, least = _join(draft.lines[chosen], bends.bend(site.fixed)), miss
        if least < _EXACT and abs(excess - 1) < _SETTLED:
            break
        count = max(count / min(max(excess**2, 0.5), 2.0), 1.0)
    return Streets(best, people)


def _join(lines: Shapes, keep: Floats) -> Shapes:
    """Return lines from junction to junction: two that meet where nothing else does become one.

    Points to keep (the centre, crossings of the town line) stay junctions: two far-reaching helper lines end there
    while the others are joined.
    """
    away = np.array([[0.0, _FAR_SOUTH], [1.0, _FAR_SOUTH]])
    ends = np.stack([np.repeat(keep, 2, axis=0), np.tile(away, (len(keep), 1))], axis=1)
    ends[:, 1, 0] += ends[:, 0, 0]
    joined = shapely.get_parts(shapely.line_merge(shapely.multilinestrings([*lines, *as_lines(ends)])))
    return np.asarray(joined[shapely.bounds(joined)[:, 1] > _FAR_SOUTH])


def _draft(site: _Site, pool: Candidates, count: float, keys: Ints) -> _Draft:
    rays, owner = radials(site.fixed[0], site.fixed[1:], math.sqrt(site.cell.area / count), site.target_cm / 200)
    points = pool.take(count, np.vstack([site.fixed, rays]))
    edges = delaunay(points)
    on_border = np.arange(len(points)) < len(site.fixed)
    on_border[0] = False
    cost, free = costs(points, edges.ends, site.cell, on_border)
    cost = favour(cost, edges.ends, owner, len(site.fixed))
    tree = spanning_tree(len(points), edges.ends, cost)
    keep = tree | (free & edges.gabriel)
    lines = site.bends.lines(points[edges.ends[keep, 0]], points[edges.ends[keep, 1]])
    late = _dead_ends(edges.ends, tree, keys, site.dead_ends)[keep] * 2 + ~edges.urquhart[keep]
    return _Draft(lines, centimetres(lines), tree[keep], keys[: keep.sum()] + _MOST_EDGES * late)


def _dead_ends(ends: Ints, tree: Flags, keys: Ints, share: float) -> Flags:
    """Return the edges that would end one of the tree's dead ends, for the share of them that should stay."""
    degree = np.bincount(ends[tree].ravel(), minlength=int(ends.max()) + 1)
    stays = (degree == 1) & (keys[: len(degree)] < share * _MOST_EDGES)
    return np.asarray(stays[ends].any(axis=1))


def road_table(facts: Facts, streets: list[Streets], main: list[Flags]) -> gpd.GeoDataFrame:
    """Return the roads layer: by town, then along a Hilbert curve."""
    tables = []
    for code, town, flags in zip(facts.towns["town_geoid"], streets, main, strict=True):
        kinds = np.where(flags, "main", "local")
        tables.append(pd.DataFrame({"town_geoid": code, "road_class": kinds, "geometry": town.lines}))
    table = pd.concat(tables, ignore_index=True)
    degrees = shapely.transform(table.pop("geometry").to_numpy(), lambda xy: snap(to_degrees(xy)))
    table.insert(0, "road_id", [f"g{number:06d}" for number in range(1, len(table) + 1)])
    return gpd.GeoDataFrame(table.assign(origin="generated"), geometry=degrees, crs=DEGREES_CRS)
