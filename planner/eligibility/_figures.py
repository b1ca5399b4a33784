"""Measures of all places of a unit, and of the nation, state or metropolitan area that they are compared with."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from layers import RuleError
from layers.errors import suggestion
from planner.eligibility._blocks import Block
from planner.eligibility._made import Made, basis, missing, nothing
from planner.eligibility._periods import Choice, Ints, choose
from planner.eligibility._places import Unit, parts_of
from planner.eligibility._sums import Found, Recipe, complete, figures, present
from planner.eligibility._target import NATION, Target, nation_target, state_target, target
from planner.eligibility._words import named, span
from planner.eligibility.evidence import Measured, Words
from planner.programmes.measures import Way, measures

_SIDES: Final = ("", "nation", "state", "metro")
_NO_SIDE: Final = {
    "state": ": the place lies in several states",
    "metro": ": the place lies in no metropolitan area that is on file",
}


@cache
def series_facts() -> Mapping[str, Mapping[str, str]]:
    """Return what `series.toml` says."""
    return tomllib.loads((Path(__file__).parent / "series.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Figures:
    """Works out measures when they are asked for, each once; see `Evidence.figures`.

    Attributes
    ----------
    unit
        The places.
    blocks
        All statistics.
    metros
        Counties of metropolitan areas, by code.
    territories
        Whether a sum that stands for the nation holds territories.
    """

    unit: Unit
    blocks: tuple[Block, ...]
    metros: Mapping[str, list[str]]
    territories: bool = False
    _known: dict[tuple[str, int, str], Measured] = field(default_factory=dict)
    _chosen: dict[Recipe, Choice] = field(default_factory=dict)

    def __call__(self, measure: str, way: int, side: str) -> Measured:
        """Return a measure by one of its ways, of the places or of what they are compared with.

        Raises
        ------
        RuleError
            Where there is no such measure, way or side.
        """
        key = (measure, way, side)
        if key not in self._known:
            known = measures()
            if measure not in known or not 0 <= way < len(known[measure].ways) or side not in _SIDES:
                raise RuleError(f"measure '{measure}'", [f"has no way {way} for '{side}'{suggestion(measure, known)}"])
            self._known[key] = self._measured(known[measure].ways[way], side)
        return self._known[key]

    def counts(self, way: Way) -> tuple[Measured, Measured | None]:
        """Return what a way adds up, place by place: numerator and denominator; the latter None for a sum.

        Raises
        ------
        RuleError
            Where the way is a published figure that cannot be summed.
        """
        if way.kind == "level":
            raise RuleError(f"series '{way.series}'", ["is a median, average or rate, which cannot be summed"])
        parts = [
            self._measured(Way(kind="sum", source=way.source, numerator=names, window_months=way.window_months), "")
            for names in (way.numerator, way.denominator)
            if names
        ]
        return parts[0], parts[1] if len(parts) > 1 else None

    def _measured(self, way: Way, side: str) -> Measured:
        if side:
            return self._beside(way, side)
        around = series_facts()["of_metro"].get(way.series)
        if around and not any(block.holds(way.needs) for block in self.blocks):
            return self._beside(Way(kind="sum", source=way.source, numerator=(around,)), "metro", own_periods=False)
        return self._own(way)

    def _own(self, way: Way) -> Measured:
        how = self._how(way)
        if how is None:
            return nothing(f"{named(way, way.needs)} for " + self.unit.ids)
        wanted, choice = self._places(how[1]), self._choice(how)
        made = Made(len(self.unit.ids))
        for number, periods in enumerate(choice.periods):
            rows = np.flatnonzero(choice.of == number)
            found = figures(wanted, *how, periods)
            as_of = how[1].last[list(periods)].max()
            said = self._dated(basis(how, wanted, found, periods), found)
            made.put(rows, found, rows, as_of=as_of, basis=said)
        return made.measured(missing(how, wanted, choice, made.lost))

    def _dated(self, said: Words, found: Found) -> Words:
        """Add the year of the list of parts to what was put together by it."""
        vintage = self.unit.vintage
        if vintage is None:
            return said
        return np.where((found.parts > 0) & (vintage != ""), said + ", delineation of " + vintage, said).astype(object)

    def _how(self, way: Way) -> tuple[Recipe, Block] | None:
        """Return how a way is worked out, and the first block that holds what it needs."""
        block = next((block for block in self.blocks if block.holds(way.needs)), None)
        if block is None:
            return None
        weight = series_facts()["means"].get(way.series, "")
        return Recipe(way, weight if weight in block.series else ""), block

    def _places(self, block: Block) -> Target:
        if self.unit.unit == "state":
            return state_target(self.unit.ids, block)
        return target(self.unit.ids, block, self.unit.parts)

    def _choice(self, how: tuple[Recipe, Block]) -> Choice:
        """Return the periods of the places' own figures."""
        if how[0] not in self._chosen:
            self._chosen[how[0]] = _latest(how, self._places(how[1]))
        return self._chosen[how[0]]

    def _beside(self, way: Way, side: str, *, own_periods: bool = True) -> Measured:
        """Return the figures of what places are compared with, over the periods of each place's own figure.

        For places without a figure, and where `own_periods` is false, the latest periods are taken.
        """
        how, codes = self._how(way), self._codes(side)
        none = named(way, way.needs) + _NO_SIDE.get(side, "")
        lost = np.where(codes == "", none, f"{named(way, way.needs)} for " + codes).astype(object)
        if how is None:
            return nothing(lost)
        choice = self._choice(how)
        of = choice.of if own_periods else np.full(len(codes), -1)
        made = Made(len(codes))
        for number in np.unique(of[codes != ""]):
            rows = np.flatnonzero((of == number) & (codes != ""))
            if number >= 0:
                lost[rows] = lost[rows] + f", {span(how[1], choice.periods[number])}"
            self._put(made, rows, how, side, choice.periods[number] if number >= 0 else None)
        return made.measured(lost[made.lost])

    def _codes(self, side: str) -> Words:
        nation = np.full(len(self.unit.ids), NATION, object)
        return {"nation": nation, "state": self.unit.state, "metro": self.unit.metro}[side]

    def _put(
        self, made: Made, rows: Ints, how: tuple[Recipe, Block], side: str, periods: tuple[int, ...] | None
    ) -> None:
        """Work out each state, metropolitan area or nation once, and give it to the places that it belongs to."""
        listed, back = np.unique(self._codes(side)[rows].astype(str), return_inverse=True)
        codes = listed.astype(object)
        if periods is not None:
            choice = Choice(np.zeros(len(codes), np.int64), (periods,), np.full(len(codes), "", object))
        elif side == "nation":
            choice = _national(how, territories=self.territories)
        else:
            choice = _latest(how, self._side(codes, side, how, ()))
        for number, each in enumerate(choice.periods):
            wanted = self._side(codes, side, how, each)
            found = figures(wanted, *how, each)
            mine = choice.of[back] == number
            as_of = how[1].last[list(each)].max()
            made.put(rows[mine], found, back[mine], as_of=as_of, basis=basis(how, wanted, found, each))

    def _side(self, codes: Words, side: str, how: tuple[Recipe, Block], periods: tuple[int, ...]) -> Target:
        recipe, block = how
        if side == "state":
            return state_target(codes, block)
        if side == "metro":
            return target(codes, block, parts_of(self.metros.get(code, ()) for code in codes))
        has = np.asarray(present(block, recipe.parts_need)[list(periods)].all(axis=0), bool)
        return nation_target(block, has, territories=self.territories)


def _latest(how: tuple[Recipe, Block], wanted: Target) -> Choice:
    """Return the latest periods of each area: of a row of its own or of its parts, whichever goes first."""
    recipe, block = how
    own, parts = complete(wanted, recipe, block)
    window = recipe.way.window_months
    first, second = (own, parts) if wanted.own_first or recipe.way.kind == "level" else (parts, own)
    one, other = choose(first, block, window), choose(second, block, window)
    return Choice(
        of=np.where(one.of >= 0, one.of, np.where(other.of >= 0, other.of + len(one.periods), -1)),
        periods=(*one.periods, *other.periods),
        lost=np.where(one.lost != "", one.lost, other.lost).astype(object),
    )


def _national(how: tuple[Recipe, Block], *, territories: bool) -> Choice:
    """Return the latest periods of the nation."""
    recipe, block = how
    whole = np.array([_covers(how, has, territories=territories) for has in present(block, recipe.parts_need)], bool)
    return choose(whole[:, None], block, recipe.way.window_months)


def _covers(how: tuple[Recipe, Block], has: np.ndarray, *, territories: bool) -> bool:
    recipe, block = how
    wanted = nation_target(block, has, territories=territories)
    own = int(wanted.own[0])
    summable = recipe.way.kind != "level" or bool(recipe.weight)
    return (own >= 0 and bool(has[own])) or (summable and int(wanted.least[0]) > 0)
