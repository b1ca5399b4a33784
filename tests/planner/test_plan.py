"""The whole path on the small region, stage by stage against golden tables; and on real Massachusetts."""

import os
import re
from pathlib import Path

import pandas as pd
import pytest

from layers import data_folder, declared
from layers.save import write_csv
from planner import load_region, plan

GOLDEN = Path(__file__).parents[1] / "golden" / "small"


@pytest.fixture(scope="module")
def made():
    return plan(load_region(Path(__file__).parents[1] / "cases" / "small" / "region.toml"))


def test_every_table_of_the_small_region_is_the_golden_one(made, tmp_path):
    """With UPDATE_GOLDEN=1 the files are written anew; read the difference before committing it."""
    for name, table in made.tables.items():
        write_csv(table, tmp_path / f"{name}.csv")
        if os.environ.get("UPDATE_GOLDEN"):
            write_csv(table, GOLDEN / f"{name}.csv")
        got, wanted = (pd.read_csv(folder / f"{name}.csv", dtype="str") for folder in (tmp_path, GOLDEN))
        numbers = [
            column
            for column in map(str, wanted)
            if column.endswith(("_usd", "_m", "_share", "value", "_fit", "_budget"))
        ]
        pd.testing.assert_frame_equal(got.drop(columns=numbers), wanted.drop(columns=numbers))
        pd.testing.assert_frame_equal(got[numbers].astype("float64"), wanted[numbers].astype("float64"), rtol=1e-9)
    assert {path.stem for path in GOLDEN.glob("*.csv")} == set(made.tables)


def test_stages_are_told_in_order():
    told: list[str] = []
    plan(load_region(Path(__file__).parents[1] / "cases" / "small" / "region.toml"), told.append)
    assert told == ["check", "coverage", "last-mile cost"]


def test_a_region_without_budgets_has_no_cost_tables(small):
    text = (small / "region.toml").read_text("utf-8")
    start, end = text.index("[layers.published_budgets]"), text.index("[scenario.faster]")
    (small / "region.toml").write_text(text[:start] + text[end:], "utf-8")
    made = plan(load_region(small / "region.toml"))
    assert set(made.tables) == {"area_coverage", "coverage", "failing_locations", "town_results"}
    assert "build_cost" not in made.headline


def test_an_area_keeps_its_towns_and_what_names_them(small):
    text = (small / "region.toml").read_text("utf-8")
    (small / "region.toml").write_text('area = { towns = ["2599910001", "2599910003"] }\n' + text, "utf-8")
    made = plan(load_region(small / "region.toml"))
    assert made.tables["town_results"]["town"].tolist() == ["Birch", "Dogwood"]
    assert set(made.layers["premises"]["town_geoid"]) == {"2599910001"}
    assert len(made.layers["published_budgets"]) == 12


def test_an_area_without_a_layers_rows_leaves_that_layer_out_and_says_so(tmp_path):
    text = (data_folder() / "sample" / "region.toml").read_text("utf-8")
    text = text.replace('"../', f'"{data_folder()}/')
    text = re.sub(r'path = "(\w+\.(?:parquet|csv))"', rf'path = "{data_folder()}/sample/\1"', text)
    text = text.replace('folder = "filings"', 'folder = "townline:sample/filings"')
    text = re.sub(r"\[middle_mile\][^\[]*", "", text)  # one town's roads do not reach the backbone
    text = text.replace('design = ["2501112505"]', "design = []")
    (tmp_path / "region.toml").write_text('area = { towns = ["2501135180"] }\n' + text, "utf-8")
    made = plan(load_region(tmp_path / "region.toml"))
    assert len(made.tables["town_results"]) == 1
    assert "institutes" not in made.layers
    assert "layer 'institutes': has no row in the region's area; left out" in made.notes
    assert "siting: no sites are chosen, for layer 'institutes' has no candidate in the region's area" in made.notes
    assert "chosen_sites" not in made.tables
    made.save(tmp_path / "out")


def test_a_region_whose_towns_have_no_quantities_is_planned_without_costs(small):
    text = (small / "region.toml").read_text("utf-8")
    (small / "region.toml").write_text('area = { towns = ["2599910004"] }\n' + text, "utf-8")
    made = plan(load_region(small / "region.toml"))
    assert made.tables["build_costs"]["cost_note"].tolist() == [
        "not known: no build quantities (survey, or roads and premises)"
    ]


def test_real_massachusetts_gives_the_44_towns_their_published_total(shared):
    made = plan(load_region(Path(__file__).parents[2] / "examples" / "massachusetts.toml"))
    results = made.tables["town_results"]
    costed = results[results["cost_central_usd"].notna()]
    assert len(results) == 351
    assert len(costed) == 44
    assert costed["premises"].sum() == 26_797
    assert costed["route_m"].sum() / 1609.344 == pytest.approx(2040, abs=0.01)
    assert costed["published_budget_usd"].sum() == 108_930_000
    assert made.tables["build_costs"]["budget_usd"].sum() == pytest.approx(108_930_000)
    assert results["verdict"].value_counts().to_dict() == {"not known": 310, "fail": 41}
    assert any("2 invalid geometries repaired" in note for note in made.notes)
    assert declared("towns").check(made.layers["towns"], made.region.crs) is not None


@pytest.fixture(scope="module")
def sample():
    return plan(load_region(data_folder() / "sample" / "region.toml"))


def test_the_sample_region_gives_the_44_towns_their_golden_table(sample, tmp_path):
    results = pd.DataFrame(sample.tables["town_results"].drop(columns="geometry"))
    wanted = ["town_geoid", "town", "premises", "served", "share_served", "verdict",
              "cost_low_usd", "cost_central_usd", "cost_high_usd"]  # fmt: skip
    towns = results[results["published_budget_usd"].notna()][wanted].round(4).reset_index(drop=True)
    golden = GOLDEN.parent / "sample_44_towns.csv"
    if os.environ.get("UPDATE_GOLDEN"):
        write_csv(towns, golden)
    write_csv(towns, tmp_path / "towns.csv")
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "towns.csv"), pd.read_csv(golden), rtol=1e-9)
    assert len(towns) == 44
    assert towns["premises"].sum() == 26_797
    assert set(towns["verdict"]) == {"fail"}
    assert (towns["cost_low_usd"] < towns["cost_central_usd"]).all()
    assert (towns["cost_central_usd"] < towns["cost_high_usd"]).all()


def test_the_sample_region_says_what_is_not_real(sample):
    origins = {name: set(table["origin"]) for name, table in sample.layers.items()}
    assert origins["towns"] == {"approximate"}
    assert origins["premises"] == origins["roads"] == {"generated"}
    assert origins["anchors"] == {"generated", "published"}
    assert set(sample.tables["town_results"]["coverage_origin"]) == {"generated"}
