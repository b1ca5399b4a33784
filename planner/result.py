"""A plan: frozen tables and where they come from; saved to a folder and loaded from it.

Saving is all or nothing: everything is written beside its place under a temporary name and then moved in one step,
`plan.json` last. The same plan gives the same bytes.
"""

import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from layers import Layer, PlanError, declarations, declared
from layers.hashes import file_hash
from layers.limits import read_json
from layers.save import move_in, settled, staged, write_csv, write_json
from planner.notebook import summary_html
from planner.region import Region
from planner.summary import headline
from planner.tables import checked, tables
from planner.writing import REMEDY, refuse_inputs, write_layers

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
        with staged(Path(folder), PlanError, REMEDY) as stage:
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
