"""A plan on a map."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

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
from maps.towns import Polygons
from maps.variants import Variant, beside, views
from planner import Plan, words
from planner.publish import Publish, published
from planner.summary import middle_mile_sentences

RESULTS = "town_results"
MILE = "middle_mile_segments"


def draw(
    plan: Plan, scenarios: Mapping[str, Plan] = MappingProxyType({}), *, publish: Publish | None = None
) -> TownMap:
    """Return the map of a plan, to be saved as one HTML file that needs no network.

    Parameters
    ----------
    plan
        A plan with table ``town_results`` in the region's metric CRS. Layers that it lacks are left out. Where it has
        table ``coverage_change``, the map also shows the earlier filings and what has changed since.
    scenarios
        Plans of scenarios by name: the map also shows each of them, on the towns of the first plan, and what it changes.
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
    if publish is not None:
        plan, scenarios = published(plan, publish), {name: published(each, publish) for name, each in scenarios.items()}
    here = _variant("", plan)
    towns = here.towns
    towns.fits = _fits(plan, towns, "community" if towns.called[0] == "town" else "county")
    others = [_variant(name, each) for name, each in scenarios.items()]
    towns.views, own = views(here, others)
    drawn: dict[str, PageLayer] = {"towns": towns, **here.layers}
    rest = {name: words_of(name, rows, declared(name)) for name, rows in plan.layers.items() if name not in drawn}
    known = {key: layer.words for key, layer in drawn.items()} | rest
    listed = [*sources(plan, rest), *([towns.fits.source()] if towns.fits else []), *beside(here, others)]
    made = TownMap(_heading(plan, towns, known, others), listed, plan.region.map)
    for layer in (*drawn.values(), *own.values()):
        layer.add_to(made)
    return made


def _variant(name: str, plan: Plan) -> Variant:
    """Return a plan with its areas and layers as they are drawn.

    Raises
    ------
    ValueError
        Where it has no areas to draw.
    """
    table = plan.tables.get(RESULTS)
    if not isinstance(table, gpd.GeoDataFrame) or table.empty:
        of = f" of scenario '{name}'" if name else ""
        raise ValueError(f"the plan{of} has no table '{RESULTS}' with shapes of towns; plan the region again")
    counties = by_county(plan)
    shown = told(_with_origin(table, plan), plan.tables) if counties is None else counties
    towns = Polygons(shown, plan.region.targets[0].share, declared("towns"), plan.declaration(RESULTS))
    if counties is not None:
        towns.words = replace(towns.words, title="Counties", meaning="Counties, drawn from the shapes of their towns.")
        towns.called = ("county", "counties")
    cells = hexagon_layer(plan, towns.table["town_geoid"].tolist())
    layers = {layer.key: layer for layer in (*cells, *_others(plan, towns.shapes))}
    left_out = () if counties is None else ("counties",)  # a second, coarser outline of the same areas
    once = {*(layer.key for layer in (*cells, *site_layers(plan.tables, plan.layers))), LOCATIONS}
    return Variant(
        name, plan, towns, {key: each for key, each in layers.items() if key not in left_out}, frozenset(once)
    )


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


def _heading(plan: Plan, towns: Polygons, known: Mapping[str, Words], others: Sequence[Variant]) -> Heading:
    aim, units = towns.aim(plan.region.targets[0].label), towns.called
    return Heading(
        region=words.text(plan.region.name),
        question=f"Which {units[1]} have {aim}?",
        answer=towns.answer(),
        as_of=words.day(plan.region.as_of),
        badge=badge(_shown(list(_origins(towns, known, plan.tables.get("eligibility"))), others), styles().badge),
        target=aim,
        unit=units[0],
        units=units[1],
    )


def _shown(mine: list[tuple[str, Provenance]], others: Sequence[Variant]) -> Iterator[tuple[str, Provenance]]:
    """Yield what the map shows with its origin; of scenarios what the plan as it stands does not say already."""
    said = {(noun, origin) for noun, found in mine for origin in found.origins}
    yield from mine
    for each in others:
        known = {key: layer.words for key, layer in each.layers.items()}
        for noun, found in _origins(each.towns, known, None):
            if not {(noun, origin) for origin in found.origins} <= said:
                said |= {(noun, origin) for origin in found.origins}
                yield noun, found


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
