"""Every number that shapes the sample. `data/README.md` says what they mean."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

Plan = tuple[float, float]  # download and upload in Mbps


@dataclass(frozen=True)
class Provider:
    """A generated provider: invented number and name, technology code of the filings, and to whom it sells."""

    number: int
    brand: str
    technology: int
    code: str = "X"
    low_latency: bool = True


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
FIRST_LOCATION: Final = 9_000_000_001  # the fabric has no such numbers
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

# Blocks: their codes are invented, in the true county
PREMISES_PER_TRACT: Final = 1600
PREMISES_PER_BLOCK: Final = 40
BLOCKS_PER_GROUP: Final = 12
FIRST_TRACT: Final = 5001  # four of a tract's six digits: one number for each town of a county
H3_RESOLUTION: Final = 8

# Availability filings: at best the speeds above, by the step of the ladder (download in Mbps) where it helps
STATE_FIPS: Final = "25"
FILED_AS_OF: Final = "D15"
FILED_RELEASED: Final = "31dec2015"
SERVED_DOWN_MBPS: Final = 25.0
CABLE: Final = {
    ("25003", "25011"): Provider(990101, "Generated Cable West", 40),
    ("25013", "25015"): Provider(990102, "Generated Cable Valley", 40),
    ("25027",): Provider(990103, "Generated Cable East", 40),
}
COPPER: Final = Provider(990104, "Generated Telephone", 10)
COPPER_TOWNS: Final = 0.85  # share of towns with copper beside better offers
COPPER_PLANS: Final[dict[float, Plan]] = {
    300: (18, 1.5), 150: (18, 1.5), 100: (10, 1), 60: (10, 1), 25: (6, 0.768), 6: (6, 0.768),
}  # fmt: skip
TOWN_FIBRE: Final = Provider(990105, "Generated Town Fibre", 50)
CITY_FIBRE: Final = Provider(990106, "Generated City Fibre", 50)
FIBRE_PLAN: Final[Plan] = (1000, 1000)
LEAST_PREMISES_OF_CITY: Final = 20_000
CITY_FIBRE_BLOCKS: Final = 0.3
WIRELESS: Final = Provider(990107, "Generated Wireless", 71)
BUSINESS_WIRELESS: Final = Provider(990108, "Generated Business Wireless", 71, code="B")
WIRELESS_TOWNS: Final = 0.4
WIRELESS_BLOCKS: Final = 0.5
WIRELESS_PLANS: Final[dict[float, Plan]] = {
    300: (50, 10), 150: (50, 10), 100: (25, 3), 60: (25, 3), 25: (10, 1), 6: (5, 0.5),
}  # fmt: skip
BUSINESS_WIRELESS_PLANS: Final[dict[float, Plan]] = {300: (100, 20)}
SATELLITE: Final = Provider(990109, "Generated Satellite", 60, low_latency=False)
SATELLITE_PLAN: Final[Plan] = (25, 3)

# Anchors
PERSONS_PER_SCHOOL: Final = 2800
PERSONS_PER_SAFETY_STATION: Final = 15000
LEAST_PERSONS_FOR_SCHOOL: Final = 700
