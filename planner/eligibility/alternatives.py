"""The ways into a rule: each a set of tests that together are enough."""

import datetime as dt
from itertools import product
from typing import Final

from layers import RuleError
from planner.programmes.rule import AllOf, Name, Programme, Terms

Ways = tuple[tuple[Name, ...], ...]
_MOST: Final = 500


def alternatives(programme: Programme, terms: Terms | None, day: dt.date) -> Ways:
    """Return the ways into terms on a day: they are met where all tests of one way are.

    Tests that do not hold on the day drop out. Ways that ask for all that another asks for, and more, are left out.
    One way without tests where nothing is asked for.

    Raises
    ------
    RuleError
        Where the terms have more than 500 ways.
    """
    held = {name for name, test in programme.tests.items() if test.holds(day)}
    found = _ways(terms, held, programme.name) if terms else None
    sets = [frozenset(way) for way in found or ((),)]
    order = list(programme.tests)
    kept = {tuple(sorted(way, key=order.index)) for way in sets if not any(other < way for other in sets)}
    return tuple(sorted(kept, key=lambda way: [order.index(name) for name in way]))


def _ways(terms: Terms, held: set[Name], programme: str) -> Ways | None:
    """Return the ways into terms; None where none of their tests holds."""
    items = terms.all if isinstance(terms, AllOf) else terms.any
    parts = [_of_item(item, held, programme) for item in items]
    there = [part for part in parts if part is not None]
    if not there:
        return None
    if not isinstance(terms, AllOf):
        return tuple(way for part in there for way in part)
    count = 1
    for part in there:
        count *= len(part)
    if count > _MOST:
        raise RuleError(
            f"rule file {programme}.toml", [f"terms have {count} ways in, more than {_MOST}; split the rule"]
        )
    return tuple(tuple(dict.fromkeys(name for way in ways for name in way)) for ways in product(*there))


def _of_item(item: Name | Terms, held: set[Name], programme: str) -> Ways | None:
    if isinstance(item, str):
        return ((item,),) if item in held else None
    return _ways(item, held, programme)
