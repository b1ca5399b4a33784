"""Sound inputs of every format, small, made once a process."""

import gzip
import io
import json
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import rasterio
from rasterio.transform import Affine
from shapely import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

from layers import filings
from layers.filings import formats
from planner import load_region, plan
from planner.prices import price_books
from tests.fuzz.case import Sound

CRS: Final = "EPSG:26986"
ROOT: Final = Path(__file__).parents[2]
SMALL: Final = ROOT / "tests" / "cases" / "small"
FILING: Final = "bdc_25_Fiber_fixed_broadband_J25_18nov2025.csv"
_EXAMPLE: Final = "0003768165,130317,Xfinity,{0},50,100,100,1,B,MA,{1},882bab5303fffff"


@contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        yield Path(name)


def taken(folder: Path, name: str) -> Sound:
    """Return the files of a folder as a sound input."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
    return Sound(name, files)


def towns() -> gpd.GeoDataFrame:
    """Return nine towns that touch."""
    shapes = [
        box(100_000 + 5000 * x, 900_000 + 5000 * y, 105_000 + 5000 * x, 905_000 + 5000 * y)
        for x in range(3)
        for y in range(3)
    ]
    columns = {
        "town_geoid": [f"25999100{n:02}" for n in range(9)],
        "town": [f"Town {n} of the hills" for n in range(9)],
        "population_2020": np.arange(9) * 1000 + 7,
        "source": ["state layer of towns"] * 9,
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def roads() -> gpd.GeoDataFrame:
    lines = [LineString([(100_000, 900_000 + 1000 * n), (115_000, 900_500 + 1000 * n)]) for n in range(12)]
    return gpd.GeoDataFrame({"road_id": [f"r{n}" for n in range(12)], "road_class": "local"}, geometry=lines, crs=CRS)


def written(suffix: str, **options: Any) -> Callable[[], list[Sound]]:
    """Return a maker of towns (or roads) in a format."""

    @cache
    def make() -> list[Sound]:
        found = []
        for kind, table in (("towns", towns()), ("roads", roads())):
            with scratch() as folder:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    table.to_file(folder / f"{kind}{suffix}", **options)
                found.append(taken(folder, f"{kind}{suffix}"))
        return found

    return make


def _kml_shape(shape: BaseGeometry) -> str:
    points = shape.exterior.coords if isinstance(shape, Polygon) else shape.coords
    text = f"<coordinates>{' '.join(f'{x:.6f},{y:.6f}' for x, y in points)}</coordinates>"
    ring = f"<Polygon><outerBoundaryIs><LinearRing>{text}</LinearRing></outerBoundaryIs></Polygon>"
    return ring if isinstance(shape, Polygon) else f"<LineString>{text}</LineString>"


@cache
def kml() -> list[Sound]:
    """Return towns and roads as KML; GDAL's wheel reads it and does not write it."""
    found = []
    for kind, table, key in (("towns", towns(), "town_geoid"), ("roads", roads(), "road_id")):
        marks = "".join(
            f'<Placemark><name>{kind} {n}</name><ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="{key}">{code}'
            f"</SimpleData></SchemaData></ExtendedData>{_kml_shape(shape)}</Placemark>\n"
            for n, (code, shape) in enumerate(zip(table[key], table.geometry.to_crs("EPSG:4326"), strict=True))
        )
        schema = f'<Schema name="s" id="s"><SimpleField name="{key}" type="string"/></Schema>'
        text = f'<?xml version="1.0"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{schema}\n{marks}</Document></kml>\n'
        found.append(Sound(f"{kind}.kml", {f"{kind}.kml": text.encode("ascii")}))
    return found


@cache
def geoparquet() -> list[Sound]:
    found = []
    for kind, table in (("towns", towns()), ("roads", roads())):
        with scratch() as folder:
            table.to_parquet(folder / f"{kind}.parquet")
            found.append(taken(folder, f"{kind}.parquet"))
    return found


def services() -> pd.DataFrame:
    count = 40
    return pd.DataFrame(
        {
            "town_geoid": [f"25999100{n:02}" for n in range(count)],
            "down_mbps": [25.0, 100.0] * (count // 2),
            "up_mbps": [3.0, 20.0] * (count // 2),
            "premises": np.arange(count) + 200,
            "share_served": np.linspace(0.1, 0.99, count).round(3),
            "note": [f"state table {n}" for n in range(count)],
        }
    )


@cache
def plain_parquet() -> list[Sound]:
    with scratch() as folder:
        services().to_parquet(folder / "shares.parquet")
        return [taken(folder, "shares.parquet")]


@cache
def csv() -> list[Sound]:
    premises = (SMALL / "premises.csv").read_bytes()
    shares = services().to_csv(index=False).encode("ascii")
    return [
        Sound("premises.csv", {"premises.csv": premises}),
        Sound("roads.csv", {"roads.csv": (SMALL / "roads.csv").read_bytes()}),
        Sound("shares.csv", {"shares.csv": shares}),
        Sound("shares.csv.gz", {"shares.csv.gz": gzip.compress(shares, mtime=0)}),
    ]


@cache
def zipped_shapefile() -> list[Sound]:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in written(".shp")()[0].files.items():
            archive.writestr(name, data)
    return [Sound("towns.zip", {"towns.zip": content.getvalue()})]


@cache
def osm() -> list[Sound]:
    nodes = "".join(f'<node id="{n}" lat="{42 + n / 1000}" lon="-72.{n}" version="1"/>' for n in range(1, 30))
    ways = "".join(
        f'<way id="{n}" version="1"><nd ref="{n}"/><nd ref="{n + 1}"/><nd ref="{n + 3}"/><tag k="highway" v="residential"/>'
        f'<tag k="name" v="Road {n}"/></way>' for n in range(1, 25)
    )  # fmt: skip
    text = f'<?xml version="1.0"?>\n<osm version="0.6">{nodes}{ways}</osm>\n'
    return [Sound("roads.osm", {"roads.osm": text.encode("ascii")})]


@cache
def pbf() -> list[Sound]:
    with scratch() as folder:
        (folder / "roads.osm").write_bytes(osm()[0].main)
        with osmium.SimpleWriter(str(folder / "roads.osm.pbf")) as writer:
            for each in osmium.FileProcessor(str(folder / "roads.osm")):
                writer.add(each)
        (folder / "roads.osm").unlink()
        return [taken(folder, "roads.osm.pbf")]


def filing(rows: int = 60) -> bytes:
    header = ",".join(formats()["bdc_fixed"].headers)
    lines = [_EXAMPLE.format(1037392925 + n, 250110102002000 + n % 7) for n in range(rows)]
    return "\n".join([header, *lines, ""]).encode("ascii")


def packed(*members: tuple[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return content.getvalue()


@cache
def filed() -> list[Sound]:
    return [Sound(FILING, {FILING: filing()})]


@cache
def filed_zips() -> list[Sound]:
    one = packed((FILING, filing()))
    two = packed(("inner.zip", one), ("readme.txt", b"x"))
    name = FILING.replace(".csv", ".zip")
    return [Sound(name, {name: one}), Sound("states.zip", {"states.zip": two})]


@cache
def reduced() -> list[Sound]:
    from tests.fuzz.reads import reduce_folder  # noqa: PLC0415 (reads need sounds too)

    with scratch() as folder:
        (folder / FILING).write_bytes(filing(300))
        filings.ingest(folder / FILING, folder / "filings")
        (folder / "filings" / ".ingest-seen.json").unlink()
        (folder / FILING).unlink()
        reduce_folder(folder / "filings" / "ingest.json")
        return [taken(folder / "filings", "ingest.json")]


@cache
def terrain_tif() -> list[Sound]:
    found = []
    for compress in ("none", "deflate"):
        with scratch() as folder:
            y, x = np.mgrid[:80, :80]
            heights = (200 + 40 * np.sin(x / 9) + 30 * np.cos(y / 7)).astype(np.float32)
            profile = {
                "driver": "GTiff",
                "dtype": "float32",
                "count": 1,
                "width": 80,
                "height": 80,
                "compress": compress,
            }
            place = Affine(200, 0, 99_500, 0, -200, 915_500)
            with rasterio.open(folder / "hills.tif", "w", crs=CRS, transform=place, **profile) as file:
                file.write(heights, 1)
            found.append(taken(folder, "hills.tif"))
    return found


@cache
def terrain_asc() -> list[Sound]:
    head = "ncols 80\nnrows 80\nxllcorner 99500\nyllcorner 899500\ncellsize 200\nNODATA_value -9999\n"
    rows = "\n".join(" ".join(f"{200 + 3 * (x % 7) + y % 5:.1f}" for x in range(80)) for y in range(80)) + "\n"
    with rasterio.Env():
        wkt = rasterio.crs.CRS.from_string(CRS).to_wkt()
    return [Sound("hills.asc", {"hills.asc": (head + rows).encode("ascii"), "hills.prj": wkt.encode("ascii")})]


@cache
def region() -> list[Sound]:
    sample = (ROOT / "data" / "sample" / "region.toml").read_bytes()
    return [taken(SMALL, "region.toml"), Sound("region.toml", {"region.toml": sample})]


@cache
def price_book() -> list[Sound]:
    folder = ROOT / "planner" / "prices"
    return [Sound("own.toml", {"own.toml": (folder / f"{name}.toml").read_bytes()}) for name in price_books()]


@cache
def rule_file() -> list[Sound]:
    files = sorted((ROOT / "planner" / "programmes").glob("*.toml"))
    return [Sound(path.name, {path.name: path.read_bytes()}) for path in files[:4]]


@cache
def saved_plan() -> list[Sound]:
    with scratch() as folder:
        plan(load_region(SMALL / "region.toml")).save(folder)
        return [taken(folder, "plan.json"), taken(folder, "plan.gpkg")]


@cache
def handover() -> list[Sound]:
    from hashlib import sha256  # noqa: PLC0415

    files = {f"csv/{name}.csv": f"a,b\n{name},1\n".encode() for name in ("one", "two", "three")}
    rows = [{"name": name, "sha256": sha256(content).hexdigest()} for name, content in files.items()]
    text = json.dumps({"region": "Invented", "files": rows}, indent=1).encode("ascii")
    return [Sound("manifest.json", {"manifest.json": text, **files})]
