"""A price or factor with its band, day and source."""

import datetime as dt
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Factor(BaseModel):
    """A factor with a low, central and high value.

    Attributes
    ----------
    low, central, high
        Values in rising order.
    unit, meaning
        What is divided by what, and what it rests on.
    as_of, source
        Latest day of the evidence, and where it was read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    low: float = Field(ge=0, le=1e9)
    central: float = Field(ge=0, le=1e9)
    high: float = Field(ge=0, le=1e9)
    unit: str
    as_of: dt.date
    source: str
    meaning: str

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if not self.low <= self.central <= self.high:
            raise ValueError(f"low {self.low:g}, central {self.central:g}, high {self.high:g} must rise")
        return self
