"""Who pays: the grant rules of the price book, then the provider or the town. Whole cents, so that the sums are exact."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any, Final

import pandas as pd

from layers import PlanError
from planner.finance.project import TOWN_MODELS
from planner.prices import Grant
from planner.tables import checked, nothing
from planner.words import is_missing

PROVIDER: Final = "provider"
BORROWING: Final = "town borrowing"
_NEEDED: Final = ("town_geoid", "option_id", "model", "premises", "capital_central_usd")


def fund(projects: pd.DataFrame, allocations: pd.DataFrame | None, grants: Sequence[Grant]) -> pd.DataFrame:
    """Return who pays for each project.

    Grants come in the order of the price book, and none pays more than is left. Then the provider pays what column
    `provider_usd` says, or in a model that a provider owns, all that is left; the town borrows the rest.

    Parameters
    ----------
    projects
        Columns town_geoid, option_id, model, premises, capital_central_usd (USD); where known provider_usd and
        professional_services_usd, the part of the capital that is no construction.
    allocations
        Layer `allocations`; None where the region has none: then grants by allocation pay nothing.
    grants
        Rules of the price book.

    Returns
    -------
    pandas.DataFrame
        Table `funding`, one row for each payer that pays; by project they sum to the capital, to the cent. Projects
        whose capital is not known are left out.

    Raises
    ------
    PlanError
        Where the projects lack columns.
    """
    lost = [name for name in _NEEDED if name not in projects]
    if lost:
        raise PlanError("funding", [f"projects lack the columns {', '.join(lost)}; add them"])
    given: dict[Any, Any] = {} if allocations is None else allocations.set_index("town_geoid").to_dict("index")
    ordered: list[dict[str, Any]] = projects.sort_values(["town_geoid", "option_id"]).to_dict("records")  # type: ignore[assignment]
    rows = [
        row
        for project in ordered
        if not is_missing(project["capital_central_usd"])
        for row in _payers(project, given.get(project["town_geoid"], {}), grants)
    ]
    if not rows:
        return nothing("funding")
    return checked("funding", pd.DataFrame(rows).assign(origin="modelled"))


def funded(projects: pd.DataFrame, funding: pd.DataFrame) -> pd.DataFrame:
    """Return the projects with `grant_usd` and `provider_usd` as table `funding` has them."""
    payer = funding["payer"].where(funding["payer"].isin([PROVIDER, BORROWING]), "grant")
    sums = funding.assign(payer=payer).pivot_table(
        index=["town_geoid", "option_id"], columns="payer", values="amount_usd", aggfunc="sum", fill_value=0.0
    )
    found = sums.reindex(columns=["grant", PROVIDER], fill_value=0.0).round(2)
    found.columns = pd.Index(["grant_usd", "provider_usd"])
    left = projects.drop(columns=["grant_usd", "provider_usd"], errors="ignore")
    table = left.merge(found.reset_index(), on=["town_geoid", "option_id"], how="left")
    return table.fillna({"grant_usd": 0.0, "provider_usd": 0.0})


def _payers(
    project: Mapping[str, Any], allocated: Mapping[str, Any], grants: Sequence[Grant]
) -> Iterator[dict[str, Any]]:
    left = _cents(project["capital_central_usd"])
    for grant in grants:
        if grant.models and project["model"] not in grant.models:
            continue
        amount, rule = _granted(project, allocated, grant)
        paid = min(amount, left)
        rule += "; less, as no more is left to pay" if paid < amount else ""
        left -= paid
        if paid:
            yield _row(project, grant.name, paid, rule, grant.source)
    owned = project["model"] not in TOWN_MODELS
    stated = project.get("provider_usd")
    paid = (left if owned else 0) if is_missing(stated) else min(_cents(stated), left)
    if paid:
        yield _row(project, PROVIDER, paid, "as offered" if not is_missing(stated) else "what is left", "project")
    if left - paid:
        yield _row(project, BORROWING, left - paid, "what is left", "project")


def _granted(project: Mapping[str, Any], allocated: Mapping[str, Any], grant: Grant) -> tuple[int, str]:
    """Return what a rule grants, in cents, and how it came about."""
    covered, part = _covered(project, grant)
    if grant.column is not None:
        value = allocated.get(grant.column)
        amount, rule = (0 if is_missing(value) else _cents(value)), f"allocation to the town, for {part}"
    elif grant.value is None or (grant.basis == "per premises" and is_missing(project["premises"])):
        amount, rule = 0, ""
    elif grant.basis == "share":
        amount, rule = round(covered * grant.value.central), f"{grant.value.central:.1%} of {part}"
    else:
        amount, rule = round(_cents(grant.value.central) * int(project["premises"])), f"by premises, for {part}"
    most = [(covered, f"at most {part}")]
    if grant.match_share:
        others = ceil(round(covered * grant.match_share, 3))
        most.append((covered - others, f"others must pay {grant.match_share:.0%} of {part}"))
    if grant.cap_usd is not None:
        most.append((_cents(grant.cap_usd), "cap of the grant"))
    limit, why = min(most)
    return (limit, f"{rule}; {why}") if limit < amount else (amount, rule)


def _covered(project: Mapping[str, Any], grant: Grant) -> tuple[int, str]:
    """Return the cost that a grant may pay; the whole capital where its parts are not known."""
    capital, services = _cents(project["capital_central_usd"]), project.get("professional_services_usd")
    if grant.covers == "capital" or is_missing(services):
        return (
            capital,
            "the capital" if grant.covers == "capital" else f"{grant.covers} (part of the capital not known)",
        )
    part = _cents(services)
    return (part if grant.covers == "professional services" else capital - part), grant.covers


def _row(project: Mapping[str, Any], payer: str, cents: int, rule: str, source: str) -> dict[str, Any]:
    return {
        "town_geoid": project["town_geoid"], "option_id": project["option_id"], "payer": payer,
        "amount_usd": cents / 100, "rule": rule, "source": source,
    }  # fmt: skip


def _cents(value: Any) -> int:
    return round(float(value) * 100)
