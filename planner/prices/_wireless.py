"""Prices of fixed wireless."""

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from planner.prices.factor import Factor


class WirelessPrices(BaseModel):
    """What fixed wireless costs: a tower, its backhaul, access at a premises; and what running it costs a year."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    tower: Factor
    backhaul: Factor
    access: Factor
    maintenance: Factor
    lease: Factor

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if self.maintenance.high > 1:
            raise ValueError("maintenance is a share of the equipment's cost a year and must not exceed 1")
        return self
