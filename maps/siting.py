"""Chosen sites on a map: lines to whom they serve, candidates, strength of clusters, and why, in the panel."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers import PlanError, declared
from layers.save import publish, staged
from maps.layer import Lines, Outlines, PageLayer, Payload, Points
from maps.page import Heading, TownMap
from maps.provenance import badge
from maps.styles import ClassStyle, LayerStyle, styles
from planner import Region
from planner.tables import tables as declarations
from planner.words import count, day, text

SERVICE: Final = "site_service"
CHOSEN: Final = "chosen_sites"
SPOKES: Final = "site_spokes"
_LAYERS: Final = ("area_strength", SERVICE, "portfolio_sites", "site_candidates")
_WIDTH: Final = ((3.0, 0.5), (8.0, 0.9), (12.0, 1.6))
_LAND_M: Final = 1000.0
_ROOM: Final = 0.5
_LEAST_DEG: Final = 0.5
_FILE: Final = "siting.html"


class Sites(Points):
    """Chosen sites; the legend says below them why each was chosen."""

    leads = True

    def content(self) -> Payload:
        """Return the places, with the reasons as a note."""
        said = [f"{text(name)}: {text(why)}." for name, why in zip(self.table["site"], self.table["why"], strict=True)]
        return super().content() | {"note": said}

    def view(self) -> list[list[float]]:
        """Return a box with room around the sites."""
        (south, west), (north, east) = super().view()
        high, wide = max(north - south, _LEAST_DEG) * _ROOM, max(east - west, _LEAST_DEG) * _ROOM
        return [[south - high, west - wide], [north + high, east + wide]]


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
    title = {"title": "Service areas: straight lines to the nearest site"}
    return Lines(SPOKES, table, declarations()[SERVICE].model_copy(update=title), look)


def site_layers(tables: Mapping[str, pd.DataFrame], *, show: bool = False) -> Iterator[PageLayer]:
    """Yield the layers of siting that the tables have, lowest first.

    Parameters
    ----------
    tables
        Result tables with geometry in the region's metric CRS.
    show
        Whether service areas, candidates and strength are shown at once.
    """
    chosen = tables.get(CHOSEN)
    if not isinstance(chosen, gpd.GeoDataFrame):
        return
    for key in _LAYERS:
        table = tables.get(key)
        if not isinstance(table, gpd.GeoDataFrame) or table.empty:
            continue
        style = named(key, table, chosen) if key == SERVICE else styles().layers[key]
        on = show and key != SERVICE
        look = style.model_copy(update={"show": on})
        title = {"title": style.title} if style.title else {}
        yield Points(key, table, declarations()[key].model_copy(update=title), look)
        if key == SERVICE and (lines := spokes(table, chosen, show=show)) is not None:
            yield lines
    yield Sites(CHOSEN, chosen, declarations()[CHOSEN])


def draw_siting(region: Region, layers: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame]) -> TownMap:
    """Return the map of chosen sites, for regions without a plan of towns, up to a nation.

    Parameters
    ----------
    region
        Whose name stands at the top.
    layers
        Layer ``states`` is drawn as land where it is there.
    tables
        What `planner.siting.stage.siting` returns, with ``chosen_sites``.

    Returns
    -------
    TownMap
        A `folium.Map`; ``save(path)`` writes it. The same input gives the same bytes.
    """
    found = list(site_layers(tables, show=True))
    made = TownMap(_heading(region, tables, found))
    states = layers.get("states")
    if isinstance(states, gpd.GeoDataFrame) and len(states):
        focus = np.concatenate([shapely.buffer(layer.shapes, _LAND_M) for layer in found if layer.kind == "points"])
        Outlines("states", states, declared("states"), focus=focus).add_to(made)
    for layer in found:
        layer.add_to(made)
    return made


def save_siting(
    region: Region, layers: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame], folder: str | Path
) -> list[Path]:
    """Write the map of `draw_siting` as ``siting.html``.

    Raises
    ------
    PlanError
        Where the folder cannot be written; an earlier file stands.
    """
    page = draw_siting(region, layers, tables).get_root().render().encode()
    with staged(Path(folder), PlanError) as stage:
        (stage / _FILE).write_bytes(page)
        return publish(stage, [stage / _FILE], Path(folder))


def _heading(region: Region, tables: Mapping[str, pd.DataFrame], found: list[PageLayer]) -> Heading:
    chosen, totals = tables[CHOSEN], tables["siting_totals"].set_index("statistic")
    roles = chosen["role"].value_counts()
    names = [(role, f"{role}s") for role in ("hub", "satellite", "site") if role in roles]
    sites = " and ".join(f"{count(roles[one])} {one if roles[one] == 1 else many}" for one, many in names)
    best = (
        "no choice is better" if totals["value"]["exact"] == 1 else f"within {totals['value']['gap']:.2%} of the best"
    )
    return Heading(
        region=text(region.name),
        question="Where should sites stand?",
        answer={"pass": f"{sites} chosen of {count(totals['value']['candidates'])} candidates; {best}"},
        as_of=day(region.as_of),
        badge=badge([(layer.style.noun, layer.words.origin) for layer in found if layer.key != SPOKES], styles().badge),
    )
