"""QGIS styles (QML), written for QGIS 3.16 and newer."""

from typing import Final
from xml.etree import ElementTree as ET

from maps._symbology import Drawn, Symbol

_VERSION: Final = "3.34.0"
_DOCTYPE: Final = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_BRUSHES: Final = {"plain": "solid", "hatch": "f_diagonal", "dots": "dense6", "lines": "horizontal"}
_MARKERS: Final = {
    "circle": "circle", "square": "square", "diamond": "diamond", "triangle": "triangle", "pentagon": "pentagon",
    "hexagon": "hexagon", "house": "pentagon", "cross": "cross_fill", "star": "star", "target": "circle",
}  # fmt: skip
_TYPES: Final = {"polygon": "fill", "outline": "fill", "line": "line", "point": "marker"}
_LAYERS: Final = {"polygon": "SimpleFill", "outline": "SimpleFill", "line": "SimpleLine", "point": "SimpleMarker"}


def qml(drawn: Drawn) -> str:
    """Return a layer's QGIS style: one symbol, or one for each value of a column."""
    root = ET.Element("qgis", version=_VERSION, styleCategories="Symbology")
    several = bool(drawn.column)
    common = {"symbollevels": "0", "enableorderby": "0", "forceraster": "0"}
    if several:
        renderer = ET.SubElement(root, "renderer-v2", {"type": "categorizedSymbol", "attr": drawn.column, **common})
        categories = ET.SubElement(renderer, "categories")
        for number, symbol in enumerate(drawn.symbols):
            said = {"value": "" if symbol.value is None else str(symbol.value), "type": _type(symbol.value)}
            ET.SubElement(
                categories, "category", {"render": "true", "symbol": str(number), "label": symbol.label, **said}
            )
    else:
        renderer = ET.SubElement(root, "renderer-v2", {"type": "singleSymbol", **common})
    symbols = ET.SubElement(renderer, "symbols")
    for number, symbol in enumerate(drawn.symbols):
        _add(symbols, str(number), drawn.kind, symbol)
    ET.SubElement(root, "blendMode").text = "0"
    return _DOCTYPE + ET.tostring(root, encoding="unicode")


def _type(value: object) -> str:
    return "long" if isinstance(value, int) else "double" if isinstance(value, float) else "string"


def _add(symbols: ET.Element, name: str, kind: str, symbol: Symbol) -> None:
    of = {"type": _TYPES[kind], "name": name, "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"}
    element = ET.SubElement(symbols, "symbol", of)
    layer = ET.SubElement(element, "layer", {"class": _LAYERS[kind], "enabled": "1", "locked": "0", "pass": "0"})
    options = ET.SubElement(layer, "Option", type="Map")
    for key, value in _options(kind, symbol).items():
        ET.SubElement(options, "Option", name=key, type="QString", value=value)


def _options(kind: str, symbol: Symbol) -> dict[str, str]:
    width, colour = f"{symbol.width:g}", _rgba(symbol.colour)
    if kind == "line":
        style = "dash" if symbol.dash else "solid"
        return {
            "line_color": colour,
            "line_width": width,
            "line_width_unit": "Pixel",
            "line_style": style,
            "capstyle": "round",
            "joinstyle": "round",
        }
    if kind == "point":
        name = _MARKERS.get(symbol.marker, "circle")
        return {
            "name": name,
            "color": colour,
            "size": width,
            "size_unit": "Pixel",
            "outline_color": "255,255,255,255",
            "outline_width": "0.5",
            "outline_width_unit": "Pixel",
        }
    if kind == "outline":
        return {
            "style": "no",
            "color": colour,
            "outline_color": colour,
            "outline_width": width,
            "outline_width_unit": "Pixel",
            "outline_style": "dash" if symbol.dash else "solid",
        }
    return {
        "style": _BRUSHES[symbol.pattern],
        "color": colour,
        "outline_color": _rgba(symbol.outline),
        "outline_width": width,
        "outline_width_unit": "Pixel",
        "outline_style": "solid",
    }


def _rgba(colour: str) -> str:
    return ",".join(str(int(colour[start : start + 2], 16)) for start in (1, 3, 5)) + ",255"
