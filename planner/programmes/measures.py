"""What tests measure: the declarations of `shared/measures.toml` and `shared/attributes.toml`."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from layers import RuleError
from planner.programmes.rule import Dated, Name, Part

_T = TypeVar("_T")
_SHARED = Path(__file__).parent / "shared"


class Way(Part):
    """One way to a measure, from one source.

    Attributes
    ----------
    kind
        ``rate``: `per` * sum of numerator / sum of denominator. ``sum``: sum of numerator, with `weights` if given.
        ``level``: one published figure that cannot be summed.
    source
        Whose series they are.
    numerator, denominator, series, weights
        Names of series.
    window_months
        Counts are pooled over so many of the latest months; 0 for one period.
    """

    kind: Literal["rate", "sum", "level"]
    source: str
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    series: str = ""
    weights: tuple[float, ...] = ()
    per: float = 100.0
    window_months: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        wanted = {"rate": (True, True, False), "sum": (True, False, False), "level": (False, False, True)}[self.kind]
        if (bool(self.numerator), bool(self.denominator), bool(self.series)) != wanted:
            raise ValueError("a rate has numerator and denominator, a sum a numerator, a level a series")
        if self.weights and len(self.weights) != len(self.numerator):
            raise ValueError("each series of the numerator needs its weight")
        return self

    @property
    def needs(self) -> tuple[str, ...]:
        """All series that it is made of, in their order."""
        return tuple(dict.fromkeys((*self.numerator, *self.denominator, *((self.series,) if self.series else ()))))


class Measure(Part):
    """A measure: title, unit, meaning, citation, and its ways in the order in which they are tried."""

    name: str
    title: str
    unit: str
    meaning: str
    citation: str
    ways: tuple[Way, ...] = Field(min_length=1)


class Attribute(Part):
    """A property of a place, with its possible values; any text where none are named."""

    name: str
    title: str
    meaning: str
    source: str
    values: tuple[str, ...] = ()


class Focuses(Dated):
    """A list of focus areas from a day on."""

    areas: tuple[str, ...] = Field(min_length=1)


@cache
def measures() -> dict[str, Measure]:
    """Return all measures by name.

    Raises
    ------
    RuleError
        Where the file is not as it must be.
    """
    return _read("measures", dict[Name, Measure])


@cache
def attributes() -> dict[str, Attribute]:
    """Return all attributes by name; errors as `measures`."""
    return _read("attributes", dict[Name, Attribute])


@cache
def focus_lists() -> dict[str, tuple[Focuses, ...]]:
    """Return all lists of focus areas by name, oldest version first; errors as `measures`."""
    return _read("focus_areas", dict[Name, tuple[Focuses, ...]])


def _read(stem: str, shape: type[dict[str, _T]]) -> dict[str, _T]:
    path = _SHARED / f"{stem}.toml"
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        named = {key: {"name": key, **row} if isinstance(row, dict) else row for key, row in content.items()}
        return TypeAdapter(shape).validate_python(named)
    except (tomllib.TOMLDecodeError, ValidationError, OSError) as error:
        raise RuleError(f"rule file {path.name}", [f"is not as it must be: {error}"]) from None
