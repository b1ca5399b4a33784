"""Both ways to read a block agree: our own loops over its bytes, and pyarrow, which takes what is out of the ordinary."""

import io
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.filings import _fields, formats
from layers.filings._blocks import Block, blocks, header_names
from layers.filings._check import check_block
from layers.filings._column import Coded, Plain, check_column
from layers.filings._fields import parse
from layers.filings._values import arrow_type, conform, hashes, plain_digits

GOOD = {
    "bdc_fixed": "0003768165,130317,Xfinity,1037392925,50,24.6,,1,B,VT,010110102002027,882bab5303fffff",
    "bead_post_challenge_locations": "1037392925,0",
    "bead_unserved": "1037392925",
    "served_unserved": "1037392925,500110102002027,882bab5303fffff,1,0,True",
    "form477": "7,55,0003768165,Comcast,Xfinity,Comcast,130317,Comcast,VT,500110102002027,43,1,0.768,.2,0,0,0",
}
ODD = [
    "", "0", "-1", "007", "1037392926", "9999999999", "10373929250", "0037392925", "1037\u0663", "103739292 ", "1e9",
    "010110102002027", "999999999999999", "000000000000000", "9" * 18, "9" * 19, "882bab5303fffff", "882BAB5303FFFFF",
    "882bab5303ffff", "é", "a\0", '"a, b"', '"a\nb"', '"a""b"', 'a"b', '""', '"1037392925"', "a,b", "a\r", "12345678", "123456789",
    "a" * 40,
]  # fmt: skip


@st.composite
def contents(draw):
    """A file of a format: sound records in which some fields are replaced, with ends of either kind."""
    name = draw(st.sampled_from(sorted(GOOD)))
    end = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    lines = [",".join(formats()[name].headers)]
    for _ in range(draw(st.integers(0, 12))):
        fields = GOOD[name].split(",")
        for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
            fields[draw(st.integers(0, len(fields) - 1))] = draw(st.sampled_from(ODD))
        lines.append(",".join(fields))
    return name, (end.join(lines) + draw(st.sampled_from(["", end, end * 2]))).encode("utf-8")


@given(contents(), st.sampled_from([1 << 20, 60]))
@settings(max_examples=400, deadline=None)
def test_both_paths_agree_on_rows_hashes_rejects_and_reasons(content, size):
    name, data = content
    head, *found = blocks(io.BytesIO(data), "utf-8", size)
    for block in found:
        fast = check_block(block, header_names(head), formats()[name], 5)
        with patch("layers.filings._fields._found", return_value=None):
            slow = check_block(block, header_names(head), formats()[name], 5)
        assert fast.table.equals(slow.table)
        assert all(np.array_equal(one, other) for one, other in zip(fast.keys, slow.keys, strict=True))
        for part in ("read", "tally", "rejects", "samples", "last_rejected"):
            assert getattr(fast, part) == getattr(slow, part)


TWO = ["a", "b"]


@pytest.mark.parametrize("data", [b"1,2\n3,4\n", b"1,2\r\n3,4\r\n", b'"1","2"\n3,"4"', b"1,2\n3,4", b'"a, b",2\n3,\n'])
def test_regular_records_are_found_by_our_own_loops(data):
    columns = parse(Block(data, 1), TWO).columns
    assert all(isinstance(column, _fields._Found) for column in columns)
    with patch("layers.filings._fields._found", return_value=None):
        read = parse(Block(data, 1), TWO).columns
    for one, other in zip(columns, read, strict=True):
        assert one.dictionary.equals(other.dictionary)
        assert one.codes.tolist() == other.codes.tolist()
        assert [one.text(row) for row in range(2)] == [other.text(row) for row in range(2)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1,2,3\n4,5\n",
        b"1,2\n3\n",
        b"1,2\n\n",
        b"1\n2,3,4\n",
        b'"a""b",2\n',
        b'"a\nb",2\n',
        b'"a\r\nb",2\r\n',
        b"\n",
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_pyarrow(data):
    columns = parse(Block(data, 1, folded=True), TWO).columns
    assert all(isinstance(column, _fields._Encoded) for column in columns)


@pytest.mark.parametrize("data", [b'a"b,2\n', b'"a,2\n', b'",2\n', b"a\rb,2\n", b"1,2\r", b'"a"b,2\n', b'"a" ,2\n'])
def test_our_own_loops_never_take_what_breaks_the_rules(data):
    assert _fields._found(Block(data, 1), 2) is None


@given(st.lists(st.text("ab é0", max_size=20), min_size=1, max_size=3000))
@settings(max_examples=50, deadline=None)
def test_distinct_texts_are_numbered_as_pyarrow_numbers_them(texts):
    (column,) = parse(Block("".join(f"{text}\n" for text in texts).encode("utf-8"), 1), ["a"]).columns
    wanted = pa.array(texts, pa.string()).dictionary_encode()
    assert isinstance(column, _fields._Found)
    assert column.dictionary.equals(wanted.dictionary)
    assert column.codes.tolist() == wanted.indices.to_pylist()


def test_many_distinct_texts_are_told_apart():
    texts = [f"{number:x}" * (1 + number % 5) for number in range(20_000)]
    (column,) = parse(Block("".join(f"{text}\n" for text in texts * 2).encode("ascii"), 1), ["a"]).columns
    assert column.dictionary.equals(pa.array(texts, pa.string()).unique())
    assert np.array_equal(column.codes, np.tile(pa.array(texts).dictionary_encode().indices.to_numpy(), 2))


PLAIN = [
    (form.name, name) for form in formats().values() for name, column in form.columns.items() if plain_digits(column)
]


@pytest.mark.parametrize(("form", "name"), PLAIN)
@given(st.data())
@settings(max_examples=60, deadline=None)
def test_plain_numbers_pass_exactly_where_their_declaration_lets_them(form, name, data):
    """What is taken row by row is what the declaration lets pass; one text that does not makes the column coded."""
    column = formats()[form].columns[name]
    number = st.integers(0, 10**16).map(str)
    text = st.one_of(
        st.integers(10**9, 10**10 - 1).map(str), st.integers(0, 10**15 - 1).map(lambda n: f"{n:015d}"), number,
        st.sampled_from([text for text in ODD if '"' not in text and "," not in text and "\r" not in text]),
    )  # fmt: skip
    texts = data.draw(st.lists(text, min_size=1, max_size=3))
    (fields,) = parse(Block("".join(f"{text}\n" for text in texts).encode("utf-8"), 1), ["a"]).columns
    checked = check_column(fields, column)
    values, faults, _ = conform(pa.array(texts, pa.string()), column)
    assert isinstance(checked, Coded) == bool(faults.any() or any(text.startswith("-") for text in texts))
    assert checked.array(arrow_type(column), None).equals(values)
    sums = (np.zeros(len(texts), np.uint64), np.zeros(len(texts), np.uint64))
    checked.add(sums)
    assert all(np.array_equal(one, other) for one, other in zip(sums, hashes(values), strict=True))


def test_columns_of_plain_digits_are_taken_row_by_row():
    assert {name for _, name in PLAIN} == {"location_id", "block_geoid", "provider_id", "record", "units"}
    column = formats()["bdc_fixed"].columns["location_id"]
    (fields,) = parse(Block(b"1037392925\n1037392926\n", 1), ["a"]).columns
    assert isinstance(check_column(fields, column), Plain)
    with patch("layers.filings._fields._found", return_value=None):
        (fields,) = parse(Block(b"1037392925\n1037392926\n", 1), ["a"]).columns
    assert isinstance(check_column(fields, column), Coded)
