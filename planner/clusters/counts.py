"""Counts of jobs that cannot be: refused before anything is measured."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from layers import LayerError
from planner.clusters._groups import numbers
from planner.words import listing

NATION: Final = "nation"
_SLACK: Final = 1.0  # jobs of rounding


def refuse_impossible(table: pd.DataFrame) -> None:
    """Refuse counts that contradict each other.

    Parameters
    ----------
    table
        Layer `cluster_employment`.

    Raises
    ------
    LayerError
        Where a range ends before it begins or a count lies outside its range, a cluster is both traded and local, there
        are several nations, the nation has fewer jobs in a cluster than one of its areas, or there is no area.
    """
    faults = list(_faults(table))
    if faults:
        raise LayerError("layer 'cluster_employment'", faults)


def _faults(table: pd.DataFrame) -> Iterator[str]:
    count, low, high = (numbers(table, name) for name in ("employment", "employment_low", "employment_high"))
    for wrong, said in (
        (low > high, "employment_low is above employment_high"),
        ((count < low - _SLACK) | (count > high + _SLACK), "employment lies outside employment_low to employment_high"),
    ):
        if wrong.any():
            yield f"{said} ({int(wrong.sum())} rows, first: {_named(table[wrong].iloc[0])}); correct it"
    kinds = table.groupby("cluster")["traded"].nunique()
    if (kinds > 1).any():
        yield f"cluster '{kinds.index[kinds > 1][0]}' is traded in some rows and local in others; a cluster is one of both"
    nation = table[table["area_kind"] == NATION]
    twice = nation[nation.duplicated(["year", "cluster"], keep=False)]
    if len(twice):
        both = listing(sorted({str(code) for code in twice["area_id"]}))
        yield f"kind '{NATION}' has more than one row of {_named(twice.iloc[0])} (area_id {both}); keep one nation"
    elif len(nation):
        yield from _too_small(table, nation)
    if len(nation) == len(table):
        yield "no area has data, the nation alone; add rows of areas, or name areas that have some"


def _too_small(table: pd.DataFrame, nation: pd.DataFrame) -> Iterator[str]:
    whole = nation.set_index(["year", "cluster"])["employment"].astype("float64")
    areas = table[table["area_kind"] != NATION]
    mine = np.asarray(whole.reindex(pd.MultiIndex.from_frame(areas[["year", "cluster"]])), np.float64)
    more = numbers(areas, "employment") > mine + _SLACK
    if more.any():
        yield f"employment is above the nation's ({int(more.sum())} rows, first: {_named(areas[more].iloc[0])}); correct one of both"


def _named(row: pd.Series) -> str:
    return f"{row['area_kind']} {row['area_id']}, cluster '{row['cluster']}', {row['year']}"
