"""Strength of clusters on a map: all traded clusters together, and each cluster by its location quotient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from maps.chooser import NOTHING, counted, looks_of, rows_of, words_of
from maps.layer import Payload
from maps.styles import StrengthStyle, styles
from planner.words import count, floor_percent, is_missing, listing, text

STRENGTH: Final = "cluster_strength"
REGIONS: Final = "cluster_regions"
_LINES: Final = ("figures", "jobs", "growth", "flags")
_ALL: Final = "all traded clusters"
_FLAGS: Final = {
    "strong10": "Flags: strong, in the top tenth", "strong": "Flags: strong, in the top quarter",
    "significant": "Flags: significant, in the upper half", "qualifying": "Flags: qualifying, not in the lowest quarter",
}  # fmt: skip
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Measured:
    """Clusters of areas of one kind in the last year.

    Attributes
    ----------
    kind
        Kind of area.
    year
        Year of the figures; None where no table says it.
    strength
        Rows of table `cluster_strength`; empty where it was not made.
    shares
        Columns area_id and strength_share, and what else table `cluster_regions` or `area_strength` has.
    growth
        Rows of table `shift_share` over the longest time up to that year.
    """

    kind: str
    year: int | None
    strength: pd.DataFrame
    shares: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"area_id": [], "strength_share": []}))
    growth: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def codes(self) -> list[str]:
        """Codes of all areas that have figures, in their order."""
        return sorted({str(code) for table in (self.strength, self.shares) for code in table["area_id"]})

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Names of the areas by code."""
        both = pd.concat([each for each in (self.shares, self.strength) if "area" in each])
        named = both.dropna(subset="area").drop_duplicates("area_id")
        return {str(code): text(name) for code, name in zip(named["area_id"], named["area"], strict=True)}


def measured(tables: Mapping[str, pd.DataFrame], kind: str, clusters: Sequence[str] = ()) -> Measured:
    """Return what tables tell of one kind of area in the last year.

    Parameters
    ----------
    tables
        Tables `cluster_strength`, `cluster_regions` and `shift_share`, as far as they were made.
    kind
        Kind of area.
    clusters
        Codes of the clusters to keep; all where none is named.
    """
    strength = _last(tables.get(STRENGTH), kind)
    if len(clusters):
        strength = strength[strength["cluster"].isin(clusters)]
    shares, growth = _last(tables.get(REGIONS), kind), tables.get("shift_share")
    years = [int(each["year"].max()) for each in (strength, shares) if len(each)]
    year = max(years) if years else None
    grown = pd.DataFrame() if growth is None else growth[(growth["area_kind"] == kind) & (growth["year_to"] == year)]
    if len(grown):
        grown = grown[grown["year_from"] == grown["year_from"].min()]
    order = strength.sort_values(["cluster", "area_id"], kind="stable")
    return Measured(kind, year, order, shares.sort_values("area_id", kind="stable"), grown)


def _last(table: pd.DataFrame | None, kind: str) -> pd.DataFrame:
    if table is None:
        return pd.DataFrame({"area_id": [], "cluster": [], "strength_share": [], "year": []})
    mine = table[table["area_kind"] == kind]
    return pd.DataFrame(mine[mine["year"] == mine["year"].max()])


def looks() -> list[StrengthStyle]:
    """Return all classes of strength in the order of their codes; what is not known comes last."""
    look = styles().clusters
    return [*look.shares.values(), *look.quotients.values(), look.unknown]


def share_codes(shares: Sequence[Any] | pd.Series) -> Codes:
    """Return the class of each share of jobs in strong clusters."""
    return _classed(np.asarray(shares, np.float64), list(styles().clusters.shares.values()), 0)


def quotient_codes(lq: Sequence[Any] | pd.Series, strong: Sequence[Any] | pd.Series) -> Codes:
    """Return the class of each location quotient; a strong cluster is in the class of its own."""
    first, look = len(styles().clusters.shares), list(styles().clusters.quotients.values())
    found = _classed(np.asarray(lq, np.float64), look, first)
    flagged = next(at for at, each in enumerate(look) if each.least is None)
    sure = np.array([not is_missing(each) and bool(each) for each in strong], bool)
    return np.where(sure, first + flagged, found)


def _classed(values: npt.NDArray[np.float64], classes: Sequence[StrengthStyle], first: int) -> Codes:
    found = np.full(len(values), len(looks()) - 1, np.int64)
    for at, each in sorted(enumerate(classes), key=lambda pair: pair[1].least or 0.0):
        if each.least is not None:
            found[values >= each.least] = first + at
    return found


class Strengths:
    """What the areas of a map can be coloured by: all traded clusters, or one cluster.

    Parameters
    ----------
    figures
        What is known of the areas.
    codes
        Codes of the areas of the map, in their order; areas with figures that are not among them are counted.
    """

    def __init__(self, figures: Measured, codes: Sequence[str]) -> None:
        self.figures = figures
        self.codes = list(codes)

    def start(self) -> int:
        """Return the choice to begin with: all traded clusters, or the first cluster."""
        return 0

    @property
    def clusters(self) -> list[str]:
        """Codes of the clusters: traded ones first, by name."""
        first = self.figures.strength.drop_duplicates("cluster")
        if first.empty:
            return []
        named = first.assign(_name=[text(name) or text(code) for name, code in _pairs(first)])
        order = named.sort_values(["traded", "_name", "cluster"], ascending=[False, True, True], kind="stable")
        return [str(code) for code in order["cluster"]]

    def payload(self, names: tuple[str, str], start: int = -1) -> Payload:
        """Return all for the page.

        Parameters
        ----------
        names
            What the map calls its areas, one and several.
        start
            Position of the choice that is shown at first; -1 for none.
        """
        groups = dict(tuple(self.figures.strength.groupby("cluster"))) if len(self.figures.strength) else {}
        overall = [self._overall()] if len(self.figures.shares) else []
        place = {"unit": self.figures.kind, "names": list(names), "places": [], "of": list(range(len(self.codes)))}
        return {
            "words": words_of(styles().clusters.words),
            "looks": looks_of(looks()),
            "invite": "Choose a cluster to see where it is strong.",
            "note": f"{self._dated()}LQ: the cluster's share of the area's jobs by its share of the nation's.",
            "said": self._dated(),
            "lines": [(name, "") for name in _LINES],
            "tips": ["figures"],
            "start": start,
            "units": [place],
            "choices": [*overall, *(self._cluster(code, groups[code]) for code in self.clusters)],
        }

    def source(self) -> Payload:
        """Return what "Sources and dates" says of the figures."""
        rows = self.figures.strength
        sources = sorted({text(name) for name in rows["source"]} - {""}) if "source" in rows else []
        guessed = "basis" in rows and (rows["basis"] == "middle of its range").any()
        said = [
            "Location quotients and flags of strength by area and cluster; percentiles run over areas of one kind.",
            f"Source: {listing(sources)}" if sources else "Source: the tables of clusters that came with this page.",
            f"Figures of {self.figures.year}." if self.figures.year else "Year of the figures not stated.",
        ]
        return {"title": "Strength of clusters", "mark": "partly modelled" if guessed else "", "said": said}

    def _dated(self) -> str:
        return f"Figures of {self.figures.year}. " if self.figures.year else ""

    def _overall(self) -> Payload:
        rows = self.figures.shares.set_index("area_id")
        codes = pd.Series(share_codes(rows["strength_share"]), rows.index)
        words = {"figures": [_share_said(share) for share in rows["strength_share"]], "jobs": _clusters_said(rows)}
        title = "All traded clusters" if len(self.figures.strength) else "Traded clusters"
        return self._choice((_ALL, title, 0), codes, pd.DataFrame(words, rows.index).reindex(columns=_LINES))

    def _cluster(self, code: str, rows: pd.DataFrame) -> Payload:
        mine = rows.set_index("area_id")
        codes = pd.Series(quotient_codes(mine["lq"], mine["strong"]), mine.index)
        name = (code, text(mine["cluster_name"].iloc[0]) or code, 1 if bool(mine["traded"].iloc[0]) else 2)
        growth = self._growth(code).reindex(mine.index).fillna("")
        words = {
            "figures": _quotients_said(mine),
            "jobs": _jobs_said(mine),
            "growth": growth,
            "flags": _flags_said(mine),
        }
        return self._choice(name, codes, pd.DataFrame(words, mine.index))

    def _growth(self, code: str) -> "pd.Series[str]":
        if self.figures.growth.empty:
            return pd.Series([], dtype="str")
        rows = self.figures.growth[self.figures.growth["cluster"] == code].set_index("area_id")
        said = [
            _growth_said(*each)
            for each in rows[["growth_yearly_share", "year_from", "year_to"]].itertuples(index=False)
        ]
        return pd.Series(said, rows.index, dtype="str")

    def _choice(self, name: tuple[str, str, int], codes: "pd.Series[int]", words: pd.DataFrame) -> Payload:
        look, (key, title, group) = styles().clusters, name
        first = len(look.shares)
        shown = [*(range(first) if group == 0 else range(first, len(looks()) - 1)), len(looks()) - 1]
        mine = codes.reindex(self.codes)
        letters = [NOTHING if np.isnan(code) else str(int(code)) for code in mine.to_numpy(np.float64)]
        there = words.reindex(self.codes)
        off = len(codes) - sum(letter != NOTHING for letter in letters)
        lines = {line: [text(each) for each in there[line]] for line in _LINES}
        known = any(letter != NOTHING for letter in letters)
        return {
            "name": key, "title": title, "open": True, "status": "", "rank": 0, "group": group,
            "counts": counted(codes.tolist(), shown, len(looks())), "total": count(len(codes)),
            "off": count(off) if off else "",
            "units": [rows_of(0, letters, lines) if known else _nothing(letters)],
        }  # fmt: skip


def _nothing(letters: Sequence[str]) -> Payload:
    return {"unit": 0, "codes": "".join(letters), **{line: {"forms": [[""]], "rows": ""} for line in _LINES}}


def _pairs(rows: pd.DataFrame) -> list[tuple[Any, Any]]:
    return list(zip(rows["cluster_name"], rows["cluster"], strict=True))


def _share_said(share: Any) -> str:
    return "strength not known" if is_missing(share) else f"{floor_percent(share)} of traded jobs in strong clusters"


def _clusters_said(rows: pd.DataFrame) -> list[str]:
    if "strong_clusters" not in rows:
        return [""] * len(rows)
    return [
        "" if is_missing(strong) or is_missing(there) else f"{count(strong)} strong of {count(there)} traded clusters"
        for strong, there in zip(rows["strong_clusters"], rows["traded_clusters"], strict=True)
    ]


def _quotients_said(rows: pd.DataFrame) -> list[str]:
    """Return location quotients in words, cut and not rounded, with their ranks among the areas of the kind."""
    rank = rows["lq"].rank(method="min", ascending=False)
    known = count(rows["lq"].notna().sum())
    return [
        _range_said("LQ", low, high, "{:,.2f}") if is_missing(lq) else f"LQ {_cut(lq)}, rank {count(place)} of {known}"
        for lq, place, low, high in zip(rows["lq"], rank, rows["lq_low"], rows["lq_high"], strict=True)
    ]


def _cut(value: Any) -> str:
    """Return a quotient with two decimals, cut, so that 1.999 does not read as 2.00."""
    return f"{np.floor(float(value) * 100 + 1e-9) / 100:,.2f}"


def _jobs_said(rows: pd.DataFrame) -> list[str]:
    columns = ("employment", "employment_low", "employment_high", "establishments", "basis")
    return [_job_said(*each) for each in rows.reindex(columns=list(columns)).itertuples(index=False)]


def _job_said(jobs: Any, low: Any, high: Any, places: Any, basis: Any) -> str:
    if is_missing(jobs):
        said = _range_said("jobs", low, high, "{:,.0f}")
    else:
        said = f"{count(round(jobs))} jobs" + (" (middle of its range)" if basis == "middle of its range" else "")
    return said if is_missing(places) else f"{said}, {count(places)} establishments"


def _range_said(what: str, low: Any, high: Any, form: str) -> str:
    if is_missing(high):
        return f"{what} not known"
    return f"{what} not known: from {form.format(0 if is_missing(low) else low)} to {form.format(high)}"


def _growth_said(yearly: Any, first: int, last: int) -> str:
    if is_missing(yearly):
        return ""
    return f"Jobs {'grew' if yearly >= 0 else 'shrank'} {abs(float(yearly)) * 100:.1f} % a year, {int(first)} to {int(last)}"


def _flags_said(rows: pd.DataFrame) -> list[str]:
    flags = rows.reindex(columns=list(_FLAGS)).to_numpy(object)
    return [
        next((said for flag, said in zip(row, _FLAGS.values(), strict=True) if not is_missing(flag) and bool(flag)), "")
        for row in flags
    ]
