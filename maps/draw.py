"""A plan on a map."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from layers import declared
from maps import geometry
from maps.counties import by_county
from maps.dots import LOCATIONS, located
from maps.eligibility import TABLE as ELIGIBILITY
from maps.fits import Fits
from maps.hexagons import hexagon_layer
from maps.layer import Lines, Outlines, PageLayer, Points, Words
from maps.layer import words as words_of
from maps.page import Heading, TownMap
from maps.provenance import VERDICTS_NOUN, Provenance, badge, column_origin
from maps.siting import site_layers
from maps.sources import sources
from maps.styles import styles
from maps.told import told
from maps.towns import VERDICTS, Polygons
from planner import Plan, words
from planner.publish import Publish, published
from planner.summary import middle_mile_sentences

RESULTS = "town_results"
MILE = "middle_mile_segments"


def draw(plan: Plan, publish: Publish | None = None) -> TownMap:
    """Return the map of a plan, to be saved as one HTML file that needs no network.

    Parameters
    ----------
    plan
        A plan with table ``town_results`` in the region's metric CRS. Layers that it lacks are left out.
    publish
        Where given, the map is for everybody: hexagons with counts in place of single premises.

    Returns
    -------
    TownMap
        A `folium.Map`; ``save(path)`` writes it. The same plan gives the same bytes.

    Raises
    ------
    ValueError
        Where the plan has no towns to draw, or a layer has no metric CRS.
    """
    plan = plan if publish is None else published(plan, publish)
    table = plan.tables.get(RESULTS)
    if not isinstance(table, gpd.GeoDataFrame) or table.empty:
        raise ValueError(f"the plan has no table '{RESULTS}' with shapes of towns; plan the region again")
    target = plan.region.targets[0]
    counties = by_county(plan)
    shown = told(_with_origin(table, plan), plan.tables) if counties is None else counties
    towns = Polygons(shown, target.share, declared("towns"), plan.declaration(RESULTS))
    if counties is not None:
        towns.words = replace(towns.words, title="Counties", meaning="Counties, drawn from the shapes of their towns.")
        towns.called = ("county", "counties")
    towns.fits = _fits(plan, towns, "community" if counties is None else "county")
    cells = hexagon_layer(plan, towns.table["town_geoid"].tolist())
    left_out = () if counties is None else ("counties",)  # a second, coarser outline of the same areas
    drawn = {layer.key: layer for layer in (towns, *cells, *_others(plan, towns.shapes)) if layer.key not in left_out}
    rest = {name: words_of(name, rows, declared(name)) for name, rows in plan.layers.items() if name not in drawn}
    known = {key: layer.words for key, layer in drawn.items()} | rest
    listed = [*sources(plan, rest), *([towns.fits.source()] if towns.fits else [])]
    made = TownMap(_heading(plan, towns, known), listed)
    for layer in drawn.values():
        layer.add_to(made)
    return made


def _fits(plan: Plan, towns: Polygons, unit: str) -> Fits | None:
    """Return the verdicts on eligibility where the plan has any on what the map shows."""
    table = plan.tables.get(ELIGIBILITY)
    if table is None or table.empty:
        return None
    found = Fits(table, towns.table["town_geoid"], unit, plan.layers.get("labor_markets"))
    return found if found.programmes else None


def _with_origin(table: gpd.GeoDataFrame, plan: Plan) -> gpd.GeoDataFrame:
    """Give the results the origin, source and day of the towns layer, which their shapes come from."""
    towns = plan.layers.get("towns")
    common = [name for name in ("origin", "source", "as_of") if towns is not None and name in towns]
    if towns is None or not common:
        return table
    known = towns.drop_duplicates("town_geoid").set_index("town_geoid")
    return table.assign(**{name: table["town_geoid"].map(known[name]).to_numpy() for name in common})


def _heading(plan: Plan, towns: Polygons, known: Mapping[str, Words]) -> Heading:
    target, counts, units = plan.region.targets[0], towns.counts(), towns.called
    label, share = words.text(target.label), words.percent(target.share)
    return Heading(
        region=words.text(plan.region.name),
        question=f"Which {units[1]} have {label} Mbps for at least {share} of premises?",
        answer=_answer(counts, units[1]),
        as_of=words.day(plan.region.as_of),
        badge=badge(_origins(towns, known, plan.tables.get("eligibility")), styles().badge),
        target=f"{label} Mbps for at least {share} of premises",
        unit=units[0],
        units=units[1],
    )


def _answer(counts: Mapping[str, int], units: str) -> dict[str, str]:
    total = words.count(sum(counts.values()))
    said = {name: f"{words.count(counts[name])} {styles().verdicts[name].count_label}" for name in VERDICTS}
    said["pass"] = f"{words.count(counts['pass'])} of {total} {units} {styles().verdicts['pass'].count_label}"
    return {name: said[name] for name in ("pass", "fail", "not known")}


def _origins(
    towns: Polygons, known: Mapping[str, Words], verdicts: pd.DataFrame | None
) -> Iterator[tuple[str, Provenance]]:
    """Yield what the map shows or rests on, with its origin."""
    for key, style in styles().layers.items():
        if key in known and not style.table:  # a second view of a table that is named already
            yield style.noun, known[key].origin
    for column, noun in styles().badge.columns.items():
        if column in towns.table:
            yield noun, column_origin(towns.table, column)
    if verdicts is not None and "origin" in verdicts:
        yield VERDICTS_NOUN, column_origin(verdicts, "origin")


def _others(plan: Plan, focus: geometry.Geometries) -> Iterator[PageLayer]:
    """Yield the layers that are drawn on top of towns, lowest first; those of siting last."""
    sited = {layer.key: layer for layer in site_layers(plan.tables, plan.layers)}
    for key, style in styles().layers.items():
        name = style.table or key
        table = plan.tables.get(name) if name in plan.tables else plan.layers.get(name)
        if key == LOCATIONS:
            yield from located(plan)
            continue
        if key in sited or style.results or not style.drawn or not isinstance(table, gpd.GeoDataFrame) or table.empty:
            continue
        declaration = plan.declaration(name)
        if style.title:
            declaration = declaration.model_copy(update={"title": style.title})
        if declaration.geometry == "polygon":
            yield Outlines(key, table, declaration, focus=focus)
        elif declaration.geometry == "line":
            lines = Lines(key, table, declaration)
            if key == MILE:
                said = [line for line in middle_mile_sentences(plan.tables) if not line.startswith("operator")]
                lines.note = " ".join(f"{line[0].upper()}{line[1:]}." for line in said)
            yield lines
        else:
            yield Points(key, table, declaration)
    yield from sited.values()
