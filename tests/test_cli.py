"""The command: what it prints, writes and returns."""

import json

import pandas as pd
from rich.console import Console

from layers.generate import locations, write_filing
from tests.cases.hilltowns import write_region


def test_init_writes_a_region_file_that_checks_as_it_stands(tmp_path, townline):
    path = tmp_path / "mine.toml"
    assert townline("init", path)[0] == 0
    status, printed, error = townline("check", path)
    assert (status, error) == (0, "")
    assert "15 layers are as declared" in printed
    status, _, error = townline("init", path)
    assert status == 2
    assert "is there already; name another one or say --force" in error
    assert townline("init", path, "--force")[0] == 0


def test_layers_prints_declarations_for_people_and_machines(townline):
    status, printed, _ = townline("layers", "premises")
    assert status == 0
    assert "down_mbps" in printed
    assert "Best download speed on offer" in printed
    every = json.loads(townline("layers", "--json")[1])
    assert every["premises"]["columns"]["down_mbps"]["unit"] == "Mbps"
    assert len(every) >= 13
    status, _, error = townline("layers", "premisses")
    assert status == 2
    assert "did you mean 'premises'" in error


def test_check_counts_rows(small, townline):
    printed = json.loads(townline("check", small / "region.toml", "--json")[1])
    assert printed["rows"] == {
        "towns": 6, "premises": 85, "town_service": 3, "roads": 5, "published_budgets": 12, "actual_costs": 1,
    }  # fmt: skip


def test_coverage_prints_and_writes_a_table(small, tmp_path, townline):
    out = tmp_path / "coverage.csv"
    status, printed, _ = townline("coverage", small / "region.toml", "--out", out)
    assert status == 0
    assert "1 of 6 towns pass, 3 fall short, 2 not known" in printed
    table = pd.read_csv(out, dtype={"town_geoid": "str"})
    assert len(table) == 12
    towns = json.loads(townline("coverage", small / "region.toml", "--json")[1])["towns"]
    assert [row["verdict"] for row in towns[:2]] == ["pass", "fail"]


def test_plan_writes_everything_and_says_so(small, tmp_path, townline):
    out = tmp_path / "out"
    status, printed, error = townline("plan", small / "region.toml", "--out", out, "--json")
    assert (status, error) == (0, "")
    result = json.loads(printed)
    assert result["targets"][0]["pass"] == 1
    written = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {"map.html", "plan.gpkg", "plan.json", "tables/town_results.csv"} <= written
    assert len(result["files"]) == len(written)


def test_a_scenario_changes_the_target(small, tmp_path, townline):
    status, printed, _ = townline("plan", small / "region.toml", "--scenario", "faster", "--out", tmp_path, "--json")
    assert status == 0
    assert json.loads(printed)["targets"][0]["target"] == "100/20"


def test_ingest_reads_a_filing_and_does_it_once(tmp_path, townline):
    write_filing(locations(50), tmp_path / "bdc_25_Generated_fixed_broadband_J25_01jan2026.csv")
    status, printed, error = townline("ingest", tmp_path, "--out", tmp_path / "filings", "--json")
    assert (status, error) == (0, "")
    (taken,) = json.loads(printed)["files"]
    assert (taken["format"], taken["rejected"], taken["reused"]) == ("bdc_fixed", 0, False)
    assert taken["as_of"] == "2025-06-30"
    status, printed, _ = townline("ingest", tmp_path, "--out", tmp_path / "filings")
    assert status == 0
    assert "unchanged" in printed
    (tmp_path / "page.csv").write_text("<!DOCTYPE html><html></html>", "utf-8")
    status, _, error = townline("ingest", tmp_path / "page.csv", "--out", tmp_path / "filings")
    assert status == 2
    assert "page.csv" in error


def test_usage_errors_exit_with_2(townline):
    assert townline("plan")[0] == 2
    assert townline("nonsense")[0] == 2
    status, printed, _ = townline("--help")
    assert status == 0
    for command in ("demo", "init", "layers", "check", "coverage", "plan", "ingest"):
        assert command in printed


def test_a_narrow_terminal_shows_all_money(small, tmp_path, townline, monkeypatch):
    monkeypatch.setattr("planner.commands._show.console", lambda **_: Console(width=80, highlight=False))
    status, printed, _ = townline("plan", small / "region.toml", "--out", tmp_path)
    assert status == 0
    table = printed[: printed.index("25/3 Mbps")]
    assert "\N{HORIZONTAL ELLIPSIS}" not in table
    assert table.count("$") == 3 * 2
    assert max(map(len, table.splitlines())) <= 80


def test_coverage_does_not_write_over_its_inputs_or_into_a_folder(small, townline):
    status, _, error = townline("coverage", small / "region.toml", "--out", small / "premises.csv")
    assert (status, "is an input of this region" in error) == (2, True)
    status, _, error = townline("coverage", small / "region.toml", "--out", small)
    assert (status, "is there and is not a file" in error) == (2, True)


def test_the_last_mile_for_people_and_for_machines(tmp_path, townline):
    region = write_region(tmp_path)
    status, printed, error = townline("last-mile", region, "--out", tmp_path / "out")
    assert (status, error) == (0, "")
    assert "the project of each town that falls short" in printed
    assert "who pays: " in printed
    assert (tmp_path / "out" / "last_mile.gpkg").is_file()
    assert (tmp_path / "out" / "charts" / "projects.svg").read_text("utf-8").startswith("<?xml")
    chosen = pd.read_csv(tmp_path / "out" / "chosen_projects.csv", dtype={"town_geoid": "str"})
    found = json.loads(townline("finance", region, "--out", tmp_path / "money", "--json")[1])
    owned = chosen["model"].isin(["municipal network", "multi-town network"]).sum()
    assert found["finance"]["networks"] == owned
    assert not (tmp_path / "money" / "project_options.csv").exists()


def test_a_back_test_says_how_far_predictions_were_off(small, tmp_path, townline):
    status, printed, error = townline("back-test", small / "region.toml", "--out", tmp_path / "out")
    assert (status, error) == (0, "")
    assert "12 published budgets, each foretold without its own town" in printed
    table = pd.read_csv(tmp_path / "out" / "back_test.csv")
    assert len(table) == 12


def test_scenarios_are_compared(small, tmp_path, townline):
    status, printed, error = townline("compare", small / "region.toml", "--out", tmp_path / "out")
    assert (status, error) == (0, "")
    assert "faster: 0 towns have another project" in printed
    assert (tmp_path / "out" / "comparison.csv").is_file()
    status, _, error = townline("compare", small / "region.toml", "--scenario", "fastr")
    assert status == 2
    assert "did you mean 'faster'" in error
