"""A measure while it is put together: figures, their days, where they are from, and what is missing."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from layers.state_codes import states
from planner.eligibility._blocks import Block
from planner.eligibility._periods import Choice, Ints
from planner.eligibility._sums import Found, Recipe, present
from planner.eligibility._target import NATION, Target
from planner.eligibility._words import kind_of, named, span
from planner.eligibility.evidence import Measured, Words

_SHOWN: Final = 3


class Made:
    """A measure of some places, filled in row by row."""

    def __init__(self, places: int) -> None:
        self._value = np.full(places, np.nan)
        self._margin = np.full(places, np.nan)
        self._as_of = np.full(places, np.datetime64("NaT"), "datetime64[D]")
        self._basis = np.full(places, "", object)

    def put(self, rows: Ints, found: Found, at: Ints, *, as_of: np.datetime64, basis: Words) -> None:
        """Put the figures at some positions of what was found into some rows, where they are known."""
        known = np.isfinite(found.value[at])
        rows, at = rows[known], at[known]
        self._value[rows], self._margin[rows] = found.value[at], found.margin[at]
        self._as_of[rows], self._basis[rows] = as_of, basis[at]

    @property
    def lost(self) -> Ints:
        """Rows without a figure."""
        return np.flatnonzero(np.isnan(self._value))

    def measured(self, missing: Words) -> Measured:
        """Return the measure; `missing` says for each row of `lost` what is missing."""
        texts = np.full(len(self._value), "", object)
        texts[self.lost] = missing
        return Measured(self._value, self._margin, self._as_of, texts, self._basis)


def nothing(missing: Words) -> Measured:
    """Return a measure of which nothing is known."""
    return Made(len(missing)).measured(missing)


def basis(how: tuple[Recipe, Block], wanted: Target, found: Found, periods: tuple[int, ...]) -> Words:
    """Say for each area of a target where its figure is from."""
    recipe, block = how
    begin = f"{recipe.way.source} {span(block, periods)}"
    notes = sorted({block.notes[name] for name in recipe.parts_need if name in block.notes})
    end = "".join(f", {note}" for note in notes)
    kinds = wanted.names[wanted.starts[:-1]]
    made = {pair: _put_together(recipe, *pair) for pair in set(zip(kinds, found.parts.tolist(), strict=True))}
    nation = _nation(wanted) if len(wanted.codes) == 1 and wanted.codes[0] == NATION else ""
    said = [
        f"{begin}{made[pair]}{nation if pair[1] > 0 else ''}{end}"
        for pair in zip(kinds, found.parts.tolist(), strict=True)
    ]
    return np.array(said, object)


def _put_together(recipe: Recipe, first: str, parts: int) -> str:
    if parts <= 0:
        return ""
    if parts == 1:
        return f", its only {kind_of(first, 1).removeprefix('1 ')}"
    if recipe.weight:
        return f", mean of {kind_of(first, parts)} on file weighted by residents"
    return f", sum of {kind_of(first, parts)} on file"


def _nation(wanted: Target) -> str:
    """Say that a sum is not the published national figure, and how much of it lies in territories."""
    outside = sum(states()[code[:2]].territory for code in wanted.names if code)
    said = f", {outside:,} of them in territories" if outside else ""
    return f"{said}, not the published national figure"


def missing(
    how: tuple[Recipe, Block], wanted: Target, choice: Choice, lost: Sequence[int] | npt.NDArray[np.intp]
) -> Words:
    """Say for some places what is missing, by table, series and area."""
    recipe, block = how
    said = named(recipe.way, recipe.needs)
    has = present(block, recipe.parts_need)
    return np.array([_of_place((recipe, said), wanted, (choice, has), int(place)) for place in lost], object)


def _of_place(what: tuple[Recipe, str], wanted: Target, state: tuple[Choice, npt.NDArray[np.bool_]], place: int) -> str:
    (recipe, said), (choice, has) = what, state
    code, least = wanted.codes[place], int(wanted.least[place])
    if choice.of[place] >= 0:
        joint = np.asarray(has[list(choice.periods[choice.of[place]])].all(axis=0), bool)
        recoded = least > 0 and wanted.own[place] < 0 and wanted.counted(joint)[place] < least
        why = "its counties have other codes in other periods" if recoded else "the count that it is divided by is zero"
        return f"{said} for {code}: {why}"
    if choice.lost[place]:
        return f"{said}: {choice.lost[place]} for {code}"
    parts = slice(wanted.starts[place], wanted.starts[place + 1] - 1)
    names, where = wanted.names[parts], wanted.parts[parts]
    if least < 0 or len(names) == 0:
        return f"{said} for {code}"
    if recipe.way.kind == "level" and not recipe.weight and least != 1:
        return (
            f"{said} for {code}: not published for it, and not to be put together from {kind_of(names[0], len(names))}"
        )
    rows = np.where(where >= 0, has[:, where], False)  # noqa: FBT003 (array values)
    best = rows[len(rows) - 1 - int(np.argmax(rows.sum(axis=1)[::-1]))]
    lacking = names[~best]
    if len(lacking) == 0:
        return f"{said} for {code} ({kind_of(names[0], len(names))} on file of at least {least:,})"
    listed = ", ".join(lacking[:_SHOWN]) + (", ..." if len(lacking) > _SHOWN else "")
    return f"{said} for {code}: {len(lacking):,} of {kind_of(names[0], len(names))} lack them ({listed})"
