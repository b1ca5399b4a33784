"""The report on one town: coverage, what can be bought, projects, money, programmes, sites."""

import re
from collections.abc import Hashable, Mapping
from typing import Any, Final

import pandas as pd

from layers import PlanError
from layers.errors import suggestion
from maps.report import _networks, _places
from maps.report._cells import Cell, dollars, figures, frame, number, records, sentence, short, yes
from maps.report._coverage import RESULTS, picture, rule, verdict
from maps.report._sources import sources
from maps.report._summary import warned
from maps.report.model import Block, Column, Document, Items, Section, Text, section, table
from maps.report.region import subtitle, towns_of
from planner import Plan, words
from planner.eligibility.portfolio import NEAREST, portfolio

Row = Mapping[Hashable, Any]
_TIERS: Final = {
    "target": Cell("Tier, Mbps"),
    "served": figures("Served"),
    "premises": figures("Of premises"),
    "share_served": figures("Share", words.floor_percent),
    "needed": figures("Needed"),
    "unknown": figures("Not known"),
    "shortfall": figures("Short by"),
    "verdict": Cell("Verdict", verdict),
}
_PROVIDERS: Final = {
    "brand_name": Cell("Provider", share=2),
    "technology": Cell("Technology"),
    "counts": Cell("Counts", yes),
    "offered": figures("Premises offered"),
    "best_down_mbps": figures("Best download, Mbps", "{:,.9g}".format),
    "best_up_mbps": figures("Upload", "{:,.9g}".format),
}
_OPTIONS: Final = {
    "model": Cell("Project", sentence, share=1.5),
    "technology": Cell("Technology"),
    "share_after": figures("Share after", words.floor_percent),
    "meets_target": Cell("Reaches target", yes, share=0.8),
    **{f"capital_{name}_usd": figures(f"Capital, {name}", words.usd) for name in ("low", "central", "high")},
    "public_usd": figures("Public money", words.usd),
}
_FITS: Final = {
    "programme_title": Cell("Programme"),
    "status": Cell("Status", share=0.7),
    "verdict": Cell("Verdict", _places.fit, share=0.8),
    "unit": Cell("Through its", share=0.8),
    "reason": Cell("Why", short, share=2.6),
}
_SHOWN: Final = ("eligible", "borderline")
_COUNTED: Final = re.compile(r"\bN is\b")  # tables call the number of premises N


def town_code(plan: Plan, name: str) -> str:
    """Return the code of a town by its code or name.

    Raises
    ------
    PlanError
        Where the plan has no such town, with the nearest name, or several of that name, with their codes.
    """
    towns_of(plan)
    towns = plan.tables[RESULTS][["town_geoid", "town"]].astype("str")
    found = towns.loc[(towns["town_geoid"] == name) | (towns["town"].str.casefold() == name.casefold()), "town_geoid"]
    if len(found) == 1:
        return str(found.iloc[0])
    if found.empty:
        near = suggestion(name, towns["town"])
        raise PlanError(
            f"town '{name}'", [f"is not in the plan{near if 'mean' in near else '; name one of its towns'}"]
        )
    codes = ", ".join(sorted(found))
    raise PlanError(f"town '{name}'", [f"is the name of {len(found)} towns; give a code: {codes}"])


def town_report(plan: Plan, code: str) -> Document:
    """Return the report on one town of a plan.

    Parameters
    ----------
    plan
        The plan.
    code
        Code of the town; `town_code` finds it by name.

    Raises
    ------
    PlanError
        Where the plan has no such town.
    """
    row = records(_of(plan, RESULTS, town_code(plan, code)))[0]
    lead = Section("Summary", (Text(" ".join(_lead(row)), "lead"),))
    found = (
        lead,
        _coverage(plan, code),
        _projects(plan, code),
        _programmes(plan, code),
        _sites(plan, code),
        sources(plan, brief=True),
    )
    return Document(
        title=f"{words.text(row['town'])}: broadband",
        subtitle=f"{', '.join(filter(None, (words.text(row.get('county')), words.text(plan.region.name))))}. {subtitle(plan)}",
        blocks=warned(plan),
        sections=tuple(each for each in found if each is not None),
    )


def _of(plan: Plan, name: str, code: str) -> pd.DataFrame:
    """Return the rows of a table that are about one town; none where the plan lacks the table."""
    rows = plan.tables.get(name, pd.DataFrame({"town_geoid": []}))
    return pd.DataFrame(rows[rows["town_geoid"] == code])


def _lead(row: Row) -> list[str]:
    share, tier = words.floor_percent(row["share_served"]), f"{words.text(row['target'])} Mbps"
    needed = f"the target is {words.percent(row['target_share'])}"
    said = f"It is not known how many premises of {words.text(row['town'])} have {tier}; {needed}."
    if share:
        said = (
            f"{words.count(row['served'])} of {words.count(row['premises'])} premises of {words.text(row['town'])}"
            f" ({share}) have {tier}; {needed}, or {words.count(row['needed'])}."
        )
    short_by = words.count(row.get("shortfall"))
    outcome = {
        "pass": "The town passes.",
        "fail": f"The town falls short by {short_by} premises." if short_by else "The town falls short.",
    }
    missing = words.text(row.get("missing"))
    lines = [
        said,
        outcome.get(str(row["verdict"]), f"The verdict is not known{f', for want of {missing}' if missing else ''}."),
    ]
    if words.text(row.get("project")):
        lines.append(
            f"Project of the plan: {words.text(row['project'])}, for {words.usd(row['project_capital_usd'])},"
            f" {words.usd(row['project_public_usd'])} of it public money."
        )
    return lines


def _coverage(plan: Plan, code: str) -> Section | None:
    tiers = _of(plan, "coverage", code)
    tiers = _of(plan, RESULTS, code) if tiers.empty else tiers
    offers = (
        _of(plan, "providers", code).sort_values("offered", ascending=False, kind="stable")
        if "providers" in plan.tables
        else None
    )
    fails = _of(plan, "failing_locations", code)
    said = [rule(plan)]
    basis = words.text(records(_of(plan, RESULTS, code))[0].get("coverage_note"))
    said += [f"{sentence(_COUNTED.sub('the number of premises is that of', basis))}."] if basis else []
    return section(
        "Coverage",
        (
            *(Text(each) for each in said),
            *frame("Premises served by tier", tiers, _TIERS),
            *([] if offers is None else frame("Who offers what", offers, _PROVIDERS)),
            *([Text(_failing(fails))] if len(fails) else []),
            picture(plan, code),
        ),
    )


def _failing(fails: pd.DataFrame) -> str:
    """Say how many locations have no offer at the tier, and what they have instead."""
    found = fails["best_technology"].fillna("nothing that counts").value_counts().sort_index()
    kinds = words.listing([f"{count:,} with {words.text(name)}" for name, count in found.items()])
    known = number(int((fails["status"] == "unserved").sum()), "location")
    unknown = int((fails["status"] != "unserved").sum())
    lost = f"; of {number(unknown, 'more', 'more')} it is not known" if unknown else ""
    return f"{known} known to have no offer at the tier{lost}. Best on offer there: {kinds}."


def _projects(plan: Plan, code: str) -> Section | None:
    row = records(_of(plan, RESULTS, code))[0]
    options = _of(plan, "project_options", code)
    chosen = (
        _of(plan, "chosen_projects", code).dropna(subset=["option_id"])
        if "chosen_projects" in plan.tables
        else pd.DataFrame()
    )
    parts: list[Block] = []
    whole = (words.usd(row.get(f"cost_{name}_usd")) for name in ("central", "low", "high"))
    middle, low, high = whole
    if middle:
        parts.append(
            Text(
                f"Fibre to every premises would cost {middle} ({low} to {high}); {words.text(row.get('quantities_basis'))}, modelled."
            )
        )
    parts += frame(
        "Projects that were compared", options.sort_values("option_id") if len(options) else options, _OPTIONS
    )
    if len(chosen):
        first = records(chosen)[0]
        parts.append(Text(f"Chosen: {words.text(row.get('project'))}. Why: {words.text(first['reason'])}."))
        parts += _money(plan, code, str(first["option_id"]))
    elif words.text(row.get("cost_note")):
        parts.append(Text(f"{sentence(row['cost_note'])}."))
    return section("Projects and money", parts)


def _money(plan: Plan, code: str, option: str) -> list[Block]:
    """Return who pays for the chosen project, and the yearly accounts of its network."""
    paid = _of(plan, "funding", code)
    payers = {"payer": Cell("Payer", sentence, share=2), "amount_usd": figures("Pays", dollars)}
    blocks = frame("Who pays", paid[paid["option_id"] == option], payers) if len(paid) else []
    books = _of(plan, "finance", code)
    for row in records(books[books["option_id"] == option]) if len(books) else []:
        blocks += table("Can the network live?", (Column("A year", share=2), Column("Figure", figures=True)), _networks.accounts(
            {str(name): cell for name, cell in row.items()}), words.text(row.get("note")))  # fmt: skip
    return blocks


def _programmes(plan: Plan, code: str) -> Section | None:
    fits, tests = plan.tables.get("eligibility"), plan.tables.get("eligibility_tests")
    if fits is None or tests is None:
        return None
    try:
        found = portfolio(fits, tests, code, "community", plan.layers.get("labor_markets"))
    except PlanError:  # nothing was screened here, so there is nothing to say
        return None
    near = found.assign(_near=found["unit"].map(NEAREST.index)).sort_values("_near", kind="stable")
    best = pd.concat([near[near["verdict"].isin(_SHOWN)], near]).drop_duplicates("programme").sort_index()
    listed = best[best["verdict"].isin(_SHOWN) | (best["status"] == "open")]
    rest = best.drop(listed.index)
    said = [
        f"{sentence(name)}: {words.listing(sorted(rows['programme_title'].astype('str')))}."
        for name, rows in rest.groupby("verdict", sort=True)
    ]
    day = words.day(found["day"].max())
    caption = f"Eligible, borderline or open on {day}, through the town or what contains it"
    return section(
        "What the town can apply for", (*frame(caption, listed, _FITS), *([Items(tuple(said))] if said else []))
    )


def _sites(plan: Plan, code: str) -> Section | None:
    rows = plan.tables.get("site_service")
    if rows is None:
        return None
    mine = rows[rows["demand_id"] == code].sort_values("distance_m", kind="stable")
    said = tuple(f"{words.text(row['site'])}, {words.miles(row['distance_m'])} away." for row in records(mine))
    return section("Sites that serve the town", (Items(said),) if said else ())
