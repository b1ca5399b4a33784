"""What a report says on programmes, clusters and sites."""

from typing import Any, Final

import pandas as pd

from maps.report._cells import Cell, figures, frame, number, sentence, sentences, short, totals
from maps.report.model import Block, Items, Section, Text, section
from planner import Plan, words
from planner.eligibility.portfolio import NEAREST, STATUSES
from planner.eligibility.portfolio import VERDICTS as FITS
from planner.siting.summary import by_role
from planner.siting.summary import sentences as siting_sentences

SIGNS: Final = {"eligible": "✓", "borderline": "±", "not known": "?", "not eligible": "✗"}
_OPEN: Final = "open"
_BEST: Final = 3
_UNITS: Final = {"county": "counties", "community": "communities"}


def fit(verdict: Any) -> str:
    """Return a verdict on eligibility with its sign."""
    return f"{SIGNS[str(verdict)]} {verdict}"


def programmes(plan: Plan) -> Section | None:
    """Return the section on programmes: what is open, then every programme by verdict, with the commonest reason."""
    table = plan.tables.get("eligibility")
    if table is None or table.empty:
        return None
    day = words.day(table["day"].max())
    open_now = table[table["status"] == _OPEN]
    said = (
        f"Screened for {number(table['programme'].nunique(), 'programme')} with the rules in force on {day}. A verdict says"
        " whether the place may apply; whether it wins is for the agency to say. Where a figure is missing, the verdict is not known."
    )
    listed = [f"{name}: {_spread(rows)}." for name, rows in open_now.groupby("programme_title", sort=True)]
    opened: list[Block] = [Items(tuple(listed))] if listed else [Text(f"No programme is known to be open on {day}.")]
    return section(
        "What the places can apply for",
        (Text(said),),
        [section("Open for applications", opened), section("All programmes", _reasons(table))],
    )


def _spread(rows: pd.DataFrame) -> str:
    """Say how many places of each unit have each verdict."""
    counts: dict[Any, int] = rows.groupby("unit")["verdict"].value_counts().to_dict()
    return "; ".join(
        f"{number(counts[unit, verdict], str(unit), _UNITS.get(unit, ''))} {verdict}"
        for unit in NEAREST
        for verdict in FITS
        if (unit, verdict) in counts
    )


_REASONS: Final = {
    "programme_title": Cell("Programme", share=1.1),
    "status": Cell("Status", share=0.7),
    "verdict": Cell("Verdict", fit, share=0.8),
    "places": Cell("Places", share=1.3),
    "reason": Cell("Reason, or the commonest of several", short, share=2.2),
    "citation": Cell("Where it is written", short, share=1.1),
}


def _reasons(table: pd.DataFrame) -> list[Block]:
    """Return one row a programme and verdict, open programmes first."""
    rows = []
    for (name, title, status, verdict), part in table.groupby(["programme", "programme_title", "status", "verdict"]):
        counts = part["unit"].value_counts()
        places = ", ".join(number(int(counts[unit]), unit, _UNITS.get(unit, "")) for unit in NEAREST if unit in counts)
        rows.append({
            "name": name, "programme_title": title, "status": status, "verdict": verdict, "places": places,
            "reason": _commonest(part["reason"]), "citation": _commonest(part["citation"]),
            "_status": STATUSES.index(str(status)), "_verdict": FITS.index(str(verdict)),
        })  # fmt: skip
    order = pd.DataFrame(rows).sort_values(["_status", "_verdict", "programme_title", "name"], kind="stable")
    return frame("Programmes by status and verdict", order, _REASONS)


def _commonest(values: pd.Series) -> str:
    """Return the most frequent text; the first in alphabetical order of those that are as frequent."""
    counts = values.dropna().astype("str").value_counts()
    return "" if counts.empty else min(counts.index[counts == counts.max()])


_READY: Final = {
    "rank": figures("Rank"),
    "place": Cell("Area"),
    "score_low": figures("Readiness, least", "{:.3f}".format),
    "score_high": figures("Most", "{:.3f}".format),
    "reason": Cell("For and against", share=2.5),
    "missing": Cell("Not known"),
}
_AREAS: Final = {
    "area": Cell("Area"),
    "year": figures("Year", words.text),
    "traded_employment": figures("Traded jobs"),
    "strong_clusters": figures("Strong clusters"),
    "strength_share": figures("Jobs in them", words.floor_percent),
    "strongest": Cell("Strongest, with location quotient", share=2.5),
}
_SITES: Final = {
    "site": Cell("Site", share=1.4),
    "role": Cell("Role"),
    "demand_places": figures("Places served"),
    "demand_share": figures("Of demand", words.floor_percent),
    "mean_m": figures("Mean distance", words.miles),
    "max_m": figures("Longest", words.miles),
}


def clusters(plan: Plan) -> Section | None:
    """Return the section on clusters of industry and the readiness of areas."""
    tables = plan.tables
    blocks: list[Block] = []
    if "readiness" in tables:
        ready = tables["readiness"].sort_values(["rank", "place_id"], kind="stable")
        blocks += frame("Readiness for an institute, the readiest area first", ready, _READY)
    if "cluster_regions" in tables and "cluster_strength" in tables:
        blocks += frame("Clusters by area", _strongest(tables["cluster_regions"], tables["cluster_strength"]), _AREAS)
    return section("Clusters", blocks)


def _strongest(areas: pd.DataFrame, strength: pd.DataFrame) -> pd.DataFrame:
    """Return the areas of the last year with their strongest clusters."""
    last = areas[areas["year"] == areas["year"].max()].sort_values("area_id", kind="stable")
    rows = strength[(strength["year"] == strength["year"].max()) & strength["strong"].fillna(value=False).astype(bool)]
    rows = rows.sort_values(["lq", "cluster"], ascending=[False, True], kind="stable")
    named = rows["cluster_name"].fillna(rows["cluster"]).astype("str") + " " + rows["lq"].map("{:.2f}".format)
    best = named.groupby(rows["area_id"]).agg(lambda each: ", ".join(each.head(_BEST)))
    return pd.DataFrame(last.assign(strongest=last["area_id"].map(best)))


def sites(plan: Plan) -> Section | None:
    """Return the section on the sites that were chosen, why, and how good the choice is."""
    if "chosen_sites" not in plan.tables:
        return None
    chosen = pd.DataFrame(by_role(pd.DataFrame(plan.tables["chosen_sites"]).drop(columns="geometry", errors="ignore")))
    why = tuple(
        f"{words.text(name)}: {words.text(said)}." for name, said in zip(chosen["site"], chosen["why"], strict=True)
    )
    return section(
        "Where sites should stand",
        (
            Items(sentences(siting_sentences(plan.tables))),
            *frame("Chosen sites", chosen.assign(role=chosen["role"].map(sentence)), _SITES),
            Items(why),
            *totals("How good the choice is", plan.tables["siting_totals"]),
        ),
    )
