"""The inputs of a whole state, by seed: real town shapes, generated roads, locations, filings and anchors."""

from pathlib import Path
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay

from layers import generate

LOCATIONS: Final = 2_700_000
JUNCTIONS: Final = 300_000
ANCHORS: Final = 1_300
FILING: Final = "bdc_25_Generated_fixed_broadband_D15_31dec2015.csv"
_CRS: Final = "EPSG:26986"
_DEGREES: Final = "EPSG:4326"
_SEED: Final = 25
_LOOPS: Final = 0.55
"""Roads beyond a tree, a junction."""
_OFF_ROAD_M: Final = 20.0
_HOMES_A_BLOCK: Final = 30
_KINDS: Final = ("school", "library", "health", "public safety", "higher education")
_KIND_SHARES: Final = (0.45, 0.25, 0.12, 0.13, 0.05)
_COMMON: Final = {"origin": "generated", "source": "Generated for a trial of size", "as_of": "2015-12-31"}
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Roads(NamedTuple):
    """Junctions in metres, the town of each, and roads as pairs of them."""

    xy: Floats
    town: Ints
    ends: Ints


def write_inputs(folder: Path, towns_file: Path, scale: float, area: str = "") -> dict[str, int]:
    """Write roads, premises, anchors and one filing; return how many of each there are.

    Parameters
    ----------
    folder
        Where they go; it must exist.
    towns_file
        The 351 towns with columns ``GEOID20`` and ``HOUSING20``.
    scale
        Share of the full size. Towns are all there; other counts are in proportion.
    area
        Codes of counties, with commas between; all towns where it is empty.
    """
    towns = gpd.read_file(towns_file).to_crs(_CRS).sort_values("GEOID20", ignore_index=True)
    towns = towns[towns["GEOID20"].str.startswith(tuple(area.split(",")))].reset_index(drop=True)
    random = np.random.default_rng(_SEED)
    roads = _roads(towns, max(round(JUNCTIONS * scale), 4 * len(towns)), random)
    _write(_road_layer(towns, roads, random), folder / "roads.parquet")
    homes = _shared_out(towns["HOUSING20"].to_numpy(float), max(round(LOCATIONS * scale), len(towns)))
    premises = _premises(towns, roads, homes, random)
    _write(premises, folder / "premises.parquet")
    anchors = _anchors(premises, max(round(ANCHORS * scale), len(towns) + 40), random)
    _write(anchors, folder / "anchors.parquet")
    offers = generate.write_filing(_blocks(premises), folder / FILING, _SEED)
    return {"roads": len(roads.ends), "locations": len(premises), "anchors": len(anchors), "offers": offers}


def _shared_out(weight: Floats, count: int) -> Ints:
    """Return whole numbers in proportion to weights that add up to the count, at least one each."""
    rest = np.round(np.cumsum(weight) / weight.sum() * (count - len(weight))).astype(np.int64)
    return np.asarray(1 + np.diff(rest, prepend=0), np.int64)


def _roads(towns: gpd.GeoDataFrame, count: int, random: np.random.Generator) -> Roads:
    """Return a tree over junctions in all towns, islands too, and further short roads."""
    shapes = towns.geometry.to_numpy()
    weight = np.sqrt(towns["HOUSING20"].to_numpy(float) * shapely.area(shapes))
    each = _shared_out(weight, count)
    xy = np.concatenate([_inside(shape, wanted, random) for shape, wanted in zip(shapes, each, strict=True)])
    ends, tree = _edges(xy)
    length = np.hypot(*(xy[ends[:, 0]] - xy[ends[:, 1]]).T)
    near = np.full(len(xy), np.inf)
    for side in (0, 1):
        np.minimum.at(near, ends[tree, side], length[tree])
    short = np.flatnonzero(~tree & (length < 2.5 * near[ends].max(axis=1)))
    loops = random.permutation(short)[: round(_LOOPS * len(xy))]
    kept = np.sort(np.concatenate([np.flatnonzero(tree), loops]))
    return Roads(xy, np.repeat(np.arange(len(towns)), each), ends[kept])


def _inside(shape: shapely.Geometry, count: int, random: np.random.Generator) -> Floats:
    shapely.prepare(shape)
    west, south, east, north = shapely.bounds(shape)
    found: list[Floats] = []
    missing = count
    while missing > 0:
        trial = random.uniform((west, south), (east, north), (3 * missing + 8, 2))
        hits = trial[shapely.contains_xy(shape, trial)][:missing]
        found.append(hits)
        missing -= len(hits)
    return np.concatenate(found)


def _edges(xy: Floats) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return edges of a Delaunay triangulation, and which of them are a shortest tree."""
    corners = Delaunay(xy).simplices
    sides = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]), axis=1)
    ends = np.unique(sides, axis=0).astype(np.int64)
    length = np.hypot(*(xy[ends[:, 0]] - xy[ends[:, 1]]).T)
    numbered = csr_array((length, (ends[:, 0], ends[:, 1])), shape=(len(xy), len(xy)))
    tail, head = minimum_spanning_tree(numbered).nonzero()
    key = ends[:, 0] * len(xy) + ends[:, 1]
    return ends, np.isin(key, tail.astype(np.int64) * len(xy) + head)


def _road_layer(towns: gpd.GeoDataFrame, roads: Roads, random: np.random.Generator) -> gpd.GeoDataFrame:
    start, end = roads.xy[roads.ends[:, 0]], roads.xy[roads.ends[:, 1]]
    across = (end - start)[:, ::-1] * (1.0, -1.0)
    bend = (start + end) / 2 + across * random.normal(0, 0.06, (len(start), 1))
    lines = np.asarray(shapely.linestrings(np.stack([start, bend, end], axis=1)))
    kinds = np.where(random.random(len(lines)) < 0.02, "main", "local")
    columns = {
        "road_id": [f"g{number:07d}" for number in range(len(lines))],
        "town_geoid": towns["GEOID20"].to_numpy()[roads.town[roads.ends[:, 0]]],
        "road_class": kinds,
    }
    return gpd.GeoDataFrame({**columns, **_COMMON}, geometry=lines, crs=_CRS)


def _premises(towns: gpd.GeoDataFrame, roads: Roads, homes: Ints, random: np.random.Generator) -> gpd.GeoDataFrame:
    """Return locations beside the half of a road that is nearer to a junction of their town."""
    town = np.repeat(np.arange(len(towns)), homes)
    first = np.searchsorted(roads.town, np.arange(len(towns)))
    size = np.bincount(roads.town, minlength=len(towns))
    node = first[town] + (random.random(len(town)) * size[town]).astype(np.int64)
    ends = np.concatenate([roads.ends, roads.ends[:, ::-1]])
    far = np.empty(len(roads.xy), np.int64)
    far[ends[:, 0]] = ends[:, 1]
    along = random.uniform(0, 0.5, (len(town), 1))
    places = roads.xy[node] + along * (roads.xy[far[node]] - roads.xy[node])
    places += random.normal(0, _OFF_ROAD_M, places.shape)
    numbers = pd.Series(np.arange(len(town)) + generate.FIRST_LOCATION).astype("str")
    columns = {"location_id": numbers, "town_geoid": towns["GEOID20"].to_numpy()[town]}
    return gpd.GeoDataFrame({**columns, "origin": "generated"}, geometry=shapely.points(places), crs=_CRS)


def _anchors(premises: gpd.GeoDataFrame, count: int, random: np.random.Generator) -> gpd.GeoDataFrame:
    """Return a town hall for each town, and other institutions at locations drawn by lot."""
    halls = premises.drop_duplicates("town_geoid")
    others = premises.iloc[np.sort(random.choice(len(premises), count - len(halls), replace=False))]
    kinds = np.concatenate([np.repeat("government", len(halls)), random.choice(_KINDS, len(others), p=_KIND_SHARES)])
    both = pd.concat([halls, others])
    names = [f"Generated {kind} {number}" for number, kind in enumerate(kinds)]
    columns = {"anchor_id": [f"g{number}" for number in range(count)], "name": names, "kind": kinds}
    where = {"town_geoid": both["town_geoid"].to_numpy(), **_COMMON}
    return gpd.GeoDataFrame({**columns, **where}, geometry=both.geometry.to_numpy(), crs=_CRS)


def _blocks(premises: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what a filing says of places: county as the town's, tract by town, a block for some homes."""
    code = pd.factorize(premises["town_geoid"], sort=True)[0]
    place = premises.groupby("town_geoid").cumcount().to_numpy() // _HOMES_A_BLOCK
    tract = pd.Series(900_000 + code * 100 + place // 9000).astype("str")
    block = pd.Series(1000 + place % 9000).astype("str")
    table = pd.DataFrame(premises[["location_id", "town_geoid"]])
    return table.assign(block_geoid=premises["town_geoid"].str[:5] + tract + block)


def _write(table: gpd.GeoDataFrame, path: Path) -> None:
    table.to_crs(_DEGREES).to_parquet(path, index=False)
