"""Gentle bends: straight edges between junctions become lines that follow one smooth field of displacements.

One field for the whole region keeps neighbouring roads from crossing, as real ones follow the same hills.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from data.sample_builder.grid import Floats, Ints, Shapes, as_points, steady
from data.sample_builder.settings import (
    BEND_AMPLITUDE,
    BEND_FADE_M,
    BEND_WAVELENGTHS_M,
    PIECE_M,
    SEED,
    SIMPLIFY_M,
)

_WAVES: Final = 3


@dataclass(frozen=True)
class Bends:
    """The field inside one town: it fades out towards the town line, where roads of two towns meet.

    Attributes
    ----------
    cell
        The town's shape in metres.
    strength
        Between 0 (straight) and 1; large where few people live.
    """

    cell: shapely.Polygon
    strength: float

    def bend(self, points: Floats) -> Floats:
        """Return displaced points."""
        room = shapely.distance(self.cell.boundary, as_points(points))
        fade = self.strength * np.clip(room / BEND_FADE_M, 0.0, 1.0)
        return steady(points + fade[:, None] * _field(points))

    def lines(self, start: Floats, end: Floats) -> Shapes:
        """Return a bent line for each pair of points."""
        straight, owner = _pieces(start, end)
        return np.asarray(shapely.simplify(shapely.linestrings(self.bend(straight), indices=owner), SIMPLIFY_M))


def _field(points: Floats) -> Floats:
    rng = np.random.default_rng([SEED, 1])
    total = np.zeros_like(points)
    for wavelength in BEND_WAVELENGTHS_M:
        for turn, heading, phase in rng.uniform(0.0, 2 * np.pi, (_WAVES, 3)):
            across = points @ np.array([np.cos(turn), np.sin(turn)])
            push = BEND_AMPLITUDE * wavelength * np.sin(2 * np.pi * across / wavelength + phase)
            total += push[:, None] * np.array([np.cos(heading), np.sin(heading)])
    return total


def _pieces(start: Floats, end: Floats) -> tuple[Floats, Ints]:
    """Return points along each edge, both ends included, and the edge that each belongs to."""
    length = np.sqrt(((end - start) ** 2).sum(axis=1))
    counts = np.maximum(np.ceil(length / PIECE_M).astype(np.int64), 1) + 1
    owner = np.repeat(np.arange(len(start)), counts)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = (step / (counts[owner] - 1))[:, None]
    return start[owner] + steady(share * (end - start)[owner]), owner
