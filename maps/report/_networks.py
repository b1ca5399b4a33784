"""What a report says on networks and money: middle mile, projects of the last mile, who pays, finance."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from maps.report._cells import Cell, dollars, figures, frame, sentence, sentences, totals
from maps.report._svg import told
from maps.report.model import Block, Figure, Items, Section, Table, section
from planner import Plan, words
from planner.last_mile.summary import finance_sentences, of_chosen, what_matters
from planner.last_mile.summary import sentences as last_mile_sentences
from planner.summary import middle_mile_sentences

Charts = Mapping[str, bytes]
_CHARTS: Final = "charts/{}.svg"
_BAND: Final = {
    f"capital_{name}_usd": figures(f"Capital, {name}", words.usd) for name in ("low", "central", "high")
} | {"public_usd": figures("Public money", words.usd), "provider_usd": figures("Provider's money", words.usd)}
_OPERATOR: Final = {
    "case": Cell("Case", share=2),
    "anchors": figures("Anchors"),
    "revenue_usd": figures("Revenue a year", words.usd),
    "operation_usd": figures("Operation a year", words.usd),
    "surplus_usd": figures("Surplus a year", words.usd),
    "break_even_anchors": figures("Anchors to break even"),
}
_FLOW: Final = {
    "year": figures("Year", words.text),
    **{
        f"{name}_usd": figures(head, words.usd)
        for name, head in {
            "revenue": "Revenue", "isp": "Internet provider", "opex": "Operation", "reserve": "Reserve",
            "debt_service": "Debt service", "cumulative": "Left over so far",
        }.items()
    },
}  # fmt: skip
_FRONT: Final = {
    "public_usd": figures("Public money", words.usd),
    "premises_served": figures("Premises served"),
    "share_served": figures("Share", words.floor_percent),
    "towns_passing": figures("Towns that pass"),
}
_MATTERS: Final = {
    "name": Cell("What is uncertain"),
    "low_usd": figures("At its low value", words.usd),
    "high_usd": figures("At its high value", words.usd),
}


def chart(drawn: Charts, name: str, table: list[Block]) -> list[Block]:
    """Return one of the charts with its figures as a table; nothing where it was not drawn."""
    content = drawn.get(_CHARTS.format(name))
    if content is None:
        return []
    title, said = told(content)
    inner = table[0] if table and isinstance(table[0], Table) else None
    return [Figure(title, sentence(said), content, inner)]


def middle_mile(plan: Plan) -> Section | None:
    """Return the section on the middle mile."""
    if "middle_mile_totals" not in plan.tables:
        return None
    return section(
        "Middle mile",
        (
            Items(sentences(middle_mile_sentences(plan.tables))),
            *totals("Middle mile in figures", plan.tables["middle_mile_totals"]),
            *frame("Can an operator live from it?", plan.tables["operator_test"], _OPERATOR),
        ),
    )


def last_mile(plan: Plan, drawn: Charts) -> Section | None:
    """Return the section on the cost of fibre everywhere, chosen projects, their cost bands, and who pays."""
    tables = plan.tables
    said = sentences(last_mile_sentences(tables))
    blocks: list[Block] = [Items(said)] if said else []
    if "chosen_projects" in tables:
        built = pd.DataFrame(tables["chosen_projects"].dropna(subset=["option_id"]))
        blocks += frame("Chosen projects by model", by_model(built), _MODELS)
        blocks += _payers(tables)
        blocks += chart(drawn, "projects", [])
        blocks += chart(drawn, "budget", frame("What a budget buys", tables.get("pareto", pd.DataFrame()), _FRONT))
        blocks += frame(
            "The chosen project of each town", built.sort_values(["town", "town_geoid"], kind="stable"), _PROJECT
        )
    return section("Last mile", (*_whole_build(tables["town_results"]), *blocks))


_MODELS: Final = {
    "model": Cell("Model", words.humanised, share=2),
    "towns": figures("Towns"),
    "premises": figures("Premises"),
    **_BAND,
}
_PROJECT: Final = {
    "town": Cell("Town"),
    "model": Cell("Model", share=1.7),
    "technology": Cell("Technology"),
    "share_after": figures("Share after", words.floor_percent),
    **{name: _BAND[name] for name in ("capital_low_usd", "capital_central_usd", "capital_high_usd", "public_usd")},
}
_WHOLE: Final = {
    "towns": figures("Towns"),
    "premises": figures("Premises"),
    **{f"cost_{name}_usd": figures(name.capitalize(), words.usd) for name in ("low", "central", "high")},
}


def _whole_build(results: pd.DataFrame) -> list[Block]:
    """Return what fibre to every premises would cost in the towns that were costed."""
    if "cost_central_usd" not in results or results["cost_central_usd"].isna().all():
        return []
    rows = results.dropna(subset=["cost_central_usd"])
    sums = {name: [rows[name].sum()] for name in _WHOLE if name != "towns"}
    note = "Modelled. The band is the sum of the towns' ends, which is wider than a band of the sum."
    return frame(
        "Fibre to every premises of the towns that were costed",
        pd.DataFrame({"towns": [len(rows)], **sums}),
        _WHOLE,
        note,
    )


def by_model(built: pd.DataFrame) -> pd.DataFrame:
    """Return number of towns, premises and money of the chosen projects by model."""
    parts = built.groupby("model", sort=True)
    sums = parts[["premises", *_BAND]].sum()
    return sums.assign(towns=parts.size()).reset_index()


def _payers(tables: Mapping[str, pd.DataFrame]) -> list[Block]:
    if "funding" not in tables:
        return []
    paid = of_chosen(tables, "funding").groupby("payer", sort=True)
    rows = paid["amount_usd"].sum().to_frame().assign(towns=paid["town_geoid"].nunique()).reset_index()
    cells = {"payer": Cell("Payer", sentence, share=2), "towns": figures("Towns"), "amount_usd": figures("Pays", words.usd)}  # fmt: skip
    return frame(
        "Who pays for the chosen projects", rows.sort_values(["amount_usd", "payer"], ascending=[False, True]), cells
    )


def finance(plan: Plan, drawn: Charts) -> Section | None:
    """Return the section on whether the towns' own networks can live."""
    tables = plan.tables
    if "finance" not in tables:
        return None
    flow = (
        of_chosen(tables, "cash_flow").groupby("year", as_index=False).sum(numeric_only=True)
        if "cash_flow" in tables
        else None
    )
    blocks: list[Block] = [Items(sentences(finance_sentences(tables)))]
    blocks += chart(drawn, "cash-flow", [] if flow is None else frame("Cash flow of all networks by year", flow, _FLOW))
    if "finance_tornado" in tables:
        moved = what_matters(tables).reset_index(names="name")
        moved["name"] = moved["name"].map(words.humanised)
        blocks += chart(drawn, "what-matters", frame("Change of the yearly surplus", moved, _MATTERS))
    return section("Finance of the towns' own networks", blocks)


MONEY: Final = {
    "revenue_usd_year": "Revenue a year", "isp_usd_year": "Internet provider a year", "opex_usd_year": "Operation a year",
    "reserve_usd_year": "Reserve a year", "debt_service_usd_year": "Debt service a year", "surplus_usd_year": "Surplus a year",
    "cost_per_subscriber_usd_month": "Cost a subscriber a month", "grant_to_break_even_usd": "Further grant to break even",
    "tax_impact_usd_year": "Added to the yearly tax of an average home",
}  # fmt: skip


def accounts(row: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return the yearly accounts of one network as lines."""
    lines = [(head, dollars(row.get(name)) or "not known") for name, head in MONEY.items() if name in row]
    even = words.floor_percent(row.get("break_even_take_rate")) or "at no take rate"
    return [*lines, ("Break-even take rate", even)]
