"""The border: every layer of a region read and checked, all faults of all layers in one error."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from layers import LayerError, Reading, declared, read
from planner.region import Region


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
        SHA-256 of what was read, by layer name.
    """

    layers: Mapping[str, pd.DataFrame]
    notes: tuple[str, ...]
    hashes: Mapping[str, str]

    @property
    def towns(self) -> gpd.GeoDataFrame:
        """Layer `towns`."""
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
            readings[name] = read(region.source(name), declared(name), region.crs, towns)
        except LayerError as error:
            errors.append(error)
    errors.extend(_join_errors(region, readings))
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise LayerError(f"{len(errors)} layers have faults", [str(error) for error in errors])
    return World(
        layers=_inside({name: reading.table for name, reading in readings.items()}, region),
        notes=tuple(f"layer '{name}': {note}" for name, reading in readings.items() for note in reading.warnings),
        hashes={name: reading.sha256 for name, reading in readings.items()},
    )


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
        if lost.any():
            row = int(lost.to_numpy().argmax())
            fault = (
                f"column 'town_geoid' names {code[lost].nunique()} towns that layer 'towns' does not have, in"
                f" {int(lost.sum())} rows (first: row {row + 1}, '{code.iloc[row]}');"
                " correct the code or add the town"
            )
            errors.append(LayerError(f"layer '{name}' ({region.source(name).path.name})", [fault]))
    return errors


def _joins(name: str, table: pd.DataFrame) -> bool:
    return "town_geoid" in table and not declared(name).calibration


def _inside(tables: Mapping[str, pd.DataFrame], region: Region) -> dict[str, pd.DataFrame]:
    """Keep the towns of the region's area, and the rows that name one of them."""
    towns = tables["towns"]
    towns = towns[[region.area.holds(code) for code in towns["town_geoid"]]]
    if len(towns) == 0:
        raise LayerError("layer 'towns'", ["has no town inside the region's [area]; correct its codes"])
    kept = {}
    for name, table in tables.items():
        mine = table[table["town_geoid"].isin(towns["town_geoid"])] if _joins(name, table) else table
        kept[name] = mine.reset_index(drop=True)
    kept["towns"] = kept["towns"].sort_values("town_geoid", ignore_index=True)
    return kept
