"""The shipped facts and the sample region: figures against their sources, shape, calibration, repeatability.

What the generated filings say is tested in `test_sample_filings.py`.
"""

import filecmp
import json
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

from layers import Source, data_folder, declared, read

DATA = data_folder()
SAMPLE = DATA / "sample"
ROOT = Path(__file__).parents[2]
METRIC = "EPSG:26986"
MILE_M = 1609.344
TABLES = ("towns", "roads", "premises", "anchors", "institutes", "points_of_presence", "fibre_routes")
CABLE = ("Hinsdale", "Lanesborough", "West Stockbridge")


def facts(name):
    return pd.read_csv(DATA / "facts" / f"{name}.csv", dtype={"town_geoid": "str"})


def sample(name):
    return gpd.read_parquet(SAMPLE / f"{name}.parquet")


@pytest.fixture(scope="module")
def cells(towns):
    return towns.set_index("town_geoid").geometry.to_crs(METRIC)


@pytest.fixture(scope="module")
def roads():
    return sample("roads")


@pytest.fixture(scope="module")
def road_m(roads):
    return roads.to_crs(METRIC).length.groupby(roads["town_geoid"]).sum()


# Facts


def test_budgets_add_up_to_the_published_totals(budgets):
    assert len(budgets) == 44
    assert budgets["premises"].sum() == 26_797
    assert budgets["units"].sum() == 29_213
    assert budgets["poles"].sum() == 59_069
    assert round(budgets["route_m"].sum() / MILE_M) == 2_040
    assert budgets["total_usd"].sum() == pytest.approx(108.93e6, abs=5_000)
    assert budgets["make_ready_usd"].sum() == pytest.approx(23.05e6, abs=5_000)
    parts = budgets["professional_fees_usd"] + budgets["construction_usd"]
    assert (parts == budgets["total_usd"]).all()


def test_towns_add_up_to_the_census_counts():
    table = facts("towns")
    population = table.groupby("county")["population_2020"].sum().to_dict()
    assert population == {
        "Berkshire": 129_026, "Franklin": 71_029, "Hampden": 465_825, "Hampshire": 162_308, "Worcester": 862_111,
    }  # fmt: skip
    assert table.groupby("county").size().to_dict() == {
        "Berkshire": 32, "Franklin": 26, "Hampden": 23, "Hampshire": 20, "Worcester": 60,
    }  # fmt: skip


def test_actual_costs_are_the_published_ones_and_budgets_agree(budgets):
    table = facts("actual_costs").set_index("town_geoid")
    assert table.set_index("town")["actual_usd"].to_dict() == {
        "Plainfield": 2_181_242,
        "Charlemont": 3_500_000,
        "Otis": 5_000_000,
    }
    assert (table["budget_usd"] == budgets.loc[table.index, "total_usd"]).all()


def test_service_of_2015_is_unknown_where_cable_was_there():
    table = facts("town_service_2015")
    cable = table["town"].isin(CABLE)
    assert len(table) == 44
    assert cable.sum() == 3
    assert table.loc[cable, "share_served"].isna().all()
    assert (table.loc[~cable, "share_served"] == 0).all()
    assert (table["origin"] == "approximate").all()


def test_facts_equal_the_reference_material(shared):
    raw = pd.read_csv(shared / "facts" / "last_mile_towns_2015.csv", dtype={"town_geoid": "str"})
    ours = facts("last_mile_budgets_2015")
    assert ours["town_geoid"].tolist() == raw["town_geoid"].tolist()
    assert np.abs(ours["route_m"] / MILE_M - raw["route_miles"]).max() < 1e-4
    assert ours["total_usd"].tolist() == raw["total_project_usd"].tolist()


@pytest.mark.parametrize("path", sorted((DATA / "facts").glob("*.csv")), ids=lambda path: path.name)
def test_every_fact_says_where_it_is_from(path):
    table = pd.read_csv(path, dtype="str")
    assert not path.read_bytes().count(b"\r")
    assert table["source"].str.len().min() > 5
    dated = table["as_of"].notna()
    assert table["as_of"][dated].str.fullmatch(r"\d{4}-\d\d-\d\d").all()
    if not dated.all():
        assert table["note"][~dated].str.contains("the day is not known").all()
    unverified = table["origin"] == "not stated"
    assert table["origin"].isin(["published", "approximate"])[~unverified].all()
    if unverified.any():
        assert table["note"][unverified].str.contains("unverified").all()


# The layers are as declared


@pytest.mark.parametrize("name", TABLES)
def test_sample_passes_the_layers_own_check(name):
    reading = read(Source(SAMPLE / f"{name}.parquet"), declared(name), METRIC)
    assert not reading.warnings
    assert len(reading.table) > 0


@pytest.mark.parametrize(("name", "rows"), [("counties", 3_230), ("states", 56)])
def test_outlines_pass_the_layers_own_check(name, rows):
    reading = read(Source(DATA / "outlines" / f"{name}.parquet"), declared(name), "EPSG:5070")
    assert not reading.warnings
    assert len(reading.table) == rows
    assert reading.table.geometry.is_valid.all()


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("last_mile_budgets_2015", "published_budgets"),
        ("last_mile_budgets_2015", "build_quantities"),
        ("actual_costs", "actual_costs"),
        ("town_service_2015", "town_service"),
    ],
)
def test_facts_pass_the_layers_own_check(name, layer):
    assert not read(Source(DATA / "facts" / f"{name}.csv"), declared(layer), METRIC).warnings


@pytest.mark.parametrize("name", ["anchors", "institutes", "points_of_presence"])
def test_facts_with_coordinates_pass_the_layers_own_check(name):
    columns = {"x": "longitude_deg", "y": "latitude_deg"}
    source = Source(DATA / "facts" / f"{name}.csv", crs="EPSG:4326", columns=columns)
    assert not read(source, declared(name), METRIC).warnings


@pytest.mark.parametrize(
    ("name", "origins"),
    [
        ("towns", {"approximate"}),
        ("roads", {"generated"}),
        ("premises", {"generated"}),
        ("anchors", {"generated", "published"}),
        ("institutes", {"approximate", "published"}),
        ("points_of_presence", {"approximate"}),
        ("fibre_routes", {"approximate"}),
    ],
)
def test_what_is_approximate_or_generated_says_so(name, origins):
    assert set(sample(name)["origin"]) == origins


# Towns


def test_towns_are_the_161_of_five_counties(towns):
    assert len(towns) == 161
    assert towns["town_geoid"].is_unique
    assert set(towns.geom_type) == {"Polygon"}
    assert towns.geometry.is_valid.all()
    centres = shapely.points(towns["center_longitude_deg"], towns["center_latitude_deg"])
    assert shapely.contains(towns.geometry.to_numpy(), centres).all()


def test_towns_tile_their_counties(towns, cells):
    shapes = towns.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.coverage_is_valid(cells.to_numpy())
    counties = gpd.read_parquet(DATA / "outlines" / "counties.parquet").set_index("county_fips").geometry
    codes = towns["town_geoid"].str[:5].to_numpy()
    for code in sorted(set(codes)):
        union = shapely.union_all(shapes[codes == code])
        assert shapely.area(union) == pytest.approx(shapely.area(counties[code]), rel=1e-6)
        assert shapely.area(shapes[codes == code]).sum() == pytest.approx(shapely.area(union), rel=1e-9)
        assert shapely.get_num_interior_rings(union) == 0


# Roads


def test_roads_are_one_connected_network(roads):
    lines = roads.geometry.to_numpy()
    start = map(tuple, shapely.get_coordinates(shapely.get_point(lines, 0)))
    end = map(tuple, shapely.get_coordinates(shapely.get_point(lines, -1)))
    graph = nx.Graph(zip(start, end, strict=True))
    assert nx.is_connected(graph)
    assert graph.number_of_nodes() < 150_000
    assert roads["road_id"].is_unique
    assert roads["road_class"].isin(["main", "local"]).all()


def test_roads_of_the_last_mile_towns_have_the_published_length(road_m, budgets):
    ratio = road_m.loc[budgets.index] / budgets["route_m"]
    assert ratio.min() > 0.98
    assert ratio.max() < 1.02
    assert road_m.loc[budgets.index].sum() / MILE_M == pytest.approx(2_040, rel=0.01)


def test_roads_elsewhere_have_the_length_that_the_formula_gives(road_m, budgets):
    table = facts("towns").set_index("town_geoid")
    size = np.sqrt(table["land_area_m2"] * table["housing_units_2020"])
    constant = budgets["route_m"].sum() / size.loc[budgets.index].sum()
    others = table.index.difference(budgets.index)
    assert (road_m.loc[others] / (constant * size.loc[others]) - 1).abs().max() < 0.02


def test_roads_stay_in_their_town(roads, cells):
    home = gpd.GeoSeries(cells.loc[roads["town_geoid"]].to_numpy(), crs=METRIC).buffer(250)
    assert shapely.covers(home.to_numpy(), roads.to_crs(METRIC).geometry.to_numpy()).mean() > 0.999


@pytest.mark.parametrize("name", ["roads", "premises"])
def test_coordinates_lie_on_the_grid(name):
    degrees = shapely.get_coordinates(sample(name).geometry.to_numpy())
    assert (degrees * 2**17 % 1 == 0).all()


# Premises


def test_premises_are_as_many_as_published(premises, budgets):
    counts = premises.groupby("town_geoid").size()
    assert (counts.loc[budgets.index] == budgets["premises"]).all()
    assert counts.loc[budgets.index].sum() == 26_797
    others = facts("towns").set_index("town_geoid")["housing_units_2020"].drop(budgets.index)
    assert (counts.loc[others.index] == others).all()
    assert len(premises) == 718_709


def test_premises_are_not_taken_for_fabric_locations(premises):
    assert premises["location_id"].is_unique
    assert premises["location_id"].str.fullmatch(r"9\d{9}").all()
    assert premises["location_id"].iloc[0] == "9000000001"


def test_premises_lie_in_their_town(premises, cells):
    home = gpd.GeoSeries(cells.loc[premises["town_geoid"]].to_numpy(), crs=METRIC)
    assert shapely.dwithin(home.to_numpy(), premises.to_crs(METRIC).geometry.to_numpy(), 100).all()


def test_premises_stand_10_to_80_m_from_a_road(premises, roads):
    some = premises.iloc[::97].to_crs(METRIC).geometry
    _, gap = roads.to_crs(METRIC).sindex.nearest(some, return_distance=True, return_all=False)
    assert gap.max() < 82
    assert np.median(gap) > 8


def test_premises_are_places_alone(premises):
    assert premises.columns.tolist() == ["location_id", "town_geoid", "origin", "geometry"]


# Institutions and fibre


def test_anchors_are_real_colleges_and_hospitals_and_generated_local_ones():
    table = sample("anchors")
    assert 1_000 < len(table) < 1_400
    generated = table["origin"] == "generated"
    assert table.loc[generated, "name"].str.endswith("(generated)").all()
    assert set(table.loc[~generated, "kind"]) == {"health", "higher education"}
    assert table[table["name"] == "Baystate Medical Center"]["beds"].tolist() == [724]
    halls = table[generated & (table["kind"] == "government")]
    assert halls["town_geoid"].nunique() == 161


def test_generated_anchors_stand_near_roads_of_their_town(roads, cells):
    table = sample("anchors").query("origin == 'generated'").to_crs(METRIC)
    home = gpd.GeoSeries(cells.loc[table["town_geoid"]].to_numpy(), crs=METRIC)
    assert shapely.dwithin(home.to_numpy(), table.geometry.to_numpy(), 100).all()
    _, gap = roads.to_crs(METRIC).sindex.nearest(table.geometry, return_distance=True, return_all=False)
    assert gap.max() < 120


def test_the_trunk_starts_at_the_hub_and_runs_along_roads_to_both_state_lines(roads, towns):
    routes = sample("fibre_routes").set_index("route_id").geometry
    hub = sample("points_of_presence").to_crs(METRIC).geometry.iloc[0]
    corners = set(map(tuple, shapely.get_coordinates(roads.geometry.to_numpy())))
    ends = {name: (line.coords[0], line.coords[-1]) for name, line in routes.items()}
    assert ends["i91-north"][0] == ends["i91-south"][0]
    start = gpd.GeoSeries([shapely.Point(ends["i91-north"][0])], crs="EPSG:4326").to_crs(METRIC).iloc[0]
    assert start.distance(hub) < 500
    for line in routes:
        assert line.is_simple
        assert set(line.coords) <= corners
    outline = towns.geometry.union_all().boundary
    for _, end in ends.values():
        assert outline.distance(shapely.Point(end)) < 1e-4
    passed = set(towns[towns.intersects(routes["i91-north"])]["town"])
    assert {"Springfield", "Northampton", "Greenfield", "Bernardston"} <= passed


# Files


def test_data_stays_small():
    files = [path for path in DATA.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) <= 6_000_000


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    subprocess.run([sys.executable, str(ROOT / "data" / "build_sample.py"), str(folder)], cwd=ROOT, check=True)
    return folder


def made_with(path):
    """Return what wrote a file: other versions may compress differently."""
    metadata = pq.read_metadata(path)
    return metadata.created_by, pq.read_schema(path).pandas_metadata["creator"]


@pytest.mark.parametrize("name", TABLES)
def test_building_again_gives_the_same_bytes(rebuilt, name):
    ours, again = SAMPLE / f"{name}.parquet", rebuilt / f"{name}.parquet"
    if made_with(ours) == made_with(again):
        assert filecmp.cmp(ours, again, shallow=False)
    assert pq.read_table(ours).equals(pq.read_table(again))


def recorded(folder):
    """Return the record of the filings, and apart from it what depends on versions: these, hashes and sizes."""
    sources = json.loads((folder / "ingest.json").read_text("utf-8"))["sources"]
    made = {}
    for name, source in sources.items():
        outputs = [member.pop("output") for member in source["members"]]
        made[name] = source.pop("versions"), source.pop("sha256"), source.pop("bytes"), outputs
    return sources, made


def test_ingesting_again_gives_the_same_filings(rebuilt):
    ours, again = SAMPLE / "filings", rebuilt / "filings"
    files = sorted(path.name for path in ours.iterdir())
    assert files == sorted(path.name for path in again.iterdir())
    (record, made), (record_again, made_again) = recorded(ours), recorded(again)
    assert record == record_again
    if all(made[name][0] == made_again[name][0] for name in made):
        assert filecmp.cmpfiles(ours, again, files, shallow=False) == (files, [], [])
    for name in files:
        if name.endswith(".parquet"):
            assert pq.read_table(ours / name).equals(pq.read_table(again / name))
