"""What an antenna sees, and Longley-Rice, on generated hills, against numpy and itmlogic.

Fields: engine, rows (cells or paths), seconds (CPU, after compilation), a_second, ratio (time a row of the peer, numpy on
the same rays or itmlogic, by this engine's), agree (share of sampled cells with the verdict of their own line of sight;
share of paths whose losses differ from the peer's by less than a thousandth of a decibel). Line by line and itmlogic get
at most `--peer-rows` rows.
"""

import argparse
import math
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from layers.terrain import Terrain
from planner.wireless.itm import Asked, Radio, Variability, asked, loss_over
from planner.wireless.link import EARTH_M, FOUR_THIRDS
from planner.wireless.viewshed import viewshed

CELL_M: Final = 10.0
ANTENNAS_M: Final = (30.0, 5.0)
SHARES: Final = Variability(0.75, situation=0.5, mode="accidental", places_vary=False)
Floats = npt.NDArray[np.float64]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument("--side", type=int, default=2001, help="cells on a side of the grid")
    parser.add_argument("--paths", type=int, default=20_000, help="paths")
    parser.add_argument("--points", type=int, default=300, help="points of a path")
    parser.add_argument("--peer-rows", type=int, default=2_000, help="most cells and paths that peers are given")


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row an engine."""
    yield from _viewsheds(given.side, given.peer_rows)
    yield from _paths(given.paths, given.points, given.peer_rows)


def hills(side: int) -> Terrain:
    """Return seeded hills: waves of random direction, shorter ones lower."""
    random = np.random.default_rng(1)
    y, x = np.mgrid[:side, :side].astype(float)
    heights = np.full((side, side), 300.0)
    for octave in range(7):
        turn, phase = random.random(2) * 2 * np.pi
        heights += (
            80 / 1.7**octave * np.sin((np.cos(turn) * x + np.sin(turn) * y) * 2 * np.pi * 1.9**octave / 400 + phase)
        )
    return Terrain(heights.astype(np.float32), 0.0, side * CELL_M, CELL_M, "EPSG:26986", "generated", "")


def _row(engine: str, count: int, seconds: float, **more: object) -> Mapping[str, object]:
    return {"engine": engine, "rows": count, "seconds": round(seconds, 4), "a_second": round(count / seconds), **more}


def _viewsheds(side: int, peer_rows: int) -> Iterator[Mapping[str, object]]:
    ground, middle = hills(side), side // 2
    place, radius = ((middle + 0.5) * CELL_M, (middle + 0.5) * CELL_M), middle * CELL_M
    viewshed(ground, place, ANTENNAS_M, CELL_M * 4)
    start = time.process_time()
    seen = viewshed(ground, place, ANTENNAS_M, radius)
    ours = time.process_time() - start
    random = np.random.default_rng(2)
    cells = random.integers(0, side, (peer_rows, 2))
    cells = cells[np.hypot(*(cells - middle).T) <= middle]
    start = time.process_time()
    exact = np.array([_line(ground.height_m, middle, row, column) for row, column in cells.tolist()])
    theirs = time.process_time() - start
    start = time.process_time()
    swept = _sweep(ground.height_m, middle)
    numpy = time.process_time() - start
    for name, marked, seconds in (("townline viewshed", seen, ours), ("numpy, same rays", swept, numpy)):
        agree = round(float((marked[cells[:, 0], cells[:, 1]] == exact).mean()), 4)
        yield _row(name, seen.size, seconds, ratio=round(numpy / seconds, 2), agree=agree)
    ratio = round(numpy / seen.size / (theirs / len(cells)), 4)
    yield _row("numpy, line by line", len(cells), theirs, ratio=ratio, agree=1.0)


def _sweep(height: npt.NDArray[np.float32], middle: int) -> npt.NDArray[np.bool_]:
    """Return what the middle sees: the same rays, a side at a time, step by step for all of them."""
    seen = np.zeros(height.shape, np.bool_)
    seen[middle, middle] = True
    top, drop = float(height[middle, middle]) + ANTENNAS_M[0], 1 / (2 * FOUR_THIRDS * EARTH_M)
    slant = np.arange(-middle, middle + 1) / middle
    for turned, marked in ((height, seen), (height.T, seen.T)):
        for side in (1, -1):
            highest = np.full(len(slant), -np.inf)
            for step in range(1, middle + 1):
                across = slant * step
                low = np.floor(across).astype(int)
                part = across - low
                line = turned[middle + side * step]
                ground = line[middle + low] * (1 - part) + line[np.minimum(middle + low + 1, len(line) - 1)] * part
                near = low + (part >= 0.5)
                own = np.floor(near * middle / step + 0.5) == np.arange(-middle, middle + 1)
                far = CELL_M * np.hypot(step, near)
                up = (line[middle + near] + ANTENNAS_M[1] - top) / far - drop * far
                hit = own & (up >= highest) & (far <= middle * CELL_M)
                marked[middle + side * step, middle + near[hit]] = True
                along = CELL_M * step * np.sqrt(1 + slant**2)
                highest = np.maximum(highest, (ground - top) / along - drop * along)
    return seen


def _line(height: npt.NDArray[np.float32], middle: int, row: int, column: int) -> bool:
    """Return whether one cell sees the middle, by its own line."""
    steps = max(abs(row - middle), abs(column - middle))
    if steps < 2:
        return True
    share = np.arange(1, steps) / steps
    at = middle + np.outer([row - middle, column - middle], share)
    low = np.floor(at).astype(int)
    part = (at - low).max(axis=0)
    high = low + (at > low)
    between = height[low[0], low[1]] * (1 - part) + height[high[0], high[1]] * part
    far = CELL_M * math.hypot(row - middle, column - middle)
    top = float(height[middle, middle]) + ANTENNAS_M[0]
    chord = top + (float(height[row, column]) + ANTENNAS_M[1] - top) * share
    return bool((between + share * (1 - share) * far**2 / (2 * FOUR_THIRDS * EARTH_M) <= chord).all())


def _paths(count: int, points: int, peer_rows: int) -> Iterator[Mapping[str, object]]:
    random = np.random.default_rng(3)
    profiles = 300 + np.cumsum(random.normal(size=(count, points)) * 3, axis=1)
    profiles[:, -2] = profiles[:, -1]  # the peer reads the last but one where it means the last
    wanted = asked(Radio(3550), SHARES)
    _ours(profiles[:2], wanted)
    start = time.process_time()
    ours = _ours(profiles, wanted)
    seconds = time.process_time() - start
    few = min(count, peer_rows)
    start = time.process_time()
    theirs = np.array([itmlogic_loss(profile, wanted) for profile in profiles[:few]])
    peer = time.process_time() - start
    agree = float((np.abs(ours[:few] - theirs) < 1e-3).mean())
    yield _row("townline Longley-Rice", count, seconds, ratio=round(peer / few / (seconds / count), 1), agree=agree)
    yield _row("itmlogic", few, peer, ratio=1.0, agree=1.0)


def _ours(profiles: Floats, wanted: Asked) -> Floats:
    return np.array([loss_over(profile, 30.0, *ANTENNAS_M, wanted) for profile in profiles])


def itmlogic_loss(profile: Floats, wanted: Asked) -> float:
    """Return what itmlogic says of a path."""
    from itmlogic.preparatory_subroutines.qlrpfl import qlrpfl  # noqa: PLC0415 - a peer, in the group of developers
    from itmlogic.statistics.avar import avar  # noqa: PLC0415

    tenth = int(0.1 * (len(profile) - 1))
    surface = wanted.refractivity * math.exp(-profile[tenth : len(profile) - tenth].mean() / 9460)
    prop: dict[str, Any] = {
        "hg": list(ANTENNAS_M), "wn": wanted.wave, "ens": surface, "zgnd": wanted.ground, "klim": 5, "klimx": 0,
        "mdvarx": 11, "lvar": 5, "kwx": 0, "gme": 157e-9 * (1 - 0.04665 * math.exp(surface / 179.3)),
        "pfl": [len(profile) - 1, 30.0, *profile.tolist()],
    }  # fmt: skip
    prop = qlrpfl(prop)
    loss, prop = avar(wanted.shares.time, 0.0, wanted.shares.situation, prop)
    return float(8.685890 * math.log(2 * wanted.wave * prop["dist"]) + loss)
