"""Which clusters of an area are strong, as the federal cluster map flags them."""

from typing import Final

import numpy as np
import pandas as pd

from planner.clusters._groups import Flags, Ints, codes, numbers, percentiles
from planner.clusters.quotient import quotients

FLAGS: Final = ("qualifying", "significant", "strong", "strong10")
_QUARTER: Final = 0.25


def strength(table: pd.DataFrame) -> pd.DataFrame:
    """Return location quotients and the four flags of strength.

    Parameters
    ----------
    table
        Layer `cluster_employment`.

    Returns
    -------
    pandas.DataFrame
        The rows of `planner.clusters.quotient.quotients` with columns specialisation ((LQ - 1) / (LQ + 1)), the four
        flags and note. Flags are of traded clusters; they are empty for local ones and where the count, its quotient or
        the number of establishments is not known.

    Notes
    -----
    Percentiles run over areas of one kind with employment above 0, with linear interpolation. Every flag asks for
    employment and establishments above their 25th percentiles. Beside that, a cluster is qualifying with LQ above its
    25th percentile, significant with LQ above the 50th, strong with LQ of at least 1 and at least the 75th, and strong10
    with LQ of at least 1 and at least the 90th. So it is in the code of clustermapping.us; all flags published for 2016
    come out the same. Flags that the layer brings stand as they are: rows that were selected from a nation cannot tell them.
    """
    rows = quotients(table)
    count, sites, lq = (numbers(rows, name) for name in ("employment", "establishments", "lq"))
    whole = ~(np.isnan(count) | np.isnan(lq) | np.isnan(sites))
    known = (whole | (count == 0)) & rows["traded"].to_numpy(bool)
    group = codes(rows, ["area_kind", "year", "cluster"])
    counted = known & (count > 0)  # without jobs nothing is strong

    def limit(values: np.ndarray, share: float) -> np.ndarray:
        return percentiles(group, values, counted, share)

    base = counted & (count > limit(count, _QUARTER)) & (sites > limit(sites, _QUARTER))
    flags = {
        "qualifying": base & (lq > limit(lq, _QUARTER)),
        "significant": base & (lq > limit(lq, 0.5)),
        "strong": base & (lq >= 1) & (lq >= limit(lq, 0.75)),
        "strong10": base & (lq >= 1) & (lq >= limit(lq, 0.9)),
    }
    marked = {name: pd.array(flag, dtype="boolean") for name, flag in flags.items()}
    for name, flag in marked.items():
        flag[~known] = pd.NA
        if name in rows:
            marked[name] = rows[name].astype("boolean").fillna(pd.Series(flag, rows.index)).array
    withheld = np.bincount(group, ~known)[group].astype(np.int64)
    return rows.assign(specialisation=(lq - 1) / (lq + 1), **marked, note=_notes(rows, withheld, known))


def _notes(rows: pd.DataFrame, withheld: Ints, known: Flags) -> pd.Series:
    here = "employment, establishments or what they are held against is withheld"
    said = [
        None if not traded or (sure and not count) else
        here if not sure else f"{count} areas of this kind are not known and not in the percentiles"
        for traded, sure, count in zip(rows["traded"], known, withheld, strict=True)
    ]  # fmt: skip
    return pd.Series(said, rows.index, dtype="str")
