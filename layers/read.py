"""Any GIS or table file -> a checked table in the region's metric CRS.

Formats by suffix: GeoPackage, GeoJSON, Shapefile (also zipped), FlatGeobuf and KML through GDAL; GeoParquet and
Parquet through pyarrow; CSV with a WKT column or x and y columns; OpenStreetMap XML for roads.
"""

import datetime as dt
import hashlib
import json
import warnings
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import shapely

from layers import streets
from layers._geometry import near, repair, reproject
from layers.errors import LayerError, suggestion
from layers.layer import Layer

_GDAL = {".gpkg", ".geojson", ".json", ".shp", ".zip", ".fgb", ".kml"}
_X, _Y, _WKT = "x", "y", "wkt"


@dataclass(frozen=True)
class Source:
    """Where a layer's rows come from, as the region file says it.

    Attributes
    ----------
    path
        The file.
    layer
        Table inside the file, where it has several.
    crs
        CRS of a file that carries none.
    columns
        Our column names to theirs. For a CSV, ``x`` and ``y``, or ``wkt``, name its coordinates in `crs`.
    encoding
        Encoding of a text file.
    origin, source, as_of
        Fill the common columns where the file has none.
    """

    path: Path
    layer: str | None = None
    crs: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "utf-8"
    origin: str = "not stated"
    source: str | None = None
    as_of: dt.date | None = None


@dataclass(frozen=True)
class Reading:
    """A checked table, what was repaired on the way, and the hash of what was read."""

    table: pd.DataFrame
    warnings: tuple[str, ...]
    sha256: str


def read(source: Source, declaration: Layer, crs: str, towns: gpd.GeoDataFrame | None = None) -> Reading:
    """Read one layer and take it across the border.

    Parameters
    ----------
    source
        The file and how its columns map to ours.
    declaration
        What the layer must be.
    crs
        The region's metric CRS; geometry is reprojected to it.
    towns
        The region's towns; of a layer that is only background, what lies far from them is left out.

    Returns
    -------
    Reading
        Table as declared, in `crs`.

    Raises
    ------
    LayerError
        Where the file is missing, broken or of unknown format, or with all faults of its content.
    """
    try:
        return _read(source, declaration, crs, towns)
    except LayerError as error:
        raise LayerError(f"layer '{declaration.name}' ({source.path.name})", error.faults) from None


def _read(source: Source, declaration: Layer, crs: str, towns: gpd.GeoDataFrame | None) -> Reading:
    raw, notes = _open(source, _wanted(source, declaration))
    _check_map(source, declaration, raw)
    table = raw.rename(columns={theirs: ours for ours, theirs in source.columns.items()})
    table = _fill_common(_with_geometry(table, source, declaration), source)
    faults: list[str] = []
    if isinstance(table, gpd.GeoDataFrame):
        table, repairs = repair(table, declaration.geometry)
        if declaration.context and towns is not None and table.crs is not None:
            table = near(table, towns)
        table, faults = reproject(table, crs)
        notes.extend(repairs)
    checked = _check(table, declaration, faults, crs)
    return Reading(checked, tuple(notes), file_hash(source.path))


def _check(table: pd.DataFrame, declaration: Layer, faults: Iterable[str], crs: str) -> pd.DataFrame:
    known = list(faults)
    try:
        checked = declaration.check(table, None if known else crs)
    except LayerError as error:
        raise LayerError("", [*known, *error.faults]) from None
    if known:
        raise LayerError("", known)
    return checked


def _wanted(source: Source, declaration: Layer) -> set[str]:
    names = {source.columns.get(name, name) for name in declaration.columns}
    return names | {source.columns.get(name, name) for name in (_X, _Y, _WKT)}


def _open(source: Source, wanted: set[str]) -> tuple[pd.DataFrame, list[str]]:
    path = source.path
    if not path.is_file():
        raise LayerError("", [f"file {path} does not exist; correct its path in the region file"])
    opener = _opener(path)
    if opener is None:
        known = ", ".join(sorted({*_GDAL, ".parquet", ".csv", ".csv.gz", ".tsv", ".osm"}))
        raise LayerError("", [f"format of {path.name} is not known; use one of {known}"])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            table = opener(source, wanted)
        except LayerError:
            raise
        except UnicodeDecodeError as error:
            fault = f'is not {source.encoding} text (byte {error.start}); set encoding = "latin-1" or the true one'
            raise LayerError("", [fault]) from None
        except (OSError, EOFError, ValueError, RuntimeError, zlib.error) as error:
            reason = " ".join(str(error).split())[:300]
            raise LayerError("", [f"cannot be read: {reason}; get the file again or convert it"]) from None
    return table, sorted({str(entry.message) for entry in caught})


def _opener(path: Path) -> Callable[[Source, set[str]], pd.DataFrame] | None:
    name = path.name.lower()
    if name.endswith((".csv", ".csv.gz", ".tsv", ".tsv.gz")):
        return _read_csv
    if name.endswith((".parquet", ".geoparquet")):
        return _read_parquet
    if name.endswith(".osm"):
        return _read_osm
    return _read_gdal if path.suffix.lower() in _GDAL else None


def _read_gdal(source: Source, wanted: set[str]) -> pd.DataFrame:
    if source.path.suffix.lower() == ".gpkg":
        _refuse_cut_geopackage(source.path)
    tables = [str(name) for name in pyogrio.list_layers(source.path)[:, 0]]
    if source.layer is None and len(tables) > 1:
        raise LayerError("", [f'has {len(tables)} tables ({", ".join(tables)}); say which one with layer = "..."'])
    if source.layer is not None and source.layer not in tables:
        raise LayerError("", [f"has no table '{source.layer}'{suggestion(source.layer, tables)}"])
    layer = source.layer if source.layer is not None else tables[0]
    fields = [str(name) for name in pyogrio.read_info(source.path, layer=layer)["fields"]]
    columns = [name for name in fields if name in wanted]
    table: pd.DataFrame = pyogrio.read_dataframe(source.path, layer=layer, columns=columns, use_arrow=False)
    return _remember_columns(_with_crs(table, source.crs), fields)


def _refuse_cut_geopackage(path: Path) -> None:
    """Refuse a GeoPackage that is shorter than its own page count, which would be read in part without a word."""
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise LayerError("", ["is not a GeoPackage; get the file again"])
    page = int.from_bytes(header[16:18], "big")
    promised = (65536 if page == 1 else page) * int.from_bytes(header[28:32], "big")
    if path.stat().st_size < promised:
        raise LayerError("", [f"is cut short: {path.stat().st_size:,} bytes of {promised:,}; get the whole file again"])


def _read_parquet(source: Source, wanted: set[str]) -> pd.DataFrame:
    schema = pq.read_schema(source.path)
    names = [str(name) for name in schema.names]
    metadata = schema.metadata or {}
    if b"geo" not in metadata:
        return _remember_columns(pd.read_parquet(source.path, columns=[n for n in names if n in wanted]), names)
    shapes = [name for name in names if name == "geometry" or name in _geometry_columns(metadata[b"geo"])]
    columns = [name for name in names if name in wanted and name not in shapes]
    table = gpd.read_parquet(source.path, columns=[*columns, *shapes])
    return _remember_columns(_with_crs(table, source.crs), names)


def _geometry_columns(geo: bytes) -> set[str]:
    return set(json.loads(geo).get("columns", {}))


def _read_csv(source: Source, wanted: set[str]) -> pd.DataFrame:
    tab = ".tsv" in source.path.name.lower()
    table = pd.read_csv(
        source.path,
        sep="\t" if tab else ",",
        dtype="str",
        encoding=source.encoding,
        encoding_errors="strict",
        keep_default_na=False,
        na_values=[""],
        skipinitialspace=True,
    )
    names = [str(name) for name in table.columns]
    if names and names[0].lstrip().lower().startswith(("<!doctype", "<html")):
        raise LayerError("", ["is an HTML page, not CSV; download the file again"])
    if isinstance(table.index, pd.RangeIndex):
        return _remember_columns(table[[name for name in names if name in wanted]], names)
    raise LayerError("", ["has rows with more fields than its header; quote the commas inside values"])


def _read_osm(source: Source, _wanted: set[str]) -> pd.DataFrame:
    table = streets.read_osm(source.path)
    return _remember_columns(table, [str(name) for name in table.columns])


def _remember_columns(table: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    table.attrs["file_columns"] = [name for name in names if name != "geometry"]
    return table


def _with_crs(table: pd.DataFrame, crs: str | None) -> pd.DataFrame:
    if isinstance(table, gpd.GeoDataFrame) and table.active_geometry_name and table.crs is None and crs:
        return table.set_crs(crs)
    return table


def _check_map(source: Source, declaration: Layer, raw: pd.DataFrame) -> None:
    theirs = raw.attrs["file_columns"]
    ours = {*declaration.columns, _X, _Y, _WKT}
    faults = [
        f"columns maps '{name}', which the layer does not declare{suggestion(name, ours)}"
        for name in source.columns
        if name not in ours
    ]
    faults += [
        f"column '{name}' is mapped to '{column}', which the file does not have{suggestion(column, theirs)}"
        for name, column in source.columns.items()
        if column not in theirs
    ]
    if faults:
        raise LayerError("", faults)


def _with_geometry(table: pd.DataFrame, source: Source, declaration: Layer) -> pd.DataFrame:
    """Give a CSV or plain table its points or WKT shapes; leave tables that need none alone."""
    if declaration.geometry == "none":
        return pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    if isinstance(table, gpd.GeoDataFrame):
        return table
    if _WKT in table:
        return gpd.GeoDataFrame(table, geometry=_from_wkt(table[_WKT]), crs=source.crs)
    if _X in table and _Y in table:
        x, y = (pd.to_numeric(table[name], errors="coerce") for name in (_X, _Y))
        return gpd.GeoDataFrame(table, geometry=shapely.points(x, y), crs=source.crs)
    return table


def _from_wkt(values: pd.Series) -> gpd.GeoSeries:
    shapes = shapely.from_wkt(values.to_numpy(dtype=object), on_invalid="ignore")
    bad = shapely.is_missing(shapes) & values.notna().to_numpy()
    if bad.any():
        row = int(bad.argmax())
        shown = str(values.iloc[row])[:40]
        raise LayerError(
            "", [f"column 'wkt' has {int(bad.sum())} values that are not WKT (first: row {row + 1}, '{shown}')"]
        )
    return gpd.GeoSeries(shapes, index=values.index)


def _fill_common(table: pd.DataFrame, source: Source) -> pd.DataFrame:
    fill = {"origin": source.origin, "source": source.source or source.path.name, "as_of": source.as_of}
    new = {name: value for name, value in fill.items() if name not in table.columns}
    return table.assign(**new) if new else table


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file; for a Shapefile, of its parts in order of name."""
    parts = sorted(path.parent.glob(f"{path.stem}.*")) if path.suffix.lower() == ".shp" else [path]
    digest = hashlib.sha256()
    for part in parts:
        with part.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
