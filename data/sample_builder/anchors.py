"""Anchor institutions: published colleges and hospitals, and generated local ones near the centre of each town."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.sample_builder.facts import Facts
from data.sample_builder.grid import Floats, snap, to_degrees
from data.sample_builder.junctions import nearest
from data.sample_builder.settings import (
    DEGREES_CRS,
    LEAST_PERSONS_FOR_SCHOOL,
    PERSONS_PER_SAFETY_STATION,
    PERSONS_PER_SCHOOL,
    SEED,
)
from data.sample_builder.trunk import points_table

_SOURCE = "Generated for the sample region; not a real institution's site"


def anchor_table(facts: Facts, premises: list[Floats]) -> gpd.GeoDataFrame:
    """Return published and generated anchors in order of identifier."""
    published = points_table("anchors").astype({"beds": "Int64"})
    local = [_local(facts, town, points) for town, points in enumerate(premises)]
    table = pd.concat([published, *local], ignore_index=True).sort_values("anchor_id", ignore_index=True)
    return gpd.GeoDataFrame(table, crs=DEGREES_CRS)


def _local(facts: Facts, town: int, premises: Floats) -> gpd.GeoDataFrame:
    """Return the local anchors of one town, each beside one of its premises."""
    row = facts.towns.iloc[town]
    kinds = _kinds(str(row["town"]), str(row["kind"]), int(row["population_2020"]))
    rng = np.random.default_rng([SEED, 5, town])
    near = premises[nearest(premises, facts.centres[town])]
    reach = np.where(kinds["kind"] == "school", 0.75, 0.15)
    place = (rng.uniform(0.0, 1.0, len(kinds)) * reach * len(near)).astype(np.int64)
    place[0] = 0
    shapes = shapely.points(snap(to_degrees(near[place] + 6.0)))
    number = [f"g-{row['town_geoid']}-{index:02d}" for index in range(1, len(kinds) + 1)]
    table = kinds.assign(anchor_id=number, town_geoid=row["town_geoid"], beds=pd.array([pd.NA] * len(kinds), "Int64"))
    table = table.assign(origin="generated", source=_SOURCE, as_of=row["as_of"])
    return gpd.GeoDataFrame(table[_ORDER], geometry=shapes, crs=DEGREES_CRS)


_ORDER = ["anchor_id", "name", "kind", "town_geoid", "beds", "origin", "source", "as_of"]


def _kinds(town: str, form: str, persons: int) -> pd.DataFrame:
    schools = max(round(persons / PERSONS_PER_SCHOOL), 1) if persons >= LEAST_PERSONS_FOR_SCHOOL else 0
    stations = 1 + persons // PERSONS_PER_SAFETY_STATION
    hall = "town hall" if form == "town" else "city hall"
    rows = [(hall, "government"), ("library", "library")]
    rows += [(f"public safety station {number}", "public safety") for number in range(1, stations + 1)]
    rows += [(f"school {number}", "school") for number in range(1, schools + 1)]
    return pd.DataFrame([(f"{town} {what} (generated)", kind) for what, kind in rows], columns=["name", "kind"])
