"""OpenStreetMap -> roads. The only user of osmnx."""

from pathlib import Path

import geopandas as gpd
import osmnx as ox
import pandas as pd


def read_osm(path: Path) -> gpd.GeoDataFrame:
    """Return the streets of an OpenStreetMap XML file as the columns of the roads layer.

    Parameters
    ----------
    path
        An ``.osm`` file.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per street segment between junctions, simplified with geometry kept, in EPSG:4326.

    Raises
    ------
    ValueError
        Where the file holds no streets.
    """
    graph = ox.graph_from_xml(path, retain_all=True)
    _, edges = ox.graph_to_gdfs(ox.convert.to_undirected(graph))
    ends = edges.index.to_frame(index=False).astype("str")
    table = {
        "road_id": "osm-" + ends["u"] + "-" + ends["v"] + "-" + ends["key"],
        "name": _first_words(edges, "name"),
        "road_class": _first_words(edges, "highway"),
        "source": "OpenStreetMap contributors, ODbL",
        "origin": "published",
    }
    return gpd.GeoDataFrame(table, geometry=edges.geometry.to_numpy(), crs=edges.crs)


def _first_words(edges: gpd.GeoDataFrame, column: str) -> pd.Series:
    """Join the several values that a simplified segment can have."""
    if column not in edges:
        return pd.Series(pd.NA, range(len(edges)), dtype="str")
    joined = [", ".join(sorted(value)) if isinstance(value, list) else value for value in edges[column]]
    return pd.Series(joined, dtype="str")
