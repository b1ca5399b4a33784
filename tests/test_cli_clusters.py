"""The command `clusters` on a file and on what is wrong with one."""

import json
from pathlib import Path

import pandas as pd
import pytest

SHARED = Path(__file__).parents[1] / ".." / "shared" / "layers"


@pytest.mark.skipif(not SHARED.is_dir(), reason="reference layers are not beside the project")
def test_the_states_of_2016_have_the_flags_of_the_federal_map(townline, tmp_path):
    status, said, error = townline("clusters", SHARED / "clusters_states_2016.csv", "--out", tmp_path, "--json")
    assert (status, error) == (0, "")
    found = json.loads(said)
    assert found["strong"] == 512  # federal cluster map, traded clusters of states, 2016
    assert len(pd.read_csv(tmp_path / "cluster_strength.csv")) == found["rows"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "error:"),
        (
            "area_kind,area_id,area,cluster,cluster_name,traded,year,employment,establishments\nstate,25,MA,1,x,true,2016,-5,1\n",
            "negative",
        ),
    ],
)
def test_a_bad_file_is_refused_in_words(townline, tmp_path, text, message):
    (tmp_path / "x.csv").write_text(text, "utf-8")
    status, said, error = townline("clusters", tmp_path / "x.csv", "--out", tmp_path / "out")
    assert (status, said) == (2, "")
    assert message in error
    assert not (tmp_path / "out").exists()
