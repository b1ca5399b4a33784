"""The tables of siting."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.clusters._groups import Floats
from planner.graph.network import Ints
from planner.siting import words
from planner.siting.alternatives import Move, moves
from planner.siting.candidates import Candidates
from planner.siting.demand import Demand
from planner.siting.entry import SitingEntry
from planner.siting.model import UNITS, Links, Problem, Solved, links, nearest
from planner.siting.what_if import what_if
from planner.tables import checked
from planner.words import floor_percent, miles

_NO_SCORE = "no score"
_THIRDS = ("first third", "second third", "last third")


@dataclass(frozen=True)
class Answer:
    """All that tables are made of."""

    problem: Problem
    found: Candidates
    demand: Demand
    score: Floats
    solved: Solved

    @cached_property
    def served(self) -> Links:
        """Who is served by whom."""
        return links(self.problem, self.solved)

    @cached_property
    def parts(self) -> Floats:
        """Weight of each link, in the unit of demand."""
        return np.asarray(self.demand.weight[0][self.served.demand] * self.served.share, np.float64)

    def role(self, site: int) -> str:
        """Return hub, satellite or site."""
        if not self.problem.entry.hub_model:
            return "site"
        return "hub" if site in self.solved.hubs else "satellite"


def tables(answer: Answer) -> dict[str, pd.DataFrame]:
    """Return the tables of an answer."""
    change = moves(answer.problem, answer.solved)
    made = {
        "site_candidates": _candidates(answer),
        "chosen_sites": _chosen(answer, change),
        "site_service": _service(answer),
        "siting_totals": _totals(answer),
        "siting_alternatives": _alternatives(answer, change),
    }
    entry = answer.problem.entry
    if entry.scenarios:
        made["siting_scenarios"] = _scenarios(answer)
    if entry.what_if:
        made["what_if"] = what_if(answer.problem, answer.found, answer.solved, answer.demand.weight[0])
    return made


def _frame(answer: Answer, rows: pd.DataFrame, name: str, points: npt.NDArray[np.object_]) -> gpd.GeoDataFrame:
    crs = str(answer.found.table.crs)
    return gpd.GeoDataFrame(checked(name, gpd.GeoDataFrame(rows, geometry=points, crs=crs), crs))


def _candidates(answer: Answer) -> gpd.GeoDataFrame:
    table, asked = answer.found.table, answer.problem.asked
    share = answer.demand.weight[0] / answer.demand.weight[0].sum()
    used = answer.problem.distance[share > 0]
    alone = share[share > 0] @ np.asarray(used, np.float64)
    chosen = set(answer.solved.sites)
    standing = [
        answer.role(site) if site in chosen else "out" if site in asked.why_out else "not chosen"
        for site in range(len(table))
    ]
    rows = pd.DataFrame({
        "candidate_id": table["candidate_id"], "candidate": table["candidate"], "kind": table["kind"], "layer": table["layer"],
        "county_fips": table["county_fips"], "state": table["state"], "score": answer.score,
        "score_class": _thirds(answer.score), "alone_m": np.where(np.isfinite(alone), alone, np.nan),
        "cost_usd": asked.cost_usd, "groups": [words.met(answer.problem, site) for site in range(len(table))],
        "groups_not_known": [_unknown(answer, site) for site in range(len(table))],
        "standing": [{"site": "chosen"}.get(each, each) for each in standing],
        "why_out": [asked.why_out.get(site) for site in range(len(table))],
        "origin": table.get("origin", "not stated"),
    })  # fmt: skip
    return _frame(answer, rows, "site_candidates", np.asarray(table.geometry))


def _unknown(answer: Answer, site: int) -> str | None:
    lost = [name for name, who in answer.problem.asked.groups.items() if who.unknown[site]]
    return "; ".join(sorted(lost)) or None


def _thirds(score: Floats) -> list[str]:
    """Return thirds of the candidates by score; equal scores are in one third."""
    known = np.sort(-score[~np.isnan(score)])
    at = np.searchsorted(known, -score, side="left") * 3 // max(len(known), 1)
    return [_NO_SCORE if np.isnan(each) else _THIRDS[place] for each, place in zip(score, at, strict=True)]


def _chosen(answer: Answer, change: list[Move]) -> gpd.GeoDataFrame:
    site_of, away, raw = answer.served.site, answer.served.away_m, answer.parts
    rows = []
    for move in change:
        mine = (site_of == move.site) & (raw > 0)
        hub = answer.solved.hub_of.get(move.site)
        row = answer.found.table.iloc[move.site]
        weight = float(raw[mine].sum())
        mean = float(raw[mine] @ away[mine] / weight) if weight else np.nan
        most = float(away[mine].max()) if mine.any() else np.nan
        facts = [_served(int(mine.sum()), weight / raw.sum(), mean, most)]
        if hub is not None:
            there = answer.found.table["candidate"].iloc[hub]
            facts.append(f"its hub is {there}, {miles(answer.problem.between[move.site, hub])} away")
        rows.append({
            "site_id": row["candidate_id"], "site": row["candidate"], "role": answer.role(move.site), "kind": row["kind"],
            "hub_id": None if hub is None else answer.found.ids[hub],
            "hub_m": np.nan if hub is None else float(answer.problem.between[move.site, hub]),
            "demand_places": int(mine.sum()), "demand_weight": round(weight, 6), "demand_share": weight / raw.sum(),
            "mean_m": mean, "max_m": most,
            "score": answer.score[move.site], "cost_usd": answer.problem.asked.cost_usd[move.site],
            "conditions_met": words.met(answer.problem, move.site),
            "said": facts[0],
            "why": words.why(answer.problem, answer.found, move, answer.solved.siting.value, facts),
            "origin": row.get("origin", "not stated"),
        })  # fmt: skip
    at = np.asarray(answer.found.table.geometry)[[move.site for move in change]]
    return _frame(answer, pd.DataFrame(rows), "chosen_sites", at)


def _served(count: int, share: float, mean_m: float, most_m: float) -> str:
    if not count:
        return "serves no demand"
    places = f"{count:,} {'place' if count == 1 else 'places'}"
    return f"serves {places} with {floor_percent(share)} of demand, {miles(mean_m)} away on average, {miles(most_m)} at most"


def _service(answer: Answer) -> gpd.GeoDataFrame:
    """Return a row a demand and site that serves it."""
    kept = answer.served.share > 0
    demand, site_of = answer.served.demand[kept], answer.served.site[kept]
    away, there = answer.served.away_m[kept], site_of >= 0
    ids, names = answer.found.ids, list(answer.found.table["candidate"])
    reach, table = answer.problem.entry.reach_m, answer.demand.table.iloc[demand]
    order = {site: number for number, site in enumerate(answer.solved.sites)}
    rows = pd.DataFrame({
        "demand_id": table["demand_id"].to_numpy(), "demand": table["demand"].to_numpy(),
        "weight": np.round(answer.parts[kept], 6),
        "site_id": _there(ids, site_of), "site": _there(names, site_of),
        "site_number": pd.array([order[site] + 1 if site >= 0 else None for site in site_of], dtype="Int64"),
        "share": np.round(answer.served.share[kept], 6),
        "distance_m": np.where(there, away, np.nan),
        "covered": None if reach is None else pd.array(away <= np.float32(reach), dtype="boolean"),
        "basis": table["basis"].to_numpy(), "origin": "modelled",
    })  # fmt: skip
    return _frame(answer, rows, "site_service", np.asarray(table.geometry))


def _there(names: list[str], site_of: Ints) -> list[str | None]:
    """Return the word of each site, None where there is no site."""
    return [names[site] if site >= 0 else None for site in site_of]


def _totals(answer: Answer) -> pd.DataFrame:
    got, entry, asked = answer.solved.siting, answer.problem.entry, answer.problem.asked
    away, share = answer.served.away_m, answer.parts / answer.parts.sum()
    used, unit = share > 0, UNITS[entry.model]
    digits = {"m": 1, "usd": 2, "share": 6, "sites": 0}[unit]
    rows = [
        ("value", round(got.value, digits), unit, words.objective(entry)),
        ("bound", round(got.bound, digits), unit, "no choice has a higher value" if got.upward else "no choice has a lower value"),
        ("gap", round(got.gap, 6), "share", "by how much the value may miss the best, as a share of the bound"),
        ("exact", float(got.exact), "yes or no", "1: no choice is better; 0: the gap is what is known"),
        ("mean distance", round(float(share[used] @ away[used]), 1), "m", entry.distance),
        ("longest distance", round(float(away[used].max()), 1), "m", entry.distance),
        ("sites", len(answer.solved.sites), "sites", _asked(entry)),
        ("candidates", len(answer.found), "candidates", None),
        ("candidates out", len(asked.why_out), "candidates", "see why_out of table site_candidates"),
        ("demand places", len(answer.demand), "places", "; ".join(answer.demand.notes) or None),
        ("demand", round(float(answer.demand.weight[0].sum()), 6), "weight", entry.scenarios[0].weight if entry.scenarios else entry.demand.weight),
        ("seed", entry.seed, "number", None),
        ("iterations", got.iterations, "starts", None),
    ]  # fmt: skip
    if entry.reach_m is not None:
        covered = float(share @ (away <= np.float32(entry.reach_m)))
        rows.append(("demand within reach", round(covered, 6), "share", f"within {miles(entry.reach_m)}"))
    rows += [
        (f"sites of {name}", int(who.yes[answer.solved.sites].sum()), "sites", who.note or None)
        for name, who in asked.groups.items()
    ]
    if asked.capacity is not None:
        held = round(float(asked.capacity[answer.solved.sites].sum()), 6)
        rows.append(("capacity of sites", held, "weight", "demand may be split between sites"))
    if not np.isnan(asked.cost_usd[answer.solved.sites]).any():
        told = None if entry.budget_usd is None else f"budget {entry.budget_usd:,.2f} USD"
        rows.append(("cost of sites", round(float(asked.cost_usd[answer.solved.sites].sum()), 2), "usd", told))
    table = pd.DataFrame(rows, columns=["statistic", "value", "unit", "note"])
    table["value"] = table["value"].where(np.isfinite(table["value"].astype("float64")))
    return checked("siting_totals", table)


def _asked(entry: SitingEntry) -> str | None:
    return "; ".join(words.condition(each) for each in entry.conditions) or None


def _alternatives(answer: Answer, change: list[Move]) -> pd.DataFrame:
    ids, names, base = answer.found.ids, answer.found.table["candidate"], answer.solved.siting.value
    unit = UNITS[answer.problem.entry.model]
    digits = {"m": 1, "usd": 2, "share": 6, "sites": 0}[unit]
    rows = [
        {
            "site_id": ids[move.site], "site": names.iloc[move.site], "role": answer.role(move.site), "unit": unit,
            "value": round(base, digits), "value_without": round(move.without, digits),
            "change_without": round(move.without - base, digits),
            "instead_id": ids[move.instead] if move.instead >= 0 else None,
            "instead": names.iloc[move.instead] if move.instead >= 0 else None,
            "value_moved": round(move.moved, digits), "change_moved": round(move.moved - base, digits),
        }
        for move in change
    ]  # fmt: skip
    return checked("siting_alternatives", pd.DataFrame(rows))


def _scenarios(answer: Answer) -> pd.DataFrame:
    entry, got = answer.problem.entry, answer.solved.siting
    away = nearest(answer.problem, answer.solved.sites)
    mean = [float(np.where(row > 0, away, 0.0) @ row) for row in answer.problem.weight]
    best = got.reference if entry.aim == "regret" else np.full(len(mean), np.nan)
    rows = pd.DataFrame({
        "scenario": [each.name for each in entry.scenarios], "weight": [each.weight for each in entry.scenarios],
        "chance": pd.array([each.chance for each in entry.scenarios], dtype="Float64").to_numpy(float, na_value=np.nan), "mean_m": mean, "best_alone_m": best,
    })  # fmt: skip
    return checked("siting_scenarios", rows.assign(regret_m=rows["mean_m"] - rows["best_alone_m"]))


def area_strength(answer: Answer, given: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame | None:
    """Return table `area_strength` of the areas of demand, or None where clusters were not measured.

    Parameters
    ----------
    answer
        The answer.
    given
        Tables `cluster_regions` and, where there, `readiness`.
    """
    regions, entry = given.get("cluster_regions"), answer.problem.entry.demand
    if regions is None or entry.places != "cluster areas":
        return None
    mine = regions[(regions["area_kind"] == entry.area_kind) & (regions["year"] == regions["year"].max())]
    codes = answer.demand.table["demand_id"]
    share = np.asarray(codes.map(mine.set_index("area_id")["strength_share"]), np.float64)
    ready = given.get("readiness")
    ranked = np.full(len(codes), np.nan) if ready is None else codes.map(ready.set_index("place_id")["score_low"])
    rows = pd.DataFrame({
        "area_id": codes, "area": answer.demand.table["demand"], "strength_share": share,
        "strength_class": ["not known" if each == _NO_SCORE else each for each in _thirds(share)],
        "score": np.asarray(ranked, np.float64), "basis": answer.demand.table["basis"],
    })  # fmt: skip
    rows["said"] = [_strength_said(*pair) for pair in zip(rows["strength_share"], rows["score"], strict=True)]
    return _frame(answer, rows, "area_strength", np.asarray(answer.demand.table.geometry))


def _strength_said(share: float, score: float) -> str:
    first = "strength not known" if np.isnan(share) else f"{share:.0%} of traded jobs in strong clusters"
    return first if np.isnan(score) else f"{first}; readiness {score:.3f}"
