"""Road junctions of one town: dense at the centre and at a hamlet or two, thin elsewhere, never too close."""

from dataclasses import dataclass

import numpy as np
import shapely

from data.sample_builder.grid import Flags, Floats, Ints, as_points, decay, steady
from data.sample_builder.settings import CENTRE_RADIUS, HAMLET_WEIGHT, MIN_SPACING, UNIFORM_SHARE


@dataclass(frozen=True)
class Settlement:
    """Where people of a town live: the centre, hamlets, and a thin rest.

    Attributes
    ----------
    places
        Centre and hamlets, one row each; the centre comes first.
    weights
        Density at each place.
    radius
        Distance over which the density falls to 1/e, for each place.
    """

    places: Floats
    weights: Floats
    radius: Floats

    def density(self, points: Floats, base: float) -> Floats:
        """Return the density at points, relative to 1 at the centre; `base` is added everywhere."""
        total = np.full(len(points), base)
        for place, weight, radius in zip(self.places, self.weights, self.radius, strict=True):
            total += weight * decay(np.sqrt(((points - place) ** 2).sum(axis=1)), radius)
        return total


def settle(cell: shapely.Polygon, centre: Floats, rng: np.random.Generator) -> Settlement:
    """Return the centre of a town with one to three hamlets around it."""
    hamlets = scatter(cell, int(rng.integers(1, 4)), rng)
    scale = np.sqrt(cell.area) * CENTRE_RADIUS
    radius = np.concatenate([[scale], scale * rng.uniform(0.25, 0.6, len(hamlets))])
    weights = np.concatenate([[1.0], np.full(len(hamlets), HAMLET_WEIGHT)])
    return Settlement(np.vstack([centre, hamlets]), weights, radius)


def scatter(cell: shapely.Polygon, count: int, rng: np.random.Generator) -> Floats:
    """Return points spread evenly at random over a shape."""
    west, south, east, north = cell.bounds
    found = np.empty((0, 2))
    while len(found) < count:
        points = steady(rng.uniform((west, south), (east, north), (2 * count + 20, 2)))
        found = np.vstack([found, points[shapely.contains_xy(cell, points)]])
    return found[:count]


@dataclass(frozen=True)
class Candidates:
    """Possible junctions of one town in a random order, with the density at each.

    A larger network takes more of them and lets them stand closer together.
    """

    points: Floats
    density: Floats
    mean_density: float
    area: float

    def take(self, count: float, fixed: Floats) -> Floats:
        """Return fixed points and about `count` candidates, none closer to an earlier one than its spacing."""
        spacing = MIN_SPACING * np.sqrt(self.area * self.mean_density / (count * self.density))
        use = min(len(self.points), int(2.2 * count) + 10)
        points = np.vstack([fixed, self.points[:use]])
        space = np.concatenate([np.zeros(len(fixed)), spacing[:use]])
        return points[~_crowded(points, space)]


def _crowded(points: Floats, space: Floats) -> Flags:
    shapes = as_points(points)
    late, early = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=space)
    crowded = np.zeros(len(points), np.bool_)
    crowded[late[early < late]] = True
    return crowded


def candidates(cell: shapely.Polygon, people: Settlement, count: int, rng: np.random.Generator) -> Candidates:
    """Draw possible junctions by density."""
    drawn: list[Floats] = []
    while sum(len(points) for points in drawn) < count:
        points = scatter(cell, 4 * count, rng)
        density = people.density(points, UNIFORM_SHARE)
        drawn.append(points[rng.uniform(0.0, 1.6, len(points)) < density])
    points = np.vstack(drawn)[:count]
    mean = float(np.round(people.density(scatter(cell, 4000, rng), UNIFORM_SHARE).mean(), 6))
    return Candidates(points, people.density(points, UNIFORM_SHARE), mean, cell.area)


def nearest(points: Floats, place: Floats) -> Ints:
    """Return the order of points by distance from a place."""
    return np.argsort(((points - place) ** 2).sum(axis=1), kind="stable")
