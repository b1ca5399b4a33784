"""Whom each chosen site serves: lines from places of demand, and the ground of towns that one site serves."""

from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maps import geometry
from maps.layer import Lines, PageLayer, Payload
from maps.styles import ClassStyle, LayerStyle, styles
from planner.tables import tables as declarations
from planner.words import count, floor_percent, text

SERVICE: Final = "site_service"
SPOKES: Final = "site_spokes"
ZONES: Final = "site_zones"
_WIDTH: Final = ((3.0, 0.5), (5.0, 0.8), (8.0, 1.2), (12.0, 2.0))
_NUMBER: Final = "site_number"


def named(key: str, table: gpd.GeoDataFrame, chosen: gpd.GeoDataFrame) -> LayerStyle:
    """Return the style of places by their site, with the sites' names in place of numbers."""
    style = styles().layers[key]
    order = chosen.sort_values("site_id")["site"].map(text).tolist()
    classes = [
        each if each.takes is None else each.model_copy(update={"label": order[int(each.takes[0]) - 1]})
        for each in style.classes
        if each.takes is None or int(each.takes[0]) <= len(order)
    ]
    return style.model_copy(update={"classes": tuple(classes), "show": bool(style.show and len(table))})


def spokes(service: gpd.GeoDataFrame, chosen: gpd.GeoDataFrame, *, show: bool = True) -> Lines | None:
    """Return straight lines from places of demand to their nearest chosen site; None where all stand at one."""
    at = chosen.set_index("site_id").geometry
    mine = service[service["site_id"].notna() & (service["weight"] > 0)].reset_index(drop=True)
    ends = shapely.get_coordinates(np.asarray(at.loc[mine["site_id"]]))
    starts = shapely.get_coordinates(np.asarray(mine.geometry))
    apart = (np.abs(starts - ends) > 0).any(axis=1)
    if not apart.any():
        return None
    lines = shapely.linestrings(np.stack([starts[apart], ends[apart]], axis=1))
    table = gpd.GeoDataFrame(mine[apart].drop(columns="geometry"), geometry=lines, crs=service.crs)
    style = named(SERVICE, table, chosen)
    classes = tuple(
        ClassStyle(label=each.label, takes=each.takes, colour=each.colour, width=_WIDTH) for each in style.classes
    )
    look = style.model_copy(update={"classes": classes, "show": show, "tip": (), "group_column": "demand_id"})
    title = {"title": "Lines to the nearest site"}
    return Lines(SPOKES, table, declarations()[SERVICE].model_copy(update=title), look)


class Zones(PageLayer):
    """The ground of all towns that one site serves, pale, in the colour of its lines."""

    kind = "zones"

    def content(self) -> Payload:
        """Return one shape a site."""
        found = [
            (each, self.table[_NUMBER].map(text).isin(each.takes) if each.takes is not None else None)
            for each in self.style.classes
        ]
        taken = np.any([rows for _, rows in found if rows is not None], axis=0)
        pairs = [(each, ~taken if rows is None else rows.to_numpy()) for each, rows in found]
        simple = geometry.coverage(self.shapes, styles().map.town_tolerance_m)
        return {
            "amount": count(len(self.table)),
            "classes": [self._class(each, rows, simple) for each, rows in pairs if rows.any()],
        }

    def _class(self, each: ClassStyle, rows: Any, simple: geometry.Geometries) -> Payload:
        share = self.table["weight"][rows].sum() / self.table["weight"].sum()
        whole = self.to_page(np.array([shapely.union_all(simple[rows])], dtype=object))
        return {
            "label": each.label,
            "amount": f"{count(rows.sum())} places, {floor_percent(share)}",
            "style": {"colour": each.colour},
            "shape": geometry.encoded_polygon(whole[0]),
        }


def zones(
    service: gpd.GeoDataFrame, chosen: gpd.GeoDataFrame, layers: Mapping[str, pd.DataFrame], *, show: bool = True
) -> Zones | None:
    """Return the ground that each site serves, where places of demand are towns with shapes; else None."""
    towns = layers.get("towns")
    if not isinstance(towns, gpd.GeoDataFrame):
        return None
    shapes = towns.drop_duplicates("town_geoid").set_index("town_geoid").geometry
    mine = service[service["site_id"].notna() & service["demand_id"].isin(shapes.index)]
    at = np.asarray(shapes.loc[mine["demand_id"]], dtype=object)
    there = ~(shapely.is_missing(at) | shapely.is_empty(at))
    if not there.any():
        return None
    table = gpd.GeoDataFrame(mine[there].drop(columns="geometry"), geometry=at[there], crs=service.crs)
    look = named(SERVICE, table, chosen).model_copy(update={"show": show, "brief": ""})
    title = {"title": "Service areas: share of demand"}
    return Zones(ZONES, table, declarations()[SERVICE].model_copy(update=title), look)
