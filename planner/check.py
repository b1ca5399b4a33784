"""The border: every layer of a region read and checked, all faults of all layers in one error."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import STRtree

from layers import Layer, LayerError, PlanError, Reading, declared, length_error, outside_area, read
from layers.limits import whole_lines
from layers.place import data_path
from layers.reduced import Filings, open_filings
from planner.region import Region

_MOST_STRETCH: Final = 0.03
_MOST_OVERLAP: Final = 0.02
_FAR_M: Final = 20_000.0


@dataclass(frozen=True)
class World:
    """A region's layers, as declared, in its CRS and of its area.

    Attributes
    ----------
    layers
        Checked tables by layer name.
    notes
        What was repaired, one sentence each.
    hashes
        SHA-256 of what was read, by layer name; filings under ``filings`` and ``filings earlier``.
    filings, earlier
        Availability filings, opened but not yet read; None where the region gives none.
    """

    layers: Mapping[str, pd.DataFrame]
    notes: tuple[str, ...]
    hashes: Mapping[str, str]
    filings: Filings | None = None
    earlier: Filings | None = None

    @property
    def towns(self) -> gpd.GeoDataFrame:
        """Layer `towns`.

        Raises
        ------
        PlanError
            Where the region has none.
        """
        if "towns" not in self.layers:
            fault = (
                "is missing, and all but the screening for programmes needs it; add [layers.towns] to the region file"
            )
            raise PlanError("layer 'towns'", [fault])
        return self.shapes("towns")

    def shapes(self, name: str) -> gpd.GeoDataFrame:
        """Return a layer with geometry."""
        return gpd.GeoDataFrame(self.layers[name])

    def get(self, name: str) -> pd.DataFrame | None:
        """Return a layer, or None where the region has none."""
        return self.layers.get(name)


def check(region: Region) -> World:
    """Read every layer of the region and take it across the border.

    Raises
    ------
    LayerError
        With all faults of all layers at once.
    """
    readings: dict[str, Reading] = {}
    errors: list[LayerError] = []
    for name in sorted(region.layers, key=lambda name: name != "towns"):
        towns = gpd.GeoDataFrame(readings["towns"].table) if "towns" in readings else None
        try:
            readings[name] = read(region.source(name), _declared(name, region), region.crs, towns)
        except LayerError as error:
            errors.append(error)
    errors.extend(_join_errors(region, readings))
    if "towns" in readings:
        errors.extend(_town_errors(region, gpd.GeoDataFrame(readings["towns"].table)))
    filed = _filings(region, errors)
    if "towns" in readings:
        codes = [code for code in readings["towns"].table["town_geoid"] if region.area.holds(code)]
        errors.extend(_state_faults(codes, filed))
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise LayerError(f"{len(errors)} layers have faults", [str(error) for error in errors])
    layers = _inside({name: reading.table for name, reading in readings.items()}, region)
    notes = (
        []
        if whole_lines(region.path)
        else ["region file: does not end with a line end; its last line may be cut short"]
    )
    notes += [f"layer '{name}': {note}" for name, reading in readings.items() for note in reading.warnings]
    notes += [f"layer '{name}': has no row in the region's area; left out" for name in readings if name not in layers]
    evidence = region.prices.latest
    if evidence > region.as_of and "towns" in layers:
        notes.append(
            f"price book '{region.prices.name}': rests on figures up to {evidence}, after the region's day {region.as_of}"
        )
    return World(
        layers=layers,
        notes=tuple(notes),
        hashes={name: reading.sha256 for name, reading in readings.items()}
        | {name: each.sha256 for name, each in filed.items()},
        filings=filed.get("filings"),
        earlier=filed.get("filings earlier"),
    )


def _declared(name: str, region: Region) -> Layer:
    """Return a layer's declaration; premises must have speeds of their own where no filings say them."""
    layer = declared(name)
    if name != "premises" or region.filings is not None:
        return layer
    speeds = {key: layer.columns[key].model_copy(update={"required": True}) for key in ("down_mbps", "up_mbps")}
    return layer.model_copy(update={"columns": layer.columns | speeds})


def _filings(region: Region, errors: list[LayerError]) -> dict[str, Filings]:
    """Open the region's filings; faults are added to `errors`."""
    if region.filings is None:
        return {}
    found = {}
    for name, folder in (("filings", region.filings.folder), ("filings earlier", region.filings.earlier)):
        if folder is None:
            continue
        try:
            found[name] = open_filings(data_path(folder, region.path.parent))
        except LayerError as error:
            errors.append(error)
    if len(found) == 2 and found["filings earlier"].as_of >= found["filings"].as_of:
        days = f"{found['filings earlier'].as_of}, and the others of {found['filings'].as_of}"
        errors.append(LayerError("filings", [f"earlier ones are of {days}; exchange the folders"]))
    return found


def _state_faults(towns: list[str], filed: Mapping[str, Filings]) -> list[LayerError]:
    """Find states of the region of which filings hold nothing."""
    errors = []
    for each in filed.values():
        lost = sorted({code[:2] for code in towns} - set(each.states))
        if lost:
            count = sum(code[:2] in lost for code in towns)
            fault = (
                f"hold no offer in state {', '.join(lost)}, where the region has {count} towns (they hold state"
                f" {', '.join(each.states)}); ingest its files too, or narrow [area]"
            )
            errors.append(LayerError(f"filings '{each.folder.name}'", [fault]))
    return errors


def _join_errors(region: Region, readings: Mapping[str, Reading]) -> list[LayerError]:
    """Find rows that name a town that the towns layer does not have."""
    if "towns" not in readings:
        return []
    known = readings["towns"].table["town_geoid"]
    errors = []
    for name, reading in readings.items():
        if name == "towns" or not _joins(name, reading.table):
            continue
        code = reading.table["town_geoid"]
        lost = ~code.isin(known)
        errors.extend(_far_errors(region, name, reading.table, readings["towns"].table))
        if lost.any():
            row = int(lost.to_numpy().argmax())
            fault = (
                f"column 'town_geoid' names {code[lost].nunique()} towns that layer 'towns' does not have, in"
                f" {int(lost.sum())} rows (first: row {row + 1}, '{code.iloc[row]}');"
                " correct the code or add the town"
            )
            errors.append(LayerError(f"layer '{name}' ({region.source(name).path.name})", [fault]))
    return errors


def _far_errors(region: Region, name: str, table: pd.DataFrame, towns: pd.DataFrame) -> list[LayerError]:
    """Find rows that name a town and lie far from all of them."""
    if not isinstance(table, gpd.GeoDataFrame) or table.active_geometry_name is None:
        return []
    west, south, east, north = gpd.GeoDataFrame(towns).total_bounds
    bounds = shapely.bounds(table.geometry.to_numpy())
    near_x = (bounds[:, 0] <= east + _FAR_M) & (bounds[:, 2] >= west - _FAR_M)
    far = ~(near_x & (bounds[:, 1] <= north + _FAR_M) & (bounds[:, 3] >= south - _FAR_M))
    if not far.any():
        return []
    fault = (
        f"geometry lies more than {_FAR_M / 1000:.0f} km from all towns in {int(far.sum())} rows"
        f" (first: row {int(far.argmax()) + 1}); look for swapped or empty coordinates"
    )
    return [LayerError(f"layer '{name}' ({region.source(name).path.name})", [fault])]


def _town_errors(region: Region, towns: gpd.GeoDataFrame) -> list[LayerError]:
    faults = []
    codes = towns["town_geoid"]
    lost = [code for code in region.area.codes if not codes.str.startswith(code).any()]
    if lost:
        faults.append(f"has no town of the [area] codes {', '.join(lost)}; correct them")
    stretch = length_error(towns)
    if stretch > _MOST_STRETCH:
        faults.append(
            f"lengths in the region's CRS {region.crs} are off by {stretch:.0%} here; use the state plane or UTM zone"
        )
    stray = np.flatnonzero(outside_area(towns))
    if len(stray):
        town = towns["town"].iloc[stray[0]]
        faults.append(
            f"{len(stray)} towns lie outside the area of the region's CRS {region.crs} (first: row {stray[0] + 1}, {town});"
            " look for swapped coordinates, or use a CRS that fits"
        )
    faults.extend(_overlap_faults(towns))
    return [LayerError(f"layer 'towns' ({region.source('towns').path.name})", faults)] if faults else []


def _overlap_faults(towns: gpd.GeoDataFrame) -> list[str]:
    """Find pairs of towns that share more than a sliver of the smaller one."""
    shapes = towns.geometry.to_numpy()
    left, right = STRtree(shapes).query(shapes, predicate="overlaps")
    within, around = STRtree(shapes).query(shapes, predicate="covered_by")
    pairs = np.vstack([np.concatenate([left, within]), np.concatenate([right, around])])
    pairs = pairs[:, pairs[0] != pairs[1]]
    shared = shapely.area(shapely.intersection(shapes[pairs[0]], shapes[pairs[1]]))
    smaller = np.minimum(shapely.area(shapes[pairs[0]]), shapely.area(shapes[pairs[1]]))
    bad = np.flatnonzero(shared > _MOST_OVERLAP * smaller)
    if len(bad) == 0:
        return []
    first = sorted(towns["town"].iloc[pairs[:, bad[0]]])
    count = len({tuple(sorted(pair)) for pair in pairs[:, bad].T.tolist()})
    return [f"{count} pairs of towns overlap (first: {first[0]} and {first[1]}); draw each town once, without overlap"]


def _joins(name: str, table: pd.DataFrame) -> bool:
    return "town_geoid" in table and not declared(name).calibration


def _inside(tables: Mapping[str, pd.DataFrame], region: Region) -> dict[str, pd.DataFrame]:
    """Keep the towns of the region's area, and the rows that name one of them; all rows where there are no towns."""
    if "towns" not in tables:
        return dict(tables)
    towns = tables["towns"]
    towns = towns[[region.area.holds(code) for code in towns["town_geoid"]]]
    kept = {}
    for name, table in tables.items():
        mine = table[table["town_geoid"].isin(towns["town_geoid"])] if _joins(name, table) else table
        if len(mine):
            kept[name] = mine.reset_index(drop=True)
    kept["towns"] = kept["towns"].sort_values("town_geoid", ignore_index=True)
    return kept
