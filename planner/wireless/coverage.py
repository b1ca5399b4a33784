"""Which premises a tower reaches: in sight and loud enough over a terrain, or within a radius where none is given."""

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from layers import PlanError
from layers._kernel import kernel
from layers.terrain import Terrain
from planner.wireless._path import Floats
from planner.wireless.entry import WirelessEntry
from planner.wireless.itm import Asked, Radio, Variability, asked, loss_over
from planner.wireless.link import EARTH_M
from planner.wireless.profile import Grid, grid, profile
from planner.wireless.viewshed import Flags, in_line

Ints = npt.NDArray[np.int64]
RADIUS: Final = "radius model (no terrain given): approximate"
SIGHT: Final = "viewshed and Longley-Rice on terrain"
LONGLEY_RICE: Final = "Longley-Rice on terrain, over hills too"
_SHORTEST_M: Final = 1000.0


@dataclass(frozen=True)
class Reach:
    """Which candidates reach which premises.

    Attributes
    ----------
    matrix
        A flag for each pair: candidates by row, premises by column, in the given order.
    merit
        For the same pairs how well: received power in dBm, or without a terrain the distance in metres, negative.
    basis
        What it rests on, in words.
    notes
        What to mind.
    """

    matrix: "csr_array[np.bool_]"
    merit: "csr_array[np.float64]"
    basis: str
    notes: tuple[str, ...]


class Pairs(NamedTuple):
    """Candidates and premises that are near enough to each other, by position, ordered by candidate."""

    site: Ints
    home: Ints


class Places(NamedTuple):
    """Where the candidates and premises are, and how high the antennas stand, in metres."""

    candidates: Floats
    high: Floats
    premises: Floats
    receiver: float
    drop: float


def reach(
    candidates: gpd.GeoDataFrame, premises: gpd.GeoDataFrame, terrain: Terrain | None, settings: WirelessEntry
) -> Reach:
    """Return which premises each candidate reaches.

    Parameters
    ----------
    candidates
        Sites with ``height_m``, the antenna's height above ground, empty where the settings say it.
    premises
        Points in the same metric CRS.
    terrain
        Heights of the ground, or None for the radius model.
    settings
        Table ``[wireless]``.

    Returns
    -------
    Reach
        With a terrain a candidate reaches what lies within ``radius_m``, is seen (unless ``line_of_sight`` is false) and
        has at least ``receiver_dbm`` in the share ``edge_probability`` of times and places. A path that crosses cells
        without a height does not count. Without a terrain it reaches all within ``radius_m``.

    Raises
    ------
    PlanError
        Where the layers are in different CRS, or the settings lack the receiver's threshold.
    """
    if candidates.crs != premises.crs:
        raise PlanError(
            "wireless", [f"sites are in {candidates.crs}, premises in {premises.crs}; reproject one of them"]
        )
    sites, homes = (shapely.get_coordinates(table.geometry.to_numpy()) for table in (candidates, premises))
    pairs = _near(sites, homes, settings.radius_m)
    shape = (len(sites), len(homes))
    if terrain is None:
        apart = np.hypot(*(sites[pairs.site] - homes[pairs.home]).T)
        return Reach(
            *_matrices(pairs, -apart, shape), RADIUS, (f"every premises within {settings.radius_m:,.0f} m counts",)
        )
    high = candidates["height_m"].fillna(settings.antenna_m).to_numpy(np.float64)
    places = Places(sites, high, homes, settings.receiver_m, 1 / (2 * settings.k * EARTH_M))
    return _on_terrain(places, pairs, terrain, settings)


def _near(sites: Floats, homes: Floats, radius_m: float) -> Pairs:
    """Return all pairs within the radius."""
    if not len(sites) or not len(homes):
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64))
    found = cKDTree(homes).query_ball_point(sites, radius_m, return_sorted=True)
    homes_of = [np.asarray(row, np.int64) for row in found]
    return Pairs(np.repeat(np.arange(len(sites)), [len(row) for row in homes_of]), np.concatenate(homes_of))


def _matrices(
    pairs: Pairs, merit: Floats, shape: tuple[int, int]
) -> tuple["csr_array[np.bool_]", "csr_array[np.float64]"]:
    matrix = csr_array((np.ones(len(merit), np.bool_), (pairs.site, pairs.home)), shape)
    return matrix, csr_array((merit, (pairs.site, pairs.home)), shape)


def _on_terrain(places: Places, pairs: Pairs, terrain: Terrain, settings: WirelessEntry) -> Reach:
    """Keep the pairs that are seen and loud enough."""
    if settings.receiver_dbm is None:
        raise PlanError("wireless", ["[wireless] has no receiver_dbm; give the power that the receivers need"])
    shares = Variability(time=settings.edge_probability, place=settings.edge_probability, situation=settings.confidence)
    loss, seen = links(grid(terrain), places, pairs, asked(Radio(settings.frequency_mhz), shares))
    power = settings.eirp_dbm - settings.clutter_db + settings.receiver_gain_dbi - loss
    unknown = np.isnan(loss)
    short = np.hypot(*(places.candidates[pairs.site] - places.premises[pairs.home]).T) < _SHORTEST_M
    kept = ~unknown & (power >= settings.receiver_dbm) & (seen | ~(short | settings.line_of_sight))
    notes = ["bare ground: trees and buildings count only where the heights hold them, or as clutter_db"]
    if unknown.any():
        notes.append(f"{int(unknown.sum())} paths over cells without a height do not count")
    matrices = _matrices(
        Pairs(pairs.site[kept], pairs.home[kept]), power[kept], (len(places.high), len(places.premises))
    )
    return Reach(*matrices, SIGHT if settings.line_of_sight else LONGLEY_RICE, tuple(notes))


@kernel
def links(grid: Grid, places: Places, pairs: Pairs, asked: Asked) -> tuple[Floats, Flags]:
    """Return the loss of every pair in dB, and whether it is in line of sight; a loss without heights is not a number.

    Paths shorter than the model's least distance take the loss of free space.
    """
    count = len(pairs.site)
    loss, seen = np.empty(count), np.zeros(count, np.bool_)
    for pair in range(count):
        site, home = pairs.site[pair], pairs.home[pair]
        start = (places.candidates[site, 0], places.candidates[site, 1])
        end = (places.premises[home, 0], places.premises[home, 1])
        z = profile(grid, start, end)
        if np.isnan(z).any():
            loss[pair] = np.nan
            continue
        length = max(math.sqrt((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2), 1.0)
        step = length / (len(z) - 1)
        seen[pair] = in_line(z, step, places.high[site], places.receiver, places.drop)
        if length < _SHORTEST_M:
            loss[pair] = 20.0 * math.log10(2.0 * asked.wave * length)
        else:
            loss[pair] = loss_over(z, step, places.high[site], places.receiver, asked)
    return loss, seen
