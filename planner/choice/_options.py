"""Checked options in their order, with their towns and with what is decided already."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import pandas as pd

from layers import PlanError, declared
from layers.errors import suggestion
from planner.choice._milp import Flags, Ints
from planner.tables import checked

_NONE: Final = "no project"
WHERE: Final = "choice of projects"


@dataclass(frozen=True)
class Options:
    """Options in order of town and option, and towns in the same order.

    Attributes
    ----------
    table
        Table `project_options`, sorted.
    towns
        A row a town: code, name, premises, and who is served and whether that is enough today.
    town
        Position of each option's town.
    public
        Public cost of each option in whole cents.
    gain
        Premises that each option serves more than today.
    """

    table: pd.DataFrame
    towns: pd.DataFrame
    town: Ints
    public: Ints
    gain: Ints


def options_of(table: pd.DataFrame) -> Options:
    """Return the options, checked.

    Raises
    ------
    LayerError
        Where the table is not as declared: negative costs, repeated options.
    PlanError
        Where options of a town contradict each other.
    """
    table = checked("project_options", table).sort_values(["town_geoid", "option_id"], ignore_index=True)
    columns = ["town_geoid", "town", "premises", "served_before", "met_before"]
    towns = table[columns].drop_duplicates().reset_index(drop=True)
    faults = [
        f"{name}: options differ in the town's name, premises or present service; give one of each"
        for name in towns["town"][towns["town_geoid"].duplicated()].unique()
    ]
    for column in ("served_before", "served_after"):
        beyond = table[(table[column] > table["premises"]).fillna(value=False).astype(bool)]
        faults += [
            f"{row.town}, option '{row.option_id}': {column} is more than the town's premises; correct it"
            for row in beyond.head(3).itertuples()
        ]
    if faults:
        raise PlanError(WHERE, faults)
    before = table["served_before"].fillna(0).to_numpy(np.int64)
    return Options(
        table=table,
        towns=towns,
        town=pd.Index(towns["town_geoid"]).get_indexer(table["town_geoid"]).astype(np.int64),
        public=cents(table["public_usd"]),
        gain=table["served_after"].to_numpy(np.int64) - before,
    )


def cents(money: pd.Series) -> Ints:
    """Return money in whole cents."""
    whole: Ints = np.rint(money.to_numpy(np.float64) * 100).astype(np.int64)
    return whole


def budget_cents(budget_usd: float) -> int:
    """Return a budget in whole cents, cut."""
    return int(Decimal(repr(float(budget_usd))) * 100)


def apply_decided(options: Options, decided: pd.DataFrame | None) -> tuple[Flags, Flags]:
    """Return which options decisions leave, and which towns are decided.

    Raises
    ------
    LayerError
        Where the layer is not as declared.
    PlanError
        Where a decision names a town or an option that does not exist.
    """
    left, fixed = np.ones(len(options.table), bool), np.zeros(len(options.towns), bool)
    if decided is None or not len(decided):
        return left, fixed
    rows = declared("decided_projects").check(decided)
    faults = []
    for row in rows.sort_values("town_geoid").to_dict("records"):
        place = int(pd.Index(options.towns["town_geoid"]).get_indexer(pd.Index([row["town_geoid"]]))[0])
        mine = options.town == place
        fits, fault = _decided(options.table[mine], row)
        faults += [fault] if fault else []
        if place >= 0 and not fault:
            left[mine] = fits
            fixed[place] = True
    if faults:
        raise PlanError("layer 'decided_projects'", faults)
    return left, fixed


def _decided(mine: pd.DataFrame, row: dict[object, object]) -> tuple[Flags, str]:
    """Return which of a town's options a decision names, or what is wrong with it."""
    code, model, option = row["town_geoid"], str(row["model"]), row.get("option_id")
    if not len(mine):
        return np.empty(0, bool), f"town {code} has no project options; correct the code or leave the row out"
    if model == _NONE:
        return np.zeros(len(mine), bool), ""
    town = mine["town"].iloc[0]
    fits = mine["model"] == model
    if not fits.any():
        return fits.to_numpy(
            bool
        ), f"{town} has no option of the model '{model}'{suggestion(model, set(mine['model']))}"
    if isinstance(option, str):
        known = mine["option_id"][fits]
        fits &= mine["option_id"] == option
        if not fits.any():
            return fits.to_numpy(
                bool
            ), f"{town} has no option '{option}' of the model '{model}'{suggestion(option, known)}"
    return fits.to_numpy(bool), ""
