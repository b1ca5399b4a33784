"""Conditions on the choice of sites in the form that kernels and HiGHS read."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from layers._kernel import part
from planner.graph._net import Flags, Longs

Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]
NEVER: Final = np.int8(-1)
MUST: Final = np.int8(1)


class Rules(NamedTuple):
    """What a choice of sites must obey.

    ``least`` to ``most`` sites; ``state`` is 1 where a site must be open, -1 where it must not; every row of
    ``matrix @ chosen`` lies between ``low`` and ``high``; two sites that ``clash`` are not both open (0 by 0: none do).
    """

    least: int
    most: int
    state: npt.NDArray[np.int8]
    matrix: Floats
    low: Floats
    high: Floats
    clash: Bytes

    @property
    def plain(self) -> bool:
        """Tell whether the number of sites and fixed sites are all there is."""
        return not len(self.low) and not len(self.clash)


def obeyed(rules: Rules, chosen: Flags) -> bool:
    """Tell whether a choice obeys every rule."""
    count = int(chosen.sum())
    if not rules.least <= count <= rules.most:
        return False
    if (chosen & (rules.state == NEVER)).any() or (~chosen & (rules.state == MUST)).any():
        return False
    value, slack = rules.matrix @ chosen, slack_of(rules)
    if (value < rules.low - slack).any() or (value > rules.high + slack).any():
        return False
    if not len(rules.clash):
        return True
    inside = np.flatnonzero(chosen)
    return not rules.clash[np.ix_(inside, inside)].any()


def slack_of(rules: Rules) -> Floats:
    """Return by how much sums of doubles may miss a limit."""
    return np.asarray(1e-9 * (1 + np.abs(rules.matrix).sum(axis=1)), np.float64)


@part
def may(rules: Rules, slack: Floats, value: Floats, opened: Longs, come: int, go: int) -> bool:
    """Tell whether a feasible choice stays so when a site comes and another goes (-1: none does)."""
    for k in range(len(value)):
        now = value[k]
        if come >= 0:
            now += rules.matrix[k, come]
        if go >= 0:
            now -= rules.matrix[k, go]
        if now < rules.low[k] - slack[k] or now > rules.high[k] + slack[k]:
            return False
    if come >= 0 and len(rules.clash):
        for other in opened:
            if other != go and rules.clash[come, other]:
                return False
    return True
