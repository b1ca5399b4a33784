"""Styles of the map for other programmes: QGIS styles and styled layer descriptors, layer by layer."""

from collections.abc import Iterable, Iterator
from typing import Final

import geopandas as gpd
import pandas as pd

from maps._qml import qml
from maps._sld import sld
from maps._symbology import Drawn, Kind, Symbol
from maps.styles import ClassStyle, LayerStyle, Stops, styles
from planner import Plan
from planner.export import Look, Swatch

RESULTS: Final = "town_results"
_ZOOM: Final = 10.0  # widths on the map follow the zoom; here they are those of this one
_OTHERS: Final = "others"


def looks(plan: Plan) -> tuple[Look, ...]:
    """Return the styles of all layers that the map draws, under the names of a hand-over.

    Parameters
    ----------
    plan
        A plan. Classes are those of its data: one for each value, and one for values that come later.

    Returns
    -------
    tuple of Look
        In drawing order; a layer that the map shows twice has two styles.
    """
    found = list(_looks(plan))
    first: set[str] = set()
    made = []
    for drawn in found:
        made.append(_look(drawn, default=drawn.table not in first))
        first.add(drawn.table)
    return tuple(made)


def _look(drawn: Drawn, *, default: bool) -> Look:
    swatches = tuple(
        Swatch(None if symbol.value is None else str(symbol.value), symbol.label, symbol.colour, symbol.width)
        for symbol in drawn.symbols
    )
    return Look(drawn.table, drawn.name, drawn.column, swatches, qml(drawn), sld(drawn), default)


def _looks(plan: Plan) -> Iterator[Drawn]:
    results = plan.tables.get(RESULTS)
    if isinstance(results, gpd.GeoDataFrame):
        yield Drawn(RESULTS, "Target met", "polygon", "verdict", tuple(_verdicts(results)))
    for key, style in styles().layers.items():
        name = style.table or key
        table = plan.tables.get(name) if name in plan.tables else plan.layers.get(name)
        if style.results or not style.drawn or not isinstance(table, gpd.GeoDataFrame) or table.empty:
            continue
        declaration = plan.declaration(name)
        shown = name if name in plan.tables else f"layer_{name}"
        kind: Kind = (
            "outline" if declaration.geometry == "polygon" else "line" if declaration.geometry == "line" else "point"
        )
        symbols = tuple(_classes(table, style)) or (
            Symbol(None, declaration.title, style.colour, style.width, dash=bool(style.dash)),
        )
        column = style.class_column or "" if len(symbols) > 1 else ""
        yield Drawn(shown, style.title or declaration.title, kind, column, symbols)


def _verdicts(table: pd.DataFrame) -> Iterator[Symbol]:
    """Yield the classes of towns: pass or fail in colour, pattern and outline; the map's share classes are finer."""
    share = styles().share
    fills = {"pass": share.colours[-1], "fail": share.colours[1], "not known": share.not_known}
    there = set(table["verdict"].astype("str"))
    for verdict, style in styles().verdicts.items():
        if verdict in there:
            width = _at(style.outline_width)
            yield Symbol(
                verdict,
                f"{style.sign} {style.label}",
                fills[verdict],
                width,
                outline=style.outline,
                pattern=style.pattern,
            )


def _classes(table: pd.DataFrame, style: LayerStyle) -> Iterator[Symbol]:
    """Yield a symbol for each value in the data, in order of the styles, and one for all others."""
    column = style.class_column
    if column is None or column not in table or len(style.classes) < 2:
        for each in style.classes[:1]:
            yield _symbol(each, None, each.label)
        return
    left = sorted(table[column].dropna().unique().tolist())
    for each in style.classes:
        if each.takes is None:
            continue
        mine = [value for value in left if str(value) in each.takes]
        left = [value for value in left if value not in mine]
        yield from (_symbol(each, value, each.label if len(mine) == 1 else f"{each.label}: {value}") for value in mine)
    rest = next((each for each in style.classes if each.takes is None), style.classes[-1])
    yield from (_symbol(rest, value, f"{rest.label}: {value}") for value in left)
    yield _symbol(rest, None, _OTHERS)


def _symbol(style: ClassStyle, value: object, label: str) -> Symbol:
    width = 2 * style.size if style.symbol else _at(style.width)
    return Symbol(value, label, style.colour, width, marker=style.symbol or "", dash=bool(style.dash))


def _at(stops: Stops | Iterable[tuple[float, float]]) -> float:
    """Return the width at one zoom, between its stops in a straight line."""
    points = list(stops)
    before = [point for point in points if point[0] <= _ZOOM]
    after = [point for point in points if point[0] > _ZOOM]
    if not before or not after:
        return float((before or after)[-1 if before else 0][1])
    (left, low), (right, high) = before[-1], after[0]
    return round(low + (high - low) * (_ZOOM - left) / (right - left), 2)
