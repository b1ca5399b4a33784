"""The formats of a hand-over, by name."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from layers import PlanError
from layers.errors import suggestion
from planner.export import csv, federal, flatgeobuf, geopackage, geoparquet, kmz, materials, ofds, shapefile
from planner.export.handover import Handover, Made


def _always(_handover: Handover) -> str:
    return ""


def _with_shapes(handover: Handover) -> str:
    return "" if handover.shapes else "the plan has no table with geometry"


@dataclass(frozen=True)
class Format:
    """A format.

    Attributes
    ----------
    title
        What it is, in a few words.
    write
        Writes its files into a folder and says which.
    missing
        Why a plan has nothing to write; empty where it has.
    by_default
        Whether it is written where no format is named.
    """

    title: str
    write: Callable[[Handover, Path], list[Made]]
    missing: Callable[[Handover], str] = _always
    by_default: bool = True


FORMATS: Final[Mapping[str, Format]] = {
    "gpkg": Format("GeoPackage with QGIS styles: open this one first", geopackage.write),
    "geoparquet": Format("GeoParquet 1.1, a file a table", geoparquet.write),
    "csv": Format("CSV with a description of every column", csv.write),
    "flatgeobuf": Format("FlatGeobuf, a file a layer", flatgeobuf.write, _with_shapes),
    "kmz": Format("KMZ for Google Earth", kmz.write, _with_shapes),
    "ofds": Format("networks in the Open Fibre Data Standard 0.3", ofds.write, ofds.missing),
    "federal": Format("CSV files in the shapes of federal agencies", federal.write, federal.missing),
    "materials": Format("bill of materials of middle and last mile", materials.write, materials.missing),
    "shapefile": Format("shapefiles, on request", shapefile.write, shapefile.missing, by_default=False),
}


_CALLED: Final = {
    "geopackage": "gpkg", "parquet": "geoparquet", "fgb": "flatgeobuf", "kml": "kmz", "shp": "shapefile",
    "geojson": "ofds", "bom": "materials",
}  # fmt: skip


def _meant(name: str) -> str:
    called = _CALLED.get(name.lower())
    return f" (it is called '{called}')" if called else suggestion(name, FORMATS)


def chosen(names: Iterable[str]) -> tuple[str, ...]:
    """Return the formats to write, in a fixed order; the default ones where none is named.

    Raises
    ------
    PlanError
        Where a name is of no format, with the nearest one.
    """
    wanted = [name.strip() for name in names if name.strip()]
    unknown = [f"format '{name}' is not known{_meant(name)}" for name in wanted if name not in FORMATS]
    if unknown:
        raise PlanError("export", unknown)
    return tuple(name for name, each in FORMATS.items() if (name in wanted if wanted else each.by_default))
