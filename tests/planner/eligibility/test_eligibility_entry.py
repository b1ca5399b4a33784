"""The region file's table [eligibility]."""

from types import SimpleNamespace

import pytest

from planner import RegionError, load_region
from planner.eligibility import entry

REGION = """
name = "R"
crs = "EPSG:5070"
as_of = 2020-12-31
prices = "massachusetts-2015"
[layers.labor_force]
path = "laus.csv"
[eligibility]
"""


@pytest.fixture
def load(tmp_path, monkeypatch):
    question = SimpleNamespace(choices={"civilian": "x", "armed": "y"})
    monkeypatch.setattr(entry, "names", lambda: ("one", "two"))
    monkeypatch.setattr(entry, "programme", lambda _: SimpleNamespace(options={"who": question}))

    def read(text):
        (tmp_path / "region.toml").write_text(REGION + text, "utf-8")
        return load_region(tmp_path / "region.toml").eligibility

    return read


def test_the_table_may_be_empty(load):
    found = load("")
    assert (found.confidence, found.units, found.options, found.territories) == (0.9, (), {}, False)


def test_what_is_said_is_read(load):
    found = load(
        'confidence = 0.95\nunits = ["county", "local labor market"]\nterritories = true\n[eligibility.options.one]\nwho = "civilian"'
    )
    assert (found.confidence, found.territories) == (0.95, True)
    assert found.units == ("county", "local labor market")
    assert found.options == {"one": {"who": "civilian"}}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("confidence = 90", "90 is not between 0.5 and 1; write 90 percent as 0.9"),
        ("confidence = 0.5", "0.5 is not between 0.5 and 1"),
        ("confidence = true", "'True' is not a number"),
        ("confidense = 0.9", "key 'eligibility.confidense' is not known .did you mean 'confidence'"),
        ('units = ["counties"]', "eligibility.units.0"),
        ('[eligibility.options.on]\nwho = "armed"', "programme 'on' has no rule file .did you mean 'one'"),
        ('[eligibility.options.one]\nwhom = "armed"', "'one' has no question 'whom' .did you mean 'who'"),
        ('[eligibility.options.two]\nwho = "army"', "'army' is no answer to 'who' of 'two' .did you mean 'armed'"),
    ],
)
def test_faults_say_what_is_known(load, text, words):
    with pytest.raises(RegionError, match=words):
        load(text)
