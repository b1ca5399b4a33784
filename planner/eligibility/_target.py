"""Whose figure is wanted, as positions in a block: a row of its own, parts that are summed, and how many are enough."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.state_codes import states
from planner.eligibility._blocks import Block
from planner.eligibility._periods import Flags, Ints
from planner.eligibility._places import Parts
from planner.eligibility.evidence import Words

NATION: Final = "US"


@dataclass(frozen=True)
class Target:
    """Areas whose figures are wanted.

    Attributes
    ----------
    codes
        Codes of the areas.
    own
        Position of each in the block's areas; -1 where it has no row.
    parts, starts
        Positions in the block of what each is made of, -1 for parts without a row; those of area i are
        ``parts[starts[i]:starts[i + 1]]``, and the last is a blank one.
    names
        Code of each part.
    least
        How many parts must have the figures; -1 where nothing is summed.
    own_first
        Whether a row of its own goes before the sum of parts.
    """

    codes: Words
    own: Ints
    parts: Ints
    starts: Ints
    names: Words
    least: Ints
    own_first: bool = True

    def total(self, values: npt.NDArray[np.float64], how: np.ufunc = np.add) -> npt.NDArray[np.float64]:
        """Return values of a block's areas, put together over the parts of each."""
        blank = np.zeros((1, *values.shape[1:]))
        rows = np.concatenate([values, blank])[self.parts]
        found: npt.NDArray[np.float64] = how.reduceat(rows, self.starts[:-1], axis=0)
        return found

    def counted(self, has: Flags) -> npt.NDArray[np.int64]:
        """Return how many parts of each have something."""
        return self.total(has.astype(np.float64)).astype(np.int64)


def target(codes: Words, block: Block, parts: Parts | None = None) -> Target:
    """Return places as a target; where they are made of parts, all parts must have the figures."""
    own = np.asarray(block.areas.get_indexer(pd.Index(codes, dtype=object)), np.int64)
    if parts is None:
        least = np.full(len(codes), -1)
        return Target(
            codes, own, np.full(len(codes), -1), np.arange(len(codes) + 1), np.full(len(codes), "", object), least
        )
    blanks = np.insert(parts.codes, parts.starts[1:], "")  # each list ends in a blank, so that none is empty
    where = np.asarray(block.areas.get_indexer(pd.Index(blanks, dtype=object)), np.int64)
    starts = parts.starts + np.arange(len(parts.starts))
    return Target(codes, own, where, starts, blanks, parts.count, own_first=False)


def state_target(codes: Words, block: Block) -> Target:
    """Return states as a target: their own row, else all their counties on file where these are enough."""
    rows, state, _ = block.of_states
    order = list(states())
    lists = [np.append(rows[state == order.index(code)], -1) for code in codes]
    starts = np.concatenate([[0], np.cumsum([len(each) for each in lists])]).astype(np.int64)
    where = np.concatenate(lists).astype(np.int64)
    least = np.array([states()[code].least_counties for code in codes], np.int64)
    own = np.asarray(block.areas.get_indexer(pd.Index(codes, dtype=object)), np.int64)
    return Target(codes, own, where, starts, _names(block, where), least)


def nation_target(block: Block, has: Flags, *, territories: bool) -> Target:
    """Return the nation as a target: its own row, else all states with figures, else all counties with figures.

    A sum needs all 50 states and the District, as rows of their own or by enough counties. Territories are in it where
    they are wanted and whole.

    Parameters
    ----------
    block
        Where the figures are.
    has
        Which of its areas have all figures that are needed.
    territories
        Whether territories are in the sum.
    """
    outside = np.array([state.territory for state in states().values()])
    wanted = territories | ~outside
    rows, state, own_rows = block.of_states
    as_states = wanted & (own_rows >= 0) & has[own_rows]
    if as_states[~outside].all():
        where = own_rows[as_states]
    else:
        count = np.bincount(state[has[rows]], minlength=len(outside))
        whole = wanted & (count >= [each.least_counties for each in states().values()])
        where = rows[has[rows] & whole[state]] if whole[~outside].all() else np.empty(0, np.int64)
    own = np.asarray(block.areas.get_indexer(pd.Index([NATION], dtype=object)), np.int64)
    listed = np.append(where, -1)
    starts = np.array([0, len(listed)])
    least = np.array([len(where) or -1])
    return Target(np.array([NATION], object), own, listed, starts, _names(block, listed), least)


def _names(block: Block, where: Ints) -> Words:
    return np.append(np.asarray(block.areas, object), "")[where]
