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
from data.sample_builder.filings import write_filings
from data.sample_builder.grid import Flags, Floats, Ints, snap, to_degrees
from data.sample_builder.offers import offers
from data.sample_builder.paths import RoadGraph, mark_main_roads, road_graph
from data.sample_builder.premises import place_premises
from data.sample_builder.roads import Streets, all_streets, road_table
from data.sample_builder.service import best_speeds
from data.sample_builder.settings import DEGREES_CRS, FIRST_LOCATION, SEED
from data.sample_builder.statistics import statistics
from data.sample_builder.trunk import points_table, trunk_table
from data.sample_builder.universe import universe
from data.sample_builder.write import write_parquet


def build(folder: Path) -> list[Path]:
    """Build every table and the filings, and write them; return the files."""
    facts = read_facts()
    towns = town_cells(facts)
    cells = metric_cells(towns)
    streets = all_streets(facts, cells)
    points = _premises(facts, streets, cells)
    tables = {"towns": towns, **_sample_tables(facts, cells, streets, points)}
    paths = [folder / f"{name}.parquet" for name in tables]
    for path, table in zip(paths, tables.values(), strict=True):
        write_parquet(table, path)
    for name, plain in statistics(facts).items():
        paths.append(folder / f"{name}.csv")
        plain.to_csv(paths[-1], index=False, lineterminator="\n")
    places = universe(facts, tables["premises"], best_speeds(facts, points))
    return paths + write_filings(offers(facts, places), folder / "filings")


def _sample_tables(
    facts: Facts, cells: list[shapely.Polygon], streets: list[Streets], points: list[Floats]
) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers that follow from towns, streets and premises, by name."""
    graph = road_graph(np.concatenate([town.lines for town in streets]))
    mark_main_roads(graph, facts.centres, neighbours(cells))
    pops = points_table("points_of_presence")
    return {
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
    counts: Ints = facts.premises
    number = np.arange(FIRST_LOCATION, FIRST_LOCATION + counts.sum())
    table = pd.DataFrame(
        {
            "location_id": number.astype("str"),
            "town_geoid": np.repeat(facts.towns["town_geoid"].to_numpy(), counts),
            "origin": "generated",
        }
    )
    shapes = shapely.points(snap(to_degrees(np.vstack(points))))
    return gpd.GeoDataFrame(table, geometry=shapes, crs=DEGREES_CRS)
