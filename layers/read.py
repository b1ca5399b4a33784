"""Any GIS or table file -> a checked table in the region's metric CRS.

Formats by suffix: GeoPackage, GeoJSON, Shapefile (also zipped), FlatGeobuf and KML through GDAL; GeoParquet and
Parquet through pyarrow; CSV with a WKT column or x and y columns; OpenStreetMap XML and
pbf extracts for roads.
"""

import hashlib
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import ParseError

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyproj import CRS
from pyproj.exceptions import ProjError

from layers._columns import Column, conform
from layers._geometry import coordinate_faults, crs_name, from_wkt, near, repair, reproject
from layers._guard import before_gdal, check_driver, refuse_entities_of
from layers._guard_tables import check_gzip, check_parquet, check_rows, check_texts, first_row
from layers._map import WKT, X, Y, to_ours, wanted
from layers._published import as_published
from layers.errors import LayerError, suggestion
from layers.hashes import layer_hash
from layers.layer import Layer
from layers.limits import COLUMNS, read_json
from layers.source import Source

_GDAL = {".gpkg", ".geojson", ".json", ".shp", ".zip", ".fgb", ".kml"}
_UNREADABLE = (
    OSError, EOFError, ValueError, RuntimeError, TypeError, LookupError, ArithmeticError, AttributeError, UnboundLocalError,
    zlib.error, shapely.errors.ShapelyError, ParseError,
)  # fmt: skip


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
    table, notes = _open(source, declaration)
    table = _fill_common(table, source)
    faults: list[str] = []
    if isinstance(table, gpd.GeoDataFrame) and not coordinate_faults(table):
        table, repairs = repair(table, declaration.geometry)
        try:
            if declaration.context and towns is not None and table.crs is not None:
                table = near(table, towns)
            table, faults = reproject(table, crs)
        except ProjError as error:
            said = " ".join(str(error).split())[:200]
            fault = f"CRS is {crs_name(table.crs)}, from which no way leads to {crs} ({said}); name the true CRS"
            raise LayerError("", [fault]) from None
        notes.extend(repairs)
    return Reading(_check(table, declaration, faults, crs), tuple(notes), _hash(source))


def _check(table: pd.DataFrame, declaration: Layer, faults: Iterable[str], crs: str) -> pd.DataFrame:
    known = list(faults)
    try:
        checked = declaration.check(table, None if known else crs)
    except LayerError as error:
        raise LayerError("", [*known, *error.faults]) from None
    if known:
        raise LayerError("", known)
    return checked


def _open(source: Source, declaration: Layer) -> tuple[pd.DataFrame, list[str]]:
    """Return the file's rows under our column names, with geometry, the reader's own warnings and what was changed."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            table, notes = _open_file(source, declaration)
        except LayerError:
            raise
        except UnicodeDecodeError as error:
            fault = f'is not {source.encoding or "utf-8"} text (byte {error.start}); set encoding = "latin-1" or the true one'
            raise LayerError("", [fault]) from None
        except MemoryError:
            fault = "needs more memory than there is; give a smaller extract, or get it again if it is small"
            raise LayerError("", [fault]) from None
        except _UNREADABLE as error:
            reason = " ".join(str(error).split())[:300] or type(error).__name__
            raise LayerError("", [f"cannot be read: {reason}; get the file again or convert it"]) from None
    return table, [*sorted({str(entry.message) for entry in caught}), *notes]


def _open_file(source: Source, declaration: Layer) -> tuple[pd.DataFrame, list[str]]:
    path = source.path
    for each in (path, *source.also):
        if not each.is_file():
            raise LayerError("", [f"file {each} does not exist; correct its path in the region file"])
    if source.shape:
        return as_published(source, declaration), []
    opener = _opener(path)
    if opener is None:
        known = ", ".join(sorted({*_GDAL, ".parquet", ".csv", ".csv.gz", ".tsv", ".osm", ".osm.pbf"}))
        raise LayerError("", [f"format of {path.name} is not known; use one of {known}"])
    if source.layer is not None and opener is not _read_gdal:
        raise LayerError(
            "", [f"layer = '{source.layer}' means nothing for {path.name}, which is one table; leave it out"]
        )
    table, notes = to_ours(opener(source, wanted(source, declaration)), source, declaration)
    shaped = _with_geometry(table, source, declaration)
    shaped.attrs.update(table.attrs)  # a new frame forgets which columns the file has, and messages name them
    return shaped, notes


def _opener(path: Path) -> Callable[[Source, set[str]], pd.DataFrame] | None:
    name = path.name.lower()
    if name.endswith((".csv", ".csv.gz", ".tsv", ".tsv.gz")):
        return _read_csv
    if name.endswith((".parquet", ".geoparquet")):
        return _read_parquet
    if name.endswith((".osm", ".pbf")):
        return _read_osm
    return _read_gdal if path.suffix.lower() in _GDAL else None


def _read_gdal(source: Source, wanted_names: set[str]) -> pd.DataFrame:
    if source.path.suffix.lower() == ".gpkg":
        _refuse_cut_geopackage(source.path)
    before_gdal(source.path)
    tables = [str(name) for name in pyogrio.list_layers(source.path)[:, 0]]
    if not tables:
        raise LayerError("", ["holds no table; get the file again"])
    if source.layer is None and len(tables) > 1:
        raise LayerError("", [f'has {len(tables)} tables ({", ".join(tables)}); say which one with layer = "..."'])
    if source.layer is not None and source.layer not in tables:
        raise LayerError("", [f"has no table '{source.layer}'{suggestion(source.layer, tables)}"])
    layer = source.layer if source.layer is not None else tables[0]
    info = pyogrio.read_info(source.path, layer=layer)
    check_driver(source.path, str(info["driver"]))
    fields = [str(name) for name in info["fields"]]
    columns = [name for name in fields if name.strip() in wanted_names]
    encoding = source.encoding or None
    table: pd.DataFrame = pyogrio.read_dataframe(source.path, layer=layer, columns=columns, encoding=encoding)
    if info["features"] not in (-1, len(table)):
        raise LayerError("", [f"says that it has {info['features']:,} rows, {len(table):,} can be read; get it again"])
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


def _read_parquet(source: Source, wanted_names: set[str]) -> pd.DataFrame:
    check_parquet(source.path)
    schema = pq.read_schema(source.path)
    names = [str(name) for name in schema.names]
    metadata = schema.metadata or {}
    check_texts(source.path, {name for name in names if name.strip() in wanted_names})
    if b"geo" not in metadata:
        table = pq.read_table(source.path, columns=[name for name in names if name.strip() in wanted_names])
        return _remember_columns(table.replace_schema_metadata().to_pandas(), names)
    shapes = [name for name in names if name == "geometry" or name in _geometry_columns(metadata[b"geo"])]
    columns = [name for name in names if name.strip() in wanted_names and name not in shapes]
    table = gpd.read_parquet(source.path, columns=[*columns, *shapes])
    return _remember_columns(_with_crs(table, source.crs), names)


def _geometry_columns(geo: bytes) -> set[str]:
    content = read_json(geo.decode("utf-8"))
    columns = content.get("columns") if isinstance(content, dict) else None
    if not isinstance(columns, dict):
        raise LayerError(
            "", ["has metadata 'geo' that does not say its columns of shapes; write it again as GeoParquet"]
        )
    return set(columns)


def _read_csv(source: Source, wanted_names: set[str]) -> pd.DataFrame:
    sep = "\t" if source.path.name.lower().endswith((".tsv", ".tsv.gz")) else ","
    encoding = source.encoding or "utf-8-sig"
    check_gzip(source.path)
    _check_header(first_row(source.path, sep, encoding))
    table = pd.read_csv(
        source.path,
        sep=sep,
        dtype="str",
        encoding=encoding,
        encoding_errors="strict",
        keep_default_na=False,
        na_values=[""],
        skipinitialspace=True,
    )
    names = [str(name) for name in table.columns]
    check_rows(source.path, sep, encoding, sure=bool(table.iloc[:, -1].notna().all()))
    if isinstance(table.index, pd.RangeIndex):
        return _remember_columns(table[[name for name in names if name.strip() in wanted_names]], names)
    raise LayerError("", ["has rows with more fields than its header; quote the commas inside values"])


def _check_header(names: list[str]) -> None:
    if names[0].lower().startswith(("<!doctype", "<html")):
        raise LayerError("", ["is an HTML page, not CSV; download the file again"])
    if len(names) == 1 and any(sign in names[0] for sign in ";\t|"):
        raise LayerError(
            "", ["has one column: its values are parted by another sign than a comma; save it with commas"]
        )
    if len(names) > COLUMNS:
        raise LayerError("", [f"has {len(names):,} columns, {COLUMNS:,} are the most; get the right file"])
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise LayerError("", [f"has several columns named {', '.join(twice)}; keep one of each"])


def _read_osm(source: Source, _wanted_names: set[str]) -> pd.DataFrame:
    from layers import streets  # noqa: PLC0415 - osmnx takes seconds to import, and few layers need it

    if source.path.suffix.lower() == ".osm":
        refuse_entities_of(source.path)
    table = streets.read_osm(source.path)
    return _remember_columns(table, [str(name) for name in table.columns])


def _remember_columns(table: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    shapes = isinstance(table, gpd.GeoDataFrame)
    table.attrs["file_columns"] = [name for name in names if not (shapes and name == "geometry")]
    return table


def _with_crs(table: pd.DataFrame, crs: str | None) -> pd.DataFrame:
    if not isinstance(table, gpd.GeoDataFrame) or table.active_geometry_name is None or crs is None:
        return table
    if table.crs is not None and table.crs != CRS.from_user_input(crs):
        raise LayerError(
            "",
            [
                f"says that its CRS is {crs_name(table.crs)}, the region file says {crs}; leave crs out, or mend the file"
            ],
        )
    return table.set_crs(crs)


def _with_geometry(table: pd.DataFrame, source: Source, declaration: Layer) -> pd.DataFrame:
    """Give a CSV or plain table its points or WKT shapes; leave tables that need none alone."""
    if declaration.geometry == "none":
        return pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    if isinstance(table, gpd.GeoDataFrame):
        return table
    if WKT in table:
        return gpd.GeoDataFrame(table, geometry=from_wkt(table[WKT]), crs=source.crs)
    if X in table and Y in table:
        number = Column(type="number", meaning="Coordinate.")
        checked = {name: conform(table[name], number) for name in (X, Y)}
        faults = [
            f"column '{source.columns.get(name, name)}' {fault}"
            for name, (_, found) in checked.items()
            for fault in found
        ]
        if faults:
            raise LayerError("", faults)
        points = shapely.points(checked[X][0].to_numpy(), checked[Y][0].to_numpy())
        return gpd.GeoDataFrame(table, geometry=points, crs=source.crs)
    return table


def _fill_common(table: pd.DataFrame, source: Source) -> pd.DataFrame:
    fill = {"origin": source.origin, "source": source.source or source.path.name, "as_of": source.as_of}
    new = {name: value for name, value in fill.items() if name not in table.columns}
    return table.assign(**new) if new else table


def _hash(source: Source) -> str:
    """Return the SHA-256 of a layer's file; of several, that of their hashes in order."""
    hashes = [layer_hash(path) for path in (source.path, *source.also)]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
