"""Readers under broken bytes: whatever is cut or changed, they read it or refuse it with one message."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import TownlineError
from tests.fuzz.child import judge, place
from tests.fuzz.mutate import broken
from tests.fuzz.readers import readers

import numpy as np  # isort: skip

QUICK = ("csv", "geojson", "parquet", "shapefile", "region", "manifest", "qcew")


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=60)
@given(name=st.sampled_from(QUICK), seed=st.integers(0, 2**32))
def test_broken_bytes_are_read_well_or_refused(name, seed):
    reader, random = readers()[name], np.random.default_rng(seed)
    case = broken(reader, reader.sounds()[0], [], random)
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = reader.read(place(case.sound, Path(folder)))
        except TownlineError:
            return
        assert judge(reader, case, found) == ("read", ""), case.kind
