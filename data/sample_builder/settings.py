"""Every number that shapes the sample. `data/README.md` says what they mean."""

from pathlib import Path
from typing import Final

SEED: Final = 20150123
DATA: Final = Path(__file__).resolve().parents[1]
FACTS: Final = DATA / "facts"
OUTLINES: Final = DATA / "outlines"

METRIC_CRS: Final = "EPSG:26986"
DEGREES_CRS: Final = "EPSG:4326"

# Roads: lengths
LOOP_RATIO_RURAL: Final = 1.3  # total road length / length of its spanning tree
LOOP_RATIO_URBAN: Final = 1.75
DEAD_END_SHARE: Final = 0.6  # of the tree's dead ends that stay so while there are other roads to add
RURAL_UNITS_PER_KM2: Final = 20.0
URBAN_UNITS_PER_KM2: Final = 700.0

# Roads: junctions
UNIFORM_SHARE: Final = 0.14  # density of junctions far from any centre / at the centre
CENTRE_RADIUS: Final = 0.16  # e-folding distance of that density / square root of the town's area
HAMLET_WEIGHT: Final = 0.55
MIN_SPACING: Final = 0.62  # smallest distance between junctions / their mean local spacing

# Roads: crossings of town lines for each metre of line and each m / m2 of road density
CROSSING_RATE: Final = 0.22
OUTER_CROSSING_RATE: Final = 0.12
ROAD_M_PER_CROSSING: Final = 5500.0  # no more crossings than one for so much road
MIN_BORDER_M: Final = 400.0

# Roads: bends
PIECE_M: Final = 110.0
BEND_WAVELENGTHS_M: Final = (4200.0, 1900.0, 850.0, 430.0)
BEND_AMPLITUDE: Final = 0.028  # of a wave / its wavelength
BEND_FADE_M: Final = 450.0  # bends fade out towards the town line
SIMPLIFY_M: Final = 4.0

# Premises
OFFSET_MIN_M: Final = 10.0
OFFSET_MAX_M: Final = 80.0
EMPTY_ROAD_WEIGHT: Final = 0.16  # premises for each metre of road far from the centre / at the centre

# Service in 2015
NEW_CABLE_PREMISES: Final = 440  # Hinsdale, Lanesborough, West Stockbridge together: published
NEW_PARTIAL_PREMISES: Final = 1303  # the nine partially served towns together: published programme target
CABLE_TOWNS: Final = ("Hinsdale", "Lanesborough", "West Stockbridge")
PARTIAL_TOWNS: Final = (
    "Buckland",
    "Chester",
    "Conway",
    "Hardwick",
    "Huntington",
    "Montague",
    "Northfield",
    "Pelham",
    "Shelburne",
)
OWN_FIBRE_TOWNS: Final = ("Leverett",)  # built a network of its own, so not among the invented exceptions
LEAST_SERVED_SHARE: Final = 0.962
BELOW_TARGET_SHARES: Final = (0.905, 0.921, 0.934, 0.946, 0.957)  # invented, for the thinnest of the other towns
PARTLY_UNKNOWN_SHARES: Final = (0.05, 0.08, 0.06)  # of premises with unknown speed, in the next three towns

# Anchors
PERSONS_PER_SCHOOL: Final = 2800
PERSONS_PER_SAFETY_STATION: Final = 15000
LEAST_PERSONS_FOR_SCHOOL: Final = 700
