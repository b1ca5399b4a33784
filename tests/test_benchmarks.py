"""Every benchmark runs, small; no times are asserted."""

import json

import pandas as pd
import pytest

from benchmarks import CASES, coverage
from benchmarks.__main__ import main


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


def test_all_engines_give_each_point_the_same_polygon(capsys):
    rows = lines(capsys, "points", "--count", "3000", "--peers", "--peer-rows", "2000")
    assert [(row["engine"], row["rows"]) for row in rows] == [
        ("townline", 3000), ("townline", 2000), ("geopandas", 2000), ("sedonadb", 2000),
    ]  # fmt: skip
    assert len({row["hash"] for row in rows[1:]}) == 1
    assert all(set(row) == {"engine", "rows", "seconds", "peak_mb", "hash"} for row in rows)


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
