"""What an antenna sees: a whole grid by rays, and single paths exactly.

The grid costs one ray for each cell on the rim of the square around the antenna, so it grows with cells, not with
cells times radius. A cell takes the verdict of the ray that passes nearest to its middle, within half a cell: on the
axes, the diagonals and the rim that is its own line of sight, elsewhere a neighbour's.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layers import PlanError
from layers._kernel import kernel
from layers.terrain import Heights, Terrain
from planner.wireless.link import EARTH_M, FOUR_THIRDS

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class Eye(NamedTuple):
    """An antenna on a grid: cell, height above sea level, the other antenna's height, reach in cells, earth's drop."""

    row: int
    column: int
    top: float
    receiver: float
    reach: int
    cell: float
    drop: float


def viewshed(
    terrain: Terrain,
    place: tuple[float, float],
    antennas_m: tuple[float, float],
    radius_m: float,
    k: float = FOUR_THIRDS,
) -> Flags:
    """Return which cells of a grid see an antenna.

    Parameters
    ----------
    terrain
        Heights of the ground.
    place
        x and y of the antenna in the grid's CRS; it stands at the middle of its cell.
    antennas_m
        Height of the antenna above ground, and that of the receivers.
    radius_m
        Cells whose middle is farther are not seen.
    k
        Effective radius of the earth by its radius; 4/3 for the bending of rays in common air.

    Returns
    -------
    numpy.ndarray
        A flag for each cell. What lies behind a cell without a height is not seen.

    Raises
    ------
    PlanError
        Where the antenna stands outside the grid or on a cell without a height, or a number is not above 0.
    """
    faults = [
        f"{name} is {value:g}; it must be above 0"
        for name, value in (("radius_m", radius_m), ("k", k))
        if not value > 0
    ]
    row, column = (int(number[0]) for number in terrain.cells([place[0]], [place[1]]))
    if row < 0 or not math.isfinite(float(terrain.height_m[row, column])):
        faults.append(f"no ground height at {place[0]:.0f}, {place[1]:.0f}; give a terrain that covers the antenna")
    if faults:
        raise PlanError("viewshed", faults)
    top = float(terrain.height_m[row, column]) + antennas_m[0]
    reach = int(radius_m // terrain.cell_m)
    eye = Eye(row, column, top, float(antennas_m[1]), reach, terrain.cell_m, 1 / (2 * k * EARTH_M))
    seen = np.zeros(terrain.height_m.shape, np.bool_)
    seen[row, column] = True
    rays(terrain.height_m, eye, seen)
    return seen


@kernel
def rays(height: Heights, eye: Eye, seen: Flags) -> None:
    """Mark what is seen: a ray to each cell on the rim of the square, on all four sides."""
    for rim in range(-eye.reach, eye.reach + 1):
        for side in (1, -1):
            for along_rows in (True, False):
                ray(height, eye, side, rim, along_rows, seen)


@kernel
def ray(height: Heights, eye: Eye, side: int, rim: int, along_rows: bool, seen: Flags) -> None:  # noqa: FBT001
    """Walk from the antenna to one cell of the rim; mark the cells that no other ray passes nearer."""
    rows, columns = height.shape
    slant = rim / eye.reach
    stretch = eye.cell * math.sqrt(1.0 + slant * slant)
    highest = -np.inf
    for step in range(1, eye.reach + 1):
        across = slant * step
        low = math.floor(across)
        part = across - low
        if along_rows:
            row, column = eye.row + side * step, eye.column + low
            row_on, column_on = row, column + (part > 0.0)
        else:
            row, column = eye.row + low, eye.column + side * step
            row_on, column_on = row + (part > 0.0), column
        if not (0 <= row < rows and 0 <= column < columns and row_on < rows and column_on < columns):
            return
        ground = height[row, column] * (1.0 - part) + height[row_on, column_on] * part
        far = stretch * step
        if math.isnan(ground):
            return
        nearest = low if part < 0.5 else low + 1
        if math.floor(nearest * eye.reach / step + 0.5) == rim:
            if part >= 0.5:
                row, column = row_on, column_on
            mark(height, eye, highest, (row, column), seen)
        highest = max(highest, (ground - eye.top) / far - eye.drop * far)


@kernel
def mark(height: Heights, eye: Eye, highest: float, place: tuple[int, int], seen: Flags) -> None:
    """Mark a cell whose receiver stands above all that lies before it."""
    row, column = place
    far = eye.cell * math.sqrt((row - eye.row) ** 2 + (column - eye.column) ** 2)
    up = (height[row, column] + eye.receiver - eye.top) / far - eye.drop * far
    if up >= highest and far <= eye.reach * eye.cell:
        seen[row, column] = True


@kernel
def in_line(z: Floats, step: float, high1: float, high2: float, drop: float) -> bool:
    """Return whether two antennas see each other over a profile."""
    last = len(z) - 1
    top1, top2 = z[0] + high1, z[last] + high2
    for i in range(1, last):
        line = top1 + (top2 - top1) * i / last
        if z[i] + drop * (i * step) * ((last - i) * step) > line:
            return False
    return True
