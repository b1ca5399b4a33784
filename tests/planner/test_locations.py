import types
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from planner.locations import STATUSES, locations

IDS = ["3", "1", "2", "4", "5"]
TOWNS = ["2500300002", "2500300001", "2500300001", "2500300003", "2500300002"]


def a_plan(**given):
    premises = gpd.GeoDataFrame(
        {"location_id": IDS, "town_geoid": TOWNS, "origin": "generated"},
        geometry=[shapely.Point(at, 0) for at in range(5)],
        crs="EPSG:26986",
    )
    cover = pd.DataFrame(
        {
            "town_geoid": ["2500300001", "2500300002", "2500300003"],
            "target": "25/3",
            "basis": ["filings", "premises list", "town share"],
            "note": given.get("note", "N is the layer premises, not the location fabric"),
        }
    )
    failing = pd.DataFrame({"location_id": ["2", "5"], "status": ["not known", "unserved"]})
    tables = {"coverage": cover, **({"failing_locations": failing} if given.get("failing", True) else {})}
    region = types.SimpleNamespace(target=types.SimpleNamespace(label="25/3"))
    return types.SimpleNamespace(region=region, layers={"premises": given.get("premises", premises)}, tables=tables)


def located(**given) -> Any:
    return locations(a_plan(**given))


def test_every_location_has_its_place_and_what_it_has():
    table = located()
    assert table["location_id"].tolist() == ["1", "2", "3", "5", "4"]
    assert table["status"].tolist() == ["served", "not known", "served", "unserved", "not known"]
    assert table.geometry.x.tolist() == [1, 2, 0, 4, 3]
    assert set(table["status"]) <= set(STATUSES)


def test_where_none_fails_all_counted_ones_are_served():
    assert located(failing=False)["status"].tolist() == ["served"] * 4 + ["not known"]


@pytest.mark.parametrize(
    "given",
    [
        {"note": "N is the location fabric"},
        {"premises": pd.DataFrame({"location_id": IDS, "town_geoid": TOWNS, "origin": "published"})},
    ],
)
def test_without_places_of_what_was_counted_there_is_no_table(given):
    assert located(**given) is None
