"""Shift-share: how much of an area's change came with the nation, with the industry, and with the area itself."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers import PlanError
from planner.clusters._groups import Floats, codes, numbers
from planner.clusters.counts import NATION
from planner.clusters.quotient import reference


@dataclass(frozen=True)
class Effects:
    """Parts of a change in jobs; the first three sum to it, and the last two to the third.

    Attributes
    ----------
    national
        Had the area's cluster grown as all of the nation did.
    mix
        What its cluster's growth in the nation adds to that.
    regional
        What the area adds: its cluster grew more or less than the same cluster in the nation.
    competitive, allocation
        The area's own part, had it the nation's mix of clusters; and what comes of being specialised where it does well.
        NaN where the area had no jobs in the cluster.
    """

    national: Floats
    mix: Floats
    regional: Floats
    competitive: Floats
    allocation: Floats


def effects(area: tuple[Floats, Floats], cluster: tuple[Floats, Floats], nation: tuple[Floats, Floats],
            homothetic: Floats) -> Effects:  # fmt: skip
    """Return the parts of a change in employment.

    Parameters
    ----------
    area
        Jobs of the area's cluster in the first and last year.
    cluster, nation
        Jobs of the same cluster, and of all clusters, in the nation.
    homothetic
        Jobs that the area's cluster would have had in the first year with the nation's mix.

    Returns
    -------
    Effects

    Notes
    -----
    Classic shift-share after Dunn (1960); the split of the regional effect after Esteban-Marquillas (Regional and Urban
    Economics 2, 1972).
    """
    first, last = area
    with np.errstate(divide="ignore", invalid="ignore"):
        of_cluster, of_nation = cluster[1] / cluster[0] - 1, nation[1] / nation[0] - 1
        ahead = np.where(first > 0, last / first - 1 - of_cluster, np.nan)
    return Effects(
        national=first * of_nation,
        mix=first * (of_cluster - of_nation),
        regional=last - first * (1 + of_cluster),
        competitive=homothetic * ahead,
        allocation=(first - homothetic) * ahead,
    )


def shift_share(table: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Return growth and its parts for every area and cluster between two years.

    Parameters
    ----------
    table
        Layer `cluster_employment` with both years.
    first, last
        Years.

    Returns
    -------
    pandas.DataFrame
        Table `shift_share`, unchecked. The nation is that of `planner.clusters.quotient.reference`, all its clusters in
        the table together. A cluster that an area has in one of the years only had no jobs there in the other, unless the
        area has no row at all in that year. Where a count is not known, its growth and parts are empty.

    Raises
    ------
    PlanError
        Where a year is missing, or does not come before the other.
    """
    known = sorted(set(table["year"].astype(int)))
    if first >= last or not {first, last} <= set(known):
        held = ", ".join(map(str, known))
        raise PlanError("shift-share", [f"needs two years, {first} before {last}; the table has {held}"])
    rows = _both(table, first, last)
    nation = _both(reference(table), first, last)
    rows = rows.merge(_national(nation), on=["area_kind", "cluster", "traded"], how="left", validate="many_to_one")
    column = {name: numbers(rows, name) for name in ("first", "last", "c_first", "c_last", "n_first", "n_last")}
    total = np.bincount(code := codes(rows, ["area_kind", "area_id"]), column["first"])[code]
    found = effects(
        (column["first"], column["last"]), (column["c_first"], column["c_last"]), (column["n_first"], column["n_last"]),
        total * column["c_first"] / column["n_first"],
    )  # fmt: skip
    return _table(rows, column, found, first, last)


def _both(table: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Return one row an area and cluster, with its counts in both years; NaN where one is withheld."""
    key = [name for name in ("area_kind", "area_id", "cluster", "traded") if name in table]
    names = [name for name in ("area", "cluster_name") if name in table]
    value = table["employment"] if "employment" in table else table["low"].where(table["low"] == table["high"])
    rows = table[[*key, *names]].assign(year=table["year"].astype(int), value=value.astype("float64"))
    rows = rows[rows["area_kind"] != NATION]
    of = {year: rows[rows["year"] == year].drop(columns="year").assign(here=True) for year in (first, last)}
    start, end = of[first], of[last].drop(columns=names)
    out = start.merge(end, on=key, how="outer", sort=True, suffixes=("_from", "_to"))
    area = [name for name in ("area_kind", "area_id") if name in key]
    for name, side, year in (("first", "from", first), ("last", "to", last)):
        known = (
            out[area].merge(of[year][area].drop_duplicates().assign(there=True), on=area, how="left")["there"].notna()
        )
        nothing = np.where(known, 0.0, np.nan)  # an area without any row in a year is not known in it
        out[name] = np.where(out[f"here_{side}"].isna(), nothing, numbers(out, f"value_{side}"))
    return _named(out, of[last], key, names)[[*key, *names, "first", "last"]]


def _named(out: pd.DataFrame, last: pd.DataFrame, key: list[str], names: list[str]) -> pd.DataFrame:
    """Fill the names of what only the last year has."""
    later = out[key].merge(last[[*key, *names]], on=key, how="left")
    return out.assign(**{name: out[name].where(out[name].notna(), later[name]) for name in names})


def _national(nation: pd.DataFrame) -> pd.DataFrame:
    found = nation.rename(columns={"first": "c_first", "last": "c_last"})
    group = codes(found, ["area_kind"])
    total = {name: np.bincount(group, numbers(found, f"c_{name}"))[group] for name in ("first", "last")}
    return found.assign(n_first=total["first"], n_last=total["last"])


def _table(rows: pd.DataFrame, column: dict[str, Floats], found: Effects, first: int, last: int) -> pd.DataFrame:
    names = {"area": None, "cluster_name": None}
    base = rows.assign(**{name: value for name, value in names.items() if name not in rows})
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.where(column["first"] > 0, column["last"] / column["first"], np.nan)
        of_cluster = np.where(column["c_first"] > 0, column["c_last"] / column["c_first"] - 1, np.nan)
        of_nation = column["n_last"] / column["n_first"] - 1
        return base[["area_kind", "area_id", "area", "cluster", "cluster_name", "traded"]].assign(
            year_from=first, year_to=last, employment_from=column["first"], employment_to=column["last"],
            change=column["last"] - column["first"], growth_share=growth - 1,
            growth_yearly_share=growth ** (1 / (last - first)) - 1,
            cluster_growth_share=of_cluster, national_growth_share=of_nation,
            national_effect=found.national, mix_effect=found.mix, regional_effect=found.regional,
            competitive_effect=found.competitive, allocation_effect=found.allocation,
        )  # fmt: skip
