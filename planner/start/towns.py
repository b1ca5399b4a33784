"""The layer of towns: county subdivisions with the people and homes of the 2020 Census."""

from collections.abc import Iterable
from typing import Final

import geopandas as gpd
import pandas as pd

from layers import PlanError
from layers.fetch import Fetched, FetchError
from layers.state_codes import states
from planner.start.boundaries import TOWN, read_boundaries
from planner.start.census import answer
from planner.start.part import FOLDER, File, Part, Work, common, needed
from planner.start.places import Gazetteer
from planner.start.words import one_line

_COUNTS: Final = {"P1_001N": "population_2020", "H1_001N": "housing_units_2020"}
_LEVELS: Final = ("state", "county", "county subdivision")
_STATISTICAL: Final = ("CCD", "census subarea", "UT", "unorganized territory")


def town_shapes(codes: tuple[str, ...], gazetteer: Gazetteer) -> tuple[gpd.GeoDataFrame, tuple[Fetched, ...]]:
    """Return the county subdivisions that codes of states, counties or towns hold, and the files they are from.

    Water without land and subdivisions that are not defined are left out.

    Returns
    -------
    tuple
        ``town_geoid``, ``town``, ``kind``, ``county``, ``land_area_m2`` and shapes in the files' CRS; files.

    Raises
    ------
    FetchError
        Where a boundary file is not to be had.
    PlanError
        Where it is not as it must be, or no town lies in the place.
    """
    files = [
        gazetteer.fetcher.get("cousub_shapes", state=state, year=str(gazetteer.year))
        for state in sorted({code[:2] for code in codes})
    ]
    rows = gpd.GeoDataFrame(pd.concat([read_boundaries(file.path, TOWN) for file in files], ignore_index=True))
    land = (rows["COUSUBFP"] != "00000") & (rows["ALAND"].astype("float64") > 0)
    mine = rows[land & rows["GEOID"].str.startswith(codes)].sort_values("GEOID", ignore_index=True)
    if mine.empty:
        raise PlanError(
            "towns", [f"the boundary file has no county subdivision of {', '.join(codes)}; choose another --year"]
        )
    names = gazetteer.counties.set_index("GEOID")["NAMELSAD"].map(one_line)
    table = {
        "town_geoid": mine["GEOID"].astype("str"),
        "town": _names(mine),
        "kind": [_kind(name, full) for name, full in zip(mine["NAME"], mine["NAMELSAD"], strict=True)],
        "county": mine["GEOID"].str[:5].map(names).fillna("not known").astype("str"),
        "land_area_m2": mine["ALAND"].astype("float64"),
    }
    return gpd.GeoDataFrame(table, geometry=mine.geometry.to_numpy(), crs=mine.crs), tuple(files)


def _names(rows: pd.DataFrame) -> pd.Series:
    """Return names as residents write them; with the kind, and the code, where the region has the name twice."""
    name, full = rows["NAME"].map(one_line), rows["NAMELSAD"].map(one_line)
    longer = name.where(~name.duplicated(keep=False), full)
    return longer.where(~longer.duplicated(keep=False), full + " (" + rows["GEOID"] + ")").astype("str")


def _kind(name: str, full: str) -> str:
    """Return what follows the name, such as town or CCD; statistical areas say that they are no government."""
    kind = one_line(full.removeprefix(name)) or "county subdivision"
    return f"{kind} (no government)" if kind in _STATISTICAL else kind


def town_part(work: Work, files: tuple[Fetched, ...]) -> Part:
    """Write the layer of towns, with people and homes where the Census API gives them."""
    table, counted = _counted(work)
    path = work.place("towns.parquet")
    table.to_parquet(path, index=False, write_covering_bbox=True, schema_version="1.1.0")
    made = "towns of the region, with counts of the 2020 Census" if counted else "towns of the region"
    name = f"{FOLDER}/towns.parquet"
    rows = tuple(File(name, each, made) for each in (*files, *counted))
    note = "County subdivisions, clipped to the shore."
    if any(table["kind"].str.endswith("(no government)")):
        note += " Some are statistical areas of the Census Bureau and no governments: see column kind."
    if not counted:
        note += " Without people and homes: the Census API gave none; run 'townline new' again with --force."
    return Part("layers.towns", {"path": name, **common(files[0])}, rows, note)


def _counted(work: Work) -> tuple[gpd.GeoDataFrame, tuple[Fetched, ...]]:
    """Return the towns with people and homes; without them where the counts are not to be had."""
    try:
        files = tuple(work.fetcher.get("decennial_towns", state=state.fips) for state in work.states)
        counts = pd.concat([_counts(file) for file in files]).reindex(work.towns["town_geoid"])
    except (FetchError, PlanError) as error:
        work.tell(f"left out: people and homes of towns ({' '.join(str(error).split())})")
        return work.towns, ()
    known = {str(name): counts[name].to_numpy() for name in counts if counts[name].notna().all()}
    lost = sorted(set(_COUNTS.values()) - set(known))
    if lost:
        work.tell(f"left out: {', '.join(lost)} of towns (some towns of {work.year} are not in the 2020 Census)")
    return work.towns.assign(**known), files if known else ()


def _counts(file: Fetched) -> pd.DataFrame:
    table = answer(file.path)
    needed(table, (*_LEVELS, *_COUNTS), f"source {file.key}")
    codes = table["state"].astype("str") + table["county"].astype("str") + table["county subdivision"].astype("str")
    numbers = {
        ours: pd.to_numeric(table[theirs], errors="coerce").astype("Float64") for theirs, ours in _COUNTS.items()
    }
    found = pd.DataFrame(numbers).set_axis(pd.Index(codes), axis="index")
    if found.index.has_duplicates or (found < 0).to_numpy(dtype=bool, na_value=False).any():
        raise PlanError(f"source {file.key}", ["has a town twice, or counts below 0; fetch it again"])
    return found.round().astype("Int64")


def state_names(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the states that codes lie in, in the order of their codes."""
    return tuple(states()[code].name for code in sorted({code[:2] for code in codes}))
