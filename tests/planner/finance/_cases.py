"""A round project and round terms, for sums that can be done by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd

from planner.finance.terms import Band, Terms
from planner.finance.town import Works

ROUND = {
    "price": 100.0, "isp": 20.0, "take_rate": 0.5, "vacancy": 0.1, "seasonal": 0.12, "seasonal_year": 7 / 12,
    "insurance": 1.0, "pole": 16.0, "maintenance": 5.0, "operator": 2000.0, "operator_subscriber": 10.0,
    "shared_operator": 0.5, "electricity": 500.0, "huts": 1.0, "backhaul": 6000.0, "subscribers_per_gbps": 600.0,
    "administration": 1000.0, "shared_administration": 0.5, "contingency": 0.1, "reserve": 0.03, "interest": 0.0,
    "term_years": 10.0,
}  # fmt: skip


def terms(**changed):
    return Terms.of(ROUND | changed)


def certain(**changed):
    return {name: Band(value, value, value, "unit") for name, value in (ROUND | changed).items()}


def works(count=1, **changed):
    base = Works(
        units=np.full(count, 100.0), vacancy=np.zeros(count), seasonal=np.zeros(count), route_m=np.full(count, 1000.0),
        poles=np.full(count, 10.0), capital=np.full(count, 100_000.0), make_ready=np.full(count, 20_000.0),
        granted=np.full(count, 30_000.0), shared=np.zeros(count, bool), runs=np.ones(count, bool),
    )  # fmt: skip
    return replace(base, **{name: np.full(count, value) for name, value in changed.items()})


def projects(count=1, **changed):
    rows = {
        "town_geoid": [f"25011000{number:02d}" for number in range(count)], "town": [f"Town {n}" for n in range(count)],
        "option_id": "a", "model": "municipal network", "premises": 100, "units": 100, "route_m": 1000.0, "poles": 10,
        "capital_central_usd": 100_000.0, "make_ready_usd": 20_000.0, "grant_usd": 30_000.0, "shared": False,
    }  # fmt: skip
    return pd.DataFrame(rows).assign(**changed)


def towns(count=1):
    codes = [f"25011000{number:02d}" for number in range(count)]
    return pd.DataFrame(
        {
            "town_geoid": codes, "units": 100, "vacancy_share": 0.0, "seasonal_share": 0.0,
            "total_assessed_value_usd": 10_000_000.0, "average_home_value_usd": 200_000.0,
        }
    )  # fmt: skip
