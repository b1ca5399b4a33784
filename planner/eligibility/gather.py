"""From layers to evidence: what is known on a day of places of each unit."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from layers import PlanError
from layers.errors import suggestion
from planner.eligibility._answers import answers, checked_answers
from planner.eligibility._blocks import blocks
from planner.eligibility._counties import counties
from planner.eligibility._figures import Figures
from planner.eligibility._places import UNITS, Unit, inside, units
from planner.eligibility.evidence import Evidence, Places, Words
from planner.programmes.measures import attributes

_AROUND: Final = ("state", "county", "local labor market")


def gather(
    layers: Mapping[str, pd.DataFrame],
    day: dt.date,
    *,
    wanted: Collection[str] = (),
    area: tuple[str, ...] = (),
    territories: bool = False,
) -> dict[str, Evidence]:
    """Return the evidence of a day by unit.

    A row of statistics is known from its day ``released`` on, else from the end of its period on. Of each area the
    latest period counts; what it is compared with is read for the same period. Counts are summed over the parts of an
    area, rates are made of the sums, and medians are not put together. Nothing is worked out before it is asked for.

    Parameters
    ----------
    layers
        Checked layers by name; those that are not there are not known.
    day
        The day.
    wanted
        Units to report on; all that have places where none is named. Rules may still look into the others.
    area
        Codes of states, counties or county subdivisions; only places in them, or that contain one of them, are
        reported on (`Evidence.asked`). What places are compared with is read from all rows.
    territories
        Whether a sum of counties that stands for the nation, where no figure of the nation is on file, holds those
        of territories.

    Returns
    -------
    dict of str to Evidence
        Units in the order state, county, local labor market, community, tribal land, tract, drawn area; those without
        places are left out.

    Raises
    ------
    PlanError
        Where a unit, property, programme, test or place is named that there is not.
    """
    lost = [f"'{unit}' is no unit{suggestion(unit, UNITS)}" for unit in wanted if unit not in UNITS]
    if lost:
        raise PlanError("units to screen", lost)
    known = counties(layers)
    found = _with_facts(units(layers, known), layers.get("place_facts"))
    table = layers.get("programme_answers")
    every = {code for unit in found.values() for code in unit.ids}
    said = None if table is None else checked_answers(table, day, every)
    statistics = blocks(layers, day)
    metros = _members(known.area)
    return {
        name: Evidence(
            unit=name,
            places=_table(unit),
            figures=Figures(unit, statistics, metros, territories),
            attributes=unit.attributes,
            answers={} if said is None else answers(said, unit),
            containers=_containers(unit, found),
            asked=inside(unit, area) if not wanted or name in wanted else np.zeros(len(unit.ids), bool),
        )
        for name, unit in found.items()
        if len(unit.ids)
    }


def _members(area: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the counties of each metropolitan or micropolitan area."""
    found: dict[str, list[str]] = {}
    for county, code in sorted(area.items()):
        found.setdefault(code, []).append(county)
    return found


def _table(unit: Unit) -> pd.DataFrame:
    postal = [code or "" for code in unit.attributes["state"]]
    return pd.DataFrame({"place_id": unit.ids, "place": unit.names, "state": postal}, dtype="str")


def _containers(unit: Unit, held: Mapping[str, Unit]) -> dict[str, Places]:
    """Return where each place lies: the positions of its state, county and labor market in their evidence."""
    codes: dict[str, Words] = {"state": unit.state, "county": unit.county, "local labor market": unit.market}
    none = np.full(len(unit.ids), -1, np.int64)
    return {name: held[name].position(codes[name]) if name in held else none for name in _AROUND if name != unit.unit}


def _with_facts(found: Mapping[str, Unit], table: pd.DataFrame | None) -> dict[str, Unit]:
    """Return units with the properties that layer `place_facts` gives.

    Raises
    ------
    PlanError
        With all rows that name a property or value that there is not.
    """
    if table is None:
        return dict(found)
    known = attributes()
    faults = []
    for number, (name, value) in enumerate(zip(table["attribute"], table["value"], strict=True), 1):
        if name not in known:
            faults.append(f"row {number} names property '{name}', which no rule asks for{suggestion(name, known)}")
        elif (allowed := known[name].values) and value not in allowed:  # noqa: PD011 (a field, no table)
            faults.append(f"row {number} gives '{name}' the value '{value}'{suggestion(value, allowed)}")
    if faults:
        raise PlanError("layer 'place_facts'", faults)
    return {name: _said(unit, table) for name, unit in found.items()}


def _said(unit: Unit, table: pd.DataFrame) -> Unit:
    attributes_ = dict(unit.attributes)
    for name, rows in table.groupby("attribute"):
        said = dict(zip(rows["area_geoid"], rows["value"], strict=True))
        before = attributes_.get(str(name), np.full(len(unit.ids), None, object))
        attributes_[str(name)] = np.array(
            [said.get(code, old) for code, old in zip(unit.ids, before, strict=True)], object
        )
    return replace(unit, attributes=attributes_)
