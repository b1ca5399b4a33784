"""Dated, cited unit costs and factors. The figures live in the TOML files of this folder, never in code."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from layers import RuleError
from layers.errors import suggestion


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

    low: float = Field(gt=0, le=100)
    central: float = Field(gt=0, le=100)
    high: float = Field(gt=0, le=100)
    unit: str
    as_of: dt.date
    source: str
    meaning: str

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if not self.low <= self.central <= self.high:
            raise ValueError(f"low {self.low:g}, central {self.central:g}, high {self.high:g} must rise")
        return self


class PriceBook(BaseModel):
    """A price book: title, year of its dollars, and its factors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    title: str
    year: int
    budget_to_cost: Factor


def price_books() -> list[str]:
    """Return the names of the shipped price books."""
    return sorted(file.stem for file in Path(__file__).parent.glob("*.toml"))


def load_prices(name: str, base: Path) -> PriceBook:
    """Read a price book: a shipped one by name, or an own ``.toml`` file relative to `base`.

    Raises
    ------
    RuleError
        Where there is no such book, or with all its faults.
    """
    own = name.endswith(".toml")
    path = base / name if own else Path(__file__).parent / f"{Path(name).name}.toml"
    where = f"price book '{name}'"
    if not _is_file(path):
        raise RuleError(where, [f"does not exist{'' if own else suggestion(name, price_books())}"])
    try:
        return PriceBook(name=path.stem, **tomllib.loads(path.read_text("utf-8")))
    except ValidationError as error:
        faults = [f"key '{'.'.join(map(str, found['loc']))}': {found['msg']}" for found in error.errors()]
        raise RuleError(where, faults) from None
    except (OSError, RecursionError, TypeError, ValueError) as error:
        raise RuleError(where, [f"is not a price book: {error}"]) from None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False
