"""Verdicts and how they combine: not eligible < not known < borderline < eligible."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from planner.programmes.rule import AllOf, Terms

Verdicts = npt.NDArray[np.int8]

NOT_ELIGIBLE: Final = 0
NOT_KNOWN: Final = 1
BORDERLINE: Final = 2
ELIGIBLE: Final = 3
WORDS: Final = ("not eligible", "not known", "borderline", "eligible")


def decide(terms: Terms, tests: Mapping[str, Verdicts]) -> Verdicts | None:
    """Return the verdict of terms from those of their tests.

    All: the lowest of them; any: the highest. Tests that are not among `tests` do not hold on the day and drop out;
    None where nothing is left. A missing figure thus never makes a place eligible, nor does it undo another way in.
    """
    items = terms.all if isinstance(terms, AllOf) else terms.any
    found = [tests.get(item) if isinstance(item, str) else decide(item, tests) for item in items]
    held = [each for each in found if each is not None]
    if not held:
        return None
    pick = np.minimum if isinstance(terms, AllOf) else np.maximum
    return np.asarray(pick.reduce(held))


def opposite(verdicts: Verdicts) -> Verdicts:
    """Return verdicts turned round: eligible and not eligible swap, the others stay."""
    return np.array([ELIGIBLE, NOT_KNOWN, BORDERLINE, NOT_ELIGIBLE], np.int8)[verdicts]
