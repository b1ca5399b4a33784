"""Criteria of readiness as data: what each measures, where its value comes from, and its working weight."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from layers import PlanError, RuleError
from layers.errors import suggestion

Reading = Literal[
    "cluster_regions", "target", "quotient_of", "universities", "best_class", "nearest_institute", "labor_force", "survey",
    "coverage", "middle_mile", "eligibility", "residents", "figures",
]  # fmt: skip
_NEEDS: dict[str, tuple[str, ...]] = {
    "cluster_regions": ("column",), "target": ("column",), "quotient_of": ("clusters",), "universities": ("points",),
    "best_class": ("points",), "nearest_institute": ("kinds",), "survey": ("numerator", "denominator"),
    "eligibility": ("programme",),
}  # fmt: skip


class Criterion(BaseModel):
    """A criterion of readiness.

    Attributes
    ----------
    name
        Key in the file.
    title, meaning, unit
        For readers.
    direction
        Whether ``more`` or ``less`` is better.
    weight
        Working weight; those of all criteria sum to 1.
    reading
        Where the value comes from; see `planner.clusters._readings`.
    source
        Table or layer, for readers.
    trait
        Trait of world-class centres that it stands for.
    column, clusters, points, kinds, numerator, denominator, programme
        What the reading needs: a column of a table, codes of clusters, points by Carnegie class, kinds of institute,
        series of the survey, a programme's rule file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str = Field(min_length=1)
    meaning: str = Field(min_length=1)
    unit: str = Field(min_length=1)
    direction: Literal["more", "less"]
    weight: float = Field(ge=0, le=1)
    reading: Reading
    source: str = Field(min_length=1)
    trait: str | None = None
    column: str = ""
    clusters: tuple[str, ...] = ()
    points: dict[int, float] = Field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    programme: str = ""

    @model_validator(mode="after")
    def _has_what_it_reads(self) -> Self:
        lost = [name for name in _NEEDS.get(self.reading, ()) if not getattr(self, name)]
        if lost:
            raise ValueError(f"reading '{self.reading}' needs {', '.join(lost)}")
        return self


@cache
def criteria() -> tuple[Criterion, ...]:
    """Return all criteria in the order of the file.

    Raises
    ------
    RuleError
        Where the file is not as it must be.
    """
    where, path = "file criteria.toml", Path(__file__).parent / "criteria.toml"
    try:
        found = tuple(Criterion(name=name, **row) for name, row in tomllib.loads(path.read_text("utf-8")).items())
    except (tomllib.TOMLDecodeError, ValidationError, TypeError, OSError) as error:
        raise RuleError(where, [f"is not as it must be: {error}"]) from None
    total = sum(each.weight for each in found)
    if abs(total - 1) > 1e-9:
        raise RuleError(where, [f"weights sum to {total:.6g}, not to 1"])
    return found


def weights(given: dict[str, float] | None) -> dict[str, float]:
    """Return the weight of every criterion: those given, else the working ones.

    Raises
    ------
    PlanError
        Where a weight is given for a criterion that does not exist, or all are 0.
    """
    known = {each.name: each.weight for each in criteria()}
    if given is None:
        return known
    faults = [
        f"weights name criterion '{name}', which does not exist{suggestion(name, known)}"
        for name in given
        if name not in known
    ]
    if faults:
        raise PlanError("readiness", faults)
    return {name: given.get(name, 0.0) for name in known}
