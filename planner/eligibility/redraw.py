"""The smallest group of neighbouring areas round a place that together would be eligible."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
import pandas as pd

from layers import PlanError
from planner.eligibility._linear import Condition, Counts, condition
from planner.eligibility.alternatives import alternatives
from planner.eligibility.verdict import ELIGIBLE, NOT_ELIGIBLE, WORDS, Verdicts
from planner.graph.network import Ints
from planner.graph.smallest_set import Effort, Smallest, smallest_set
from planner.programmes.measures import measures
from planner.programmes.rule import MeasureTest, Name, Programme
from planner.tables import checked, nothing

__all__ = ["Areas", "Asked", "Counts", "Redrawn", "as_table", "redraw"]

Result = Literal["found", "none exists", "not known", "cannot be redrawn"]
_ORDER: Final = ("found", "none exists", "not known", "cannot be redrawn")


@dataclass(frozen=True, eq=False)
class Areas:
    """Areas that a group may be made of.

    Attributes
    ----------
    place_ids
        Codes of the areas.
    pairs
        Positions of areas that share a border, shape (k, 2) (`planner.eligibility.adjacent`).
    counts
        Measures that can be summed, by name.
    references
        Figures that hold for every area, by measure and side: ``("poverty_rate", "nation")``.
    verdicts
        Verdicts of the other tests, by programme and test, shape (areas,).
    """

    place_ids: tuple[str, ...]
    pairs: Ints
    counts: Mapping[Name, Counts]
    references: Mapping[tuple[Name, str], float] = field(default_factory=dict)
    verdicts: Mapping[tuple[str, Name], Verdicts] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What is asked for: a unit's rule on a day, with choices of the programme's options, and how far to look."""

    unit: str
    day: dt.date
    options: Mapping[str, str] = field(default_factory=dict)
    effort: Effort = field(default_factory=lambda: Effort(most=12))


@dataclass(frozen=True)
class Redrawn:
    """What one way into a rule asks of the surroundings of a place.

    Attributes
    ----------
    place_id, programme, unit
        The place in the middle, and whose rule for which unit was asked.
    alternative
        Tests of this way, which together are enough.
    result
        Whether a group was found, was proved not to exist, was not found, or whether the tests cannot be summed.
    place_ids
        Codes of the areas of the group, sorted; the place is one of them.
    lower_bound
        No group has fewer areas; None where nothing was searched.
    exact
        Whether that was proved for the group found.
    tests, value, threshold, op
        The measure tests with the group's figures and the figure they must stand to, in the unit of the measure.
    left_out
        Areas that could not join: their figures are not known, or they do not meet another test of this way.
    explored
        Sets that the search looked at.
    why
        The answer in words.
    """

    place_id: str
    programme: str
    unit: str
    alternative: tuple[Name, ...]
    result: Result
    why: str
    place_ids: tuple[str, ...] = ()
    lower_bound: int | None = None
    exact: bool = False
    tests: tuple[Name, ...] = ()
    value: tuple[float, ...] = ()
    threshold: tuple[float, ...] = ()
    op: tuple[str, ...] = ()
    left_out: int = 0
    explored: int = 0

    @property
    def size(self) -> int:
        """Number of areas of the group; 0 where none was found."""
        return len(self.place_ids)


def redraw(programme: Programme, place_id: str, areas: Areas, asked: Asked) -> tuple[Redrawn, ...]:
    """Return for each way into a rule the smallest group of neighbouring areas with the place that would meet it.

    Rates and sums of the group are made of its summed counts; rates are never averaged. Every area of the group must
    meet the tests that are no measures. Sampling error is not counted: the estimates are taken as they are.

    Returns
    -------
    tuple of Redrawn
        The smallest groups first, then what was not found. Empty where there is no rule for the unit on the day.

    Raises
    ------
    PlanError
        Where the place is none of the areas, or arrays do not fit.
    """
    if place_id not in areas.place_ids:
        raise PlanError("redrawing", [f"place '{place_id}' is none of the {len(areas.place_ids)} areas"])
    rule = programme.rule_for(asked.unit, asked.day)
    if rule is None:
        return ()
    root = areas.place_ids.index(place_id)
    found = [
        _Search(programme, areas, asked, root, way).run() for way in alternatives(programme, rule.terms, asked.day)
    ]
    return tuple(sorted(found, key=lambda each: (_ORDER.index(each.result), each.size)))


@dataclass(frozen=True, eq=False)
class _Search:
    """One way into a rule, round one place."""

    programme: Programme
    areas: Areas
    asked: Asked
    root: int
    way: tuple[Name, ...]

    def run(self) -> Redrawn:
        tests = {name: self.programme.tests[name] for name in self.way}
        made = [self._condition(name, test) for name, test in tests.items() if isinstance(test, MeasureTest)]
        faults = [each for each in made if isinstance(each, str)]
        if faults:
            return self._said("cannot be redrawn", "; ".join(dict.fromkeys(faults)))
        for name, verdicts in self._others():
            verdict = int(verdicts[self.root])
            if verdict != ELIGIBLE:
                why = f"{tests[name].title}: the place itself is {WORDS[verdict]} by this test"
                return self._said("none exists" if verdict == NOT_ELIGIBLE else "not known", why)
        return self._drawn([each for each in made if isinstance(each, Condition)])

    def _condition(self, name: Name, test: MeasureTest) -> Condition | str:
        measure = test.measure
        if test.option:
            question = self.programme.options[test.option]
            measure = question.choices[self.asked.options.get(test.option, question.default)]
        counts = self.areas.counts.get(measure)
        if counts is None:
            declared = measures()[measure]
            median = all(way.kind == "level" for way in declared.ways)
            return f"{declared.title}: {'a median is not summed' if median else 'its counts are not on file'}"
        sides = {str(side): self.areas.references.get((measure, side), np.nan) for side in test.of}
        made = condition(self.programme, name, self.asked.day, counts, sides)
        return f"{test.title}: {made}" if isinstance(made, str) else made

    def _measure_tests(self) -> tuple[Name, ...]:
        return tuple(name for name in self.way if isinstance(self.programme.tests[name], MeasureTest))

    def _others(self) -> Iterable[tuple[Name, Verdicts]]:
        unknown = np.ones(len(self.areas.place_ids), np.int8)
        for name in self.way:
            if not isinstance(self.programme.tests[name], MeasureTest):
                yield name, self.areas.verdicts.get((self.programme.name, name), unknown)

    def _drawn(self, conditions: list[Condition]) -> Redrawn:
        open_ = np.ones(len(self.areas.place_ids), bool)
        for _, verdicts in self._others():
            open_ &= verdicts == ELIGIBLE
        for each in conditions:
            open_ &= each.counts.known
        if not open_[self.root]:
            return self._said("not known", "figures of the place itself are not known")
        kept = np.flatnonzero(open_)
        rows = [row for each in conditions for row in each.rows(self.root)] or [np.zeros(len(open_))]
        number = np.cumsum(open_) - 1
        pairs = number[self.areas.pairs[open_[self.areas.pairs].all(axis=1)]]
        found = smallest_set(pairs, int(number[self.root]), np.array(rows)[:, kept], self.asked.effort)
        return self._told(conditions, found, kept, int((~open_).sum()))

    def _told(self, conditions: list[Condition], found: Smallest, kept: Ints, left_out: int) -> Redrawn:
        group = kept[found.areas]
        result: Result = "found" if found.size else "none exists" if found.none_exists else "not known"
        among = f"; {left_out} areas could not join" if left_out else ""
        told = replace(
            self._said(result, _words(found, self.asked.effort) + among), lower_bound=found.lower_bound,
            exact=found.exact, left_out=left_out, explored=found.explored,
            tests=self._measure_tests(), threshold=tuple(each.figure for each in conditions),
            op=tuple(each.op for each in conditions),
        )  # fmt: skip
        if not found.size:
            return told
        ids = tuple(sorted(self.areas.place_ids[area] for area in group))
        return replace(told, place_ids=ids, value=tuple(each.counts.of(group) for each in conditions))

    def _said(self, result: Result, why: str) -> Redrawn:
        place = self.areas.place_ids[self.root]
        return Redrawn(place, self.programme.name, self.asked.unit, self.way, result, why)


def _words(found: Smallest, effort: Effort) -> str:
    most = f" of at most {effort.most} areas" if effort.most else ""
    if found.none_exists:
        return f"no group{most} meets all tests, proved"
    if not found.size:
        return f"no group{most} was found; none has fewer than {found.lower_bound} areas"
    if found.size == 1:
        return "the place alone meets all tests of this way"
    if found.exact:
        return f"{found.size} areas together; no group has fewer, proved"
    return f"{found.size} areas together; whether {found.lower_bound} are enough was not settled"


def as_table(found: Iterable[Redrawn]) -> pd.DataFrame:
    """Return table `redrawn`: a row for each measure test of each way, in the order given."""
    rows = [row for each in found for row in _rows(each)]
    return checked("redrawn", pd.DataFrame(rows).assign(origin="modelled")) if rows else nothing("redrawn")


def _rows(each: Redrawn) -> list[dict[str, object]]:
    shared = {
        "programme": each.programme, "unit": each.unit, "place_id": each.place_id,
        "alternative": " and ".join(each.alternative) or "no test", "result": each.result,
        "areas": each.size, "lower_bound": each.lower_bound, "exact": each.exact,
        "place_ids": " ".join(each.place_ids) or None, "left_out": each.left_out, "explored": each.explored,
        "why": each.why,
    }  # fmt: skip
    values = each.value or (None,) * len(each.tests)
    lines = zip(each.tests, values, each.op, each.threshold, strict=True)
    rows = [
        {**shared, "test": test, "value": value, "op": op, "threshold": figure} for test, value, op, figure in lines
    ]
    return rows or [{**shared, "test": "none", "value": None, "op": None, "threshold": None}]
