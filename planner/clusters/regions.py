"""What an area's clusters say of the area, and where each cluster is: one row an area, and one row a cluster."""

import numpy as np
import pandas as pd

from planner.clusters import diversity
from planner.clusters._groups import Floats, Grid, numbers
from planner.clusters.related import presence


def regions(rows: pd.DataFrame, against: pd.DataFrame) -> pd.DataFrame:
    """Return diversity and strength of areas.

    Parameters
    ----------
    rows
        Result of `planner.clusters.related.with_related`.
    against
        Result of `planner.clusters.quotient.reference`.

    Returns
    -------
    pandas.DataFrame
        Table `cluster_regions`, unchecked. Of traded clusters; a figure that a withheld count would change is empty, and
        column missing says how many are withheld.
    """
    parts = [_areas(part, against) for _, part in rows.groupby(["area_kind", "year"], sort=True)]
    return pd.concat(parts, ignore_index=True)


def _areas(part: pd.DataFrame, against: pd.DataFrame) -> pd.DataFrame:
    traded, local = part[part["traded"]], part[~part["traded"]]
    grid = Grid.of(traded)
    jobs = grid.fill(numbers(traded, "employment"))
    total = jobs.sum(axis=1)
    strong = grid.fill(numbers(traded, "strong"))
    shares = _shares(jobs)
    beside = _reference(traded, grid, against)
    first = traded.drop_duplicates("area_id").set_index("area_id").reindex(list(grid.areas))
    of_strong = (np.where(strong == 0, 0.0, jobs) * np.where(np.isnan(strong), np.nan, 1.0)).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = of_strong / total
    here, _ = presence(traded, grid)
    lost = np.isnan(jobs).sum(axis=1)
    known = ~np.isnan(grid.fill(numbers(traded, "lq"))).any(axis=1)
    return pd.DataFrame(
        {
            "area_kind": first["area_kind"].to_numpy(), "area_id": grid.areas, "area": first["area"].to_numpy(),
            "year": first["year"].to_numpy(), "traded_employment": total,
            "local_employment": _local(local, grid),
            "traded_clusters": np.where(known, (np.nan_to_num(jobs) > 0).sum(axis=1), np.nan),
            "strong_clusters": strong.sum(axis=1), "strong_employment": of_strong, "strength_share": share,
            "diversity": np.where(known, here.sum(axis=1), np.nan),
            "herfindahl": diversity.herfindahl(shares), "gini": diversity.gini(shares, beside),
            "krugman": diversity.krugman(shares, beside), "hachman": diversity.hachman(shares, beside),
            "complexity": first["area_complexity"].to_numpy(), "withheld_clusters": lost,
            "missing": [f"employment of {count} of {grid.shape[1]} clusters" if count else None for count in lost],
        }
    )  # fmt: skip


def _shares(jobs: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(jobs / jobs.sum(axis=1)[:, None], np.float64)


def _reference(traded: pd.DataFrame, grid: Grid, against: pd.DataFrame) -> Floats:
    """Return each cluster's share of the nation's traded employment; NaN where one is withheld."""
    kind, year = traded["area_kind"].iloc[0], traded["year"].iloc[0]
    mine = against[(against["area_kind"] == kind) & (against["year"] == year) & against["traded"]].set_index("cluster")
    jobs = mine["low"].where(mine["low"] == mine["high"]).reindex(list(grid.clusters)).to_numpy(float)
    with np.errstate(invalid="ignore"):
        return np.asarray(jobs / jobs.sum(), np.float64)


def _local(local: pd.DataFrame, grid: Grid) -> Floats:
    """Return the areas' local employment; NaN where none is in the table or a count is withheld."""
    if local.empty:
        return np.full(grid.shape[0], np.nan)
    code, names = pd.factorize(local["area_id"], sort=True)
    total = pd.Series(np.bincount(code, numbers(local, "employment"), len(names)), names)
    return total.reindex(list(grid.areas)).to_numpy(np.float64)


def concentration(rows: pd.DataFrame) -> pd.DataFrame:
    """Return where clusters are concentrated.

    Parameters
    ----------
    rows
        Result of `planner.clusters.related.with_related`.

    Returns
    -------
    pandas.DataFrame
        Table `cluster_concentration`, unchecked: over the areas of a kind whose traded counts are all known. Plants are
        taken as equal in size, which their true Herfindahl index is at least: so Ellison and Glaeser's index is the most
        that it can be.
    """
    traded = rows[rows["traded"]]
    parts = [_clusters(part) for _, part in traded.groupby(["area_kind", "year"], sort=True)]
    return pd.concat(parts, ignore_index=True)


def _clusters(part: pd.DataFrame) -> pd.DataFrame:
    grid = Grid.of(part)
    jobs, sites = grid.fill(numbers(part, "employment")), grid.fill(numbers(part, "establishments"))
    whole = ~np.isnan(jobs).any(axis=1)
    shares = _shares(jobs[whole].T)
    plants = sites[whole].sum(axis=0)
    area = jobs[whole].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        beside, equal = area / area.sum(), np.where(plants >= 1, 1 / plants, np.nan)
    first = part.drop_duplicates("cluster").set_index("cluster").reindex(list(grid.clusters))
    present, all_known = presence(part, grid)
    return pd.DataFrame(
        {
            "area_kind": part["area_kind"].iloc[0], "cluster": grid.clusters,
            "cluster_name": first["cluster_name"].to_numpy(), "year": part["year"].iloc[0],
            "areas": int(whole.sum()), "areas_withheld": int((~whole).sum()),
            "employment": jobs[whole].sum(axis=0), "establishments": plants,
            "gini": diversity.gini(shares, beside), "herfindahl": diversity.herfindahl(shares),
            "ellison_glaeser": diversity.ellison_glaeser(shares, beside, equal),
            "plant_basis": "establishments of equal size: the index is the most that it can be",
            "ubiquity": present[all_known].sum(axis=0), "complexity": first["cluster_complexity"].to_numpy(),
        }
    )  # fmt: skip
