"""What is assumed: each figure of town finance with its band, and one value of each to reckon with."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from layers import PlanError
from planner.finance.entry import FinanceEntry
from planner.prices import FinancePrices, PriceBook

Floats = npt.NDArray[np.float64]


class Band(NamedTuple):
    """Low, central and high value, and their unit."""

    low: float
    central: float
    high: float
    unit: str


@dataclass(frozen=True)
class Terms:
    """One value, or one for each draw, of every factor of `planner.prices.FinancePrices`; same names, same units."""

    price: Floats
    isp: Floats
    take_rate: Floats
    vacancy: Floats
    seasonal: Floats
    seasonal_year: Floats
    insurance: Floats
    pole: Floats
    maintenance: Floats
    operator: Floats
    operator_subscriber: Floats
    shared_operator: Floats
    electricity: Floats
    huts: Floats
    backhaul: Floats
    subscribers_per_gbps: Floats
    administration: Floats
    shared_administration: Floats
    contingency: Floats
    reserve: Floats
    interest: Floats
    term_years: Floats

    @classmethod
    def of(cls, values: Mapping[str, float | Floats]) -> Self:
        """Return terms from values by name."""
        return cls(**{field.name: np.asarray(values[field.name], np.float64) for field in fields(cls)})

    @classmethod
    def central(cls, bands: Mapping[str, Band]) -> Self:
        """Return the central terms."""
        return cls.of({name: band.central for name, band in bands.items()})


def finance_prices(book: PriceBook) -> FinancePrices:
    """Return a price book's prices of town finance.

    Raises
    ------
    PlanError
        Where the book has none.
    """
    if book.finance is None:
        raise PlanError("town finance", [f"price book '{book.name}' has no prices of town finance; add [finance]"])
    return book.finance


def bands(settings: FinanceEntry, prices: FinancePrices) -> dict[str, Band]:
    """Return the band of every factor; what the region file says is certain."""
    found = {
        name: Band(factor.low, factor.central, factor.high, factor.unit) for name, factor in prices.factors.items()
    }
    said = {
        "take_rate": settings.take_rate,
        "price": settings.price_usd_month,
        "interest": settings.interest,
        "term_years": settings.term_years,
    }
    certain = {
        name: Band(float(value), float(value), float(value), found[name].unit)
        for name, value in said.items()
        if value is not None
    }
    return found | certain


def ramp(settings: FinanceEntry, prices: FinancePrices) -> tuple[float, ...]:
    """Return the shares of the final take rate by year."""
    return tuple(prices.ramp.shares) if settings.ramp is None else settings.ramp


def triangular(quantile: Floats, low: Floats, central: Floats, high: Floats) -> Floats:
    """Return quantiles of triangular distributions; arrays are broadcast.

    Parameters
    ----------
    quantile
        Between 0 and 1.
    low, central, high
        Least, most likely and largest value. Where all are the same, that is the value.
    """
    width = high - low
    safe = np.where(width > 0, width, 1.0)
    mode = np.where(width > 0, (central - low) / safe, 0.5)
    rising = low + np.sqrt(quantile * width * (central - low))
    falling = high - np.sqrt((1 - quantile) * width * (high - central))
    return np.where(quantile < mode, rising, falling)
