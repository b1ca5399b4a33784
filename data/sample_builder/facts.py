"""Reading the facts: one place that knows their files and types."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from data.sample_builder.grid import Floats, Ints, to_metric
from data.sample_builder.settings import FACTS, OUTLINES

COMMON: Final = ["origin", "source", "as_of"]


@dataclass(frozen=True)
class Facts:
    """What the sample starts from.

    Attributes
    ----------
    towns
        The towns layer without geometry, in order of code.
    budgets
        The published budgets by town code.
    counties
        Outlines of the counties that the towns lie in.
    """

    towns: pd.DataFrame
    budgets: pd.DataFrame
    counties: gpd.GeoDataFrame

    @property
    def centres(self) -> Floats:
        """Published centres in metres."""
        degrees = self.towns[["center_longitude_deg", "center_latitude_deg"]].to_numpy(np.float64)
        return to_metric(degrees)

    @property
    def housing_units(self) -> Floats:
        """Housing units by town."""
        return self.towns["housing_units_2020"].to_numpy(np.float64)

    @property
    def land_m2(self) -> Floats:
        """Published land area by town."""
        return self.towns["land_area_m2"].to_numpy(np.float64)

    @property
    def premises(self) -> Ints:
        """Premises by town: published for the towns with a budget, else housing units."""
        published = self.towns["town_geoid"].map(self.budgets["premises"])
        return published.fillna(self.towns["housing_units_2020"]).to_numpy(np.int64)

    def road_targets_m(self) -> Floats:
        """Return metres of road by town: published route length, else c * sqrt(land area * housing units)."""
        size = np.sqrt(self.land_m2 * self.housing_units)
        published = self.towns["town_geoid"].map(self.budgets["route_m"]).to_numpy(np.float64)
        known = ~np.isnan(published)
        constant = published[known].sum() / size[known].sum()
        return np.where(known, published, constant * size)


def read_csv(name: str) -> pd.DataFrame:
    """Return one table of facts; codes and dates stay text."""
    return pd.read_csv(FACTS / f"{name}.csv", dtype={"town_geoid": "str", "county_fips": "str", "as_of": "str"})


def read_facts() -> Facts:
    """Read towns, budgets and county outlines."""
    towns = read_csv("towns").sort_values("town_geoid", ignore_index=True)
    budgets = read_csv("last_mile_budgets_2015").set_index("town_geoid")
    counties = gpd.read_parquet(OUTLINES / "counties.parquet")
    ours = counties["county_fips"].isin(towns["county_fips"])
    return Facts(towns, budgets, counties[ours].reset_index(drop=True))
