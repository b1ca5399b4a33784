"""The arithmetic of a town's network: subscribers, running costs, debt, cash flow, break-even, tax.

Everything is a plain formula over arrays. Works of n towns have shape (n,), or (n, 1) beside terms of shape (draws,).
Money is nominal US dollars; prices and costs do not rise over the years.
"""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.finance.terms import Floats, Terms

_MONTHS = 12


@dataclass(frozen=True)
class Works:
    """Projects as arrays, all of one shape; a value that is not known is NaN.

    Attributes
    ----------
    units
        Dwelling and business units.
    vacancy, seasonal
        Shares of units that are empty and seasonal; NaN where the terms say it.
    route_m, poles
        Length of the routes, and poles.
    capital, make_ready, granted
        Cost of the project, the part of it that is make-ready, and what grants and a provider pay, in USD.
    shared
        Whether several towns run one network.
    runs
        Whether the town runs the network; where a provider does, the town has at most debt.
    """

    units: Floats
    vacancy: Floats
    seasonal: Floats
    route_m: Floats
    poles: Floats
    capital: Floats
    make_ready: Floats
    granted: Floats
    shared: npt.NDArray[np.bool_]
    runs: npt.NDArray[np.bool_]

    def pick(self, index: slice) -> Self:
        """Return some of the projects."""
        return type(self)(**{field.name: getattr(self, field.name)[index] for field in fields(self)})

    def upright(self) -> Self:
        """Return the same as columns, to be held against draws."""
        return type(self)(**{field.name: getattr(self, field.name)[:, None] for field in fields(self)})

    @property
    def borrowing(self) -> Floats:
        """What the town borrows: capital that neither grants nor a provider pay."""
        return np.maximum(self.capital - self.granted, 0.0)


@dataclass(frozen=True)
class Year:
    """One year of the town's accounts, in USD."""

    subscribers: Floats
    revenue: Floats
    isp: Floats
    opex: Floats
    reserve: Floats
    debt: Floats

    @property
    def surplus(self) -> Floats:
        """What is left; below 0 what the town must add."""
        return self.revenue - self.isp - self.opex - self.reserve - self.debt

    @property
    def cost_per_subscriber_month(self) -> Floats:
        """All costs by subscriber and month: operation, provider's share, reserve and debt; NaN without subscribers."""
        whole = self.isp + self.opex + self.reserve + self.debt
        months = _MONTHS * self.subscribers
        return np.where(months > 0, whole / np.where(months > 0, months, 1.0), np.nan)


@dataclass(frozen=True)
class Case:
    """Projects, terms, the ramp of the take rate, and the years that are shown."""

    works: Works
    terms: Terms
    ramp: tuple[float, ...] = ()
    years: int = 20


def subscribers(
    units: Floats, vacancy: Floats, seasonal_share: Floats, take: Floats, seasonal_year: float | Floats = 7 / 12
) -> Floats:
    """Return subscribers that pay the whole year, or as many as make up for them.

    Parameters
    ----------
    units
        Dwelling and business units.
    vacancy, seasonal_share
        Shares of units that stand empty and, of the others, that are seasonal.
    take
        Share of occupied units that subscribe.
    seasonal_year
        Share of the year that a seasonal unit pays.
    """
    return np.asarray(units * (1 - vacancy) * ((1 - seasonal_share) + seasonal_year * seasonal_share) * take)


def payment_share(rate: Floats, years: Floats) -> Floats:
    """Return the yearly payment for each dollar borrowed; see `debt_payment`."""
    flat = rate == 0
    safe = np.where(flat, 1.0, rate)
    return np.where(flat, 1 / years, safe / -np.expm1(-years * np.log1p(safe)))


def debt_payment(principal: Floats, rate: Floats, years: Floats) -> Floats:
    """Return the level payment that pays a loan back: ``P i / (1 - (1 + i)^-n)``, and ``P / n`` without interest.

    Parameters
    ----------
    principal
        In USD.
    rate, years
        Interest of one period, and number of periods; years, or months with a monthly rate.
    """
    return np.asarray(principal * payment_share(np.asarray(rate, np.float64), np.asarray(years, np.float64)))


def opex(works: Works, terms: Terms, subscribed: Floats) -> dict[str, Floats]:
    """Return the yearly costs of operation by component, in USD, without the internet service provider's share."""
    parts = _parts(works, terms, subscribed)
    whole = np.asarray(sum(parts.values()))
    parts["contingency"] = whole * terms.contingency
    return {name: np.where(works.runs, part + 0 * whole, 0.0) for name, part in parts.items()}


def _parts(works: Works, terms: Terms, subscribed: Floats) -> dict[str, Floats]:
    operator = np.where(works.shared, terms.shared_operator, 1.0) * terms.operator
    office = np.where(works.shared, terms.shared_administration, 1.0) * terms.administration
    return {
        "insurance": works.route_m * terms.insurance,
        "pole bond and rental": works.poles * terms.pole,
        "electricity": terms.huts * terms.electricity,
        "operator, fixed": operator,
        "operator, by subscriber": subscribed * terms.operator_subscriber,
        "maintenance": subscribed * terms.maintenance,
        "backhaul": subscribed * (terms.backhaul / terms.subscribers_per_gbps),
        "administration": office,
    }


def year(works: Works, terms: Terms, take: Floats | None = None) -> Year:
    """Return a year's accounts at a take rate; the final one where none is given. Debt is being paid."""
    taken = terms.take_rate if take is None else take
    subscribed = _full(works, terms) * taken
    pays = np.where(works.runs, subscribed, 0.0) * _MONTHS
    return Year(
        subscribers=subscribed,
        revenue=pays * terms.price,
        isp=pays * terms.isp,
        opex=np.where(works.runs, sum(_parts(works, terms, subscribed).values()) * (1 + terms.contingency), 0.0),
        reserve=np.where(works.runs, np.maximum(works.capital - works.make_ready, 0.0) * terms.reserve, 0.0),
        debt=works.borrowing * payment_share(terms.interest, terms.term_years),
    )


def _full(works: Works, terms: Terms) -> Floats:
    """Return subscribers if every occupied unit subscribes."""
    vacancy = np.where(np.isnan(works.vacancy), terms.vacancy, works.vacancy)
    seasonal = np.where(np.isnan(works.seasonal), terms.seasonal, works.seasonal)
    return subscribers(works.units, vacancy, seasonal, np.asarray(1.0), terms.seasonal_year)


def cash_flow(case: Case) -> pd.DataFrame:
    """Return the accounts of every project and year; columns of table `cash_flow` but for the names.

    The take rate grows by the ramp, debt is paid until its term ends, and ``project`` is the position of the project.
    """
    count = len(case.works.units)
    frames = []
    for number in range(1, case.years + 1):
        share = case.ramp[number - 1] if number <= len(case.ramp) else 1.0
        take = case.terms.take_rate * share
        now = year(case.works, case.terms, take)
        now = replace(now, debt=np.where(number <= case.terms.term_years, now.debt, 0.0))
        columns = {
            "project": np.arange(count), "year": number, "take_rate": np.full(count, take), "subscribers": np.round(now.subscribers, 3),
            "revenue_usd": now.revenue, "isp_usd": now.isp, "opex_usd": now.opex, "reserve_usd": now.reserve,
            "debt_service_usd": now.debt, "surplus_usd": now.surplus,
        }  # fmt: skip
        frames.append(pd.DataFrame(columns))
    table = pd.concat(frames, ignore_index=True).sort_values(["project", "year"], ignore_index=True)
    table["cumulative_usd"] = table.groupby("project")["surplus_usd"].cumsum()
    return table


def fixed_and_margin(works: Works, terms: Terms) -> tuple[Floats, Floats]:
    """Return what a year costs without subscribers, and what all occupied units together would leave towards it.

    The surplus at a take rate is the margin times the rate, less the fixed costs; both in USD.
    """
    fixed = -year(works, terms, np.asarray(0.0)).surplus
    return fixed, year(works, terms, np.asarray(1.0)).surplus + fixed


def break_even_take(works: Works, terms: Terms) -> Floats:
    """Return the least take rate at which a year with full debt service leaves nothing over and nothing wanting.

    Every subscriber leaves the same margin, so it is the fixed costs by the margin of all occupied units. NaN where
    not even all of them would do, or the town does not run the network.
    """
    return break_even_rate(works, *fixed_and_margin(works, terms))


def break_even_rate(works: Works, fixed: Floats, margin: Floats) -> Floats:
    """Return `break_even_take` from fixed costs and margin."""
    rate = np.where(margin > 0, fixed / np.where(margin > 0, margin, 1.0), np.inf)
    return np.where((rate <= 1) & works.runs, np.maximum(rate, 0.0), np.nan)


def grant_to_break_even(works: Works, terms: Terms) -> Floats:
    """Return the further capital grant with which a year at the final take rate and full debt service breaks even.

    Steady state, not the sum over the years: a town must be able to live when the network is no longer new. 0 where
    it does already; NaN where operation and reserve alone cost more than is earned, which no capital grant mends.
    """
    surplus = year(works, terms).surplus
    grant = np.maximum(-surplus, 0.0) / payment_share(terms.interest, terms.term_years)
    return np.where(grant <= works.borrowing * (1 + 1e-12), np.minimum(grant, works.borrowing), np.nan)


def tax_impact(surplus: Floats, assessed: Floats, home: Floats) -> Floats:
    """Return what the owner of an average home pays in tax if the town adds what the network lacks, in USD a year.

    Debt and reserve, less what operation leaves, by the assessed value of the whole town, times that of the home. A surplus
    stays with the network: the tax is never below 0.

    Parameters
    ----------
    surplus
        What is left after debt and reserve, in USD a year.
    assessed, home
        Assessed value of the town and of an average single-family home, in USD.
    """
    return np.asarray(np.maximum(-surplus, 0.0) / assessed * home)
