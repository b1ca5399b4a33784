"""Nodes and spans that are put together to a network, with identifiers that follow from what they name."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from planner import words
from planner.export.handover import GEOGRAPHIC

_OURS: Final = uuid.uuid5(uuid.NAMESPACE_DNS, "townline")
_SCHEMA: Final = (
    "https://raw.githubusercontent.com/Open-Telecoms-Data/open-fibre-data-standard/0__3__0/schema/network-schema.json"
)
_CRS: Final = {"name": "urn:ogc:def:crs:OGC::CRS84", "uri": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}
_SAME_M: Final = 0.001


def describe(name: object, origin: object) -> str:
    """Return a name that says how it came about where that is not by publication."""
    said, how = words.text(name) or "without a name", words.text(origin)
    return said if how in {"", "published", "not stated"} or f"({how})" in said else f"{said} ({how})"


@dataclass
class Parts:
    """A network in the making; shapes come in the region's metric CRS and leave in EPSG:4326."""

    region: str
    kind: str
    crs: Any
    _nodes: dict[tuple[float, float], dict[str, Any]] = field(default_factory=dict)
    _spans: list[tuple[dict[str, Any], BaseGeometry]] = field(default_factory=list)
    _places: list[tuple[dict[str, Any], BaseGeometry, dict[str, Any]]] = field(default_factory=list)
    _phases: dict[str, dict[str, Any]] = field(default_factory=dict)
    _organisations: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the network."""
        return f"{words.text(self.region)}: {self.kind}"

    def identifier(self, text: str) -> str:
        """Return the identifier of a thing of this network: a version 5 UUID of its name."""
        return str(uuid.uuid5(uuid.uuid5(_OURS, self.name), text))

    def phase(self, key: str, name: str) -> dict[str, Any]:
        """Return the reference to a phase."""
        self._phases[key] = {"id": self.identifier(f"phase {key}"), "name": name}
        return dict(self._phases[key])

    def organisation(self, name: str) -> dict[str, Any]:
        """Return the reference to an organisation."""
        self._organisations[name] = {"id": self.identifier(f"organisation {name}"), "name": name}
        return dict(self._organisations[name])

    def span(self, key: str, name: str, shape: BaseGeometry | None, more: Mapping[str, Any]) -> None:
        """Add a line; each of its parts is a span of its own between two nodes."""
        lines = [] if shape is None else [part for part in shapely.get_parts(shape) if not part.is_empty]
        for number, line in enumerate(lines):
            own = key if number == 0 else f"{key} part {number + 1}"
            ends = shapely.get_coordinates(line)[[0, -1]]
            start, end = (self._node(float(x), float(y))["id"] for x, y in ends)
            span = {"id": self.identifier(own), "name": name, **more, "start": start, "end": end}
            self._spans.append((span, line))

    def place(self, key: str, node: Mapping[str, Any], point: BaseGeometry | None, lateral: Mapping[str, Any]) -> None:
        """Add a place beside the lines, to be joined to the nearest node by a straight lateral."""
        if point is None or point.is_empty:
            return
        plain = {name: value for name, value in node.items() if name != "operator"}
        if operator := words.text(node.get("operator")):
            plain["networkProviders"] = [self.organisation(operator)]
        self._places.append(({"id": self.identifier(key), **plain}, point, dict(lateral)))

    def _node(self, x: float, y: float) -> dict[str, Any]:
        place = (round(x, 3) + 0.0, round(y, 3) + 0.0)
        if place not in self._nodes:
            self._nodes[place] = {"id": self.identifier(f"node {place[0]:.3f} {place[1]:.3f}")}
        return self._nodes[place]

    def network(self) -> dict[str, Any]:
        """Return the network."""
        self._join()
        points: list[tuple[dict[str, Any], BaseGeometry]] = [
            (node, shapely.Point(place)) for place, node in self._nodes.items()
        ]
        known = {str(node["id"]) for node in self._nodes.values()}
        points += [(node, point) for node, point, _ in self._places if node["id"] not in known]
        found: dict[str, Any] = {"id": str(uuid.uuid5(_OURS, self.name)), "name": self.name}
        found["nodes"] = list(self._placed(points, "location"))
        found["spans"] = list(self._placed(self._spans, "route"))
        if self._phases:
            found["phases"] = list(self._phases.values())
        if self._organisations:
            found["organisations"] = list(self._organisations.values())
        return {**found, "crs": _CRS, "language": "en", "links": [{"href": _SCHEMA, "rel": "describedby"}]}

    def _join(self) -> None:
        """Join places to their nearest nodes; a place at a node becomes that node."""
        if not self._places or not self._nodes:
            return
        keys = sorted(self._nodes)  # so that of nodes equally near the same one is taken
        self._places.sort(key=lambda place: str(place[0]["id"]))
        at = shapely.get_coordinates([point for _, point, _ in self._places])
        found: Any = cKDTree(np.array(keys)).query(at)
        distance, nearest = found
        for (node, point, lateral), far, number in zip(self._places, distance, nearest, strict=True):
            there = self._nodes[keys[number]]
            if far <= _SAME_M and "name" not in there:
                there.update({name: value for name, value in node.items() if name != "id"})
                node["id"] = there["id"]
                continue
            line = shapely.LineString([*shapely.get_coordinates(point), keys[number]])
            name = f"Lateral to {node['name']}: a straight line, {far:.0f} m (modelled)"
            span = {"id": self.identifier(f"lateral {node['id']}"), "name": name, **lateral}
            self._spans.append(({**span, "start": node["id"], "end": there["id"]}, line))

    def _placed(self, things: Iterable[tuple[dict[str, Any], BaseGeometry]], key: str) -> Iterable[dict[str, Any]]:
        """Yield things in order of their identifier with their place in EPSG:4326, to 7 decimals."""
        ordered = sorted(things, key=lambda pair: str(pair[0]["id"]))
        shapes = gpd.GeoSeries([shape for _, shape in ordered], crs=self.crs).to_crs(GEOGRAPHIC)
        for (thing, _), shape in zip(ordered, shapes, strict=True):
            run = np.round(shapely.get_coordinates(shape), 7).tolist()
            place = {"type": shape.geom_type, "coordinates": run[0] if shape.geom_type == "Point" else run}
            yield {**thing, key: place}
