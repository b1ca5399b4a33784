"""The stage of a plan that screens a region's places for programmes."""

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from planner.eligibility.changes import changes
from planner.eligibility.engine import Manner, Screening, screen
from planner.eligibility.entry import EligibilityEntry
from planner.eligibility.evidence import Evidence
from planner.eligibility.gather import gather
from planner.eligibility.tables import by_test, verdict_table
from planner.programmes import names, programme
from planner.programmes.rule import Programme
from planner.region import Region

_NOTHING: Mapping[str, pd.DataFrame] = {}


def wanted(region: Region) -> tuple[Programme, ...]:
    """Return the programmes that a region is screened for: those it names, else all."""
    return tuple(programme(name) for name in sorted(region.programmes or names()))


def day_of(region: Region) -> dt.date:
    """Return the day whose rules are applied: that of ``[eligibility]``, else the region's."""
    entry = region.eligibility
    return entry.as_of if entry and entry.as_of else region.as_of


def evidence_of(
    layers: Mapping[str, pd.DataFrame], region: Region, day: dt.date, tables: Mapping[str, pd.DataFrame] = _NOTHING
) -> dict[str, Evidence]:
    """Return what is known on a day of the places of a region, and what earlier stages found.

    Raises
    ------
    PlanError
        As `planner.eligibility.gather.gather`.
    """
    entry = region.eligibility or EligibilityEntry()
    known = {**layers, **_served(layers, tables, region)}
    return gather(known, day, wanted=entry.units, area=region.area.codes, territories=entry.territories)


def _served(
    layers: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame], region: Region
) -> dict[str, pd.DataFrame]:
    """Return layer `indicators` with the shares of locations that the federal rule calls unserved and underserved."""
    found = tables.get("federal_service")
    if found is None:
        return {}
    counted = found[found["locations"] > 0]
    below = {
        "unserved_share_percent": counted["unserved"],
        "underserved_share_percent": counted["unserved"] + counted["underserved"],
    }
    origin = region.filings.origin if region.filings else "not stated"
    rows = [
        pd.DataFrame({"area_geoid": counted["town_geoid"], "series": name, "value": 100.0 * count / counted["locations"],
                      "unit": "percent", "period_to": pd.Timestamp(region.as_of), "origin": origin})
        for name, count in below.items()
    ]  # fmt: skip
    given = layers.get("indicators")
    return {"indicators": pd.concat([*([given] if given is not None else []), *rows], ignore_index=True)}


def manner_of(region: Region) -> Manner:
    """Return how doubt and open questions are treated in a region."""
    entry = region.eligibility or EligibilityEntry()
    return Manner(entry.confidence, entry.options)


def screened(
    layers: Mapping[str, pd.DataFrame], region: Region, tables: Mapping[str, pd.DataFrame] = _NOTHING
) -> Screening:
    """Screen a region's places; see `planner.eligibility.engine.screen` and `gather` for errors."""
    day = day_of(region)
    return screen(evidence_of(layers, region, day, tables), wanted(region), day, manner_of(region))


def eligibility(
    layers: Mapping[str, pd.DataFrame], region: Region, tables: Mapping[str, pd.DataFrame] = _NOTHING
) -> dict[str, pd.DataFrame]:
    """Return tables `eligibility` and `eligibility_tests` of a region.

    Parameters
    ----------
    layers
        Checked layers.
    region
        The region.
    tables
        Of earlier stages; table `federal_service` says who is served.

    Raises
    ------
    PlanError, RuleError
        Where evidence or rules are not as they must be.
    """
    found = screened(layers, region, tables)
    return {"eligibility": verdict_table(found), "eligibility_tests": by_test(found)}


def changed(
    layers: Mapping[str, pd.DataFrame],
    region: Region,
    first: dt.date,
    last: dt.date,
    tables: Mapping[str, pd.DataFrame] = _NOTHING,
) -> dict[str, pd.DataFrame]:
    """Return table `eligibility_changes` between two days, on the evidence of the last; errors as `eligibility`."""
    known = evidence_of(layers, region, last, tables)
    return {"eligibility_changes": changes(known, wanted(region), first, last, manner_of(region))}
