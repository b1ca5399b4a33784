"""The three networks of a plan in the words of the Open Fibre Data Standard."""

from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from planner import words
from planner.export._ofds_parts import Parts, describe
from planner.export.handover import Handover

_DESIGNED: Final = "proposed"
_STATUS: Final = {
    "operational": "operational",
    "under construction": "underConstruction",
    "planned": "planned",
    "proposed": "proposed",
}
_BUILD: Final = {
    "aerial": {"deployment": ["aboveGround"], "deploymentDetails": {"description": "On poles along roads."}},
    "underground": {"deployment": ["belowGround"], "deploymentDetails": {"description": "In the ground along roads."}},
}
_FIBRE: Final = {"transmissionMedium": ["fibre"]}


def middle_mile(handover: Handover) -> dict[str, Any] | None:
    """Return the designed middle mile: its segments, and a straight lateral to each place that it connects."""
    segments = handover.shapes.get("middle_mile_segments")
    if segments is None:
        return None
    parts = Parts(handover.plan.region.name, "middle mile (designed)", segments.crs)
    phases = {int(phase): parts.phase(str(phase), f"Phase {phase}") for phase in sorted(segments["phase"].unique())}
    for row, shape in _rows(segments):
        name = describe(f"Segment {row['segment_id']}", row["origin"])
        more = {"phase": phases[int(row["phase"])], "status": _status_of(row), **_FIBRE, **_BUILD.get(row["build"], {})}
        parts.span(f"segment {row['segment_id']}", name, shape, more)
    for place in _places(handover):
        parts.place(place["key"], place["node"], place["point"], {"status": _DESIGNED, **_FIBRE})
    return parts.network()


def _status_of(row: Mapping[str, Any]) -> str:
    return "operational" if row["build"] == "existing" else _DESIGNED


def _places(handover: Handover) -> list[dict[str, Any]]:
    """Return points of presence, huts and connected anchors, each place once."""
    table = handover.tables.get("middle_mile_places")
    on = set(table.loc[table["connected"], "place_id"]) if table is not None else set()
    huts = handover.shapes.get("middle_mile_huts")
    at = set(huts["place_id"]) if huts is not None else set()
    found = []
    pops = handover.shapes.get("layer_points_of_presence")
    for row, shape in _rows(pops) if pops is not None else ():
        node = {"name": describe(row["name"], row.get("origin")), "type": ["pop"], "operator": row.get("operator")}
        found.append({"key": f"pop {row['pop_id']}", "node": node, "point": shape})
    for row, shape in _rows(huts) if huts is not None else ():
        node = {"name": describe(f"Hut at {row['name']}", row["origin"]), "power": True, "status": _DESIGNED}
        found.append({"key": f"hut {row['place_id']}", "node": node, "point": shape})
    anchors = handover.shapes.get("layer_anchors")
    for row, shape in _rows(anchors) if anchors is not None else ():
        if row["anchor_id"] in on and row["anchor_id"] not in at:
            node = {"name": describe(row["name"], row.get("origin"))}
            found.append({"key": f"anchor {row['anchor_id']}", "node": node, "point": shape})
    return found


def last_mile(handover: Handover) -> dict[str, Any] | None:
    """Return the last mile designed along streets: feeders, distribution, hubs and cabinets; no premises."""
    routes, sites = handover.shapes.get("last_mile_routes"), handover.shapes.get("last_mile_sites")
    if routes is None:
        return None
    parts = Parts(handover.plan.region.name, "last mile (designed)", routes.crs)
    for row, shape in _rows(routes):
        key = f"{words.text(row['town_geoid'])} {row['route_id']}"
        name = describe(f"{str(row['role']).capitalize()} {key}", row["origin"])
        more = {"status": _status_of(row), "fibreCount": int(row["fibres"]), **_FIBRE, **_BUILD.get(row["build"], {})}
        parts.span(f"route {key}", name, shape, more)
    for row, shape in _rows(sites) if sites is not None else ():
        key = f"{words.text(row['town_geoid'])} {row['site_id']}"
        kind = "aggregationPoint" if row["kind"] == "hub" else "cabinet"
        name = describe(f"{str(row['kind']).capitalize()} {key}", row["origin"])
        parts.place(
            f"site {key}", {"name": name, "type": [kind], "status": _DESIGNED}, shape, {"status": _DESIGNED, **_FIBRE}
        )
    return parts.network()


def existing(handover: Handover) -> dict[str, Any] | None:
    """Return the fibre routes of the layer, as their owner gives them."""
    routes = handover.shapes.get("layer_fibre_routes")
    if routes is None:
        return None
    parts = Parts(handover.plan.region.name, "fibre routes (as given)", routes.crs)
    for row, shape in _rows(routes):
        more: dict[str, Any] = dict(_FIBRE)
        if row.get("status") in _STATUS:
            more["status"] = _STATUS[row["status"]]
        if owner := words.text(row.get("owner")):
            more["physicalInfrastructureProvider"] = parts.organisation(owner)
        name = describe(words.text(row.get("name")) or str(row["route_id"]), row.get("origin"))
        parts.span(f"route {row['route_id']}", name, shape, more)
    return parts.network()


def _rows(table: gpd.GeoDataFrame) -> Any:
    plain = pd.DataFrame(table.drop(columns="geometry"))
    return zip(plain.to_dict("records"), table.geometry.to_numpy(), strict=True)
