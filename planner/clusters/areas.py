"""Counties -> states, labor markets and areas that the user draws."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from layers import PlanError
from planner.clusters._groups import numbers, sums

COUNTY: Final = "county"
STATE: Final = "state"
METRO: Final = "metropolitan or micropolitan area"
ZONE: Final = "commuting zone"
DRAWN: Final = "drawn area"
_COUNTY_DIGITS: Final = 5
_METROS: Final = ("metropolitan area", "micropolitan area")


def members(
    counties: Sequence[str],
    labor_markets: pd.DataFrame | None,
    drawn: Mapping[str, Sequence[str]],
    kinds: Sequence[str],
) -> pd.DataFrame:
    """Return which counties each area is made of.

    Parameters
    ----------
    counties
        Five-digit codes of the counties that have data.
    labor_markets
        Layer `labor_markets`, for metropolitan or micropolitan areas and commuting zones.
    drawn
        Counties of areas that the user draws, by name.
    kinds
        Kinds of area that are wanted.

    Returns
    -------
    pandas.DataFrame
        Columns area_kind, area_id, area, county_fips.

    Raises
    ------
    PlanError
        Where labor markets are wanted and the layer is missing or has none of that kind, or no area is drawn.
    """
    frames = [pd.DataFrame(columns=["area_kind", "area_id", "area", "county_fips"], dtype="str")]
    for kind in kinds:
        if kind == STATE:
            codes = pd.Series(sorted(set(counties)), dtype="str")
            frames.append(
                pd.DataFrame({"area_id": codes.str[:2], "area": None, "county_fips": codes}).assign(area_kind=kind)
            )
        elif kind in (METRO, ZONE):
            frames.append(_markets(labor_markets, kind))
        elif kind == DRAWN:
            frames.append(_drawn(drawn))
    return pd.concat(frames, ignore_index=True)


def _markets(table: pd.DataFrame | None, kind: str) -> pd.DataFrame:
    wanted = _METROS if kind == METRO else (kind,)
    rows = table[table["kind"].isin(wanted)] if table is not None else pd.DataFrame()
    if len(rows) == 0:
        raise PlanError(
            "clusters", [f"areas name '{kind}', but layer 'labor_markets' has none; add it or leave the name out"]
        )
    name = rows["labor_market"] if "labor_market" in rows else pd.Series(None, rows.index, dtype="str")
    return pd.DataFrame(
        {"area_kind": kind, "area_id": rows["labor_market_id"], "area": name, "county_fips": rows["county_fips"]}
    )


def drawn_areas(named: Mapping[str, Sequence[str]], layer: pd.DataFrame | None) -> dict[str, tuple[str, ...]]:
    """Return the counties of drawn areas: those that the region file names, and those of layer `drawn_areas`.

    Raises
    ------
    PlanError
        Where an area of the layer is made of parts other than counties, which have no counts by industry.
    """
    found = {name: tuple(counties) for name, counties in named.items()}
    if layer is None:
        return found
    odd = layer.loc[layer["member_geoid"].str.len() != _COUNTY_DIGITS, "area_geoid"]
    if len(odd):
        raise PlanError(
            "clusters", [f"drawn area '{odd.iloc[0]}' has parts that are no counties; draw it of whole counties"]
        )
    parts = layer.sort_values(["area_geoid", "member_geoid"]).groupby("area_geoid")["member_geoid"]
    return {str(name): tuple(each) for name, each in parts} | found


def _drawn(drawn: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    if not drawn:
        raise PlanError("clusters", [f"areas name '{DRAWN}', but none is drawn; list counties under [clusters.drawn]"])
    pairs = [(name, county) for name, counties in sorted(drawn.items()) for county in counties]
    names, codes = zip(*pairs, strict=True)
    return pd.DataFrame({"area_kind": DRAWN, "area_id": names, "area": names, "county_fips": codes})


def sum_counties(table: pd.DataFrame, parts: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return employment by cluster of areas, summed from counties, and what to mind.

    Parameters
    ----------
    table
        Rows as in layer `cluster_employment`; those of kind county count.
    parts
        Table of `members`.

    Returns
    -------
    tuple
        Rows of areas. Counts are sums; bounds are sums of bounds. An area of which a county has no row in a year has no
        counts in that year, only what they are at least. And notes that name such areas.
    """
    counties = table[table["area_kind"] == COUNTY].rename(columns={"area_id": "county_fips"})
    rows = counties.drop(columns=["area_kind", "area"], errors="ignore").merge(parts, on="county_fips")
    short = _short(counties, parts)
    low, high, count = (numbers(rows, name) for name in ("employment_low", "employment_high", "employment"))
    found = sums(
        rows,
        ["area_kind", "area_id", "cluster", "year"],
        ["area", "cluster_name", "traded"],
        {
            "employment": count, "establishments": numbers(rows, "establishments"),
            "employment_low": np.where(np.isnan(count), np.nan_to_num(low), count),
            "employment_high": np.where(np.isnan(count), high, count),
        },
    )  # fmt: skip
    found = found.merge(short, on=["area_kind", "area_id", "year"], how="left")
    part = found["lacking"].notna()
    for name in ("employment", "employment_high", "establishments"):
        found[name] = found[name].mask(part)
    notes = tuple(
        f"{kind} '{area}': no data of county {lacking} in {year}; its counts are not known"
        for kind, area, year, lacking in short.itertuples(index=False)
    )
    return found.drop(columns="lacking").assign(traded=found["traded"].astype(bool)), notes


def _short(counties: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Return areas of which counties have no row in a year, with their codes."""
    years = np.sort(counties["year"].unique())
    held = set(zip(counties["county_fips"], counties["year"], strict=True))
    wanted = parts.merge(pd.DataFrame({"year": years}), how="cross")
    gone = [pair not in held for pair in zip(wanted["county_fips"], wanted["year"], strict=True)]
    lost = wanted[gone].sort_values(["area_kind", "area_id", "year", "county_fips"])
    some = wanted[~np.array(gone, bool)][["area_kind", "area_id", "year"]].drop_duplicates()
    found = lost.groupby(["area_kind", "area_id", "year"], as_index=False).agg(lacking=("county_fips", ", ".join))
    return found.merge(some, on=["area_kind", "area_id", "year"])  # an area without any county is not there at all
