"""Groups of candidates: those whose place is eligible for a programme, or that have a value in a column."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers import PlanError
from layers.errors import suggestion
from planner.eligibility.portfolio import NEAREST, containers
from planner.graph._net import Flags
from planner.siting.candidates import Candidates, as_text
from planner.siting.entry import PROGRAMME

_YES, _NO = "eligible", "not eligible"


@dataclass(frozen=True)
class Membership:
    """Which candidates belong to a group for sure, and of which it is not known."""

    name: str
    yes: Flags
    unknown: Flags

    @property
    def note(self) -> str:
        """What is not known, in words; empty where nothing is."""
        count = int(self.unknown.sum())
        return (
            f"{count} of {len(self.yes)} candidates do not count for '{self.name}', because it is not known of them"
            if count
            else ""
        )


def membership(
    found: Candidates, group: str, eligibility: pd.DataFrame | None, markets: pd.DataFrame | None
) -> Membership:
    """Return who belongs to a group.

    Parameters
    ----------
    found
        The candidates.
    group
        ``programme:NAME`` or ``COLUMN:VALUE|VALUE``.
    eligibility
        Table `eligibility`; the verdict of the nearest place that has one counts. Borderline is not known.
    markets
        Layer `labor_markets`, or None.

    Raises
    ------
    PlanError
        Where there is no verdict of the programme, or no candidate has the column or a value.
    """
    column, _, value = group.partition(":")
    if column == PROGRAMME:
        verdict = _verdicts(found, value, eligibility, markets)
        return Membership(group, (verdict == _YES).to_numpy(bool), (~verdict.isin([_YES, _NO])).to_numpy(bool))
    if column not in found.table:
        known = [name for name in found.table.columns if name != "geometry"]
        raise PlanError(
            "siting", [f"candidates have no column '{column}' for group '{group}'{suggestion(column, known)}"]
        )
    texts = as_text(found.table[column])
    wanted = value.split("|")
    lost = [each for each in wanted if each not in set(texts.dropna())]
    if len(lost) == len(wanted):
        raise PlanError("siting", [f"no candidate has {column} '{lost[0]}'{suggestion(lost[0], set(texts.dropna()))}"])
    return Membership(group, texts.isin(wanted).to_numpy(bool), texts.isna().to_numpy(bool))


def _verdicts(found: Candidates, programme: str, table: pd.DataFrame | None, markets: pd.DataFrame | None) -> pd.Series:
    """Return the verdict of the nearest place with one; missing where there is none."""
    mine = table[table["programme"] == programme] if table is not None else None
    if mine is None or mine.empty:
        raise PlanError(
            "siting",
            [
                f"no place has a verdict of programme '{programme}'; add it to programmes, and table [eligibility] to the region file"
            ],
        )
    result = pd.Series(None, found.table.index, dtype=object)
    by = {str(unit): rows.set_index("place_id")["verdict"] for unit, rows in mine.groupby("unit")}
    for unit, column in (("community", "town_geoid"), ("county", "county_fips"), ("state", "state_fips")):
        if column not in found.table:
            continue
        here = found.table[column].notna() & result.isna()
        linked = containers(found.table.loc[here, column], unit, mine, markets)
        result.loc[here] = _nearest(linked, by)
    return result


def _nearest(linked: pd.DataFrame, by: Mapping[str, pd.Series]) -> np.ndarray:
    verdict = pd.Series(None, linked.index, dtype=object)
    for unit in NEAREST:
        if unit in by:
            more = linked[unit].map(by[unit]).astype(object)
            verdict = verdict.where(verdict.notna(), more)
    return verdict.where(verdict.notna(), None).to_numpy(object)
