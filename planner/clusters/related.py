"""How much of what is related to a cluster is strong in an area: by published links, and by what is found together."""

import numpy as np
import pandas as pd

from planner.clusters._groups import Flags, Floats, Grid, numbers
from planner.clusters.complexity import complexity, density, proximity


def links(related: pd.DataFrame, clusters: tuple[str, ...]) -> Floats:
    """Return the matrix of published links: row by what is related to it, 0 where two clusters are not linked.

    Parameters
    ----------
    related
        Layer `related_clusters`.
    clusters
        Codes in the order wanted; links to others are left out.
    """
    place = {code: number for number, code in enumerate(clusters)}
    rows = related[related["cluster"].isin(clusters) & related["related_cluster"].isin(clusters)]
    weight = numbers(rows, "weight") if "weight" in rows else np.ones(len(rows))
    matrix = np.zeros((len(clusters), len(clusters)))
    ends = (rows["cluster"].map(place).to_numpy(int), rows["related_cluster"].map(place).to_numpy(int))
    matrix[ends] = np.where(np.isnan(weight), 1.0, weight)
    return matrix


def related_strength(strong: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Return, for areas by clusters, how many related clusters are strong, how many there are, and their weighted share.

    Parameters
    ----------
    strong
        1 or 0, areas by clusters; NaN where not known.
    weight
        Matrix of `links`.

    Returns
    -------
    tuple of numpy.ndarray
        NaN where the strength of a related cluster is not known; the share is NaN too where none is related.
    """
    linked = (weight > 0).astype(np.float64)
    unknown = np.isnan(strong).astype(np.float64) @ linked.T > 0
    sure = np.nan_to_num(strong)
    count = np.where(unknown, np.nan, sure @ linked.T)
    total = weight.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(unknown, np.nan, sure @ weight.T / np.where(total > 0, total, np.nan))
    return count, np.broadcast_to(linked.sum(axis=1), count.shape), share


def with_related(rows: pd.DataFrame, related: pd.DataFrame | None) -> pd.DataFrame:
    """Return rows of strength with relatedness and complexity, kind by kind and year by year.

    Parameters
    ----------
    rows
        Result of `planner.clusters.strength.strength`.
    related
        Layer `related_clusters`, or None.

    Returns
    -------
    pandas.DataFrame
        With columns related_clusters, related_strong, related_density (of published links, weighted), co_location_density
        (of proximities among areas of the kind), cluster_complexity and area_complexity. Of traded clusters; complexity
        and co-location rest on the areas whose quotients are all known, and are empty for others.
    """
    names = ("related_clusters", "related_strong", "related_density", "co_location_density", "cluster_complexity",
             "area_complexity")  # fmt: skip
    found = {name: np.full(len(rows), np.nan) for name in names}
    places = rows.assign(_at=np.arange(len(rows)))[rows["traded"].to_numpy(bool)]
    for _, part in places.groupby(["area_kind", "year"], sort=True):
        at, grid = part["_at"].to_numpy(), Grid.of(part)
        for name, values in _of_kind(part, grid, related).items():
            found[name][at] = grid.rows(values)
    return rows.assign(**found)


def _of_kind(part: pd.DataFrame, grid: Grid, related: pd.DataFrame | None) -> dict[str, Floats]:
    found = {}
    if related is not None:
        strong = grid.fill(numbers(part, "strong"))
        count, all_, share = related_strength(strong, links(related, grid.clusters))
        found = {"related_strong": count, "related_clusters": all_, "related_density": share}
    present, whole = presence(part, grid)
    index = complexity(present[whole])
    near = np.full(grid.shape, np.nan)
    near[whole] = density(present[whole], proximity(present[whole]))
    area = np.full(grid.shape[0], np.nan)
    area[whole] = index.eci
    return found | {
        "co_location_density": near,
        "cluster_complexity": np.broadcast_to(index.pci, grid.shape),
        "area_complexity": np.broadcast_to(area[:, None], grid.shape),
    }


def presence(part: pd.DataFrame, grid: Grid) -> tuple[Flags, Flags]:
    """Return which clusters are present (LQ of at least 1) in which areas, and which areas have every quotient known."""
    lq = grid.fill(numbers(part, "lq"))
    return np.nan_to_num(lq) >= 1, np.asarray(~np.isnan(lq).any(axis=1), bool)
