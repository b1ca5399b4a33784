"""How results are written: no input is written over, several files come as one step, and the same plan gives the same bytes."""

import errno
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from layers import PlanError
from layers.save import move_in, staged, write_csv
from planner.region import Region

REMEDY: Final = "choose another --out"


def refuse_inputs(region: Region, places: Iterable[Path]) -> None:
    """Refuse to write over a file that the region is planned from.

    Raises
    ------
    PlanError
        Naming the file.
    """
    inputs = _inputs(region)
    for place in places:
        if place.resolve() in inputs:
            raise PlanError(f"file {place}", ["is an input of this region; choose another --out"])


def without_inputs(region: Region, places: Iterable[Path]) -> list[Path]:
    """Return places without the files that the region is planned from, which no run may remove."""
    inputs = _inputs(region)
    return [place for place in places if place.resolve() not in inputs]


def _inputs(region: Region) -> set[Path]:
    sources = [region.source(name) for name in region.layers]
    return {region.path.resolve(), *(path.resolve() for each in sources for path in (each.path, *each.also))}


def save_files(
    tables: Mapping[str, pd.DataFrame],
    folder: Path,
    region: Region,
    geopackage: str = "",
    pages: Mapping[str, bytes] = MappingProxyType({}),
    stale: Iterable[str] = (),
) -> list[Path]:
    """Write tables as CSV, those with shapes also into a GeoPackage, and pages: all of them or none.

    Parameters
    ----------
    tables
        Result tables by name.
    folder
        Made where it is missing.
    region
        Whose inputs are not written over.
    geopackage
        Name of the GeoPackage; none where it is empty or no table has shapes.
    pages
        Further files by name.
    stale
        Names of files that an earlier run may have written; they go where they are not made this time.

    Returns
    -------
    list of Path
        The files in order: tables, pages, GeoPackage.

    Raises
    ------
    PlanError
        Where a file cannot be written or is an input of the region; earlier files stand.
    """
    shapes = {name: table for name, table in tables.items() if "geometry" in table} if geopackage else {}
    names = [*(f"{name}.csv" for name in tables), *pages, *([geopackage] if shapes else [])]
    refuse_inputs(region, [folder / name for name in names])
    with staged(folder, PlanError, REMEDY) as stage:
        for name, table in tables.items():
            write_csv(table, stage / f"{name}.csv")
        for name, content in pages.items():
            (stage / name).parent.mkdir(exist_ok=True)
            (stage / name).write_bytes(content)
        if shapes:
            write_layers(shapes, stage / geopackage, region)
        gone = [str(place.relative_to(folder)) for place in without_inputs(region, [folder / name for name in stale])]
        return move_in(stage, [stage / name for name in names], folder, gone)


def write_layers(tables: Mapping[str, pd.DataFrame], path: Path, region: Region) -> None:
    """Write a GeoPackage; its own time stamps are the region's day, so that the same plan gives the same bytes."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{region.as_of.isoformat()}T00:00:00.000Z"})
    try:
        for name, table in tables.items():
            _write_layer(table, path, name)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _write_layer(table: pd.DataFrame, path: Path, name: str) -> None:
    options = geometry_options(table) if isinstance(table, gpd.GeoDataFrame) else {}
    try:
        pyogrio.write_dataframe(table, path, layer=name, driver="GPKG", **options)
    except (DataSourceError, DataLayerError, FeatureError) as problem:
        raise OSError(errno.EIO, f"{path.name}, table {name}: {problem}") from None


def geometry_options(table: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return what a writer must know of a table's geometry: its one type, and whether single parts become several."""
    kinds = set(table.geometry.geom_type.dropna())
    if not kinds:
        return {}
    several = kinds != {"Point"} and (len(kinds) > 1 or "Polygon" in kinds)
    kind = f"Multi{min(kinds).removeprefix('Multi')}" if several else kinds.pop()
    return {"geometry_type": kind, "promote_to_multi": several}


def write_bytes(path: Path, content: bytes) -> None:
    """Write one file under a temporary name and move it to its place.

    Raises
    ------
    PlanError
        Where it cannot be written; an earlier file stands.
    """
    _refuse_no_file(path)
    with staged(path.parent, PlanError, REMEDY) as stage:
        (stage / path.name).write_bytes(content)
        move_in(stage, [stage / path.name], path.parent)


def save_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, as `Plan.save` does; see `write_bytes` for errors."""
    save_csvs({path: table})


def save_csvs(tables: Mapping[Path, pd.DataFrame], stale: Iterable[Path] = ()) -> None:
    """Write tables as CSV, each to its place, when all could be written.

    Parameters
    ----------
    tables
        Tables by place.
    stale
        Files beside them that an earlier run may have written; they go where they are not among the places.

    Raises
    ------
    PlanError
        Where one cannot be written; earlier files stand.
    """
    for place in tables:
        _refuse_no_file(place)
    whole = {place.parent.resolve() / place.name: table for place, table in tables.items()}
    with ExitStack() as stack:
        written = []
        for folder in _outermost(whole):
            stage = stack.enter_context(staged(folder, PlanError, REMEDY))
            mine = {place.relative_to(folder): each for place, each in whole.items() if place.is_relative_to(folder)}
            for name, table in mine.items():
                (stage / name).parent.mkdir(parents=True, exist_ok=True)
                write_csv(table, stage / name)
            gone = [place.name for place in stale if place.parent.resolve() == folder]
            written.append((stage, [stage / name for name in mine], folder, gone))
        for each in written:
            move_in(*each)


def _outermost(places: Iterable[Path]) -> list[Path]:
    """Return the folders of files, without those within another; one order for all runs, so that none waits for ever."""
    folders = sorted({place.parent for place in places})
    return [each for each in folders if not any(other in each.parents for other in folders)]


def _refuse_no_file(path: Path) -> None:
    if path.exists() and not path.is_file():
        raise PlanError(f"file {path}", ["is there and is not a file; name a file"])
