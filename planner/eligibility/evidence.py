"""What is known about places of one unit: figures, properties, answers, and what contains them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Measured:
    """A measure of every place, by one of its ways.

    Attributes
    ----------
    value
        The figure in the measure's unit, shape (places,); NaN where it is not known.
    margin_of_error
        At 90 percent confidence, in the same unit; NaN where the source gives none.
    as_of
        Last day of the period that the figure describes, ``datetime64[D]``; NaT where it is not known.
    missing
        Which series are missing, by code and area; empty text where the value is known.
    basis
        Where the figure is from and how it was put together, such as ``BLS LAUS, sum of 3 counties``.
    """

    value: Floats
    margin_of_error: Floats
    as_of: npt.NDArray[np.datetime64]
    missing: Words
    basis: Words


@dataclass(frozen=True)
class Evidence:
    """All that is known of the places of one unit on a day.

    Attributes
    ----------
    unit
        Kind of place, one of `planner.programmes.rule.Unit`.
    places
        One row a place: ``place_id``, ``place`` (name), ``state`` (postal code, empty where it lies in several).
    figures
        Called with the name of a measure, the number of the way, and whose figure is wanted: ``""`` for the place
        itself, ``"nation"``, ``"state"`` or ``"metro"``.
    attributes
        Properties by name (`shared/attributes.toml`), shape (places,); None where not known.
    answers
        Answers by programme and test, shape (places,): 1 yes, 0 no, other numbers where asked for; NaN not known.
    containers
        For other units, the position of the place of that unit that contains each place; -1 where it is not known.
    asked
        Which places belong to the region, shape (places,); all where None. The others are there for comparison.
    """

    unit: str
    places: pd.DataFrame
    figures: Callable[[str, int, str], Measured]
    attributes: Mapping[str, Words] = field(default_factory=dict)
    answers: Mapping[tuple[str, str], Floats] = field(default_factory=dict)
    containers: Mapping[str, Places] = field(default_factory=dict)
    asked: npt.NDArray[np.bool_] | None = None

    @property
    def reported(self) -> Places:
        """Positions of the places that belong to the region."""
        return np.arange(len(self.places)) if self.asked is None else np.flatnonzero(self.asked)
