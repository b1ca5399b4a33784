"""How plans, coverage, networks, projects and money look on a terminal."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from planner import words
from planner.commands._show import MARKS, Formats, ends, frame, heading_table, line, width
from planner.finance.funding import BORROWING, PROVIDER
from planner.last_mile.summary import finance_sentences, of_chosen
from planner.last_mile.summary import sentences as last_mile_sentences
from planner.region import Region
from planner.result import Plan
from planner.siting.summary import sentences as siting_sentences
from planner.summary import middle_mile_sentences
from planner.target import Target

_UNITS = {"county": "counties", "tract": "tracts", "h3": "cells", "area": "areas"}


def coverage(found: Mapping[str, pd.DataFrame], region: Region, notes: Iterable[str], files: Iterable[Path]) -> None:
    """Print the coverage table: towns that fall short, the largest shortfall first, then those not known."""
    table = found["coverage"]
    for target in region.targets:
        rows = table[table["target"] == target.label]
        title = f"{region.name}: {_demand(target)}"
        short = rows[(rows["verdict"] != "pass") & (rows["basis"] != "none")].sort_values(
            ["verdict", "shortfall"], ascending=[True, False], kind="stable"
        )
        if len(short):
            frame(title, short, _COVERAGE)
        line(_sentence(title, rows))
    _beside(found, region)
    ends(notes, files)


def _beside(found: Mapping[str, pd.DataFrame], region: Region) -> None:
    """Print in a line each what counties and other areas have, and what the federal rule says."""
    table = found.get("area_coverage")
    for geography, rows in table.groupby("geography") if table is not None else ():
        for target in region.targets:
            mine = rows[rows["target"] == target.label]
            line(_sentence(_demand(target), mine, _UNITS[str(geography)]))
    if "federal_service" in found:
        line(_federal(found["federal_service"]))


def _federal(table: pd.DataFrame) -> str:
    """Say what the federal rule makes of the region."""
    sums = table[["locations", "served", "underserved", "unserved"]].sum()
    said = ", ".join(f"{int(sums[name]):,} {name}" for name in ("served", "underserved", "unserved"))
    return f"{table['rule'].iloc[0]}: {int(sums['locations']):,} locations: {said}; {table['note'].iloc[0]}"


def _demand(target: Target) -> str:
    return f"{target.label} Mbps for at least {words.percent(target.share)} of premises"


def _sentence(title: str, rows: pd.DataFrame, units: str = "towns") -> str:
    count = rows["verdict"].value_counts()
    found = {name: int(count.get(name, 0)) for name in MARKS}
    return f"{title}: {found['pass']} of {len(rows)} {units} pass, {found['fail']} fall short, {found['not known']} not known"


def plan(made: Plan, files: Iterable[Path]) -> None:
    """Print a plan in brief: costed towns, verdicts, totals, caveats, files."""
    region, cover = made.region, made.tables["coverage"]
    if "build_costs" in made.tables:
        _print_costs(made)
    for target in region.targets:
        line(_sentence(_demand(target), cover[cover["target"] == target.label]))
    _beside(made.tables, region)
    if "middle_mile_totals" in made.tables:
        for sentence in middle_mile_sentences(made.tables):
            line(sentence)
    costs = _money(made.headline["build_cost"]) if "build_cost" in made.headline else ()
    for sentence in (*costs, *last_mile_sentences(made.tables), *siting_sentences(made.tables)):
        line(sentence)
    rows = [*made.layers.values(), cover[cover["basis"] != "none"]]
    origins = sorted({str(value) for table in rows for value in table["origin"].unique()} - {"published"})
    if origins:
        line(f"mind: some layers are {', '.join(origins)}; each table and the map say which")
    for note in made.notes:
        line(f"note: {note}")
    for path in files:
        line(f"wrote {path}")


def middle_mile(found: Mapping[str, pd.DataFrame], region: Region, notes: Iterable[str], files: Iterable[Path]) -> None:
    """Print the designed middle mile: totals, the operator's test, files."""
    for sentence in middle_mile_sentences(found):
        line(f"{region.name}: {sentence}")
    ends(notes, files)


def _print_costs(made: Plan) -> None:
    results = pd.DataFrame(made.tables["town_results"].drop(columns="geometry"))
    table = results.merge(made.tables["build_costs"][["town_geoid", "budget_usd"]], on="town_geoid")
    costed = table[table["cost_central_usd"].notna()]
    title = f"{made.region.name}: cost of fibre to every premises of {len(costed)} towns"
    frame(title, costed, _COSTS if width() >= _WIDE else _NARROW)


def _money(cost: Mapping[str, Any]) -> Iterable[str]:
    yield (
        f"fibre to every premises of {cost['towns_costed']} towns that fall short or are not known:"
        f" {words.usd(cost['cost_low_usd'])} low, {words.usd(cost['cost_central_usd'])} central,"
        f" {words.usd(cost['cost_high_usd'])} high"
    )
    if cost["towns_partly_served"]:
        yield (
            f"{cost['towns_partly_served']} of them are served in part; a whole build there is"
            f" {words.usd(cost['partly_served_cost_central_usd'])} of the central figure"
        )
    left = ", ".join(
        f"{count} ({reason.removeprefix('not known: ')})" for reason, count in cost["towns_not_costed"].items()
    )
    if left:
        yield f"not costed: {left}"
    if cost["towns_with_published_budget"]:
        yield (
            f"{cost['towns_with_published_budget']} of them have a published budget: {cost['premises']:,} premises,"
            f" {words.whole_miles(cost['route_m'])} of route, {words.usd(cost['published_budget_usd'])};"
            f" model {words.usd(cost['fitted_budget_usd'])}, equal over the towns that it is fitted to"
        )
    yield f"error of the model for a town that it has not seen: {cost['leave_one_out_error_share']:.1%}"


def _miles(value: Any) -> str:
    return words.count(round(value / words.METRES_PER_MILE))


_COVERAGE: Formats = {
    "town": ("town", str),
    "premises": ("premises", words.count),
    "served": ("served", words.count),
    "share_served": ("share", words.floor_percent),
    "shortfall": ("missing", words.count),
    "verdict": ("verdict", MARKS.__getitem__),
    "origin": ("data", str),
    "missing": ("not known", str),
}
_COSTS: Formats = {
    "town": ("town", str),
    "county": ("county", str),
    "premises": ("premises", words.count),
    "share_served": ("served", words.floor_percent),
    "verdict": ("verdict", MARKS.__getitem__),
    "route_m": ("miles", _miles),
    "published_budget_usd": ("published", words.usd),
    "budget_usd": ("model", words.usd),
    "cost_low_usd": ("low", words.usd),
    "cost_central_usd": ("central", words.usd),
    "cost_high_usd": ("high", words.usd),
}
_NARROW: Formats = {
    name: _COSTS[name] for name in _COSTS if name not in ("county", "route_m", "published_budget_usd", "budget_usd")
}
_WIDE = 110
_HEAD = 24


def last_mile(found: Mapping[str, pd.DataFrame], region: Region, notes: Iterable[str], files: Iterable[Path]) -> None:
    """Print the project of each town, totals, notes, files."""
    if "chosen_projects" in found:
        title = f"{region.name}: the project of each town that falls short or is not known"
        frame(title, _with_even(found), _PROJECTS)
    _sentences(region, last_mile_sentences(found), notes, files)


def _with_even(found: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the chosen projects with the break-even take rate of those that are networks of the town."""
    table = pd.DataFrame(found["chosen_projects"]).drop(columns="geometry", errors="ignore")
    table["model"] = table["model"].mask(table["option_id"].isna(), "none: " + table["reason"].astype("str"))
    if "funding" in found:
        paid = of_chosen(found, "funding")
        grants = paid[~paid["payer"].isin([PROVIDER, BORROWING])].groupby("town_geoid")["amount_usd"].sum()
        table["grant_usd"] = table["town_geoid"].map(grants)
    if "finance" not in found:
        return table
    money = of_chosen(found, "finance").set_index("town_geoid")
    table["break_even_take_rate"] = table["town_geoid"].map(money["break_even_take_rate"])
    even = table["break_even_take_rate"].map(words.floor_percent, na_action="ignore")
    table["break_even_take_rate"] = even.mask(even.isna() & table["town_geoid"].isin(money.index), "none")
    return table


def finance(found: Mapping[str, pd.DataFrame], region: Region, notes: Iterable[str], files: Iterable[Path]) -> None:
    """Print what each chosen network earns and costs, totals, notes, files."""
    table = of_chosen(found, "finance")
    for name in ("break_even_before_debt", "break_even_take_rate"):
        table[name] = table[name].map(words.floor_percent).replace("", "none")
    frame(f"{region.name}: town networks, a year", table, _FINANCE)
    _sentences(region, finance_sentences(found), notes, files)


def comparison(found: Mapping[str, pd.DataFrame], region: Region, files: Iterable[Path]) -> None:
    """Print the figures of scenarios side by side, and how many towns change."""
    table = found["comparison"]
    names = list(dict.fromkeys(table["scenario"]))
    wide = table.pivot_table(index="statistic", columns="scenario", values="value", sort=False)
    units = table.drop_duplicates("statistic").set_index("statistic")["unit"]
    rows = [
        [statistic, *(_amount(wide.loc[statistic].get(name), str(units[statistic])) for name in names)]
        for statistic in wide.index
    ]
    heads = {"": "left"} | dict.fromkeys(_heads(names), "right")
    heading_table(f"{region.name}: scenarios side by side", heads, rows)
    towns = found["comparison_towns"]
    for name in names[1:]:
        changed = towns[(towns["scenario"] == name) & towns["changed"]]
        line(
            f"{name}: {words.count(len(changed))} {'town has' if len(changed) == 1 else 'towns have'} another project, or none"
        )
    if "public cost" not in set(table["statistic"]):
        line("no projects are compared: the region file has no [last_mile]; add it")
    for path in files:
        line(f"wrote {path}")


def _heads(names: list[str]) -> list[str]:
    """Return names that fit above a column; what is cut keeps apart by its number."""
    return [
        name if len(name) <= _HEAD else f"{name[: _HEAD - 4]}\N{HORIZONTAL ELLIPSIS} {number}"
        for number, name in enumerate(names, 1)
    ]


def _amount(value: Any, unit: str) -> str:
    if pd.isna(value):
        return ""
    return words.usd(value) if unit == "usd" else words.count(value)


def back_test(
    found: Mapping[str, pd.DataFrame], said: Iterable[str], region: Region, notes: Iterable[str], files: Iterable[Path]
) -> None:
    """Print predicted against published budgets by town, components as built, totals, notes, files."""
    frame(f"{region.name}: budgets predicted without the town itself", found["back_test"], _BACK_TEST)
    if "back_test_components" in found:
        frame("as built, by component", found["back_test_components"], _COMPONENTS)
    _sentences(region, said, notes, files)


def _sentences(region: Region, said: Iterable[str], notes: Iterable[str], files: Iterable[Path]) -> None:
    for sentence in said:
        line(f"{region.name}: {sentence}")
    ends(notes, files)


def _dollars(value: Any) -> str:
    """Return money to the dollar: a small town's accounts are lost in millions."""
    return f"{'-' if value < 0 else ''}${abs(value):,.0f}"


def _yes(value: Any) -> str:
    return "yes" if value else "no"


_PROJECTS: Formats = {
    "town": ("town", str),
    "model": ("project", str),
    "technology": ("technology", str),
    "fill": ("rest by", str),
    "share_after": ("served", words.floor_percent),
    "capital_central_usd": ("capital", words.usd),
    "grant_usd": ("grant", words.usd),
    "public_usd": ("public", words.usd),
    "break_even_take_rate": ("break-even", words.text),
}
_FINANCE: Formats = {
    "town": ("town", str),
    "subscribers": ("subscribers", words.count),
    "capital_usd": ("capital", words.usd),
    "grant_usd": ("grant", words.usd),
    "revenue_usd_year": ("revenue", _dollars),
    "isp_usd_year": ("provider", _dollars),
    "opex_usd_year": ("operation", _dollars),
    "reserve_usd_year": ("reserve", _dollars),
    "debt_service_usd_year": ("debt", _dollars),
    "surplus_usd_year": ("surplus", _dollars),
    "break_even_before_debt": ("before debt", words.text),
    "break_even_take_rate": ("break-even", words.text),
    "tax_impact_usd_year": ("tax a home", words.usd),
}
_BACK_TEST: Formats = {
    "town": ("town", str),
    "published_budget_usd": ("published", words.usd),
    "predicted_budget_usd": ("predicted", words.usd),
    "error_share": ("error", lambda value: f"{value:+.1%}"),
    "interval_low_usd": ("90 % from", words.usd),
    "interval_high_usd": ("to", words.usd),
    "holds": ("holds", _yes),
    "actual_usd": ("as built", words.usd),
}
_COMPONENTS: Formats = {
    "town": ("town", str),
    "component": ("component", str),
    "predicted_central_usd": ("predicted", words.usd),
    "actual_usd": ("as built", words.usd),
    "actual_over_predicted": ("ratio", lambda value: f"{value:.2f}"),
}
