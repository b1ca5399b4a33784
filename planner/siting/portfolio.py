"""What programmes chose so far, on the map and in figures: awards at their places, the network of institutes."""

import datetime as dt
from functools import cache
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from layers import PlanError, data_folder
from layers.state_codes import postal_codes
from planner.programmes.awards import awards
from planner.tables import checked

_DEGREES: Final = "EPSG:4326"
_NETWORK: Final = "institute_network"
_ASIDE_DEG: Final = 0.35
NETWORK_OF: Final = "manufacturing_institutes"


@cache
def _cities() -> pd.DataFrame:
    return pd.read_csv(data_folder() / "facts" / "award_places.csv", encoding="utf-8").set_index("place")


def award_points(name: str, until: dt.date | None = None) -> tuple[gpd.GeoDataFrame, int]:
    """Return the awards of a shipped list at their cities, and how many have no city.

    Parameters
    ----------
    name
        Name of the list, as a rule file gives it under ``awarded``.
    until
        Last day of the rows that count; rows without a day count only where nothing is said.

    Returns
    -------
    tuple
        Rows of `planner.programmes.awards.awards` with points in EPSG:4326, and the number of those without.

    Raises
    ------
    RuleError
        Where there is no such list.
    """
    table = awards(name)
    if until is not None:
        table = table[table["as_of"] <= pd.Timestamp(until)].reset_index(drop=True)
    cities = _cities()
    there = table["place"].isin(cities.index)
    mine = table[there].reset_index(drop=True)
    at = cities.loc[mine["place"]]
    points = gpd.points_from_xy(at["longitude_deg"], at["latitude_deg"])
    return gpd.GeoDataFrame(mine, geometry=points, crs=_DEGREES), int((~there).sum())


def portfolio_sites(names: tuple[str, ...], crs: str) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return table `portfolio_sites`, awards of several lists in a metric CRS, and notes on those without a point.

    An award stands at its city; where its list names none, near the middle of the first of its states, those of one
    state side by side.

    Raises
    ------
    RuleError
        Where there is no such list.
    PlanError
        Where none of them can be placed.
    """
    parts, notes = [], []
    for name in names:
        table = awards(name).assign(award_list=name)
        at, basis = _points(table)
        lost = int(basis.isna().sum())
        notes += [f"{lost} awards of '{name}' name neither a city nor a state and have no point"] if lost else []
        parts.append(gpd.GeoDataFrame(table.assign(basis=basis), geometry=at, crs=_DEGREES)[basis.notna()])
    both = [part for part in parts if len(part)]
    if not both:
        raise PlanError("portfolio", [f"no award of {', '.join(names)} names a city or state that has a point"])
    table = gpd.GeoDataFrame(pd.concat(both, ignore_index=True), crs=_DEGREES).to_crs(crs)
    return gpd.GeoDataFrame(checked("portfolio_sites", table.assign(origin="approximate"), crs)), tuple(notes)


def _points(table: pd.DataFrame) -> tuple[gpd.GeoSeries, pd.Series]:
    """Return a point in EPSG:4326 and its basis for each award; neither where nothing places it."""
    state = table["states"].str.split(";").str[0]
    city, middle = _cities().reindex(table["place"]), _middle().reindex(state)
    aside = _ASIDE_DEG * table.groupby(state).cumcount().to_numpy()
    at_city = city["longitude_deg"].notna().to_numpy()
    longitude = np.where(at_city, city["longitude_deg"], middle["longitude_deg"].to_numpy() + aside)
    latitude = np.where(at_city, city["latitude_deg"], middle["latitude_deg"])
    in_state = "near the middle of " + state + ": its list names no city"
    basis = in_state.where(~at_city, "coordinates of the city, not of the site").where(np.isfinite(longitude))
    return gpd.GeoSeries(gpd.points_from_xy(longitude, latitude), table.index, crs=_DEGREES), basis


@cache
def _middle() -> pd.DataFrame:
    """Return longitude and latitude of a point within each state, by postal code."""
    shapes = gpd.read_parquet(data_folder() / "outlines" / "states.parquet").to_crs(_DEGREES)
    inside = shapes.representative_point()
    codes = shapes["state_fips"].map(postal_codes()).to_numpy()
    return pd.DataFrame({"longitude_deg": inside.x.to_numpy(), "latitude_deg": inside.y.to_numpy()}, index=codes)


def network_indicators() -> pd.DataFrame:
    """Return table `institute_network`: members, money, projects and people of the network of institutes by year."""
    return checked(_NETWORK, pd.read_csv(data_folder() / "facts" / f"{_NETWORK}.csv", encoding="utf-8"))
