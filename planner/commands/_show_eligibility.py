"""How verdicts, changes and programmes look on a terminal."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any

import pandas as pd

from planner.commands._show import ends, heading_table, line
from planner.eligibility.portfolio import NEAREST
from planner.programmes.measures import measures
from planner.programmes.rule import Dated, MeasureTest, Programme

_MONEY = {
    "programme_money": ("Shares and awards", {
        "programme": "programme", "kind": "kind", "activity": "activity", "says": "how much", "result": "holds"}),
    "stacked_money": ("Who can pay", {
        "project": "project", "line": "line", "payer": "payer", "amount_usd": "dollars", "says": "on what terms"}),
    "consortium_check": ("Members", {
        "programme": "programme", "role": "role", "types": "types", "least": "least", "have": "have", "verdict": "verdict"}),
    "focus_fit": ("Focus areas", {"programme": "programme", "area": "area", "verdict": "verdict", "nearest": "nearest"}),
}  # fmt: skip
_MARKS = {
    "eligible": "✓ eligible",
    "not eligible": "✕ not eligible",
    "borderline": "≈ borderline",
    "not known": "? not known",
}
_WIDEST = 150
_CHANGE = (
    "day", "programme_title", "amendment", "verdict_before", "verdict_after", "status_before", "status_after", "unit",
)  # fmt: skip
_PLURALS = {
    "state": "states", "county": "counties", "local labor market": "labor markets", "community": "communities",
    "tribal land": "tribal lands", "tract": "tracts", "drawn area": "drawn areas",
}  # fmt: skip


def screening(title: str, table: pd.DataFrame, notes: Iterable[str], files: Iterable[Path]) -> None:
    """Print how many places of each unit have each verdict, a line a programme, and where the rest is."""
    units = [unit for unit in _PLURALS if unit in set(table["unit"])]
    counts: dict[Any, int] = table.groupby(["programme_title", "status", "unit"])["verdict"].value_counts().to_dict()
    sizes = table.groupby("unit")["place_id"].nunique()
    heads = {"programme": "left", "status": "left"} | {
        f"{sizes[unit]:,} {_plural(unit, sizes[unit])}": "right" for unit in units
    }
    rows = (
        [
            name,
            status,
            *(_counted({word: counts.get((name, status, unit, word), 0) for word in _MARKS}) for unit in units),
        ]
        for name, status in sorted({key[:2] for key in counts})
    )
    heading_table(f"{title} (✓ eligible, ✕ not eligible, ≈ borderline, ? not known)", heads, rows)
    ends(notes, files)


def _plural(unit: str, count: int) -> str:
    return unit if count == 1 else _PLURALS[unit]


def _counted(counts: Mapping[str, int]) -> str:
    return "  ".join(f"{count:,} {_MARKS[word][0]}" for word, count in counts.items() if count)


def portfolio(title: str, made: Mapping[str, pd.DataFrame], notes: Iterable[str], files: Iterable[Path]) -> None:
    """Print what a place can apply for: a line a programme, by its nearest unit that has a rule; money and members."""
    heads = dict.fromkeys(("programme", "status", "verdict", "unit", "why"), "left")
    found = made["eligibility_portfolio"]
    nearest = found.sort_values("unit", key=lambda units: units.map(NEAREST.index), kind="stable").drop_duplicates(
        "programme"
    )
    table = found.loc[nearest.index.sort_values()]
    table = table.assign(reason=_through(table, found) + table["reason"])
    rows: list[list[Any]] = table[["programme_title", "status", "verdict", "unit", "reason"]].to_numpy().tolist()
    heading_table(
        title,
        heads,
        (
            [name, status, _MARKS[verdict], unit, shorten(why, _WIDEST, placeholder=" ...")]
            for name, status, verdict, unit, why in rows
        ),
    )
    for name, (heading, columns) in _MONEY.items():
        if name in made and len(made[name]):
            shown: list[list[Any]] = made[name][list(columns)].astype("object").fillna("").to_numpy().tolist()
            heading_table(heading, dict.fromkeys(columns.values(), "left"), shown)
    ends(notes, files)


def _through(table: pd.DataFrame, found: pd.DataFrame) -> pd.Series:
    """Return for programmes whose nearest unit is not eligible which wider unit is; empty text otherwise."""
    open_to: dict[Any, str] = (
        found[found["verdict"] == "eligible"].groupby("programme")["unit"].agg(" and ".join).to_dict()
    )
    said = [
        f"eligible through its {open_to[name]}; as {unit}: " if name in open_to and verdict != "eligible" else ""
        for name, unit, verdict in zip(table["programme"], table["unit"], table["verdict"], strict=True)
    ]
    return pd.Series(said, table.index, dtype="str")


def match(title: str, table: pd.DataFrame, notes: Iterable[str], files: Iterable[Path]) -> None:
    """Print who pays a project's cost."""
    heads = {"payer": "left", "dollars": "right", "share": "right"}
    rows = zip(table["payer"], table["amount_usd"], table["share"], strict=True)
    line(title)
    heading_table("Match", heads, ((payer, f"{amount:,.2f}", f"{share:.1%}") for payer, amount, share in rows))
    ends(notes, files)


def redrawn(title: str, table: pd.DataFrame, places: pd.DataFrame, files: Iterable[Path]) -> None:
    """Print the smallest group of each way into a rule."""
    names = dict(zip(places["place_id"], places["place"], strict=True))
    rows: list[list[Any]] = (
        table.drop_duplicates("alternative")[["alternative", "result", "areas", "place_ids", "why"]].to_numpy().tolist()
    )
    heads = dict.fromkeys(("tests", "result", "areas", "which", "why"), "left")
    heading_table(title, heads, ((tests, result, areas or "", ", ".join(names.get(code, code) for code in str(codes or "").split() if code != "None"), why)
                                 for tests, result, areas, codes, why in rows))  # fmt: skip
    ends(("sampling error is not counted; what a group of places may apply as is for the agency to say",), files)


def changes(title: str, table: pd.DataFrame, files: Iterable[Path]) -> None:
    """Print what changed, counted by day, programme and amendment."""
    counted = table.fillna({"amendment": ""}).groupby(list(_CHANGE), sort=True).size().reset_index(name="places")
    found: list[list[Any]] = counted.to_numpy().tolist()
    rows = (
        (str(day)[:10], name, _step(was, now), _step(before, after), f"{count:,} {_plural(unit, count)}", why)
        for day, name, why, before, after, was, now, unit, count in found
    )  # fmt: skip
    heads = dict.fromkeys(("day", "programme", "status", "verdict", "places", "because"), "left")
    heading_table(f"{title}: {len(table):,} changes", heads, rows)
    ends((), files)


def _step(before: str, after: str) -> str:
    return before if before == after else f"{before} -> {after}"


def programmes(found: Sequence[Programme], day: dt.date) -> None:
    """Print all programmes with their status on a day, their units, and what they measure."""
    heads = {
        "name": "left",
        "programme": "left",
        "agency": "left",
        "status": "left",
        "units": "left",
        "measures": "left",
    }
    rows = [
        (
            each.name,
            each.title,
            each.agency,
            status_of(each, day),
            ", ".join(units_of(each, day)),
            ", ".join(measured(each)),
        )
        for each in found
    ]
    heading_table(f"{len(found)} programmes on {day}", heads, rows)


def programme(rules: Programme, day: dt.date) -> None:
    """Print one programme: purpose, status, rules and figures on a day, sources, and what is not screened."""
    line(f"{rules.title} ({rules.agency}), on {day}")
    line(rules.purpose)
    line(f"status: {status_of(rules, day)}")
    for rule in rules.rules:
        if rule.holds(day):
            line(f"rule: {rule.title}, for {', '.join(rule.units)}{f' ({rule.citation})' if rule.citation else ''}")
    heads = {"figure": "left", "value": "right", "unit": "left", "from": "left", "where it is written": "left"}
    values = [(parameter, value) for parameter in rules.parameters.values() if (value := parameter.at(day))]
    rows = ((each.meaning, f"{value.value:,.10g}", each.unit, since(value), value.citation) for each, value in values)
    heading_table("Figures", heads, rows)
    for gap in rules.not_implemented:
        line(f"not screened: {gap.what} ({gap.why})")
    for source in rules.sources:
        line(f"source: {source.citation}{'' if source.seen else ' (not seen)'} {source.url}".rstrip())


def since(dated: Dated) -> str:
    """Return the first day of something; empty where there is none on file."""
    return str(dated.since) if dated.since > dt.date.min else ""


def status_of(rules: Programme, day: dt.date) -> str:
    """Return the status of a programme on a day."""
    status = rules.status_on(day)
    return status.is_ if status else "not open"


def units_of(rules: Programme, day: dt.date) -> list[str]:
    """Return the units that a programme has rules for on a day."""
    return list(dict.fromkeys(unit for rule in rules.rules if rule.holds(day) for unit in rule.units))


def measured(rules: Programme) -> list[str]:
    """Return the titles of what a programme's tests measure."""
    named = [test.measure for test in rules.tests.values() if isinstance(test, MeasureTest) and test.measure]
    named += [name for option in rules.options.values() for name in option.choices.values()]
    return [measures()[name].title for name in dict.fromkeys(named)]
