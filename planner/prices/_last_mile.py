"""Prices of a last mile along streets."""

from itertools import pairwise
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from planner.prices.factor import Factor


class DropClass(BaseModel):
    """Drops up to a length: a sum for each, and a price for each metre beyond the class before.

    Attributes
    ----------
    name
        What planners call it.
    max_m
        Longest drop of the class; the last class has none and takes all that are longer.
    build
        On poles or in the ground.
    each
        US dollars for a drop.
    per_m
        US dollars for each metre beyond the longest drop of the class before.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(min_length=1)
    max_m: float | None = Field(default=None, gt=0)
    build: Literal["aerial", "underground"]
    each: Factor
    per_m: Factor


class LastMilePrices(BaseModel):
    """What fibre to premises costs: a metre of route, a pole, a drop by its length, sites, terminals and design."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    aerial: Factor
    underground: Factor
    existing: Factor
    poles_per_m: Factor
    make_ready: Factor
    drops: list[DropClass] = Field(min_length=1)
    terminal: Factor
    hub: Factor
    cabinet: Factor
    splitter: Factor
    design_share: Factor

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.design_share.high >= 1:
            raise ValueError("design_share is a share of the total and must be below 1")
        limits = [drop.max_m for drop in self.drops]
        inner = [limit for limit in limits[:-1] if limit is not None]
        if limits[-1] is not None or len(inner) < len(limits) - 1 or any(a >= b for a, b in pairwise(inner)):
            raise ValueError("drops must come in rising max_m, and the last alone has none: it takes all longer drops")
        names = [drop.name for drop in self.drops]
        if len(set(names)) < len(names):
            raise ValueError(f"drops repeat a name ({', '.join(names)})")
        return self
