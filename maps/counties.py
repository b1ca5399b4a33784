"""Counties in place of towns, where only counties have figures."""

import geopandas as gpd
import pandas as pd

from planner import Plan

_NAMES = {
    "area_geoid": "town_geoid", "area": "town", "basis": "coverage_basis", "origin": "coverage_origin",
    "as_of": "coverage_as_of", "note": "coverage_note",
}  # fmt: skip


def by_county(plan: Plan) -> gpd.GeoDataFrame | None:
    """Return the results of the region's counties under the names of those of towns.

    A county's figure says nothing of each of its towns. Where no town has a verdict at the deciding target and some
    county has, the map shows counties, drawn from the shapes of their towns; in all other cases nothing is returned.

    Parameters
    ----------
    plan
        A plan with tables ``town_results`` and perhaps ``area_coverage``.
    """
    towns, areas = plan.tables["town_results"], plan.tables.get("area_coverage")
    if areas is None or not isinstance(towns, gpd.GeoDataFrame) or (towns["verdict"] != "not known").any():
        return None
    counties = areas[(areas["geography"] == "county") & (areas["target"] == plan.region.target.label)]
    if (counties["verdict"] == "not known").all():
        return None
    rows = counties.rename(columns=_NAMES).merge(_dissolved(towns), on="town_geoid")
    known = plan.layers.get("towns", pd.DataFrame())
    origin = {name: known[name].iloc[0] for name in ("origin", "source", "as_of") if name in known}
    return gpd.GeoDataFrame(rows.assign(**origin), geometry="geometry", crs=towns.crs)


def _dissolved(towns: gpd.GeoDataFrame) -> pd.DataFrame:
    keyed = towns.assign(town_geoid=towns["town_geoid"].str[:5])
    kept = [name for name in ("town_geoid", "population_2020", "geometry") if name in keyed]
    counties = keyed[kept].dissolve("town_geoid", aggfunc="sum" if len(kept) > 2 else "first")
    return pd.DataFrame(counties.reset_index())
