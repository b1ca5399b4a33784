"""Who is served: premises with an offer at a tier, town by town, and whether the town meets its target.

The town test is that of the last-mile programme: served premises must be at least the share times all premises,
rounded up. A premises whose speed is not known counts neither way: a town whose verdict would turn on such
premises is "not known".
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from planner.region import Target
from planner.tables import checked

_CERTAINTY = ("generated", "modelled", "approximate", "not stated", "published")
_COUNTS = ("premises", "served", "unserved", "unknown")


def by_town(
    towns: pd.DataFrame, premises: pd.DataFrame | None, shares: pd.DataFrame | None, targets: Sequence[Target]
) -> pd.DataFrame:
    """Return the coverage table: one row a town and target.

    Parameters
    ----------
    towns
        Layer `towns`.
    premises
        Layer `premises`, or None. A town that has premises here is judged by them.
    shares
        Layer `town_service`, or None. Used for towns without premises, where its tier is the target's.
    targets
        Tiers and shares; the first one decides.

    Returns
    -------
    pandas.DataFrame
        Table `coverage`, in order of town and target.
    """
    frames = [_for_target(towns, premises, shares, target) for target in targets]
    table = pd.concat(frames, ignore_index=True).sort_values("town_geoid", kind="stable", ignore_index=True)
    return checked("coverage", table)


def _for_target(
    towns: pd.DataFrame, premises: pd.DataFrame | None, shares: pd.DataFrame | None, target: Target
) -> pd.DataFrame:
    evidence = pd.DataFrame(index=pd.Index([], dtype="str"))
    if premises is not None:
        evidence = count_premises(premises, target)
    if shares is not None:
        given = _from_shares(shares, target)
        evidence = pd.concat([evidence, given[~given.index.isin(evidence.index)]])
    table = towns[["town_geoid", "town"]].join(evidence, on="town_geoid")
    table["basis"] = table["basis"].fillna("none") if "basis" in table else "none"
    table = table.reindex(columns=[*table.columns, *({*_COUNTS, "given_share", "note", "origin", "as_of"} - {*table})])
    table = table.astype(dict.fromkeys(_COUNTS, "Int64"))
    table["origin"] = table["origin"].fillna("not stated")
    table["target"], table["target_share"] = target.label, float(target.share)
    return _judge(table, target)


def count_premises(premises: pd.DataFrame, target: Target) -> pd.DataFrame:
    """Return premises, served, unserved and unknown by town (index: town code).

    A premises is served where both speeds are known and reach the tier, unserved where either is known to fall
    short, and unknown otherwise.
    """
    down, up = premises["down_mbps"], premises["up_mbps"]
    served = (down >= target.down_mbps) & (up >= target.up_mbps)
    unserved = (down < target.down_mbps) | (up < target.up_mbps)
    flags = pd.DataFrame(
        {"premises": 1, "served": served, "unserved": unserved, "unknown": ~(served | unserved)}, premises.index
    ).astype("int64")
    table = flags.groupby(premises["town_geoid"]).sum()
    table["basis"] = "premises list"
    table["origin"] = _weakest_origin(premises)
    table["as_of"] = premises.groupby("town_geoid")["as_of"].max()
    return table


def _weakest_origin(premises: pd.DataFrame) -> pd.Series:
    rank = premises["origin"].map({name: place for place, name in enumerate(_CERTAINTY)})
    return rank.groupby(premises["town_geoid"]).min().map(dict(enumerate(_CERTAINTY)))


def _from_shares(shares: pd.DataFrame, target: Target) -> pd.DataFrame:
    tier = (shares["down_mbps"] == target.down_mbps) & (shares["up_mbps"] == target.up_mbps)
    table = shares[tier].set_index("town_geoid")
    premises = table["premises"].astype("Int64")
    share = table["share_served"].astype("Float64")
    served = (share * premises.astype("Float64")).round().astype("Int64")
    return pd.DataFrame(
        {
            "premises": premises,
            "served": served,
            "unserved": premises - served,
            "unknown": (premises - served) * 0,
            "given_share": table["share_served"],
            "basis": "town share",
            "origin": table["origin"],
            "as_of": table["as_of"],
            "note": table.get("note"),
        }
    )


def needed_premises(premises: pd.Series, target: Target) -> pd.Series:
    """Return the smallest count that is at least the target's share of the premises, in exact arithmetic."""
    top, bottom = target.share.numerator, target.share.denominator
    return -((-top * premises) // bottom)


def _judge(table: pd.DataFrame, target: Target) -> pd.DataFrame:
    table["needed"] = needed_premises(table["premises"], target)
    counted = table["served"].notna() & (table["premises"] > 0).fillna(value=False).astype(bool)
    best = table["served"] + table["unknown"]
    passes = counted & (table["served"] >= table["needed"]).fillna(value=False).astype(bool)
    fails = counted & (best < table["needed"]).fillna(value=False).astype(bool)
    share = table["given_share"].astype("float64")
    uncounted = ~counted & share.notna() & table["premises"].isna()
    passes |= uncounted & (share >= float(target.share))
    fails |= uncounted & (share < float(target.share))
    table["verdict"] = np.select([passes, fails], ["pass", "fail"], "not known")
    known = passes | fails
    counted_share = (table["served"] / table["premises"].where(table["premises"] > 0)).astype("float64")
    table["share_served"] = counted_share.fillna(share).where(known)
    table["margin_share"] = table["share_served"] - float(target.share)
    table["shortfall"] = (table["needed"] - table["served"]).clip(lower=0).where(counted & known)
    table["missing"] = _missing(table, known)
    return table


def _missing(table: pd.DataFrame, known: pd.Series) -> pd.Series:
    """Name what is missing: for the verdict where it is not known, else for an exact share."""
    unknown = table["unknown"].fillna(0)
    missing = ("speeds of " + unknown.astype("str") + " premises").where(unknown > 0)
    missing = missing.mask((unknown > 0) & ~known, missing + "; the verdict turns on them")
    missing = missing.mask((table["basis"] == "town share") & ~known, "share of premises served")
    missing = missing.mask((table["premises"] == 0).fillna(value=False), "premises in the town")
    return missing.mask(table["basis"] == "none", "a premises list or a service share of the town")
