"""Crafted inputs of the other readers: rasters, saved plans, manifests, folders of filings, published files."""

import json
import struct
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import rasterio
from rasterio.transform import Affine

from tests.fuzz.case import Sound
from tests.fuzz.hostile import Made, Makers, _as, _later
from tests.fuzz.sounds import CRS, scratch


def _tiff(width: int, height: int, cell: float, **options: Any) -> bytes:
    """Return a raster that claims many cells and holds none."""
    with scratch() as folder:
        profile = {
            "driver": "GTiff",
            "dtype": "float32",
            "count": 1,
            "width": width,
            "height": height,
            "sparse_ok": True,
        }
        place = Affine(cell, 0, 99_500, 0, -cell, 915_500)
        with rasterio.open(folder / "hills.tif", "w", crs=CRS, transform=place, **profile, **options):
            pass
        return (folder / "hills.tif").read_bytes()


def _whole(value: float, dtype: str = "float32", **options: Any) -> bytes:
    with scratch() as folder:
        profile = {"driver": "GTiff", "dtype": dtype, "count": 1, "width": 80, "height": 80, **options}
        with rasterio.open(
            folder / "h.tif", "w", crs=CRS, transform=Affine(200, 0, 99_500, 0, -200, 915_500), **profile
        ) as file:
            file.write(np.full((80, 80), value, dtype), 1)
        return (folder / "h.tif").read_bytes()


TIF: Final[Makers] = {
    "a billion cells": _later(".tif", lambda: _tiff(60_000, 60_000, 0.25, tiled=True, bigtiff="yes"), stem="hills"),
    "200 million empty cells": _later(".tif", lambda: _tiff(15_500, 15_500, 1.0, tiled=True, compress="deflate"), stem="hills"),
    "not a number": _later(".tif", lambda: _whole(np.nan), stem="hills"),
    "infinite": _later(".tif", lambda: _whole(np.inf), stem="hills"),
    "1e38": _later(".tif", lambda: _whole(1e38), stem="hills"),
    "complex numbers": _later(".tif", lambda: _whole(7, "complex64"), stem="hills"),
    "virtual source": _as(".tif", b'<VRTDataset rasterXSize="9" rasterYSize="9"></VRTDataset>', stem="hills"),
    "directory in a ring": _as(".tif", b"II*\0" + struct.pack("<IHI", 8, 0, 8), stem="hills"),
}  # fmt: skip


def _asc(head: str) -> Callable[[Sound], Made]:
    def make(sound: Sound) -> Made:
        body = sound.main.split(b"\n", 6)[6]
        return sound.with_main(head.encode("ascii") + b"\n" + body), "refuse"

    return make


_CORNER: Final = "xllcorner 99500\nyllcorner 899500\n"
ASC: Final[Makers] = {
    "a billion cells": _asc(f"ncols 2000000000\nnrows 2000000000\n{_CORNER}cellsize 200\nNODATA_value -9999"),
    "cells of 30,000 by 30,000": _asc(f"ncols 30000\nnrows 30000\n{_CORNER}cellsize 0.5\nNODATA_value -9999"),
    "fewer than nothing": _asc(f"ncols -80\nnrows 80\n{_CORNER}cellsize 200\nNODATA_value -9999"),
    "no size": _asc(f"ncols 80\nnrows 80\n{_CORNER}cellsize 0\nNODATA_value -9999"),
    "size not a number": _asc(f"ncols 80\nnrows 80\n{_CORNER}cellsize nan\nNODATA_value -9999"),
    "more rows": _asc(f"ncols 80\nnrows 90\n{_CORNER}cellsize 200\nNODATA_value -9999"),
    "1e999": lambda sound: (sound.with_main(sound.main.replace(b" 203.0 ", b" 1e999 ")), "refuse"),
    "text": lambda sound: (sound.with_main(sound.main.replace(b" 203.0 ", b" abc ")), "refuse"),
    "NaN": lambda sound: (sound.with_main(sound.main.replace(b"203.0", b"nan")), "refuse"),
    "CRS broken off": lambda sound: (
        Sound(sound.name, {**sound.files, "hills.prj": sound.files["hills.prj"].replace(b"ian", b"{" * 3000, 1)}), "refuse"
    ),
}  # fmt: skip


def _record(**changes: Any) -> Callable[[Sound], Made]:
    """Return a maker that changes keys of plan.json or of the like."""

    def make(sound: Sound) -> Made:
        name = next(name for name in sound.files if name in ("plan.json", "manifest.json", "ingest.json"))
        content = {**json.loads(sound.files[name]), **changes}
        return Sound(sound.name, {**sound.files, name: json.dumps(content).encode("ascii")}), "refuse"

    return make


def _text(content: bytes) -> Callable[[Sound], Made]:
    def make(sound: Sound) -> Made:
        name = next(name for name in sound.files if name in ("plan.json", "manifest.json", "ingest.json"))
        return Sound(sound.name, {**sound.files, name: content}), "refuse"

    return make


_JSON: Final[Makers] = {
    "deep": _text(b"[" * 200_000),
    "deep objects": _text(b'{"a":' * 200_000),
    "a list": _text(b"[]"),
    "nothing": _text(b"null"),
    "empty": _text(b""),
    "long number": _text(b"9" * 100_000),
    "wide": _text('{"files": []}'.encode("utf-16")),
}
PLAN: Final[Makers] = {
    **_JSON,
    "notes are a text": _record(notes="abc"),
    "notes are numbers": _record(notes=[1, {"a": 2}]),
    "parameters are a list": _record(parameters=[]),
    "no outputs": _record(outputs=None),
    "outputs are numbers": _record(outputs={"plan.gpkg": 7}),
}
MANIFEST: Final[Makers] = {
    **_JSON,
    "no files": _record(files=[]),
    "files are texts": _record(files=["a"]),
    "climbs out": _record(files=[{"name": "../../../etc/passwd", "sha256": "0"}]),
    "absolute": _record(files=[{"name": "/etc/passwd", "sha256": "0"}]),
    "long name": _record(files=[{"name": "x" * 5000, "sha256": "0"}]),
    "NUL": _record(files=[{"name": "a\0b", "sha256": "0"}]),
    "half a sign": _record(files=[{"name": "\ud800", "sha256": "0"}]),
    "many": _record(files=[{"name": f"f{n}", "sha256": "0"} for n in range(20_000)]),
}


def _without_rejects(sound: Sound) -> Made:
    content = json.loads(sound.files["ingest.json"])
    for entry in content["sources"].values():
        del entry["rejects"]
    return Sound(sound.name, {**sound.files, "ingest.json": json.dumps(content).encode("ascii")}), "refuse"


REDUCED: Final[Makers] = {
    **_JSON,
    "without rejects": _without_rejects,
    "sources are a list": _record(sources=[]),
    "sources are texts": _record(sources={"a": "b"}),
    "source without members": _record(sources={"a": {}}),
    "member without format": _record(sources={"a": {"members": [{}], "rejects": None}}),
    "climbs out": _record(sources={"a": {"members": [{"output": {"name": "/etc/passwd", "bytes": 1, "sha256": "0"}}]}}),
}
ADAPTED: Final[Makers] = {
    "deep JSON": _as(".json", b'[["B23001_024E","us"],' + b"[" * 100_000, stem="acs5_2019"),
    "rows are numbers": _as(".json", b'[["B23001_024E","us"],1,2]', stem="acs5_2019"),
    "cells are lists": _as(".json", b'[["B23001_024E","us"],[[1,2],{"a":1}]]', stem="acs5_2019"),
    "names are lists": _as(".json", b'[["B23001_024E",["us"]],["1","1"]]', stem="acs5_2019"),
    "same name twice": _as(".json", b'[["B23001_024E","B23001_024E","us"],["1","2","1"]]', stem="acs5_2019"),
    "1e999": _as(".json", b'[["B23001_024E","us"],["1e999","1"]]', stem="acs5_2019"),
    "infinite": _as(".json", b'[["B23001_024E","us"],[Infinity,"1"]]', stem="acs5_2019"),
    "year 99999": _as(".csv", b"fips,name,year,labor_force,employed,unemployed\n25011,A,99999999999999999999,1,1,1\n", stem="laus"),
    "month of the 99th year": _as(".csv", b"fips,GeoName,9999,0001\n25011,A,1,2\n", "any", stem="income"),
    "same column twice": _as(".csv", b"fips,fips,name,year,labor_force,employed,unemployed\n25011,25011,A,2019,1,1,1\n", stem="laus"),
    "same column twice but for blanks": _as(".csv", b"fips, fips ,name,year,labor_force,employed,unemployed\n25011,25013,A,2019,1,1,1\n", stem="laus"),
    "bomb": lambda _sound: (Sound("laus.csv.gz", {"laus.csv.gz": _gzip_bomb()}), "refuse"),
    "open quote": _as(".csv", b'fips,name,year,labor_force,employed,unemployed\n25011,"A,2019,1,1,1\n', stem="laus"),
    "year of a day": _as(".1", b"series_id\tyear\tperiod\tvalue\nLNU04000000\t9999\tM12\t4\n", "any", stem="ln.data"),
    "year 0000": _as(".1", b"series_id\tyear\tperiod\tvalue\nLNU04000000\t0000\tM12\t4\n", stem="ln.data"),
    "half a year": _as(".csv", b"fips,name,year,labor_force,employed,unemployed\n25011,A,2019.5,1,1,1\n", stem="laus"),
    "long text": _later(".csv", lambda: b"fips,name,year,labor_force,employed,unemployed\n25011," + b"x" * 10_000_000 + b",2019,1,1,1\n", stem="laus"),
}  # fmt: skip


def _gzip_bomb() -> bytes:
    import gzip  # noqa: PLC0415

    return gzip.compress(
        b"fips,name,year,labor_force,employed,unemployed\n" + b"25011,A,2019,1,1,1\n" * 6_000_000, 9, mtime=0
    )


def _replaced(old: bytes, new: bytes, must: str = "refuse") -> Callable[[Sound], Made]:
    return lambda sound: (sound.with_main(sound.main.replace(old, new, 1)), must)


QCEW: Final[Makers] = {
    "half a year": _replaced(b",2016,A", b",2016.5,A"),
    "1e999": _replaced(b",801,", b",1e999,"),
    "huge year": _replaced(b",2016,A", b",1e300,A"),
    "text": _replaced(b",801,", b",abc,"),
    "short row": _replaced(b",41,801,1\n", b"\n"),
    "long row": _replaced(b",41,801,1\n", b",41,801,1,5,6\n"),
    "same column twice": _replaced(b"own_code", b"area_fips"),
    "open quote": _replaced(b'"Hampden County, Massachusetts",43', b'"Hampden County, Massachusetts,43'),
    "not UTF-8": _replaced(b"Hampden", b"Hampd\xe9n", "any"),
    "NUL": _replaced(b",801,", b",8\x0001,"),
}
CBP: Final[Makers] = {
    "1e999": _replaced(b",1100,", b",1e999,"),
    "text": _replaced(b",1100,", b",abc,"),
    "short row": _replaced(b',"G",1,11,2,3\n', b"\n"),
    "long row": _replaced(b',"G",1,11,2,3\n', b',"G",1,11,2,3,4,5\n'),
    "open quote": _replaced(b'"011"', b'"011'),
    "same column twice": _replaced(b"fipscty", b"fipstate"),
    "half an establishment": _replaced(b",11,2,3\n", b",11.5,2,3\n"),
    "NUL": _replaced(b",1100,", b",11\x0000,"),
}
