"""Where clusters are strong, on a map of its own: areas coloured by location quotient, one cluster at a time."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from layers import declared
from maps import geometry
from maps.areas import Outlined, outlined
from maps.layer import Outlines
from maps.page import Heading, TownMap
from maps.pages import rendered, save_pages
from maps.places import Places
from maps.provenance import Provenance, badge, provenance
from maps.strengths import REGIONS, STRENGTH, Measured, Strengths, measured
from maps.styles import styles
from planner import Region
from planner.words import count, day, listing, text

AREAS: Final = "cluster_areas"
CLUSTERS_FILE: Final = "clusters.html"
_COARSE: Final = 10
_JOBS: Final = ("cluster_employment", "industry_employment")
_REMEDY: Final = (
    "no map: the region has no outlines of the areas in which clusters are measured; for those of the United States add"
    ' [layers.counties] with path = "townline:outlines/counties.parquet"'
)


class ClusterAreas(Places[Strengths]):
    """Areas painted by the strength of a cluster."""

    apart = 1.4

    def __init__(self, areas: Outlined, figures: Measured) -> None:
        one, several = styles().clusters.kinds[figures.kind]
        codes = [str(code) for code in areas.table["area_id"]]
        names = [figures.names.get(code) or code for code in codes]
        hints = codes if figures.kind == "county" else [""] * len(codes)
        made_of = f", {areas.made_of}" if areas.made_of else ""
        title = f"{several[0].upper()}{several[1:]}"
        words = declared("counties").model_copy(update={"title": title, "meaning": f"Outlines of {several}{made_of}."})
        super().__init__(AREAS, areas.table.assign(area=names), Strengths(figures, codes), ("area", hints), words)
        self.called = (one, several)
        self.partial = areas.partial

    def ground(self) -> BaseGeometry:
        """Return the ground that the areas cover, with what lies between near ones."""
        near = styles().clusters.near_m
        coarse = shapely.simplify(geometry.repaired(self.shapes), near / _COARSE)
        grown: BaseGeometry = shapely.union_all(shapely.buffer(coarse, near, quad_segs=2))
        return grown


def cluster_areas(
    layers: Mapping[str, pd.DataFrame], figures: Measured, drawn: Mapping[str, Sequence[str]]
) -> ClusterAreas | None:
    """Return the areas that have figures and an outline; None where there is none.

    Parameters
    ----------
    layers
        Layers in the region's metric CRS; see `maps.areas.outlined`.
    figures
        What is known of the areas.
    drawn
        Counties of areas that the region file draws, by name.
    """
    found = outlined(figures.kind, figures.codes, layers, drawn) if figures.codes else None
    return None if found is None else ClusterAreas(found, figures)


def draw_clusters(
    region: Region, layers: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame]
) -> TownMap | None:
    """Return the map of the strength of clusters, or nothing where there is no outline of a measured area.

    Parameters
    ----------
    region
        Whose name stands at the top; its ``[clusters.drawn]`` names counties of drawn areas.
    layers
        Layers in the region's metric CRS: `counties`, or `towns`; `states`; `labor_markets` for metro areas.
    tables
        What `planner.clusters.stage.clusters` returns. Of several kinds of area the first that has outlines is drawn:
        labor markets, drawn areas, counties, states.

    Returns
    -------
    TownMap or None
        A `folium.Map`; ``save(path)`` writes it. The same input gives the same bytes.
    """
    areas = _areas(region, layers, tables)
    if areas is None:
        return None
    made = TownMap(_heading(region, layers, areas), [areas.fits.source()])
    areas.add_to(made)
    states = state_lines(layers, areas.shapes)
    if states is not None and areas.fits.figures.kind != "state":
        states.add_to(made)
    return made


def save_clusters(
    region: Region, layers: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame], folder: str | Path
) -> tuple[list[Path], list[str]]:
    """Write the map of the strength of clusters as ``clusters.html``.

    Parameters
    ----------
    region, layers, tables
        As `draw_clusters`.
    folder
        Made where it is missing.

    Returns
    -------
    tuple
        The file, or none where nothing can be drawn; and what a reader should know of it, such as areas without an
        outline.

    Raises
    ------
    PlanError
        Where the folder cannot be written; an earlier file stands.
    """
    pages, notes = clusters_page(region, layers, tables)
    return save_pages(pages, folder), notes


def clusters_page(
    region: Region, layers: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame]
) -> tuple[dict[str, bytes], list[str]]:
    """Return what `save_clusters` writes, by file name, and its notes."""
    made = draw_clusters(region, layers, tables)
    if made is None:
        return {}, [_REMEDY]
    areas = next(layer for layer in made.page_layers() if isinstance(layer, ClusterAreas))
    return {CLUSTERS_FILE: rendered(made)}, [*_other_kinds(tables, areas.fits.figures.kind), *left_out(areas)]


def state_lines(layers: Mapping[str, pd.DataFrame], focus: geometry.Geometries) -> Outlines | None:
    """Return thin lines of states around the shapes in focus; None without layer `states`."""
    states = layers.get("states")
    if not isinstance(states, gpd.GeoDataFrame) or states.empty:
        return None
    style = styles().layers["states"].model_copy(update=styles().eligibility.states)
    return Outlines("states", states, declared("states"), style, focus=focus)


def left_out(areas: ClusterAreas) -> list[str]:
    """Return which areas have figures and no outline, or an outline that lacks a county."""
    one, several = areas.called
    lost = sorted(set(areas.fits.figures.codes) - set(areas.fits.codes))
    said = []
    if lost:
        who = f"1 {one} has" if len(lost) == 1 else f"{count(len(lost))} {several} have"
        first = areas.fits.figures.names.get(lost[0]) or lost[0]
        said.append(f"{who} figures but no outline in the layers given, and no colour on the map (first: {first})")
    if areas.partial:
        first = areas.fits.figures.names.get(areas.partial[0]) or areas.partial[0]
        who = (
            f"the outline of 1 {one} lacks"
            if len(areas.partial) == 1
            else f"outlines of {count(len(areas.partial))} {several} lack"
        )
        said.append(f"{who} a county (first: {first})")
    return said


def origins(layers: Mapping[str, pd.DataFrame], areas: ClusterAreas) -> list[tuple[str, Provenance]]:
    """Return what a map of strength rests on, with its origin."""
    jobs = [("counts of jobs by cluster", provenance(layers[name])) for name in _JOBS if name in layers]
    return [(areas.style.noun, areas.words.origin), *jobs]


def _areas(
    region: Region, layers: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame]
) -> ClusterAreas | None:
    """Return the areas of the first kind, in the order of the styles, that has outlines."""
    drawn = region.clusters.drawn if region.clusters else {}
    for kind in _kinds(tables):
        found = cluster_areas(layers, measured(tables, kind), drawn)
        if found is not None:
            return found
    return None


def _kinds(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    there = {
        text(kind) for name in (STRENGTH, REGIONS) if name in tables for kind in tables[name]["area_kind"].unique()
    }
    return [kind for kind in styles().clusters.kinds if kind in there]


def _other_kinds(tables: Mapping[str, pd.DataFrame], kind: str) -> list[str]:
    others = [styles().clusters.kinds[each][1] for each in _kinds(tables) if each != kind]
    return (
        [f"the map shows {styles().clusters.kinds[kind][1]}; those of {listing(others)} are in the tables"]
        if others
        else []
    )


def _heading(region: Region, layers: Mapping[str, pd.DataFrame], areas: ClusterAreas) -> Heading:
    (one, several), figures = areas.called, areas.fits.figures
    number, there = len(areas.fits.clusters), len(figures.codes)
    clusters = f"{count(number)} {'cluster' if number == 1 else 'clusters'} measured" if number else "Clusters measured"
    return Heading(
        region=text(region.name),
        question=f"How strong are the clusters of each {one}?",
        answer={"pass": f"{clusters} in {count(there)} {one if there == 1 else several}", "open": _year(figures)},
        as_of=day(region.as_of),
        badge=badge(origins(layers, areas), styles().badge),
        unit=one,
        units=several,
        listed="Clusters",
    )


def _year(figures: Measured) -> str:
    return f"figures of {figures.year}" if figures.year else "year not stated"
