"""Crafted inputs: bombs, false claims, ways out of a folder, shapes that are none."""

import gzip
import io
import json
import sqlite3
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from shapely import LineString, MultiPolygon, Point, Polygon, box, wkt

from tests.fuzz.case import Sound
from tests.fuzz.sounds import filing, packed, plain_parquet, scratch, towns

Made = tuple[Sound, str]
Makers = Mapping[str, Callable[[Sound], Made]]


def _as(suffix: str, content: bytes, must: str = "refuse", stem: str = "towns") -> Callable[[Sound], Made]:
    name = stem + suffix
    return lambda _sound: (Sound(name, {name: content}), must)


def _later(
    suffix: str, make: Callable[[], bytes], must: str = "refuse", stem: str = "towns"
) -> Callable[[Sound], Made]:
    name, once = stem + suffix, cache(make)
    return lambda _sound: (Sound(name, {name: once()}), must)


_VRT: Final = b"""<OGRVRTDataSource><OGRVRTLayer name="towns"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>
</OGRVRTDataSource>"""
LAUGHS: Final = (
    '<!DOCTYPE lolz [<!ENTITY a "lollollol">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
    + "]>"
)
OUTSIDE: Final = '<!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def _kml(head: str, name: str) -> bytes:
    ring = "-72.5,42.1 -72.4,42.1 -72.4,42.2 -72.5,42.1"
    return (
        f'<?xml version="1.0"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>{name}</name>'
        f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
        "</Placemark></Document></kml>"
    ).encode()


def _features(*geometries: Any, town: Any = "Town") -> bytes:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::26986"}}
    features = [
        {"type": "Feature", "properties": {"town_geoid": f"25999100{n:02}", "town": town}, "geometry": geometry}
        for n, geometry in enumerate(geometries)
    ]
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}).encode()


def _ring(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [list(map(list, points))]}


_SQUARE: Final = _ring((1e5, 9e5), (1.1e5, 9e5), (1.1e5, 9.1e5), (1e5, 9.1e5), (1e5, 9e5))
_NUMBER: Final = b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"town_geoid":"2599910000","town":"A"},"geometry":{"type":"Polygon","coordinates":[[[%s,42],[-72,42],[-72,43],[%s,42]]]}}]}'

GEOJSON: Final[Makers] = {
    "virtual source": _as(".geojson", _VRT),
    "deep": _as(".geojson", b'{"type":"FeatureCollection","features":' + b"[" * 200_000),
    "deep collections": _as(".geojson", _features(json.loads('{"type":"GeometryCollection","geometries":[' * 60 + "]}" * 60))),
    "not a number": _as(".geojson", _NUMBER % (b"NaN", b"NaN")),
    "infinite": _as(".geojson", _NUMBER % (b"1e999", b"1e999")),
    "text for a number": _as(".geojson", _NUMBER % (b'"1e5"', b'"1e5"')),
    "no shape": _as(".geojson", _features(_SQUARE, None)),
    "empty shape": _as(".geojson", _features(_SQUARE, {"type": "Polygon", "coordinates": []})),
    "self-crossing": _as(".geojson", _features(_ring((1e5, 9e5), (1.1e5, 9.1e5), (1.1e5, 9e5), (1e5, 9.1e5), (1e5, 9e5))), "any"),
    "antimeridian": _as(".geojson", _NUMBER % (b"179.9", b"179.9"), "any"),
    "three dimensions": _as(".geojson", _features({"type": "Polygon", "coordinates": [[[1e5, 9e5, 1], [1.1e5, 9e5], [1.1e5, 9.1e5, 3], [1e5, 9e5, 1]]]}), "any"),
    "long text": _later(".geojson", lambda: _features(_SQUARE, town="x" * 10_000_000)),
    "nested text": _as(".geojson", _features(_SQUARE, town={"a": [1, {"b": 2}]}), "any"),
    "NUL in text": _as(".geojson", _features(_SQUARE, town="a\0b"), "any"),
    "written right to left": _as(".geojson", _features(_SQUARE, town="\u202e\u05d0\u05d1=1+1"), "any"),
    "mixed kinds": _as(".geojson", _features(_SQUARE, {"type": "Point", "coordinates": [1e5, 9e5]})),
    "other CRS, far away": _as(".geojson", b'{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"/etc/passwd"}},"features":[]}'),
}  # fmt: skip


def _sqlite(*statements: str) -> bytes:
    with scratch() as folder:
        towns().to_file(folder / "towns.gpkg", layer="towns")
        connection = sqlite3.connect(folder / "towns.gpkg")
        for statement in statements:
            connection.executescript(statement)
        connection.commit()
        connection.close()
        return (folder / "towns.gpkg").read_bytes()


_FOREVER: Final = """PRAGMA foreign_keys=OFF; DROP TABLE IF EXISTS gpkg_ogr_contents;
    CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n)
    SELECT i AS fid, '2599910000' AS town_geoid, 'A' AS town, (SELECT geom FROM towns LIMIT 1) AS geom FROM n;
    UPDATE gpkg_geometry_columns SET table_name='endless'; DELETE FROM gpkg_extensions;
    UPDATE gpkg_contents SET table_name='endless', identifier='endless' WHERE table_name='towns';"""
_HOLE: Final = """DROP TRIGGER IF EXISTS rtree_towns_geom_update1; DROP TRIGGER IF EXISTS rtree_towns_geom_update2;
    DROP TRIGGER IF EXISTS rtree_towns_geom_update3; DROP TRIGGER IF EXISTS rtree_towns_geom_update4;
    DROP TRIGGER IF EXISTS rtree_towns_geom_update5; DROP TRIGGER IF EXISTS rtree_towns_geom_update6;
    DROP TRIGGER IF EXISTS rtree_towns_geom_update7; UPDATE towns SET geom = NULL WHERE fid = 3;"""


def _geopackage_of(table: gpd.GeoDataFrame) -> bytes:
    with scratch() as folder:
        table.to_file(folder / "towns.gpkg", engine="pyogrio")
        return (folder / "towns.gpkg").read_bytes()


def _shapes(*shapes: Any) -> gpd.GeoDataFrame:
    columns = {"town_geoid": [f"25999100{n:02}" for n in range(len(shapes))], "town": "A"}
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:26986")


GPKG: Final[Makers] = {
    "endless view": _later(".gpkg", lambda: _sqlite(_FOREVER)),
    "virtual source": _as(".gpkg", _VRT),
    "header alone": _later(".gpkg", lambda: _sqlite()[:100]),
    "blob for a shape": _later(".gpkg", lambda: _sqlite(_HOLE)),
    "not a number": _later(".gpkg", lambda: _geopackage_of(_shapes(Polygon([(1e5, 9e5), (np.nan, 9e5), (1.1e5, 9.1e5), (1e5, 9e5)])))),
    "infinite": _later(".gpkg", lambda: _geopackage_of(_shapes(Polygon([(1e5, 9e5), (np.inf, 9e5), (1.1e5, 9.1e5), (1e5, 9e5)])))),
    "empty shape": _later(".gpkg", lambda: _geopackage_of(_shapes(box(1e5, 9e5, 1.1e5, 9.1e5), Polygon()))),
    "long text": _later(".gpkg", lambda: _geopackage_of(_shapes(box(1e5, 9e5, 1.1e5, 9.1e5)).assign(town="x" * 10_000_000))),
}  # fmt: skip

KML: Final[Makers] = {
    "billion laughs": _as(".kml", _kml(LAUGHS, "&j;")),
    "outside entity": _as(".kml", _kml(OUTSIDE, "&a;")),
    "wide billion laughs": _as(".kml", _kml(LAUGHS, "&j;").decode().encode("utf-16")),
    "virtual source": _as(".kml", _VRT),
    "deep": _as(".kml", b'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2">' + b"<Folder>" * 100_000),
    "not a number": _as(".kml", _kml("", "A").replace(b"-72.5,42.1", b"NaN,42.1")),
    "infinite": _as(".kml", _kml("", "A").replace(b"-72.5,42.1", b"1e999,42.1")),
}  # fmt: skip
OSM: Final[Makers] = {
    "billion laughs": _as(".osm", f'<?xml version="1.0"?>{LAUGHS}<osm version="0.6"><node id="1" lat="42" lon="-72"><tag k="a" v="&j;"/></node></osm>'.encode(), stem="roads"),
    "outside entity": _as(".osm", f'<?xml version="1.0"?>{OUTSIDE}<osm version="0.6">&a;</osm>'.encode(), stem="roads"),
    "not a number": lambda sound: (sound.with_main(sound.main.replace(b'lat="42.004"', b'lat="NaN"')), "refuse"),
    "infinite": lambda sound: (sound.with_main(sound.main.replace(b'lat="42.004"', b'lat="1e999"')), "refuse"),
    "pole": lambda sound: (sound.with_main(sound.main.replace(b'lat="42.004"', b'lat="942"')), "refuse"),
    "deep": _as(".osm", b'<?xml version="1.0"?><osm version="0.6">' + b"<way>" * 100_000, stem="roads"),
    "missing points": lambda sound: (sound.with_main(sound.main.replace(b'<node id="7"', b'<node id="9007"')), "refuse"),
}  # fmt: skip


def _bomb(size: int) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("towns.dbf", "w") as file:
        for _ in range(size >> 20):
            file.write(bytes(1 << 20))
    return content.getvalue()


def _zip_with(sound: Sound, *members: tuple[str, bytes], link: str = "") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sound.main)) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name), old.read(name))
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16 if name == link else 0
            new.writestr(info, data)
    return content.getvalue()


def _overlapping(sound: Sound) -> bytes:
    """Let every entry of the directory point at the first member."""
    content = bytearray(sound.main)
    place = content.find(b"PK\x01\x02")
    while place >= 0:
        content[place + 42 : place + 46] = bytes(4)
        place = content.find(b"PK\x01\x02", place + 4)
    return bytes(content)


def _encrypted(sound: Sound) -> bytes:
    content = bytearray(sound.main)
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = content.find(mark)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(mark, place + 4)
    return bytes(content)


_SHARED_ZIP: Final[Makers] = {
    "climbs out": lambda sound: (sound.with_main(_zip_with(sound, ("../../evil.shp", b"x"), ("/etc/evil.shp", b"x"))), "refuse"),
    "link": lambda sound: (sound.with_main(_zip_with(sound, ("link.shp", b"/etc/passwd"), link="link.shp")), "refuse"),
    "overlapping": lambda sound: (sound.with_main(_overlapping(sound)), "refuse"),
    "encrypted": lambda sound: (sound.with_main(_encrypted(sound)), "refuse"),
}  # fmt: skip
ZIP: Final[Makers] = {
    **_SHARED_ZIP,
    "bomb": _later(".zip", lambda: _bomb(200 << 20)),
    "virtual source": lambda sound: (sound.with_main(packed(("towns.vrt", _VRT))), "refuse"),
    "empty": _as(".zip", packed()),
    "zip in zip": lambda sound: (sound.with_main(packed(("a.zip", sound.main))), "refuse"),
}  # fmt: skip


def _filing_bomb() -> bytes:
    content = io.BytesIO()
    name = "bdc_25_Fiber_fixed_broadband_J25_18nov2025.csv"
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as file:
        file.write(filing(1))
        for _ in range(100):
            file.write(bytes(1 << 20))
    return content.getvalue()


FILED_ZIP: Final[Makers] = {
    "bomb": _later(".zip", _filing_bomb, stem="filing"),
    "bomb in a zip": _later(".zip", lambda: packed(("inner.zip", _filing_bomb())), stem="filing"),
    "zip in zip in zip": lambda sound: (sound.with_main(packed(("a.zip", packed(("b.zip", packed(("c.zip", sound.main))))))), "refuse"),
    "encrypted": _SHARED_ZIP["encrypted"],
    "overlapping": lambda sound: (sound.with_main(_overlapping(Sound("x", {"x": packed(("a.csv", filing(3)), ("b.csv", filing(4)))}))), "refuse"),
    "climbs out": lambda sound: (sound.with_main(packed(("../../" + "evil.csv", filing(60)))), "any"),
}  # fmt: skip


def _parquet(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def _many_rows() -> bytes:
    sink, part = io.BytesIO(), 4_000_000
    names = ["town_geoid", "down_mbps", "up_mbps", "premises", "share_served"]
    one = [pa.array(["2599910000"]), *(pa.array([value]) for value in (25.0, 3.0, 1, 0.5))]
    columns = [pa.DictionaryArray.from_arrays(np.zeros(part, np.int32), each).dictionary_decode() for each in one]
    table = pa.table(columns, names=names)
    with pq.ParquetWriter(sink, table.schema, compression="zstd") as writer:
        for _ in range(2):
            writer.write_table(table)
    return sink.getvalue()


def _long_strings() -> bytes:
    table = pa.Table.from_pandas(pd.read_parquet(io.BytesIO(plain_parquet()[0].main)))
    notes = pa.DictionaryArray.from_arrays(np.zeros(len(table), np.int32), pa.array(["x" * 50_000_000]))
    table = table.set_column(table.schema.get_field_index("note"), "note", notes)
    return _parquet(table, compression="zstd")


def _nested() -> bytes:
    kind: pa.DataType = pa.string()
    value: Any = "a"
    for _ in range(90):
        kind, value = pa.list_(kind), [value]
    return _parquet(pa.table({"town_geoid": pa.array([value], kind), "down_mbps": [1.0]}))


def _not_utf8() -> bytes:
    """A column of texts, one of which is none."""
    texts = pa.StringArray.from_buffers(
        2, pa.py_buffer(struct.pack("<3i", 0, 10, 20)), pa.py_buffer(b"25999100002599910\xb001")
    )
    shares = pa.array([0.5, 0.6])
    columns = {"town_geoid": texts, "down_mbps": shares, "up_mbps": shares, "share_served": shares}
    return _parquet(pa.table({**columns, "premises": pa.array([7, 8])}))


PARQUET: Final[Makers] = {
    "text is not UTF-8": _later(".parquet", _not_utf8, stem="shares"),
    "many rows of nothing": _later(".parquet", _many_rows, stem="shares"),
    "long text, repeated": _later(".parquet", _long_strings, stem="shares"),
    "nested": _later(".parquet", _nested, stem="shares"),
    "footer claims 2 GB": _as(".parquet", b"PAR1" + bytes(50) + struct.pack("<I", 0x7FFFFFFF) + b"PAR1", stem="shares"),
    "same column twice": _later(".parquet", lambda: _parquet(pa.table([pa.array(["2599910000"])] * 2, names=["town_geoid"] * 2)), stem="shares"),
}  # fmt: skip


def _geo_text(text: str) -> bytes:
    schema = pa.schema(
        [("town_geoid", pa.string()), ("town", pa.string()), ("geometry", pa.binary())], metadata={"geo": text}
    )
    rows = [["2599910000"], ["A"], [wkt.loads("POLYGON((0 0,1 0,1 1,0 0))").wkb]]
    return _parquet(pa.table(rows, schema=schema))


def _geo_shape(*shapes: Any) -> bytes:
    sink = io.BytesIO()
    _shapes(*shapes).to_parquet(sink)
    return sink.getvalue()


GEOPARQUET: Final[Makers] = {
    "geo is no object": _later(".parquet", lambda: _geo_text("[]")),
    "geo is deep": _later(".parquet", lambda: _geo_text('{"columns":' + "[" * 100_000)),
    "geo without columns": _later(".parquet", lambda: _geo_text("{}")),
    "geo with other columns": _later(".parquet", lambda: _geo_text('{"primary_column":"x","version":"1.0.0","columns":{"x":{"encoding":"WKB"}}}')),
    "not a number": _later(".parquet", lambda: _geo_shape(Polygon([(1e5, 9e5), (np.nan, 9e5), (1.1e5, 9.1e5), (1e5, 9e5)]))),
    "mixed kinds": _later(".parquet", lambda: _geo_shape(box(1e5, 9e5, 1.1e5, 9.1e5), Point(1e5, 9e5), LineString([(0, 0), (1, 1)]))),
    "empty part": _later(".parquet", lambda: _geo_shape(MultiPolygon([]))),
}  # fmt: skip


def _patched(offset: int, number: bytes) -> Callable[[Sound], Made]:
    return lambda sound: (
        sound.with_main(sound.main[:offset] + number + sound.main[offset + len(number) :]), "any"
    )  # fmt: skip


def _dbf(offset: int, number: bytes) -> Callable[[Sound], Made]:
    def make(sound: Sound) -> Made:
        name = sound.name.replace(".shp", ".dbf")
        content = sound.files[name]
        files = {**sound.files, name: content[:offset] + number + content[offset + len(number) :]}
        return Sound(sound.name, files), "rows"

    return make


SHP: Final[Makers] = {
    "claims 8 GB": _patched(24, struct.pack(">i", 0x7FFFFFFF)),
    "record of 4 GB": _patched(104, struct.pack(">i", 0x7FFFFFFF)),
    "record of less than nothing": _patched(104, struct.pack(">i", -5)),
    "two billion points": _patched(148, struct.pack("<i", 0x7FFFFFFF)),
    "two billion rows": _dbf(4, struct.pack("<I", 0x7FFFFFFF)),
    "fewer rows": _dbf(4, struct.pack("<I", 3)),
    "no index": lambda sound: (Sound(sound.name, {name: data for name, data in sound.files.items() if not name.endswith(".shx")}), "same"),
    "no table": lambda sound: (Sound(sound.name, {name: data for name, data in sound.files.items() if not name.endswith(".dbf")}), "refuse"),
    "virtual source": _as(".shp", _VRT),
}  # fmt: skip
FGB: Final[Makers] = {
    "magic alone": _as(".fgb", b"fgb\x03fgb\x01"),
    "header of 4 GB": _as(".fgb", b"fgb\x03fgb\x01" + struct.pack("<I", 0xFFFFFFFF) + bytes(64)),
    "header of 100 MB": _as(".fgb", b"fgb\x03fgb\x01" + struct.pack("<I", 100_000_000) + bytes(64)),
    "virtual source": _as(".fgb", _VRT),
}

_HEAD: Final = b"id,town,down,up,x,y\n"
_ROW: Final = b"%d,2599910000,25,3,100500,904000\n"


def _premises(old: bytes, new: bytes, must: str = "refuse") -> Callable[[Sound], Made]:
    text = _HEAD + b"".join(_ROW % n for n in range(20))
    return _as(".csv", text.replace(old, new, 1), must, stem="premises")


CSV: Final[Makers] = {
    "1e999": _premises(b",25,", b",1e999,"),
    "not a number": _premises(b",25,", b",NaN,"),
    "infinite": _premises(b",25,", b",-Infinity,"),
    "infinite place": _premises(b"100500", b"inf"),
    "no place": _premises(b"100500", b""),
    "short row": _premises(b"5,2599910000,25,3,100500,904000\n", b"5,2599910000,25,3\n"),
    "long row": _premises(b"5,2599910000,25,3,100500,904000\n", b"5,2599910000,25,3,100500,904000,7\n"),
    "same column twice": _premises(b"id,town", b"id,id"),
    "no column": _premises(b"down,", b"", "refuse"),
    "NUL in a key": _premises(b"\n5,", b"\n5\0,", "refuse"),
    "open quote": _premises(b"\n5,", b'\n"5,', "refuse"),
    "long text": lambda _sound: (Sound("shares.csv", {"shares.csv": b"town_geoid,down_mbps,up_mbps,premises,share_served,note\n2599910000,25,3,7,0.5," + b"x" * 10_000_000 + b"\n"}), "refuse"),
    "many columns": lambda _sound: (Sound("shares.csv", {"shares.csv": b"town_geoid," + b",".join(b"c%d" % n for n in range(300_000)) + b"\n"}), "refuse"),
    "column named as ours within": _premises(b"id,town,down,up,x,y", b"id,town,down,up,x,y,geometry,wkt,__x".replace(b",geometry,wkt,__x", b""), "any"),
    "formula": lambda _sound: (Sound("shares.csv", {"shares.csv": b"town_geoid,down_mbps,up_mbps,premises,share_served,note\n2599910000,25,3,7,0.5,=cmd|x\n"}), "any"),
    "wide": _as(".csv", (_HEAD + _ROW % 1).decode().encode("utf-16"), stem="premises"),
    "deep shape": lambda _sound: (Sound("roads.csv", {"roads.csv": b'road_id,wkt\na,"' + b"GEOMETRYCOLLECTION(" * 5000 + b'"\n'}), "refuse"),
    "deep brackets": lambda _sound: (Sound("roads.csv", {"roads.csv": b'road_id,wkt\na,"' + b"(" * 100_000 + b'"\n'}), "refuse"),
    "shape not a number": lambda _sound: (Sound("roads.csv", {"roads.csv": b'road_id,wkt\na,"LINESTRING (nan 1, 2 3)"\n'}), "refuse"),
    "bomb": lambda _sound: (Sound("shares.csv.gz", {"shares.csv.gz": gzip.compress(bytes(100 << 20), 9, mtime=0)}), "refuse"),
    "bomb of rows": lambda _sound: (Sound("shares.csv.gz", {"shares.csv.gz": gzip.compress(b"town_geoid,down_mbps,up_mbps,premises,share_served\n" + b"2599910000,25,3,7,0.5\n" * 5_000_000, 9, mtime=0)}), "refuse"),
}  # fmt: skip


def toml(old: bytes, new: bytes, must: str = "refuse") -> Callable[[Sound], Made]:
    """Return a maker that puts lines before a TOML file, or replaces some; a file without them stays sound."""

    def make(sound: Sound) -> Made:
        if old and old not in sound.main:
            return sound, "same"
        return sound.with_main(sound.main.replace(old, new, 1) if old else new + b"\n" + sound.main), must

    return make


TOML: Final[Makers] = {
    "deep list": toml(b"", b"a = " + b"[" * 10_000 + b"]" * 10_000),
    "deep table": toml(b"", b"a = " + b"{a=" * 5000 + b"1" + b"}" * 5000),
    "deep key": toml(b"", b".".join([b"a"] * 20_000) + b" = 1"),
    "deep head": lambda sound: (sound.with_main(sound.main + b"\n[" + b".".join([b"a"] * 3000) + b"]\nb = 1\n"), "refuse"),
    "deep within": lambda sound: (sound.with_main(sound.main + b"\n[scenario.x.layers" + b".a" * 3000 + b"]\nb = 1\n"), "refuse"),
    "long number": toml(b"", b"name = " + b"9" * 10_000),
    "long text": toml(b"name = ", b'name = "' + b"x" * 10_000_000 + b'"\nold = '),
    "huge float": toml(b"as_of = ", b"as_of = 1e999999999\nold = "),
    "day out of range": toml(b"as_of = ", b"as_of = 2015-13-45\nold = "),
    "first year": toml(b"as_of = ", b"as_of = 0001-01-01\nold = ", "any"),
    "wide": lambda sound: (sound.with_main(sound.main.decode().encode("utf-16")), "refuse"),
    "mark": lambda sound: (sound.with_main(b"\xef\xbb\xbf" + sound.main), "refuse"),
    "NUL": toml(b"name = ", b'name = "a\0b"\nold = '),
    "NUL as escape": toml(b"name = ", b'crs = "\\u0000"\nold = '),
    "many keys": toml(b"", b"\n".join(b"k%d = 1" % n for n in range(50_000))),
}  # fmt: skip
REGION: Final[Makers] = {
    **TOML,
    "climbs to a book": toml(b'prices = "massachusetts-2015"', b'prices = "../../../../etc/passwd.toml"'),
    "NUL in a book": toml(b'prices = "massachusetts-2015"', b'prices = "a\\u0000.toml"'),
    "long book": toml(b'prices = "massachusetts-2015"', b'prices = "' + b"x" * 5000 + b'.toml"'),
    "NUL in a CRS": toml(b'crs = "EPSG:26986"', b'crs = "EPSG:26986\\u0000"'),
    "CRS from a file": toml(b'crs = "EPSG:26986"', b'crs = "/etc/passwd"'),
    "share of 1e999": toml(b"as_of = ", b"targets = [{ down_mbps = 25, up_mbps = 3, share = 1e999 }]\nas_of = "),
    "share not a number": toml(b"as_of = ", b"targets = [{ down_mbps = nan, up_mbps = inf, share = nan }]\nas_of = "),
    "share of a million digits": toml(b"as_of = ", b"targets = [{ down_mbps = 25, up_mbps = 3, share = 0." + b"1" * 1_000_000 + b" }]\nas_of = "),
    "tiny share": toml(b"as_of = ", b"targets = [{ down_mbps = 25, up_mbps = 3, share = 1e-999999999 }]\nas_of = "),
}  # fmt: skip
