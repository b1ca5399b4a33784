"""Packed points and lines come back exactly, whatever their order."""

import base64
import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps import binary

X, Y = st.integers(-18_000_000, 18_000_000), st.integers(-9_000_000, 9_000_000)
NEAR = st.integers(-7_300_000, -7_299_990), st.integers(4_200_000, 4_200_010)  # many at one place
POINT = st.tuples(X, Y, st.integers(0, 255), st.integers(0, 65_535)) | st.tuples(*NEAR, *[st.integers(0, 2)] * 2)
LINE = st.lists(st.tuples(X, Y) | st.tuples(*NEAR), min_size=1, max_size=6)


def packed(rows):
    xy, member, group = (np.array([row[part] for row in rows], np.int64) for part in (slice(0, 2), 2, 3))
    return binary.packed_points(xy.reshape(-1, 2), member, group)


def lines(parts):
    xy = np.array([point for part in parts for point in part], np.int64).reshape(-1, 2)
    return binary.packed_lines([len(part) for part in parts], xy)


@given(st.lists(POINT, max_size=30), st.randoms(use_true_random=False))
def test_every_point_comes_back_with_class_and_group_whatever_the_order(rows, random):
    found = packed(rows)
    xy, member, group = binary.unpacked_points(found)
    assert sorted(zip(*xy.T.tolist(), member.tolist(), group.tolist(), strict=True)) == sorted(rows)
    assert packed(random.sample(rows, len(rows))) == found


@given(st.lists(LINE, max_size=12), st.randoms(use_true_random=False))
def test_every_line_comes_back_whatever_the_order(parts, random):
    found = lines(parts)
    counts, xy = binary.unpacked_lines(found)
    pieces = np.split(xy, np.cumsum(counts)[:-1]) if parts else []
    assert sorted([tuple(point) for point in piece.tolist()] for piece in pieces) == sorted(parts)
    assert lines(random.sample(parts, len(parts))) == found


@given(st.lists(st.tuples(st.integers(0, 2**26 - 1), st.integers(0, 2**26 - 1)), min_size=1))
def test_codes_are_the_bits_of_x_and_y_in_turn(points):
    codes = binary.morton(np.array(points))
    for code, (x, y) in zip(codes, points, strict=True):
        bits = "".join(b + a for a, b in zip(f"{x:026b}", f"{y:026b}", strict=True))
        assert int(code) == int(bits, 2)


def test_codes_of_one_axis_are_the_published_sequence():
    # OEIS A000695, the Moser-de Bruijn sequence: sums of distinct powers of 4
    published = [0, 1, 4, 5, 16, 17, 20, 21, 64, 65, 68, 69, 80, 81, 84, 85]
    assert binary.morton(np.array([[i, 0] for i in range(16)])).tolist() == published
    assert binary.morton(np.array([[0, i] for i in range(16)])).tolist() == [2 * each for each in published]


def test_the_text_is_plain_gzip_without_a_time():
    found = packed([(5, 7, 1, 3), (4, 7, 0, 258)])
    whole = base64.b64decode(found["data"])
    assert whole[:2] == b"\x1f\x8b"
    assert whole[4:8] == bytes(4)
    # codes 0 and 1 over (4, 7): differences, classes, low and high bytes of groups
    assert gzip.decompress(whole) == bytes([0, 1, 0, 1, 2, 3, 1, 0])
    assert (found["west"], found["south"], found["planes"], found["count"]) == (4, 7, 1, 2)


def test_what_does_not_fit_is_refused():
    one = np.zeros((1, 2), np.int64)
    with pytest.raises(ValueError, match="256 classes"):
        binary.packed_points(one, [256], [0])
    with pytest.raises(ValueError, match="65,536 groups"):
        binary.packed_points(one, [0], [65_536])
    with pytest.raises(ValueError, match="subtract the least"):
        binary.morton(np.array([[-1, 0]]))


def test_a_point_of_many_takes_about_three_characters():
    random = np.random.default_rng(1)
    towns = random.integers(0, 300_000, (100, 2))
    xy = towns[random.integers(0, 100, 100_000)] + random.normal(0, 2_000, (100_000, 2)).astype(np.int64)
    found = binary.packed_points(xy, np.zeros(100_000), np.zeros(100_000))
    assert len(found["data"]) < 100_000 * 3.2
