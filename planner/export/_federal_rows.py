"""The rows that go into federal files, from the tables of a plan; each with its key and origin."""

from collections.abc import Callable, Mapping
from typing import Final

import geopandas as gpd
import pandas as pd

from layers import RuleError
from layers.state_codes import postal_codes
from planner.export.handover import GEOGRAPHIC, Handover
from planner.rules import ServiceVersion

_FAILING: Final = "failing_locations"


class NotHere(Exception):  # noqa: N818 - says why there are no rows; never reaches a user as an error
    """Why a plan has no such rows."""


def _failing(handover: Handover) -> pd.DataFrame:
    """Return failing locations with their federal level, if it can be told for all of them.

    Raises
    ------
    NotHere
        Where the plan has no filings, or its counts are not those of the federal rule.
    """
    table, service = handover.tables.get(_FAILING), handover.tables.get("federal_service")
    if service is None or table is None:
        raise NotHere("the plan rests on no federal filings, or no location fails")
    version = _rule(handover)
    if version is None:
        raise NotHere("no rule for served locations was in force on the region's day; name one under [filings]")
    low, high = version.rule.unserved_below, version.rule.served_from
    down, up = table["best_down_mbps"].fillna(0), table["best_up_mbps"].fillna(0)
    unserved = (down < low[0]) | (up < low[1])
    found = table.assign(level=(~unserved).astype("int64"), key=table["location_id"])
    return found[unserved | (down < high[0]) | (up < high[1])]


def _rule(handover: Handover) -> ServiceVersion | None:
    """Return the rule for served locations; None where none was in force and the region names none."""
    try:
        return handover.plan.region.service_rule
    except RuleError:
        return None


def _of_level(handover: Handover, level: int, name: str) -> pd.DataFrame:
    rows = _failing(handover)
    rows = rows[rows["level"] == level]
    counted = int(handover.tables["federal_service"][name].sum())
    if len(rows) != counted:
        target = handover.plan.region.target.label
        raise NotHere(
            f"the federal rule counts {counted:,} {name} locations, but the plan lists only those that fail {target} Mbps"
            f" ({len(rows):,} of them); plan a first target at the rule's upper speeds to list all"
        )
    if rows.empty:
        raise NotHere(f"no location is {name}")
    return rows.sort_values("location_id", ignore_index=True)


def unserved(handover: Handover) -> pd.DataFrame:
    """Return locations that the federal rule calls unserved; as many as table ``federal_service`` counts."""
    return _of_level(handover, 0, "unserved")


def underserved(handover: Handover) -> pd.DataFrame:
    """Return locations that the federal rule calls underserved; as many as table ``federal_service`` counts."""
    return _of_level(handover, 1, "underserved")


def anchors(handover: Handover) -> pd.DataFrame:
    """Return anchor institutions with place, state and need."""
    table = handover.shapes.get("layer_anchors")
    if table is None:
        raise NotHere("the plan has no layer anchors with coordinates")
    version = _rule(handover)
    need = f"{version.anchor_from[0]:g}" if version else ""
    towns = table["town_geoid"] if "town_geoid" in table else pd.Series("", table.index, dtype="str")
    state = towns.str[:2].map(postal_codes())
    return _placed(table).assign(key=table["anchor_id"], state=state, need=need)


def premises(handover: Handover) -> pd.DataFrame:
    """Return the premises with place and county."""
    table = handover.shapes.get("layer_premises")
    if table is None:
        raise NotHere(
            "the plan has no layer premises with coordinates; a saved plan never has one, so leave out --plan"
        )
    return _placed(table).assign(key=table["location_id"], county=table["town_geoid"].str[:5])


def _placed(table: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the rows with longitude and latitude to 6 decimals."""
    points = table.geometry.to_crs(GEOGRAPHIC)
    there = ~(points.isna() | points.is_empty)
    degrees = {
        name: values.where(there).map(lambda value: f"{value:.6f}", na_action="ignore")
        for name, values in (("longitude", points.x), ("latitude", points.y))
    }
    return pd.DataFrame(table.drop(columns="geometry")).assign(**degrees)


ROWS: Final[Mapping[str, Callable[[Handover], pd.DataFrame]]] = {
    "unserved": unserved,
    "underserved": underserved,
    "anchors": anchors,
    "premises": premises,
}
