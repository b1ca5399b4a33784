"""Figures of areas by one way of a measure: from a row of their own, or put together from parts; with their margins."""

from dataclasses import dataclass

import numpy as np

from planner.eligibility import error
from planner.eligibility._blocks import Block
from planner.eligibility._periods import Flags, Ints, months
from planner.eligibility._target import Target
from planner.eligibility.evidence import Floats
from planner.programmes.measures import Way


@dataclass(frozen=True)
class Found:
    """Figures of a target's areas; `parts` is how many were put together, 0 for a row of its own, -1 for none."""

    value: Floats
    margin: Floats
    parts: Ints


@dataclass(frozen=True)
class Recipe:
    """How a way is worked out.

    Attributes
    ----------
    way
        The way.
    weight
        Series of residents with which a level that is a mean is put together; empty where it cannot be.
    """

    way: Way
    weight: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        """Series that a row of its own needs."""
        return self.way.needs

    @property
    def parts_need(self) -> tuple[str, ...]:
        """Series that parts need."""
        return (*self.way.needs, *((self.weight,) if self.weight else ()))


def present(block: Block, needs: tuple[str, ...]) -> Flags:
    """Return which areas have all series, shape (periods, areas)."""
    if not block.holds(needs):
        return np.zeros(block.values.shape[:2], bool)
    return np.asarray(np.isfinite(block.values[:, :, block.columns(needs)]).all(axis=2), bool)


def complete(target: Target, recipe: Recipe, block: Block) -> tuple[Flags, Flags]:
    """Return in which periods areas have a row of their own, and in which enough parts have, (periods, areas)."""
    rows = present(block, recipe.needs)
    own = np.where(target.own >= 0, rows[:, target.own], False)  # noqa: FBT003 (array values)
    parts_have = present(block, recipe.parts_need)
    enough = np.stack([_enough(target, each, recipe) for each in parts_have]) if len(parts_have) else own
    return own, enough


def _enough(target: Target, has: Flags, recipe: Recipe) -> Flags:
    """Return which areas have enough parts with figures; a level needs a single part, or weights."""
    summable = (target.least >= 0) & ((recipe.way.kind != "level") | (recipe.weight != "") | (target.least == 1))
    return np.asarray(summable & (target.counted(has) >= target.least), bool)


def figures(target: Target, recipe: Recipe, block: Block, periods: tuple[int, ...]) -> Found:
    """Return the figures of areas in some periods, pooled.

    Counts of several periods are added, in rates each weighted by its months (an average of a year counts twelve
    times). Sums over parts and series carry margins by `error.of_sum`, rates by `error.of_share` and `error.of_ratio`.
    """
    own = _of_rows(recipe, block, periods)
    has_own = np.where(target.own >= 0, own.known[target.own], False)  # noqa: FBT003 (array values)
    parts = _of_rows(recipe, block, periods, weighted=bool(recipe.weight))
    enough = _enough(target, parts.known, recipe)
    use_own = has_own & (target.own_first | ~enough | (recipe.way.kind == "level"))
    value, margin = _finished(recipe, own.taken(target.own), weighted=False)
    total, total_margin = _finished(recipe, parts.summed(target), weighted=bool(recipe.weight))
    known = use_own | enough
    count = target.counted(parts.known)
    return Found(
        value=np.where(known, np.where(use_own, value, total), np.nan),
        margin=np.where(known, np.where(use_own, margin, total_margin), np.nan),
        parts=np.where(use_own, 0, np.where(enough, count, -1)),
    )


@dataclass(frozen=True)
class _Rows:
    """Top and bottom of a way, for each area: sums, squared margins of non-zero and the largest of zero estimates."""

    known: Flags
    top: Floats
    bottom: Floats
    squares: Floats
    zeros: Floats

    def taken(self, where: Ints) -> "_Rows":
        return _Rows(self.known[where], self.top[where], self.bottom[where], self.squares[where], self.zeros[where])

    def summed(self, target: Target) -> "_Rows":
        ok = self.known
        return _Rows(
            known=ok,
            top=target.total(np.where(ok, self.top, 0.0)),
            bottom=target.total(np.where(ok, self.bottom, 0.0)),
            squares=target.total(np.where(ok[:, None], self.squares, 0.0)),
            zeros=target.total(np.where(ok[:, None], self.zeros, 0.0), np.maximum),
        )


def _of_rows(recipe: Recipe, block: Block, periods: tuple[int, ...], *, weighted: bool = False) -> _Rows:
    way = recipe.way
    needs = recipe.parts_need if weighted else recipe.needs
    chosen = list(periods)
    known = np.asarray(present(block, needs)[chosen].all(axis=0), bool)
    if not block.holds(needs):
        nothing = np.zeros(len(known))
        return _Rows(known, nothing, nothing, np.zeros((len(known), 2)), np.zeros((len(known), 2)))
    length = _months(block, chosen) if way.kind == "rate" else np.ones(len(chosen))
    if weighted:
        people = block.values[np.ix_(chosen, range(len(known)), block.columns((recipe.weight,)))]
        level, level_margin = _cells(block, chosen, (way.series,))
        return _gathered(known, (level * people, level_margin * people), (people, np.zeros_like(people)))
    top = way.numerator or (way.series,)
    factors = np.array(way.weights or (1.0,) * len(top))
    values, margins = _cells(block, chosen, top)
    scale = length[:, None, None] * factors
    below = _cells(block, chosen, way.denominator) if way.denominator else (np.zeros((len(chosen), len(known), 0)),) * 2
    spread = length[:, None, None]
    return _gathered(known, (values * scale, margins * np.abs(scale)), (below[0] * spread, below[1] * spread))


def _months(block: Block, chosen: list[int]) -> Floats:
    start, end = months(block)
    return np.asarray(np.maximum(end - start + 1, 1)[chosen], np.float64) if len(chosen) > 1 else np.ones(1)


def _cells(block: Block, chosen: list[int], names: tuple[str, ...]) -> tuple[Floats, Floats]:
    where = np.ix_(chosen, range(len(block.areas)), block.columns(names))
    return block.values[where], block.margins[where]


def _gathered(known: Flags, top: tuple[Floats, Floats], bottom: tuple[Floats, Floats]) -> _Rows:
    """Return sums over periods and series, and what their margins are made of."""
    squares, zeros, sums = [], [], []
    for values, margins in (top, bottom):
        zero, square = values == 0, np.square(margins)
        sums.append(values.sum(axis=(0, 2)))
        squares.append(np.where(zero, 0.0, square).sum(axis=(0, 2)))
        zeros.append(np.where(zero, square, 0.0).max(axis=(0, 2), initial=0.0))
    return _Rows(known, sums[0], sums[1], np.stack(squares, axis=1), np.stack(zeros, axis=1))


def _finished(recipe: Recipe, rows: _Rows, *, weighted: bool) -> tuple[Floats, Floats]:
    """Return values and margins from tops and bottoms; NaN where the bottom is zero."""
    margins = np.sqrt(rows.squares + rows.zeros)
    if recipe.way.kind != "rate" and not weighted:
        return rows.top, margins[:, 0]
    per = recipe.way.per if recipe.way.kind == "rate" else 1.0
    formula = error.of_share if per == 100.0 else error.of_ratio
    bottom = np.where(rows.bottom == 0, np.nan, rows.bottom)
    return per * rows.top / bottom, per * formula(rows.top, margins[:, 0], bottom, margins[:, 1])
