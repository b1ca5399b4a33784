"""Statistics to screen the sample with: generated survey estimates, labor force and income, and the labor markets of July 2023.

Town by town the figures are invented; only residents are real. They show how screening works, not how towns fare.
"""

from typing import Final

import numpy as np
import pandas as pd

from data.sample_builder.facts import Facts
from data.sample_builder.settings import SEED

_AGES: Final = ((24, 31, 38, 45), (110, 117, 124, 131))  # B23001: totals of men and women in four bands
_EMPLOYED: Final = (2, 4)  # from a band's total on: armed forces, civilians employed
_NATION: Final = {"prime": 0.80, "poverty": 0.125, "income": 77_000, "family": 95_000, "participation": 0.63}
_NATION_SIZE: Final = 331_000_000
_STATE_SIZE: Final = 7_029_917
_YEARS: Final = (2022, 2023)
_NATION_INCOME: Final = {2022: 66_000, 2023: 69_800}
_NATION_JOBLESS: Final = {2022: 3.6, 2023: 3.6}
_SAMPLING: Final = 2.6  # margin of error / root of the estimate, about that of a five-year survey
_MARKETS: Final = (
    ("25003", "38340", "Pittsfield, MA", "metropolitan area"),
    ("25011", "24640", "Greenfield, MA", "micropolitan area"),
    ("25013", "44140", "Springfield, MA", "metropolitan area"),
    ("25015", "11200", "Amherst Town-Northampton, MA", "metropolitan area"),
    ("25027", "49340", "Worcester, MA", "metropolitan area"),
)


def statistics(facts: Facts) -> dict[str, pd.DataFrame]:
    """Return the tables by layer name: towns, their counties, the state and the nation."""
    areas = _areas(facts)
    return {
        "acs_estimates": _estimates(areas),
        "labor_force": _labor_force(areas),
        "personal_income": _income(areas),
        "labor_markets": _markets(),
    }


def _areas(facts: Facts) -> pd.DataFrame:
    """Return residents and a standing between -1 (poor) and 1 (well off) for every area; counties add up their towns."""
    towns = facts.towns.rename(columns={"town_geoid": "area_geoid", "population_2020": "residents"})
    draws = np.random.default_rng([SEED, 11])
    size = np.log(towns["residents"].clip(lower=200) / 5_000) / 4
    standing = (0.25 - size.clip(lower=-0.3) + draws.normal(0, 0.22, len(towns))).clip(-1, 1)
    towns = towns.assign(standing=standing, weighted=standing * towns["residents"])
    counties = towns.groupby("county_fips", as_index=False)[["residents", "weighted"]].sum()
    counties = counties.rename(columns={"county_fips": "area_geoid"}).assign(
        standing=lambda table: table["weighted"] / table["residents"]
    )
    whole = pd.DataFrame(
        {"area_geoid": ["25", "US"], "residents": [_STATE_SIZE, _NATION_SIZE], "standing": [0.45, 0.0]}
    )
    columns = ["area_geoid", "residents", "standing"]
    return pd.concat([towns[columns], counties[columns], whole[columns]], ignore_index=True)


def _estimates(areas: pd.DataFrame) -> pd.DataFrame:
    residents, standing = areas["residents"].to_numpy(float), areas["standing"].to_numpy(float)
    prime = 0.39 * residents / 8
    rate = np.clip(_NATION["prime"] + 0.09 * standing, 0.5, 0.95)
    series = {}
    for number, band in enumerate(band for side in _AGES for band in side):
        share = prime * (1 + 0.04 * np.cos(number))
        series[f"B23001_{band:03d}"] = share
        series[f"B23001_{band + _EMPLOYED[0]:03d}"] = share * 0.002
        series[f"B23001_{band + _EMPLOYED[1]:03d}"] = share * (rate - 0.002)
    poor = np.clip(_NATION["poverty"] - 0.11 * standing, 0.02, 0.45)
    adults = 0.82 * residents
    series |= {
        "B17001_001": 0.97 * residents, "B17001_002": 0.97 * residents * poor,
        "B23025_001": adults, "B23025_002": adults * (_NATION["participation"] + 0.06 * standing),
    }  # fmt: skip
    counts = {name: (np.round(values), np.round(_SAMPLING * np.sqrt(values) + 4)) for name, values in series.items()}
    few = np.sqrt(np.maximum(residents, 100))
    levels = {"B19013_001": _NATION["income"] * np.exp(0.55 * standing), "B19113_001": _NATION["family"] * np.exp(0.5 * standing),
              "B19301_001": 41_000 * np.exp(0.5 * standing)}  # fmt: skip
    counts |= {name: (values.round(-1), (values * 7 / few).round(-1)) for name, values in levels.items()}
    parts = [
        pd.DataFrame({"area_geoid": areas["area_geoid"], "series": name, "estimate": value, "margin_of_error": error})
        for name, (value, error) in counts.items()
    ]
    table = pd.concat(parts, ignore_index=True).sort_values(["area_geoid", "series"], ignore_index=True)
    return table.assign(period_from="2019-01-01", period_to="2023-12-31", origin="generated")


def _broad(areas: pd.DataFrame) -> pd.DataFrame:
    return areas[areas["area_geoid"].str.len() <= len("25001")]


def _labor_force(areas: pd.DataFrame) -> pd.DataFrame:
    wide = _broad(areas)
    parts = []
    for year in _YEARS:
        force = np.round(0.51 * wide["residents"].to_numpy(float))
        jobless = np.round(force * (_NATION_JOBLESS[year] - 1.6 * wide["standing"].to_numpy(float)) / 100)
        parts.append(pd.DataFrame({"area_geoid": wide["area_geoid"], "year": year, "labor_force": force,
                                   "employed": force - jobless, "unemployed": jobless}))  # fmt: skip
    return pd.concat(parts, ignore_index=True).assign(origin="generated")


def _income(areas: pd.DataFrame) -> pd.DataFrame:
    wide = _broad(areas)
    parts = [
        pd.DataFrame({
            "area_geoid": wide["area_geoid"], "year": year, "bea_population": wide["residents"].astype("int64"),
            "per_capita_personal_income_usd": (_NATION_INCOME[year] * np.exp(0.5 * wide["standing"])).round(0),
        })
        for year in _YEARS
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True).assign(origin="generated")


def _markets() -> pd.DataFrame:
    """Return the metropolitan and micropolitan area of each county, each of one county only; published."""
    columns = ["county_fips", "labor_market_id", "labor_market", "kind"]
    source = "Office of Management and Budget, delineation of July 2023 (Bulletin 23-01)"
    table = pd.DataFrame(_MARKETS, columns=columns)
    return table.assign(vintage=2023, origin="published", source=source, as_of="2023-07-21")
