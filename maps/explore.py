"""Any table with places on a page of its own, in classes of one column."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from maps.hexagons import Filled
from maps.layer import Lines, Points, Words
from maps.page import Heading, TownMap
from maps.provenance import provenance
from maps.styles import ClassStyle, LayerStyle
from planner.words import count, text

Scheme = Literal["quantiles", "equal"] | Sequence[float]
_CLASS: Final = "class of the map"
_CLASSES: Final = 5
_MOST: Final = 7
_NOT_KNOWN: Final = "Not known"
_OTHER: Final = "Other"
# Okabe and Ito (2008): colours that everybody can tell apart, without black and yellow; and signs of different shape
_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#332288")
_SYMBOLS: Final = ("circle", "square", "diamond", "triangle", "pentagon", "cross", "house", "hexagon")
_KINDS: Final[dict[str, type[Points | Lines | Filled]]] = {
    "Point": Points,
    "LineString": Lines,
    "MultiLineString": Lines,
    "Polygon": Filled,
    "MultiPolygon": Filled,
}


def explore(
    table: gpd.GeoDataFrame,
    column: str = "",
    scheme: Scheme = "quantiles",
    tooltip: Sequence[str] = (),
    legend: str = "",
    name: str = "Map",
) -> TownMap:
    """Return a table on a map that needs no network, as `geopandas.GeoDataFrame.explore` would with one.

    Parameters
    ----------
    table
        Points, lines or polygons, one kind, in any known CRS. Rows without a place are left out, and the legend says so.
    column
        What colours stand for; without one there is one colour. Numbers fall into at most five classes of viridis,
        other values are categories, of which the seven most frequent have a colour and a sign of their own.
    scheme
        ``"quantiles"``, ``"equal"`` intervals, or the breaks between classes in rising order.
    tooltip
        Columns that the tooltip shows; `column` where none is named.
    legend
        Title of the legend; by default the column's name.
    name
        What stands at the top.

    Returns
    -------
    TownMap
        Shown by a notebook; ``save(path)`` writes it. The same table gives the same bytes.

    Raises
    ------
    ValueError
        Where the table has no CRS, no place, several kinds of places, or not the named columns.
    """
    absent = [each for each in (column, *tooltip) if each and each not in table]
    if absent:
        raise ValueError(f"the table has no column '{absent[0]}'; it has {', '.join(map(str, table.columns))}")
    placed, kind = _placed(table)
    labels, found = _classes(placed, column, scheme, name)
    tips = tuple(tooltip) or ((column,) if column else ())
    style = LayerStyle(noun=name, class_column=_CLASS, tip=tips, classes=found, measure="count")
    layer = kind("explored", placed.assign(**{_CLASS: labels}), style=style)
    layer.words = Words(legend or column or name, "", "", provenance(placed))
    lost = len(table) - len(placed)
    layer.note = f"{count(lost)} rows without a place are not shown." if lost else ""
    made = TownMap(Heading(region=f"{count(len(placed))} rows", question=name))
    layer.add_to(made)
    return made


def _placed(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, type[Points | Lines | Filled]]:
    """Return the rows with a place, in a metric CRS, and the layer that draws them."""
    if table.crs is None:
        raise ValueError("the table has no CRS; say it with set_crs, such as set_crs('EPSG:4326')")
    placed = gpd.GeoDataFrame(table[~(table.geometry.isna() | table.geometry.is_empty)].reset_index(drop=True))
    if set(placed.geom_type) == {"MultiPoint", "Point"} or set(placed.geom_type) == {"MultiPoint"}:
        placed = gpd.GeoDataFrame(placed.explode(ignore_index=True))
    kinds = {_KINDS.get(kind) for kind in placed.geom_type}
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is None:
        said = ", ".join(sorted(set(placed.geom_type))) or "nothing"
        raise ValueError(f"the table has {said}; give points, lines or polygons, one kind at a time")
    metric = placed if table.crs.is_projected else placed.to_crs(placed.estimate_utm_crs())
    return gpd.GeoDataFrame(metric), kind


def _classes(
    table: gpd.GeoDataFrame, column: str, scheme: Scheme, name: str
) -> tuple[list[str], tuple[ClassStyle, ...]]:
    """Return the class of each row and how each class looks; rows without a value are not known."""
    if not column:
        return [name] * len(table), (_look(name, 0, _COLOURS[0], None),)
    values = table[column]
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        labels, order = _numbers(values.astype("Float64").to_numpy(dtype=float, na_value=np.nan), scheme)
        shades = mpl.colormaps["viridis"](np.linspace(0, 0.9, max(len(order), 2)))
        colours = [to_hex(shade) for shade in shades]
    else:
        labels, order = _categories([text(each) for each in values])
        colours = [*_COLOURS, "#6b6862"]
    looks = [_look(label, at, colours[at], label) for at, label in enumerate(order)]
    return labels, (*looks, _look(_NOT_KNOWN, len(_SYMBOLS), "#8d9096", None))


def _look(label: str, at: int, colour: str, takes: str | None) -> ClassStyle:
    unknown = label == _NOT_KNOWN
    return ClassStyle(
        label=label, takes=None if takes is None else (takes,), colour=colour, casing="#ffffff",
        width=((7, 1.6), (12, 3.0)), casing_width=((7, 0.6), (12, 1.2)), dash=(2, 3) if unknown else (),
        symbol="target" if unknown else _SYMBOLS[at], size=5.0, pattern="dots" if unknown else "plain",
    )  # fmt: skip


def _numbers(values: np.ndarray, scheme: Scheme) -> tuple[list[str], list[str]]:
    known = values[np.isfinite(values)]
    if not len(known):
        return [_NOT_KNOWN] * len(values), []
    parts = np.arange(1, _CLASSES) / _CLASSES
    if scheme == "quantiles":
        breaks = np.quantile(known, parts)
    elif scheme == "equal":
        breaks = known.min() + parts * (known.max() - known.min())
    else:
        breaks = np.asarray(scheme, dtype=float)
        if not len(breaks) or (np.diff(breaks) <= 0).any():
            raise ValueError("the scheme must be 'quantiles', 'equal', or breaks in rising order")
    breaks = np.array([float(f"{each:.12g}") for each in breaks])  # 0.1 + 0.2 must not part a class from its edge
    breaks = np.unique(breaks[(breaks > known.min()) & (breaks <= known.max())])
    limits = [f"{each:,.0f}" if abs(each) >= 1e5 else f"{each:,.6g}" for each in (known.min(), *breaks, known.max())]
    names = [f"{low} to under {high}" for low, high in pairwise(limits[:-1])]
    names.append(f"{limits[-2]} to {limits[-1]}")
    at = np.searchsorted(breaks, values, side="right")
    labels = [names[place] if np.isfinite(value) else _NOT_KNOWN for place, value in zip(at, values, strict=True)]
    return labels, [each for each in names if each in set(labels)]


def _categories(values: Sequence[str]) -> tuple[list[str], list[str]]:
    numbers = pd.Series([each for each in values if each], dtype="str").value_counts()
    order = sorted(numbers.index, key=lambda each: (-int(numbers[each]), each))
    kept = order if len(order) <= _MOST else order[: _MOST - 1]
    labels = [each if each in kept else _OTHER if each else _NOT_KNOWN for each in values]
    return labels, [*kept, *([_OTHER] if len(order) > len(kept) else [])]
