"""Counts from filings -> the planner's tables: service under the rule, providers, failing locations, change, anchors."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from layers.availability import MET, PERHAPS
from planner.coverage import status_of
from planner.filings import TECHNOLOGIES, Filed, rule_of
from planner.region import Region
from planner.tables import checked
from planner.target import Target


def evidence(filed: Filed, region: Region) -> pd.DataFrame:
    """Return what filings say for the coverage table: one row a town and target."""
    return _evidence(filed.towns, ["town_geoid"], filed, region).assign(note=filed.note)


def area_evidence(filed: Filed, region: Region) -> pd.DataFrame:
    """Return the same for counties and other areas: one row an area and target."""
    areas = filed.areas.assign(area_geoid=filed.areas["area_geoid"].astype("str")) if len(filed.areas) else filed.areas
    return _evidence(areas, ["geography", "area_geoid", "towns"], filed, region).assign(note=filed.note)


def _evidence(counts: pd.DataFrame, keys: list[str], filed: Filed, region: Region) -> pd.DataFrame:
    frames = []
    for place, target in enumerate(region.targets, 1):
        table = counts.reindex(columns=keys)
        table["target"], table["premises"] = target.label, counts.get("locations")
        table["served"], table["unknown"] = counts.get(f"met_{place}"), counts.get(f"perhaps_{place}")
        table["unserved"] = table["premises"] - table["served"] - table["unknown"]
        frames.append(table)
    table = pd.concat(frames, ignore_index=True)
    origin = region.filings.origin if region.filings else "not stated"
    return table.assign(basis="filings", origin=origin, as_of=pd.Timestamp(filed.as_of))


def tables(filed: Filed, towns: pd.DataFrame, anchors: pd.DataFrame | None, region: Region, cover: pd.DataFrame
           ) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Return the tables that only filings give, those that have rows.

    Parameters
    ----------
    filed
        Counts.
    towns, anchors
        The layers.
    region
        Targets and rule.
    cover
        Table `coverage`.
    """
    names = towns.set_index("town_geoid")["town"]
    made = {
        "federal_service": _service(filed, names, region),
        "providers": _providers(filed, names, region),
        "failing_locations": _failing(filed.failing, names, region.target, cover),
    }
    if filed.change is not None:
        made["coverage_change"] = _change(filed.change, names, region.targets, filed.before)
    if anchors is not None and "location_id" in anchors:
        made["anchor_service"] = _anchors(filed.gigabit, anchors, region)
    origin = region.filings.origin if region.filings else "not stated"
    source = (region.filings.source or region.filings.folder) if region.filings else ""
    as_of = pd.Timestamp(filed.as_of)
    return {
        name: checked(name, table.assign(origin=origin, source=source, as_of=as_of))
        for name, table in made.items()
        if len(table)
    }


def _service(filed: Filed, names: pd.Series, region: Region) -> pd.DataFrame:
    table = filed.towns.copy()
    table.insert(1, "town", table["town_geoid"].map(names))
    table["without_offer"] = table["locations"] - table["offered"]
    table["unserved_share"] = table["unserved"] / table["locations"]
    limit = region.service_rule.unserved_area_share
    table["unserved_area"] = table["unserved"] * limit.denominator >= table["locations"] * limit.numerator
    mix = table[[name for name in map(str, table) if name.startswith("technology_")]]
    mix = mix.rename(columns=lambda name: TECHNOLOGIES[int(name.removeprefix("technology_"))])
    table["technologies"] = mix.apply(_mix_in_words, axis=1)
    table["main_technology"] = mix.idxmax(axis=1).mask(mix.max(axis=1) == 0)
    counting = filed.providers[filed.providers["technology"].isin(rule_of(region).technologies)]
    providers = counting.groupby("town_geoid")["provider_id"].nunique()
    table["providers"] = table["town_geoid"].map(providers).fillna(0).astype("int64")
    for name in ("best_down_mbps", "best_up_mbps"):
        table[name] = table[name].mask(table[name] == 0)
    version = region.service_rule
    return table.assign(rule=version.title, citation=version.citation, note=filed.note)


def _mix_in_words(row: pd.Series) -> str:
    there = row[row > 0].sort_values(ascending=False, kind="stable")
    return ", ".join(f"{name} {int(count):,}" for name, count in there.items())


def _providers(filed: Filed, names: pd.Series, region: Region) -> pd.DataFrame:
    table = filed.providers.copy()
    table["town"] = table["town_geoid"].map(names)
    total = filed.towns.set_index("town_geoid")["locations"]
    table["offered_share"] = table["offered"] / table["town_geoid"].map(total)
    table["counts"] = table["technology"].isin(rule_of(region).technologies)
    table["technology"] = table["technology"].map(TECHNOLOGIES)
    return table


def _failing(rows: pd.DataFrame, names: pd.Series, target: Target, cover: pd.DataFrame) -> pd.DataFrame:
    """Return the locations that fail, with the verdict of their town."""
    decided = cover[cover["target"] == target.label].set_index("town_geoid")["verdict"]
    table = rows[rows["town_geoid"].isin(decided.index)].copy()
    table["town_verdict"] = table["town_geoid"].map(decided)
    table["town"] = table["town_geoid"].map(names)
    table["location_id"] = table["location_id"].astype("str")
    table["status"] = np.where(table["status"] == PERHAPS, "not known", "unserved")
    table["best_technology"] = table["best_technology"].map(TECHNOLOGIES)
    return table.assign(target=target.label)


def to_reach(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame | None:
    """Return the failing locations of towns that do not pass, which projects are for; None where there are none."""
    failing = tables.get("failing_locations")
    found = None if failing is None else failing[failing["town_verdict"] != "pass"]
    return None if found is None or found.empty else found


def failing_premises(
    premises: pd.DataFrame, towns: pd.DataFrame, target: Target, cover: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return table `failing_locations` of a premises list with speeds; no table where none fails."""
    status = status_of(premises, target)
    rows = pd.DataFrame(
        {
            "location_id": premises["location_id"], "town_geoid": premises["town_geoid"], "status": status,
            "best_down_mbps": premises.get("down_mbps"), "best_up_mbps": premises.get("up_mbps"), "best_technology": None,
            **{name: premises[name] for name in ("origin", "source", "as_of") if name in premises},
        }
    )[status < MET]  # fmt: skip
    names = towns.set_index("town_geoid")["town"]
    table = _failing(rows, names, target, cover).sort_values(["town_geoid", "location_id"])
    return {"failing_locations": checked("failing_locations", table)} if len(table) else {}


def _change(counts: pd.DataFrame, names: pd.Series, targets: Sequence[Target], before: object) -> pd.DataFrame:
    frames = []
    for place, target in enumerate(targets, 1):
        table = counts[["town_geoid"]].assign(target=target.label, premises=counts["locations"])
        table["served_before"], table["served"] = counts[f"before_{place}"], counts[f"now_{place}"]
        table["unknown_before"] = counts[f"perhaps_{place}"]
        table["gained"], table["lost"] = counts[f"gained_{place}"], counts[f"lost_{place}"]
        frames.append(table)
    table = pd.concat(frames, ignore_index=True).sort_values("town_geoid", kind="stable", ignore_index=True)
    table["town"] = table["town_geoid"].map(names)
    table["change_share"] = (table["gained"] - table["lost"]) / table["premises"]
    return table.assign(before=pd.Timestamp(str(before)))


def _anchors(found: pd.DataFrame, anchors: pd.DataFrame, region: Region) -> pd.DataFrame:
    table = pd.DataFrame(anchors[["anchor_id", "name", "location_id"]])
    status = table["location_id"].map(
        found.assign(location_id=found["location_id"].astype("str")).set_index("location_id")["status"]
    )
    table["verdict"] = status.map({2: "has it", 1: "not known", 0: "lacks it"}).fillna("not known")
    missing = np.select(
        [table["location_id"].isna(), status.isna(), status == PERHAPS],
        ["its location", "its location among those that count", "speed of its offer"], "",
    )  # fmt: skip
    table["missing"] = pd.Series(missing, table.index, dtype="str").replace("", pd.NA)
    speeds = "/".join(f"{speed:g}" for speed in region.service_rule.anchor_from)
    return table.assign(speeds=speeds)
