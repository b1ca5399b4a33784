"""Dated, cited unit costs and factors. The figures live in the TOML files of this folder, never in code."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from layers import RuleError
from layers.errors import suggestion
from layers.limits import read_toml, whole_lines
from planner.prices._finance import FinancePrices as FinancePrices
from planner.prices._finance import Grant as Grant
from planner.prices._last_mile import DropClass as DropClass
from planner.prices._last_mile import LastMilePrices as LastMilePrices
from planner.prices._projects import Plant as Plant
from planner.prices._projects import ProjectPrices as ProjectPrices
from planner.prices._projects import Technology as Technology
from planner.prices._wireless import WirelessPrices as WirelessPrices
from planner.prices.factor import Factor as Factor


class Built(BaseModel):
    """A network that was built: its length, cost and anchors, to be read beside a plan."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    route_m: float = Field(gt=0)
    cost_usd: float = Field(gt=0)
    anchors_planned: int = Field(gt=0)
    anchors_connected: int = Field(ge=0)
    anchors_contracted: int = Field(ge=0)
    as_of: dt.date
    source: str
    meaning: str


class MiddleMilePrices(BaseModel):
    """What a middle mile costs: a metre by kind of build, a hut, design; and what running it costs and earns."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    aerial: Factor
    underground: Factor
    make_ready: Factor
    existing: Factor
    hut: Factor
    design_share: Factor
    operation: Factor
    revenue: Factor
    built: list[Built] = Field(default_factory=list)

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if self.design_share.high >= 1:
            raise ValueError("design_share is a share of the total and must be below 1")
        return self


class PriceBook(BaseModel):
    """A price book: title, year of its dollars, its factors, and prices of each stage that it has some for."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    title: str
    year: int
    budget_to_cost: Factor
    middle_mile: MiddleMilePrices | None = None
    projects: ProjectPrices | None = None
    last_mile: LastMilePrices | None = None
    finance: FinancePrices | None = None
    wireless: WirelessPrices | None = None

    @property
    def latest(self) -> dt.date:
        """The latest day of the evidence behind any of its prices."""
        return max(_days(self))

    @model_validator(mode="after")
    def _costs_something(self) -> Self:
        if self.budget_to_cost.low <= 0:
            raise ValueError("budget_to_cost must be above 0")
        return self


def _days(part: object) -> Iterator[dt.date]:
    """Yield every ``as_of`` of a part of a price book."""
    if isinstance(part, BaseModel):
        for name, value in part:
            yield from (value,) if name == "as_of" else _days(value)
    elif isinstance(part, list):
        for each in part:
            yield from _days(each)


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
    if not whole_lines(path):
        fault = "does not end with a line end, so its last figure may be cut short; get it again, or end its last line"
        raise RuleError(where, [fault])
    try:
        return PriceBook(name=path.stem, **read_toml(path))
    except ValidationError as error:
        faults = [_fault(".".join(map(str, found["loc"])), found["type"], found["msg"]) for found in error.errors()]
        raise RuleError(where, faults) from None
    except (OSError, RecursionError, TypeError, ValueError) as error:
        raise RuleError(where, [f"is not a price book: {error}"]) from None


def _fault(key: str, kind: str, message: str) -> str:
    return f"key '{key}' is missing; add it" if kind == "missing" else f"key '{key}': {message}"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False
