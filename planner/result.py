"""A plan: frozen tables and where they come from; saved to a folder and loaded from it.

Saving is all or nothing: everything is written beside its place under a temporary name and then moved in one step,
`plan.json` last. The same plan gives the same bytes.
"""

import errno
import platform
import re
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from layers import Layer, PlanError, declarations, declared
from layers.hashes import file_hash
from layers.limits import read_json
from layers.save import move_in, settled, staged, write_csv, write_json
from planner.notebook import summary_html
from planner.region import Region
from planner.summary import headline
from planner.tables import checked, tables

_LIBRARIES: Final = (
    "townline",
    "duckdb",
    "folium",
    "geopandas",
    "ibis-framework",
    "numpy",
    "pandas",
    "pyarrow",
    "pyogrio",
    "pyproj",
    "shapely",
)
_REMEDY: Final = "choose another --out"
_AFRESH: Final = "make the plan again with 'townline plan'"


@dataclass(frozen=True)
class Plan:
    """What `planner.plan` makes.

    Attributes
    ----------
    region
        The region file that was planned.
    layers
        Checked input layers by name, in the region's CRS.
    tables
        Result tables by name; see `planner.tables`.
    notes
        What was repaired in the inputs.
    provenance
        Inputs with hashes, parameters and versions.
    """

    region: Region
    layers: Mapping[str, pd.DataFrame]
    tables: Mapping[str, pd.DataFrame]
    notes: tuple[str, ...]
    provenance: Mapping[str, Any]

    def declaration(self, name: str) -> Layer:
        """Return the declaration of a result table or input layer."""
        return tables()[name] if name in tables() else declared(name)

    @property
    def headline(self) -> dict[str, Any]:
        """Figures of the plan in brief."""
        return headline(self.region, self.tables)

    def _repr_html_(self) -> str:
        """Return a short summary for notebooks, without scripts and without a map."""
        titles = {name: self.declaration(name).title for name in self.tables}
        return summary_html(self.headline, self.notes, self.tables, titles)

    def save(self, folder: str | Path, also: Mapping[str, bytes] | None = None) -> list[Path]:
        """Write ``plan.gpkg``, ``tables/*.csv``, ``plan.json`` and what else is given.

        Parameters
        ----------
        folder
            Made where it is missing. Other files in it stay.
        also
            Further files by name, such as the map that `maps.save` adds.

        Returns
        -------
        list of Path
            The files, in order of name.

        Raises
        ------
        PlanError
            Where the folder cannot be written.
        """
        self._keep_inputs(Path(folder))
        with staged(Path(folder), PlanError, _REMEDY) as stage:
            (stage / "tables").mkdir()
            (stage / "charts").mkdir()
            for name, table in self.tables.items():
                write_csv(table, stage / "tables" / f"{name}.csv")
            self._write_geopackage(stage / "plan.gpkg")
            for name, content in (also or {}).items():
                (stage / name).write_bytes(content)
            files = sorted(path for path in stage.rglob("*") if path.is_file())
            outputs = {path.relative_to(stage).as_posix(): file_hash(path) for path in files}
            write_json(stage / "plan.json", {**self.provenance, "headline": self.headline, "outputs": outputs})
            stale = _stale(_previous_outputs(Path(folder)))
            return move_in(stage, [*files, stage / "plan.json"], Path(folder), stale)

    def _keep_inputs(self, folder: Path) -> None:
        names = ["plan.gpkg", "plan.json", *(f"tables/{name}.csv" for name in self.tables)]
        refuse_inputs(self.region, [folder / name for name in names])

    def _write_geopackage(self, path: Path) -> None:
        """Write tables and layers; premises stay out, since they may be licensed."""
        shown = {f"layer_{name}": table for name, table in self.layers.items() if declared(name).publish == "yes"}
        write_layers({**self.tables, **shown}, path, self.region)


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
    with staged(folder, PlanError, _REMEDY) as stage:
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
    with staged(path.parent, PlanError, _REMEDY) as stage:
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
            stage = stack.enter_context(staged(folder, PlanError, _REMEDY))
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


def _stale(before: Iterable[str]) -> list[str]:
    """Return the tables and charts that the previous plan in a folder wrote."""
    known = {f"tables/{table}.csv" for table in tables()}
    return [name for name in before if name in known or re.fullmatch(r"charts/[a-z0-9-]+\.svg", name)]


def _previous_outputs(folder: Path) -> list[str]:
    try:
        return [str(name) for name in read_json((folder / "plan.json").read_text("utf-8"))["outputs"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def load_plan(folder: str | Path, region: Region) -> Plan:
    """Return a saved plan.

    Parameters
    ----------
    folder
        Where `Plan.save` wrote it.
    region
        The region file of the plan.

    Returns
    -------
    Plan
        Equal in its tables to the one saved; layers without premises, which are not saved.

    Raises
    ------
    PlanError
        Where the folder holds no plan, one that cannot be read, or one that was made with other parameters or by
        another version.
    LayerError
        Where a table is not as declared.
    """
    settled(Path(folder), PlanError)
    path, record = Path(folder) / "plan.gpkg", Path(folder) / "plan.json"
    if not (path.is_file() and record.is_file()):
        raise PlanError(f"folder {folder}", ["holds no plan; 'townline plan' makes one"])
    saved = _record(record)
    if saved["outputs"].get(path.name) != file_hash(path):
        raise PlanError(f"file {path}", [f"is not as it was written; {_AFRESH}"])
    found = _saved_tables(path)
    mine = _parameters(region)
    other = sorted(key for key in {*mine, *saved["parameters"]} if mine.get(key) != saved["parameters"].get(key))
    if other:
        raise PlanError(
            f"folder {folder}",
            [f"holds a plan with another {', '.join(other)}; load it with its own region file and scenario"],
        )
    return Plan(
        region=region,
        layers={
            name.removeprefix("layer_"): declared(name.removeprefix("layer_")).check(table, region.crs)
            for name, table in found.items()
            if name.startswith("layer_")
        },
        tables={
            name: checked(name, table, region.crs) for name, table in found.items() if not name.startswith("layer_")
        },
        notes=tuple(saved["notes"]),
        provenance={key: value for key, value in saved.items() if key not in ("headline", "outputs")},
    )


def _record(path: Path) -> dict[str, Any]:
    try:
        saved = read_json(path.read_text("utf-8"))
    except (OSError, ValueError):
        raise PlanError(f"file {path}", [f"cannot be read as a record of a plan; {_AFRESH}"]) from None
    kinds = {"parameters": dict, "outputs": dict, "notes": list}
    sound = isinstance(saved, dict) and all(isinstance(saved.get(key), kind) for key, kind in kinds.items())
    if not sound or not all(isinstance(note, str) for note in saved["notes"]):
        raise PlanError(f"file {path}", [f"is not the record of a plan of this version; {_AFRESH}"])
    return dict(saved)


def _saved_tables(path: Path) -> dict[str, pd.DataFrame]:
    try:
        names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        found = {name: pyogrio.read_dataframe(path, layer=name) for name in names}
    except (DataSourceError, DataLayerError) as problem:
        raise PlanError(f"file {path}", [f"cannot be read: {str(problem).split(';')[0]}; {_AFRESH}"]) from None
    known = {*tables(), *(f"layer_{name}" for name in declarations())}
    strange = sorted(set(found) - known)
    if strange:
        raise PlanError(f"file {path}", [f"holds table '{strange[0]}', which this version does not know; {_AFRESH}"])
    return found


def provenance(region: Region, hashes: Mapping[str, str], notes: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return where a plan comes from: inputs with hashes, parameters, versions. No clock, no machine's paths."""
    inputs = {
        name: {"path": entry.path, "sha256": hashes[name], "as_of": entry.as_of.isoformat() if entry.as_of else None}
        for name, entry in region.layers.items()
    }
    if region.filings:
        folders = {"filings": region.filings.folder, "filings earlier": region.filings.earlier}
        inputs |= {name: {"path": folders[name], "sha256": hashes[name]} for name in folders if name in hashes}
    versions = {name: version(name) for name in _LIBRARIES}
    versions |= {
        "gdal": pyogrio.__gdal_version_string__, "geos": shapely.geos_version_string, "proj": pyproj.proj_version_str,
        "python": platform.python_version(),
    }  # fmt: skip
    return {
        "region_file": {"name": region.path.name, "sha256": file_hash(region.path)},
        "parameters": _parameters(region),
        "inputs": inputs,
        "notes": list(notes),
        "versions": versions,
    }


def _parameters(region: Region) -> dict[str, Any]:
    parameters = region.model_dump(mode="json", exclude={"path", "layers", "map"})
    parameters["targets"] = [
        {"down_mbps": target.down_mbps, "up_mbps": target.up_mbps, "share": str(target.share)}
        for target in region.targets
    ]
    return parameters
