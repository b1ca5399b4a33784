"""OpenStreetMap -> roads. The only user of osmnx."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import geopandas as gpd
import osmium
import osmium.filter
import osmnx as ox
import pandas as pd

from layers.save import scratch


def read_osm(path: Path) -> gpd.GeoDataFrame:
    """Return the streets of an OpenStreetMap file as the columns of the roads layer.

    Parameters
    ----------
    path
        An ``.osm`` file (XML), or an ``.osm.pbf`` extract.

    Returns
    -------
    geopandas.GeoDataFrame
        In EPSG:4326, one row per street segment between junctions, simplified with geometry kept. All ways with a
        ``highway`` tag are streets, footpaths and such too: its value is the ``road_class``.

    Raises
    ------
    ValueError
        Where the file holds no streets, or an extract lacks points of its ways.
    """
    table = _read_pbf(path) if path.name.lower().endswith(".pbf") else _read_xml(path)
    if len(table) == 0:
        raise ValueError("holds no way with a highway tag")
    return table.assign(source="OpenStreetMap contributors, ODbL", origin="published")


def _read_pbf(path: Path) -> gpd.GeoDataFrame:
    """Write the ways with a highway tag and their points as XML, and read that: osmnx reads no pbf."""
    used = osmium.IdTracker()
    for way in _streets(path):
        _check_points(way)
        used.add_references(way)
    points = osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(used.id_filter())
    with scratch() as folder:
        xml = folder / "streets.osm"
        with osmium.SimpleWriter(str(xml)) as writer:
            for each in chain(points, _streets(path)):
                writer.add(each)
        return _read_xml(xml)


def _streets(path: Path) -> Iterator[osmium.osm.Way]:
    """Give the ways with a highway tag; each is valid until the next."""
    reader = osmium.FileProcessor(str(path)).with_locations().with_filter(osmium.filter.KeyFilter("highway"))
    return (each for each in reader if isinstance(each, osmium.osm.Way))


def _check_points(way: osmium.osm.Way) -> None:
    absent = [node.ref for node in way.nodes if not node.location.valid()]
    if absent:
        raise ValueError(
            f"lacks point {absent[0]} of way {way.id}, and maybe more; make the extract so that its ways are complete"
        )


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
