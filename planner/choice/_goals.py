"""What is sought, in whole numbers, most important first."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from layers import PlanError
from planner.choice._milp import Ints
from planner.choice._options import WHERE, Options

_ORDER: Final = {
    "least cost": ("towns", "public"),
    "premises": ("premises", "public"),
    "towns": ("towns", "premises", "public"),
    "value": ("value", "premises", "public"),
    "front": ("premises", "public", "towns"),
}
_MAIN: Final = {"least cost": "public"}
_PARTS: Final = 1000  # a town's value counts to the thousandth


@dataclass(frozen=True)
class Goal:
    """One thing that is sought.

    Attributes
    ----------
    name, unit
        What it is.
    weights
        What an option adds to it, with the sign turned where more is better.
    base, scale
        Its value without any project; whole numbers to a unit. ``(base - weights @ x) / scale`` is the value where more
        is better, ``weights @ x / scale`` where less is.
    more
        Whether more is better.
    """

    name: str
    unit: str
    weights: Ints
    base: int
    scale: int
    more: bool

    def read(self, least: float) -> float:
        """Return a sum of weights as the value that it stands for."""
        return (self.base - least) / self.scale if self.more else (self.base + least) / self.scale


def goals(options: Options, objective: str, value: Mapping[str, float] | None) -> tuple[list[Goal], int]:
    """Return the goals of an objective, and the position of the one that is reported.

    Raises
    ------
    PlanError
        Where values are asked for and missing, or none.
    """
    made = {"towns": _towns, "premises": _premises, "public": _public}
    names = _ORDER[objective]
    found = [_value(options, value) if name == "value" else made[name](options) for name in names]
    main = names.index(_MAIN.get(objective, names[0]))
    return [*found, _rank(options)], main


def _towns(options: Options) -> Goal:
    before = options.towns["met_before"].to_numpy(np.int64)
    after = options.table["meets_target"].to_numpy(np.int64)
    return Goal("towns that meet the target", "towns", before[options.town] - after, int(before.sum()), 1, more=True)


def _premises(options: Options) -> Goal:
    before = int(options.towns["served_before"].fillna(0).sum())
    return Goal("premises served", "premises", -options.gain, before, 1, more=True)


def _public(options: Options) -> Goal:
    return Goal("public cost", "usd", options.public, 0, 100, more=False)


def _rank(options: Options) -> Goal:
    """Return the place of each option among its town's, so that ties do not rest on the solver."""
    place = options.table.groupby("town_geoid").cumcount().to_numpy() + 1
    return Goal("order of options", "", place.astype(np.int64), 0, 1, more=False)


def _value(options: Options, value: Mapping[str, float] | None) -> Goal:
    """Return the value of the towns that meet the target."""
    if value is None:
        raise PlanError(
            WHERE,
            [
                'objective = "value" needs the value of each town: column weight of layer towns; add it, or choose another objective'
            ],
        )
    codes, names = options.towns["town_geoid"], options.towns["town"]
    lost = [name for code, name in zip(codes, names, strict=True) if code not in value]
    faults = [f"{len(lost)} towns have no value (first: {lost[0]}); give one, 0 where it is none"] if lost else []
    faults += [
        f"{name} has the value {value[code]}; it must be a number from 0 to a billion"
        for code, name in zip(codes, names, strict=True)
        if code in value and not (math.isfinite(value[code]) and 0 <= value[code] <= 1e9)
    ]
    if faults:
        raise PlanError(WHERE, faults)
    worth = np.array([round(value[code] * _PARTS) for code in codes], np.int64)
    towns = _towns(options)
    base = int((worth * options.towns["met_before"].to_numpy(np.int64)).sum())
    return Goal(
        "value of towns that meet the target", "value", worth[options.town] * towns.weights, base, _PARTS, more=True
    )
