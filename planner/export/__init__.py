"""Hand-over files: a plan in the formats that GIS users, agencies and network engineers expect."""

from planner.export.formats import FORMATS as FORMATS
from planner.export.formats import Format as Format
from planner.export.look import Look as Look
from planner.export.look import Swatch as Swatch
from planner.export.manifest import verify as verify
from planner.export.write import Exported as Exported
from planner.export.write import export as export
from planner.export.write import refuse as refuse

__all__ = ["FORMATS", "Exported", "Format", "Look", "Swatch", "export", "refuse", "verify"]
