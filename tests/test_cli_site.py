"""The command `site`: what it prints, writes and refuses."""

import json

import geopandas as gpd
import pandas as pd
import pytest

SITING = """
[siting]
sites = 2
{more}
[[siting.candidates]]
layer = "towns"
"""


BIRCHES = '["2599910000", "2599910001", "2599910002"]'


def asked(small, more="", after=""):
    path = small / "region.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("[scenario.faster]", f"{SITING.format(more=more)}{after}\n[scenario.faster]"), "utf-8")
    return path


def test_two_sites_are_chosen_explained_and_drawn(small, tmp_path, townline):
    out = tmp_path / "out"
    status, printed, error = townline("site", asked(small), "--out", out)
    assert (status, error) == (0, "")
    chosen = gpd.read_file(out / "siting.gpkg", layer="chosen_sites")
    assert len(chosen) == 2
    assert all(f"{name}: serves" in printed for name in chosen["site"])
    assert "2 sites chosen of 6 candidates; no choice is better" in printed
    assert "Where should sites stand?" in (out / "siting.html").read_text("utf-8")


def test_machines_get_sites_bound_and_files_and_a_second_run_the_same_bytes(small, tmp_path, townline):
    region = asked(small)
    found = json.loads(townline("site", region, "--out", tmp_path / "a", "--json")[1])
    assert len(found["siting"]["sites"]) == 2
    assert found["siting"]["gap"] == 0
    assert found["siting"]["value"] == found["siting"]["bound"]
    townline("site", region, "--out", tmp_path / "b")
    for path in sorted((tmp_path / "a").iterdir()):
        if path.suffix != ".gpkg":
            assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_plan_with_siting_has_its_tables_its_page_and_its_sentence(small, tmp_path, townline):
    status, printed, error = townline("plan", asked(small), "--out", tmp_path)
    assert (status, error) == (0, "")
    assert "sites: 2 sites chosen of 6 candidates" in printed
    assert {"siting.html", "map.html"} <= {path.name for path in tmp_path.iterdir()}
    assert len(pd.read_csv(tmp_path / "tables" / "chosen_sites.csv")) == 2


def test_a_site_that_is_moved_to_its_best_other_place_has_the_value_of_the_alternatives(small, tmp_path, townline):
    region = asked(small)
    townline("site", region, "--out", tmp_path)
    other = pd.read_csv(tmp_path / "siting_alternatives.csv", dtype="str").iloc[0]
    status, printed, _ = townline(
        "site", region, "--out", tmp_path, "--move", f"{other['site_id']}={other['instead_id']}"
    )
    assert status == 0
    assert f"what if {other['site']} moved to {other['instead']}: the mean distance becomes" in printed
    moved = pd.read_csv(tmp_path / "what_if.csv", dtype={"site_id": "str"}).iloc[0]
    assert moved["value_moved"] == pytest.approx(float(other["value_moved"]), abs=0.1)
    assert moved["change"] >= 0


@pytest.mark.parametrize(
    ("more", "after", "options", "message"),
    [
        ("apart_m = 90_000", "", (), "these conditions cannot be met together among 6 candidates: 2 sites; the least distance between sites"),
        ('must_not = ["2599910000", "2599910001", "2599910002", "2599910003", "2599910004"]', "", (), "2 sites are wanted of 1 candidates"),
        ('must = ["nobody"]', "", (), "must names 'nobody', which is no candidate"),
        (f'distance = "roads"\nmust_not = {BIRCHES}', "", (), "3 places of demand are out of reach of every candidate (first: "),
        (f'model = "set cover"\nreach_m = 10\nmust_not = {BIRCHES}', "", (), "out of reach of every candidate"),
        ('must = ["2599910000"]\nmust_not = ["2599910001"]', '[[siting.conditions]]\nkind = "only"\ngroup = "town:Elm|Fir"\n', (), "must names '2599910000' (Alder), which is out: is not of 'town:Elm|Fir'"),
        ('model = "set cover"\nreach_m = 90_000\ncosts_usd = { 2599910000 = 5 }', "", (), "5 candidates have no cost (first: "),
        ("", "[siting.demand.points_deg]\n2599910000 = [-72.0, 142.0]\n", (), "points_deg"),
        ("", '[[siting.conditions]]\nkind = "number"\ngroup = "county:Nowhere"\nleast = 1\n', (), "Nowhere"),
        ("", "", ("--move", "here"), "is not FROM=TO"),
        ("", "", ("--move", "2599910000=nobody"), "what_if moves"),
        ("", "[clusters.readiness.weights]\nworkforce = 0.5\n", (), "sum to 0.5, not to 1"),
        ('portfolio = ["tech_hub"]', "", (), "there is no list of awards 'tech_hub' (did you mean 'tech_hubs'?)"),
    ],
)  # fmt: skip
def test_what_cannot_be_met_is_said_in_one_message(small, tmp_path, townline, more, after, options, message):
    region = asked(small, more, after)
    kept = tmp_path / "out"
    kept.mkdir()
    (kept / "siting.html").write_text("earlier", "utf-8")
    status, printed, error = townline("site", region, "--out", kept, *options)
    assert (status, printed) == (2, "")
    assert message in error
    assert "Traceback" not in error
    assert [path.name for path in kept.iterdir()] == ["siting.html"]
    assert (kept / "siting.html").read_text("utf-8") == "earlier"


def test_a_folder_in_the_way_leaves_every_earlier_file(small, tmp_path, townline):
    out = tmp_path / "out"
    townline("site", asked(small), "--out", out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    (out / "siting.html").unlink()
    (out / "siting.html").mkdir()
    (small / "region.toml").write_text(
        (small / "region.toml").read_text("utf-8").replace("sites = 2", "sites = 1"), "utf-8"
    )
    status, _, error = townline("site", small / "region.toml", "--out", out)
    assert status == 2
    assert "siting.html is there and is not a file; earlier files stand" in error
    assert all((out / name).read_bytes() == content for name, content in before.items() if name != "siting.html")


def test_tables_of_an_earlier_question_do_not_stay(small, tmp_path, townline):
    region = asked(small)
    townline("site", region, "--out", tmp_path)
    other = pd.read_csv(tmp_path / "siting_alternatives.csv", dtype="str").iloc[0]
    move = ("--move", f"{other['site_id']}={other['instead_id']}")
    assert townline("site", region, "--out", tmp_path, *move, *move)[0] == 0
    assert (tmp_path / "what_if.csv").is_file()
    townline("site", region, "--out", tmp_path)
    assert not (tmp_path / "what_if.csv").exists()


def test_a_region_without_siting_says_what_to_add(small, tmp_path, townline):
    status, _, error = townline("site", small / "region.toml", "--out", tmp_path / "out")
    assert status == 2
    assert "has no table [siting]; add it" in error
