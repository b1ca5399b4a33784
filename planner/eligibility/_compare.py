"""A figure of every place beside that of its nation, state or metropolitan area."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from planner.eligibility.error import of_difference, of_ratio
from planner.eligibility.evidence import Evidence, Floats, Measured, Words
from planner.programmes.measures import measures
from planner.programmes.rule import MeasureTest

_SIDES: Final = {"nation": "the nation", "state": "its state", "metro": "its metropolitan area"}


@dataclass(frozen=True)
class Compared:
    """Figures of one test, in arrays of shape (places,).

    Attributes
    ----------
    measure
        Name of the measure.
    value, reference
        Figure of the place and the one it is compared with, in the measure's unit; reference NaN where there is none.
    whose
        Whose figure the reference is, in words.
    compared, unit
        What is held against the threshold, and its unit.
    margin_of_error
        Of what is compared, at 90 percent confidence; NaN where the source gives none.
    as_of
        Last day of the period of the place's figure.
    missing, basis
        What is missing by name; how figures were put together.
    """

    measure: str
    value: Floats
    reference: Floats
    whose: Words
    compared: Floats
    unit: str
    margin_of_error: Floats
    as_of: npt.NDArray[np.datetime64]
    missing: Words
    basis: Words


def compared(test: MeasureTest, measure: str, known: Evidence) -> Compared:
    """Return the figures of a test, by the first way of its measure that has both sides."""
    best = _one_way(test, measure, 0, known)
    for number in range(1, len(measures()[measure].ways)):
        if not np.isnan(best.compared).any():
            break
        best = _fill(best, _one_way(test, measure, number, known))
    return best


def _one_way(test: MeasureTest, measure: str, number: int, known: Evidence) -> Compared:
    own = known.figures(measure, number, "")
    unit = measures()[measure].unit
    nobody = np.full(len(own.value), np.nan)
    if test.compare == "value":
        return Compared(measure, own.value, nobody, _words(own, ""), own.value, unit, own.margin_of_error, own.as_of,
                        own.missing, own.basis)  # fmt: skip
    if test.compare == "percentile":
        rank = _percentile(own.value)
        return Compared(measure, own.value, nobody, _words(own, f"all of its kind: {known.unit}"), rank, "percent",
                        nobody, own.as_of, own.missing, own.basis)  # fmt: skip
    sides = [known.figures(measure, number, side) for side in test.of]
    side, whose = _chosen(test, own, sides)
    return _against(test, measure, own, side, whose)


def _chosen(test: MeasureTest, own: Measured, sides: list[Measured]) -> tuple[Measured, Words]:
    """Return the reference: the only one, or the greater or lesser of two, place by place."""
    names = [_words(own, _SIDES[side]) for side in test.of]
    if len(sides) == 1:
        return sides[0], names[0]
    first, second = sides
    take_first = first.value >= second.value if test.choose == "greater" else first.value <= second.value
    missing = _joined(first.missing, second.missing)
    value = np.where(take_first, first.value, second.value)
    value[np.isnan(first.value) | np.isnan(second.value)] = np.nan
    error = np.where(take_first, first.margin_of_error, second.margin_of_error)
    basis = np.where(take_first, first.basis, second.basis)
    as_of = np.where(take_first, first.as_of, second.as_of)
    whose = np.array([f"{name} (the {test.choose} of two)" for name in np.where(take_first, *names)], object)
    return Measured(value, error, as_of, missing, basis), whose


def _against(test: MeasureTest, measure: str, own: Measured, side: Measured, whose: Words) -> Compared:
    unit = measures()[measure].unit
    points = "percentage points" if unit == "percent" else unit
    doubt = np.nan_to_num(side.margin_of_error)  # a reference without a margin is taken as it is published
    if test.compare == "percent of":
        with np.errstate(divide="ignore", invalid="ignore"):
            held = np.where(side.value > 0, 100 * own.value / side.value, np.nan)
        error, held_unit = 100 * of_ratio(own.value, own.margin_of_error, side.value, doubt), "percent"
    else:
        held = own.value - side.value if test.compare == "points above" else side.value - own.value
        error, held_unit = of_difference(own.margin_of_error, doubt), points
    missing = _joined(own.missing, side.missing)
    basis = np.array([f"{a}; {w}: {b}" for a, w, b in zip(own.basis, whose, side.basis, strict=True)], object)
    return Compared(measure, own.value, side.value, whose, held, held_unit, error, own.as_of, missing, basis)


def _percentile(values: Floats) -> Floats:
    """Return for each value the percentage of known values that are at or below it."""
    known = np.sort(values[~np.isnan(values)])
    rank = np.full(len(values), np.nan)
    if len(known):
        rank = np.where(np.isnan(values), np.nan, 100.0 * np.searchsorted(known, values, side="right") / len(known))
    return rank


def _fill(first: Compared, second: Compared) -> Compared:
    """Return the first way where it has figures, else the second; where neither has, both are named as missing."""
    use = np.isnan(first.compared) & ~np.isnan(second.compared)
    neither = np.isnan(first.compared) & np.isnan(second.compared)
    merged = {
        name: np.where(use, getattr(second, name), getattr(first, name))
        for name in ("value", "reference", "whose", "compared", "margin_of_error", "as_of", "missing", "basis")
    }
    other = np.array(
        [f"{a}; or else {b}" if b else a for a, b in zip(first.missing, second.missing, strict=True)], object
    )
    merged["missing"] = np.where(neither, other, merged["missing"])
    return Compared(measure=first.measure, unit=first.unit, **merged)


def _words(own: Measured, text: str) -> Words:
    return np.full(len(own.value), text, object)


def _joined(first: Words, second: Words) -> Words:
    return np.array(["; ".join(filter(None, (a, b))) for a, b in zip(first, second, strict=True)], object)
