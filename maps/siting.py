"""Chosen sites on a map: whom they serve, candidates by score, strength of clusters, and why, in the panel."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers import declared
from maps.clusters import ClusterAreas, cluster_areas, origins
from maps.layer import Outlines, PageLayer, Points
from maps.page import Heading, TownMap
from maps.pages import rendered, save_pages
from maps.provenance import badge
from maps.service import SERVICE, SPOKES, ZONES, named, spokes, zones
from maps.sites import CANDIDATES, CHOSEN, Sites, graded
from maps.strengths import Measured, looks, measured, share_codes
from maps.styles import ClassStyle, styles
from planner import Region
from planner.siting.summary import answer, by_role
from planner.tables import tables as declarations
from planner.words import day, text

STRONG: Final = "area_strength"
_AWARDS: Final = "portfolio_sites"
_CLASS: Final = "look"
_LAND_M: Final = 1000.0
SITING_FILE: Final = "siting.html"
Tables = Mapping[str, pd.DataFrame]


def site_layers(tables: Tables, layers: Tables | None = None, *, show: bool = False) -> Iterator[PageLayer]:
    """Yield the layers of siting that the tables have, lowest first.

    Parameters
    ----------
    tables
        Result tables with geometry in the region's metric CRS.
    layers
        Layer `towns` gives service areas a shape where demand is of towns.
    show
        Whether service areas, candidates and reasons are shown at once.
    """
    chosen = tables.get(CHOSEN)
    if not isinstance(chosen, gpd.GeoDataFrame):
        return
    there = {key: table for key, table in tables.items() if isinstance(table, gpd.GeoDataFrame) and len(table)}
    service = there.get(SERVICE)
    ground = None if service is None else zones(service, chosen, layers or {}, show=show)
    if ground is not None:
        yield ground
    if STRONG in there:
        yield _strong_points(there[STRONG], show=show)
    if service is not None:
        style = named(SERVICE, service, chosen).model_copy(update={"show": False})
        yield Points(SERVICE, service, declarations()[SERVICE].model_copy(update={"title": style.title}), style)
        if (lines := spokes(service, chosen, show=show)) is not None:
            yield lines
    if _AWARDS in there:
        look = styles().layers[_AWARDS].model_copy(update={"show": show})
        yield Points(_AWARDS, there[_AWARDS], declarations()[_AWARDS], look)
    if CANDIDATES in there:
        yield graded(there[CANDIDATES], show=show)
    yield Sites(gpd.GeoDataFrame(by_role(chosen)), tables, unfold=show)


def _strong_points(table: gpd.GeoDataFrame, *, show: bool) -> Points:
    """Return areas as points, coloured as areas with an outline are."""
    codes = share_codes(table["strength_share"])
    classes = tuple(
        ClassStyle(label=f"{look.label[0].upper()}{look.label[1:]}", takes=(str(at),), colour=look.fill, symbol="circle", size=4.5)
        for at, look in enumerate(looks())
    )  # fmt: skip
    style = styles().layers[STRONG].model_copy(update={"show": show, "class_column": _CLASS, "classes": classes})
    rows = gpd.GeoDataFrame(table.assign(**{_CLASS: codes.astype(str)}))
    return Points(STRONG, rows, declarations()[STRONG].model_copy(update={"title": style.title}), style)


def draw_siting(region: Region, layers: Tables, tables: Tables) -> TownMap:
    """Return the map of chosen sites, for regions without a plan of towns, up to a nation.

    Parameters
    ----------
    region
        Whose name stands at the top.
    layers
        Layer `states` is drawn as land where it is there; `counties` and `labor_markets`, or `towns`, give outlines to
        the areas that sites serve.
    tables
        What `planner.siting.stage.siting` returns, with ``chosen_sites``. With tables of clusters the areas that are
        served can be coloured by each cluster that the siting weighs.

    Returns
    -------
    TownMap
        A `folium.Map`; ``save(path)`` writes it. The same input gives the same bytes.
    """
    areas = _areas(region, layers, tables)
    found = list(site_layers(_without(tables, areas), layers, show=True))
    made = TownMap(_heading(region, layers, tables, found, areas), [areas.fits.source()] if areas else [])
    if areas is not None:
        areas.add_to(made)
    states = layers.get("states")
    if isinstance(states, gpd.GeoDataFrame) and len(states):
        places = [layer.shapes for layer in found if layer.kind == "points"]
        focus = np.concatenate(
            [*(shapely.buffer(each, _LAND_M) for each in places), *([areas.shapes] if areas else [])]
        )
        thin = styles().layers["states"].model_copy(update=styles().eligibility.states)
        Outlines("states", states, declared("states"), thin, focus=focus).add_to(made)
    for layer in found:
        layer.add_to(made)
    return made


def save_siting(region: Region, layers: Tables, tables: Tables, folder: str | Path) -> list[Path]:
    """Write the map of `draw_siting` as ``siting.html``.

    Raises
    ------
    PlanError
        Where the folder cannot be written; an earlier file stands.
    """
    return save_pages({SITING_FILE: rendered(draw_siting(region, layers, tables))}, folder)


def _areas(region: Region, layers: Tables, tables: Tables) -> ClusterAreas | None:
    """Return the areas of demand that have an outline, by strength of the clusters that the siting weighs."""
    table, entry = tables.get(STRONG), region.siting
    if table is None or entry is None:
        return None
    asked = entry.demand
    told = measured(tables, asked.area_kind, asked.clusters)
    served = set(table["area_id"])
    more = [name for name in ("strong_clusters", "traded_clusters") if name in told.shares]
    shares = table[["area_id", "area", "strength_share"]].merge(
        told.shares[["area_id", *more]], how="left", on="area_id"
    )
    figures = Measured(
        asked.area_kind, told.year, told.strength[told.strength["area_id"].isin(served)],
        pd.DataFrame(shares.sort_values("area_id", kind="stable")), told.growth,
    )  # fmt: skip
    found = cluster_areas(layers, figures, region.clusters.drawn if region.clusters else {})
    if found is not None:
        found.opacity = styles().clusters.below
    return found


def _without(tables: Tables, areas: ClusterAreas | None) -> Tables:
    """Return the tables without the points of areas that are drawn with their outline."""
    if areas is None:
        return tables
    table = tables[STRONG]
    return {**tables, STRONG: table[~table["area_id"].isin(areas.fits.codes)]}


def _heading(
    region: Region, layers: Tables, tables: Tables, found: list[PageLayer], areas: ClusterAreas | None
) -> Heading:
    own = [(layer.style.noun, layer.words.origin) for layer in found if layer.key not in (SPOKES, ZONES)]
    made = Heading(
        region=text(region.name),
        question="Where should sites stand?",
        answer={"pass": answer(tables)},
        as_of=day(region.as_of),
        badge=badge([*own, *(origins(layers, areas) if areas else [])], styles().badge),
    )
    if areas is None:
        return made
    one, several = areas.called
    return replace(made, unit=one, units=several, listed="Clusters")
