"""The one path from facts to the files of the sample region."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.sample_builder.anchors import anchor_table
from data.sample_builder.borders import neighbours
from data.sample_builder.cells import metric_cells, town_cells
from data.sample_builder.facts import Facts, read_facts
from data.sample_builder.grid import Flags, Floats, Ints, snap, to_degrees
from data.sample_builder.paths import RoadGraph, mark_main_roads, road_graph
from data.sample_builder.premises import place_premises
from data.sample_builder.roads import Streets, all_streets, road_table
from data.sample_builder.service import services, speeds
from data.sample_builder.settings import DEGREES_CRS, SEED
from data.sample_builder.trunk import points_table, trunk_table
from data.sample_builder.write import write_parquet


def build(folder: Path) -> list[Path]:
    """Build every table and write it; return the files."""
    tables = sample_tables(read_facts())
    paths = [folder / f"{name}.parquet" for name in tables]
    for path, table in zip(paths, tables.values(), strict=True):
        write_parquet(table, path)
    return paths


def sample_tables(facts: Facts) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of the sample region by name."""
    towns = town_cells(facts)
    cells = metric_cells(towns)
    streets = all_streets(facts, cells)
    graph = road_graph(np.concatenate([town.lines for town in streets]))
    mark_main_roads(graph, facts.centres, neighbours(cells))
    points = _premises(facts, streets, cells)
    pops = points_table("points_of_presence")
    return {
        "towns": towns,
        "roads": road_table(facts, streets, _main_roads(graph, streets)),
        "premises": _premises_table(facts, points),
        "anchors": anchor_table(facts, points),
        "institutes": points_table("institutes").astype({"carnegie_basic": "Int64"}),
        "points_of_presence": pops,
        "fibre_routes": trunk_table(facts, graph, pops, cells),
    }


def _main_roads(graph: RoadGraph, streets: list[Streets]) -> list[Flags]:
    flags = np.zeros(len(graph.lines), np.bool_)
    flags[sorted(graph.main)] = True
    return np.split(flags, np.cumsum([len(town.lines) for town in streets])[:-1])


def _premises(facts: Facts, streets: list[Streets], cells: list[shapely.Polygon]) -> list[Floats]:
    return [
        place_premises(town, cell, int(count), np.random.default_rng([SEED, 3, index]))
        for index, (town, cell, count) in enumerate(zip(streets, cells, facts.premises, strict=True))
    ]


def _premises_table(facts: Facts, points: list[Floats]) -> gpd.GeoDataFrame:
    offers = services(facts, np.random.default_rng([SEED, 4]))
    best = [
        speeds(offer, town, centre, np.random.default_rng([SEED, 4, index]))
        for index, (offer, town, centre) in enumerate(zip(offers, points, facts.centres, strict=True))
    ]
    counts: Ints = facts.premises
    number = np.arange(9_000_000_001, 9_000_000_001 + counts.sum())
    table = pd.DataFrame(
        {
            "location_id": number.astype("str"),
            "town_geoid": np.repeat(facts.towns["town_geoid"].to_numpy(), counts),
            "down_mbps": np.vstack(best)[:, 0],
            "up_mbps": np.vstack(best)[:, 1],
            "origin": "generated",
        }
    )
    shapes = shapely.points(snap(to_degrees(np.vstack(points))))
    return gpd.GeoDataFrame(table, geometry=shapes, crs=DEGREES_CRS)
