"""OpenStreetMap -> roads. The only user of osmnx."""

from pathlib import Path

import geopandas as gpd
import osmnx as ox
import pandas as pd
import pyogrio


def read_osm(path: Path) -> gpd.GeoDataFrame:
    """Return the streets of an OpenStreetMap file as the columns of the roads layer.

    Parameters
    ----------
    path
        An ``.osm`` file (XML), or an ``.osm.pbf`` extract.

    Returns
    -------
    geopandas.GeoDataFrame
        In EPSG:4326. Of XML one row per street segment between junctions, simplified with geometry kept; of a
        pbf extract one row per way as it is mapped, which meets others at points that both have. All ways with a
        ``highway`` tag are streets, footpaths and such too: its value is the ``road_class``.

    Raises
    ------
    ValueError
        Where the file holds no streets.
    """
    table = _read_pbf(path) if path.name.lower().endswith(".pbf") else _read_xml(path)
    if len(table) == 0:
        raise ValueError("holds no way with a highway tag")
    return table.assign(source="OpenStreetMap contributors, ODbL", origin="published")


def _read_pbf(path: Path) -> gpd.GeoDataFrame:
    """Read through GDAL, which keeps the points of ways to the last bit."""
    ways = pyogrio.read_dataframe(
        path, layer="lines", columns=["osm_id", "name", "highway"], where="highway IS NOT NULL",
        USE_CUSTOM_INDEXING="NO",
    )  # fmt: skip
    table = {"road_id": "osm-way-" + ways["osm_id"].astype("str"), "name": ways["name"], "road_class": ways["highway"]}
    return gpd.GeoDataFrame(table, geometry=ways.geometry.to_numpy(), crs=ways.crs)


def _read_xml(path: Path) -> gpd.GeoDataFrame:
    graph = ox.graph_from_xml(path, retain_all=True, simplify=False)
    other = [edge for *edge, highway in graph.edges(keys=True, data="highway") if highway is None]
    graph.remove_edges_from(other)  # rivers, houses
    if graph.number_of_edges() == 0:
        raise ValueError("holds no way with a highway tag")
    graph = ox.simplify_graph(graph)
    _, edges = ox.graph_to_gdfs(ox.convert.to_undirected(graph))
    ends = edges.index.to_frame(index=False).astype("str")
    table = {
        "road_id": "osm-" + ends["u"] + "-" + ends["v"] + "-" + ends["key"],
        "name": _first_words(edges, "name"),
        "road_class": _first_words(edges, "highway"),
    }
    return gpd.GeoDataFrame(table, geometry=edges.geometry.to_numpy(), crs=edges.crs)


def _first_words(edges: gpd.GeoDataFrame, column: str) -> pd.Series:
    """Join the several values that a simplified segment can have."""
    if column not in edges:
        return pd.Series(pd.NA, range(len(edges)), dtype="str")
    joined = [", ".join(sorted(value)) if isinstance(value, list) else value for value in edges[column]]
    return pd.Series(joined, dtype="str")
