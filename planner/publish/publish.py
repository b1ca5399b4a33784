"""A plan as it may be published."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from layers import Layer, PlanError
from planner.locations import locations
from planner.publish.hexagons import NAME, hexagons
from planner.result import Plan
from planner.words import listing

_WORD = re.compile(r"\S+")
_AROUND = "\"'`()[]{}<>.,;:!?"


@dataclass(frozen=True)
class Publish:
    """How a plan is made fit for publication.

    Attributes
    ----------
    least
        Smallest count of locations that a hexagon shows. A hexagon that holds as many shows a count of zero, too.

    Raises
    ------
    PlanError
        Where the threshold hides nothing.
    """

    least: int = 10

    def __post_init__(self) -> None:
        if self.least < 3:
            raise PlanError("publish", [f"least = {self.least} hides nothing; take 3 or more, such as 10"])


def published(plan: Plan, how: Publish) -> Plan:
    """Return the plan without anything that points at single premises or that is licensed.

    Parameters
    ----------
    plan
        A plan with its layers.
    how
        The threshold of counts.

    Returns
    -------
    Plan
        Layers, tables and columns that their declarations keep from publication (``publish``, ``publish_where``) are
        left out. Where the plan has places of its locations, table ``location_hexagons`` counts them. Notes that name
        a location are left out; further notes say what was. A plan that was published with as high a threshold stays
        as it is.

    Raises
    ------
    PlanError
        Where the plan was published before, with a lower threshold.
    """
    if "publish" in plan.provenance:
        return _again(plan, how)
    layers = _kept(plan, plan.layers)
    tables = _kept(plan, plan.tables)
    found, towns = locations(plan), plan.tables.get("town_results")
    if found is not None and isinstance(towns, gpd.GeoDataFrame) and len(towns):
        tables[NAME] = hexagons(found, towns, _source(plan), how.least)
    tables = {name: tables[name] for name in sorted(tables)} if NAME in tables else tables
    gone = [
        plan.declaration(name).title.lower()
        for name in (*plan.layers, *plan.tables)
        if name not in {**layers, **tables}
    ]
    notes = (*_notes(plan), *_said(gone, how, counted=NAME in tables))
    record = {**plan.provenance, "notes": list(notes), "publish": {"least": how.least}}
    return replace(plan, layers=layers, tables=tables, notes=notes, provenance=record)


def _again(plan: Plan, how: Publish) -> Plan:
    before = int(plan.provenance["publish"]["least"])
    if before < how.least:
        fault = f"the plan was published with least = {before}, and what it hid is not at hand to hide more"
        raise PlanError("publish", [f"{fault}; plan the region again, or say --least {before}"])
    return plan


def _kept(plan: Plan, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    kept = {name: _public(table, plan.declaration(name)) for name, table in tables.items()}
    return {name: table for name, table in kept.items() if table is not None}


def _public(table: pd.DataFrame, declaration: Layer) -> pd.DataFrame | None:
    """Return what may be published of a table; None where nothing may."""
    if declaration.publish == "no":
        return None
    for column, values in declaration.publish_where.items():
        table = table[table[column].isin(values)]
    hidden = [name for name, column in declaration.columns.items() if not column.publish and name in table]
    public = table.drop(columns=hidden).reset_index(drop=True) if hidden or declaration.publish_where else table
    return public if len(public) or not declaration.publish_where else None


def _source(plan: Plan) -> tuple[str, pd.Timestamp]:
    premises = plan.layers["premises"]
    named = sorted(premises["source"].dropna().unique()) if "source" in premises else []
    return "; ".join(named) or "layer premises", pd.Timestamp(plan.region.as_of)


def _notes(plan: Plan) -> list[str]:
    """Return the notes that name no location."""
    named = [table["location_id"] for table in (*plan.layers.values(), *plan.tables.values()) if "location_id" in table]
    known = {str(name) for names in named for name in names.dropna().unique()}
    return [note for note in plan.notes if known.isdisjoint(_words(note))]


def _words(note: str) -> Iterator[str]:
    """Yield the words of a note, whole, in parts and without the marks around them."""
    for word in _WORD.findall(note):
        yield word.strip(_AROUND)
        yield from (part.strip(_AROUND) for part in re.split(r"[,;:()'\"\[\]{}=/]", word))


def _said(gone: list[str], how: Publish, *, counted: bool) -> list[str]:
    said = [f"published without: {listing(gone)}"] if gone else []
    if counted:
        said.append(
            f"published with locations in hexagons: counts under {how.least} are hidden, and others with them"
            " where a town's total would give them away"
        )
    else:
        said.append(
            "published without hexagons of counts: the places of premises are not at hand, as in every saved plan, or"
            " its counts are not of these premises"
        )
    return said
