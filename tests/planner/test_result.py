"""Saved plans: complete, equal byte for byte, read back equal, never half-written."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from layers.save import write_csv
from planner import PlanError, load_plan, load_region, plan

REGION = Path(__file__).parents[1] / "cases" / "small" / "region.toml"


@pytest.fixture(scope="module")
def made():
    return plan(load_region(REGION))


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_the_same_plan_gives_the_same_bytes(made, tmp_path):
    made.save(tmp_path / "one")
    plan(load_region(REGION)).save(tmp_path / "two")
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_what_is_saved_is_loaded_equal(made, tmp_path):
    made.save(tmp_path)
    again = load_plan(tmp_path, made.region)
    assert set(again.tables) == set(made.tables)
    assert set(again.layers) == set(made.layers) - {"premises"}
    for name, table in made.tables.items():
        if isinstance(table, gpd.GeoDataFrame):
            assert again.tables[name].geometry.geom_equals(table.geometry).all()
        got, wanted = (pd.DataFrame(t.drop(columns="geometry", errors="ignore")) for t in (again.tables[name], table))
        pd.testing.assert_frame_equal(got, wanted)
    assert again.provenance == made.provenance
    with pytest.raises(PlanError, match="holds no plan"):
        load_plan(tmp_path / "tables", made.region)


def test_provenance_names_inputs_with_hashes_parameters_and_versions(made, tmp_path):
    made.save(tmp_path)
    record = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    premises = record["inputs"]["premises"]
    assert premises["sha256"] == sha256((REGION.parent / "premises.csv").read_bytes()).hexdigest()
    assert record["parameters"]["targets"][0] == {"down_mbps": 25.0, "up_mbps": 3.0, "share": "24/25"}
    assert record["versions"].keys() >= {"townline", "python", "gdal", "geopandas"}
    for name, digest in record["outputs"].items():
        assert sha256((tmp_path / name).read_bytes()).hexdigest() == digest
    assert str(REGION.parents[3]) not in json.dumps(record)


def test_licensed_premises_stay_out_of_the_geopackage(made, tmp_path):
    made.save(tmp_path)
    names = set(gpd.list_layers(tmp_path / "plan.gpkg")["name"])
    assert {"town_results", "coverage", "layer_towns", "layer_roads"} <= names
    assert not any("premises" in name for name in names)


def test_a_save_that_fails_leaves_earlier_files_untouched(made, tmp_path, monkeypatch):
    made.save(tmp_path)
    before = content(tmp_path)
    monkeypatch.setattr(
        "planner.result.write_json", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(PlanError, match="No space left on device; earlier files stand"):
        made.save(tmp_path, {"map.html": b"new"})
    assert content(tmp_path) == before


def test_a_blocked_place_leaves_all_earlier_files(made, tmp_path):
    made.save(tmp_path, {"map.html": b"old"})
    (tmp_path / "plan.gpkg").unlink()
    (tmp_path / "plan.gpkg").mkdir()
    before = content(tmp_path)
    with pytest.raises(PlanError, match="is not a file; earlier files stand"):
        made.save(tmp_path, {"map.html": b"new"})
    assert content(tmp_path) == before


def test_a_move_that_fails_is_rolled_back(made, tmp_path, monkeypatch):
    made.save(tmp_path, {"map.html": b"old"})
    before = content(tmp_path)
    real = Path.replace

    def fail_late(path, target):
        if path.name == "town_results.csv" and ".townline" in str(path):
            raise OSError(5, "Input/output error")
        return real(path, target)

    monkeypatch.setattr(Path, "replace", fail_late)
    with pytest.raises(PlanError, match="earlier files stand"):
        made.save(tmp_path, {"map.html": b"new"})
    assert content(tmp_path) == before


def test_tables_that_the_new_plan_does_not_have_go_and_other_files_stay(made, tmp_path):
    made.save(tmp_path)
    (tmp_path / "tables" / "mine.csv").write_text("a", "utf-8")
    fewer = replace(made, tables={name: made.tables[name] for name in ("coverage", "town_results")})
    fewer.save(tmp_path)
    assert {path.name for path in (tmp_path / "tables").iterdir()} == {"coverage.csv", "town_results.csv", "mine.csv"}


def test_a_plan_is_not_loaded_under_another_target(made, tmp_path):
    made.save(tmp_path)
    with pytest.raises(PlanError, match="another scenario, targets"):
        load_plan(tmp_path, load_region(REGION, "faster"))


def test_an_input_is_never_written_over(small):
    again = plan(load_region(small / "region.toml"))
    (small / "plan.gpkg").write_bytes((small / "towns.geojson").read_bytes())
    text = (small / "region.toml").read_text("utf-8").replace("towns.geojson", "plan.gpkg")
    (small / "region.toml").write_text(text, "utf-8")
    with pytest.raises(PlanError, match="is an input of this region"):
        replace(again, region=load_region(small / "region.toml")).save(small)


def test_a_folder_that_cannot_be_written_is_named(made):
    with pytest.raises(PlanError, match=r"folder /proc/none: cannot be written: .*; choose another --out"):
        made.save("/proc/none")


def test_other_files_in_the_folder_stay(made, tmp_path):
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    made.save(tmp_path, {"map.html": b"<!doctype html>"})
    assert (tmp_path / "notes.txt").read_text("utf-8") == "mine"
    assert (tmp_path / "map.html").read_bytes() == b"<!doctype html>"
    assert not list(tmp_path.glob(".townline-*"))


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\r\n=1", "\ufeff=1", " =1", "\uff1d1"]
)
def test_text_that_a_spreadsheet_would_run_is_disarmed(tmp_path, text):
    write_csv(pd.DataFrame({"town": [text, "plain"], "value": [-1.5, 2.0]}), tmp_path / "t.csv")
    table = pd.read_csv(tmp_path / "t.csv", keep_default_na=False)
    assert table["town"].tolist() == ["'" + text.replace("\r\n", "\n").replace("\r", "\n"), "plain"]
    assert table["value"].tolist() == [-1.5, 2.0]
