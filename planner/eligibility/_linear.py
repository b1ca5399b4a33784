"""Tests of rates and sums as conditions that areas add up to."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from planner.eligibility.evidence import Floats
from planner.programmes.rule import MeasureTest, Op, Programme

_OPPOSITE: Final[dict[Op, Op]] = {">=": "<", ">": "<=", "<=": ">", "<": ">="}
_MIRROR: Final[dict[Op, Op]] = {">=": "<=", ">": "<", "<=": ">=", "<": ">"}
_ENOUGH: Final = 1e-9  # a figure that falls short of its threshold by no more than this meets it


@dataclass(frozen=True, eq=False)
class Counts:
    """A measure of every area as counts that can be summed.

    Attributes
    ----------
    numerator, denominator
        Counts of the areas, shape (areas,); NaN where not known. Without denominator the measure is a sum.
    per
        The measure is `per` * sum of numerator / sum of denominator; `per` * sum of numerator for a sum.
    """

    numerator: Floats
    denominator: Floats | None = None
    per: float = 100.0

    def of(self, areas: np.ndarray) -> float:
        """Return the measure of areas taken together; NaN where it is not known."""
        total = self.per * float(self.numerator[areas].sum())
        if self.denominator is None:
            return total
        below = float(self.denominator[areas].sum())
        return total / below if below > 0 else math.nan

    @property
    def known(self) -> np.ndarray:
        """Whether the counts of each area are known."""
        there = np.isfinite(self.numerator)
        return there if self.denominator is None else there & np.isfinite(self.denominator)


@dataclass(frozen=True, eq=False)
class Condition:
    """What a test asks of a set of areas: its measure must stand to a figure as `op` says."""

    counts: Counts
    op: Op
    figure: float
    tolerance: float

    @property
    def sign(self) -> float:
        """1 where the measure must be high, -1 where it must be low."""
        return 1.0 if self.op in (">=", ">") else -1.0

    def rows(self, root: int) -> list[Floats]:
        """Return weights, shape (areas,), that must sum to 0 or more over a set with the root; NaN where not known."""
        easing = self.tolerance if self.op in (">=", "<=") else -self.tolerance
        bar = self.figure - self.sign * easing
        top, below = self.counts.per * self.counts.numerator, self.counts.denominator
        if below is None:
            row = self.sign * top
            row[root] -= self.sign * bar
            return [row]
        rows = [self.sign * (top - bar * below)]
        if below[root] == 0:  # a rate of nobody is not known
            some = below.astype(float)
            some[root] = -float(below[below > 0].min(initial=1)) / 2
            rows.append(some)
        return rows


def condition(
    programme: Programme, name: str, day: dt.date, counts: Counts, references: Mapping[str, float]
) -> Condition | str:
    """Return a measure test as a condition, or why it is none; `references` are the figures of nation, state, metro."""
    test = programme.tests[name]
    if not isinstance(test, MeasureTest) or test.compare == "percentile":
        return "a rank among places is not summed"
    value = programme.parameters[test.threshold].at(day)
    if value is None:
        return f"parameter '{test.threshold}' has no figure on {day}"
    known = [references[side] for side in test.of if math.isfinite(references.get(side, math.nan))]
    if len(known) < len(test.of):
        return f"no one figure of the {' and the '.join(test.of)} holds for all areas"
    op = _OPPOSITE[test.op] if test.negate else test.op
    other = (min if test.choose == "lesser" else max)(known, default=0.0)
    return _stands(test, counts, op, value.value, other)


def _stands(test: MeasureTest, counts: Counts, op: Op, figure: float, other: float) -> Condition:
    """Return the condition on the measure itself that a comparison with another figure comes to."""
    if test.compare == "percent of":
        return Condition(counts, op, figure * other / 100, _ENOUGH * abs(other) / 100)
    if test.compare == "points below":
        return Condition(counts, _MIRROR[op], other - figure, _ENOUGH)
    return Condition(counts, op, figure + other, _ENOUGH)
