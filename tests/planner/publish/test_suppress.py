"""Hidden counts cannot be got back: every way that the published figures allow is tried."""

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from planner.publish._suppress import FEWER, HELD, SHOWN, suppressed


def allowed(counts, codes, least):
    """Return all tables of counts that agree with what is public, by part and column: the values that each can take.

    Public: sums of columns, shown counts, that each part holds something, and what the code of a hidden count says. The
    reader is also taken to know which parts hold few locations in all. None where there are too many to try.
    """
    named = [bool((column == FEWER).any()) for column in codes.T]
    few = counts.sum(axis=1) < least
    columns = []
    for at, total in enumerate(counts.sum(axis=0)):
        ranges = [reach(counts[row, at], codes[row, at], named[at], least, total) for row in range(len(counts))]
        columns.append(np.array(ways(ranges, int(total)), dtype=int))
    if np.prod([float(len(column)) for column in columns]) > 3000:
        return None
    small_named = few & np.all((codes == FEWER) | (counts.sum(axis=0) == 0), axis=1)
    found: list[list[set[int]]] = [[set() for _ in columns] for _ in counts]
    for table in itertools.product(*columns):
        whole = np.sum(table, axis=0)
        if (whole >= 1).all() and (whole[small_named] < least).all():
            for row, at in np.ndindex(counts.shape):
                found[row][at].add(int(table[at][row]))
    return found


def reach(value, code, named, least, total):
    if code == SHOWN:
        return range(value, value + 1)
    if code == FEWER:
        return range(least)
    return range(least if named else 0, total + 1)


def ways(ranges, total):
    """Return all lists of one number of each range with the given sum."""
    if not ranges:
        return [()] if total == 0 else []
    return [(first, *rest) for first in ranges[0] if first <= total for rest in ways(ranges[1:], total - first)]


COUNT = st.sampled_from([0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 7])


@given(
    st.lists(st.tuples(COUNT, COUNT, st.sampled_from([0, 0, 1, 4])).filter(any), min_size=1, max_size=4),
    st.sampled_from([3, 4]),
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.filter_too_much])
def test_no_hidden_count_can_be_got_back(rows, least):
    counts = np.array(rows)
    codes = suppressed(counts, least)
    if codes is None:
        return
    found = allowed(counts, codes, least)
    assume(found is not None)
    for row, at in np.ndindex(counts.shape):
        if codes[row, at] == SHOWN:
            assert counts[row, at] == 0 or counts[row, at] >= least
        elif codes[row, at] == FEWER:
            assert set(range(1, least)) <= found[row][at]
        else:
            assert len(found[row][at]) > 1


@given(st.lists(st.tuples(COUNT, COUNT, COUNT).filter(any), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_small_counts_are_hidden_and_small_parts_show_nothing(rows, random):
    counts, least = np.array(rows), 4
    codes = suppressed(counts, least)
    if codes is None:
        return
    hidden = codes != SHOWN
    assert hidden[(counts > 0) & (counts < least)].all()
    few = counts.sum(axis=1) < least
    assert hidden[few][:, counts.sum(axis=0) > 0].all()
    assert (counts[codes == FEWER] < least).all()


def codes_of(counts, least):
    codes = suppressed(counts, least)
    assert codes is not None
    return codes.tolist()


def test_cases_by_hand():
    # one small count: the smallest other that can make up for it is hidden, 19 = 10 + 9
    counts = np.array([[3, 50, 0], [0, 18, 0], [19, 40, 0], [300, 0, 0]])
    assert codes_of(counts, 10) == [[1, 0, 0], [0, 0, 0], [2, 0, 0], [0, 0, 0]]
    # nothing to hide it with: the column says nothing, and not of some parts with a zero either
    counts = np.array([[5, 100, 0], [0, 100, 0], [0, 100, 0]])
    assert codes_of(counts, 10) == [[2, 0, 0], [2, 0, 0], [0, 0, 0]]
    # two parts with one location each, of two in the town: no hiding helps
    assert suppressed(np.array([[1, 0, 0], [1, 0, 0]]), 10) is None
    assert suppressed(np.array([[5, 0, 0]]), 10) is None
    assert codes_of(np.array([[50, 20, 0], [10, 0, 0]]), 10) == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("counts", [[[1, 0, 0]] * 9, [[0, 2, 0], [0, 1, 0]]])
def test_towns_of_few_locations_are_shown_as_one(counts):
    codes = suppressed(np.array(counts), 10)
    assert codes is None or (codes == HELD).any()
