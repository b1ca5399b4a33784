"""The region file's table ``[finance]``."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from planner.target import Strict, plain_number


def _share(value: object) -> float:
    number = float(plain_number(value))
    if not 0 <= number <= 1:
        raise ValueError(f"{value} is not a share between 0 and 1; write 60 percent as 0.6")
    return number


def _interest(value: object) -> float:
    number = float(plain_number(value))
    if not 0 <= number <= 1:
        raise ValueError(f"{value} is not a yearly rate between 0 and 1; write 4 percent as 0.04")
    return number


def _years(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 40:
        raise ValueError(f"{value} is not a whole number of years from 1 to 40")
    return value


_Share = Annotated[float, BeforeValidator(_share)]
_Years = Annotated[int, BeforeValidator(_years)]


class FinanceEntry(Strict):
    """Table ``[finance]`` of the region file: what is known better than the price book, and how far to look.

    What stands here takes the place of the price book's factor and is certain: it has no band.

    Attributes
    ----------
    take_rate
        Share of occupied units that subscribe in the end.
    ramp
        Shares of the final take rate by year; from the year after the last of them it is reached.
    price_usd_month
        What a subscriber pays a month.
    years
        How many years the cash flow shows.
    interest, term_years
        Of the town's bond.
    draws, seed
        Draws of what is uncertain, 0 for none; the same seed gives the same draws.
    """

    take_rate: _Share | None = None
    ramp: tuple[_Share, ...] | None = None
    price_usd_month: Annotated[float, BeforeValidator(plain_number), Field(ge=0, le=10_000)] | None = None
    years: _Years = 20
    interest: Annotated[float, BeforeValidator(_interest)] | None = None
    term_years: _Years | None = None
    draws: Annotated[int, Field(strict=True, ge=0, le=100_000)] = 2000
    seed: Annotated[int, Field(strict=True, ge=0, le=2**31)] = 1
