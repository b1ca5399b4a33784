"""What running a town's network costs and earns, how it is paid back, and who helps to pay for it."""

import datetime as dt
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from planner.prices.factor import Factor

_SHARES: Final = (
    "take_rate", "vacancy", "seasonal", "seasonal_year", "shared_administration", "shared_operator", "contingency",
    "reserve", "interest",
)  # fmt: skip


class Ramp(BaseModel):
    """How the take rate grows: shares of the final one by year; after the last of them it is reached."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    shares: list[float]
    as_of: dt.date
    source: str
    meaning: str

    @model_validator(mode="after")
    def _are_shares(self) -> Self:
        if not all(0 <= share <= 1 for share in self.shares):
            raise ValueError(f"shares {self.shares} must lie between 0 and 1")
        return self


class Grant(BaseModel):
    """A rule of a grant.

    Attributes
    ----------
    name
        Name of the payer, as tables show it.
    covers
        Which part of the capital it may pay.
    basis
        What the amount is: a column of layer `allocations`, a share of what it covers, or a sum a premises.
    column, value
        That column (``allocation``), or that share or sum.
    models
        Project models that may have it; all where none is named.
    cap_usd
        No project gets more.
    match_share
        Least share of what it covers that others must pay.
    as_of, source, meaning
        Latest day of the evidence, where it was read, and what it rests on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(min_length=1)
    covers: Literal["professional services", "construction", "capital"]
    basis: Literal["allocation", "share", "per premises"]
    column: Literal["professional_services_usd", "construction_usd"] | None = None
    value: Factor | None = None
    models: list[str] = Field(default_factory=list)
    cap_usd: float | None = Field(default=None, ge=0, le=1e12)
    match_share: float = Field(default=0.0, ge=0, le=1)
    as_of: dt.date
    source: str
    meaning: str

    @model_validator(mode="after")
    def _has_its_amount(self) -> Self:
        if (self.basis == "allocation") != (self.column is not None):
            raise ValueError(f"grant '{self.name}': a column is needed for basis allocation, and only there")
        if (self.basis != "allocation") != (self.value is not None):
            raise ValueError(f"grant '{self.name}': a value is needed for basis share or per premises, and only there")
        if self.basis == "share" and self.value is not None and self.value.high > 1:
            raise ValueError(f"grant '{self.name}': value is a share and must be at most 1")
        return self


class FinancePrices(BaseModel):
    """Prices of town finance, each a factor with low, central and high.

    Attributes
    ----------
    price, isp
        What a subscriber pays a month, and what of it goes to the internet service provider.
    take_rate, ramp
        Share of occupied units that subscribe in the end, and how it grows.
    vacancy, seasonal, seasonal_year
        Share of units that are empty, that are seasonal (both for towns that have no own figure), and the share of the
        year that a seasonal unit pays.
    insurance, pole, maintenance
        By metre of route, by pole (bond and rental) and by subscriber, a year.
    operator, operator_subscriber, shared_operator
        Network operator by town and by subscriber, a year; share of the first that a town pays when towns run one network.
    electricity, huts
        By hut and year; huts by town.
    backhaul, subscribers_per_gbps
        By Gbps and year; how many subscribers share one.
    administration, shared_administration
        By town and year; share of it that a town pays when towns run one network.
    contingency
        Share that is added to the operating costs.
    reserve
        Share of the plant, without make-ready, that is put by each year.
    interest, term_years
        Of the town's bond.
    grants
        Who else pays, in the order in which they do.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    price: Factor
    isp: Factor
    take_rate: Factor
    ramp: Ramp
    vacancy: Factor
    seasonal: Factor
    seasonal_year: Factor
    insurance: Factor
    pole: Factor
    maintenance: Factor
    operator: Factor
    operator_subscriber: Factor
    shared_operator: Factor
    electricity: Factor
    huts: Factor
    backhaul: Factor
    subscribers_per_gbps: Factor
    administration: Factor
    shared_administration: Factor
    contingency: Factor
    reserve: Factor
    interest: Factor
    term_years: Factor
    grants: list[Grant] = Field(default_factory=list)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        above = [name for name in _SHARES if getattr(self, name).high > 1]
        if above:
            raise ValueError(f"{', '.join(above)}: is a share and must be at most 1; write 5 percent as 0.05")
        if self.subscribers_per_gbps.low <= 0 or self.term_years.low < 1:
            raise ValueError("subscribers_per_gbps must be above 0, and term_years at least 1")
        names = [grant.name for grant in self.grants]
        if len(set(names)) < len(names):
            raise ValueError(f"grants repeat a name ({', '.join(names)}); give each its own")
        return self

    @property
    def factors(self) -> dict[str, Factor]:
        """All factors by name."""
        return {name: value for name in type(self).model_fields if isinstance(value := getattr(self, name), Factor)}
