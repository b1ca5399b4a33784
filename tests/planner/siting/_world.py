"""Small invented regions: towns in a plane, institutes at random points, verdicts by county."""

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import box, points

from planner import World, load_region
from planner.siting.stage import siting

CRS = "EPSG:26986"
WEST, SOUTH, SIDE = 100_000, 880_000, 10_000
COUNTIES = ("25003", "25011", "25013")
BASE = f'name = "R"\ncrs = "{CRS}"\nas_of = 2025-01-01\nprices = "massachusetts-2015"\n[layers.towns]\npath = "t"\n'


def region(folder, text):
    path = folder / "region.toml"
    path.write_text(BASE + text, "utf-8")
    return load_region(path)


def world(seed=0, towns=8, sites=6, **more):
    """Towns in a row of squares over three counties; institutes i0, i1, ... at random points."""
    rng = np.random.default_rng(seed)
    county = [COUNTIES[number % 3] for number in range(towns)]
    codes = [f"{each}{number:05}" for number, each in enumerate(county)]
    shapes = [
        box(WEST + SIDE * (n % 4), SOUTH + SIDE * (n // 4), WEST + SIDE * (n % 4 + 1), SOUTH + SIDE * (n // 4 + 1))
        for n in range(towns)
    ]
    people = rng.integers(1, 50, towns)
    table = pd.DataFrame({"town_geoid": codes, "town": [f"T{n}" for n in range(towns)], "county": county,
                          "population_2020": people, "population_2010": people[::-1]})  # fmt: skip
    at = np.column_stack([WEST + rng.uniform(0, 4 * SIDE, sites), SOUTH + rng.uniform(0, 2 * SIDE, sites)])
    institutes = pd.DataFrame({
        "institute_id": [f"i{n}" for n in range(sites)], "name": [f"Institute {n}" for n in range(sites)],
        "kind": ["university", "research institute"] * (sites // 2) + ["university"] * (sites % 2),
        "town_geoid": [codes[n % towns] for n in range(sites)], "carnegie_basic": [15 + n % 2 for n in range(sites)],
        "origin": "generated",
    })  # fmt: skip
    layers = {
        "towns": gpd.GeoDataFrame(table, geometry=shapes, crs=CRS),
        "institutes": gpd.GeoDataFrame(institutes, geometry=points(at), crs=CRS),
    }
    return World(layers | more, (), {})


def verdicts(by_county, programme="rural-omb", unit="county"):
    return pd.DataFrame(
        {"unit": unit, "place_id": list(by_county), "programme": programme, "verdict": list(by_county.values())}
    )


def solved(folder, text, world_, **tables):
    return siting(world_, region(folder, text), tables)


def total(made, name):
    return made["siting_totals"].set_index("statistic")["value"][name]
