"""Tables of the sample that several modules test."""

import geopandas as gpd
import pandas as pd
import pytest

from layers import data_folder


@pytest.fixture(scope="session")
def towns():
    return gpd.read_parquet(data_folder() / "sample" / "towns.parquet")


@pytest.fixture(scope="session")
def premises():
    return gpd.read_parquet(data_folder() / "sample" / "premises.parquet")


@pytest.fixture(scope="session")
def budgets():
    path = data_folder() / "facts" / "last_mile_budgets_2015.csv"
    return pd.read_csv(path, dtype={"town_geoid": "str"}).set_index("town_geoid")
