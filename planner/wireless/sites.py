"""Where towers may stand: the sites of a layer, or a generated grid whose points climb to the highest cell around."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers import PlanError
from layers.terrain import Terrain
from planner.wireless._path import Floats
from planner.wireless.towers import NoReachError

COLUMNS: Final = ("site_id", "height_m", "cost_usd", "site", "geometry")
_MOST: Final = 100_000


def given(sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows of layer `tower_sites` with all columns that candidates have, in the order of their names."""
    table = gpd.GeoDataFrame(sites).assign(site="given")
    for name in ("height_m", "cost_usd"):
        table[name] = table[name].astype("float64") if name in table else np.nan
    return gpd.GeoDataFrame(table[list(COLUMNS)].sort_values("site_id", ignore_index=True))


def generated(towns: gpd.GeoDataFrame, spacing_m: float, terrain: Terrain | None) -> gpd.GeoDataFrame:
    """Return a grid of sites over towns.

    Parameters
    ----------
    towns
        Shapes in the region's metric CRS.
    spacing_m
        Side of the squares. They are counted from the CRS's origin, so that a town's sites do not depend on its neighbours.
    terrain
        Heights of the ground, or None.

    Returns
    -------
    geopandas.GeoDataFrame
        One site for each square that touches a town: the middle of its highest cell, or without a terrain its middle,
        where that lies in a town. Ties go to the northernmost, then the westernmost cell.

    Raises
    ------
    PlanError
        Where the squares are too many.
    NoReachError
        Where none of them has its site in a town, which is smaller than a square.
    """
    west, south, east, north = (int(edge // spacing_m) for edge in towns.total_bounds)
    count = (east - west + 1) * (north - south + 1)
    if count > _MOST:
        raise PlanError("wireless", [f"spacing_m of {spacing_m:g} gives {count:,} squares; give a wider one"])
    columns, rows = (axis.ravel() for axis in np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1)))
    xy = np.column_stack([columns + 0.5, rows + 0.5]) * spacing_m
    if terrain is not None:
        xy = np.array([_summit(terrain, x, y, spacing_m) for x, y in xy])
    points = np.asarray(shapely.points(xy))
    inside = shapely.intersects(shapely.union_all(towns.geometry.to_numpy()), points)
    if not inside.any():
        raise NoReachError(
            "wireless", [f"no square of {spacing_m:g} m has its site in a town; give a smaller spacing_m"]
        )
    names = [f"g{row}_{column}" for row, column in zip(rows[inside], columns[inside], strict=True)]
    table = pd.DataFrame({"site_id": names, "height_m": np.nan, "cost_usd": np.nan, "site": "generated"})
    return gpd.GeoDataFrame(table, geometry=points[inside], crs=towns.crs).sort_values("site_id", ignore_index=True)


def _summit(terrain: Terrain, x: float, y: float, side: float) -> Floats:
    """Return the middle of the highest cell of a square; the square's own middle where it has no height."""
    cell = terrain.cell_m
    left, right = np.ceil((np.array([x - side / 2, x + side / 2]) - terrain.x0_m) / cell - 0.5).astype(int)
    top, bottom = np.ceil((terrain.y0_m - np.array([y + side / 2, y - side / 2])) / cell - 0.5).astype(int)
    top, left = max(top, 0), max(left, 0)
    part = terrain.height_m[top : max(bottom, 0), left : max(right, 0)]
    if not part.size or np.isnan(part).all():
        return np.array([x, y])
    row, column = np.unravel_index(int(np.nanargmax(part)), part.shape)
    return np.array([terrain.x0_m + (left + column + 0.5) * cell, terrain.y0_m - (top + row + 0.5) * cell])
