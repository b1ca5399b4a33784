"""Quantities of a build: surveyed where there is a survey, roads elsewhere, nothing invented."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, box

from planner.last_mile.quantities import quantities, road_length_m

CRS = "EPSG:26986"
TOWNS = gpd.GeoDataFrame(
    {"town_geoid": ["2501100001", "2501100002", "2501100003"]},
    geometry=[box(0, 0, 100, 100), box(100, 0, 200, 100), box(200, 0, 300, 100)],
    crs=CRS,
)
COVER = pd.DataFrame({"town_geoid": TOWNS["town_geoid"], "premises": pd.array([10, 20, None], dtype="Int64")})


def roads(*lines, **columns):
    return gpd.GeoDataFrame(columns, geometry=[LineString(line) for line in lines], crs=CRS)


def test_a_road_counts_in_each_town_for_the_part_inside_it():
    lengths = road_length_m(TOWNS, roads([(50, 50), (250, 50)], [(10, 10), (40, 50)]))
    assert lengths.to_dict() == pytest.approx({"2501100001": 50 + 50, "2501100002": 100, "2501100003": 50})


def test_a_road_along_a_town_line_is_shared():
    lengths = road_length_m(TOWNS, roads([(100, 0), (100, 100)], [(0, 50), (100, 50)]))
    assert lengths.to_dict() == pytest.approx({"2501100001": 150, "2501100002": 50})


def test_a_road_that_names_its_town_counts_there():
    lengths = road_length_m(TOWNS, roads([(50, 50), (250, 50)], town_geoid=["2501100002"]))
    assert lengths.to_dict() == {"2501100002": 200}


def test_a_survey_prevails_and_a_town_without_premises_has_no_row():
    survey = pd.DataFrame({"town_geoid": ["2501100001"], "premises": [11], "poles": [7], "route_m": [900.0]})
    table = quantities(TOWNS, COVER, survey, roads([(50, 50), (250, 50)]), poles_per_m=0.5).set_index("town_geoid")
    assert table["route_m"].to_dict() == {"2501100001": 900, "2501100002": 100}
    assert table["poles"].to_dict() == {"2501100001": 7, "2501100002": 50}
    assert table["basis"].tolist() == ["surveyed quantities", "road length"]


def test_without_survey_and_roads_there_is_nothing():
    assert len(quantities(TOWNS, COVER, None, None, 0.5)) == 0
