"""Projects as they come -> checked arrays, with what they rest on and what is not known of them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from layers import PlanError
from planner.finance.town import Works

TOWN_MODELS: Final = ("municipal network", "multi-town network")
_TEXTS: Final = ("town_geoid", "town", "option_id", "model")
_NUMBERS: Final = ("premises", "route_m", "poles", "capital_central_usd", "grant_usd")
_MAY_BE: Final = ("units", "capital_low_usd", "capital_high_usd", "make_ready_usd", "provider_usd")
_TOWN: Final = ("units", "vacancy_share", "seasonal_share", "total_assessed_value_usd", "average_home_value_usd")


@dataclass(frozen=True)
class Projects:
    """Checked projects, ordered by town and option.

    Attributes
    ----------
    names
        Columns town_geoid, town, option_id.
    works
        Central figures.
    capital_low, capital_high
        Band of the capital; the central figure where none is given.
    grant
        Grants alone; ``works.granted`` holds what a provider pays too.
    assessed, home
        Assessed value of the town and of an average home; NaN where not known.
    basis, note
        What the figures rest on, and what is not known.
    """

    names: pd.DataFrame
    works: Works
    capital_low: np.ndarray
    capital_high: np.ndarray
    grant: np.ndarray
    assessed: np.ndarray
    home: np.ndarray
    basis: pd.Series
    note: pd.Series


def read_projects(projects: pd.DataFrame, towns: pd.DataFrame | None) -> Projects:
    """Check projects and join what is known of their towns.

    Parameters
    ----------
    projects
        Columns town_geoid, town, option_id, model, premises, route_m, poles, capital_central_usd, grant_usd, shared;
        where known units, capital_low_usd, capital_high_usd, make_ready_usd, provider_usd.
    towns
        Layer `town_finances`; None where the region has none.

    Raises
    ------
    PlanError
        With all faults of the table.
    """
    given = _checked(projects)
    columns = pd.DataFrame(columns=["town_geoid", *_TOWN]) if towns is None else towns
    own = columns.reindex(columns=["town_geoid", *_TOWN]).set_index("town_geoid").astype("float64")
    own = own.reindex(given["town_geoid"]).reset_index(drop=True)
    central, runs = given["capital_central_usd"], given["model"].isin(TOWN_MODELS)
    provider = given["provider_usd"]
    rest = (central - given["grant_usd"]).clip(lower=0)
    provider = provider.where(provider.notna(), rest.where(~runs, 0.0))
    units = given["units"].where(given["units"].notna(), own["units"])
    works = Works(
        units=_array(units.where(units.notna(), given["premises"])),
        vacancy=_array(own["vacancy_share"]),
        seasonal=_array(own["seasonal_share"]),
        route_m=_array(given["route_m"]),
        poles=_array(given["poles"]),
        capital=_array(central),
        make_ready=_array(given["make_ready_usd"].fillna(0.0)),
        granted=_array(given["grant_usd"] + provider),
        shared=given["shared"].to_numpy(bool),
        runs=runs.to_numpy(bool),
    )
    return Projects(
        names=given[["town_geoid", "town", "option_id"]],
        works=works,
        capital_low=_array(given["capital_low_usd"].fillna(central)),
        capital_high=_array(given["capital_high_usd"].fillna(central)),
        grant=_array(given["grant_usd"]),
        assessed=_array(own["total_assessed_value_usd"]),
        home=_array(own["average_home_value_usd"]),
        basis=_basis(given, units, own),
        note=_note(given, works, own),
    )


def _array(values: pd.Series) -> np.ndarray:
    return values.to_numpy("float64", na_value=np.nan)


def _checked(projects: pd.DataFrame) -> pd.DataFrame:
    """Return the projects in order and with all columns; raise all faults."""
    lost = [name for name in (*_TEXTS, *_NUMBERS, "shared") if name not in projects]
    if lost:
        raise PlanError("town finance", [f"projects lack the columns {', '.join(lost)}; add them"])
    table = projects.reindex(columns=[*_TEXTS, *_NUMBERS, *_MAY_BE, "shared"])
    table = table.astype(dict.fromkeys((*_NUMBERS, *_MAY_BE), "float64"))
    faults = [
        _where(table, table[name] < 0, f"column '{name}' is negative; correct it") for name in (*_NUMBERS, *_MAY_BE)
    ]
    low, central, high = (table[f"capital_{level}_usd"] for level in ("low", "central", "high"))
    faults += [
        _where(table, (low > central) | (high < central), "capital_low, central and high must rise"),
        _where(table, table["make_ready_usd"] > central, "make_ready_usd is more than the capital that it is part of"),
        _where(table, table["grant_usd"].isna(), "grant_usd is empty; write 0 for no grant"),
        _where(table, table["shared"].isna(), "shared is empty; write true or false"),
        _where(
            table, table.duplicated(["town_geoid", "option_id"]), "option repeats within its town; keep one of each"
        ),
    ]
    if any(faults):
        raise PlanError("town finance", [fault for fault in faults if fault])
    return table.sort_values(["town_geoid", "option_id"], ignore_index=True)


def _where(table: pd.DataFrame, bad: pd.Series, fault: str) -> str:
    if not bad.any():
        return ""
    row = table.iloc[int(bad.to_numpy().argmax())]
    return f"project '{row['option_id']}' of {row['town']}: {fault} ({int(bad.sum())} in all)"


def _basis(given: pd.DataFrame, units: pd.Series, own: pd.DataFrame) -> pd.Series:
    """Say where units, vacancy and the seasonal share come from, and whether the capital has a band."""
    said = pd.Series("units as given", units.index, dtype="str").mask(units.isna(), "units taken as premises")
    for name in ("vacancy", "seasonal"):
        where = pd.Series("price book", units.index, dtype="str").mask(own[f"{name}_share"].notna(), "town")
        said = said + f", {name} share of the " + where
    bare = given["capital_low_usd"].isna() & given["capital_high_usd"].isna()
    said = said.mask(bare, said + "; capital without a band")
    return said + "; other figures of the price book"


def _note(given: pd.DataFrame, works: Works, own: pd.DataFrame) -> pd.Series:
    """Say what is not known, and who runs the network."""
    said = pd.Series("", given.index, dtype="str")
    for name, values in (("capital", works.capital), ("units", works.units), ("route length", works.route_m),
                         ("number of poles", works.poles)):  # fmt: skip
        lacks = np.isnan(values) & (works.runs | (name == "capital"))
        said = said.mask(lacks, said + f"not known: no {name}; ")
    said = said.mask(~works.runs, said + "the provider owns and runs it: no operation, the town has at most debt; ")
    whole = given["make_ready_usd"].isna() & works.runs
    said = said.mask(whole, said + "make-ready not known: reserve on the whole capital; ")
    given_up = given["provider_usd"].isna() & ~works.runs
    said = said.mask(given_up, said + "what no grant pays is taken as the provider's; ")
    no_values = (own["total_assessed_value_usd"].isna() | own["average_home_value_usd"].isna()).to_numpy()
    said = said.mask(no_values, said + "tax not known: no assessed values; ")
    said = said.str.removesuffix("; ")
    return said.mask(said == "")
