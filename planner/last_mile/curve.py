"""The last percent: what each further premises costs, and where another technology is the cheaper one."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers import PlanError

_WHERE = "last percent"
Share = float | Fraction


class Beyond(NamedTuple):
    """Premises beyond a share of all, and what serving them costs."""

    premises: pd.DataFrame
    cost_usd: float


def last_percent(
    premises: npt.ArrayLike, cost_usd: npt.ArrayLike, total_premises: int, *, fixed_usd: float = 0.0
) -> pd.DataFrame:
    """Return the cumulative curve of increments, such as the steps of an offer or the blocks of a design.

    Parameters
    ----------
    premises
        Premises that each step adds, in the order in which steps can be taken.
    cost_usd
        Cost of each step.
    total_premises
        All premises, also those that no step reaches.
    fixed_usd
        What is spent before the first premises, such as the hub; in the cost, but in no step's marginal cost.

    Returns
    -------
    pandas.DataFrame
        One row a step: share, premises and cost_usd up to it, marginal_usd (cost of the step for each premises it adds),
        total_premises and fixed_usd. The curve stands at its rows.

    Raises
    ------
    PlanError
        Where a step adds no whole number of premises from 1, costs less than nothing, or steps exceed the total.
    """
    count, cost = np.asarray(premises, np.float64), np.asarray(cost_usd, np.float64)
    faults = []
    if count.ndim != 1 or count.shape != cost.shape or len(count) == 0:
        faults.append("needs steps: as many numbers of premises as costs, and at least one")
    else:
        if not (np.isfinite(count) & (count >= 1) & (count % 1 == 0)).all():
            faults.append("each step must add a whole number of premises, 1 or more; merge steps that add none")
        if not (np.isfinite(cost) & (cost >= 0)).all():
            faults.append("each step must cost 0 or more")
        if not fixed_usd >= 0:
            faults.append("the fixed cost must be 0 or more")
        if not faults and count.sum() > total_premises:
            faults.append(f"steps add {count.sum():,.0f} premises, more than the total of {total_premises:,}")
    if faults:
        raise PlanError(_WHERE, faults)
    upto = np.cumsum(count).astype(np.int64)
    return pd.DataFrame(
        {
            "share": upto / total_premises,
            "premises": upto,
            "total_premises": total_premises,
            "fixed_usd": fixed_usd,
            "cost_usd": fixed_usd + np.cumsum(cost),
            "marginal_usd": cost / count,
        }
    )


def needed(share: Share, total_premises: int) -> int:
    """Return the premises that make up a share, in exact arithmetic: 0.96 is 96/100.

    Raises
    ------
    PlanError
        Where it is no share from 0 to 1.
    """
    exact = share if isinstance(share, Fraction) else Fraction(str(share))
    if not 0 <= exact <= 1:
        raise PlanError(_WHERE, [f"{share} is not a share from 0 to 1; write 96 percent as 0.96"])
    return ceil(exact * total_premises)


def slices(curve: pd.DataFrame, shares: Iterable[Share]) -> pd.DataFrame:
    """Return what each slice between shares costs, for all of it and for each premises.

    Parameters
    ----------
    curve
        As of `last_percent`.
    shares
        Upper ends of the slices, rising; the first slice begins at nothing, so it holds the fixed cost.

    Returns
    -------
    pandas.DataFrame
        from_share, to_share, premises, cost_usd and marginal_usd (cost for each premises). Within a step each premises
        counts for its average. Beyond the curve's last row costs are not known.

    Raises
    ------
    PlanError
        Where shares do not rise.
    """
    upto, total = np.append(0, curve["premises"]), int(curve["total_premises"].iloc[-1])
    cost = np.append(curve["fixed_usd"].iloc[0], curve["cost_usd"])
    ends = list(shares)
    if any(Fraction(str(a)) >= Fraction(str(b)) for a, b in pairwise(ends)):
        raise PlanError(_WHERE, ["shares must rise"])
    at = np.array([0, *(needed(share, total) for share in ends)])
    value = np.where(at > 0, np.interp(at, upto, cost, right=np.nan), 0.0)
    added = np.diff(at)
    with np.errstate(divide="ignore", invalid="ignore"):
        marginal = np.where(added > 0, np.diff(value) / added, np.nan)
    return pd.DataFrame(
        {
            "from_share": [0.0, *map(float, ends[:-1])], "to_share": [float(end) for end in ends],
            "premises": added, "cost_usd": np.diff(value), "marginal_usd": marginal,
        }
    )  # fmt: skip


def hand_over(curve: pd.DataFrame, alternative_usd: float) -> float | None:
    """Return the share beyond which another technology serves the rest for less.

    Parameters
    ----------
    curve
        As of `last_percent`.
    alternative_usd
        What the other technology costs for each premises.

    Returns
    -------
    float or None
        The share of all premises at the row of the curve where both together cost least: with rising marginal cost, where
        the next premises costs more than the alternative. 0 where the alternative alone costs least, the fixed cost
        counted; None where the whole curve is built.
    """
    if not alternative_usd >= 0:
        raise PlanError(_WHERE, [f"{alternative_usd} is not a cost for each premises"])
    saved = np.append(0.0, curve["premises"] * alternative_usd - curve["cost_usd"])
    best = len(saved) - 1 - int(saved[::-1].argmax())
    if best == len(saved) - 1:
        return None
    return float(curve["share"].iloc[best - 1]) if best else 0.0


def beyond(drops: pd.DataFrame, share: Share, total_premises: int | None = None) -> Beyond:
    """Return the premises beyond a share, and what serving them costs.

    Parameters
    ----------
    drops
        Table ``last_mile_drops`` of one town.
    share
        Share that is served first, such as 0.96.
    total_premises
        All premises; those of the table where nothing is said.

    Returns
    -------
    Beyond
        Rows in the order of the curve. Within a block of the curve each premises counts for its average; the fixed cost is
        not theirs.
    """
    table = drops.sort_values("order", kind="stable")
    rest = table[table["order"] > needed(share, len(drops) if total_premises is None else total_premises)]
    return Beyond(rest.reset_index(drop=True), float(rest["marginal_cost_usd"].sum()))
