"""What a report says on coverage: tiers, the map, counties, and every town with numerator, denominator and verdict."""

from typing import Any, Final

import pandas as pd

from maps.counties import by_county
from maps.report._cells import Cell, figures, frame, records
from maps.report.model import Block, Column, Figure, Section, Table, Text, section, table
from maps.report.picture import towns_picture
from maps.towns import Polygons
from planner import Plan, words

RESULTS: Final = "town_results"
_LARGEST: Final = 10
_MOST_TOWNS: Final = 1500
VERDICTS: Final = {"pass": "✓ passes", "fail": "✗ falls short", "not known": "? not known"}
_ORDER: Final = ("fail", "not known", "pass")


def verdict(value: Any) -> str:
    """Return a verdict with its sign."""
    return VERDICTS.get(words.text(value), VERDICTS["not known"])


TOWN: Final = {
    "town": Cell("Town", share=1.4),
    "county": Cell("County"),
    "target": figures("Tier, Mbps", words.text),
    "served": figures("Served"),
    "premises": figures("Of premises"),
    "share_served": figures("Share", words.floor_percent),
    "target_share": figures("Required", words.percent),
    "shortfall": figures("Short by"),
    "verdict": Cell("Verdict", verdict),
}


def coverage(plan: Plan) -> Section | None:
    """Return the section on coverage."""
    results = plan.tables[RESULTS]
    short = results[results["verdict"] == "fail"].sort_values(
        ["shortfall", "town_geoid"], ascending=[False, True], kind="stable"
    )
    largest = frame(
        f"The {min(_LARGEST, len(short))} towns that miss the most premises"
        if len(short) > 1
        else "The town that falls short",
        short.head(_LARGEST).drop(columns="target"),
        TOWN,
        "Served premises by all premises, cut to one decimal and never rounded up." if len(short) else "",
    )
    return section("Coverage", (Text(rule(plan)), *_tiers(plan), picture(plan), *_counties(plan), *largest))


def rule(plan: Plan) -> str:
    """Say what a town must have to pass, and by which rule premises count as served."""
    target = plan.region.targets[0]
    said = (
        f"A town passes where at least {words.percent(target.share)} of its premises have an offer of"
        f" {words.text(target.label)} Mbps (download/upload). Where offers are not known, the verdict is only given if it"
        " holds whatever they are."
    )
    service = plan.tables.get("federal_service")
    if service is None or service.empty:
        return said
    first = service.iloc[0]
    return f"{said} Which offers count: {words.text(first['rule'])} ({words.text(first['citation'])})."


def _tiers(plan: Plan) -> list[Block]:
    rows = plan.tables.get("coverage", plan.tables[RESULTS])
    found = []
    for target in plan.region.targets:
        mine = rows[rows["target"] == target.label]
        sums = [int(mine[name].sum()) for name in ("premises", "served", "unserved", "unknown")]
        towns = [int((mine["verdict"] == name).sum()) for name in ("pass", "fail", "not known")]
        if len(mine):
            found.append(
                [f"{words.text(target.label)} Mbps", words.percent(target.share), *map(words.count, sums + towns)]
            )
    heads = (
        "Required",
        "Premises",
        "Served",
        "Unserved",
        "Not known",
        "Towns that pass",
        "Fall short",
        "Towns not known",
    )
    columns = [Column("Tier"), *(Column(head, figures=True) for head in heads)]
    return table(
        "Premises and towns by tier", columns, found, "The first tier decides; the others are shown beside it."
    )


def polygons(plan: Plan) -> Polygons:
    """Return the towns of a plan as areas, or its counties where there are very many towns."""
    counties = by_county(plan)
    target = plan.region.targets[0]
    areas: Any = plan.tables[RESULTS] if counties is None else counties
    found = Polygons(areas, target.share)
    found.called = ("town", "towns") if counties is None else ("county", "counties")
    return found


def picture(plan: Plan, code: str | None = None) -> Figure:
    """Return the map of towns by share served, with the figures of its key; one town may be marked."""
    towns = polygons(plan)
    classes = towns.share_classes.classes
    counted = [(each, towns.class_of.count(place)) for place, each in enumerate(classes)]
    rows = [(each.label, VERDICTS[each.verdict], words.count(count)) for each, count in counted if count]
    sites: Any = None if code else plan.tables.get("chosen_sites")
    counts = towns.counts()
    target = plan.region.targets[0]
    said = (
        f"{words.count(counts['pass'])} {towns.called[1]} reach {words.percent(target.share)} at {words.text(target.label)} Mbps,"
        f" {words.count(counts['fail'])} fall short and are hatched, {words.count(counts['not known'])} are not known and dotted."
    )
    if sites is not None:
        said += " Stars are chosen sites."
    if code:
        name = plan.tables[RESULTS].set_index("town_geoid").loc[code, "town"]
        said = f"{words.text(name)} has the heavy outline. {said}"
    heads = (
        Column("Share of premises served", share=2),
        Column("Verdict"),
        Column(words.humanised(towns.called[1]), figures=True),
    )
    title = f"{words.humanised(towns.called[1])} by share of premises with {words.text(target.label)} Mbps"
    told = Table(title, heads, tuple(rows))
    return Figure(
        title, said, towns_picture(towns, sites, code, towns.called[1]), None if code else told, small=code is not None
    )


def _counties(plan: Plan) -> list[Block]:
    areas = plan.tables.get("area_coverage")
    if areas is None:
        return []
    mine = areas[areas["target"] == plan.region.targets[0].label].sort_values(
        ["geography", "area_geoid"], kind="stable"
    )
    cells = {
        "area": Cell("Area"),
        **{name: cell for name, cell in TOWN.items() if name not in ("town", "county", "target")},
    }
    return frame(f"Counties and other areas at {words.text(plan.region.targets[0].label)} Mbps", mine, cells)


def every_town(plan: Plan) -> Section | None:
    """Return the list of all towns: those that fall short first, by name."""
    results = plan.tables[RESULTS]
    if len(results) > _MOST_TOWNS:
        return section("Every town", (Text(f"The region has {len(results):,} towns; table {RESULTS} lists them."),))
    rank = results["verdict"].map(_ORDER.index)
    rows = results.assign(_rank=rank).sort_values(["_rank", "town", "town_geoid"], kind="stable")
    parts = []
    for name in _ORDER:
        mine = rows[rows["verdict"] == name]
        if len(mine):
            label = VERDICTS[name][2:]
            caption = f"{len(mine):,} {'town' if len(mine) == 1 else 'towns'}: {label}"
            parts += frame(caption, mine, {key: cell for key, cell in TOWN.items() if key != "verdict"}, _missing(mine))
    return section("Every town", parts)


def _missing(rows: pd.DataFrame) -> str:
    if "missing" not in rows:
        return ""
    found = [
        f"{words.text(row['town'])}: {words.text(row['missing'])}"
        for row in records(rows)
        if words.text(row["missing"])
    ]
    return f"Not known: {'; '.join(found)}." if found else ""
