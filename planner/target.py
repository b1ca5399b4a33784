"""What counts as enough: a speed tier and the share of premises that must have it."""

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_FINEST_SHARE: Final = 10**6  # keeps share times premises exact in 64 bits


class Strict(BaseModel):
    """Base of what a region file holds: frozen, and unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def plain_number(value: object) -> float | Decimal | Fraction:
    """Take a finite number and nothing else; texts and flags are none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, Fraction)):
        raise ValueError(f"'{value}' is not a number")  # noqa: TRY004 (pydantic collects ValueError)
    if not isinstance(value, Fraction) and not math.isfinite(value):
        raise ValueError(f"{value} is not finite")
    return value


def _exact(value: object) -> Fraction:
    """Read a share as the decimal it is written as: 0.96 is 96/100, not the nearest double."""
    number = plain_number(value)
    if not 0 < float(number) <= 1:
        raise ValueError(f"{value} is not a share above 0 and at most 1; write 96 percent as 0.96")
    share = number if isinstance(number, Fraction) else Fraction(str(number))
    if share.denominator > _FINEST_SHARE:
        raise ValueError(f"{value} has more than six decimals")
    return share


def _day(value: object) -> object:
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise ValueError("must be a day, such as 2016-01-01")  # noqa: TRY004 (pydantic collects ValueError)
    return value


Day = Annotated[dt.date, BeforeValidator(_day)]
_Speed = Annotated[float, BeforeValidator(plain_number), Field(gt=0, le=1e7)]


class Target(Strict):
    """A speed tier and the share of premises that must have it.

    Attributes
    ----------
    down_mbps, up_mbps
        Speeds of the tier in Mbps.
    share
        Share of premises in (0, 1], exact as written (0.96 is 96/100), with at most six decimals.
    """

    down_mbps: _Speed
    up_mbps: _Speed
    share: Annotated[Fraction, BeforeValidator(_exact)]

    @property
    def label(self) -> str:
        """Speeds as planners write them, such as ``25/3``."""
        return "/".join(f"{speed:.9g}" for speed in (self.down_mbps, self.up_mbps))
