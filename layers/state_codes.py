"""States and territories: their two-digit and postal codes, names, and how many counties they have."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class State:
    """A state, the District of Columbia or a territory.

    Attributes
    ----------
    fips, postal, name
        Two-digit code (``25``), postal code (``MA``) and name.
    territory
        Whether it is none of the 50 states and not the District.
    least_counties
        Fewest counties or equivalents that make up all of it.
    """

    fips: str
    postal: str
    name: str
    territory: bool
    least_counties: int


@cache
def states() -> Mapping[str, State]:
    """Return all states by two-digit code."""
    content = tomllib.loads((Path(__file__).parent / "states.toml").read_text("utf-8"))
    found = [State(postal=postal, **each) for postal, each in content.items()]
    return {state.fips: state for state in found}


def postal_codes() -> dict[str, str]:
    """Return postal codes by two-digit code."""
    return {fips: state.postal for fips, state in states().items()}
