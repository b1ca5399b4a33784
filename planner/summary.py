"""A plan in one row a town, and in a few figures."""

from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from planner.check import World
from planner.last_mile.summary import town_columns
from planner.region import Region
from planner.tables import checked, tables
from planner.words import count, floor_percent, usd, whole_miles

_COST_COLUMNS = ["cost_low_usd", "cost_central_usd", "cost_high_usd"]


def town_results(world: World, region: Region, results: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """Return table `town_results`: the deciding target's coverage and the build cost beside each town's shape."""
    cover = results["coverage"]
    cover = cover[cover["target"] == region.target.label].rename(
        columns={
            "basis": "coverage_basis",
            "origin": "coverage_origin",
            "as_of": "coverage_as_of",
            "note": "coverage_note",
        }
    )
    towns = world.towns
    facts = [name for name in ("town_geoid", "county", "population_2020", "geometry") if name in towns]
    table = towns[facts].merge(cover.drop(columns="source", errors="ignore"), on="town_geoid")
    if "build_costs" in results:
        wanted = [
            "town_geoid",
            "route_m",
            *_COST_COLUMNS,
            "cost_origin",
            "quantities_basis",
            "published_budget_usd",
            "cost_note",
        ]
        table = table.merge(results["build_costs"][wanted], on="town_geoid")
    if "federal_service" in results:
        service = results["federal_service"].set_index("town_geoid")
        for name in ("underserved", "unserved"):
            table[f"federal_{name}"] = table["town_geoid"].map(service[name]).astype("Int64")
        table["on_offer"] = table["town_geoid"].map(service.apply(_on_offer, axis=1))
    if "chosen_projects" in results:
        table = table.merge(town_columns(results), left_on="town_geoid", right_index=True, how="left")
    table["other_targets"] = table["town_geoid"].map(_beside(results["coverage"], region))
    declared = [name for name in tables()["town_results"].columns if name in table]
    return gpd.GeoDataFrame(checked("town_results", table[[*declared, "geometry"]], region.crs))


def _on_offer(row: pd.Series) -> str:
    """Say in a line what can be bought in a town."""
    if pd.isna(row["main_technology"]):
        return "no offer that counts"
    providers = f"{row['providers']} {'provider' if row['providers'] == 1 else 'providers'}"
    return f"mostly {row['main_technology']}; {providers}; median {row['median_down_mbps']:,.9g} Mbps download"


def _beside(cover: pd.DataFrame, region: Region) -> pd.Series:
    """Say share and verdict at the targets that do not decide, by town."""
    others = cover[cover["target"] != region.target.label]
    word = {"pass": "passes", "fail": "falls short", "not known": "not known"}
    rows = zip(others["target"], others["share_served"].map(floor_percent), others["verdict"], strict=True)
    said = [f"{target} Mbps: {f'{share} served, ' if share else ''}{word[verdict]}" for target, share, verdict in rows]
    return pd.Series(said, others.index, dtype="str").groupby(others["town_geoid"]).agg("; ".join)


def headline(region: Region, results: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the figures that the command prints and `--json` gives.

    Shares and money are plain numbers (``usd``); a figure that is not known is None.
    """
    figures: dict[str, Any] = {"region": region.name, "as_of": region.as_of.isoformat(), "scenario": region.scenario}
    figures["targets"] = [
        _target_figures(results["coverage"], target.label, float(target.share)) for target in region.targets
    ]
    if "build_costs" in results:
        costed = results["build_costs"].dropna(subset=["cost_central_usd"])
        both = costed.dropna(subset=["published_budget_usd"])
        partly = costed[costed["town_geoid"].isin(_partly_served(results["coverage"], region))]
        fit = results["cost_fit"].set_index("statistic")["value"]
        figures["build_cost"] = {
            "towns_costed": len(costed),
            **{name: round(float(costed[name].sum())) for name in _COST_COLUMNS},
            "towns_partly_served": len(partly),
            "partly_served_cost_central_usd": round(float(partly["cost_central_usd"].sum())),
            "towns_not_costed": _not_costed(results["build_costs"]),
            "towns_with_published_budget": len(both),
            "published_budget_usd": round(float(both["published_budget_usd"].sum())),
            "fitted_budget_usd": round(float(both["budget_usd"].sum())),
            "premises": int(both["premises"].sum()),
            "route_m": round(float(both["route_m"].sum()), 1),
            "leave_one_out_error_share": round(float(fit["mean absolute error, leave one out"]), 4),
        }
    return figures


def _partly_served(cover: pd.DataFrame, region: Region) -> pd.Series:
    decided = cover[cover["target"] == region.target.label]
    return decided["town_geoid"][(decided["served"] > 0).fillna(value=False).astype(bool)]


def _not_costed(costs: pd.DataFrame) -> dict[str, int]:
    """Return how many towns have no cost, by the first words of the reason."""
    reasons = costs["cost_note"][costs["cost_central_usd"].isna()].str.split("[;(]", regex=True).str[0].str.strip()
    outside = reasons.str.match("not known: [0-9]").fillna(value=False).astype(bool)
    return {
        str(name): int(count)
        for name, count in reasons.mask(outside, "outside the model's range").value_counts().sort_index().items()
    }


def _target_figures(cover: pd.DataFrame, label: str, share: float) -> dict[str, Any]:
    rows = cover[cover["target"] == label]
    counts = {name.replace(" ", "_"): int((rows["verdict"] == name).sum()) for name in ("pass", "fail", "not known")}
    sums = {name: int(rows[name].sum()) for name in ("premises", "served", "unserved", "unknown", "shortfall")}
    return {"target": label, "target_share": share, "towns": len(rows), **counts, **sums}


def _usd(amount: float) -> str:
    return f"${amount:,.0f}"


def middle_mile_sentences(found: Mapping[str, pd.DataFrame]) -> Iterable[str]:
    """Say in a few lines what is built, what it costs, how good that is, and what a cut takes away."""
    totals = found["middle_mile_totals"].set_index("statistic")["value"].astype(object)
    built = [name.removesuffix(": route") for name in totals.index if name.endswith(": route")]
    yield (
        f"middle mile of {whole_miles(totals['route'])} to {int(totals['towns connected'])} towns and"
        f" {count(totals['anchors connected'])} anchor institutions: {usd(totals['cost, low'])} low,"
        f" {usd(totals['cost, central'])} central, {usd(totals['cost, high'])} high (modelled)"
    )
    yield f"{_usd(totals['cost a mile of route'])} a mile, {_usd(totals.get('cost an anchor', 0.0))} an anchor" + "".join(
        f" ({name}: {_usd(totals[f'{name}: cost a mile of route'])} a mile,"
        f" {_usd(totals[f'{name}: cost an anchor expected'])} an anchor)" for name in built
    )  # fmt: skip
    if totals["places left out"]:
        yield f"{count(totals['places left out'])} places are not connected; middle_mile_places says which and why"
    if "solver: gap at most" in totals:
        yield f"at most {totals['solver: gap at most']:.1%} above the cheapest network that does the same"
    if "solver: value connected" in totals:
        most = totals["solver: no network in the budget connects more than"]
        yield f"connects {count(totals['solver: value connected'])} of at most {count(most)} within the budget"
    cuts = found["middle_mile_segments"]
    worst = cuts.sort_values("premises_lost", ascending=False, kind="stable").iloc[0]
    ring_m = float(cuts.loc[cuts["role"] == "ring", "length_m"].sum())
    yield (
        f"{whole_miles(ring_m)} in rings; the worst cut parts {count(worst['premises_lost'])} premises and"
        f" {count(worst['anchors_lost'])} anchors"
    )
    test = found["operator_test"]
    for case, anchors, surplus in zip(test["case"], test["anchors"], test["surplus_usd"].astype(float), strict=True):
        word = "earns" if surplus >= 0 else "loses"
        yield f"operator with {case} ({anchors:,}): {word} {usd(abs(surplus))} a year"
