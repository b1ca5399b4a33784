"""Who is served: premises with an offer at a tier, town by town, and whether the town meets its target.

The town test is that of the last-mile programme: served premises must be at least the share times all premises,
rounded up. A premises whose speed is not known counts neither way: a town whose verdict would turn on such
premises is "not known".
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from layers.availability import MET, PERHAPS
from planner.tables import checked
from planner.target import Target
from planner.words import exact_share

_CERTAINTY = ("generated", "modelled", "approximate", "not stated", "published")
_COUNTS = ("premises", "served", "unserved", "unknown")
_EVIDENCE = {
    **dict.fromkeys(_COUNTS, "Int64"), "given_share": "float64",
    **dict.fromkeys(("basis", "origin", "note"), "str"), "as_of": "datetime64[s]",
}  # fmt: skip


def by_town(
    towns: pd.DataFrame,
    premises: pd.DataFrame | None,
    shares: pd.DataFrame | None,
    targets: Sequence[Target],
    filed: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the coverage table: one row a town and target.

    Parameters
    ----------
    towns
        Layer `towns`.
    premises
        Layer `premises`, or None. A town that has premises here, and no filings, is judged by them.
    shares
        Layer `town_service`, or None. Used for towns without premises, where its tier is the target's.
    targets
        Tiers and shares; the first one decides.
    filed
        What filings say (`planner.service.evidence`), or None. It comes before everything else.

    Returns
    -------
    pandas.DataFrame
        Table `coverage`, in order of town and target.
    """
    frames = [_for_target(towns, premises, shares, target, filed) for target in targets]
    table = pd.concat(frames, ignore_index=True).sort_values("town_geoid", kind="stable", ignore_index=True)
    return checked("coverage", table)


def _for_target(
    towns: pd.DataFrame,
    premises: pd.DataFrame | None,
    shares: pd.DataFrame | None,
    target: Target,
    filed: pd.DataFrame | None,
) -> pd.DataFrame:
    evidence = pd.DataFrame(index=pd.Index([], dtype="str"))
    found = [
        filed[filed["target"] == target.label].set_index("town_geoid") if filed is not None else None,
        count_premises(premises, target) if premises is not None and filed is None else None,
        from_shares(shares, target, ["town_geoid"], "town share") if shares is not None else None,
    ]
    for given in found:
        if given is not None:
            evidence = pd.concat([evidence, given[~given.index.isin(evidence.index)]])
    return judge(with_evidence(towns[["town_geoid", "town"]], evidence, ["town_geoid"]), target)


def with_evidence(places: pd.DataFrame, evidence: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Return places with the columns that `judge` needs; `evidence` has `key` as its index and may lack places."""
    table = places.join(evidence.reindex(columns=list(_EVIDENCE)), on=key).astype(_EVIDENCE)
    table["basis"] = table["basis"].fillna("none")
    table["origin"] = table["origin"].fillna("not stated")
    return table


def count_premises(premises: pd.DataFrame, target: Target, area: pd.Series | None = None) -> pd.DataFrame:
    """Return premises, served, unserved and unknown by town, or by another area of each premises (index: its code).

    A premises is served where both speeds are known and reach the tier, unserved where either is known to fall
    short, and unknown otherwise.
    """
    status = status_of(premises, target)
    flags = pd.DataFrame(
        {"premises": 1, "served": status == MET, "unserved": status == 0, "unknown": status == PERHAPS}, premises.index
    ).astype("int64")
    area = premises["town_geoid"] if area is None else area
    table = flags.groupby(area).sum()
    table["basis"] = "premises list"
    table["origin"] = _weakest_origin(premises, area)
    table["as_of"] = premises.groupby(area)["as_of"].max()
    return table


def status_of(premises: pd.DataFrame, target: Target) -> pd.Series:
    """Return what each premises has at a tier, as `layers.availability` says it: `MET`, `PERHAPS`, or 0 for unserved."""
    down, up = (premises.get(name, pd.Series(np.nan, premises.index)) for name in ("down_mbps", "up_mbps"))
    served = (down >= target.down_mbps) & (up >= target.up_mbps)
    unserved = (down < target.down_mbps) | (up < target.up_mbps)
    return pd.Series(np.select([served, unserved], [MET, 0], PERHAPS), premises.index)


def _weakest_origin(premises: pd.DataFrame, area: pd.Series) -> pd.Series:
    rank = premises["origin"].map({name: place for place, name in enumerate(_CERTAINTY)})
    return rank.groupby(area).min().map(dict(enumerate(_CERTAINTY)))


def from_shares(shares: pd.DataFrame, target: Target, key: list[str], basis: str) -> pd.DataFrame:
    """Return the evidence of published shares by `key`; premises served are the share of all, cut to whole ones."""
    tier = (shares["down_mbps"] == target.down_mbps) & (shares["up_mbps"] == target.up_mbps)
    table = shares[tier].set_index(key)
    premises = table["premises"].astype("Int64")
    both = premises.notna() & table["share_served"].notna()
    whole = [
        int(exact_share(share) * count)
        for share, count in zip(table["share_served"][both], premises[both], strict=True)
    ]
    counts = pd.Series(whole, table.index[both], dtype="Int64").reindex(table.index)
    return pd.DataFrame(
        {
            "premises": premises,
            "served": counts,
            "unserved": premises - counts,
            "unknown": (premises - counts) * 0,
            "given_share": table["share_served"],
            "basis": basis,
            "origin": table["origin"],
            "as_of": table["as_of"],
            "note": table.get("note"),
        }
    )


def needed_premises(premises: pd.Series, target: Target) -> pd.Series:
    """Return the smallest count that is at least the target's share of the premises, in exact arithmetic."""
    top, bottom = target.share.numerator, target.share.denominator
    return -((-top * premises) // bottom)


def judge(table: pd.DataFrame, target: Target, place: str = "town") -> pd.DataFrame:
    """Return the table with target, verdict, share served, shortfall, margin and what is missing.

    Parameters
    ----------
    table
        One row a place: premises, served, unserved and unknown (whole numbers or missing), given_share (a published
        share, where there is no count) and basis.
    target
        Tier and share.
    place
        What a row is about, for the words of column `missing`; its published share has the basis ``"<place> share"``.

    Returns
    -------
    pandas.DataFrame
        A copy with columns target, target_share, needed, verdict, share_served, margin_share, shortfall and missing.
    """
    table = table.assign(target=target.label, target_share=float(target.share))
    table["needed"] = needed_premises(table["premises"], target)
    share = table["given_share"].astype("float64")
    meets = share.map(lambda given: exact_share(given) >= target.share, na_action="ignore")
    counted = table["served"].notna() & share.isna() & _true(table["premises"] > 0)
    best = table["served"] + table["unknown"]
    there = share.notna() & ~_true(table["premises"] == 0)
    passes = (counted & _true(table["served"] >= table["needed"])) | (there & (meets == True))  # noqa: E712 (may be missing)
    fails = (counted & _true(best < table["needed"])) | (there & (meets == False))  # noqa: E712
    table["verdict"] = np.select([passes, fails], ["pass", "fail"], "not known")
    known = passes | fails
    counted_share = (table["served"] / table["premises"].where(table["premises"] > 0)).astype("float64")
    table["share_served"] = share.fillna(counted_share).where(known)
    table["margin_share"] = table["share_served"] - float(target.share)
    shortfall = (table["needed"] - table["served"]).clip(lower=0).mask(passes, 0)
    table["shortfall"] = shortfall.where(known & table["served"].notna())
    table["missing"] = _missing(table, known, place)
    return table


def _true(condition: pd.Series) -> pd.Series:
    """Return a condition as plain booleans; where it is not known it does not hold."""
    return condition.fillna(value=False).astype(bool)


def _missing(table: pd.DataFrame, known: pd.Series, place: str) -> pd.Series:
    """Name what is missing: for the verdict where it is not known, else for an exact share."""
    unknown = table["unknown"].fillna(0)
    missing = ("speeds of " + unknown.astype("str") + " premises").where(unknown > 0)
    missing = missing.mask((unknown > 0) & ~known, missing + "; the verdict turns on them")
    missing = missing.mask((table["basis"] == f"{place} share") & ~known, "share of premises served")
    missing = missing.mask(_true(table["premises"] == 0), f"premises in the {place}")
    return missing.mask(table["basis"] == "none", f"a premises list or a service share of the {place}")
