"""Places that are ranked: their counties, and where they are."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from layers import PlanError
from layers.errors import suggestion
from planner.check import World
from planner.clusters._groups import Floats, numbers
from planner.clusters.areas import COUNTY, drawn_areas, members
from planner.clusters.entry import ClustersEntry, ReadinessEntry

_STATE_DIGITS = 2


@dataclass(frozen=True)
class Places:
    """Places in order of their codes.

    Attributes
    ----------
    kind
        Kind of area.
    codes, names
        One each; a name may be missing.
    counties
        Columns place (number) and county_fips.
    xy
        Coordinates in the region's CRS, shape (places, 2): as layer `place_points` says, else the mean of their towns by
        residents, else of their counties by area; NaN where not known.
    """

    kind: str
    codes: tuple[str, ...]
    names: tuple[str | None, ...]
    counties: pd.DataFrame
    xy: Floats

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.codes)

    def of_counties(self, values: pd.Series) -> Floats:
        """Return the sum of a figure over each place's counties; NaN where one of them has none.

        Parameters
        ----------
        values
            By county code.
        """
        return self.sums(np.asarray(self.counties["county_fips"].map(values), np.float64))

    def sums(self, values: Floats) -> Floats:
        """Return sums by place of values in the order of `counties`; NaN for a place without counties."""
        place = self.counties["place"].to_numpy(np.int64)
        total = np.bincount(place, values, len(self))
        return np.where(np.bincount(place, minlength=len(self)) > 0, total, np.nan)


def places(world: World, strength: pd.DataFrame, entry: ClustersEntry, asked: ReadinessEntry) -> Places:
    """Return the places that are ranked: the areas of the kind asked for that have cluster data.

    Raises
    ------
    PlanError
        Where no area is of that kind, a candidate is none, or fewer than two are left.
    """
    found = strength[strength["area_kind"] == asked.places].drop_duplicates("area_id").sort_values("area_id")
    known = list(found["area_id"])
    lost = sorted(set(asked.candidates) - set(known))
    if lost:
        raise PlanError(
            "readiness", [f"candidate '{lost[0]}' is no {asked.places} with cluster data{suggestion(lost[0], known)}"]
        )
    if asked.candidates:
        found = found[found["area_id"].isin(asked.candidates)]
    if len(found) < 2:
        fault = (
            f"needs two or more places of kind '{asked.places}', and cluster data has {len(found)}; name another kind"
        )
        raise PlanError("readiness", [fault])
    codes = tuple(found["area_id"])
    counties = _counties(world, codes, entry, asked.places)
    names = tuple(None if pd.isna(name) else str(name) for name in found["area"])
    return Places(asked.places, codes, names, counties, _centres(world, counties, codes))


def _counties(world: World, codes: tuple[str, ...], entry: ClustersEntry, kind: str) -> pd.DataFrame:
    number = {code: place for place, code in enumerate(codes)}
    if kind == COUNTY:
        table = pd.DataFrame({"area_id": codes, "county_fips": codes})
    elif kind == "state":
        known = _known_counties(world)
        table = pd.DataFrame({"area_id": [code[:_STATE_DIGITS] for code in known], "county_fips": known})
    else:
        try:
            table = members((), world.get("labor_markets"), drawn_areas(entry.drawn, world.get("drawn_areas")), (kind,))
        except PlanError:
            table = pd.DataFrame({"area_id": [], "county_fips": []}, dtype="str")
    mine = table[table["area_id"].isin(codes)].sort_values(["area_id", "county_fips"])
    return pd.DataFrame({"place": mine["area_id"].map(number).astype("int64"), "county_fips": mine["county_fips"]})


def _known_counties(world: World) -> list[str]:
    counties = world.get("counties")
    return sorted(counties["county_fips"]) if counties is not None else sorted(set(world.towns["town_geoid"].str[:5]))


def _centres(world: World, counties: pd.DataFrame, codes: tuple[str, ...]) -> Floats:
    """Return the places' points, else the centre of their towns where every county has some, else of county outlines."""
    count = len(codes)
    found = np.full((count, 2), np.nan)
    for weighed in (_outlines(world), _towns(world)):
        if weighed is None:
            continue
        rows = counties.merge(weighed, on="county_fips", how="left")
        place = rows["place"].to_numpy(np.int64)
        total = np.bincount(place, numbers(rows, "weight"), count)
        with np.errstate(divide="ignore", invalid="ignore"):
            xy = np.column_stack([np.bincount(place, numbers(rows, name), count) / total for name in ("wx", "wy")])
        found = np.where(np.isnan(xy), found, xy)
    given = _points(world, codes)
    return np.where(np.isnan(given), found, given)


def _points(world: World, codes: tuple[str, ...]) -> Floats:
    if "place_points" not in world.layers:
        return np.full((len(codes), 2), np.nan)
    table = world.shapes("place_points").set_index("area_id")
    return np.asarray(pd.DataFrame({"x": table.geometry.x, "y": table.geometry.y}).reindex(list(codes)), np.float64)


def _weighed(county: pd.Series, shapes: gpd.GeoSeries, weight: Floats) -> pd.DataFrame:
    points = shapes.representative_point()
    table = pd.DataFrame(
        {"county_fips": county.to_numpy(), "weight": weight, "wx": weight * points.x, "wy": weight * points.y}
    )
    return table.groupby("county_fips", as_index=False).sum()


def _outlines(world: World) -> pd.DataFrame | None:
    if "counties" not in world.layers:
        return None
    table = world.shapes("counties")
    return _weighed(table["county_fips"], table.geometry, np.asarray(table.geometry.area, np.float64))


def _towns(world: World) -> pd.DataFrame | None:
    if "towns" not in world.layers:
        return None
    table = world.towns
    residents = numbers(table, "population_2020")
    if np.isnan(residents).any():
        return None
    return _weighed(table["town_geoid"].str[:5], table.geometry, np.maximum(residents, 1.0))
