"""FlatGeobuf: one file a layer, with a spatial index."""

from pathlib import Path
from typing import Final

import pyogrio

from planner.export.handover import Handover, Made
from planner.writing import geometry_options

FOLDER: Final = "flatgeobuf"


def write(handover: Handover, stage: Path) -> list[Made]:
    """Write ``flatgeobuf/NAME.fgb``; rows stand in the order of the file's spatial index."""
    (stage / FOLDER).mkdir()
    made = []
    for name, table in handover.shapes.items():
        file = f"{FOLDER}/{name}.fgb"
        pyogrio.write_dataframe(table, stage / file, layer=name, driver="FlatGeobuf", **geometry_options(table))
        made.append(Made(file, "FlatGeobuf", (name,), len(table), handover.plan.region.crs, "FlatGeobuf 3"))
    return made
