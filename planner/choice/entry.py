"""Table ``[choice]`` of the region file."""

from fractions import Fraction
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field

from planner.target import Strict, plain_number

FINEST_SHARE: Final = 10**6  # keeps share times premises exact in 64 bits


def _floor(value: object) -> Fraction | None:
    """Read a share as the decimal that it is written as; it may be 0."""
    if value is None:
        return None
    number = plain_number(value)
    if not 0 <= number <= 1:
        raise ValueError(f"{value} is not a share from 0 to 1; write 90 percent as 0.9")
    share = number if isinstance(number, Fraction) else Fraction(str(number))
    if share.denominator > FINEST_SHARE:
        raise ValueError(f"{value} has more than six decimals")
    return share


Model = Literal["private provider", "cable upgrade", "multi-town network", "municipal network", "pilot"]
_Speed = Annotated[float, BeforeValidator(plain_number), Field(ge=0, le=1e7)]


class ChoiceEntry(Strict):
    """Table ``[choice]`` of the region file: what the choice of projects is to reach, and what it may cost.

    Attributes
    ----------
    budget_usd
        Public money for all towns together; no limit where nothing is said.
    objective
        What is sought: every town's target at least public cost, most premises served, most towns that meet the
        target, or most value of the towns that meet it.
    floor_share
        No town may stay below this share of its premises served.
    models
        Models that may be chosen; all where nothing is said.
    down_mbps, up_mbps
        A project that offers less, where its speeds are known, is not chosen. Decided projects stand. What fills a
        project up need only count for the target.
    seconds
        Wall time after which the search stops; a choice that is not proved best by then says so.
    """

    budget_usd: Annotated[float, BeforeValidator(plain_number), Field(ge=0, le=1e12)] | None = None
    objective: Literal["least cost", "premises", "towns", "value"] = "least cost"
    floor_share: Annotated[Fraction | None, BeforeValidator(_floor)] = None
    models: tuple[Model, ...] | None = None
    down_mbps: _Speed = 0.0
    up_mbps: _Speed = 0.0
    seconds: Annotated[float, BeforeValidator(plain_number), Field(gt=0, le=86_400)] = 30.0
