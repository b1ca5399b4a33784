"""The metric CRS in which a place is measured: its state plane or UTM zone."""

from typing import Final

import geopandas as gpd
from pyproj import CRS
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType

from layers import PlanError, length_error

_MOST_STRETCH: Final = 0.01  # a UTM zone is off by less than a thousandth; a neighbouring zone by up to a hundredth
_DATUM: Final = "NAD83 / "
_WHOLE: Final = ("EPSG:5070", "EPSG:3338")  # Albers of the 48 states, and of Alaska


def metric_crs(shapes: gpd.GeoDataFrame, states: tuple[str, ...]) -> str:
    """Return the projected CRS in metres that fits shapes best, such as ``EPSG:26986``.

    Parameters
    ----------
    shapes
        Shapes in geographic coordinates.
    states
        Names of the states that they lie in.

    Returns
    -------
    str
        Of the CRS whose area of use holds the middle of the shapes: one of the state (its state plane), else a UTM
        zone, else an Albers projection of the country. Among equals one that holds all shapes comes first, the
        smallest of them; else the largest. Each only where lengths are off by at most one hundredth (three for Albers).

    Raises
    ------
    PlanError
        Where none fits.
    """
    found = _candidates(shapes, states)
    for code, most in [*((code, _MOST_STRETCH) for code in found), *((code, 3 * _MOST_STRETCH) for code in _WHOLE)]:
        if length_error(shapes.to_crs(code)) <= most:
            return code
    raise PlanError("CRS", ["no projected CRS in metres fits a region of this size; name fewer places"])


def _candidates(shapes: gpd.GeoDataFrame, states: tuple[str, ...]) -> list[str]:
    west, south, east, north = (float(edge) for edge in shapes.to_crs("EPSG:4269").total_bounds)
    middle = AreaOfInterest((west + east) / 2, (south + north) / 2, (west + east) / 2, (south + north) / 2)
    known = query_crs_info("EPSG", PJType.PROJECTED_CRS, middle, contains=True)
    ranked = []
    for info in known:
        place = _rank(info.name, states)
        code = f"EPSG:{info.code}"
        if place is None or info.area_of_use is None or not _in_metres(code):
            continue
        use = info.area_of_use
        whole = use.west <= west and use.south <= south and use.east >= east and use.north >= north
        size = round((use.east - use.west) * (use.north - use.south), 6)
        ranked.append((place, not whole, size if whole else -size, int(info.code), code))
    return [code for *_, code in sorted(ranked)]


def _rank(name: str, states: tuple[str, ...]) -> int | None:
    """Return 0 for a CRS of the state, 1 for a UTM zone of NAD83, 2 for one of WGS 84, None for another."""
    if name.startswith(_DATUM):
        what = name.removeprefix(_DATUM)
        if len(states) == 1 and what.startswith(states[0]):
            return 0
        return 1 if what.startswith("UTM zone") else None
    return 2 if name.startswith("WGS 84 / UTM zone") else None


def _in_metres(code: str) -> bool:
    crs = CRS.from_user_input(code)
    return all(axis.unit_name == "metre" for axis in crs.axis_info)
