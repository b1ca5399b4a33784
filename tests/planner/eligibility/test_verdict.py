"""Terms of several tests: what is not known can neither make nor break a verdict that does not rest on it."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from planner.eligibility.verdict import BORDERLINE, ELIGIBLE, NOT_ELIGIBLE, NOT_KNOWN, decide, opposite
from planner.programmes.rule import AllOf, AnyOf

NAMES = ("a", "b", "c", "d")
terms = st.recursive(
    st.sampled_from(NAMES),
    lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(
        lambda items: st.sampled_from([AllOf(all=items), AnyOf(any=items)])
    ),
    max_leaves=6,
).filter(lambda found: not isinstance(found, str))


def value(found, answers):
    """The plain meaning of terms where every test is answered yes or no."""
    items = found.all if isinstance(found, AllOf) else found.any
    each = [answers[item] if isinstance(item, str) else value(item, answers) for item in items]
    return all(each) if isinstance(found, AllOf) else any(each)


def only(verdicts):
    """The one verdict of an array that must be there."""
    assert verdicts is not None
    return int(verdicts[0])


@given(terms, st.fixed_dictionaries({name: st.integers(0, 3) for name in NAMES}))
def test_a_verdict_is_what_every_completion_says(found, given_words):
    verdict = only(decide(found, {name: np.array([word], np.int8) for name, word in given_words.items()}))
    free = [name for name, word in given_words.items() if word in (NOT_KNOWN, BORDERLINE)]
    fixed = {name: word == ELIGIBLE for name, word in given_words.items() if name not in free}
    outcomes = {
        value(found, {**fixed, **dict(zip(free, guess, strict=True))})
        for guess in product((False, True), repeat=len(free))
    }
    assert verdict == (ELIGIBLE if outcomes == {True} else NOT_ELIGIBLE) if len(outcomes) == 1 else verdict in (1, 2)


def test_tests_that_do_not_hold_drop_out():
    one = np.array([BORDERLINE], np.int8)
    assert only(decide(AnyOf(any=["a", AllOf(all=["b", "c"])]), {"a": one})) == BORDERLINE
    assert decide(AllOf(all=["b"]), {"a": one}) is None


def test_opposite():
    assert opposite(np.array([0, 1, 2, 3], np.int8)).tolist() == [3, 1, 2, 0]
