"""The command `report`: what it writes, from a plan or afresh, and what it refuses."""

import json


def test_a_report_for_the_region_and_for_a_town_by_name(small, tmp_path, townline):
    out = tmp_path / "out"
    name = json.loads((small / "towns.geojson").read_text("utf-8"))["features"][0]["properties"]
    status, printed, error = townline("report", small / "region.toml", "--town", name["NAME"], "--out", out)
    assert (status, error) == (0, "")
    written = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    town = f"towns/{name['GEOID']}"
    assert written == {"report.html", "report.pdf", "report.xlsx", f"{town}.html", f"{town}.pdf"}
    assert "report.pdf" in printed
    assert f"{name['NAME']}: broadband" in (out / f"{town}.html").read_text("utf-8")


def test_a_saved_plan_is_reported_without_planning_again_with_the_same_bytes(small, tmp_path, townline):
    region, made = small / "region.toml", tmp_path / "plan"
    assert townline("plan", region, "--out", made)[0] == 0
    told = json.loads(townline("report", region, "--plan", made, "--all-towns", "--out", tmp_path / "a", "--json")[1])
    assert told["town_reports"] == 6
    assert len(told["files"]) == 15
    townline("report", region, "--plan", made, "--all-towns", "--out", tmp_path / "b")
    files = [path for path in (tmp_path / "a").rglob("*") if path.is_file()]
    assert len(files) == 15
    for path in files:
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()
    assert {"report.html", "report.pdf"} <= {path.name for path in made.iterdir()}


def test_an_unknown_town_is_refused_with_the_nearest_name_and_earlier_reports_stand(small, tmp_path, townline):
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.html").write_text("earlier", "utf-8")
    status, _, error = townline("report", small / "region.toml", "--town", "Nowhere at all", "--out", out)
    assert status == 2
    assert error == "error: town 'Nowhere at all': is not in the plan; name one of its towns\n"
    assert (out / "report.html").read_text("utf-8") == "earlier"
    assert [path.name for path in out.iterdir()] == ["report.html"]


def test_what_cannot_be_is_refused(small, tmp_path, townline):
    region = small / "region.toml"
    assert townline("report", region, "--town", "x", "--all-towns")[0] == 2
    status, _, error = townline("report", region, "--plan", tmp_path / "none", "--out", tmp_path / "out")
    assert status == 2
    assert "holds no plan; 'townline plan' makes one" in error
    taken = tmp_path / "taken"
    taken.write_text("a file", "utf-8")
    status, _, error = townline("report", region, "--out", taken)
    assert status == 2
    assert "cannot be written" in error
    assert taken.read_text("utf-8") == "a file"
