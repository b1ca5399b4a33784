"""Random files: valid rows survive unchanged, one broken cell costs one row, and blocks cut where a reader would."""

import csv
import io
import math
import tempfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.filings import Limits, _blocks, formats, ingest
from layers.filings._blocks import blocks

FORM = formats()["bdc_fixed"]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
SPEED = st.one_of(
    st.just(""), st.integers(0, 10**6).map(str), st.floats(0, 10**6, allow_subnormal=False).map(lambda x: f"{x:.6f}")
)
ROW = st.tuples(
    st.integers(0, 10**10 - 1).map(lambda n: f"{n:010d}"),
    st.integers(1, 2**31 - 1).map(str),
    TEXT,
    st.integers(10**9, 10**10 - 1).map(str),
    st.sampled_from(["0", "10", "40", "50", "60", "61", "70", "71", "72"]),
    SPEED,
    SPEED,
    st.sampled_from("01"),
    st.sampled_from("BRX"),
    st.sampled_from(["VT", "MA", "PR"]),
    st.integers(10**13, 789 * 10**12).map(lambda n: f"{n:015d}"),
    st.integers(0, 16**8 - 1).map(lambda n: f"88{n:08x}fffff"),
)
ROWS = st.lists(ROW, min_size=1, max_size=12, unique_by=lambda row: row[3])
BROKEN = {
    0: ["1", "", "12345678901", "abc"],
    1: ["0", "-1", "1.5", "", "x"],
    2: [""],
    3: ["999999999", "0123456789", "1e9", ""],
    4: ["99", "50.0", "fast", ""],
    5: ["fast", "NaN", "inf", "-0.1", "1,000", "1_000", "24.6 "],
    6: ["fast", "-inf", "--1", "1e", "0x10", "\u0663"],
    7: ["", "2", "yes", "1.0"],
    8: ["", "b", "BR"],
    9: ["", "vt", "XX"],
    10: ["10010201001000", "5001101020020271", "5.0e14", ""],
    11: ["", "882BAB5303FFFFF", "892bab53037ffff"],
}


def written(rows):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([FORM.headers, *rows])
    return text.getvalue().encode("utf-8")


def taken(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "filing.csv"
        path.write_bytes(content)
        (found,) = ingest(path, Path(folder) / "out", limits=Limits(rejected_share=1.0))
        return found, [tuple(row.values()) for row in pq.read_table(found.path).to_pylist()]


def meant(row):
    down, up = (float(text) if text else None for text in row[5:7])
    return (row[0], int(row[1]), row[2], int(row[3]), int(row[4]), down, up, row[7] == "1", row[8], row[9],
            int(row[10]), int(row[11], 16))  # fmt: skip


@given(ROWS)
@settings(max_examples=50)
def test_valid_rows_survive_unchanged(rows):
    found, got = taken(written(rows))
    assert found.rejected == found.duplicates == 0
    assert got == [meant(row) for row in rows]
    assert not any(math.isnan(value) for row in got for value in row[5:7] if value is not None)


@given(ROWS, st.data())
@settings(max_examples=100)
def test_one_broken_cell_is_one_reject_and_leaves_the_others_equal(rows, data):
    place = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(sorted(BROKEN)))
    broken = list(rows[place])
    broken[column] = data.draw(st.sampled_from(BROKEN[column]))
    found, got = taken(written([*rows[:place], broken, *rows[place + 1 :]]))
    assert (found.rejected, found.duplicates) == (1, 0)
    (reason,) = found.reasons
    assert reason.startswith(f"column '{list(FORM.headers)[column]}' ")
    assert got == [meant(row) for number, row in enumerate(rows) if number != place]


@given(ROWS, st.data())
@settings(max_examples=25)
def test_repeated_rows_are_counted_whatever_they_are(rows, data):
    again = data.draw(st.lists(st.sampled_from(rows), max_size=10))
    found, got = taken(written([*rows, *again]))
    assert (found.duplicates, found.rejected) == (len(again), 0)
    assert got == [meant(row) for row in rows]


PIECES = st.lists(st.sampled_from(['"', '""', ",", "\n", "\r\n", "a", "é", '"x,y"', '"x\ny"', "\r"]), max_size=40)


@given(PIECES, st.integers(1, 9))
@settings(max_examples=400)
def test_blocks_hold_the_same_records_at_any_size(pieces, size):
    """Cutting does not depend on the size of the chunks, loses nothing, and numbers lines as they stand."""
    content = ("a,b\n" + "".join(pieces)).encode("utf-8")
    whole = list(blocks(io.BytesIO(content), "utf-8", 1 << 20))[1:]
    small = list(blocks(io.BytesIO(content), "utf-8", size))[1:]
    assert joined(small) == joined(whole)
    places = {one.line for block in whole for one in block.broken} | {line for block in whole for line in starts(block)}
    assert not places or min(places) == 2
    assert len(places) == sum(len(block.broken) + len(starts(block)) for block in whole)


def starts(block):
    count = len(records(block.data))
    return [int(line) for line in block.line_of(np.arange(count))]


def records(data):
    found, place = [], 0
    while place < len(data):
        one = _blocks._RECORD.match(data, place)
        assert one is not None
        assert one.end() > place
        found.append(one.group())
        place = one.end()
    return found


def joined(found):
    kept = [(line, record) for block in found for line, record in zip(starts(block), records(block.data), strict=True)]
    return kept, [one for block in found for one in block.broken]


@given(st.lists(st.lists(st.text('a",\n\ré ', max_size=5), min_size=2, max_size=2), min_size=1, max_size=8))
@settings(max_examples=200)
def test_what_a_csv_writer_quotes_is_one_record_for_each_row(rows):
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["h1", "h2"], *rows])
    found = list(blocks(io.BytesIO(text.getvalue().encode("utf-8")), "utf-8", 7))[1:]
    assert not any(block.broken for block in found)
    data = b"".join(block.data for block in found).decode("utf-8")
    assert list(csv.reader(io.StringIO(data, newline=""), strict=True)) == rows
    assert sum(len(starts(block)) for block in found) == len(rows)
