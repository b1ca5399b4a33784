"""What the world is: declared layers, read and checked. Imports nothing of ours."""

from layers._geometry import length_error as length_error
from layers._geometry import outside_area as outside_area
from layers.errors import LayerError as LayerError
from layers.errors import PlanError as PlanError
from layers.errors import RegionError as RegionError
from layers.errors import RuleError as RuleError
from layers.errors import TownlineError as TownlineError
from layers.layer import Layer as Layer
from layers.layer import declarations as declarations
from layers.layer import declared as declared
from layers.place import data_folder as data_folder
from layers.read import Reading as Reading
from layers.read import read as read
from layers.source import Source as Source

__all__ = [
    "Layer",
    "LayerError",
    "PlanError",
    "Reading",
    "RegionError",
    "RuleError",
    "Source",
    "TownlineError",
    "data_folder",
    "declarations",
    "declared",
    "length_error",
    "outside_area",
    "read",
]
