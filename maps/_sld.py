"""Styled layer descriptors (OGC 02-070, SLD 1.0.0), which most map servers and desktop programmes read."""

from typing import Final
from xml.etree import ElementTree as ET

from maps._symbology import Drawn, Symbol

_SLD: Final = "http://www.opengis.net/sld"
_OGC: Final = "http://www.opengis.net/ogc"
_MARKS: Final = {"circle": "circle", "square": "square", "diamond": "square", "triangle": "triangle", "pentagon": "circle",
                 "hexagon": "circle", "house": "triangle", "cross": "cross", "star": "star", "target": "circle"}  # fmt: skip
_DASH: Final = "6 4"


def sld(drawn: Drawn) -> str:
    """Return a layer's styled layer descriptor: a rule a class, and one for all other values."""
    root = ET.Element("StyledLayerDescriptor", {"version": "1.0.0", "xmlns": _SLD, "xmlns:ogc": _OGC})
    layer = ET.SubElement(root, "NamedLayer")
    ET.SubElement(layer, "Name").text = drawn.table
    style = ET.SubElement(layer, "UserStyle")
    ET.SubElement(style, "Name").text = drawn.name
    rules = ET.SubElement(style, "FeatureTypeStyle")
    for symbol in drawn.symbols:
        rule = ET.SubElement(rules, "Rule")
        ET.SubElement(rule, "Name").text = symbol.label
        ET.SubElement(rule, "Title").text = symbol.label
        if drawn.column:
            _filter(rule, drawn.column, symbol.value)
        _draw(rule, drawn.kind, symbol)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _filter(rule: ET.Element, column: str, value: object) -> None:
    if value is None:
        ET.SubElement(rule, "ElseFilter")
        return
    equal = ET.SubElement(ET.SubElement(rule, "ogc:Filter"), "ogc:PropertyIsEqualTo")
    ET.SubElement(equal, "ogc:PropertyName").text = column
    ET.SubElement(equal, "ogc:Literal").text = str(value)


def _draw(rule: ET.Element, kind: str, symbol: Symbol) -> None:
    if kind == "line":
        _stroke(ET.SubElement(rule, "LineSymbolizer"), symbol.colour, symbol)
    elif kind == "point":
        graphic = ET.SubElement(ET.SubElement(rule, "PointSymbolizer"), "Graphic")
        mark = ET.SubElement(graphic, "Mark")
        ET.SubElement(mark, "WellKnownName").text = _MARKS.get(symbol.marker, "circle")
        _parameters(ET.SubElement(mark, "Fill"), {"fill": symbol.colour})
        _parameters(ET.SubElement(mark, "Stroke"), {"stroke": "#ffffff", "stroke-width": "0.5"})
        ET.SubElement(graphic, "Size").text = f"{symbol.width:g}"
        if symbol.marker == "diamond":
            ET.SubElement(graphic, "Rotation").text = "45"
    else:
        polygon = ET.SubElement(rule, "PolygonSymbolizer")
        if kind == "polygon":
            _parameters(ET.SubElement(polygon, "Fill"), {"fill": symbol.colour})
        _stroke(polygon, symbol.outline if kind == "polygon" else symbol.colour, symbol)


def _stroke(parent: ET.Element, colour: str, symbol: Symbol) -> None:
    values = {"stroke": colour, "stroke-width": f"{symbol.width:g}"}
    _parameters(ET.SubElement(parent, "Stroke"), values | ({"stroke-dasharray": _DASH} if symbol.dash else {}))


def _parameters(parent: ET.Element, values: dict[str, str]) -> None:
    for name, value in values.items():
        ET.SubElement(parent, "CssParameter", name=name).text = value
