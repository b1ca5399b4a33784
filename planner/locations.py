"""Every location of a plan with its place and what it has at the deciding tier: for maps and files, never by itself."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from planner.result import Plan

STATUSES: Final = ("served", "unserved", "not known")
_COUNTED: Final = ("filings", "premises list")
_OTHER_LIST: Final = "N is the location fabric"


def locations(plan: Plan) -> gpd.GeoDataFrame | None:
    """Return the locations of a plan.

    Parameters
    ----------
    plan
        A plan with its layers; the layer `premises` gives places, tables ``coverage`` and ``failing_locations`` service.

    Returns
    -------
    geopandas.GeoDataFrame or None
        ``location_id``, ``town_geoid``, ``status`` (one of `STATUSES`), ``origin`` and a point in the region's metric
        CRS, in order of town and location. By town, counts by status are those of the coverage table. Locations of
        towns that are judged by a published share are not known. None where the plan has no premises with
        coordinates, or where its counts are not of these premises but of the licensed fabric.
    """
    premises, cover = plan.layers.get("premises"), plan.tables.get("coverage")
    if not isinstance(premises, gpd.GeoDataFrame) or premises.active_geometry_name is None or cover is None:
        return None
    decided = cover[cover["target"] == plan.region.target.label].set_index("town_geoid")
    counted = decided.index[decided["basis"].isin(_COUNTED)]
    if len(counted) and decided.loc[counted, "note"].astype("str").str.startswith(_OTHER_LIST).any():
        return None
    table = premises[["location_id", "town_geoid", "origin", "geometry"]]
    table = table.assign(status=_status(table, plan.tables.get("failing_locations"), counted))
    return gpd.GeoDataFrame(table.sort_values(["town_geoid", "location_id"], kind="stable", ignore_index=True))


def _status(table: pd.DataFrame, failing: pd.DataFrame | None, counted: pd.Index) -> pd.Series:
    known = table["town_geoid"].isin(counted)
    if failing is None:
        return pd.Series(np.where(known, "served", "not known"), table.index)
    found = pd.Index(failing["location_id"]).get_indexer(pd.Index(table["location_id"]))
    said = np.where(found < 0, "served", failing["status"].astype("object").to_numpy()[found])
    return pd.Series(np.where(known, said, "not known"), table.index)
