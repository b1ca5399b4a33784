"""The command export, as a user runs it."""

import json


def test_export_of_a_saved_plan_and_its_check(small, tmp_path, townline):
    region, saved, out = small / "region.toml", tmp_path / "plan", tmp_path / "out"
    assert townline("plan", region, "--out", saved)[0] == 0
    status, printed, error = townline("export", region, "--plan", saved, "--out", out, "--format", "gpkg,csv", "--json")
    assert (status, error) == (0, "")
    told = json.loads(printed)
    assert told["formats"] == ["gpkg", "csv"]
    assert (out / "handover.gpkg").is_file()
    assert (out / "csv" / "datapackage.json").is_file()
    status, printed, _ = townline("export", "--verify", out)
    assert (status, "files are as the manifest says" in printed) == (0, True)
    (out / "csv" / "coverage.csv").write_text("x", "utf-8")
    status, _, error = townline("export", "--verify", out)
    assert (status, "file 'csv/coverage.csv' has changed" in error) == (2, True)
    status, _, error = townline("export", region, "--plan", saved, "--scenario", "faster", "--out", out)
    assert (status, "holds a plan with another scenario, targets" in error) == (2, True)


def test_export_plans_anew_and_keeps_places_of_premises_unless_told(small, tmp_path, townline):
    region, out = small / "region.toml", tmp_path / "out"
    status, printed, _ = townline("export", region, "--out", out, "--format", "csv")
    assert status == 0
    assert "left out: layer_premises: says where single premises are; --with-locations hands it over" in printed
    status, printed, _ = townline("export", region, "--out", out, "--format", "csv", "--with-locations")
    assert (status, (out / "csv" / "layer_premises.csv").is_file()) == (0, True)


def test_messages_of_export(small, tmp_path, townline):
    region = small / "region.toml"
    status, _, error = townline("export", region, "--format", "geopakage", "--out", tmp_path / "out")
    assert (status, "format 'geopakage' is not known" in error) == (2, True)
    status, _, error = townline("export", region, "--out", region)
    assert (status, "is there and is a file" in error) == (2, True)
    status, _, error = townline("export", region, "--plan", tmp_path, "--out", tmp_path / "out")
    assert (status, "holds no plan" in error) == (2, True)
    status, _, error = townline("export")
    assert (status, "needs a region file" in error) == (2, True)
    status, _, error = townline("export", region, "--out", tmp_path / "out", "--format", "ofds")
    assert (status, "add [middle_mile] to the region file" in error) == (2, True)
