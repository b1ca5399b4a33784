"""Crafted inputs of every reader, each judged as the harness judges: read well or refused with one message."""

import pytest

from layers import TownlineError
from tests.fuzz.case import Case
from tests.fuzz.child import case_of, judge, place
from tests.fuzz.readers import readers

QUICK = ("gpkg", "geojson", "geoparquet", "shapefile", "zip", "flatgeobuf", "kml", "csv", "parquet", "manifest", "region",
         "prices", "rules", "reduced", "adapt", "qcew", "cbp", "terrain tif", "terrain asc")  # fmt: skip
CASES = [
    (name, kind)
    for name in QUICK
    for kind in sorted(readers()[name].hostile)
    if "bomb" not in kind and "many" not in kind
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "kind"), CASES, ids=lambda word: word.replace(" ", "-"))
def test_a_crafted_file_is_refused_or_read_well(name, kind, tmp_path):
    reader = readers()[name]
    sound = reader.sounds()[0]
    made, must = reader.hostile[kind](sound)
    try:
        found = reader.read(place(made, tmp_path))
    except TownlineError:
        return
    assert judge(reader, Case(kind, made, must, sound), found) == ("read", "")


def test_the_same_seed_gives_the_same_input():
    for name in ("csv", "region", "zip"):
        assert [case_of(readers()[name], 5, n) for n in range(6)] == [case_of(readers()[name], 5, n) for n in range(6)]
