"""`townline new` end to end: agencies on this machine, the code of the true addresses; then check and plan."""

import hashlib
import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from layers.errors import FetchError, PlanError
from layers.fetch import Fetcher, Policy
from planner.check import check
from planner.commands import new as command
from planner.region import load_region
from planner.start import Wish, start
from planner.start.places import Gazetteer, find
from planner.start.write import region_toml, sources_md
from tests.planner.start._agencies import NASTY, Agencies, Served

PLACE = "Franklin County, Massachusetts"
AT_ONCE = Policy(attempts=1, pause=lambda _seconds: None)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Agencies that answer, their address and a cache."""
    folder = tmp_path_factory.mktemp("agencies")
    agencies = Agencies(folder / "source")
    with Served(agencies) as base:
        yield agencies, base, folder / "cache"


@pytest.fixture(scope="module")
def made(world, tmp_path_factory):
    """A folder of the invented Franklin County, made once."""
    _, base, cache = world
    out = tmp_path_factory.mktemp("made") / "franklin"
    told: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FCC_USERNAME", "someone@example.org")
        patch.setenv("FCC_HASH_VALUE", "secret-of-tests")
        started = start(Wish(PLACE), Fetcher(cache, base=base, policy=AT_ONCE), out, tell=told.append)
    return out, started, told, hashes(out)


def hashes(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".ingest-seen.json"  # times of files, to look at them only once
    }


def test_everything_that_a_region_file_needs_is_there(made):
    out, started, told, _ = made
    assert told == []
    assert started.lost == ()
    assert started.crs == "EPSG:26986"  # NAD83 / Massachusetts Mainland, in metres (EPSG registry)
    assert set(started.layers) == {
        "towns", "counties", "states", "filings", "block_towns", "roads", "anchors", "institutes", "acs_estimates",
        "labor_force", "personal_income", "labor_markets", "urban_areas", "industry_employment",
    }  # fmt: skip
    content = tomllib.loads((out / "region.toml").read_text("utf-8"))
    assert all(entry["origin"] == "published" and entry["source"] for entry in content["layers"].values())
    assert all(entry.get("as_of") for entry in content["layers"].values())
    listed = (out / "SOURCES.md").read_text("utf-8")
    layers = [path for path in hashes(out) if path.startswith("layers/")]
    assert all(path.replace("_", "\\_") in listed for path in layers)
    assert "secret-of-tests" not in "".join(path.read_text("latin-1") for path in out.rglob("*") if path.is_file())


def test_layers_hold_what_the_agencies_said(made):
    out, *_ = made
    world = check(load_region(out / "region.toml"))
    towns = world.towns
    assert list(towns["town_geoid"]) == ["2501112345", "2501123456", "2501134567"]  # the undefined one is left out
    assert list(towns["kind"]) == ["town", "Town city", "town"]
    assert list(towns["county"]) == ["Franklin County"] * 3
    assert list(towns["population_2020"]) == [1200] * 3
    assert list(towns["housing_units_2020"]) == [640] * 3
    anchors = world.layers["anchors"].set_index("anchor_id")
    assert "osm-way-78" not in anchors.index  # it has no position
    assert "osm-node-79" not in anchors.index  # it lies far away
    assert anchors.loc["osm-way-77", "name"] == "school without a name"
    assert set(anchors["kind"]) == {"school", "library", "government", "public safety", "health", "higher education"}
    assert list(world.layers["institutes"]["carnegie_basic"]) == [15, 18]
    force = world.layers["labor_force"]
    assert set(force["year"]) == {2021, 2022, 2023}
    assert "month" not in force or force["month"].isna().all()
    estimates = world.layers["acs_estimates"]
    assert {"US", "25", "25011", "2501112345", "25011040100"} <= set(estimates["area_geoid"])
    assert (estimates["margin_of_error"] == 0).all()  # the answer says that all are controlled
    urban = world.layers["urban_areas"]
    assert list(urban["state_fips"]) == ["25", "09"]
    jobs = world.layers["industry_employment"]
    withheld = jobs[(jobs["area_id"] == "25011") & (jobs["industry"] == "31")]
    assert withheld["suppressed"].all()
    assert withheld["employment"].isna().all()


def test_the_commands_check_and_plan_take_the_folder(made, townline, tmp_path):
    out, *_ = made
    status, said, error = townline("check", out / "region.toml")
    assert (status, error) == (0, "")
    status, said, error = townline("plan", out / "region.toml", "--out", tmp_path / "plan")
    assert (status, error) == (0, ""), said
    cover = pd.read_csv(tmp_path / "plan" / "tables" / "coverage.csv", dtype={"town_geoid": "str"})
    decided = cover[cover["target"] == "25/3"].set_index("town_geoid")
    # 30 locations in three blocks, every second one is offered 100/20 and the others 10/20
    assert decided["premises"].sum() == 30
    assert decided["served"].sum() == 15
    page = (tmp_path / "plan" / "map.html").read_text("utf-8")
    assert "<script>alert(1)" not in page


def test_offline_from_the_cache_the_same_bytes_come_out(made, world, tmp_path):
    first = made[-1]
    agencies, base, cache = world
    asked = len(agencies.asked)
    again = tmp_path / "again"
    start(Wish(PLACE), Fetcher(cache, base=base, offline=True, policy=AT_ONCE), again)
    assert len(agencies.asked) == asked
    assert hashes(again) == first
    (again / "layers" / "own.csv").write_text("mine", "utf-8")
    (again / "region.toml").write_text("older", "utf-8")
    start(Wish(PLACE), Fetcher(cache, base=base, offline=True, policy=AT_ONCE), again, force=True)
    assert (again / "layers" / "own.csv").read_text("utf-8") == "mine"
    (again / "layers" / "own.csv").unlink()
    assert hashes(again) == first


def test_the_command_says_what_it_wrote_and_keeps_what_is_there(world, made, townline, tmp_path, monkeypatch):
    _, base, cache = world
    monkeypatch.setattr(command, "Fetcher", lambda **given: Fetcher(cache, policy=AT_ONCE, **given))
    out = tmp_path / "ashdale"
    status, said, error = townline("new", "ashdale, franklin county, MA", "--out", out, "--base", base, "--offline")
    assert status == 0, error
    assert "1 towns" in said
    assert "next: townline check" in said
    kept = hashes(out)
    status, _, error = townline("new", PLACE, "--out", out, "--base", base, "--offline")
    assert status == 2
    assert "--force" in error
    assert hashes(out) == kept


def test_a_day_without_filings_is_refused_before_anything_is_asked(world, townline, tmp_path):
    agencies, base, _ = world
    asked = len(agencies.asked)
    status, _, error = townline("new", PLACE, "--bdc", "2024-07-15", "--base", base, "--out", tmp_path / "out")
    assert (status, "2024-07-15 is no day of availability filings" in error) == (2, True)
    assert len(agencies.asked) == asked
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_had_is_left_out_and_the_file_says_how_to_add_it(world, tmp_path):
    agencies, base, _ = world
    agencies.broken = {"acs5", "HD2023", "interpreter", "xlsx", "downloadFile", "area/", "dec/", "CAINC1", "la.data"}
    told: list[str] = []
    try:
        started = start(
            Wish(PLACE), Fetcher(tmp_path / "cache", base=base, policy=AT_ONCE), tmp_path / "out", tell=told.append
        )
    finally:
        agencies.broken = set()
    assert set(started.layers) == {"towns", "counties", "states"}
    assert all("\n" not in line for line in told)
    text = (tmp_path / "out" / "region.toml").read_text("utf-8")
    for layer in ("roads", "anchors", "institutes", "acs_estimates", "labor_force"):
        assert f"# [layers.{layer}]" in text
    assert "FCC_USERNAME" in text
    assert "population_2020" not in check(load_region(tmp_path / "out" / "region.toml")).towns


def test_without_the_towns_nothing_is_written(world, tmp_path):
    agencies, base, _ = world
    agencies.broken = {"cousub"}
    try:
        with pytest.raises(FetchError, match="cousub_shapes"):
            start(Wish("Massachusetts"), Fetcher(tmp_path / "cache", base=base, policy=AT_ONCE), tmp_path / "out")
    finally:
        agencies.broken = set()
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


@pytest.fixture(scope="module")
def gazetteer(world):
    _, base, cache = world
    return Gazetteer(Fetcher(cache, base=base, policy=AT_ONCE), 2023, lambda _line: None)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Franklin County, Massachusetts", ["25011"]),
        ("FRANKLIN county,   ma", ["25011"]),
        ("Franklin, MA", ["25011"]),
        ("franklin county, new york", ["36033"]),
        ("Massachusetts", ["25"]),
        ("MA", ["25"]),
        ("25", ["25"]),
        ("25011", ["25011"]),
        ("2501345678", ["2501345678"]),
        ("CBSA44140", ["25013"]),
        ("Birchfield, MA", ["2501123456"]),
        ("cedar etang, mass", None),
        ("Cedar Etang, MA", ["2501134567"]),
        ("C\u00c9DAR \u00e9tang, Massachusetts", ["2501134567"]),
        ("Springfield city, MA", ["2501345678"]),
        ("Springfield, MA metro area", ["25013"]),
        ("Ashdale, Hampden County, MA", ["2501356789"]),
        ("Ashdale town, Franklin County, MA", ["2501112345"]),
        ("Franklin County, MA; Birchfield, MA", ["25011", "2501123456"]),
    ],
)
def test_names_of_places(gazetteer, text, codes):
    if codes is None:
        with pytest.raises(PlanError, match="is not known"):
            find(text, gazetteer)
        return
    assert [code for place in find(text, gazetteer) for code in place.codes] == codes


def test_an_ambiguous_name_lists_what_it_can_mean(gazetteer):
    with pytest.raises(PlanError, match="means 2 places") as error:
        find("Springfield, Massachusetts", gazetteer)
    for words in ("Springfield city, Hampden County, MA (2501345678)", "Springfield, MA metro area (CBSA44140)"):
        assert words in str(error.value)
    with pytest.raises(PlanError, match=r"Franklin County, MA \(25011\); Franklin County, NY \(36033\)"):
        find("Franklin County", gazetteer)


@pytest.mark.parametrize(
    "text", ["", ";", "Brichfield, MA", "Nowhere At All, MA", "99", "2501199999", NASTY, "a" * 10_000]
)
def test_an_unknown_name_is_told_with_the_nearest(gazetteer, text):
    with pytest.raises(PlanError) as error:
        find(text, gazetteer)
    if text.startswith("Brich"):
        assert "Birchfield Town city, Franklin County, MA" in str(error.value)


def test_hostile_names_stay_text_and_never_become_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [
        ("2501112345", "../../up", "../../up town", -72.8, 42.6),
        ("2501123456", NASTY[:70], NASTY[:76], -72.7, 42.6),
    ]
    hostile = Agencies(tmp_path / "source", rows)
    hostile.broken = {"acs5", "HD2023", "downloadFile", "area/", "CAINC1", "la.data", "interpreter"}
    with Served(hostile) as address:
        fetcher = Fetcher(tmp_path / "cache", base=address, policy=AT_ONCE)
        started = start(Wish("../../UP, Massachusetts"), fetcher)
        assert started.region == Path("up-massachusetts") / "region.toml"
        whole = start(Wish("Franklin County, MA"), fetcher)
    towns = gpd.read_parquet(whole.region.parent / "layers" / "towns.parquet")
    assert all(name.isprintable() for name in towns["town"])
    assert {path.name for path in tmp_path.iterdir()} == {"source", "cache", "up-massachusetts", "franklin-county-ma"}


def test_what_others_wrote_cannot_add_keys_to_the_region_file():
    text = region_toml({"name": NASTY, "crs": "EPSG:26986"}, NASTY, pd.Timestamp("2026-01-01").date(), [])
    content = tomllib.loads(text)
    assert set(content) == {"name", "crs", "prices", "targets", "eligibility"}
    assert content["name"].startswith('=HYPERLINK("http://x")')
    assert "<script>" not in sources_md(NASTY, [])
