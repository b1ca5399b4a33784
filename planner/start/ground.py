"""What stands on the ground: outlines, roads, anchor institutions, universities."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from layers import PlanError
from layers.fetch import Fetched
from layers.locate import locate
from layers.save import write_csv
from planner.start.part import FOLDER, File, Part, Work, common, needed, text_table
from planner.start.words import one_line

_DEGREES: Final = "EPSG:4326"
_MOST_DEG2: Final = 2.5
_MARGIN_DEG: Final = 0.01
_KINDS: Final = {
    "school": "school", "library": "library", "townhall": "government", "fire_station": "public safety",
    "police": "public safety", "hospital": "health", "clinic": "health", "courthouse": "government",
    "community_centre": "community support", "university": "higher education", "college": "higher education",
}  # fmt: skip
_POINTS: Final = {"crs": _DEGREES, "columns": {"x": "longitude_deg", "y": "latitude_deg"}}
_CARNEGIE: Final = re.compile("C[0-9]{2}BASIC")
_RESEARCH: Final = range(15, 21)  # doctoral and master's universities of the Carnegie classes of 2018 and 2021
_HD: Final = ("UNITID", "INSTNM", "LONGITUD", "LATITUDE")


def counties(work: Work) -> tuple[Part, ...]:
    """Return the outlines of counties as the Census Bureau gives them."""
    file = work.keep(work.fetcher.get("county_shapes", year=work.year), "counties.zip")
    columns = {"county_fips": "GEOID", "county": "NAMELSAD"}
    return (Part("layers.counties", {"path": file.name, "columns": columns, **common(file.fetched)}, (file,)),)


def outlines(work: Work) -> tuple[Part, ...]:
    """Return the outlines of states as the Census Bureau gives them."""
    file = work.keep(work.fetcher.get("states_shapes", year=work.year), "states.zip")
    columns = {"state_fips": "GEOID", "state": "NAME"}
    return (Part("layers.states", {"path": file.name, "columns": columns, **common(file.fetched)}, (file,)),)


def box(work: Work) -> str:
    """Return south, west, north and east of the towns with a margin, in degrees.

    Raises
    ------
    PlanError
        Where it is too large to be asked of a server that is shared.
    """
    west, south, east, north = (float(edge) for edge in work.towns.to_crs(_DEGREES).total_bounds)
    if (east - west) * (north - south) > _MOST_DEG2:
        raise PlanError(
            "OpenStreetMap", [f"the region is larger than {_MOST_DEG2} square degrees; use an extract (.osm.pbf)"]
        )
    edges = (south - _MARGIN_DEG, west - _MARGIN_DEG, north + _MARGIN_DEG, east + _MARGIN_DEG)
    return ",".join(f"{edge:.4f}" for edge in edges)


def roads(work: Work) -> tuple[Part, ...]:
    """Return the roads around the towns, as OpenStreetMap gives them."""
    fetched = work.fetcher.get("osm_roads", bbox=box(work))
    file = work.keep(fetched, "roads.osm")
    return (Part("layers.roads", {"path": file.name, **common(fetched)}, (file,), "OpenStreetMap contributors, ODbL."),)


def anchors(work: Work) -> tuple[Part, ...]:
    """Return the anchor institutions in the towns, points of OpenStreetMap."""
    fetched = work.fetcher.get("osm_anchors", bbox=box(work))
    table = _placed(work, pd.DataFrame(_anchor_rows(_elements(fetched))), "anchor_id")
    if table.empty:
        raise PlanError(f"source {fetched.key}", ["has no anchor institution in the region"])
    file = _saved(work, table, "anchors.csv", fetched)
    note = "OpenStreetMap contributors, ODbL. A state's own list of anchors is better where there is one."
    return (Part("layers.anchors", {"path": file.name, **_POINTS, **common(fetched)}, (file,), note),)


def _elements(fetched: Fetched) -> list[Any]:
    try:
        found = json.loads(fetched.path.read_text("utf-8"))["elements"]
    except (ValueError, KeyError, TypeError, RecursionError):
        found = None
    if not isinstance(found, list):
        raise PlanError(f"source {fetched.key}", ["is no answer of an Overpass server; fetch it again"])
    return found


def _anchor_rows(elements: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Give a row for each element of a kind that counts and with a position."""
    for each in elements:
        tags = each.get("tags", {}) if isinstance(each, dict) else {}
        at = each.get("center", each) if isinstance(each, dict) else {}
        amenity = str(tags.get("amenity", ""))
        known = all(isinstance(at.get(name), (int, float)) for name in ("lat", "lon"))
        if amenity not in _KINDS or not known:
            continue
        named = one_line(str(tags.get("name", ""))) or f"{amenity.replace('_', ' ')} without a name"
        yield {
            "anchor_id": f"osm-{one_line(str(each.get('type')))}-{one_line(str(each.get('id')))}",
            "name": named,
            "kind": _KINDS[amenity],
            "longitude_deg": float(at["lon"]),
            "latitude_deg": float(at["lat"]),
        }


def institutes(work: Work) -> tuple[Part, ...]:
    """Return the doctoral and master's universities in the towns, as IPEDS has them."""
    fetched = work.fetcher.get("ipeds_hd", year=work.year)
    rows = text_table(work.member(fetched, "*.csv"))
    rows.columns = pd.Index([str(name).strip().upper() for name in rows.columns])
    needed(rows, _HD, f"source {fetched.key}")
    carnegie = max((str(name) for name in rows if _CARNEGIE.fullmatch(str(name))), default="")
    if not carnegie:
        raise PlanError(
            f"source {fetched.key}", ["has no basic Carnegie class (such as C21BASIC); choose another --year"]
        )
    found = pd.DataFrame(
        {
            "institute_id": rows["UNITID"].str.strip(),
            "name": rows["INSTNM"].map(one_line),
            "kind": "university",
            "carnegie_basic": pd.to_numeric(rows[carnegie], errors="coerce"),
            "longitude_deg": pd.to_numeric(rows["LONGITUD"], errors="coerce"),
            "latitude_deg": pd.to_numeric(rows["LATITUDE"], errors="coerce"),
        }
    )
    table = _placed(work, found[found["carnegie_basic"].isin(list(_RESEARCH))].dropna(), "institute_id")
    if table.empty:
        raise PlanError(f"source {fetched.key}", ["has no doctoral or master's university in the region"])
    file = _saved(work, table.astype({"carnegie_basic": "int64"}), "institutes.csv", fetched)
    return (
        Part(
            "layers.institutes",
            {"path": file.name, **_POINTS, **common(fetched)},
            (file,),
            f"Doctoral and master's universities by {carnegie}.",
        ),
    )


def _placed(work: Work, table: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return the rows that lie in a town, with its code, once each, in the order of their key."""
    if table.empty:
        return table
    points = shapely.points(table["longitude_deg"].to_numpy(float), table["latitude_deg"].to_numpy(float))
    shapes = gpd.GeoDataFrame(table, geometry=points, crs=_DEGREES)
    code = locate(shapes, work.towns.to_crs(_DEGREES), "town_geoid")
    inside = table.assign(town_geoid=code)[code.notna()].drop_duplicates(key)
    return inside.sort_values(key, ignore_index=True)


def _saved(work: Work, table: pd.DataFrame, name: str, fetched: Fetched) -> File:
    texts = {column: "str" for column in table if table[column].dtype == "object"}
    write_csv(table.astype(texts), work.place(name))
    return File(f"{FOLDER}/{name}", fetched, "those in the region's towns")
