"""The map page against a plain Leaflet page with the same data, both opened from a file in one Chromium.

Towns, roads, anchors and locations, seeded. Fields: variant, points, html_mb, build_seconds (wall), peak_mb of the
building process, ready_seconds (from navigation until all that is shown is drawn; median of three), heap_mb (JavaScript,
collected), pan_ms (longest time between two frames while the map is dragged, at two zooms; median of three),
and ratios to the plain page. Folium's page needs four hosts, so it is built but not opened. The locations are shown at once, which is the slowest way to open our page.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import folium
import geopandas as gpd
import numpy as np
import shapely

import maps
from benchmarks._map_browser import Opened, opened
from benchmarks._map_plain import plain_page
from benchmarks._measure import Measured, measure
from layers import declared
from maps.page import Heading
from maps.pages import rendered

TOWNS: Final = Path(__file__).parents[1] / "../shared/layers/massachusetts_towns_2020.gpkg"
CRS: Final = "EPSG:26986"
STATUSES: Final = np.array(["served", "unserved", "not known"])
_COMMON: Final = {"origin": "generated", "source": "Seeded", "as_of": "2026-11-23"}

Scene = dict[str, gpd.GeoDataFrame]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument("--points", type=int, default=100_000, help="locations")
    parser.add_argument("--roads", type=int, default=20_000, help="segments of roads")
    parser.add_argument("--anchors", type=int, default=1_300)
    parser.add_argument("--towns", type=Path, default=TOWNS, help="polygon file; squares where it does not exist")
    parser.add_argument("--runs", type=int, default=3, help="times that each page is opened")
    parser.add_argument("--no-plain", action="store_true", help="leave out the plain Leaflet page")
    parser.add_argument("--folium", type=int, metavar="N", help="folium as it comes, too, with N locations")


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row a page."""
    calls: list[tuple[str, Callable[[tuple[Scene, Path]], int], int]] = [("townline", _ours, given.points)]
    calls += [] if given.no_plain else [("plain Leaflet on canvas", _plain, given.points)]
    calls += [] if given.folium is None else [("folium as it comes", _folium, given.folium)]
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, call, points) in enumerate(calls):
            path = Path(folder) / f"{number}.html"
            built = measure(prepare, call, given.towns, (points, given.roads, given.anchors), path)
            runs = 0 if name.startswith("folium") else given.runs
            found.append(_row(name, points, built, [opened(path) for _ in range(runs)]))
    plain = next((row for row in found if row["variant"].startswith("plain")), {})
    for row in found:
        compared = ("html_mb", "ready_seconds", "heap_mb", "pan_ms")
        yield row | {f"{each}_ratio": _ratio(row[each], plain.get(each)) for each in compared}


def _row(name: str, points: int, built: Measured, runs: list[Opened]) -> dict[str, Any]:
    return {
        "variant": name,
        "points": points,
        "html_mb": round(built.result / 1e6, 2),
        "build_seconds": round(built.wall_seconds, 2),
        "peak_mb": round(built.peak_mb),
        "ready_seconds": round(statistics.median(run.ready_seconds for run in runs), 2) if runs else "",
        "heap_mb": round(statistics.median(run.heap_mb for run in runs), 1) if runs else "",
        "pan_ms": round(statistics.median(run.pan_ms for run in runs)) if runs else "",
    }


def _ratio(value: Any, peer: Any) -> float | str:
    return round(value / peer, 3) if value and peer else ""


def prepare(towns: Path, sizes: tuple[int, int, int], path: Path) -> tuple[Scene, Path]:
    """Return the layers of a made-up state, and where its page goes; measured from here on."""
    return scene(towns, sizes), path


def scene(path: Path, sizes: tuple[int, int, int]) -> Scene:
    """Return towns, roads, anchors and locations; the same for the same sizes.

    Parameters
    ----------
    path
        Polygons of the towns; 351 squares where the file does not exist.
    sizes
        Number of locations, roads and anchors.
    """
    random = np.random.default_rng(1)
    towns = _towns(path, random)
    points, roads, anchors = sizes
    places = _places(towns, points, random)
    status = STATUSES[random.choice(3, points, p=(0.85, 0.12, 0.03))]
    kinds = np.array(["school", "library", "government", "health"])[random.integers(0, 4, anchors)]
    return {
        "towns": towns,
        "roads": _roads(towns, roads, random),
        "anchors": _layer({"name": [f"Anchor {at}" for at in range(anchors)], "kind": kinds}, _places(towns, anchors, random)),
        "locations": _layer({"status": status, "town_geoid": ""}, places),
    }  # fmt: skip


def _layer(columns: Mapping[str, Any], xy: np.ndarray[Any, Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({**columns, **_COMMON}, geometry=shapely.points(xy), crs=CRS)


def _towns(path: Path, random: np.random.Generator) -> gpd.GeoDataFrame:
    if path.is_file():
        shapes = gpd.read_file(path).to_crs(CRS).geometry.to_numpy()
    else:
        corners = [(30_000 + 8_000 * (at % 27), 800_000 + 8_000 * (at // 27)) for at in range(351)]
        shapes = np.array([shapely.box(x, y, x + 8_000, y + 8_000) for x, y in corners])
    share = random.beta(3, 1, len(shapes)).round(4)
    columns = {
        "town_geoid": [f"{at:010d}" for at in range(len(shapes))],
        "town": [f"Town {at}" for at in range(len(shapes))],
        "share_served": share,
        "verdict": np.where(share >= 0.96, "pass", "fail"),
        "population_2020": random.integers(100, 60_000, len(shapes)),
    }
    return gpd.GeoDataFrame({**columns, **_COMMON}, geometry=shapes, crs=CRS)


def _places(towns: gpd.GeoDataFrame, count: int, random: np.random.Generator) -> np.ndarray[Any, Any]:
    """Return points around the middles of towns, most of them near."""
    middles = shapely.get_coordinates(shapely.point_on_surface(towns.geometry.to_numpy()))
    chosen = middles[random.integers(0, len(middles), count)]
    return chosen + random.normal(0, 2_500, (count, 2))


def _roads(towns: gpd.GeoDataFrame, count: int, random: np.random.Generator) -> gpd.GeoDataFrame:
    """Return wandering lines of nine points, one in ten of them a main road."""
    steps = random.normal(0, 120, (count, 9, 2)).cumsum(axis=1) + random.normal(0, 90, (count, 1, 2)).repeat(9, axis=1)
    xy = steps.cumsum(axis=1) + _places(towns, count, random)[:, None, :]
    lines = shapely.linestrings(xy)
    kinds = np.where(np.arange(count) % 10 == 0, "main", "residential")
    return gpd.GeoDataFrame({"road_class": kinds, "town_geoid": "", **_COMMON}, geometry=lines, crs=CRS)


def _ours(given: tuple[Scene, Path]) -> int:
    scenery, path = given
    made = maps.TownMap(Heading("Made-up state", "How fast is the map?", target="25/3 Mbps"))
    target = Fraction(96, 100)
    dots = maps.Dots("locations", scenery["locations"], target)
    dots.show = True
    for layer in (
        maps.Polygons(scenery["towns"], target, declared("towns")),
        maps.Lines("roads", scenery["roads"], declared("roads")),
        dots,
        maps.Points("anchors", scenery["anchors"], declared("anchors")),
    ):
        layer.add_to(made)
    return path.write_bytes(rendered(made))


def _plain(given: tuple[Scene, Path]) -> int:
    scenery, path = given
    return path.write_bytes(plain_page(scenery).encode())


def _folium(given: tuple[Scene, Path]) -> int:
    scenery, path = given
    made = folium.Map(prefer_canvas=True)
    for name in ("towns", "roads"):
        folium.GeoJson(scenery[name].drop(columns="as_of"), name=name).add_to(made)
    for name in ("anchors", "locations"):
        for x, y in shapely.get_coordinates(scenery[name].to_crs(4326).geometry.to_numpy()):
            folium.CircleMarker((y, x), radius=2).add_to(made)
    text: str = made.get_root().render()
    return path.write_text(text, "utf-8")
