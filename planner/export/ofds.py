"""Open Fibre Data Standard 0.3: networks with nodes and spans, as JSON and as GeoJSON.

Facts on the form of the data: https://open-fibre-data-standard.readthedocs.io, version 0.3.0.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from planner.export._ofds_networks import existing, last_mile, middle_mile
from planner.export.handover import GEOGRAPHIC, Handover, Made

FOLDER: Final = "ofds"
_NONE: Final = (
    "the plan has no middle mile, no designed last mile and no fibre routes; add [middle_mile] to the region file"
)
_SAID: Final = "Open Fibre Data Standard 0.3.0"
_APART: Final = ("nodes", "spans", "phases", "organisations")
_REFERENCES: Final = ("physicalInfrastructureProvider", "supplier")


def missing(handover: Handover) -> str:
    """Return why there is no network; nothing where there is one."""
    there = {"middle_mile_segments", "last_mile_routes", "layer_fibre_routes"} & set(handover.shapes)
    return "" if there else _NONE


def write(handover: Handover, stage: Path) -> list[Made]:
    """Write ``ofds/network.json``, ``ofds/nodes.geojson`` and ``ofds/spans.geojson``."""
    package = networks(handover)
    nodes, spans = geojson(package)
    (stage / FOLDER).mkdir()
    found = {"network.json": package, "nodes.geojson": nodes, "spans.geojson": spans}
    for name, content in found.items():
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        (stage / FOLDER / name).write_text(text + "\n", "utf-8", newline="\n")
    used = tuple(
        name
        for name in ("middle_mile_segments", "middle_mile_huts", "last_mile_routes", "last_mile_sites",
                     "layer_fibre_routes", "layer_points_of_presence", "layer_anchors")
        if name in handover.shapes
    )  # fmt: skip
    rows = {name: _rows(content) for name, content in found.items()}
    return [
        Made(f"{FOLDER}/{name}", "JSON" if name == "network.json" else "GeoJSON", used, rows[name], GEOGRAPHIC, _SAID)
        for name in found
    ]


def _rows(content: Mapping[str, Any]) -> int:
    if "features" in content:
        return len(content["features"])
    return sum(len(network["nodes"]) + len(network["spans"]) for network in content["networks"])


def networks(handover: Handover) -> dict[str, Any]:
    """Return a network package: the designed middle mile, the designed last mile, and fibre that exists, each by itself."""
    made = [network for build in (middle_mile, last_mile, existing) if (network := build(handover)) is not None]
    return {"networks": made}


def geojson(package: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return nodes and spans of a network package as GeoJSON, with what they refer to written out in each."""
    nodes: list[dict[str, Any]] = []
    spans: list[dict[str, Any]] = []
    for network in package["networks"]:
        shared = {key: value for key, value in network.items() if key not in _APART}
        by_id = {node["id"]: node for node in network["nodes"]}
        nodes += [
            _feature(node, "location", network, {"network": shared, "featureType": "node"}) for node in by_id.values()
        ]
        for span in network["spans"]:
            ends = {end: by_id[span[end]] for end in ("start", "end")}
            spans.append(_feature({**span, **ends}, "route", network, {"network": shared, "featureType": "span"}))
    collection = {"type": "FeatureCollection"}
    return {**collection, "features": nodes}, {**collection, "features": spans}


def _feature(
    thing: Mapping[str, Any], place: str, network: Mapping[str, Any], more: Mapping[str, Any]
) -> dict[str, Any]:
    properties = {key: value for key, value in thing.items() if key != place}
    known = {each["id"]: each for key in ("organisations", "phases") for each in network.get(key, ())}
    for key in (*_REFERENCES, "phase"):
        if key in properties:
            properties[key] = known[properties[key]["id"]]
    if "networkProviders" in properties:
        properties["networkProviders"] = [known[each["id"]] for each in properties["networkProviders"]]
    return {"type": "Feature", "geometry": thing.get(place), "properties": {**properties, **more}}
