"""How clusters and sites look on a terminal."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from planner import words
from planner.clusters.counts import NATION
from planner.commands._show import Formats, ends, frame, line
from planner.siting.summary import by_role, sentences

_MOST, _NAMED = 20, 3
_FLAGS = ("strong", "strong10", "qualifying", "significant")


def flags(strength: pd.DataFrame) -> dict[str, int]:
    """Return how many rows have each flag of strength."""
    return {flag: int(strength[flag].fillna(value=False).sum()) for flag in _FLAGS}


def clusters(made: Mapping[str, pd.DataFrame], name: str, notes: Iterable[str], files: Iterable[Path]) -> None:
    """Print each area's strongest clusters, the readiest areas first, and how many rows have each flag."""
    strength = made["cluster_strength"]
    if "cluster_regions" in made:
        table = _areas(made)
        more = f"the first {_MOST} of {len(table):,} areas" if len(table) > _MOST else f"{len(table):,} areas"
        frame(f"{name}: clusters of {more}", table.head(_MOST), _CLUSTERS)
    counted = ", ".join(f"{count:,} {flag.replace('_', ' ')}" for flag, count in flags(strength).items())
    line(f"{name}: {len(strength):,} rows; {counted}")
    ends(notes, files)


def _areas(made: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return a row an area of the last year: strength, strongest clusters, and readiness where it was ranked."""
    areas = made["cluster_regions"]
    areas = areas[(areas["year"] == areas["year"].max()) & (areas["area_kind"] != NATION)].set_index("area_id")
    rows = made["cluster_strength"]
    rows = rows[(rows["year"] == rows["year"].max()) & rows["strong"].fillna(value=False).astype(bool)]
    rows = rows.sort_values("lq", ascending=False, kind="stable")
    named = rows["cluster_name"].fillna(rows["cluster"]).astype(str) + " " + rows["lq"].map("{:.2f}".format)
    best = named.groupby(rows["area_id"]).agg(lambda each: ", ".join(each.head(_NAMED)))
    table = areas.assign(strongest=areas.index.map(best))
    if "readiness" not in made:
        return pd.DataFrame(table.sort_values("strength_share", ascending=False, kind="stable").reset_index())
    ready = made["readiness"].set_index("place_id")
    found = table.assign(rank=table.index.map(ready["rank"]), score=table.index.map(_range(ready)))
    return pd.DataFrame(found.sort_values("rank", kind="stable").reset_index())


def _range(ready: pd.DataFrame) -> pd.Series:
    """Return the score of each place; from its least to its most, where criteria of it are not known."""
    low, high = ready["score_low"].map("{:.3f}".format), ready["score_high"].map("{:.3f}".format)
    return low.where(low == high, low + " to " + high)


def sites(made: Mapping[str, pd.DataFrame], name: str, notes: Iterable[str], files: Iterable[Path]) -> None:
    """Print the chosen sites, why each was chosen, and how good the choice is."""
    table = by_role(pd.DataFrame(made["chosen_sites"].drop(columns="geometry")))
    frame(f"{name}: where sites should stand", table, _SITES)
    for site, why in zip(table["site"], table["why"], strict=True):
        line(f"{site}: {why}")
    for said in sentences(made):
        line(said)
    ends(notes, files)


_CLUSTERS: Formats = {
    "rank": ("rank", words.count),
    "area": ("area", str),
    "score": ("readiness", str),
    "traded_employment": ("traded jobs", words.count),
    "strength_share": ("in strong clusters", words.floor_percent),
    "strongest": ("strongest, with location quotient", str),
}
_SITES: Formats = {
    "role": ("role", str),
    "site": ("site", str),
    "demand_places": ("places served", words.count),
    "demand_share": ("of demand", words.floor_percent),
    "mean_m": ("on average", words.miles),
    "max_m": ("at most", words.miles),
    "score": ("readiness", "{:.3f}".format),
    "conditions_met": ("counts for", str),
}
