"""Where the value of each criterion comes from. A reading gives values by place, NaN where not known, and what it rests on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import STRtree

from layers import PlanError
from layers.errors import suggestion
from layers.road_graph import RoadGraph, road_graph
from planner.check import World
from planner.clusters._groups import Floats, numbers
from planner.clusters._places import Places
from planner.clusters.criteria import Criterion
from planner.clusters.entry import ReadinessEntry
from planner.reach import by_road
from planner.region import Region
from planner.words import miles

_UNITS: Final = {
    "county": "county", "state": "state", "drawn area": "drawn area", "metropolitan or micropolitan area": "local labor market",
    "commuting zone": "local labor market",
}  # fmt: skip


@dataclass(frozen=True)
class Given:
    """What readings may read."""

    world: World
    region: Region
    tables: Mapping[str, pd.DataFrame]
    places: Places
    asked: ReadinessEntry

    @cached_property
    def roads(self) -> RoadGraph:
        """The region's roads, where distances run along them.

        Raises
        ------
        PlanError
            Where there is no such layer.
        """
        if "roads" not in self.world.layers:
            raise PlanError("readiness", ["distance = \"roads\" needs layer 'roads'; add it, or say straight"])
        return road_graph(self.world.shapes("roads"))

    @property
    def way(self) -> str:
        """How distances run, in words."""
        return "straight" if self.asked.distance == "straight" else "along roads"


@dataclass(frozen=True)
class Value:
    """Values of a criterion by place; NaN where not known. `basis` says what they rest on, or what is missing."""

    found: Floats
    basis: str


Read = Callable[[Given, Criterion], Value]


def value_of(given: Given, criterion: Criterion) -> Value:
    """Return a criterion's values: figures that the user brings, else what its reading finds."""
    brought = _figures(given, criterion)
    if not np.isnan(brought.found).all() or criterion.reading == "figures":
        return brought
    return _READINGS[criterion.reading](given, criterion)


def _nothing(given: Given, why: str) -> Value:
    return Value(np.full(len(given.places), np.nan), why)


def _by_code(given: Given, table: pd.DataFrame, name: str) -> Floats:
    """Return a column by place from a table with one row an area."""
    found = pd.Series(numbers(table, name), table["area_id"].to_numpy())
    return np.asarray(found.reindex(list(given.places.codes)), np.float64)


def _figures(given: Given, criterion: Criterion) -> Value:
    table = given.world.get("place_figures")
    mine = table[table["criterion"] == criterion.name] if table is not None else None
    if mine is None or mine.empty:
        return _nothing(given, f"no figure in layer place_figures for criterion {criterion.name}")
    return Value(_by_code(given, mine, "value"), "layer place_figures")


def _latest(given: Given, name: str) -> pd.DataFrame | None:
    """Return the rows of a cluster table for the places' kind and its last year."""
    table = given.tables.get(name)
    if table is None:
        return None
    mine = table[table["area_kind"] == given.places.kind]
    return pd.DataFrame(mine[mine["year"] == mine["year"].max()])


def _cluster_regions(given: Given, criterion: Criterion) -> Value:
    table = _latest(given, "cluster_regions")
    if table is None or table.empty:
        return _nothing(given, "no table cluster_regions")
    return Value(_by_code(given, table, criterion.column), f"year {int(table['year'].iloc[0])}")


def _mean_over(given: Given, codes: tuple[str, ...], column: str) -> Value:
    """Return the mean of a column over clusters; a place without a row of one has no jobs in it, so a quotient of 0."""
    table = _latest(given, "cluster_strength")
    if table is None or table.empty:
        return _nothing(given, "no table cluster_strength")
    lost = [code for code in codes if code not in set(table["cluster"])]
    if lost:
        return _nothing(given, f"no data of cluster {lost[0]}")
    parts = []
    for code in codes:
        mine = table[table["cluster"] == code]
        found = _by_code(given, mine, column)
        absent = ~np.isin(given.places.codes, mine["area_id"].to_numpy(str))
        parts.append(np.where(absent, 0.0 if column == "lq" else np.nan, found))
    return Value(np.mean(parts, axis=0), f"year {int(table['year'].iloc[0])}, clusters {', '.join(codes)}")


def _target(given: Given, criterion: Criterion) -> Value:
    if not given.asked.clusters:
        return _nothing(given, "no cluster is named under [clusters.readiness]")
    table = _latest(given, "cluster_strength")
    known = set() if table is None else set(table["cluster"])
    lost = [code for code in given.asked.clusters if known and code not in known]
    if lost:
        raise PlanError(
            "readiness", [f"clusters name '{lost[0]}', and no area has data of it{suggestion(lost[0], known)}"]
        )
    return _mean_over(given, given.asked.clusters, criterion.column)


def _quotient_of(given: Given, criterion: Criterion) -> Value:
    return _mean_over(given, criterion.clusters, "lq")


def _institutes(given: Given, kinds: tuple[str, ...]) -> gpd.GeoDataFrame | None:
    if "institutes" not in given.world.layers:
        return None
    table = given.world.shapes("institutes")
    mine = table[table["kind"].isin(kinds)]
    return mine if len(mine) else None


def _points_near(given: Given, criterion: Criterion, *, best: bool) -> Value:
    table = _institutes(given, ("university",))
    if table is None or "carnegie_basic" not in table:
        return _nothing(given, "layer institutes has no universities with a Carnegie class")
    points = table["carnegie_basic"].map(criterion.points).fillna(0.0).to_numpy(float)
    place, one = _within(given, table.geometry.to_numpy())
    found = np.zeros(len(given.places))
    (np.maximum if best else np.add).at(found, place, points[one])
    return Value(_located(given, found), f"within {miles(given.asked.reach_m)} of the place's centre, {given.way}")


def _universities(given: Given, criterion: Criterion) -> Value:
    return _points_near(given, criterion, best=False)


def _best_class(given: Given, criterion: Criterion) -> Value:
    return _points_near(given, criterion, best=True)


def _located(given: Given, values: Floats) -> Floats:
    return np.where(np.isnan(given.places.xy[:, 0]), np.nan, values)


def _located_at(given: Given) -> np.ndarray:
    """Return the numbers of the places whose centre is known."""
    return np.flatnonzero(~np.isnan(given.places.xy[:, 0]))


def _along_roads(given: Given, points: np.ndarray) -> np.ndarray:
    """Return metres along roads from each located place to each point, infinite where none leads."""
    crs = given.region.crs
    centres = gpd.GeoSeries(shapely.points(given.places.xy[_located_at(given)]), crs=crs)
    away, _, _ = by_road(given.roads, centres, gpd.GeoSeries(points, crs=crs), given.asked.snap_limit_m)
    return away


def _within(given: Given, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of place and point within reach."""
    here = _located_at(given)
    if given.asked.distance == "roads":
        place, point = np.nonzero(_along_roads(given, points) <= given.asked.reach_m)
    else:
        centres = shapely.points(given.places.xy[here])
        place, point = STRtree(points).query(centres, predicate="dwithin", distance=given.asked.reach_m)
    return here[place], point


def _nearest_institute(given: Given, criterion: Criterion) -> Value:
    table = _institutes(given, criterion.kinds)
    field = given.asked.field
    if table is not None and field is not None:
        table = table[table["field"] == field] if "field" in table else table.head(0)
    if table is None or table.empty:
        of = f" of field '{field}'" if field else ""
        return _nothing(given, f"layer institutes has no {' or '.join(criterion.kinds)}{of}")
    here, points = _located_at(given), table.geometry.to_numpy()
    found = np.full(len(given.places), np.nan)
    if given.asked.distance == "roads":
        away = _along_roads(given, points).min(axis=1)
        found[here] = np.where(np.isfinite(away), away, np.nan)
    else:
        centres = shapely.points(given.places.xy[here])
        found[here] = STRtree(points).query_nearest(centres, return_distance=True, all_matches=False)[1]
    return Value(found, f"distance from the place's centre, {given.way}")


def _residents(given: Given, _criterion: Criterion) -> Value:
    if "towns" not in given.world.layers:
        return _nothing(given, "no layer towns")
    towns = given.world.towns
    people = numbers(towns, "population_2020")
    if np.isnan(people).any():
        return _nothing(given, "layer towns has no residents (population_2020) for all towns")
    place, town = _within(given, towns.geometry.representative_point().to_numpy())
    found = np.bincount(place, people[town], len(given.places)).astype(np.float64)
    return Value(
        _located(given, found),
        f"towns of the region within {miles(given.asked.reach_m)}, {given.way}",
    )


def _labor_force(given: Given, _criterion: Criterion) -> Value:
    table = given.world.get("labor_force")
    if table is None:
        return _nothing(given, "no layer labor_force")
    mine = table[table["year"] == table["year"].max()]
    if "month" in mine and mine["month"].isna().any():
        mine = mine[mine["month"].isna()]  # the year's own average
    monthly = mine.groupby("area_geoid")["labor_force"].agg(lambda each: each.mean(skipna=False))
    return Value(given.places.of_counties(monthly), f"mean of {int(table['year'].max())}")


def _survey(given: Given, criterion: Criterion) -> Value:
    table = given.world.get("acs_estimates")
    if table is None:
        return _nothing(given, "no layer acs_estimates")
    mine = table[table["period_to"] == table["period_to"].max()]
    top, bottom = (_series(given, mine, names) for names in (criterion.numerator, criterion.denominator))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(bottom > 0, top / bottom, np.nan)
    if np.isnan(found).all():
        return _nothing(given, f"layer acs_estimates lacks {', '.join((*criterion.numerator, *criterion.denominator))}")
    return Value(found, f"period to {pd.Timestamp(mine['period_to'].iloc[0]).date()}")


def _series(given: Given, table: pd.DataFrame, names: tuple[str, ...]) -> Floats:
    parts = [
        table[table["series"] == name].drop_duplicates("area_geoid").set_index("area_geoid")["estimate"]
        for name in names
    ]
    return np.asarray(np.sum([given.places.of_counties(part) for part in parts], axis=0), np.float64)


def _share_of_towns(given: Given, part: pd.Series, whole: pd.Series) -> Floats:
    """Return the share of two counts by town over each place's counties; NaN where one is missing."""
    county = part.index.to_series().str[:5].to_numpy()
    sums = [each.astype("float64").groupby(county).agg(lambda cells: cells.sum(skipna=False)) for each in (part, whole)]
    top, bottom = (given.places.of_counties(each) for each in sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)


def _coverage(given: Given, _criterion: Criterion) -> Value:
    table = given.tables.get("coverage")
    if table is None:
        return _nothing(given, "no table coverage")
    label = given.region.target.label
    mine = table[table["target"] == label].set_index("town_geoid")
    sure = mine["served"].where(mine["unknown"].fillna(0) == 0)
    return Value(_share_of_towns(given, sure, mine["premises"]), f"{label} Mbps, towns of the region")


def _middle_mile(given: Given, _criterion: Criterion) -> Value:
    table = given.tables.get("middle_mile_places")
    if table is None:
        return _nothing(given, "no table middle_mile_places")
    towns = table["town_geoid"].str[:5].to_numpy()
    joined, all_ = table["connected"].groupby(towns).sum(), table["connected"].groupby(towns).size()
    top, bottom = given.places.of_counties(joined), given.places.of_counties(all_)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Value(np.where(bottom > 0, top / bottom, np.nan), "places of the planned network")


def _eligibility(given: Given, criterion: Criterion) -> Value:
    """Return 1 or 0 where the programme judges places of this kind, else the share of counties that are eligible."""
    table = given.tables.get("eligibility")
    mine = table[table["programme"] == criterion.programme] if table is not None else None
    if mine is None or mine.empty:
        return _nothing(given, f"no verdict of programme {criterion.programme} in table eligibility")
    yes = mine["verdict"].map({"eligible": 1.0, "not eligible": 0.0})  # borderline is not known
    by = {
        unit: yes[mine["unit"] == unit].set_axis(mine.loc[mine["unit"] == unit, "place_id"])
        for unit in set(mine["unit"])
    }
    own = by.get(_UNITS[given.places.kind])
    if own is not None and own.index.isin(given.places.codes).any():
        return Value(np.asarray(own.reindex(list(given.places.codes)), np.float64), "verdict of the place itself")
    counties = given.places.counties["county_fips"]
    for unit, codes in (("county", counties), ("state", counties.str[:2])):
        if unit in by:
            found = given.places.sums(codes.map(by[unit]).to_numpy(float))
            return Value(found / given.places.sums(np.ones(len(counties))), f"verdicts by {unit}")
    return _nothing(given, f"programme {criterion.programme} has no verdict by county or state")


_READINGS: Final[Mapping[str, Read]] = {
    "cluster_regions": _cluster_regions, "target": _target, "quotient_of": _quotient_of, "universities": _universities,
    "best_class": _best_class, "nearest_institute": _nearest_institute, "residents": _residents, "labor_force": _labor_force,
    "survey": _survey, "coverage": _coverage, "middle_mile": _middle_mile, "eligibility": _eligibility, "figures": _figures,
}  # fmt: skip
