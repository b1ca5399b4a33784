"""What a fibre build to every premises of a town must cover."""

import geopandas as gpd
import pandas as pd
import shapely

from planner.tables import checked, nothing


def quantities(
    towns: gpd.GeoDataFrame,
    coverage: pd.DataFrame,
    surveyed: pd.DataFrame | None,
    roads: gpd.GeoDataFrame | None,
    poles_per_m: float,
) -> pd.DataFrame:
    """Return premises, poles and route length by town, for every town where they can be had.

    Parameters
    ----------
    towns
        Layer `towns` in the region's CRS.
    coverage
        Table `coverage`; gives the premises of towns without a survey.
    surveyed
        Layer `build_quantities`, or None; taken as it is.
    roads
        Layer `roads`, or None; fibre is taken to follow every road of a town without a survey.
    poles_per_m
        Poles for each metre of route, for towns without a survey.

    Returns
    -------
    pandas.DataFrame
        Table `quantities`; a town without evidence has no row.
    """
    frames = []
    if surveyed is not None:
        frames.append(surveyed[["town_geoid", "premises", "poles", "route_m"]].assign(basis="surveyed quantities"))
    if roads is not None:
        premises = coverage.groupby("town_geoid")["premises"].first().dropna()
        lengths = road_length_m(towns, roads)
        table = pd.DataFrame({"premises": premises, "route_m": lengths}).dropna()
        table["poles"] = table["route_m"] * poles_per_m
        frames.append(table.rename_axis("town_geoid").reset_index().assign(basis="road length"))
    if not frames:
        return nothing("quantities")
    found = pd.concat(frames, ignore_index=True).drop_duplicates("town_geoid")
    found = found[found["town_geoid"].isin(towns["town_geoid"])].sort_values("town_geoid")
    return checked("quantities", found) if len(found) else nothing("quantities")


def road_length_m(towns: gpd.GeoDataFrame, roads: gpd.GeoDataFrame) -> pd.Series:
    """Return the length of roads in each town, in metres of the region's CRS (index: town code).

    Segments that name their town count for it; otherwise each counts for the part that lies in the town. A part that
    runs along the line between towns is shared equally.
    """
    if "town_geoid" in roads:
        return roads.geometry.length.groupby(roads["town_geoid"]).sum()
    numbered = roads[["geometry"]].assign(road=range(len(roads)))
    pieces = gpd.overlay(numbered, towns[["town_geoid", "geometry"]], how="intersection", keep_geom_type=True)
    pieces = pieces.explode(ignore_index=True)
    pieces["shape"] = shapely.to_wkb(shapely.normalize(shapely.set_precision(pieces.geometry.to_numpy(), 0.001)))
    sharing = pieces.groupby(["road", "shape"])["town_geoid"].transform("nunique")
    return (pieces.geometry.length / sharing).groupby(pieces["town_geoid"]).sum()
