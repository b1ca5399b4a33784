"""The last mile in a few sentences and figures."""

import math
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import pandas as pd

from planner.words import count, listing, percent, usd, whole_miles


def figures(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the figures that ``--json`` gives: plain numbers, money in US dollars."""
    if "chosen_projects" not in tables:
        return {}
    table = tables["chosen_projects"]
    built = table[table["option_id"].notna()]
    models = built["model"].value_counts().sort_index()
    return {
        "towns": len(table),
        "towns_with_project": len(built),
        "towns_that_reach_the_target": int(built["meets_target"].sum()),
        "models": {str(name): int(number) for name, number in models.items()},
        **{f"capital_{name}_usd": round(float(built[f"capital_{name}_usd"].sum())) for name in ("low", "central", "high")},
        "public_usd": round(float(built["public_usd"].sum())),
        "paid_by": {
            name: round(amount) for name, amount in _payers(tables).items()
        },
    }  # fmt: skip


def _payers(tables: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """Return what each payer pays for the chosen projects."""
    if "funding" not in tables:
        return {}
    paid = of_chosen(tables, "funding").groupby("payer")["amount_usd"].sum()
    return {str(name): float(amount) for name, amount in paid.items()}


def sentences(tables: Mapping[str, pd.DataFrame]) -> Iterable[str]:
    """Say in a few lines which projects are chosen, what they cost, who pays, and what the last percent costs."""
    found = figures(tables)
    if found:
        models = listing([f"{number} {name}{'' if number == 1 else 's'}" for name, number in found["models"].items()])
        yield (
            f"projects for {found['towns_with_project']} of {found['towns']} towns: {models or 'none'};"
            f" {found['towns_that_reach_the_target']} reach the target"
        )
        yield (
            f"their capital: {usd(found['capital_low_usd'])} low, {usd(found['capital_central_usd'])} central,"
            f" {usd(found['capital_high_usd'])} high; public cost {usd(found['public_usd'])}"
        )
        if found["paid_by"]:
            yield "who pays: " + "; ".join(f"{name} {usd(amount)}" for name, amount in found["paid_by"].items())
    if "last_mile_routes" in tables:
        yield from _designed(tables)


def _designed(tables: Mapping[str, pd.DataFrame]) -> Iterable[str]:
    """Say for each designed town its length, cost, and what its last premises cost."""
    bill = tables["bill_of_materials"].groupby("town_geoid")["cost_central_usd"].sum()
    routes = tables["last_mile_routes"].groupby("town_geoid")["length_m"].sum()
    drops = tables["last_mile_drops"].groupby("town_geoid").size()
    named = tables["project_options"].drop_duplicates("town_geoid").set_index("town_geoid")["town"]
    for code, rows in tables["last_percent"].groupby("town_geoid"):
        last = rows.sort_values("premises").iloc[-1]
        yield (
            f"fibre along the streets of {named.get(code, f'town {code}')}: {whole_miles(float(routes[code]))}, {count(drops[code])} drops,"
            f" {usd(bill[code])}; the last premises costs ${last['marginal_usd']:,.0f}"
        )


def finance_figures(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the figures of town finance that ``--json`` gives."""
    table = of_chosen(tables, "finance")
    even = table["break_even_take_rate"]
    return {
        "networks": len(table),
        "surplus_usd_year": round(float(table["surplus_usd_year"].sum())),
        "median_break_even_take_rate": _median(even),
        "median_break_even_before_debt": _median(table["break_even_before_debt"]),
        "networks_without_break_even": int(even.isna().sum()),
        "grant_to_break_even_usd": round(float(table["grant_to_break_even_usd"].sum())),
        "networks_beyond_grants": int(table["grant_to_break_even_usd"].isna().sum()),
    }


def _median(rates: pd.Series) -> float | None:
    """Return the median, where no break-even counts as above any rate; None where it is such a one."""
    middle = float(rates.fillna(float("inf")).median())
    return round(middle, 4) if math.isfinite(middle) else None


def _rate(share: float | None) -> str:
    return "none" if share is None else percent(round(share, 3))


def of_chosen(tables: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """Return the rows of a table of finance that are about chosen projects."""
    chosen = pd.DataFrame(tables["chosen_projects"])[["town_geoid", "option_id"]].dropna()
    return tables[name].merge(chosen, on=["town_geoid", "option_id"])


def what_matters(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return how far each uncertain input moves the yearly surplus of all chosen networks, the widest swing first.

    Columns low_usd and high_usd: change of the surplus where the input has its low or high value; index: the input.
    """
    own = of_chosen(tables, "finance")[["town_geoid", "option_id", "surplus_usd_year"]]
    moved = of_chosen(tables, "finance_tornado").merge(own, on=["town_geoid", "option_id"])
    for name in ("low", "high"):
        moved[f"{name}_usd"] = moved[f"surplus_{name}_usd_year"] - moved["surplus_usd_year"]
    sums = moved.groupby("input", sort=True)[["low_usd", "high_usd"]].sum()
    order = (sums["low_usd"] - sums["high_usd"]).abs().sort_values(ascending=False, kind="stable").index
    return sums.loc[order]


def finance_sentences(tables: Mapping[str, pd.DataFrame]) -> Iterable[str]:
    """Say whether the chosen networks can live."""
    found = finance_figures(tables)
    if not found["networks"]:
        yield "no chosen project is a network of the town's own"
        return
    surplus = found["surplus_usd_year"]
    yield (
        f"networks of the towns' own: {found['networks']}; together they"
        f" {'earn' if surplus >= 0 else 'lack'} {usd(abs(surplus))} a year after operation, reserve and debt"
    )
    yield (
        f"break-even take rate, median: {_rate(found['median_break_even_before_debt'])} before debt,"
        f" {_rate(found['median_break_even_take_rate'])} with debt; {found['networks_without_break_even']} break even at"
        " no take rate with debt"
    )
    beyond = found["networks_beyond_grants"]
    yield f"further grants of {usd(found['grant_to_break_even_usd'])} let {found['networks'] - beyond} break even" + (
        f"; {beyond} earn less than operation and reserve take, which no grant mends" if beyond else ""
    )
    if "finance_risk" in tables:
        risk = of_chosen(tables, "finance_risk")
        likely = int((risk["surplus_probability"] >= 0.5).sum())
        draws = int(risk["draws"].iloc[0]) if len(risk) else 0
        yield f"{likely} of {len(risk)} are more likely than not to run a surplus ({count(draws)} draws)"
    if "finance_tornado" in tables:
        yield f"what matters most: {listing([str(name).replace('_', ' ') for name in what_matters(tables).index[:3]])}"


def town_columns(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return for each town with a chosen project what the map's panel says of it, by town code."""
    table = tables["chosen_projects"].set_index("town_geoid")
    found = pd.DataFrame(
        index=table.index,
        data={
            "project": [_project(row) for row in table.to_dict("records")],
            "project_share": table["share_after"].where(table["option_id"].notna()),
            "project_capital_usd": table["capital_central_usd"],
            "project_public_usd": table["public_usd"],
            "project_reason": table["reason"],
        },
    )
    if "finance" in tables:
        money = of_chosen(tables, "finance").set_index("town_geoid")
        for name in ("break_even_take_rate", "grant_to_break_even_usd", "tax_impact_usd_year"):
            found[name] = money[name].reindex(found.index)
    if "funding" in tables:
        paid = of_chosen(tables, "funding")
        said = {code: _paid(rows) for code, rows in paid.groupby("town_geoid")}
        found["funding"] = pd.Series(said, dtype="str").reindex(found.index)
    return found


def _project(row: Mapping[Hashable, Any]) -> str | None:
    if not isinstance(row["option_id"], str):
        return None
    fill = f", the rest by {row['fill']}" if isinstance(row["fill"], str) else ""
    return f"{row['model']}, {row['technology']}{fill}"


def _paid(rows: pd.DataFrame) -> str:
    return ", ".join(f"{payer} {usd(amount)}" for payer, amount in zip(rows["payer"], rows["amount_usd"], strict=True))
