"""Numbers, days and texts as a reader sees them.

Lengths come in metres and are shown in miles; money in US dollars. A share is cut, never rounded up:
95.96 % of a target of 96 % must not read as 96.0 %.
"""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

METRES_PER_MILE = 1609.344
# fmt: off
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)
# fmt: on
# Control characters and halves of surrogate pairs cannot stand in an HTML file.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def is_missing(value: Any) -> bool:
    """Return whether a cell is empty: None, NaN, NaT or pandas' NA."""
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def text(value: Any) -> str:
    """Return any cell as text that can stand in a file; an empty cell as an empty text."""
    return "" if is_missing(value) else _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", str(value)).strip()


def count(value: Any) -> str:
    """Return a whole number with thousands separators, such as ``1,234``."""
    return "" if is_missing(value) else f"{int(value):,}"


def exact_share(share: float | Fraction) -> Fraction:
    """Return a share as the decimal number that it is written as: 0.96 is 96/100, not the nearest double."""
    return share if isinstance(share, Fraction) else Fraction(Decimal(repr(float(share))))


def floor_percent(share: Any) -> str:
    """Return a share between 0 and 1 as percent with one decimal, cut and not rounded.

    Examples
    --------
    >>> floor_percent(0.9596)
    '95.9 %'
    """
    if is_missing(share):
        return ""
    tenths = exact_share(share) * 1000
    return f"{Decimal(tenths.numerator // tenths.denominator) / 10:.1f} %"


def percent(share: float | Fraction) -> str:
    """Return a target or a class limit as percent with as many decimals as it needs, at most two."""
    hundredths = exact_share(share) * 10000
    value = Decimal(hundredths.numerator // hundredths.denominator) / 100
    return f"{value.normalize():f} %"


def usd(value: Any) -> str:
    """Return money as millions with two decimals, and M; below ten thousand in dollars."""
    if is_missing(value):
        return ""
    amount = Decimal(repr(float(value)))
    sign = "-" if amount < 0 else ""
    amount = abs(amount)
    if amount < 10_000:
        return f"{sign}${amount.quantize(Decimal(1), ROUND_HALF_UP):,}"
    return f"{sign}${(amount / 1_000_000).quantize(Decimal('0.01'), ROUND_HALF_UP):,}M"


def miles(metres: Any) -> str:
    """Return a length in metres as miles with one decimal, such as ``12.3 miles``."""
    return "" if is_missing(metres) else f"{float(metres) / METRES_PER_MILE:,.1f} miles"


def whole_miles(metres: float) -> str:
    """Return a length in metres as whole miles; less than half of one as ``under 1 mile``."""
    whole = int(Decimal(repr(float(metres) / METRES_PER_MILE)).to_integral_value(ROUND_HALF_UP))
    return f"{whole:,} {'mile' if whole == 1 else 'miles'}" if whole else "under 1 mile"


def day(value: Any) -> str:
    """Return a day in words, such as ``July 1, 2021``; what is not a day as it is written."""
    if is_missing(value):
        return ""
    if isinstance(value, dt.date):
        return f"{_MONTHS[value.month - 1]} {value.day}, {value.year}"
    try:
        return day(dt.date.fromisoformat(str(value)[:10]))
    except ValueError:
        return text(value)


def days(first: str, last: str) -> str:
    """Return a span of days; one day where both are the same."""
    return first if first == last else f"{first} to {last}"


def listing(words: list[str]) -> str:
    """Return words as a list in a sentence: ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def humanised(name: str) -> str:
    """Return a name such as ``fibre_routes`` as words: ``Fibre routes``."""
    return name.replace("_", " ").capitalize()
