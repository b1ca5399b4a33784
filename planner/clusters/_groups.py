"""Percentiles and tables by group, on arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def numbers(table: pd.DataFrame, name: str) -> Floats:
    """Return a column as floats, NaN where values are missing or the column is."""
    if name not in table:
        return np.full(len(table), np.nan)
    return np.asarray(table[name].to_numpy(np.float64, na_value=np.nan), np.float64)


def codes(table: pd.DataFrame, names: Sequence[str]) -> Ints:
    """Return a number for each row that rows of equal values in the named columns share."""
    return np.asarray(table.groupby(list(names), sort=True, dropna=False).ngroup(), np.int64)


def others(group: Ints, values: Floats) -> Floats:
    """Return the sum of the other rows of each row's group; infinite where one of them is."""
    endless = np.isinf(values)
    finite = np.where(endless, 0.0, values)
    more = np.bincount(group, endless)[group] - endless
    return np.where(more > 0, np.inf, np.bincount(group, finite)[group] - finite)


def sums(table: pd.DataFrame, by: Sequence[str], keep: Sequence[str], values: Mapping[str, Floats]) -> pd.DataFrame:
    """Return one row a group, in order of `by`: its sums, NaN where a term is, and of columns to keep the first value."""
    group = codes(table, by)
    grouped = table[[*by, *keep]].assign(_size=1).groupby(list(by), sort=True, dropna=False, as_index=False)
    found = grouped.first().drop(columns="_size")
    return found.assign(**{name: np.bincount(group, each, len(found)) for name, each in values.items()})


def percentiles(group: Ints, values: Floats, counted: Flags, share: float) -> Floats:
    """Return the percentile of each row's group over the rows that count, by linear interpolation.

    Parameters
    ----------
    group
        Number of the group of each row.
    values
        What is ranked.
    counted
        Which rows enter the percentile.
    share
        0.75 for the 75th percentile.

    Returns
    -------
    numpy.ndarray
        One value a row; NaN where no row of its group counts.
    """
    found = np.full(int(group.max(initial=-1)) + 1, np.nan)
    mine, ranked = group[counted], values[counted]
    order = np.lexsort((ranked, mine))
    mine, ranked = mine[order], ranked[order]
    which, start, size = np.unique(mine, return_index=True, return_counts=True)
    place = (size - 1) * share
    below = np.floor(place).astype(np.int64)
    low, high = ranked[start + below], ranked[start + np.minimum(below + 1, size - 1)]
    found[which] = low + (high - low) * (place - below)
    return found[group]


@dataclass(frozen=True)
class Grid:
    """One column of a table as a matrix of areas by clusters.

    Attributes
    ----------
    area, cluster
        Place of each row in the matrix.
    shape
        Number of areas and of clusters.
    areas, clusters
        Their codes, ascending.
    """

    area: Ints
    cluster: Ints
    shape: tuple[int, int]
    areas: tuple[str, ...]
    clusters: tuple[str, ...]

    @classmethod
    def of(cls, table: pd.DataFrame) -> "Grid":
        """Return the grid of a table with columns `area_id` and `cluster`, each pair once."""
        areas, area = np.unique(table["area_id"].to_numpy(str), return_inverse=True)
        clusters, cluster = np.unique(table["cluster"].to_numpy(str), return_inverse=True)
        shape = (len(areas), len(clusters))
        return cls(area.astype(np.int64), cluster.astype(np.int64), shape, tuple(areas), tuple(clusters))

    def fill(self, values: Floats, empty: float = 0.0) -> Floats:
        """Return the matrix; `empty` where the table has no row."""
        matrix = np.full(self.shape, empty)
        matrix[self.area, self.cluster] = values
        return matrix

    def rows(self, matrix: Floats) -> Floats:
        """Return the matrix's values row by row of the table."""
        return np.asarray(matrix[self.area, self.cluster], np.float64)
