"""Every benchmark runs, small; no times are asserted."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import CASES, coverage
from benchmarks.__main__ import main

SHARED = Path(__file__).parents[1] / "../shared/bench"


def lines(capsys, *arguments):
    main([*arguments, "--json"])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_both_checks_find_the_same_faults(capsys):
    rows = lines(capsys, "check", "--rows", "2000", "--faulty", "7")
    assert [row["engine"] for row in rows] == ["townline", "pandera"]
    assert {row["faulty_rows"] for row in rows} == {7}
    assert all(row["peak_mb"] >= 0 and row["seconds"] >= 0 for row in rows)


def test_our_form_foretells_best_of_all_forms(capsys):
    rows = lines(capsys, "cost_model")
    ours = rows[0]
    assert ours["mean_error"] == min(row["mean_error"] for row in rows)
    # published fit on the same towns: leave-one-out error 7.4 %, R2 0.969
    published = rows[1]
    assert published["mean_error"] == pytest.approx(0.074, abs=0.0005)
    assert published["r_squared"] == pytest.approx(0.969, abs=0.0005)


def test_costs_of_a_town_are_those_published(capsys):
    rows = lines(capsys, "finance")
    ours = rows[:4]
    assert [row["take_rate"] for row in ours] == [0.4, 0.6, 0.72, 0.8]
    assert all(0.9 <= row[name] <= 1.1 for row in ours for name in ("opex_ratio", "all_in_ratio"))
    assert {row["reading"] for row in ours} == {"each town alone, state allocations paid (ours)"}
    assert len(rows) == 16


def test_all_engines_give_each_point_the_same_polygon(capsys):
    rows = lines(capsys, "points", "--count", "3000", "--peers", "--peer-rows", "2000")
    assert [(row["engine"], row["rows"]) for row in rows] == [
        ("townline", 3000), ("townline", 2000), ("geopandas", 2000), ("sedonadb", 2000),
    ]  # fmt: skip
    assert len({row["hash"] for row in rows[1:]}) == 1
    assert all(set(row) == {"engine", "rows", "seconds", "peak_mb", "hash"} for row in rows)


def test_roads_and_points_on_them_are_those_of_the_peers(capsys):
    rows = lines(capsys, "road_graph", "--rows", "1500", "--points", "400", "--peer-rows", "300")
    assert all(set(row) == {"engine", "rows", "seconds", "peak_mb", "hash"} for row in rows)
    attached = [row for row in rows if row["rows"] == 300]
    assert [row["engine"] for row in attached] == ["townline attach", "shapely, point by point"]
    assert len({row["hash"] for row in attached}) == 1
    graphs = [row for row in rows if row["rows"] == 1500]  # momepy only where it is installed
    assert graphs[0]["engine"] == "townline road_graph"
    assert len({row["hash"] for row in graphs}) == 1


def test_raw_filing_cached_filing_and_pandas_give_one_town_table(capsys):
    rows = lines(capsys, "coverage", "--rows", "20000")
    assert [row["engine"] for row in rows] == [
        "townline from CSV", "townline from Parquet", "townline, reduced before", "careful pandas from CSV", "lean pandas from CSV",
    ]  # fmt: skip
    assert len({row["hash"] for row in rows}) == 1
    assert all(row["rows"] > 15_000 for row in rows)


def test_states_are_counted_one_by_one(capsys):
    rows = lines(capsys, "coverage", "--rows", "20000", "--states", "3")
    assert len(rows) == 3
    assert len({row["hash"] for row in rows}) == 1


def test_projects_are_chosen_with_a_proof_and_no_worse_than_by_greed(capsys):
    ours, greedy = lines(capsys, "choice", "--towns", "25", "--options", "4")
    assert ours["bound"] == ours["objective"] >= greedy["objective"]
    assert ours["gap"] == 0
    assert set(ours) == set(greedy) == {
        "engine", "towns", "options", "objective", "bound", "gap", "public_usd", "towns_passing", "seconds",
        "cpu_seconds", "peak_mb",
    }  # fmt: skip


def test_prize_collecting_is_proved_and_no_peer_is_better(capsys, shared, tmp_path):
    for name in ("i105M2.stp.gz", "optima.csv"):
        shutil.copy(shared / "bench" / "prize_collecting" / name, tmp_path)
    rows = lines(capsys, "prize_collecting", str(tmp_path), "--seconds", "5", "--peers")
    assert [row["engine"] for row in rows] == ["townline", "pcst_fast"]
    assert all(abs(row["gap"]) < 1e-9 and row["certified_gap"] == 0 for row in rows[::2])
    assert all(row["gap"] >= 0 for row in rows[1::2])
    assert set(rows[0]) == {
        "engine", "instance", "cost", "lower_bound", "known_optimum", "gap", "certified_gap", "seconds", "cpu_seconds",
        "peak_mb",
    }  # fmt: skip


def test_careful_pandas_is_careful(tmp_path):
    coverage.write_case(tmp_path, 300)
    (path,) = tmp_path.glob("*.csv")
    head, first, *others = path.read_text("utf-8").splitlines()
    wanted = coverage._careful_pandas(str(tmp_path))
    path.write_text("\n".join([head, first, *others, first, ""]), "utf-8")
    assert coverage._careful_pandas(str(tmp_path)) == wanted
    assert len(pd.read_parquet(tmp_path / "pandas.parquet")) == 1 + len(others)
    for old, new in {",MA,": ",M,", ",9000000001,": ",900000001,", ",X,": ",Y,", "8800000000fffff": ""}.items():
        path.write_text("\n".join([head, first.replace(old, new), *others, ""]), "utf-8")
        with pytest.raises(ValueError, match="wrong values in"):
            coverage._careful_pandas(str(tmp_path))


def test_without_json_a_table_is_printed(capsys):
    main(["cost_model"])
    assert "town + route + premises + poles" in capsys.readouterr().out.replace("\n", " ")


def test_every_case_has_a_first_line_for_the_help(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    printed = capsys.readouterr().out
    assert all(name in printed for name in CASES)


def test_rings_cost_less_than_simple_ears_and_come_with_a_bound(capsys, tmp_path):
    rows = lines(
        capsys, "rings", "--nodes", "400", "--hubs", "10", "--terminals", "30", "--seconds", "2",
        "--streets", str(tmp_path / "none.gpkg"),
    )  # fmt: skip
    ours, ears = rows
    assert ours["cost"] <= ears["cost"]
    assert ours["lower_bound"] <= ours["cost"]
    assert ours["certified_gap"] <= 0.25
    assert ours["ratio_to_tree"] <= 1.6


def test_what_antennas_see_and_lose_is_that_of_the_peers(capsys):
    rows = lines(capsys, "wireless", "--side", "101", "--paths", "40", "--points", "60", "--peer-rows", "400")
    assert [row["engine"] for row in rows] == [
        "townline viewshed", "numpy, same rays", "numpy, line by line", "townline Longley-Rice", "itmlogic",
    ]  # fmt: skip
    assert all(set(row) == {"engine", "rows", "seconds", "a_second", "ratio", "agree"} for row in rows)
    assert rows[0]["agree"] == rows[1]["agree"] >= 0.97
    assert rows[3]["agree"] == 1


STEINER = {
    "instance", "engine", "cost", "lower_bound", "known_optimum", "gap", "certified_gap", "seconds", "cpu_seconds",
    "peak_mb",
}  # fmt: skip


def test_our_trees_are_the_cheapest_on_roads(capsys):
    rows = lines(capsys, "roads", "--nodes", "2500", "--terminals", "60", "--seconds", "2", "--peers")
    assert [row["engine"] for row in rows] == ["townline", "networkx", "rustworkx", "pcst_fast"]
    assert all(set(row) == STEINER for row in rows)
    assert rows[0]["lower_bound"] <= rows[0]["cost"] < min(row["cost"] for row in rows[1:])


@pytest.mark.skipif(not SHARED.is_dir(), reason="the published instances are not beside the project")
def test_published_steiner_instances(capsys):
    (row,) = lines(capsys, "steiner", str(SHARED / "steiner"), "--only", "instance016", "--seconds", "2")
    assert set(row) == STEINER
    assert row["lower_bound"] <= row["known_optimum"] <= row["cost"] <= 1.001 * row["known_optimum"]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the published instances are not beside the project")
@pytest.mark.parametrize(("area", "published_m"), [(500, 22045.50), (1000, 41496.90)])
def test_santa_cruz_is_proved_and_below_the_best_published_length(capsys, area, published_m):
    (row,) = lines(capsys, "santa_cruz", str(SHARED / f"santa_cruz/santa_cruz_{area}.gpkg"), "--seconds", "5")
    assert row["certified_gap"] == 0
    assert row["cost"] / 1000 < published_m


LAST_MILE = {
    "area", "engine", "premises", "trench_m", "drops_m", "lower_bound_m", "route_usd", "cost_usd", "certified_gap",
    "seconds", "cpu_seconds", "peak_mb",
}  # fmt: skip


@pytest.mark.skipif(not SHARED.is_dir(), reason="the published instances are not beside the project")
def test_a_last_mile_of_real_streets_is_shorter_than_the_peers(capsys):
    ours, peer = lines(capsys, "last_mile", str(SHARED / "santa_cruz/santa_cruz_1000.gpkg"))
    assert set(ours) == set(peer) == LAST_MILE
    assert ours["premises"] == peer["premises"] == 975
    assert ours["lower_bound_m"] <= ours["trench_m"] < peer["trench_m"]
    assert ours["route_usd"] < peer["route_usd"]
    assert ours["certified_gap"] <= 0.005


def test_a_generated_last_mile_is_designed(capsys):
    (row,) = lines(capsys, "last_mile", "--generated", "400", "--no-peers")
    assert row["premises"] == 400
    assert row["certified_gap"] <= 0.02
    with pytest.raises(SystemExit):
        main(["last_mile"])
    assert "give either a GeoPackage or --generated N" in capsys.readouterr().err


@pytest.mark.skipif(not (SHARED / ".." / "layers").is_dir(), reason="reference layers are not beside the project")
def test_the_national_screening_and_plain_pandas_name_as_many_counties(capsys):
    rows = lines(capsys, "eligibility")
    assert [row["eligible"] for row in rows] == [808, 808, 808]
    assert rows[0]["places"] > 4600
    assert rows[0]["rows"] > 90_000


@pytest.mark.skipif(not SHARED.is_dir(), reason="the published files are not beside the project")
def test_flags_of_clusters_are_those_published(capsys):
    states, metros = lines(capsys, "clusters", str(SHARED.parent / "layers"))
    assert (states["rows"], states["compared"], states["mismatches"], states["strong"]) == (2550, 10_200, 0, 512)
    assert (metros["rows"], metros["compared"], metros["strong"]) == (46_767, 0, 5887)


def test_clusters_without_files_say_so(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["clusters", str(tmp_path)])
    assert "clusters_states_2016.csv does not exist; name the folder" in capsys.readouterr().err


SITING = {"engine", "demands", "count", "value", "bound", "certified_gap", "seconds", "cpu_seconds", "peak_mb", "model"}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the published instances are not beside the project")
def test_published_medians_are_proved_and_spopt_agrees(capsys):
    ours, peer = lines(capsys, "p_median", str(SHARED / "p_median"), "--only", "pmed1,", "--peers")
    assert set(ours) == set(peer) == SITING | {"instance", "known_optimum", "gap"}
    assert ours["value"] == ours["bound"] == peer["value"] == ours["known_optimum"] == 5819


def test_a_generated_cover_and_median_are_proved(capsys):
    drawn = ("--demands", "400", "--sites", "30", "--count", "4", "--reach", "25000", "--gap", "0")
    cover, median = lines(capsys, "max_cover", *drawn)
    assert set(cover) == set(median) == SITING | {"sites"}
    assert cover["value"] == cover["bound"]
    assert median["certified_gap"] == 0


MAP = {
    "variant", "points", "html_mb", "build_seconds", "peak_mb", "ready_seconds", "heap_mb", "pan_ms",
    "html_mb_ratio", "ready_seconds_ratio", "heap_mb_ratio", "pan_ms_ratio",
}  # fmt: skip


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed")
def test_our_page_and_a_plain_one_open_with_the_same_data(capsys):
    drawn = ("--points", "3000", "--roads", "300", "--anchors", "50", "--towns", "none.gpkg", "--runs", "1")
    ours, plain = lines(capsys, "map", *drawn)
    assert set(ours) == set(plain) == MAP
    assert ours["points"] == plain["points"] == 3000
    assert ours["html_mb"] < plain["html_mb"]
    assert plain["html_mb_ratio"] == 1
