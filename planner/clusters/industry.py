"""Employment by industry -> employment by cluster, with what the source withholds kept in sight.

A withheld count is not known. What is known of it is kept as bounds: the source's range, and what the counts of the
wider industry leave over.
"""

from typing import Final

import numpy as np
import pandas as pd

from layers import LayerError
from planner.clusters._groups import Ints, numbers, others, sums
from planner.clusters.counts import NATION
from planner.clusters.quotient import Bounds

TOTAL: Final = "10"
_SECTORS: Final = {"32": "31", "33": "31", "45": "44", "49": "48"}
_KEY: Final = ["area_kind", "area_id", "cluster", "year"]
_WHERE: Final = "layer 'industry_employment'"


def kinds_of(table: pd.DataFrame) -> pd.Series:
    """Return the kind of each row's area: as given, else nation for US, state for two digits, county for five."""
    code = table["area_id"].astype("str")
    told = np.select(
        [code == "US", code.str.fullmatch("[0-9]{2}"), code.str.fullmatch("[0-9]{5}")], [NATION, "state", "county"], ""
    )
    said = table["area_kind"] if "area_kind" in table else pd.Series(None, table.index, dtype="str")
    kinds = said.where(said.notna(), pd.Series(told, table.index))
    if (kinds == "").any():
        row = int((kinds == "").to_numpy().argmax()) + 1
        fault = f"column 'area_kind' is needed for codes such as '{code.iloc[row - 1]}' (row {row}); say what it is"
        raise LayerError(_WHERE, [fault])
    return kinds.astype("str")


def withheld(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with withheld counts empty, in order of area, year and industry, with column `area_kind`."""
    rows = table.assign(area_kind=kinds_of(table)).sort_values(["area_kind", "area_id", "year", "industry"])
    if "suppressed" in rows:
        hidden = rows["suppressed"].astype("boolean").fillna(value=False).astype(bool)
        rows["employment"] = rows["employment"].mask(hidden)
    return rows.reset_index(drop=True)


def narrow(table: pd.DataFrame, *, complete: bool = True, rounding: float = 0.5, sweeps: int = 2) -> pd.DataFrame:
    """Return the rows with bounds of withheld counts, narrowed by the counts of wider and finer industries.

    Parameters
    ----------
    table
        Rows of `withheld`; all digits of NAICS that the source has.
    complete
        Whether every industry with jobs has a row, counted or withheld. A source that leaves out small industries
        gives upper bounds only.
    rounding
        By how much a count may differ from the truth because it was rounded; sums may differ by as much for each term.
    sweeps
        How often to go up and down the tree.

    Returns
    -------
    pandas.DataFrame
        With columns employment_low and employment_high; both are the count where it is known.
    """
    rows = table.reset_index(drop=True)
    keys = pd.MultiIndex.from_arrays([rows["area_kind"], rows["area_id"], rows["year"], rows["industry"]])
    above = pd.MultiIndex.from_arrays([rows["area_kind"], rows["area_id"], rows["year"], _parents(rows["industry"])])
    parent = np.asarray(keys.get_indexer(above), np.int64)
    bounds, depth = Bounds.of(rows), _depth(rows["industry"])
    for _ in range(sweeps):
        for level in (*range(5, 0, -1), *range(1, 6)):
            bounds = _level(
                bounds, parent, np.flatnonzero((depth == level) & (parent >= 0)), rounding, complete=complete
            )
    count = numbers(rows, "employment")
    return rows.assign(
        employment_low=np.where(np.isnan(count), bounds.low, count),
        employment_high=np.where(np.isnan(count), np.where(np.isinf(bounds.high), np.nan, bounds.high), count),
    )


def _depth(industry: pd.Series) -> Ints:
    digits = industry.str.len().to_numpy(np.int64)
    return np.where((industry == TOTAL).to_numpy(bool), 0, digits - 1)


def _parents(industry: pd.Series) -> pd.Series:
    """Return the next wider industry: five digits to four and so on, then the sector, then all industries."""
    cut = industry.str.slice(0, -1)
    cut = cut.replace(_SECTORS)
    return cut.mask(industry.str.len() == 2, TOTAL).mask(industry == TOTAL, "").astype("str")


def _level(bounds: Bounds, parent: Ints, children: Ints, rounding: float, *, complete: bool) -> Bounds:
    """Narrow the children of one level and their parents by each other."""
    if len(children) == 0:
        return bounds
    low, high = bounds.low.copy(), bounds.high.copy()
    above, group = np.unique(parent[children], return_inverse=True)
    slack = rounding * (np.bincount(group) + 1.0)
    low_sum, high_sum = np.bincount(group, low[children]), np.bincount(group, high[children])
    if complete:
        high[above] = np.maximum(low[above], np.minimum(high[above], high_sum + slack))
    low[above] = np.minimum(high[above], np.maximum(low[above], low_sum - slack))
    room = (high[above] + slack)[group] - others(group, low[children])
    need = (low[above] - slack)[group] - others(group, high[children])
    high[children] = np.maximum(low[children], np.minimum(high[children], room))
    if complete:
        low[children] = np.minimum(high[children], np.maximum(low[children], need))
    return Bounds(low, high)


def by_cluster(industry: pd.DataFrame, definitions: pd.DataFrame, vintage: int | None = None) -> tuple[pd.DataFrame, tuple[str, ...]]:  # fmt: skip
    """Return employment by cluster, and what to mind.

    Parameters
    ----------
    industry
        Rows of `withheld` or `narrow`; those of six digits count.
    definitions
        Layer `naics_clusters`.
    vintage
        Edition of NAICS of rows that do not say theirs.

    Returns
    -------
    tuple
        Rows as in layer `cluster_employment`; a cluster with a withheld industry has bounds and no count. And notes.

    Raises
    ------
    LayerError
        Where there are no rows of six digits, or an edition of NAICS is not said or not in the definitions.
    """
    fine = industry[industry["industry"].str.len() == 6].reset_index(drop=True)
    if fine.empty:
        fault = "has no industry of six digits, which the definitions of clusters need; give the detailed file"
        raise LayerError(_WHERE, [fault])
    fine = fine.assign(naics_vintage=_vintages(fine, definitions, vintage))
    _agree(definitions)
    named = definitions[["naics_vintage", "industry", "cluster", "cluster_name", "traded"]]
    rows = fine.merge(named, on=["naics_vintage", "industry"], how="left")
    lost = rows["cluster"].isna()
    return _summed(rows[~lost]), (*_lost_notes(rows[lost], rows), *_break_notes(rows))


def _agree(definitions: pd.DataFrame) -> None:
    """Refuse a cluster that has two names, or is traded and local, in one edition."""
    for column, said in (("cluster_name", "two names"), ("traded", "traded and local industries")):
        kinds = definitions.groupby(["naics_vintage", "cluster"])[column].nunique()
        odd = kinds.index[kinds > 1]
        if len(odd):
            year, cluster = odd[0]
            fault = f"cluster '{cluster}' of NAICS {year} has {said} (column {column}); a cluster has one; correct it"
            raise LayerError("layer 'naics_clusters'", [fault])


def _vintages(fine: pd.DataFrame, definitions: pd.DataFrame, vintage: int | None) -> pd.Series:
    said = fine["naics_vintage"] if "naics_vintage" in fine else pd.Series(pd.NA, fine.index, dtype="Int64")
    found = said.astype("Int64").fillna(vintage) if vintage is not None else said.astype("Int64")
    have = sorted(set(definitions["naics_vintage"].astype(int)))
    listed = ", ".join(map(str, have))
    if found.isna().any():
        fault = (
            f"does not say its edition of NAICS; write values = {{ naics_vintage = 2012 }} with the true one ({listed})"
        )
        raise LayerError(_WHERE, [fault])
    odd = sorted(set(found.astype(int)) - set(have))
    if odd:
        fault = (
            f"is of NAICS {', '.join(map(str, odd))}, which layer 'naics_clusters' does not define (it has {listed});"
            " give definitions of that edition, or translate the codes"
        )
        raise LayerError(_WHERE, [fault])
    return found.astype("int64")


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    bounds = Bounds.of(rows)
    found = sums(
        rows if "area" in rows else rows.assign(area=None),
        _KEY,
        ["area", "cluster_name", "traded"],
        {
            "employment_low": bounds.low, "employment_high": bounds.high,
            "establishments": numbers(rows, "establishments"),
            "withheld_industries": np.asarray(rows["employment"].isna(), np.float64), "industries": np.ones(len(rows)),
        },
    )  # fmt: skip
    known = (found["withheld_industries"] == 0) | (found["employment_low"] == found["employment_high"])
    return found.assign(
        traded=found["traded"].astype(bool),
        employment=found["employment_low"].where(known),
        employment_high=found["employment_high"].replace(np.inf, np.nan),
    )


def filled(table: pd.DataFrame) -> pd.DataFrame:
    """Return rows by cluster with a row of no jobs for every cluster of the table that an area has no industry of."""
    areas = table[["area_kind", "area_id", "year", "area"]].drop_duplicates(["area_kind", "area_id", "year"])
    kinds = table[["cluster", "cluster_name", "traded"]].drop_duplicates("cluster")
    whole = areas.merge(kinds, how="cross")
    found = whole.merge(table.drop(columns=["area", "cluster_name", "traded"]), on=_KEY, how="left", indicator=True)
    absent = found["_merge"] == "left_only"
    counts = ["employment", "employment_low", "employment_high", "establishments"]
    return found.drop(columns="_merge").assign(**{name: found[name].mask(absent, 0.0) for name in counts})


def _lost_notes(lost: pd.DataFrame, rows: pd.DataFrame) -> tuple[str, ...]:
    if lost.empty:
        return ()
    part, whole = numbers(lost, "employment"), numbers(rows, "employment")
    share = np.nansum(part) / max(np.nansum(whole), 1.0)
    names = sorted(set(lost["industry"]))
    shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    return (
        f"{len(names)} industries ({shown}) with {share:.1%} of the jobs that are known belong to no cluster; left out",
    )


def _break_notes(rows: pd.DataFrame) -> tuple[str, ...]:
    editions = sorted(set(rows["naics_vintage"].astype(int)))
    if len(editions) < 2:
        return ()
    return (
        f"years are of NAICS {', '.join(map(str, editions))}; some change between them may come from the codes alone",
    )


def suppression(table: pd.DataFrame) -> pd.DataFrame:
    """Return how much of each area's employment the source withholds.

    Parameters
    ----------
    table
        Rows of `narrow`.

    Returns
    -------
    pandas.DataFrame
        Table `suppressed_employment`, unchecked: counts of cells of six digits, jobs that are known in them, jobs of all
        industries (empty where withheld), and the share that is withheld: from all industries where they are known, else
        the most that it can be.
    """
    fine = table[table["industry"].str.len() == 6]
    count, by = numbers(fine, "employment"), ["area_kind", "area_id", "year"]
    hidden = np.isnan(count)
    found = sums(
        fine, by, [],
        {"cells": np.ones(len(fine)), "withheld_cells": np.asarray(hidden, np.float64), "known_employment": np.nan_to_num(count),
         "more": np.where(hidden, numbers(fine, "employment_high"), 0.0)},
    )  # fmt: skip
    whole = table[table["industry"] == TOTAL][[*by, "employment"]].rename(columns={"employment": "total_employment"})
    found = found.merge(whole, on=by, how="left")
    total, known, more = (numbers(found, name) for name in ("total_employment", "known_employment", "more"))
    with np.errstate(divide="ignore", invalid="ignore"):
        exact, most = np.clip(1 - known / total, 0, 1), np.where(more > 0, more / (known + more), 0.0)
    share = np.where(
        numbers(found, "withheld_cells") == 0, 0.0, np.where(total > 0, exact, np.where(np.isnan(more), np.nan, most))
    )
    basis = np.select(
        [numbers(found, "withheld_cells") == 0, total > 0, ~np.isnan(more)],
        ["nothing withheld", "from all industries", "at most, from ranges"], "not known",
    )  # fmt: skip
    return found.drop(columns="more").assign(withheld_share=share, basis=basis)


def midpoints(table: pd.DataFrame) -> pd.DataFrame:
    """Return rows by cluster with the middle of its bounds where a count is withheld, marked as modelled.

    A count without an upper bound stays empty.
    """
    low, high = numbers(table, "employment_low"), numbers(table, "employment_high")
    guess = table["employment"].isna().to_numpy(bool) & ~np.isnan(high)
    count = np.where(guess, (np.nan_to_num(low) + high) / 2, numbers(table, "employment"))
    return table.assign(employment=count, modelled=guess)
