"""Scenarios and earlier filings as views of one map: which there are, what they say, and which layers are theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from maps.changes import COST, SHARE, VERDICT, Change
from maps.layer import PageLayer, Payload
from maps.layer import words as words_of
from maps.towns import Polygons, verdict_of
from maps.views import NOW, View, Views, aligned, own_layers
from planner import Plan, words
from planner.earlier import NOTE, earlier

_SCENARIOS: Final = "Scenarios"
_AGAINST: Final = "Scenarios against the plan as it stands"
_FILINGS: Final = "Earlier filings"
_STANDS: Final = "As it stands"
# what rests on the coverage of today, and would belie an earlier day
_OF_TODAY: Final = frozenset((
    "locations", "location_hexagons", "chosen_projects", "last_premises", "last_mile_routes", "last_mile_drops",
    "last_mile_sites",
))  # fmt: skip
_PLACES: Final = ("town_geoid", "town", "county", "population_2020", "target", "target_share", "origin", "source")
_LABELS: Final = {VERDICT: "verdict", SHARE: "share served", COST: "public cost of the projects"}


@dataclass(frozen=True)
class Variant:
    """A plan as it is drawn.

    Attributes
    ----------
    name
        Name of the scenario; empty for the plan as it stands.
    plan
        The plan.
    towns
        Its areas.
    layers
        Layers on top of them, by key.
    once
        Keys of layers that a page can have once only; where a scenario's differ they are left out.
    """

    name: str
    plan: Plan
    towns: Polygons
    layers: Mapping[str, PageLayer] = field(default_factory=dict)
    once: frozenset[str] = frozenset()

    @property
    def aim(self) -> str:
        """Target of one area, in words."""
        return self.towns.aim(self.plan.region.targets[0].label)


def views(here: Variant, others: Sequence[Variant]) -> tuple[Views | None, dict[str, PageLayer]]:
    """Return what a map can show, and the layers that scenarios add to it.

    Parameters
    ----------
    here
        The plan as it stands; its filings of an earlier day, where it has any, are views too.
    others
        Scenarios, in their order.

    Returns
    -------
    tuple
        None where there is nothing but the plan as it stands; else the views. And layers by key.

    Raises
    ------
    ValueError
        Where the name of a scenario is empty, or two read the same.
    """
    _named([each.name for each in others])
    past = _past(here)
    if not others and past is None:
        return None, {}
    layers = [own_layers(each.name, at, each.layers, here.layers, here.once) for at, each in enumerate(others, 1)]
    moving = [
        key for key in here.layers if any(key in off for _, off in layers) or (past is not None and key in _OF_TODAY)
    ]
    label = f"{_STANDS}: {past.now}" if past else _STANDS
    items, changes = [View(NOW, label, "", here.towns, here.aim, layers=tuple(moving))], []
    for each, (own, off) in zip(others, layers, strict=True):
        view = _scenario(here, each, (*own, *(key for key in moving if key not in off)))
        items.append(view)
        changes += _scenario_changes(here, each, view)
    if past is not None:
        items.append(replace(past.view, layers=tuple(key for key in moving if key not in _OF_TODAY)))
        changes += past.changes
    return Views(items, changes), {key: layer for own, _ in layers for key, layer in own.items()}


def _named(names: Sequence[str]) -> None:
    read = [words.text(name) for name in names]
    for name, said in zip(names, read, strict=True):
        if not said:
            raise ValueError(f"a scenario is named {name!r}, which a map cannot show; give it a name")
        if read.count(said) > 1:
            raise ValueError(f"two scenarios read '{said}' on the map; rename one of them")


def beside(here: Variant, others: Sequence[Variant]) -> list[Payload]:
    """Return what "Sources and dates" says of scenarios and of earlier filings."""
    listed = [
        {"title": f"Scenario {words.text(each.name)}", "mark": "", "said": [f"Target: {each.aim}."]} for each in others
    ]
    change = here.plan.tables.get("coverage_change")
    if change is not None and len(change):
        said = words_of("coverage_change", change, here.plan.declaration("coverage_change")).payload()
        listed.append(said | {"said": [*said["said"], f"Earlier filings: {words.day(change['before'].iloc[0])}."]})
    return listed


def _scenario(here: Variant, other: Variant, layers: tuple[str, ...]) -> View:
    table, lost = aligned(other.towns.table, here.towns)
    notes = [_lost(lost, here.towns.called), _new(other.towns, here.towns)]
    if here.towns.fits is not None:
        notes.append("What places can apply for is that of the plan as it stands.")
    return View(
        key=f"scenario:{words.text(other.name)}",
        label=f"Scenario: {other.name}",
        group=_SCENARIOS,
        towns=_like(here.towns, table, other),
        aim=other.aim,
        lead="Scenario ",
        name=other.name,
        note=" ".join(each for each in notes if each),
        layers=layers,
    )


def _scenario_changes(here: Variant, other: Variant, view: View) -> list[Change]:
    both = pd.concat([_measured(here.towns, "before"), _measured(view.towns, "after")], axis=1)
    aims = here.aim if here.aim == other.aim else f"{here.aim} → {other.aim}"
    differ = "" if here.aim == other.aim else f"The targets differ: {aims}."
    built = any("project_share" in each.table for each in (here.towns, other.towns))
    titles = _LABELS | ({SHARE: "share served with the projects"} if built else {})
    alone = "Layers that differ between the plans are not shown here." if view.layers else ""
    measures = [VERDICT, SHARE, *([COST] if {"cost_before_usd", "cost_after_usd"} <= set(both) else [])]
    return [
        Change(
            key=f"change-{measure}:{words.text(other.name)}",
            label=f"What changes in {other.name}: {titles[measure]}",
            group=_AGAINST,
            before=NOW,
            after=view.key,
            measure=measure,
            table=both,
            called=here.towns.called,
            lead="Scenario ",
            name=other.name,
            title=f"{titles[measure]} against the plan as it stands",
            aim=aims,
            note=" ".join(each for each in (differ, view.note, alone) if each),
        )
        for measure in measures
    ]


def _measured(towns: Polygons, side: str) -> pd.DataFrame:
    """Return verdict, share with the project (else of today) and public cost of each area.

    A town without a project has no public cost, which is nothing and not unknown; a town that the plan does not have
    is not known in all.
    """
    table = towns.table.reset_index(drop=True)
    there = pd.Series([words.text(each) != "" for each in table["verdict"]], table.index)
    share = table["share_served"].astype("float64")
    if "project_share" in table:
        share = table["project_share"].astype("float64").fillna(share)
    found = {f"verdict_{side}": [verdict_of(row) for row in towns.rows], f"share_{side}": share}
    if "project_public_usd" in table:
        found[f"cost_{side}_usd"] = table["project_public_usd"].astype("float64").fillna(0.0).where(there)
    return pd.DataFrame(found)


@dataclass(frozen=True)
class _Past:
    """Filings of an earlier day: their view, what has changed since, and the day of today's filings in words."""

    view: View
    changes: list[Change]
    now: str


def _past(here: Variant) -> _Past | None:
    found = earlier(here.plan)
    if found is None:
        return None
    before, now = words.day(found["before"].iloc[0]), _day(here.plan.tables["coverage_change"])
    code = str(found["before"].iloc[0])[:10]
    kept = [name for name in _PLACES if name in here.towns.table]
    table = here.towns.table[[*kept, "geometry"]].reset_index(drop=True)
    rows = found.set_index("town_geoid").reindex(table["town_geoid"]).reset_index(drop=True)
    counts = rows.drop(columns=["town", "before", "gained", "lost", "change_share"])
    counts = counts.assign(coverage_basis="filings", coverage_note=NOTE, coverage_as_of=found["before"].iloc[0])
    towns = _like(here.towns, gpd.GeoDataFrame(pd.concat([table, counts], axis=1)), here)
    note = f"{NOTE} Towns that the filings do not count are not known. Costs, projects and locations of today are not shown."
    view = View(
        f"filings:{code}", f"Filings of {before}", _FILINGS, towns, here.aim, f"By the filings of {before}", note=note
    )
    today = here.towns.table[["verdict", "share_served"]].reset_index(drop=True)
    both = pd.DataFrame(
        {
            "verdict_before": [verdict_of(row) for row in towns.rows],
            "verdict_after": [verdict_of(row) for row in here.towns.rows],
            "share_before": counts["share_served"],
            "share_after": today["share_served"],
            "gained": rows["gained"],
            "lost": rows["lost"],
        }
    )
    changes = [_since(measure, code, (before, now), here, both) for measure in (VERDICT, SHARE)]
    return _Past(view, changes, f"filings of {now}" if now else "filings of today")


def _since(measure: str, code: str, days: tuple[str, str], here: Variant, both: pd.DataFrame) -> Change:
    return Change(
        key=f"since-{measure}:{code}",
        label=f"Change since {days[0]}: {_LABELS[measure]}",
        group=_FILINGS,
        before=f"filings:{code}",
        after=NOW,
        measure=measure,
        table=both,
        called=here.towns.called,
        lead=f"Filings of {days[0]} to {days[1]}" if days[1] else f"Since the filings of {days[0]}",
        name="",
        title=_LABELS[measure],
        aim=here.aim,
        note=NOTE,
    )


def _day(change: pd.DataFrame) -> str:
    known = [each for each in change.get("as_of", pd.Series(dtype="object")) if not words.is_missing(each)]
    return words.day(known[0]) if known else ""


def _like(shown: Polygons, table: gpd.GeoDataFrame, variant: Variant) -> Polygons:
    """Return areas with other figures, called as those of the map are."""
    made = Polygons(table, variant.plan.region.targets[0].share, results=shown.results)
    made.called = shown.called
    return made


def _lost(number: int, called: tuple[str, str]) -> str:
    if not number:
        return ""
    said = f"{words.count(number)} {called[0]} is" if number == 1 else f"{words.count(number)} {called[1]} are"
    return f"{said} not part of this scenario and not known here."


def _new(other: Polygons, shown: Polygons) -> str:
    codes: Any = other.table["town_geoid"]
    number = int((~codes.isin(shown.table["town_geoid"])).sum())
    said = f"{words.count(number)} {other.called[int(number > 1)]} of this scenario"
    return f"{said} {'is' if number == 1 else 'are'} not on the map." if number else ""
