"""Programmes as data: dated, cited rules, one TOML file each. Adding a programme is adding a file to this folder."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from layers import RuleError
from layers.errors import suggestion
from layers.limits import read_toml
from planner.programmes.measures import attributes, focus_lists, measures
from planner.programmes.rule import (
    AnswerTest,
    AttributeTest,
    Dated,
    ListTest,
    MeasureTest,
    Programme,
    ProgrammeTest,
    Terms,
    tests_of,
)

_HERE = Path(__file__).parent


def names() -> tuple[str, ...]:
    """Return the names of all programmes, sorted."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.toml")))


@cache
def programme(name: str) -> Programme:
    """Return one programme.

    Raises
    ------
    RuleError
        Where there is none of that name, or with all faults of its file.
    """
    if name not in names():
        raise RuleError(f"programme '{name}'", [f"has no rule file{suggestion(name, names())}"])
    return load(_HERE / f"{name}.toml")


def programmes() -> tuple[Programme, ...]:
    """Return all programmes in the order of their names; errors as `programme`."""
    return tuple(programme(name) for name in names())


def load(path: Path) -> Programme:
    """Read and check one rule file.

    Raises
    ------
    RuleError
        Where it is missing or not TOML, or with all faults of its content.
    """
    where = f"rule file {path.name}"
    try:
        content = read_toml(path)
        found = Programme.model_validate({"name": path.stem, **content})
    except FileNotFoundError:
        raise RuleError(where, ["does not exist"]) from None
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        raise RuleError(where, faults) from None
    except (ValueError, TypeError, OSError) as error:
        raise RuleError(where, [f"cannot be read: {error}"]) from None
    faults = [*_name_faults(found), *_day_faults(found)]
    if faults:
        raise RuleError(where, faults)
    return found


def _name_faults(rules: Programme) -> Iterator[str]:
    """Yield a fault for every name that leads nowhere."""
    for place, name, known in _names(rules):
        if name not in known:
            yield f"{place}: '{name}' is not known{suggestion(name, known)}"
    used = {name for _, name, known in _names(rules) if known is rules.tests}
    yield from (f"tests.{name}: is not used by any rule" for name in rules.tests if name not in used)


def _names(rules: Programme) -> Iterator[tuple[str, str, Collection[str]]]:
    for number, rule in enumerate(rules.rules):
        yield from _in_terms(f"rules.{number}", rule.terms, rules)
    for place in ("applicant", "preferences"):
        yield from ((place, name, rules.tests) for name in getattr(rules, place))
    for name, test in rules.tests.items():
        yield from ((f"tests.{name}", *pair) for pair in _in_test(test, rules))
    for number, share in enumerate(rules.shares):
        yield f"shares.{number}", share.most_percent, rules.parameters
        yield from _in_terms(f"shares.{number}", share.when, rules)
    for number, award in enumerate(rules.awards):
        wanted = ((award.least_usd, rules.parameters), (award.most_usd, rules.parameters), (award.gap_test, rules.tests),
                  (award.persons, measures()), (award.usd_per_person, rules.parameters))  # fmt: skip
        yield from ((f"awards.{number}", name, known) for name, known in wanted if name)
    known_sources = {source.id for source in rules.sources}
    for number, conflict in enumerate(rules.conflicts):
        yield from ((f"conflicts.{number}", name, known_sources) for name in conflict.sources)
    yield from (("focus", focus.list, focus_lists()) for focus in rules.focus)
    for option, question in rules.options.items():
        yield from ((f"options.{option}", name, measures()) for name in question.choices.values())


def _in_terms(place: str, terms: Terms | None, rules: Programme) -> Iterator[tuple[str, str, Collection[str]]]:
    yield from ((place, name, rules.tests) for name in (tests_of(terms) if terms else ()))


def _in_test(test: object, rules: Programme) -> Iterator[tuple[str, Collection[str]]]:
    if isinstance(test, MeasureTest):
        yield (test.measure, measures()) if test.measure else (test.option, rules.options)
        yield test.threshold, rules.parameters
    elif isinstance(test, AttributeTest):
        known = attributes()
        yield test.attribute, known
        allowed = known[test.attribute].values if test.attribute in known else ()
        yield from ((value, allowed) for value in test.among if allowed)
    elif isinstance(test, ListTest):
        yield test.list, rules.lists
    elif isinstance(test, ProgrammeTest):
        yield test.programme, (*names(), rules.name)
    elif isinstance(test, AnswerTest) and test.threshold:
        yield test.threshold, rules.parameters


def _day_faults(rules: Programme) -> Iterator[str]:
    """Yield a fault where rows in time do not follow each other."""
    rows: dict[str, Sequence[Dated]] = {f"parameters.{name}": each.values for name, each in rules.parameters.items()}
    rows |= {f"lists.{name}": each.rows for name, each in rules.lists.items()}
    for place, dated in {**rows, "status": rules.status, "focus": rules.focus}.items():
        days = [each.since for each in dated]
        if days != sorted(set(days)):
            yield f"{place}: days must rise and differ"
    for first, rule in enumerate(rules.rules):
        for second in rules.rules[first + 1 :]:
            shared = set(rule.units) & set(second.units)
            if shared and _overlap(rule, second):
                yield f"rules.{first}: '{rule.title}' and '{second.title}' both hold for {', '.join(sorted(shared))}"


def _overlap(one: Dated, other: Dated) -> bool:
    last = dt.date.max
    return max(one.since, other.since) < min(one.until or last, other.until or last)
