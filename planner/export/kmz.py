"""KMZ for Google Earth and others: a folder a layer, a style a class, and text that stays text."""

import html
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from layers import Layer, PlanError
from planner import words
from planner.export.handover import GEOGRAPHIC, PREFIX, Handover, Made, text_faults
from planner.export.look import Look, Swatch
from planner.export.zipped import zipped

NAME: Final = "handover.kmz"
LEFT_OUT: Final = (f"{PREFIX}roads", f"{PREFIX}premises")  # of a whole region they are more than a viewer can hold
_KML: Final = "http://www.opengis.net/kml/2.2"
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NAMES: Final = ("name", "town", "site", "candidate", "demand", "area", "county", "state", "hub")
_PLAIN: Final = Swatch(None, "", "#3d3a8c", 2.0)
_OPAQUE, _CLEAR = "ff", "99"


def write(handover: Handover, stage: Path) -> list[Made]:
    """Write ``handover.kmz`` in EPSG:4326.

    Values stand twice: as ``ExtendedData`` for programmes, and in a balloon, where they are escaped so that a viewer
    does not run them as HTML.

    Raises
    ------
    PlanError
        Where text has a sign that XML cannot hold.
    """
    shapes = {name: table for name, table in handover.shapes.items() if name not in LEFT_OUT}
    faults = [fault for name, table in shapes.items() for fault in text_faults(name, table, _NO_XML)]
    if faults:
        raise PlanError("export kmz", faults)
    root = ET.Element("kml", xmlns=_KML)
    document = _child(root, "Document")
    _child(document, "name", words.text(handover.plan.region.name))
    for name, table in shapes.items():
        _layer(document, name, table, handover)
    content = BytesIO()
    ET.ElementTree(root).write(content, encoding="utf-8", xml_declaration=True)
    (stage / NAME).write_bytes(zipped({"doc.kml": content.getvalue()}))
    rows = sum(len(table) for table in shapes.values())
    return [Made(NAME, "KMZ", tuple(shapes), rows, GEOGRAPHIC, "OGC KML 2.2")]


def _child(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, tag, attributes)
    made.text = text or None
    return made


def _layer(document: ET.Element, name: str, table: gpd.GeoDataFrame, handover: Handover) -> None:
    """Add a folder with the rows of one layer; its styles stand before it."""
    declaration = handover.declaration(name)
    look = next(iter(handover.looks_of(name)), None)
    swatches = look.swatches if look else (_PLAIN,)
    for number, swatch in enumerate(swatches):
        _style(document, f"{name}-{number}", swatch, declaration.geometry)
    folder = _child(document, "Folder")
    _child(folder, "name", declaration.title)
    _child(folder, "description", html.escape(declaration.meaning))
    numbers = _numbers(table, look)
    shown = table.to_crs(GEOGRAPHIC).geometry.to_numpy()
    title = next((column for column in _NAMES if column in table), declaration.key[0] if declaration.key else "")
    plain = pd.DataFrame(table.drop(columns="geometry"))
    columns = list(map(str, plain))
    for shape, number, row in zip(shown, numbers, plain.itertuples(index=False), strict=True):
        values = {key: _value(value) for key, value in zip(columns, row, strict=True)}
        _placemark(folder, values.get(title, ""), f"#{name}-{number}", values, declaration)
        _geometry(folder[-1], shape)


def _numbers(table: gpd.GeoDataFrame, look: Look | None) -> list[int]:
    """Return the number of each row's class."""
    if look is None or not look.column:
        return [0] * len(table)
    known = {swatch.value: number for number, swatch in enumerate(look.swatches)}
    others = known.get(None, 0)
    return [known.get(_value(value), others) for value in table[look.column]]


def _value(value: Any) -> str:
    """Return a cell as text, unchanged; an empty cell as an empty text."""
    if words.is_missing(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return str(value)


def _style(document: ET.Element, key: str, swatch: Swatch, kind: str) -> None:
    red, green, blue = swatch.colour[1:3], swatch.colour[3:5], swatch.colour[5:7]
    style = _child(document, "Style", id=key)
    colour = f"{_OPAQUE}{blue}{green}{red}"
    if kind == "point":
        icon = _child(style, "IconStyle")
        _child(icon, "color", colour)
        _child(icon, "scale", f"{max(0.4, swatch.width / 10):.2f}")
    line = _child(style, "LineStyle")
    _child(line, "color", colour)
    _child(line, "width", f"{swatch.width:.1f}")
    _child(_child(style, "PolyStyle"), "color", f"{_CLEAR}{blue}{green}{red}")
    _child(_child(style, "BalloonStyle"), "text", "$[description]")


def _placemark(folder: ET.Element, name: str, style: str, values: dict[str, str], declaration: Layer) -> None:
    placemark = _child(folder, "Placemark")
    _child(placemark, "name", name)
    lines = [f"{html.escape(key)}: {html.escape(value)}" for key, value in values.items() if value]
    _child(placemark, "description", "<br>".join([html.escape(declaration.title), *lines]))
    _child(placemark, "styleUrl", style)
    data = _child(placemark, "ExtendedData")
    for key, value in values.items():
        if value:
            _child(_child(data, "Data", name=key), "value", value)


def _geometry(placemark: ET.Element, shape: BaseGeometry | None) -> None:
    if shape is None or shape.is_empty:
        return
    parts = shapely.get_parts(shape)
    parent = _child(placemark, "MultiGeometry") if len(parts) > 1 else placemark
    for part in parts:
        if part.geom_type == "Polygon":
            polygon = _child(parent, "Polygon")
            for ring, side in _rings(part):
                _child(_child(_child(polygon, side), "LinearRing"), "coordinates", _run(ring))
        else:
            _child(_child(parent, part.geom_type), "coordinates", _run(part))


def _rings(polygon: BaseGeometry) -> Iterator[tuple[BaseGeometry | None, str]]:
    yield shapely.get_exterior_ring(polygon), "outerBoundaryIs"
    for number in range(int(shapely.get_num_interior_rings(polygon))):
        yield shapely.get_interior_ring(polygon, number), "innerBoundaryIs"


def _run(line: BaseGeometry | None) -> str:
    return " ".join(f"{x:.7f},{y:.7f}" for x, y in np.asarray(shapely.get_coordinates(line)))
