"""Layers of a region file that are read as agencies publish them."""

import pytest

from layers import LayerError
from planner import RegionError, check, load_region

REGION = """
name = "R"
crs = "EPSG:5070"
as_of = 2020-12-31
prices = "massachusetts-2015"
[eligibility]
[layers.labor_markets]
path = "cbsa.csv"
also = ["zones.csv"]
shape = "any"
"""
METRO = (
    "cbsacode,cbsatitle,metropolitanmicropolitanstatis,fipsstatecode,fipscountycode\n"
    '"44140","Springfield, MA","Metropolitan Statistical Area","25","013"\n'
)


@pytest.fixture
def region(tmp_path):
    (tmp_path / "cbsa.csv").write_text(METRO, "utf-8")
    (tmp_path / "zones.csv").write_text('"GEOID","CZ20"\n"25011",12\n', "utf-8")

    def load(text=REGION):
        (tmp_path / "region.toml").write_text(text, "utf-8")
        return load_region(tmp_path / "region.toml")

    return load


def test_several_files_make_one_layer_and_all_count_in_its_hash(region, tmp_path):
    world = check(region())
    assert world.layers["labor_markets"]["labor_market_id"].tolist() == ["44140", "12"]
    before = world.hashes["labor_markets"]
    (tmp_path / "zones.csv").write_text('"GEOID","CZ20"\n"25011",13\n', "utf-8")
    assert check(region()).hashes["labor_markets"] != before


def test_a_region_without_towns_says_so_once_where_towns_are_needed(region, tmp_path, townline):
    region()
    status, _, error = townline("coverage", tmp_path / "region.toml")
    assert status == 2
    assert "layer 'towns': is missing, and all but the screening for programmes needs it" in error
    with pytest.raises(RegionError, match=r"\[layers.towns\] is missing; every region needs .* unless it has a table"):
        region(REGION.replace("[eligibility]\n", ""))


def test_values_fill_what_a_file_does_not_say(region):
    made = check(region(REGION + "values = { vintage = 2023 }")).layers["labor_markets"]
    assert made["vintage"].tolist() == [2023, 2020]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('shape = "any"', 'shape = "bea-wid"'), "'bea-wid' is no shape of a published file .did you mean 'bea-wide'"),
        (('shape = "any"', ""), "also names more files, which need a shape"),
        (('shape = "any"', 'shape = "any"\nmissing = ["-"]'), "leave out missing"),
    ],
)
def test_entries_that_contradict_themselves_are_refused(region, change, words):
    with pytest.raises(RegionError, match=words):
        region(REGION.replace(*change))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("[layers.labor_markets]", "[layers.personal_income]"), "holds rows of layer labor_markets; name it there"),
        (("zones.csv", "none.csv"), "none.csv does not exist; correct its path"),
        (
            ('shape = "any"', 'shape = "any"\n[layers.labor_markets.values]\nkind = "x"'),
            "values fills 'kind', but the file has it",
        ),
        (
            ('shape = "any"', 'shape = "any"\n[layers.labor_markets.values]\nkinds = "x"'),
            "which the layer does not declare",
        ),
        (
            ('shape = "any"', 'shape = "any"\n[layers.labor_markets.values]\nperiod_to = 2019-12-31'),
            "both period_from and",
        ),
    ],
)
def test_faults_of_published_files_name_the_layer(region, change, words):
    with pytest.raises(LayerError, match=f"layer '(labor_markets|personal_income)' .cbsa.csv.: .*{words}"):
        check(region(REGION.replace(*change)))
