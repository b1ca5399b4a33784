"""Heights along a straight line over a grid, between the middles of cells by two straight lines (bilinear)."""

import math
from typing import NamedTuple

import numpy as np

from layers._kernel import kernel
from layers.terrain import Heights, Terrain
from planner.wireless._path import Floats


class Grid(NamedTuple):
    """A terrain as the kernels take it."""

    height: Heights
    x0: float
    y0: float
    cell: float


def grid(terrain: Terrain) -> Grid:
    """Return a terrain as the kernels take it."""
    return Grid(terrain.height_m, terrain.x0_m, terrain.y0_m, terrain.cell_m)


@kernel
def ground(grid: Grid, x: float, y: float) -> float:
    """Return the height of the ground at a point; not a number outside the grid or beside a cell without one."""
    rows, columns = grid.height.shape
    across, down = (x - grid.x0) / grid.cell, (grid.y0 - y) / grid.cell
    if not (0.0 <= across <= columns and 0.0 <= down <= rows):
        return np.nan
    across, down = min(max(across - 0.5, 0.0), columns - 1.0), min(max(down - 0.5, 0.0), rows - 1.0)
    left, top = int(across), int(down)
    right, bottom = min(left + 1, columns - 1), min(top + 1, rows - 1)
    x_part, y_part = across - left, down - top
    upper = grid.height[top, left] * (1.0 - x_part) + grid.height[top, right] * x_part
    lower = grid.height[bottom, left] * (1.0 - x_part) + grid.height[bottom, right] * x_part
    return float(upper * (1.0 - y_part) + lower * y_part)


@kernel
def profile(grid: Grid, start: tuple[float, float], end: tuple[float, float]) -> Floats:
    """Return heights at equal steps of at most a cell, two or more, from one point to another."""
    length = math.sqrt((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2)
    steps = max(math.ceil(length / grid.cell), 2)
    z = np.empty(steps + 1)
    for i in range(steps + 1):
        part = i / steps
        z[i] = ground(grid, start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1]))
    return z
