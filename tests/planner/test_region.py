"""The region file: what it means, and every fault at once."""

from datetime import date
from fractions import Fraction

import pytest

from planner import RegionError, RuleError, load_region
from planner.prices import load_prices
from planner.region import merge


def write(folder, text):
    path = folder / "region.toml"
    path.write_text(text, "utf-8")
    return path


GOOD = """
name = "R"
crs = "EPSG:26986"
as_of = 2016-01-01
prices = "massachusetts-2015"
[layers.towns]
path = "towns.gpkg"
"""


def test_targets_default_to_25_3_and_96_percent_with_100_20_beside_it(tmp_path):
    region = load_region(write(tmp_path, GOOD))
    assert [(target.label, target.share) for target in region.targets] == [
        ("25/3", Fraction(24, 25)),
        ("100/20", Fraction(24, 25)),
    ]
    assert region.as_of == date(2016, 1, 1)
    assert region.source("towns").path == tmp_path / "towns.gpkg"


def test_shares_are_exact_as_written(tmp_path):
    text = GOOD.replace("[layers", "targets = [{down_mbps=50, up_mbps=5, share=0.07}]\n[layers")
    assert load_region(write(tmp_path, text)).target.share == Fraction(7, 100)


def test_all_faults_of_the_file_come_at_once_with_key_and_remedy(tmp_path):
    text = """
name = ""
crs = "EPSG:4326"
as_of = "soon"
prices = "massachusets-2015"
tresholds = 3
programmes = ["no-such-programme"]
[[targets]]
down_mbps = -25
up_mbps = 3
share = 96
[layers.town]
path = "x"
colums = {}
crs = "EPSG:0"
"""
    with pytest.raises(RegionError) as caught:
        load_region(write(tmp_path, text))
    found = "\n".join(caught.value.faults)
    for words in (
        "layer 'town' is not declared (did you mean 'towns'?)",
        "[layers.towns] is missing",
        "key 'name': must not be empty",
        "'EPSG:4326' is not a projected CRS in metres",
        "key 'as_of': must be a day, such as 2016-01-01",
        "price book 'massachusets-2015': does not exist (did you mean 'massachusetts-2015'?)",
        "'no-such-programme' has no rule file",
        "key 'targets.0.down_mbps': Input should be greater than 0 (given: -25)",
        "96 is not a share above 0 and at most 1; write 96 percent as 0.96",
        "key 'layers.town.colums' is not known (did you mean 'columns'?)",
        "'EPSG:0' is not a known CRS",
        "key 'tresholds' is not known",
    ):
        assert words in found
    assert str(caught.value).startswith(f"region file {tmp_path / 'region.toml'}: ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "does not exist; 'townline init' writes one"),
        (b"name = ", "is not TOML in UTF-8"),
        (b"\xff\xfe", "is not TOML"),
    ],
)
def test_a_file_that_cannot_be_read_says_so(tmp_path, content, words):
    if content is not None:
        (tmp_path / "region.toml").write_bytes(content)
    with pytest.raises(RegionError, match=words):
        load_region(tmp_path / "region.toml")


def test_a_scenario_replaces_keys_and_merges_tables(small):
    plain, faster = load_region(small / "region.toml"), load_region(small / "region.toml", "faster")
    assert plain.target.label == "25/3"
    assert faster.target.label == "100/20"
    assert faster.target.share == Fraction(1, 2)
    assert faster.layers == plain.layers
    with pytest.raises(RegionError, match="has no scenario 'fast' \\(did you mean 'faster'"):
        load_region(small / "region.toml", "fast")
    assert merge({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"c": 3}, "d": [2]}) == {"a": {"b": 1, "c": 3}, "d": [2]}


def test_an_area_holds_towns_by_state_county_or_code(tmp_path):
    text = GOOD.replace("[layers", '[area]\ncounties = ["25011"]\ntowns = ["2501554030"]\n[layers', 1)
    area = load_region(write(tmp_path, text)).area
    assert [area.holds(code) for code in ("2501112505", "2501554030", "2501516040")] == [True, True, False]


def test_a_price_book_must_rise_and_cite_its_source(tmp_path):
    (tmp_path / "own.toml").write_text(
        'title="t"\nyear=2020\n[budget_to_cost]\nlow=2\ncentral=1\nhigh=3\nunit="u"\nas_of=2020-01-01\nmeaning="m"\n',
        "utf-8",
    )
    with pytest.raises(RuleError, match=r"key 'budget_to_cost\.source'"):
        load_prices("own.toml", tmp_path)
    (tmp_path / "own.toml").write_text((tmp_path / "own.toml").read_text("utf-8") + 'source="s"\n', "utf-8")
    with pytest.raises(RuleError, match="low 2, central 1, high 3 must rise"):
        load_prices("own.toml", tmp_path)
    with pytest.raises(RuleError, match="does not exist"):
        load_prices("none.toml", tmp_path)
    (tmp_path / "odd.toml").write_text("a = \n", "utf-8")
    with pytest.raises(RuleError, match="is not a price book"):
        load_prices("odd.toml", tmp_path)
    (tmp_path / "cut.toml").write_text('title = "t"', "utf-8")
    with pytest.raises(RuleError, match="its last figure may be cut short"):
        load_prices("cut.toml", tmp_path)
    (tmp_path / "keys.toml").write_text("".join(f"k{n} = 1\n" for n in range(9000)), "utf-8")
    with pytest.raises(RuleError, match=r"and [\d,]+ more; mend these first") as caught:
        load_prices("keys.toml", tmp_path)
    assert len(str(caught.value)) < 20_000


def test_of_very_many_faults_the_first_are_said(tmp_path):
    path = tmp_path / "region.toml"
    path.write_text("".join(f"kee{n} = 1\n" for n in range(20_000)), "utf-8")
    with pytest.raises(RegionError, match=r"19,950 more faults are not shown; mend these first"):
        load_region(path)


def test_a_price_book_name_is_never_a_path_out_of_its_folder(tmp_path):
    with pytest.raises(RuleError, match="does not exist"):
        load_prices("../../secrets", tmp_path)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("scenario = 3", "key 'scenario' must be a table"),
        ("scenario = { x = 3 }", "scenario 'x': is no table"),
        ("scenario = { x = { tragets = [] } }", "scenario 'x': key 'tragets' is not known (did you mean 'targets'?)"),
        ("path = 5", "key 'path' is not known"),
        ("targets = []", "must name at least one tier"),
        ("targets = 3", "key 'targets': must be a list"),
        ("targets = [{down_mbps=25,up_mbps=3,share=0.9},{down_mbps=25,up_mbps=3,share=0.96}]", "names a tier twice"),
        ("targets = [{down_mbps=25,up_mbps=3,share=inf}]", "is not finite"),
        ("targets = [{down_mbps=25,up_mbps=3,share=1e-99999999}]", "is not a share above 0"),
        ("targets = [{down_mbps=25,up_mbps=3,share=0.9600000000000001}]", "more than six decimals"),
        ('targets = [{down_mbps="25",up_mbps=3,share=0.96}]', "is not a number"),
        ("area = []", "key 'area': must be a table"),
        ("x = " + "9" * 5000, "is not a sound TOML file"),
        ("x = " + "[" * 20000, "is not"),
    ],
)
def test_odd_lines_of_a_region_file_are_named(tmp_path, line, words):
    with pytest.raises(RegionError) as caught:
        load_region(write(tmp_path, line + GOOD))
    assert words in str(caught.value)


def test_an_entry_says_constant_columns_widths_and_marks(tmp_path):
    text = (
        GOOD
        + 'values = { land_area_m2 = 2.5, county = "X" }\nzero_pad = { town_geoid = 10 }\nmissing = [" - ", "n/a"]\n'
    )
    source = load_region(write(tmp_path, text)).source("towns")
    assert source.values == {"land_area_m2": 2.5, "county": "X"}
    assert isinstance(source.values["land_area_m2"], float)
    assert source.zero_pad == {"town_geoid": 10}
    assert source.missing == ("-", "n/a")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("values = 3", "key 'layers.towns.values': must be a table"),
        ("values = { a = [1] }", "key 'layers.towns.values.a': must be one text, number, flag or day"),
        ("values = { a = { b = 1 } }", "key 'layers.towns.values.a': must be one text, number, flag or day"),
        ("values = { a = 2016-01-01T00:00:00 }", "key 'layers.towns.values.a': must be one text, number, flag or day"),
        ('values = { a = " " }', "key 'layers.towns.values.a': must not be empty; leave out what is not known"),
        ("values = { a = inf }", "key 'layers.towns.values.a': is not a number of a size that a table holds"),
        ("values = { a = nan }", "key 'layers.towns.values.a': is not a number of a size that a table holds"),
        ("values = { a = 9" + "9" * 400 + " }", "key 'layers.towns.values.a': is not a number of a size"),
        ("zero_pad = 5", "key 'layers.towns.zero_pad': must be a table"),
        (
            "zero_pad = { a = 1 }",
            "key 'layers.towns.zero_pad.a': Input should be greater than or equal to 2 (given: 1)",
        ),
        (
            "zero_pad = { a = 16 }",
            "key 'layers.towns.zero_pad.a': Input should be less than or equal to 15 (given: 16)",
        ),
        ("zero_pad = { a = 5.0 }", "key 'layers.towns.zero_pad.a': must be a whole number (given: 5.0)"),
        ("zero_pad = { a = true }", "key 'layers.towns.zero_pad.a': must be a whole number"),
        ('missing = "-"', "key 'layers.towns.missing': must be a list"),
        ("missing = [0]", "key 'layers.towns.missing.0': must be text (given: 0)"),
        ('missing = [" "]', "key 'layers.towns.missing.0': must not be empty"),
        ("zeropad = {}", "key 'layers.towns.zeropad' is not known (did you mean 'zero_pad'?)"),
    ],
)
def test_odd_keys_of_an_entry_are_named(tmp_path, line, words):
    with pytest.raises(RegionError) as caught:
        load_region(write(tmp_path, GOOD + line + "\n"))
    assert words in str(caught.value)
