"""Screening: every test of every programme on every place of a unit at once, with the reasons kept beside it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from layers import PlanError, RuleError
from planner.eligibility._tests import Asked, Tested, tested
from planner.eligibility.evidence import Evidence
from planner.eligibility.verdict import ELIGIBLE, NOT_KNOWN, Verdicts, decide
from planner.programmes import programme
from planner.programmes.rule import AllOf, Programme, Rule, Terms, tests_of


@dataclass(frozen=True)
class Manner:
    """How doubt and open questions are treated.

    Attributes
    ----------
    confidence
        A test with a margin of error is met or missed where its probability says so with this confidence, and
        borderline between; in (0.5, 1).
    options
        Answers to the questions that rules leave open, by programme and question; the files' defaults otherwise.
    """

    confidence: float = 0.9
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


USUAL: Final = Manner()


@dataclass(frozen=True)
class Screened:
    """One programme on all places of one unit.

    Attributes
    ----------
    programme, unit, rule
        What was asked of which places, and the rule that holds on the day.
    verdict
        Of each place, as in `planner.eligibility.verdict`, shape (places,).
    tests
        What each test found, by name: those of the rule first, then of the applicant, preferences, and money.
    """

    programme: Programme
    unit: str
    rule: Rule
    verdict: Verdicts
    tests: Mapping[str, Tested]

    def role(self, name: str) -> str:
        """Return what a test is for: ``place`` (it decides), ``applicant``, ``preference`` or ``money``."""
        if self.rule.terms is not None and name in tests_of(self.rule.terms):
            return "place"
        if name in self.programme.applicant:
            return "applicant"
        return "preference" if name in self.programme.preferences else "money"

    def deciding(self) -> npt.NDArray[np.object_]:
        """Return for each place the name of the test that decided, empty where none did, shape (places,)."""
        empty = np.full(len(self.verdict), "", object)
        if self.rule.terms is None:
            return empty
        return _deciding(self.rule.terms, {name: test.verdict for name, test in self.tests.items()}, empty)[1]


@dataclass(frozen=True)
class Screening:
    """Programmes by places: all results of one day.

    Attributes
    ----------
    day, manner
        Day of the rules, and how doubt and open questions were treated.
    evidence
        What was known, by unit.
    screened
        By programme and unit; nothing where a programme has no rule for the unit on the day.
    referred
        The same, with the programmes that these refer to.
    """

    day: dt.date
    manner: Manner
    evidence: Mapping[str, Evidence]
    screened: Mapping[tuple[str, str], Screened]
    referred: Mapping[tuple[str, str], Screened] = field(default_factory=dict)

    def position(self, unit: str, place: int, around: str) -> int:
        """Return the position of the state, county or labor market that contains a place; -1 where not known."""
        held = self.evidence[unit].containers.get(around)
        return -1 if held is None else int(held[place])

    def of(self, name: str, unit: str) -> Screened:
        """Return what was found for a programme and unit.

        Raises
        ------
        PlanError
            Where the programme sets no rule for the unit on the day; the units that it has are named.
        """
        if (name, unit) in self.screened:
            return self.screened[name, unit]
        units = [kind for each, kind in self.screened if each == name]
        remedy = f"it has rules for: {', '.join(units)}" if units else "it has no rule for any place of this region"
        raise PlanError(f"programme '{name}'", [f"sets no rule for a {unit} on {self.day}; {remedy}"])


def screen(
    evidence: Mapping[str, Evidence],
    wanted: Iterable[Programme],
    day: dt.date,
    manner: Manner = USUAL,
    given: Mapping[tuple[str, str], Verdicts] | None = None,
) -> Screening:
    """Screen all places for programmes.

    Parameters
    ----------
    evidence
        What is known, by unit.
    wanted
        Programmes to screen for. Those that their rules refer to are screened as well, but not reported.
    day
        Whose law is applied.
    manner
        How doubt and open questions are treated.
    given
        Verdicts taken as they are, by programme and unit.

    Returns
    -------
    Screening

    Raises
    ------
    RuleError
        Where rules refer to each other in a circle, or an option is none of the choices.
    """
    wanted = tuple(wanted)
    run = _Run(evidence, day, manner, {each.name: each for each in wanted}, dict(given or {}))
    found = {(each.name, unit): result for each in wanted for unit in evidence if (result := run.screened(each, unit))}
    return Screening(day, manner, evidence, found, {key: each for key, each in run.found.items() if each})


@dataclass
class _Run:
    """One screening on its way: what was found so far, and what is being worked on."""

    evidence: Mapping[str, Evidence]
    day: dt.date
    manner: Manner
    wanted: Mapping[str, Programme]
    given: dict[tuple[str, str], Verdicts]
    found: dict[tuple[str, str], Screened | None] = field(default_factory=dict)
    open: list[tuple[str, str]] = field(default_factory=list)

    def screened(self, rules: Programme, unit: str) -> Screened | None:
        """Return the result for one programme and unit; nothing where no rule holds."""
        key = (rules.name, unit)
        if key in self.open:
            raise RuleError(f"programme '{rules.name}'", [f"its rules for a {unit} lead back to themselves"])
        if key not in self.found:
            self.open.append(key)
            rule = rules.rule_for(unit, self.day)
            self.found[key] = self._apply(rules, unit, rule) if rule else None
            self.open.pop()
        return self.found[key]

    def verdict_of(self, name: str, unit: str) -> Verdicts | None:
        """Return the verdicts of a programme on the places of a unit; None where there is no evidence or rule."""
        if (name, unit) in self.given:
            return self.given[name, unit]
        rules = self.wanted.get(name) or programme(name)
        found = self.screened(rules, unit) if unit in self.evidence else None
        return found.verdict if found else None

    def _apply(self, rules: Programme, unit: str, rule: Rule) -> Screened:
        known = self.evidence[unit]
        names = (*(tests_of(rule.terms) if rule.terms else ()), *rules.applicant, *rules.preferences, *_of_money(rules))
        options = self.manner.options.get(rules.name, {})
        asked = Asked(rules, known, self.day, self.manner.confidence, options, self.verdict_of)
        results = {
            name: tested(asked, name, rules.tests[name])
            for name in dict.fromkeys(names)
            if rules.tests[name].holds(self.day)
        }
        verdicts = {name: each.verdict for name, each in results.items()}
        everywhere = np.full(len(known.places), ELIGIBLE, np.int8)
        decided = everywhere if rule.terms is None else decide(rule.terms, verdicts)
        if decided is None:
            decided = np.full(len(known.places), NOT_KNOWN, np.int8)
        return Screened(rules, unit, rule, decided, results)


def _of_money(rules: Programme) -> tuple[str, ...]:
    """Return the tests on which shares and awards depend."""
    conditions = [name for share in rules.shares if share.when for name in tests_of(share.when)]
    return (*conditions, *(award.gap_test for award in rules.awards if award.gap_test))


def _deciding(
    terms: Terms, verdicts: Mapping[str, Verdicts], empty: npt.NDArray[np.object_]
) -> tuple[Verdicts | None, npt.NDArray[np.object_]]:
    """Return verdicts of terms, and of each place the name of the first test that has that verdict."""
    best: Verdicts | None = None
    name = empty
    for item in terms.all if isinstance(terms, AllOf) else terms.any:
        if isinstance(item, str):
            mine, who = verdicts.get(item), np.full(len(empty), item, object)
        else:
            mine, who = _deciding(item, verdicts, empty)
        if mine is None:
            continue
        if best is None:
            best, name = mine, who
            continue
        better = mine < best if isinstance(terms, AllOf) else mine > best
        best, name = np.where(better, mine, best), np.where(better, who, name)
    return best, name
