"""What is known of counties: their metropolitan area, commuting zone and labor market, and how rural they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from planner.eligibility.evidence import Words

CBSA: Final = "CBSA"
ZONE: Final = "CZ"
_METRO: Final = ("metropolitan area", "micropolitan area")


@dataclass(frozen=True)
class Counties:
    """Counties and what they belong to, each mapping by county code.

    Attributes
    ----------
    area, kind
        Code (``CBSA44140``) and kind of the metropolitan or micropolitan area; kind "neither" for a county that other
        lists name and the delineation does not. A county that no list names is in neither mapping.
    market
        Code of the labor market: the metropolitan or micropolitan area, else the rest of the commuting zone
        (``CZ123``), 15 USC 3722b(j)(3).
    names
        Names of areas and zones by code.
    vintages
        Year of the delineation by code, as text; empty where the layer does not say it.
    rural
        Rural-urban continuum code, as text.
    """

    area: Mapping[str, str]
    kind: Mapping[str, str]
    market: Mapping[str, str]
    names: Mapping[str, str]
    vintages: Mapping[str, str]
    rural: Mapping[str, str]


def counties(layers: Mapping[str, pd.DataFrame]) -> Counties:
    """Return what the layers `labor_markets` and `rural_codes` say of counties."""
    table = layers.get("labor_markets", pd.DataFrame(columns=["county_fips", "labor_market_id", "kind"]))
    rural = layers.get("rural_codes", pd.DataFrame(columns=["county_fips", "code"]))
    table = table.sort_values(["county_fips", "kind"], ascending=[True, False])  # metropolitan goes over micropolitan
    metro, zone = table[table["kind"].isin(_METRO)], table[table["kind"] == "commuting zone"]
    area = dict(zip(metro["county_fips"], CBSA + metro["labor_market_id"], strict=True))
    zones = dict(zip(zone["county_fips"], ZONE + zone["labor_market_id"], strict=True))
    kind = dict(zip(metro["county_fips"], metro["kind"], strict=True))
    if area:
        kind = dict.fromkeys([*zones, *rural["county_fips"]], "neither") | kind
    ids = pd.concat([CBSA + metro["labor_market_id"], ZONE + zone["labor_market_id"]])
    rows = pd.concat([metro, zone]).assign(code=ids)
    return Counties(
        area=area,
        kind=kind,
        market=zones | area if area else {},
        names=_first(rows, "labor_market"),
        vintages={code: year.split(".")[0] for code, year in _first(rows, "vintage").items()},
        rural=dict(zip(rural["county_fips"], rural["code"].astype("str"), strict=True)),
    )


def _first(rows: pd.DataFrame, column: str) -> dict[str, str]:
    """Return the first known text of a column by code, in the order of counties."""
    if column not in rows:
        return {}
    known = rows.dropna(subset=[column]).sort_values(["code", "county_fips"]).drop_duplicates("code")
    return dict(zip(known["code"], known[column].astype("str"), strict=True))


def looked_up(codes: Words, known: Mapping[str, str]) -> Words:
    """Return what a mapping says of each code; None where it says nothing."""
    return np.array([known.get(code) for code in codes], object)
