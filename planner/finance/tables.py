"""Projects -> the tables of town finance."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from planner.finance.entry import FinanceEntry
from planner.finance.project import Projects, read_projects
from planner.finance.risk import risk, tornado
from planner.finance.terms import Floats, Terms, bands, ramp
from planner.finance.town import (
    Case,
    Works,
    break_even_take,
    cash_flow,
    grant_to_break_even,
    opex,
    tax_impact,
    year,
)
from planner.prices import FinancePrices
from planner.tables import checked, nothing


def finance(
    projects: pd.DataFrame, towns_finance: pd.DataFrame | None, settings: FinanceEntry, prices: FinancePrices
) -> dict[str, pd.DataFrame]:
    """Return the accounts of projects: one year, by component, over the years, and what could go wrong.

    Parameters
    ----------
    projects
        One row a project; columns as in `planner.finance.project.read_projects`. USD, metres.
    towns_finance
        Layer `town_finances`; None where the region has none: then taxes are not known, and the shares of empty and
        seasonal units are those of the price book.
    settings
        Table ``[finance]`` of the region file.
    prices
        Price book's part ``[finance]``; see `planner.finance.terms.finance_prices`.

    Returns
    -------
    dict of str to pandas.DataFrame
        Tables `finance`, `finance_opex`, `cash_flow`, `finance_tornado`, and `finance_risk` where there are draws.

    Raises
    ------
    PlanError
        With all faults of the projects.
    """
    read = read_projects(projects, towns_finance)
    band = bands(settings, prices)
    terms = Terms.central(band)
    made = {
        "finance": _accounts(read, terms),
        "finance_opex": _components(read, terms),
        "cash_flow": _years(read, Case(read.works, terms, ramp(settings, prices), settings.years)),
        "finance_tornado": tornado(read, band),
    }
    if settings.draws:
        made["finance_risk"] = risk(read, band, settings.draws, settings.seed)
    return {name: _declared(name, table) for name, table in made.items()}


def _declared(name: str, table: pd.DataFrame) -> pd.DataFrame:
    return checked(name, table.assign(origin="modelled")) if len(table) else nothing(name)


def _accounts(read: Projects, terms: Terms) -> pd.DataFrame:
    works = read.works
    now = year(works, terms)
    one, many = (_operation(works, terms, shared=shared) for shared in (False, True))
    known = pd.Series(~np.isnan(now.surplus))
    grant = grant_to_break_even(works, terms)
    beyond = known & np.isnan(grant)
    note = _joined(read.note, beyond, "operation and reserve alone cost more than is earned: no capital grant mends it")
    debt_free = replace(works, granted=works.capital)
    return read.names.assign(
        units=pd.Series(works.units).round().astype("Int64"),
        subscribers=pd.Series(now.subscribers).round(1),
        capital_usd=works.capital,
        grant_usd=read.grant,
        provider_usd=works.granted - read.grant,
        town_borrowing_usd=works.borrowing,
        revenue_usd_year=now.revenue,
        isp_usd_year=now.isp,
        opex_usd_year=now.opex,
        reserve_usd_year=now.reserve,
        debt_service_usd_year=now.debt,
        surplus_usd_year=now.surplus,
        cost_per_subscriber_usd_month=np.where(works.runs, now.cost_per_subscriber_month, np.nan),
        opex_per_subscriber_usd_month=_each(now.opex, now.subscribers, works),
        break_even_take_rate=break_even_take(works, terms),
        break_even_before_debt=break_even_take(debt_free, terms),
        grant_to_break_even_usd=grant,
        tax_impact_usd_year=tax_impact(now.surplus, read.assessed, read.home),
        single_town_opex_usd_year=one,
        multi_town_opex_usd_year=many,
        multi_town_saving_usd_month=_each(one - many, now.subscribers, works),
        single_town_surplus_usd_year=np.where(works.runs, now.surplus + now.opex - one, np.nan),
        multi_town_surplus_usd_year=np.where(works.runs, now.surplus + now.opex - many, np.nan),
        basis=read.basis,
        note=note,
    )


def _operation(works: Works, terms: Terms, *, shared: bool) -> Floats:
    """Return the running costs if each town ran its network alone, or towns together."""
    as_if = replace(works, shared=np.full(works.shared.shape, shared))
    return np.where(works.runs, year(as_if, terms).opex, np.nan)


def _each(value: Floats, subscribed: Floats, works: Works) -> Floats:
    there = works.runs & (subscribed > 0)
    return np.where(there, value / np.where(there, subscribed, 1.0) / 12, np.nan)


def _joined(note: pd.Series, where: pd.Series, words: str) -> pd.Series:
    longer = note.fillna("").where(note.isna(), note.fillna("") + "; ") + words
    return note.mask(where, longer)


def _components(read: Projects, terms: Terms) -> pd.DataFrame:
    """Return the running costs by component, of projects that the town runs and that are known."""
    now = year(read.works, terms)
    parts: Mapping[str, Floats] = opex(read.works, terms, now.subscribers)
    frames = [
        read.names.assign(
            order=number,
            component=name,
            opex_usd_year=np.broadcast_to(part, len(read.names)),
            opex_usd_month=_each(part, now.subscribers, read.works),
        )
        for number, (name, part) in enumerate(parts.items())
    ]
    table = pd.concat(frames)[np.tile(read.works.runs & ~np.isnan(now.opex), len(parts))]
    return table.sort_values(["town_geoid", "option_id", "order"], ignore_index=True)


def _years(read: Projects, case: Case) -> pd.DataFrame:
    """Return the cash flow of the projects of which all is known."""
    table = cash_flow(case)
    known = ~table["surplus_usd"].isna().groupby(table["project"]).transform("any")
    table = table[known]
    return read.names.iloc[table["project"]].reset_index(drop=True).join(table.reset_index(drop=True))
