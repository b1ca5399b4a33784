"""A GeoPackage with all tables and layers, and the styles that QGIS finds in it."""

from pathlib import Path
from typing import Final

import pandas as pd

from planner.export.handover import Handover, Made
from planner.writing import write_layers

NAME: Final = "handover.gpkg"
STYLES: Final = "layer_styles"


def write(handover: Handover, stage: Path) -> list[Made]:
    """Write ``handover.gpkg``.

    Table ``layer_styles`` has the columns in which QGIS keeps styles with their layers; its time is the region's day.
    """
    tables = dict(handover.tables)
    styled = _styles(handover)
    if len(styled):
        tables[STYLES] = styled
    write_layers(tables, stage / NAME, handover.plan.region)
    rows = sum(len(table) for table in handover.tables.values())
    crs = handover.plan.region.crs
    return [Made(NAME, "GeoPackage", tuple(handover.tables), rows, crs, "OGC 12-128r19; styles as QGIS keeps them")]


def _styles(handover: Handover) -> pd.DataFrame:
    looks = [look for name in handover.shapes for look in handover.looks_of(name)]
    table = pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": [look.table for look in looks],
            "f_geometry_column": "geom",
            "styleName": [look.name for look in looks],
            "styleQML": [look.qml for look in looks],
            "styleSLD": [look.sld for look in looks],
            "useAsDefault": [look.default for look in looks],
            "description": [f"{look.name}; colours as on the map" for look in looks],
            "owner": "",
            "ui": "",
        }
    )
    return table.assign(update_time=pd.Timestamp(handover.plan.region.as_of))
