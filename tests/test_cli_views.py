"""The command that compares writes one map of all scenarios; a plan of two filings shows both years."""

import json
import re
from typing import Any

import maps
from planner import load_region
from planner.earlier import earlier
from planner.plan import plan
from tests.planner.test_filings import TOWNS, at, file_offers, write_region

FILES = ["comparison.csv", "comparison_towns.csv", "map.html"]


def views_of(html):
    block = re.search(r'id="data-layer-towns">(.*?)</script>', html, re.DOTALL)
    assert block
    return {view["key"]: view for view in json.loads(block.group(1))["views"]["list"]}


def test_compare_writes_a_map_of_all_scenarios(small, tmp_path, townline):
    status, printed, error = townline("compare", small / "region.toml", "--out", tmp_path / "one", "--json")
    assert (status, error) == (0, "")
    assert [name.rsplit("/", 1)[1] for name in json.loads(printed)["files"]] == FILES
    page = (tmp_path / "one" / "map.html").read_text("utf-8")
    found = views_of(page)
    assert list(found) == ["now", "scenario:faster", "change-verdict:faster", "change-share:faster"]
    rows = {row["statistic"]: row["value"] for row in json.loads(printed)["comparison"] if row["scenario"] == "faster"}
    assert found["scenario:faster"]["answer"][0][1].startswith(f"{rows['towns that pass today']:.0f} of 6 towns pass")
    townline("compare", small / "region.toml", "--out", tmp_path / "two")
    assert (tmp_path / "two" / "map.html").read_text("utf-8") == page


def test_compare_writes_all_files_or_none(small, tmp_path, townline):
    (tmp_path / "map.html").mkdir()
    status, _, error = townline("compare", small / "region.toml", "--out", tmp_path)
    assert status != 0
    assert "Traceback" not in error
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.html", "small"]


def test_a_plan_of_two_filings_shows_both_years(tmp_path):
    file_offers(tmp_path, [at(0, place) for place in range(50)] + [at(1, place) for place in range(40)])
    before = [at(0, place) for place in range(47)] + [at(0, place, down="") for place in (47, 48)]
    before += [at(1, place) for place in range(45)]
    file_offers(tmp_path, before, day="D14", name="before")
    target = "[[targets]]\ndown_mbps = 25\nup_mbps = 3\nshare = 0.96"
    filings = 'folder = "filings"\nearlier = "before"\nrule = "reliable-technology"'
    made = plan(load_region(write_region(tmp_path, target, filings=filings)))
    found: Any = earlier(made)
    # of 50 locations each 48 are needed: 47 served and two that are not stated may do; 45 do not
    assert found["town_geoid"].tolist() == list(TOWNS)
    assert found[["served", "unknown", "verdict"]].to_numpy().tolist() == [[47, 2, "not known"], [45, 0, "fail"]]
    assert found[["gained", "lost"]].to_numpy().tolist() == [[3, 0], [0, 5]]
    shown = views_of(maps.draw(made).get_root().render())
    assert list(shown) == ["now", "filings:2014-12-31", "since-verdict:2014-12-31", "since-share:2014-12-31"]
    assert shown["since-verdict:2014-12-31"]["class_of"] == "12"
    assert [said for _, said in shown["filings:2014-12-31"]["answer"]] == [
        "0 of 2 towns pass", "1 fall short", "1 not known",
    ]  # fmt: skip
