"""The coverage stage: what filings, premises and published shares say, for towns and for other areas."""

from collections.abc import Callable

import pandas as pd

from layers import LayerError
from layers.locate import locate
from planner import areas, coverage, filings, service
from planner.check import World
from planner.filings import Filed
from planner.region import Region
from planner.tables import checked

_WHOLE = {"county": 5, "tract": 11}


def cover(world: World, region: Region, engine: str = "duckdb") -> tuple[dict[str, pd.DataFrame], tuple[str, ...]]:
    """Return the coverage tables, and notes.

    Parameters
    ----------
    world
        Checked layers and opened filings.
    region
        Targets, rule and geographies.
    engine
        Where filings are counted: ``duckdb`` or ``spark``.

    Returns
    -------
    tuple
        Tables ``coverage`` and, where there is something to say, ``area_coverage`` and ``failing_locations``; with
        filings also ``federal_service``, ``providers``, ``coverage_change`` and ``anchor_service``. Then what was left out.

    Raises
    ------
    LayerError
        Where filings and locations do not fit together, or a geography cannot be counted.
    PlanError
        Where there is no such engine.
    """
    filed = filings.count(world, region, engine)
    evidence = service.evidence(filed, region) if filed else None
    premises = world.get("premises")
    table = coverage.by_town(world.towns, premises, world.get("town_service"), region.targets, evidence)
    table = _with_use(table, world.get("usage"), region)
    made = {"coverage": table}
    beside = areas.area_coverage(
        _area_counts(world, region, filed), world.get("area_service"), world.get("usage"), region.targets,
        _names(world), _inside(world),
    )  # fmt: skip
    if len(beside):
        made["area_coverage"] = _whole_counties(beside, world)
    if filed is not None:
        made |= service.tables(filed, world.towns, world.get("anchors"), region, table)
    elif premises is not None:
        made |= service.failing_premises(premises, world.towns, region.target, table)
    return made, filed.notes if filed else ()


def _with_use(table: pd.DataFrame, usage: pd.DataFrame | None, region: Region) -> pd.DataFrame:
    """Add measured use of towns, where a usage table has it."""
    if usage is None or not usage["area_geoid"].isin(table["town_geoid"]).any():
        return table
    parts = [
        areas.with_use(table[table["target"] == target.label], usage, target, "town_geoid") for target in region.targets
    ]
    return checked("coverage", pd.concat(parts).sort_index())


def _area_counts(world: World, region: Region, filed: Filed | None) -> pd.DataFrame | None:
    """Return counts by area: from filings, else from premises with speeds of their own."""
    if filed is not None:
        return service.area_evidence(filed, region)
    premises = world.get("premises")
    if premises is None:
        return None
    frames = []
    for geography in region.geographies:
        code = _area_of(premises, geography, world)
        towns = premises["town_geoid"].groupby(code).nunique()
        for target in region.targets:
            counts = coverage.count_premises(premises, target, code).rename_axis("area_geoid").reset_index()
            counts["towns"] = counts["area_geoid"].map(towns)
            frames.append(counts.assign(geography=geography, target=target.label))
    return pd.concat(frames, ignore_index=True) if frames else None


def _area_of(premises: pd.DataFrame, geography: str, world: World) -> pd.Series:
    """Return the area of each premises of a list; missing where it lies in none."""
    if geography == "county":
        return premises["town_geoid"].str[:5]
    if geography == "area" and "areas" in world.layers and premises.active_geometry_name is not None:
        return locate(world.shapes("premises"), world.shapes("areas"), "area_id").astype("str")
    needs = "a layer 'areas', and premises with coordinates" if geography == "area" else "[filings]"
    raise LayerError("geographies", [f"names '{geography}', which needs {needs}; add it or leave the name out"])


def _whole_counties(table: pd.DataFrame, world: World) -> pd.DataFrame:
    """Take back the verdict of a county of which some of the region's towns are not counted."""
    towns = table["area_geoid"].map(world.towns["town_geoid"].str[:5].value_counts())
    lacking = (towns - table["towns"]).where(table["geography"] == "county").fillna(0)
    partial = lacking > 0
    missing = "premises of " + lacking.astype("int64").astype("str") + " of its towns"
    table["missing"] = table["missing"].mask(partial, missing.astype("str"))
    table["verdict"] = table["verdict"].mask(partial, "not known")
    for name in ("share_served", "shortfall", "margin_share", "adoption_gap_share"):
        table[name] = table[name].mask(partial)
    return checked("area_coverage", table)


def _names(world: World) -> pd.Series:
    """Return the names of counties and areas by code."""
    towns, found = world.towns, []
    if "county" in towns:
        found.append(towns.assign(code=towns["town_geoid"].str[:5]).groupby("code")["county"].first())
    drawn = world.get("areas")
    if drawn is not None and "area" in drawn:
        found.append(drawn.set_index("area_id")["area"])
    return pd.concat(found) if found else pd.Series(dtype="str")


def _inside(world: World) -> Callable[[str], bool]:
    """Return whether a published share is about the region: one of its counties, a tract in one, or another area."""
    counties = set(world.towns["town_geoid"].str[:5])
    return lambda code: code[:5] in counties if len(code) in _WHOLE.values() else True
