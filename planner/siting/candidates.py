"""Where sites may stand: candidates of one or several layers, the areas that contain them, and their readiness."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers import PlanError
from layers.errors import suggestion
from layers.locate import locate
from layers.state_codes import states
from planner.check import World
from planner.clusters._groups import Floats
from planner.middle_mile.places import halls
from planner.siting.entry import CandidatesEntry, SitingEntry
from planner.words import is_missing, listing, miles

_KEYS: Final = {"institutes": "institute_id", "anchors": "anchor_id", "place_points": "area_id", "towns": "town_geoid"}
_NEAR_M: Final = 5000.0
_SAME_M: Final = 1000.0


@dataclass(frozen=True)
class Candidates:
    """Candidates in order of their identifiers.

    Attributes
    ----------
    table
        Columns of their layers, and candidate_id, candidate, layer, kind, county_fips (missing where none is found),
        state_fips, state; points in the region's CRS.
    notes
        What was left out or guessed.
    """

    table: gpd.GeoDataFrame
    notes: tuple[str, ...]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.table)

    @property
    def ids(self) -> list[str]:
        """Identifiers."""
        return list(self.table["candidate_id"])


def candidates(world: World, entry: SitingEntry, ready: pd.DataFrame | None) -> Candidates:
    """Return the candidates that the region file asks for.

    Parameters
    ----------
    world
        Layers of candidates; `counties` where they are not in a town of the region.
    entry
        Table ``[siting]``.
    ready
        Table `readiness`, which ``best`` reads.

    Raises
    ------
    PlanError
        Where a layer, column or value is not there, or nothing is left.
    """
    frames = [_of_layer(world, each, ready) for each in entry.candidates]
    both = pd.concat(frames, ignore_index=True)
    _refuse_namesakes(both)
    both = both.drop_duplicates("candidate_id").sort_values("candidate_id", ignore_index=True)
    table = gpd.GeoDataFrame(both, geometry="geometry", crs=frames[0].crs)
    if table.empty:
        raise PlanError("siting", ["no candidate is left of those that [[siting.candidates]] ask for; ask for more"])
    county, note = _counties(world, table)
    state = county.str[:2]
    postal = {fips: each.postal for fips, each in states().items()}
    return Candidates(table.assign(county_fips=county, state_fips=state, state=state.map(postal)), note)


def _refuse_namesakes(both: pd.DataFrame) -> None:
    """Refuse two places with one identifier; one place may stand in several layers, and the first of them counts."""
    first = gpd.GeoSeries(both.drop_duplicates("candidate_id").set_index("candidate_id")["geometry"])
    away = shapely.distance(np.asarray(both["geometry"]), np.asarray(first.loc[both["candidate_id"]]))
    if (away > _SAME_M).any():
        code = both["candidate_id"].iloc[int(np.argmax(away > _SAME_M))]
        layers = sorted(set(both.loc[both["candidate_id"] == code, "layer"]))
        fault = f"two places {miles(away.max())} apart both have the identifier '{code}' (layers {listing(layers)}); give them different ones"
        raise PlanError("siting", [fault])


def _of_layer(world: World, entry: CandidatesEntry, ready: pd.DataFrame | None) -> gpd.GeoDataFrame:
    if entry.layer not in world.layers:
        raise PlanError(
            "siting", [f"candidates need layer '{entry.layer}'; add [layers.{entry.layer}] to the region file"]
        )
    rows = narrowed(world.shapes(entry.layer), entry.layer, entry.where)
    key = _KEYS[entry.layer]
    if entry.best is not None:
        rows = gpd.GeoDataFrame(rows[rows[key].isin(_best(ready, entry))])
    if entry.layer == "towns":
        points = halls(rows, world.shapes("anchors") if "anchors" in world.layers else None)
        rows = rows.set_geometry(points.geometry.to_numpy(), crs=rows.crs)
    name = rows["town"] if entry.layer == "towns" else rows.get("name", rows[key])
    kind = rows.get("kind", entry.layer)
    return gpd.GeoDataFrame(
        rows.assign(
            candidate_id=rows[key].astype("str"),
            candidate=name.where(name.notna(), rows[key]),
            layer=entry.layer,
            kind=kind,
        )
    )


def narrowed(rows: gpd.GeoDataFrame, layer: str, where: Mapping[str, tuple[object, ...]]) -> gpd.GeoDataFrame:
    """Return the rows of a layer that have one of the wanted values in every column; see `SitingEntry`.

    Raises
    ------
    PlanError
        Where there is no such column, or no row with any of the values.
    """
    for column, wanted in where.items():
        rows = gpd.GeoDataFrame(rows[_wanted(rows, layer, column, wanted)])
    return rows


def _wanted(rows: pd.DataFrame, layer: str, column: str, wanted: tuple[object, ...]) -> pd.Series:
    """Return which rows have one of the values; numbers are compared as numbers, the rest as text."""
    if column not in rows:
        raise PlanError(
            "siting", [f"layer '{layer}' has no column '{column}' for candidates{suggestion(column, rows.columns)}"]
        )
    found = as_text(rows[column]).isin({_text(value) for value in wanted})
    if not found.any():
        held = sorted(as_text(rows[column]).dropna().unique())
        raise PlanError(
            "siting",
            [
                f"layer '{layer}' has no row with {column} {wanted[0] if wanted else ''}{suggestion(str(wanted[0]) if wanted else '', held)}"
            ],
        )
    return found


def as_text(column: pd.Series) -> pd.Series:
    """Return a column as text in which whole numbers have no decimals; missing values stay missing."""
    return pd.Series([None if is_missing(value) else _text(value) for value in column], column.index, dtype=object)


def _text(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    try:
        number = float(str(value))
    except ValueError:
        return str(value)
    return str(value) if isinstance(value, str) else (f"{number:.0f}" if number.is_integer() else repr(number))


def _best(ready: pd.DataFrame | None, entry: CandidatesEntry) -> set[str]:
    if ready is None or entry.layer not in ("place_points", "towns"):
        fault = "candidates with 'best' need table readiness ([clusters.readiness]) and layer place_points or towns"
        raise PlanError("siting", [fault])
    return set(ready.loc[ready["rank"] <= entry.best, "place_id"])


def _counties(world: World, table: gpd.GeoDataFrame) -> tuple[pd.Series, tuple[str, ...]]:
    """Return the county of each candidate: by its town, else by the outlines of counties, near ones within 5000 m."""
    found = pd.Series(None, table.index, dtype=object)
    if "town_geoid" in table:
        found = table["town_geoid"].str[:5].astype(object).where(table["town_geoid"].notna(), None)
    open_ = found.isna()
    if not open_.any() or "counties" not in world.layers:
        return found, _lost(int(open_.sum()))
    counties = world.shapes("counties")
    points = gpd.GeoDataFrame(table[open_])
    inside = locate(points, counties, "county_fips")
    found.loc[open_] = inside.astype(object).where(inside.notna(), None)
    off = found.isna()
    guessed: tuple[str, ...] = ()
    if off.any():
        near = gpd.sjoin_nearest(
            gpd.GeoDataFrame(geometry=table.geometry[off]), counties[["county_fips", "geometry"]], max_distance=_NEAR_M
        ).sort_values("county_fips", kind="stable")
        near = near[~near.index.duplicated()]
        found.loc[near.index] = near["county_fips"].astype(object)
        guessed = (
            (f"{len(near)} candidates stand outside all county outlines and take the nearest within {miles(_NEAR_M)}",)
            if len(near)
            else ()
        )
    return found, (*guessed, *_lost(int(found.isna().sum())))


def _lost(count: int) -> tuple[str, ...]:
    return (f"{count} candidates have no county, so nothing is known of their place",) if count else ()


def scores(found: Candidates, ready: pd.DataFrame | None, place_of: Mapping[str, str]) -> Floats:
    """Return the least readiness score of each candidate's place, NaN where it is not ranked.

    Parameters
    ----------
    found
        The candidates.
    ready
        Table `readiness`.
    place_of
        Ranked place of each county.
    """
    if ready is None:
        return np.full(len(found), np.nan)
    by_place = ready.set_index("place_id")["score_low"]
    place = found.table["county_fips"].map(place_of)
    return np.asarray(place.map(by_place), np.float64)
