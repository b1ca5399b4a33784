"""What is to be connected: points of presence, towns and anchor institutions, with what they are worth."""

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from layers import PlanError
from layers.errors import suggestion
from planner.check import World
from planner.entry import MiddleMileEntry

_HALL: Final = "government"
COLUMNS: Final = ("kind", "place_id", "name", "town_geoid", "basis", "premises", "anchors", "weight")


def places(world: World, settings: MiddleMileEntry, premises: Mapping[str, int]) -> gpd.GeoDataFrame:
    """Return every place to connect, points of presence first.

    Parameters
    ----------
    world
        Layers `towns`, `points_of_presence` and, where given, `anchors`.
    settings
        Table ``[middle_mile]`` of the region file.
    premises
        Premises by town code; a town that is not there counts none.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns `COLUMNS`, points in the region's CRS. ``basis`` says where a town's point comes from.

    Raises
    ------
    PlanError
        Where there is no point of presence, an asked-for kind of anchor does not exist, or nothing is to be connected.
    """
    if "points_of_presence" not in world.layers:
        fault = "needs a layer 'points_of_presence': where the network meets the backbone"
        raise PlanError("middle mile", [fault])
    frames = [_roots(world.shapes("points_of_presence"))]
    anchors = world.shapes("anchors") if "anchors" in world.layers else None
    if settings.towns:
        frames.append(_towns(world.towns, anchors, premises))
    if anchors is not None:
        frames.append(_anchors(anchors, settings))
    table = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=world.towns.crs)
    if (table["kind"] == "point of presence").all():
        raise PlanError("middle mile", ["has nothing to connect; give a layer 'anchors', or say towns = true"])
    return table


def _frame(points: gpd.GeoSeries, **columns: object) -> gpd.GeoDataFrame:
    base = {"town_geoid": None, "basis": "as given", "premises": 0, "anchors": 0, "weight": 0.0}
    table = pd.DataFrame(base | columns, index=points.index)[list(COLUMNS)]
    return gpd.GeoDataFrame(table, geometry=points)


def _roots(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return _frame(layer.geometry, kind="point of presence", place_id=layer["pop_id"], name=layer["name"])


def _anchors(layer: gpd.GeoDataFrame, settings: MiddleMileEntry) -> gpd.GeoDataFrame:
    known = set(layer["kind"])
    lost = [kind for kind in settings.anchors or () if kind not in known]
    if lost:
        raise PlanError(
            "middle mile", [f"layer 'anchors' has no kind '{kind}'{suggestion(kind, known)}" for kind in lost]
        )
    if settings.value == "weight" and "weight" not in layer:
        raise PlanError("middle mile", ["value = \"weight\" needs a column 'weight' in layer 'anchors'"])
    mine = layer[layer["kind"].isin(settings.anchors)] if settings.anchors is not None else layer
    weight = mine["weight"].fillna(0.0) if "weight" in mine else 0.0
    return _frame(
        mine.geometry, kind="anchor", place_id=mine["anchor_id"], name=mine["name"],
        town_geoid=mine.get("town_geoid"), anchors=1, weight=weight,
    )  # fmt: skip


def _towns(towns: gpd.GeoDataFrame, anchors: gpd.GeoDataFrame | None, premises: Mapping[str, int]) -> gpd.GeoDataFrame:
    """Return each town at its town hall, else at the inside of its shape."""
    found = halls(towns, anchors)
    return _frame(
        found.geometry.set_axis(towns.index), kind="town", place_id=towns["town_geoid"], name=towns["town"],
        town_geoid=towns["town_geoid"], basis=found["basis"].to_numpy(),
        premises=towns["town_geoid"].map(premises).fillna(0).astype("int64"),
    )  # fmt: skip


def halls(towns: gpd.GeoDataFrame, anchors: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Return where each town is joined to the network: its town hall, else the inside of its shape.

    Parameters
    ----------
    towns, anchors
        Layers of the region; anchors may be None.

    Returns
    -------
    geopandas.GeoDataFrame
        Points in the region's CRS by town code, in the order of the towns, with column ``basis``.
    """
    points = towns.representative_point().to_numpy().copy()
    basis = np.full(len(towns), "inside of the town's shape", dtype=object)
    if anchors is not None and "town_geoid" in anchors:
        known = anchors[anchors["kind"] == _HALL].drop_duplicates("town_geoid").set_index("town_geoid").geometry
        there = towns["town_geoid"].isin(known.index).to_numpy()
        points[there] = np.asarray(known.loc[towns["town_geoid"][there]])
        basis[there] = "town hall or other government anchor"
    index = pd.Index(towns["town_geoid"])
    return gpd.GeoDataFrame({"basis": basis}, index=index, geometry=gpd.GeoSeries(points, index, towns.crs))
