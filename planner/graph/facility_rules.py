"""Conditions on chosen sites: sites that must or must not be there, groups, budget, distances; which of them conflict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from layers import PlanError
from planner.graph._facility_lists import Floats
from planner.graph._facility_milp import Effort, choose
from planner.graph._facility_rules import Rules
from planner.graph._net import Flags
from planner.graph.network import Ints

_NONE: Final = np.empty(0, np.int64)
_PROBE: Final = Effort(nodes=20_000)


@dataclass(frozen=True)
class Group:
    """Sites of one kind, and how many of the chosen sites are of it.

    Attributes
    ----------
    name
        Said in messages.
    member
        Which sites belong to it.
    at_least
        Fewest chosen members.
    share
        Least share of members among chosen sites, 0 to 1.
    at_most
        Most chosen members; without it any number.
    """

    name: str
    member: Flags
    at_least: int = 0
    share: float = 0.0
    at_most: int | None = None


@dataclass(frozen=True)
class Conditions:
    """What chosen sites must obey.

    Attributes
    ----------
    must, never
        Numbers of sites that are chosen, or never, for sure (places that are not eligible, or near existing ones).
    groups
        Kinds of sites with their numbers and shares.
    spend, budget
        What each site costs and what all may cost together.
    too_near
        Pairs of sites that are not chosen together, as a symmetrical matrix (see `pairs_within`).
    copies
        How many sites stand for one candidate, for messages.
    """

    must: Ints = field(default_factory=lambda: _NONE)
    never: Ints = field(default_factory=lambda: _NONE)
    groups: tuple[Group, ...] = ()
    spend: Floats | None = None
    budget: float | None = None
    too_near: Flags | None = None
    copies: int = 1


@dataclass(frozen=True)
class Row:
    """One limit on a sum over chosen sites."""

    name: str
    weight: Floats
    low: float
    high: float


def pairs_within(distance: np.ndarray, least: float) -> Flags:
    """Return which pairs of different sites lie nearer to each other than `least` (site by site, same unit)."""
    near = np.asarray((distance < least) | (least > distance.T))
    np.fill_diagonal(near, val=False)
    return near


def rules_of(conditions: Conditions, sites: int, least: int, most: int, rows: Sequence[Row] = ()) -> Rules:
    """Return conditions in the form of the kernels.

    Parameters
    ----------
    conditions
        What chosen sites must obey.
    sites
        Number of candidates.
    least, most
        Fewest and most sites to choose.
    rows
        More limits.

    Raises
    ------
    PlanError
        Where conditions name sites that do not exist, or no choice obeys them all: then the message names some that
        conflict, none of which can be left out of the conflict.
    """
    _check(conditions, sites)
    parts = _Parts(conditions, sites, least, most, (*limits_of(conditions, least, most), *rows))
    rules = parts.rules(parts.names())
    if _possible(rules):
        return rules
    raise PlanError("sites", [_conflict(parts)])


def _check(conditions: Conditions, sites: int) -> None:
    faults = []
    for name, numbers in (("must-have", conditions.must), ("must-not", conditions.never)):
        wrong = [int(j) for j in numbers if not 0 <= j < sites]
        faults += [f"{name} site {j} is no candidate (0 to {sites - 1})" for j in wrong[:5]]
    for group in conditions.groups:
        if group.member.shape != (sites,):
            faults.append(f"group '{group.name}' has {group.member.size} flags for {sites} candidates")
        if not 0 <= group.share <= 1:
            faults.append(f"group '{group.name}' asks for a share of {group.share}; a share lies between 0 and 1")
    if (conditions.budget is None) != (conditions.spend is None):
        faults.append("a budget needs the cost of each site, and the other way round")
    elif conditions.spend is not None and (conditions.spend.shape != (sites,) or not (conditions.spend >= 0).all()):
        faults.append(f"costs of sites must be {sites} numbers of 0 or more")
    if conditions.too_near is not None and conditions.too_near.shape != (sites, sites):
        faults.append(f"pairs that are too near must be a matrix of {sites} by {sites}")
    if faults:
        raise PlanError("sites", faults)


def limits_of(conditions: Conditions, least: int, most: int) -> Iterator[Row]:
    """Yield the limits of groups and budget; a share of a fixed number of sites is a number of sites."""
    for group in conditions.groups:
        member = group.member.astype(np.float64)
        number = group.at_least
        if group.share > 0 and least == most:
            number = max(number, int(np.ceil(group.share * least - 1e-9)))
        elif group.share > 0:
            yield Row(f"a share of {group.share:g} in '{group.name}'", member - group.share, 0.0, np.inf)
        if number > 0:
            yield Row(f"at least {number} of '{group.name}'", member, float(number), np.inf)
        if group.at_most is not None:
            yield Row(f"at most {group.at_most} of '{group.name}'", member, -np.inf, float(group.at_most))
    if conditions.spend is not None and conditions.budget is not None:
        yield Row(f"the budget of {conditions.budget:,.0f}", conditions.spend, -np.inf, conditions.budget)


@dataclass(frozen=True)
class _Parts:
    """Conditions that can be left out one by one."""

    conditions: Conditions
    sites: int
    least: int
    most: int
    rows: tuple[Row, ...]

    def names(self) -> list[str]:
        number = f"{self.least}" if self.least == self.most else f"{self.least} to {self.most}"
        names = [f"{number} sites", *(row.name for row in self.rows)]
        if len(self.conditions.must):
            names.append("must-have sites")
        if len(self.conditions.never):
            names.append("must-not sites")
        if self.conditions.too_near is not None:
            names.append("the least distance between sites")
        return names

    def rules(self, names: Sequence[str]) -> Rules:
        """Return the rules of the named parts."""
        state = np.zeros(self.sites, np.int8)
        if "must-not sites" in names:
            state[self.conditions.never] = -1
        rows = [row for row in self.rows if row.name in names]
        if "must-have sites" in names:
            both = state[self.conditions.must] < 0
            state[self.conditions.must[~both]] = 1
            rows += [Row("", np.zeros(self.sites), 1.0, 1.0)] * bool(both.any())  # no choice obeys this
        near = self.conditions.too_near if "the least distance between sites" in names else None
        fixed = self.names()[0] in names
        return Rules(
            self.least if fixed else 0, self.most if fixed else self.sites, state,
            np.array([row.weight for row in rows], np.float64).reshape(len(rows), self.sites),
            np.array([row.low for row in rows]), np.array([row.high for row in rows]),
            np.empty((0, 0), np.uint8) if near is None else np.ascontiguousarray(near, np.uint8),
        )  # fmt: skip


def _possible(rules: Rules) -> bool:
    """Tell whether some choice obeys the rules."""
    if rules.plain:
        must, never = int((rules.state > 0).sum()), int((rules.state < 0).sum())
        return max(must, rules.least) <= min(len(rules.state) - never, rules.most)
    return choose(rules, np.zeros(len(rules.state)), _PROBE)[0] is not None


def _conflict(parts: _Parts) -> str:
    """Leave out conditions without which there is still no choice; those that remain conflict."""
    names = parts.names()
    for name in list(names):
        fewer = [other for other in names if other != name]
        if not _possible(parts.rules(fewer)):
            names = fewer
    copies = parts.conditions.copies
    closed = len(parts.conditions.never) if copies == 1 else 0
    told = f"{parts.sites // copies} candidates" + (f", {closed} of them must-not" if closed else "")
    if not names:
        return f"no choice of sites is possible among {told}"
    return f"these conditions cannot be met together among {told}: {'; '.join(dict.fromkeys(names))}; relax one of them"
