"""Every reader as one function of a path that says what it took."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from layers import Source, declared, filings, read
from layers.adapt import adapt
from layers.adapt._cbp import read_cbp
from layers.adapt._qcew import read_qcew
from layers.availability import ServiceRule
from layers.engines import engine
from layers.limits import whole_lines
from layers.reduced import open_filings, reduce
from layers.terrain import read_terrain
from planner.export.manifest import verify
from planner.prices import load_prices
from planner.programmes import load
from planner.region import load_region
from planner.result import load_plan
from planner.rules import service_versions
from tests.fuzz.case import Facts
from tests.fuzz.sounds import CRS, SMALL, towns

_PREMISES: Final = {"location_id": "id", "town_geoid": "town", "down_mbps": "down", "up_mbps": "up"}


def digest(tables: Iterable[pd.DataFrame]) -> tuple[int, str]:
    """Return the rows of tables and a hash of what is in them."""
    found, rows = hashlib.sha256(), 0
    for table in tables:
        rows += len(table)
        plain = pd.DataFrame(table)
        if isinstance(table, gpd.GeoDataFrame) and table.active_geometry_name:
            plain = plain.assign(**{table.active_geometry_name: table.geometry.to_wkt()})
        plain = plain.drop(columns="source", errors="ignore")
        found.update(plain.to_json(orient="split", default_handler=str).encode("utf-8", "replace"))
    return rows, found.hexdigest()


def layer(path: Path) -> Facts:
    """Read a layer; which one is told by the names of its columns."""
    name, columns, crs = _layer_of(path.name, path)
    reading = read(Source(path, columns=columns, crs=crs), declared(name), CRS)
    rows, found = digest([reading.table])
    return Facts(rows, found, told=bool(reading.warnings))


def _layer_of(name: str, path: Path) -> tuple[str, dict[str, str], str | None]:
    if name.startswith("premises"):
        return "premises", _PREMISES, CRS
    if name.startswith("shares"):
        return "town_service", {}, None
    if name.startswith("roads"):
        return "roads", {}, CRS if name.endswith(".csv") else None
    return "towns", _short(path), None


def _short(path: Path) -> dict[str, str]:
    """Return what a format makes of long names."""
    if path.suffix in (".shp", ".zip"):
        return {"population_2020": "population"}
    return {"town": "Name"} if path.suffix == ".kml" else {}


def filing(path: Path) -> Facts:
    taken = filings.ingest(path, path.parent / "out")
    rows, found = digest(pd.read_parquet(each.path) for each in taken)
    return Facts(rows, found, told=any(each.rejected or each.notes or each.duplicates for each in taken))


def adapted(path: Path) -> Facts:
    return Facts(*digest(adapt([path]).values()))


def qcew(path: Path) -> Facts:
    return Facts(*digest([declared("industry_employment").check(read_qcew(path, naics_vintage=2012))]))


def cbp(path: Path) -> Facts:
    return Facts(*digest([declared("industry_employment").check(read_cbp(path, naics_vintage=2012))]))


def terrain(path: Path) -> Facts:
    ground = read_terrain(path, CRS, towns())
    return Facts(ground.height_m.size, hashlib.sha256(ground.height_m.tobytes()).hexdigest())


def region(path: Path) -> Facts:
    found = load_region(path)
    text = json.dumps(found.model_dump(mode="json", exclude={"path"}), default=str)
    told = not whole_lines(path)  # then every plan has a note
    return Facts(len(found.layers), hashlib.sha256(text.encode("utf-8", "replace")).hexdigest(), told)


def prices(path: Path) -> Facts:
    found = load_prices(path.name, path.parent)
    return Facts(1, hashlib.sha256(found.model_dump_json().encode("utf-8", "replace")).hexdigest())


def rules(path: Path) -> Facts:
    found = load(path)
    return Facts(len(found.rules), hashlib.sha256(found.model_dump_json().encode("utf-8", "replace")).hexdigest())


@cache
def _rule() -> ServiceRule:
    return service_versions()[0].rule


def reduce_folder(path: Path) -> Facts:
    """Read a folder of filings with reduced files beside them."""
    with engine("duckdb") as backend, reduce(open_filings(path.parent), _rule(), [(25.0, 3.0)], backend) as states:
        parts = [state.table(backend).order_by("location_id").to_pyarrow().to_pandas() for state in states]
    return Facts(*digest(parts))


def saved(path: Path) -> Facts:
    found = load_plan(path.parent, load_region(SMALL / "region.toml"))
    return Facts(*digest([*found.tables.values(), *found.layers.values()]))


def handover(path: Path) -> Facts:
    return Facts(verify(path.parent), "")
