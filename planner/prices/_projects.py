"""What each kind of last-mile project rests on: technologies with their speeds, existing plant, shared hubs."""

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from planner.prices.factor import Factor


class Technology(BaseModel):
    """A technology that a project can build, with the offer that it makes.

    Attributes
    ----------
    name
        As in offers and tables, such as ``fibre``.
    code
        Code of the federal filings, which decides whether it counts under the rule for served locations.
    down_mbps, up_mbps
        Speeds on offer once it is built.
    fill
        Price of serving one of the premises that another project leaves over; None where it cannot be had singly.
    source
        Where the speeds were read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    code: int = Field(ge=0, le=99)
    down_mbps: float = Field(gt=0)
    up_mbps: float = Field(gt=0)
    fill: Factor | None = None
    source: str


class Plant(BaseModel):
    """Existing plant that can be extended: how far from it, at what price, and how much the provider pays."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    technology: str
    reach_m: float = Field(gt=0, le=1e6)
    reach_source: str
    extension: Factor
    provider_share: Factor


class ProjectPrices(BaseModel):
    """Prices that tell the project models apart."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    technologies: list[Technology]
    plants: list[Plant] = Field(default_factory=list)
    shared_hub: Factor

    @model_validator(mode="after")
    def _named(self) -> Self:
        names = [technology.name for technology in self.technologies]
        if len(set(names)) < len(names):
            raise ValueError(f"technologies are named twice: {', '.join(names)}")
        if "fibre" not in names:
            raise ValueError("technologies must name 'fibre'")
        lost = [plant.technology for plant in self.plants if plant.technology not in names]
        if lost:
            raise ValueError(f"plants name technologies that are not listed: {', '.join(lost)}")
        if self.shared_hub.high > 1:
            raise ValueError("shared_hub is a share of a hub and must be at most 1")
        return self

    @property
    def named(self) -> Mapping[str, Technology]:
        """Technologies by name."""
        return {each.name: each for each in self.technologies}
