"""The inputs of the case `load` are whole and the same each time; a small run goes through all stages."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from benchmarks import _load_inputs as made
from benchmarks.__main__ import main
from layers.road_graph import components, road_graph

SHARED = Path(__file__).parents[1] / "../shared/layers"
TOWNS = SHARED / "massachusetts_towns_2020.gpkg"
COUNTIES = "25013,25015,25027"
STAGES = [
    "ingest", "check", "coverage", "last-mile cost", "last mile", "finance", "middle mile", "eligibility", "siting",
    "map and files", "report", "whole",
]  # fmt: skip

pytestmark = pytest.mark.skipif(not TOWNS.is_file(), reason="reference layers are not beside the project")


def test_locations_are_shared_out_by_housing_and_roads_join_them(tmp_path):
    sizes = made.write_inputs(tmp_path, TOWNS, 0.004, COUNTIES)
    towns = gpd.read_file(TOWNS).set_index("GEOID20")
    towns = towns[towns.index.str.startswith(tuple(COUNTIES.split(",")))]
    premises = gpd.read_parquet(tmp_path / "premises.parquet")
    assert len(premises) == sizes["locations"] == 10_800
    share = premises["town_geoid"].value_counts(normalize=True)
    assert (share - towns["HOUSING20"] / towns["HOUSING20"].sum()).abs().max() < 0.002
    assert set(share.index) == set(towns.index)
    roads = gpd.read_parquet(tmp_path / "roads.parquet").to_crs(26986)
    assert len(components(road_graph(roads))) == 1
    away = shapely.STRtree(roads.geometry).query_nearest(premises.to_crs(26986).geometry, return_distance=True)[1]
    assert away.max() < 2_000  # the usual limit of a place to its road
    offers = pd.read_csv(tmp_path / made.FILING, usecols=["location_id", "block_geoid"], dtype="str")
    assert len(offers) == sizes["offers"] > 4 * len(premises)
    county = premises.set_index("location_id")["town_geoid"].str[:5]
    assert (offers["block_geoid"].str[:5] == offers["location_id"].map(county)).all()


def test_the_same_arguments_give_the_same_files(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        made.write_inputs(tmp_path / name, TOWNS, 0.001, COUNTIES)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_a_small_plan_goes_through_all_stages(tmp_path, capsys):
    main(["load", "--scale", "0.002", "--area", COUNTIES, "--folder", str(tmp_path), "--json"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["stage"] for row in rows if "seconds" in row] == STAGES
    counts = {row["stage"]: row["count"] for row in rows if "count" in row}
    assert counts["pass"] + counts["fail"] == counts["towns"] == 103
    assert counts["premises"] == counts["locations"] == 5_400
    assert counts["map.html MB"] > 0
    assert (tmp_path / "report" / "report.pdf").stat().st_size > 10_000


def test_without_the_towns_it_says_what_is_missing(tmp_path):
    with pytest.raises(SystemExit, match="name its folder with --shared"):
        main(["load", "--shared", str(tmp_path)])
