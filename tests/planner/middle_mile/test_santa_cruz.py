"""Real streets and addresses, raw, through snapping and the solver to a map."""

import geopandas as gpd
import pytest

import maps
from planner import load_region, plan

REGION = """
name = "Santa Cruz"
crs = "EPSG:32610"
as_of = 2024-01-01
prices = "massachusetts-2015"
[layers.towns]
path = "towns.gpkg"
[layers.roads]
path = "roads.gpkg"
columns = { road_class = "highway" }
source = "OpenStreetMap (ODbL)"
[layers.anchors]
path = "anchors.gpkg"
values = { kind = "community support", name = "Address" }
columns = { anchor_id = "premise_id" }
[layers.points_of_presence]
path = "pops.gpkg"
values = { name = "First address" }
columns = { pop_id = "premise_id" }
[middle_mile]
towns = false
iterations = 8
"""


@pytest.mark.parametrize(("size", "homes"), [(500, 457), (1000, 975)])
def test_raw_streets_and_addresses_become_a_network_and_a_map(shared, tmp_path, size, homes):
    source = shared / "bench" / "santa_cruz" / f"santa_cruz_{size}.gpkg"
    streets, premises = (gpd.read_file(source, layer=name) for name in ("streets", "premises"))
    streets.assign(road_id=[str(number) for number in range(len(streets))]).to_file(tmp_path / "roads.gpkg")
    premises["premise_id"] = premises["premise_id"].astype("str")
    premises.to_file(tmp_path / "anchors.gpkg")
    premises.iloc[:1].to_file(tmp_path / "pops.gpkg")
    hull = gpd.GeoSeries([streets.union_all().envelope.buffer(0.002)], crs=4326)
    gpd.GeoDataFrame({"town_geoid": ["0608769112"], "town": ["Santa Cruz"]}, geometry=hull).to_file(
        tmp_path / "towns.gpkg"
    )
    (tmp_path / "region.toml").write_text(REGION, "utf-8")
    made = plan(load_region(tmp_path / "region.toml"))
    totals = made.tables["middle_mile_totals"].set_index("statistic")["value"]
    assert totals["anchors connected"] == homes
    assert totals["solver: gap at most"] <= 0.01
    # the same streets with addresses joined at their doors: 22.0 km and 41.4 km by the best published tree
    length_km = (totals["route"] + totals["laterals to places"]) / 1000
    assert length_km == pytest.approx({500: 22.0, 1000: 41.4}[size], rel=0.1)
    files = maps.save(made, tmp_path / "out")
    assert (tmp_path / "out" / "map.html") in files
