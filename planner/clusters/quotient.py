"""Location quotients as the federal cluster map computes them.

A traded cluster is held against traded employment, a local one against local employment, in the area and in the nation.
Where a count is withheld, the quotient is a range.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from planner.clusters._groups import Flags, Floats, Ints, codes, numbers, others
from planner.clusters.counts import NATION, refuse_impossible

KEY: Final = ("area_kind", "year", "cluster", "area_id")
_DIGITS: Final = 9  # the last bits of a processor's arithmetic do not reach a file


@dataclass(frozen=True)
class Bounds:
    """What a count can be at least and at most; equal where it is known, infinite where nothing is known."""

    low: Floats
    high: Floats

    @property
    def known(self) -> Flags:
        """Which counts are known."""
        return np.asarray(self.low == self.high, bool)

    @classmethod
    def of(cls, table: pd.DataFrame) -> "Bounds":
        """Return the bounds of column `employment`, from its ranges where it is empty."""
        count = numbers(table, "employment")
        low, high = numbers(table, "employment_low"), numbers(table, "employment_high")
        open_low, open_high = np.where(np.isnan(low), 0.0, low), np.where(np.isnan(high), np.inf, high)
        return cls(np.where(np.isnan(count), open_low, count), np.where(np.isnan(count), open_high, count))

    def shares(self, group: Ints) -> "Bounds":
        """Return each row's share of its group: at least and at most, whatever the others are within their bounds."""
        with np.errstate(divide="ignore", invalid="ignore"):
            low = self.low / (self.low + others(group, self.high))
            high = self.high / (self.high + others(group, self.low))
        high = np.where(np.isinf(self.high), 1.0, high)  # an unbounded count may be the whole
        return Bounds(np.where(self.low == 0, 0.0, low), np.where(self.high == 0, 0.0, high))


def reference(table: pd.DataFrame) -> pd.DataFrame:
    """Return what areas are held against: the nation's employment by kind of area, year and cluster.

    Parameters
    ----------
    table
        Layer `cluster_employment`.

    Returns
    -------
    pandas.DataFrame
        Columns area_kind, year, cluster, traded, low, high (employment) and basis: ``national rows`` where rows of kind
        nation have the cluster, ``published shares`` where the areas' shares of the nation are given, else
        ``sum of the areas`` of that kind.
    """
    kinds = table[table["area_kind"] != NATION]
    by = ["area_kind", "year", "cluster", "traded"]
    bounds = Bounds.of(kinds)
    summed = kinds[by].assign(low=bounds.low, high=bounds.high, implied=_implied(kinds))
    found = summed.groupby(by, as_index=False).agg({"low": "sum", "high": "sum", "implied": "median"})
    nation = table[table["area_kind"] == NATION]
    known = Bounds.of(nation)
    said = nation[["year", "cluster"]].assign(said_low=known.low, said_high=known.high)
    found = found.merge(said, on=["year", "cluster"], how="left")
    for name in ("low", "high"):
        found[name] = found[f"said_{name}"].fillna(found["implied"]).fillna(found[name])
    basis = np.where(found["implied"].notna(), "published shares", "sum of the areas")
    found["basis"] = np.where(found["said_low"].notna(), "national rows", basis)
    return found.drop(columns=["said_low", "said_high", "implied"])


def _implied(table: pd.DataFrame) -> Floats:
    """Return the nation's employment that an area's count and its published share of the nation imply."""
    count, share = numbers(table, "employment"), numbers(table, "national_share")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((count > 0) & (share > 0), count / share, np.nan)


def quotients(table: pd.DataFrame) -> pd.DataFrame:
    """Return the areas' rows in order of kind, year, cluster and area, with shares and location quotients.

    Parameters
    ----------
    table
        Layer `cluster_employment`. Rows of kind nation are what areas are held against, see `reference`.

    Returns
    -------
    pandas.DataFrame
        The rows of areas with columns area_share (of the area's traded or local employment), national_share (of the
        nation's employment in the cluster), lq, lq_low, lq_high and lq_basis (``as published``, or the basis of the
        reference). A quotient is empty where a count that it rests on is withheld; its bounds stand beside it.

    Raises
    ------
    LayerError
        Where counts cannot be, see `planner.clusters.counts.refuse_impossible`.

    Notes
    -----
    LQ = (e_rc / e_r) / (E_c / E), with e_r and E traded employment for a traded cluster and local for a local one, as in
    the code of clustermapping.us. A published quotient is used as it stands.
    """
    refuse_impossible(table)
    against = _national_shares(reference(table))
    rows = table[table["area_kind"] != NATION].sort_values(list(KEY), ignore_index=True)
    rows = rows.drop(columns=[name for name in ("lq_low", "lq_high", "lq_basis") if name in rows])
    rows = rows.merge(against, on=["area_kind", "year", "cluster", "traded"], how="left", validate="many_to_one")
    own = _area_shares(rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = own.low / numbers(rows, "share_high"), own.high / numbers(rows, "share_low")
        of_nation = numbers(rows, "employment") / numbers(rows, "low")
    low, high = np.round(low, _DIGITS), np.round(high, _DIGITS)
    said = numbers(rows, "lq")
    given, computed = ~np.isnan(said), np.where(low == high, low, np.nan)
    exact_nation = numbers(rows, "low") == numbers(rows, "high")
    share = numbers(rows, "national_share")
    return rows.assign(
        area_share=np.where(own.known, own.low, np.nan),
        national_share=np.where(np.isnan(share) & exact_nation, of_nation, share),
        lq=np.where(given, said, computed),
        lq_low=np.where(given, said, low),
        lq_high=np.where(given, said, np.where(np.isinf(high), np.nan, high)),
        lq_basis=np.where(given, "as published", rows["basis"].astype("object")),
    ).drop(columns=["share_low", "share_high", "low", "high", "basis"])


def _national_shares(against: pd.DataFrame) -> pd.DataFrame:
    """Add each cluster's share of the nation's traded or local employment, at least and at most."""
    group = codes(against, ["area_kind", "year", "traded"])
    shares = Bounds(against["low"].to_numpy(float), against["high"].to_numpy(float)).shares(group)
    return against.assign(share_low=shares.low, share_high=shares.high)


def _area_shares(rows: pd.DataFrame) -> Bounds:
    """Return each cluster's share of its area's traded or local employment, as published or from the counts."""
    found = Bounds.of(rows).shares(codes(rows, ["area_kind", "area_id", "year", "traded"]))
    said = numbers(rows, "area_share")
    given = ~np.isnan(said)
    return Bounds(np.where(given, said, found.low), np.where(given, said, found.high))
