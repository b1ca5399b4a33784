"""Who offers what where: generated providers, whose best counting offer is the speed of `service`, never more."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from data.sample_builder.facts import Facts
from data.sample_builder.grid import Flags
from data.sample_builder.settings import (
    BUSINESS_WIRELESS,
    BUSINESS_WIRELESS_PLANS,
    CABLE,
    CITY_FIBRE,
    CITY_FIBRE_BLOCKS,
    COPPER,
    COPPER_PLANS,
    COPPER_TOWNS,
    FIBRE_PLAN,
    LEAST_PREMISES_OF_CITY,
    OWN_FIBRE_TOWNS,
    SATELLITE,
    SATELLITE_PLAN,
    SEED,
    SERVED_DOWN_MBPS,
    TOWN_FIBRE,
    WIRELESS,
    WIRELESS_BLOCKS,
    WIRELESS_PLANS,
    WIRELESS_TOWNS,
    Plan,
    Provider,
)

_TOP: Final = max(COPPER_PLANS)


def offers(facts: Facts, places: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the rows of each filing, by the technology in its name, sorted so that they compress.

    Parameters
    ----------
    facts
        The towns.
    places
        Rows of `universe`.

    Returns
    -------
    dict of pandas.DataFrame
        Columns of the format, by our names.
    """
    own = places["town"].isin(np.flatnonzero(facts.towns["town"].isin(OWN_FIBRE_TOWNS)))
    draws = np.random.default_rng([SEED, 7])
    found = {
        "Cable": _cable(places[~own]),
        "Copper": [_copper(facts, places, draws)],
        "FibertothePremises": [_town_fibre(places[own]), _city_fibre(facts, places, draws)],
        "GSOSatellite": [_rows(places, SATELLITE, SATELLITE_PLAN)],
        "LicensedFixedWireless": _wireless(facts, places, draws),
    }
    return {name: _sorted(pd.concat(parts, ignore_index=True)) for name, parts in found.items()}


def _rows(places: pd.DataFrame, provider: Provider, plan: Plan | None = None) -> pd.DataFrame:
    """Return a provider's rows at some places; without a plan at the speeds that stand there."""
    down, up = plan or (places["down_mbps"], places["up_mbps"])
    return places[["location_id", "block_geoid", "h3_res8_id"]].assign(
        frn=f"{provider.number:010d}",
        provider_id=provider.number,
        brand_name=provider.brand,
        technology=provider.technology,
        down_mbps=down,
        up_mbps=up,
        low_latency=int(provider.low_latency),
        business_residential_code=provider.code,
        state_usps="MA",
    )


def _sorted(rows: pd.DataFrame) -> pd.DataFrame:
    keys = ["provider_id", "down_mbps", "up_mbps", "business_residential_code", "location_id"]
    return rows.sort_values(keys, ignore_index=True)


def _cable(places: pd.DataFrame) -> list[pd.DataFrame]:
    """Return cable at every served place; where the speed is not known, the filing leaves it empty."""
    there = places[(places["down_mbps"] >= SERVED_DOWN_MBPS) | places["down_mbps"].isna()]
    return [_rows(there[there["county_fips"].isin(counties)], provider) for counties, provider in CABLE.items()]


def _town_fibre(places: pd.DataFrame) -> pd.DataFrame:
    return _rows(places[places["down_mbps"] >= SERVED_DOWN_MBPS], TOWN_FIBRE, FIBRE_PLAN)


def _city_fibre(facts: Facts, places: pd.DataFrame, draws: np.random.Generator) -> pd.DataFrame:
    """Return fibre in some blocks of the cities, where cable has the fastest step already."""
    city = facts.premises[places["town"]] >= LEAST_PREMISES_OF_CITY
    there = city & (places["down_mbps"] == _TOP) & _some_blocks(places, CITY_FIBRE_BLOCKS, draws)
    return _rows(places[there], CITY_FIBRE, FIBRE_PLAN)


def _copper(facts: Facts, places: pd.DataFrame, draws: np.random.Generator) -> pd.DataFrame:
    """Return copper as the only offer of a place, and beside a better one in most towns."""
    beside = _some_towns(facts, places, COPPER_TOWNS, draws) | (places["down_mbps"] < SERVED_DOWN_MBPS)
    return _planned(places[beside], COPPER, COPPER_PLANS)


def _wireless(facts: Facts, places: pd.DataFrame, draws: np.random.Generator) -> list[pd.DataFrame]:
    """Return fixed wireless in some blocks of some towns, never faster than what is there."""
    towns = _some_towns(facts, places, WIRELESS_TOWNS, draws)
    there = places[towns & _some_blocks(places, WIRELESS_BLOCKS, draws)]
    return [
        _planned(there, WIRELESS, WIRELESS_PLANS),
        _planned(there, BUSINESS_WIRELESS, BUSINESS_WIRELESS_PLANS),
    ]


def _planned(places: pd.DataFrame, provider: Provider, plans: Mapping[float, Plan]) -> pd.DataFrame:
    """Return rows by a plan for each step of the ladder; places on other steps have no offer."""
    there = places[places["down_mbps"].isin(list(plans))]
    down, up = (there["down_mbps"].map({step: plan[side] for step, plan in plans.items()}) for side in (0, 1))
    return _rows(there.assign(down_mbps=down, up_mbps=up), provider)


def _some_towns(facts: Facts, places: pd.DataFrame, share: float, draws: np.random.Generator) -> Flags:
    return np.asarray((draws.random(len(facts.towns)) < share)[places["town"]])


def _some_blocks(places: pd.DataFrame, share: float, draws: np.random.Generator) -> Flags:
    codes, blocks = pd.factorize(places["block_geoid"])
    return np.asarray((draws.random(len(blocks)) < share)[codes])
