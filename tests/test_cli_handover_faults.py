"""What report and export cannot do ends in one message with a remedy; files that were there stand as they were."""

import json

import pyogrio
import pytest

BROKEN = ("no parameters", "no object", "no JSON", "no database", "another table", "a column less")
COMMANDS = ("report", "export")


@pytest.fixture
def saved(small, tmp_path, townline):
    made = tmp_path / "plan"
    assert townline("plan", small / "region.toml", "--out", made)[0] == 0
    return small / "region.toml", made


def spoil(made, how):
    """Make a folder of a plan such as another version, or an accident, leaves."""
    record, database = made / "plan.json", made / "plan.gpkg"
    content = json.loads(record.read_text("utf-8"))
    table = pyogrio.read_dataframe(database, layer="town_results")
    if how == "no parameters":
        del content["parameters"]
        record.write_text(json.dumps(content), "utf-8")
    elif how == "no object":
        record.write_text("[1]", "utf-8")
    elif how == "no JSON":
        record.write_text('{"a":', "utf-8")
    elif how == "no database":
        database.write_text("nothing", "utf-8")
    elif how == "another table":
        pyogrio.write_dataframe(table, database, layer="old_table", driver="GPKG")
    else:
        pyogrio.write_dataframe(table.drop(columns="served"), database, layer="town_results", driver="GPKG")


def content(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_refused(outcome, *said):
    status, printed, error = outcome
    assert (status, printed) == (2, "")
    assert error.startswith("error: ")
    assert error.count("error: ") == 1
    assert "Traceback" not in error
    for each in said:
        assert each in error


def test_a_plan_that_cannot_be_read_is_to_be_made_again(saved, tmp_path, townline):
    region, made = saved
    good, out = content(made), tmp_path / "out"
    out.mkdir()
    (out / "report.html").write_text("earlier", "utf-8")
    for how in BROKEN:
        spoil(made, how)
        for command in COMMANDS:
            outcome = townline(command, region, "--plan", made, "--out", out)
            assert_refused(outcome, "make the plan again with 'townline plan'")
        assert [path.name for path in out.iterdir()] == ["report.html"]
        for path, before in good.items():
            path.write_bytes(before)


def test_nothing_is_written_into_the_plan(saved, townline):
    region, made = saved
    before = content(made)
    for command in COMMANDS:
        for out in (made, made / "tables" / ".."):
            assert_refused(
                townline(command, region, "--plan", made, "--out", out), "the plan's own folder", "choose another --out"
            )
    assert content(made) == before


def test_thresholds_and_folders_of_what_is_published(saved, tmp_path, townline):
    region, made = saved
    out = tmp_path / "out"
    for command in COMMANDS:
        outcome = townline(command, region, "--plan", made, "--out", out, "--publish", "--least", 2)
        assert_refused(outcome, "least = 2 hides nothing; take 3 or more")
    assert not out.exists()
    assert townline("report", region, "--plan", made, "--out", out, "--all-towns")[0] == 0
    before = content(out)
    outcome = townline("report", region, "--plan", made, "--out", out, "--publish")
    assert_refused(outcome, "holds towns/", "would go out with what is published")
    for given in (("plan", region), ("demo",)):
        assert_refused(townline(*given, "--out", out, "--publish"), "would go out with what is published")
    outcome = townline("export", region, "--plan", made, "--out", out, "--publish")
    assert_refused(outcome, "holds report.html", "choose another --out or take them away")
    assert content(out) == before
    status, printed, _ = townline("export", region, "--plan", made, "--out", tmp_path / "new", "--publish")
    assert (status, "left out: published without: " in printed) == (0, True)
    assert townline("export", region, "--plan", made, "--out", tmp_path / "new", "--publish")[0] == 0
    assert townline("export", "--verify", tmp_path / "new")[0] == 0


def test_a_folder_is_verified_with_its_text_and_nothing_beside(saved, tmp_path, townline):
    region, made = saved
    out = tmp_path / "out"
    assert townline("export", region, "--plan", made, "--out", out, "--format", "csv")[0] == 0
    (out / "csv" / "own.csv").write_text("1", "utf-8")
    (out / ".DS_Store").write_text("1", "utf-8")
    assert_refused(
        townline("export", "--verify", out), "file 'csv/own.csv' is not of the hand-over; take it out of the folder"
    )
    (out / "csv" / "own.csv").unlink()
    assert townline("export", "--verify", out)[0] == 0
    (out / "README.txt").write_text("all of it is free\n", "utf-8")
    (out / "csv" / "coverage.csv").unlink()
    outcome = townline("export", "--verify", out)
    assert_refused(outcome, "'README.txt' has changed", "'csv/coverage.csv' is missing", "export again")
