"""Geometry at the border: kinds, coordinates and CRS."""

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS, Proj, Transformer

from layers.errors import LayerError

KINDS: Final = {
    "polygon": ("Polygon", "MultiPolygon"),
    "line": ("LineString", "MultiLineString"),
    "point": ("Point",),
}


def geometry_faults(table: pd.DataFrame, kind: str, *, required: bool, crs: str | None) -> list[str]:
    """Return what is wrong with the table's geometry and CRS, as clauses of a message."""
    if kind == "none":
        return []
    if not isinstance(table, gpd.GeoDataFrame) or table.active_geometry_name is None:
        remedy = 'map the coordinates of a CSV, such as columns = { x = "LON", y = "LAT" }, or wkt'
        return [f"has no geometry; expected {kind}s: {remedy}"] if required else []
    return [*_crs_faults(table, crs), *_kind_faults(table, kind), *coordinate_faults(table)]


def _crs_faults(table: gpd.GeoDataFrame, crs: str | None) -> list[str]:
    if table.crs is None:
        return ['has no CRS; say which one it is, such as crs = "EPSG:4326" in the region file']
    if crs is not None and CRS.from_user_input(table.crs) != CRS.from_user_input(crs):
        return [f"CRS is {crs_name(table.crs)}, expected the region's {crs}; layers.read reprojects"]
    return []


def _kind_faults(table: gpd.GeoDataFrame, kind: str) -> list[str]:
    shapes = table.geometry
    empty = (shapes.isna() | shapes.is_empty).to_numpy()
    faults = []
    if empty.any():
        faults.append(
            f"geometry is empty in {int(empty.sum())} rows (first: row {int(empty.argmax()) + 1});"
            " draw it or leave the rows out"
        )
    other = ~empty & ~shapes.geom_type.isin(KINDS[kind]).to_numpy()
    if other.any():
        counts = shapes.geom_type[~empty].value_counts()
        kinds = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
        faults.append(
            f"geometry must be of one kind, {' or '.join(KINDS[kind])}, but the layer has {kinds}"
            f" (first other: row {int(other.argmax()) + 1}); split the file by kind"
        )
    return faults


def coordinate_faults(table: gpd.GeoDataFrame) -> list[str]:
    coordinates, index = shapely.get_coordinates(table.geometry.to_numpy(), return_index=True)
    bad = ~np.isfinite(coordinates).all(axis=1)
    if not bad.any():
        return []
    rows = np.unique(index[bad])
    return [f"coordinates are not finite in {len(rows)} rows (first: row {int(rows[0]) + 1})"]


def crs_name(crs: object) -> str:
    """Return the short name of a CRS, such as EPSG:26986, or its title where it has no code."""
    known = CRS.from_user_input(crs)
    authority = known.to_authority()
    return ":".join(authority) if authority else known.name


def repair(table: gpd.GeoDataFrame, kind: str) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the table with polygons made valid, flattened to two dimensions, and what was done.

    A polygon that crosses itself keeps its area parts (`shapely.make_valid`, structure method).
    """
    shapes = np.array(table.geometry.to_numpy())
    high = shapely.get_coordinate_dimension(shapes) > 2
    shapes[high] = shapely.force_2d(shapes[high])
    notes = []
    if kind == "polygon":
        bad = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
        if len(bad):
            reason = shapely.is_valid_reason(shapes[bad[0]])
            shapes[bad] = shapely.make_valid(shapes[bad], method="structure", keep_collapsed=False)
            notes.append(f"{len(bad)} invalid geometries repaired (first: row {bad[0] + 1}, {reason})")
    return table.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=table.crs)), notes


def reproject(table: gpd.GeoDataFrame, crs: str) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the table in the region's CRS, and faults where its coordinates cannot be what its CRS says."""
    if table.crs is None or len(table) == 0:
        return table, []
    bounds = _finite_bounds(table)
    if bounds is None:
        return table, []
    if table.crs.is_geographic and (np.abs(bounds[[0, 2]]).max() > 360 or np.abs(bounds[[1, 3]]).max() > 90):
        extreme = ", ".join(f"{value:,.0f}" for value in bounds)
        return table, [f"CRS is {crs_name(table.crs)} (degrees), but coordinates reach {extreme}; name the true CRS"]
    moved = table.to_crs(crs)
    return moved, _place_faults(moved, table, crs)


def length_error(table: gpd.GeoDataFrame) -> float:
    """Return by how much lengths in the table's projected CRS are off, at worst, as a share.

    Parameters
    ----------
    table
        Shapes in a projected CRS. The scale is taken at the corners and the middle of their bounding box.
    """
    west, south, east, north = (float(edge) for edge in table.total_bounds)
    x, y = (np.array([low, low, high, high, (low + high) / 2]) for low, high in ((west, east), (south, north)))
    y = y[[0, 2, 0, 2, 4]]
    projection = Proj(table.crs)
    longitude, latitude = projection(x, y, inverse=True)
    factors = projection.get_factors(longitude, latitude)
    scales = np.concatenate([np.atleast_1d(factors.meridional_scale), np.atleast_1d(factors.parallel_scale)])
    return float(np.abs(scales - 1).max())


def outside_area(table: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Return which rows lie outside the area of use of the table's CRS, by more than a degree."""
    use = None if table.crs is None else table.crs.area_of_use
    if use is None:
        return np.zeros(len(table), bool)
    around = Transformer.from_crs("EPSG:4326", table.crs, always_xy=True)
    west, south, east, north = around.transform_bounds(use.west - 1, use.south - 1, use.east + 1, use.north + 1)
    bounds = shapely.bounds(table.geometry.to_numpy())
    inside = (bounds[:, 0] <= east) & (bounds[:, 2] >= west) & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    return np.asarray(~inside)


def near(table: gpd.GeoDataFrame, towns: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows whose bounding box touches that of the towns, widened by half its size on every side."""
    west, south, east, north = (float(edge) for edge in towns.total_bounds)
    dx, dy = (east - west) / 2, (north - south) / 2
    across = Transformer.from_crs(towns.crs, table.crs, always_xy=True)
    west, south, east, north = across.transform_bounds(west - dx, south - dy, east + dx, north + dy)
    bounds = table.geometry.bounds
    touches = (
        (bounds["minx"] <= east) & (bounds["maxx"] >= west) & (bounds["miny"] <= north) & (bounds["maxy"] >= south)
    )
    return table[touches]


def _finite_bounds(table: gpd.GeoDataFrame) -> np.ndarray | None:
    coordinates = shapely.get_coordinates(table.geometry.to_numpy())
    coordinates = coordinates[np.isfinite(coordinates).all(axis=1)]
    if len(coordinates) == 0:
        return None
    return np.concatenate([coordinates.min(axis=0), coordinates.max(axis=0)])


def _place_faults(moved: gpd.GeoDataFrame, given: gpd.GeoDataFrame, crs: str) -> list[str]:
    use = CRS.from_user_input(crs).area_of_use
    bounds = _finite_bounds(moved)
    if use is None:
        return []
    words = (
        f"CRS is {crs_name(given.crs)}, and with it the layer lies outside the area of the region's CRS {crs}"
        f" ({use.name}); name the layer's true CRS, or a CRS for the region that fits"
    )
    if bounds is None:
        return [words]
    corners = gpd.GeoSeries(shapely.box(*bounds), crs=crs).to_crs("EPSG:4326").total_bounds
    apart = corners[0] > use.east or corners[2] < use.west or corners[1] > use.north or corners[3] < use.south
    return [words] if apart else []


def from_wkt(values: pd.Series) -> gpd.GeoSeries:
    """Return shapes from their text; what is none is a fault."""
    text = values.to_numpy(dtype=object)
    text[values.isna().to_numpy()] = None
    nested = (
        values.str.contains(r"\({6}|COLLECTION.*COLLECTION", regex=True, case=False).fillna(value=False).astype(bool)
    )
    text[nested.to_numpy()] = "too deep"  # the parser recurses, and a deep text would end the process
    shapes = shapely.from_wkt(text, on_invalid="ignore")
    bad = shapely.is_missing(shapes) & values.notna().to_numpy()
    if bad.any():
        row = int(bad.argmax())
        shown = str(values.iloc[row])[:40]
        raise LayerError(
            "", [f"column 'wkt' has {int(bad.sum())} values that are not WKT (first: row {row + 1}, '{shown}')"]
        )
    return gpd.GeoSeries(shapes, index=values.index)
