"""The summary that a legislator reads: under 150 words, each sentence only where the plan has it."""

from collections.abc import Iterable, Iterator
from typing import Final

import pandas as pd

from maps.provenance import VERDICTS_NOUN, Provenance, badge, column_origin, provenance
from maps.report._cells import number
from maps.report.model import Block, Section, Text
from maps.styles import styles
from planner import Plan, words
from planner.last_mile.summary import figures as last_mile_figures
from planner.siting.summary import by_role

_NAMED: Final = 3


def summary(plan: Plan) -> Section:
    """Return the summary."""
    return Section("Summary", (Text(" ".join(_said(plan)), "lead"),))


def warned(plan: Plan) -> tuple[Block, ...]:
    """Return the caution as a block; nothing where all data is published."""
    mind = caution(plan)
    return (Text(mind, "caution"),) if mind else ()


def caution(plan: Plan) -> str:
    """Say what of the plan is approximate, generated or modelled; empty where nothing is."""
    said = badge(_origins(plan), styles().badge)
    return f"Caution: {said[0].lower()}{said[1:]}." if said else ""


def _origins(plan: Plan) -> Iterator[tuple[str, Provenance]]:
    for key, style in styles().layers.items():
        if key in plan.layers and not style.table:
            yield style.noun, provenance(plan.layers[key])
    for column, noun in styles().badge.columns.items():
        if column in plan.tables["town_results"]:
            yield noun, column_origin(plan.tables["town_results"], column)
    verdicts = plan.tables.get("eligibility")
    if verdicts is not None and "origin" in verdicts:
        yield VERDICTS_NOUN, column_origin(verdicts, "origin")


def _said(plan: Plan) -> Iterator[str]:
    yield from _towns(plan)
    yield from _money(plan)
    yield from _middle_mile(plan)
    yield from _programmes(plan)
    yield from _hub(plan)


def _towns(plan: Plan) -> Iterator[str]:
    target, results = plan.region.targets[0], plan.tables["town_results"]
    tier, counts = f"{words.text(target.label)} Mbps", results["verdict"].value_counts()
    parts = {name: int(counts.get(name, 0)) for name in ("pass", "fail", "not known")}
    unknown = f"; {parts['not known']:,} not known" if parts["not known"] else ""
    yield (
        f"{parts['pass']:,} of {number(len(results), 'town')} have {tier} for at least {words.percent(target.share)} of premises;"
        f" {parts['fail']:,} fall short{unknown}."
    )
    counted = results.dropna(subset=["premises", "unserved"])
    if len(counted):
        lost, whole = int(counted["unserved"].sum()), int(counted["premises"].sum())
        yield f"{lost:,} of {whole:,} premises lack it."


def _money(plan: Plan) -> Iterator[str]:
    found, results = last_mile_figures(plan.tables), plan.tables["town_results"]
    if found and found["towns_with_project"]:
        yield (
            f"The chosen projects for {number(found['towns_with_project'], 'town')} cost {words.usd(found['capital_central_usd'])}"
            f" ({words.usd(found['capital_low_usd'])} to {words.usd(found['capital_high_usd'])}) and need"
            f" {words.usd(found['public_usd'])} of public money."
        )
    elif "cost_central_usd" in results and results["cost_central_usd"].notna().any():
        low, middle, high = (
            words.usd(results[f"cost_{name}_usd"].sum()) for name in ("low", "central", "high")
        )  # fmt: skip
        priced = int(results["cost_central_usd"].notna().sum())
        rest = f"; the cost of {number(len(results) - priced, 'town')} is not known" if priced < len(results) else ""
        yield f"Fibre to every premises of {number(priced, 'town')} costs {middle} ({low} to {high}){rest}."


def _middle_mile(plan: Plan) -> Iterator[str]:
    totals = plan.tables.get("middle_mile_totals")
    if totals is not None:
        found = totals.set_index("statistic")["value"]
        yield (
            f"A middle mile of {words.whole_miles(float(found['route']))} to {number(int(found['towns connected']), 'town')} and"
            f" {number(int(found['anchors connected']), 'anchor institution')} costs {words.usd(found['cost, central'])}"
            f" ({words.usd(found['cost, low'])} to {words.usd(found['cost, high'])})."
        )


def _programmes(plan: Plan) -> Iterator[str]:
    table = plan.tables.get("eligibility")
    if table is None or table.empty:
        return
    day, rows = words.day(table["day"].max()), table[table["status"] == "open"]
    titles = _names(rows)
    if not titles:
        yield f"Of {number(table['programme'].nunique(), 'programme')} screened, none is known to be open on {day}."
        return
    fitting = _names(rows[rows["verdict"] == "eligible"])
    unsure = _names(rows[rows["verdict"].isin(["not known", "borderline"])])
    verb = "is" if len(titles) == 1 else "are"
    yield f"{_listed(titles)} {verb} open on {day}; places here are " + (
        f"eligible for {_listed(fitting)}."
        if fitting
        else "not shown to be eligible yet."
        if unsure
        else "not eligible."
    )


def _names(rows: pd.DataFrame) -> list[str]:
    return sorted({words.text(title) for title in rows["programme_title"]})


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    more = len(found) - _NAMED
    return words.listing(found) if more <= 1 else f"{', '.join(found[:_NAMED])} and {more} more"


def _hub(plan: Plan) -> Iterator[str]:
    chosen = plan.tables.get("chosen_sites")
    if chosen is None or chosen.empty:
        return
    table = by_role(chosen)
    role = str(table["role"].iloc[0])
    named = [words.text(name) for name in table.loc[table["role"] == role, "site"]]
    verb, nouns = ("stands", f"The {role}") if len(named) == 1 else ("stand", f"The {role}s")
    yield f"{nouns} {verb} best at {_listed(named)}."
