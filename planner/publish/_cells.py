"""Locations counted in hexagons of the H3 grid, each cut along the borders of towns."""

from typing import Final

import geopandas as gpd
import h3
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

STATUSES: Final = ("served", "unserved", "not known")
COARSE: Final = 7
FINE: Final = 8
_MOST: Final = 3000
_FULL: Final = 5
_LEAST_PART: Final = 0.2
_DEGREES: Final = "EPSG:4326"


def resolution(towns: gpd.GeoDataFrame, locations: int, least: int) -> int:
    """Return the finer resolution, of about 0.7 km2 a hexagon, where it gives few enough of them, and full enough ones."""
    area_km2 = float(shapely.area(towns.geometry.to_numpy()).sum()) / 1e6
    many = area_km2 / float(h3.average_hexagon_area(FINE, unit="km^2"))
    return FINE if many <= _MOST and locations >= _FULL * least * many else COARSE


def parts(locations: gpd.GeoDataFrame, towns: gpd.GeoDataFrame, fineness: int) -> gpd.GeoDataFrame:
    """Return the parts of towns that hexagons cut, with their counts.

    Parameters
    ----------
    locations
        ``town_geoid``, ``status`` and points in the region's metric CRS; see `planner.locations.locations`.
    towns
        ``town_geoid`` and shapes in the same CRS.
    fineness
        Resolution of the H3 grid.

    Returns
    -------
    geopandas.GeoDataFrame
        ``town_geoid``, ``cell``, the counts ``served``, ``unserved`` and ``not known``, and a shape, in order of town
        and cell. A part of less than a fifth of its hexagon belongs to the nearest larger one of its town. Towns
        without a shape have no parts.
    """
    counted = _counted(locations, fineness)
    codes = pd.Index(towns["town_geoid"])
    counted = counted[counted["town_geoid"].isin(codes)].reset_index(drop=True)
    shapes = shapely.make_valid(np.asarray(towns.geometry, dtype=np.object_))[codes.get_indexer(counted["town_geoid"])]
    whole = _hexagons(counted["cell"], str(towns.crs))
    inside = shapely.make_valid(shapely.intersection(whole, shapes))
    share = shapely.area(inside) / shapely.area(whole)
    home = _homes(counted["town_geoid"].to_numpy(), share, shapely.centroid(whole))
    table = gpd.GeoDataFrame(counted.assign(home=home), geometry=inside, crs=towns.crs)
    return _joined(table, counted)


def _counted(locations: gpd.GeoDataFrame, fineness: int) -> pd.DataFrame:
    """Return counts by town and cell, in their order."""
    places = locations.geometry.to_crs(_DEGREES)
    cells = [h3.latlng_to_cell(lat, lon, fineness) for lat, lon in zip(places.y, places.x, strict=True)]
    table = pd.DataFrame(
        {"town_geoid": locations["town_geoid"].to_numpy(), "cell": cells, "status": locations["status"]}
    )
    counts = pd.crosstab([table["town_geoid"], table["cell"]], table["status"])
    return counts.reindex(columns=list(STATUSES), fill_value=0).sort_index().reset_index()


def _hexagons(cells: pd.Series, crs: str) -> npt.NDArray[np.object_]:
    rings = [[(lon, lat) for lat, lon in h3.cell_to_boundary(cell)] for cell in cells]
    return np.asarray(
        gpd.GeoSeries(list(map(shapely.Polygon, rings)), crs=_DEGREES).to_crs(crs).to_numpy(), dtype=np.object_
    )


def _homes(town: npt.NDArray[np.object_], share: npt.NDArray[np.float64], middle: npt.NDArray[np.object_]) -> list[int]:
    """Return for each part the row of the part it is joined to: itself where it is large enough."""
    home = np.arange(len(town))
    for code in dict.fromkeys(town.tolist()):
        rows = np.flatnonzero(town == code)
        large = rows[share[rows] >= _LEAST_PART]
        large = large if len(large) else rows[[int(np.argmax(share[rows]))]]
        for row in np.setdiff1d(rows, large):
            home[row] = large[int(np.argmin(shapely.distance(middle[large], middle[row])))]
    return [int(row) for row in home]


def _joined(table: gpd.GeoDataFrame, counted: pd.DataFrame) -> gpd.GeoDataFrame:
    counts = table.groupby("home")[list(STATUSES)].sum()
    shapes = table.dissolve("home").geometry
    keys = counted.loc[counts.index, ["town_geoid", "cell"]]
    found = gpd.GeoDataFrame(keys.join(counts), geometry=shapes.loc[counts.index], crs=table.crs)
    return gpd.GeoDataFrame(found.reset_index(drop=True))
