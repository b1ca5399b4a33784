"""Outlines of the areas in which clusters are measured: counties, states, or labor markets put together from counties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import pandas as pd

from layers import PlanError
from planner.clusters.areas import COUNTY, METRO, STATE, ZONE, drawn_areas, members
from planner.words import listing

_COUNTY_DIGITS: Final = 5
_STATE_DIGITS: Final = 2
_COMMON: Final = ("origin", "source", "as_of")


@dataclass(frozen=True)
class Outlined:
    """Areas with an outline.

    Attributes
    ----------
    table
        Column area_id, and origin, source and as_of where the outlines have them; polygons in the region's metric CRS,
        in order of the codes.
    partial
        Codes of areas some counties of which have no outline.
    made_of
        What the outlines are put together from, in words; empty where they are as given.
    """

    table: gpd.GeoDataFrame
    partial: tuple[str, ...] = ()
    made_of: str = ""


def outlined(
    kind: str, codes: Sequence[str], layers: Mapping[str, pd.DataFrame], drawn: Mapping[str, Sequence[str]]
) -> Outlined | None:
    """Return the outlines of those areas that have one; None where no layer has any.

    Parameters
    ----------
    kind
        Kind of area, as in table `cluster_strength`.
    codes
        Codes of the areas.
    layers
        Layer `counties`, else `towns`, whose counties their codes name; `states` for states; `labor_markets` and
        `drawn_areas` say which counties an area is made of.
    drawn
        Counties of areas that the region file draws, by name.
    """
    counties = _counties(layers)
    states = _there(layers.get("states"), "state_fips")
    if kind == STATE and states is not None:
        return _found(states.rename(columns={"state_fips": "area_id"}), codes)
    if counties is None:
        return None
    parts = _parts(kind, counties, layers, drawn)
    mine = parts[parts["area_id"].isin(set(codes))]
    rows = counties.merge(mine, on="county_fips")
    if rows.empty:
        return None
    lost = mine[~mine["county_fips"].isin(counties["county_fips"]) & mine["area_id"].isin(rows["area_id"])]
    found = _found(_dissolved(rows, "area_id"), codes, tuple(sorted(set(lost["area_id"]))))
    made_of = "" if kind == COUNTY else f"put together from counties{_vintage(kind, layers.get('labor_markets'))}"
    return None if found is None else replace(found, made_of=made_of)


def _vintage(kind: str, markets: pd.DataFrame | None) -> str:
    """Return of which year the delineation is, which may be another than that of the figures."""
    if markets is None or "vintage" not in markets or kind not in (METRO, ZONE):
        return ""
    years = sorted({int(year) for year in markets["vintage"].dropna()})
    return f" as delineated in {listing([str(year) for year in years])}" if years else ""


def _found(table: gpd.GeoDataFrame, codes: Sequence[str], partial: tuple[str, ...] = ()) -> Outlined | None:
    mine = table[table["area_id"].isin(set(codes))].sort_values("area_id", ignore_index=True)
    return Outlined(gpd.GeoDataFrame(mine), partial) if len(mine) else None


def _there(table: pd.DataFrame | None, key: str) -> gpd.GeoDataFrame | None:
    """Return the rows of a layer that have a shape, with their common columns."""
    if not isinstance(table, gpd.GeoDataFrame):
        return None
    kept = table[~(table.geometry.isna() | table.geometry.is_empty)].sort_values(key, kind="stable")
    columns = {name: kept[name].to_numpy() for name in (key, *_COMMON) if name in kept}
    return gpd.GeoDataFrame(columns, geometry=kept.geometry.to_numpy(), crs=kept.crs) if len(kept) else None


def _counties(layers: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame | None:
    counties = _there(layers.get("counties"), "county_fips")
    if counties is not None:
        return counties
    towns = _there(layers.get("towns"), "town_geoid")
    if towns is None:
        return None
    named = towns.assign(county_fips=towns["town_geoid"].str[:_COUNTY_DIGITS]).drop(columns="town_geoid")
    return _dissolved(gpd.GeoDataFrame(named), "county_fips")


def _dissolved(rows: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    kept = rows[[key, *(name for name in _COMMON if name in rows), "geometry"]]
    return gpd.GeoDataFrame(kept.dissolve(key, aggfunc="first").reset_index())


def _parts(
    kind: str,
    counties: gpd.GeoDataFrame,
    layers: Mapping[str, pd.DataFrame],
    drawn: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """Return the counties of every area of a kind: columns area_id and county_fips."""
    known = counties["county_fips"]
    if kind in (COUNTY, STATE):
        codes = known if kind == COUNTY else known.str[:_STATE_DIGITS]
        return pd.DataFrame({"area_id": codes, "county_fips": known})
    try:
        found = members((), layers.get("labor_markets"), drawn_areas(drawn, layers.get("drawn_areas")), (kind,))
    except PlanError:  # no layer says what the areas are made of, so they have no outline
        return pd.DataFrame({"area_id": [], "county_fips": []}, dtype="str")
    return found[["area_id", "county_fips"]].drop_duplicates()
