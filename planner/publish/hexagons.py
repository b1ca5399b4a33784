"""Table ``location_hexagons``: how many locations a hexagon holds and how many of them are not served, safe to publish."""

from collections.abc import Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.publish._cells import STATUSES, parts, resolution
from planner.publish._suppress import FEWER, HELD, SHOWN, Counts, suppressed
from planner.tables import checked

Bounds = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]

NAME: Final = "location_hexagons"
COUNTS: Final = ("served", "unserved", "unknown")
TOO_FEW: Final = "too few to show"
_SAID: Final = {SHOWN: "count", FEWER: "fewer", HELD: "not shown"}
_MUCH_UNKNOWN: Final = 0.1
_CLASSES: Final = ((0.1, "under 10 % unserved"), (0.5, "10 to 50 % unserved"), (np.inf, "50 % or more unserved"))
_ORIGINS: Final = ("generated", "modelled", "approximate", "not stated", "published")


def hexagons(
    locations: gpd.GeoDataFrame, towns: gpd.GeoDataFrame, source: tuple[str, pd.Timestamp], least: int
) -> gpd.GeoDataFrame:
    """Return counts of locations in hexagons, without any count that could point at single locations.

    Parameters
    ----------
    locations
        See `planner.locations.locations`.
    towns
        ``town_geoid``, ``town`` and shapes in the region's metric CRS. Their own counts are taken as public.
    source
        Where the locations come from, and the day they are of.
    least
        Smallest count that is shown; zeros are shown, too, where the hexagon holds as many.

    Returns
    -------
    geopandas.GeoDataFrame
        Table ``location_hexagons``, in order of town and cell. A town whose counts cannot be protected is one row.
    """
    fineness = resolution(towns, len(locations), least)
    found = parts(locations, towns, fineness)
    groups = found.groupby("town_geoid", sort=True)
    table = pd.concat([_town(gpd.GeoDataFrame(group), least) for _, group in groups], ignore_index=True)
    names = towns.drop_duplicates("town_geoid").set_index("town_geoid")["town"]
    origins = locations.groupby("town_geoid")["origin"].agg(_origin)
    table = table.assign(
        hexagon_id=table["town_geoid"] + "-" + table["cell"],
        town=table["town_geoid"].map(names),
        resolution=fineness,
        least=least,
        share_class=_classes(table, least),
        origin=table["town_geoid"].map(origins),
        source=source[0],
        as_of=source[1],
    )
    return gpd.GeoDataFrame(checked(NAME, gpd.GeoDataFrame(table, geometry="geometry", crs=found.crs), str(found.crs)))


def _origin(given: "pd.Series[str]") -> str:
    """Return the origin that asks for most care."""
    return min(given.fillna("not stated"), key=lambda origin: _ORIGINS.index(origin) if origin in _ORIGINS else 3)


def _town(table: gpd.GeoDataFrame, least: int) -> pd.DataFrame:
    """Return the rows of one town; one row without counts where its parts cannot be protected."""
    counts = table[list(STATUSES)].to_numpy(dtype=np.int64)
    codes = suppressed(counts, least)
    rows = table[["town_geoid", "cell", "geometry"]]
    if codes is None:
        rows = gpd.GeoDataFrame(rows.iloc[:1].assign(cell="whole town")).set_geometry([table.geometry.union_all()])
        return _with_counts(rows, counts[:1], np.full((1, len(COUNTS)), HELD))
    return _with_counts(rows, counts, codes)


def _with_counts(rows: pd.DataFrame, counts: Counts, codes: Counts) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "locations": _nullable(counts.sum(axis=1), (codes == SHOWN).all(axis=1)),
    }
    for at, name in enumerate(COUNTS):
        columns[name] = _nullable(counts[:, at], codes[:, at] == SHOWN)
        columns[f"{name}_shown"] = [_SAID[code] for code in codes[:, at]]
    return rows.assign(**columns)


def _nullable(values: Counts, shown: npt.NDArray[np.bool_]) -> pd.api.extensions.ExtensionArray:
    return pd.arrays.IntegerArray(values.astype(np.int64), ~shown)


def _classes(table: pd.DataFrame, least: int) -> list[str]:
    """Return the class of each row, from what is shown only: that which all counts that it allows agree on."""
    bounds = [_bounds(table[name], table[f"{name}_shown"], least) for name in COUNTS]
    (served, unserved, unknown), places = bounds, range(len(table))
    missing = _share(unknown, [served, unserved])
    short = _share(unserved, [served, unknown])
    return [_class((missing[0][at], missing[1][at]), (short[0][at], short[1][at])) for at in places]


def _bounds(values: pd.Series, shown: pd.Series, least: int) -> Bounds:
    """Return the least and the most that a count can be, by what is shown of it."""
    known = values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    few, hidden = (shown == _SAID[FEWER]).to_numpy(), (shown == _SAID[HELD]).to_numpy()
    low, high = np.zeros(len(values)), np.where(few, least - 1.0, np.inf)
    return np.where(few | hidden, low, known), np.where(few | hidden, high, known)


def _share(part: Bounds, others: Sequence[Bounds]) -> Bounds:
    """Return the bounds of a part's share of all."""
    rest_low, rest_high = sum(each[0] for each in others), sum(each[1] for each in others)
    with np.errstate(invalid="ignore", divide="ignore"):
        low = np.where(part[0] == 0, 0.0, part[0] / (part[0] + rest_high))
        high = np.where(np.isinf(part[1]), 1.0, np.where(part[1] == 0, 0.0, part[1] / (part[1] + rest_low)))
    return low, high


def _class(missing: tuple[float, float], short: tuple[float, float]) -> str:
    if missing[0] > _MUCH_UNKNOWN:
        return "not known"
    if missing[1] > _MUCH_UNKNOWN:
        return TOO_FEW
    if missing[1] == short[1] == 0:
        return "none unserved"
    least, most = (next(label for limit, label in _CLASSES if share < limit) for share in short)
    return least if (least == most and short[0] > 0) or most == _CLASSES[0][1] else TOO_FEW
