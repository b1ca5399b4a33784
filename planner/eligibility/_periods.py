"""Which periods stand for the latest figure of a place, or fill a window of months."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.eligibility._blocks import Block

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Choice:
    """Periods that are used.

    Attributes
    ----------
    of
        For each place the position of its periods in `periods`; -1 where none are found.
    periods
        Sets of positions of periods, each in order.
    lost
        For each place the months that are missing, as text; empty where nothing at all is on file, or nothing is missing.
    """

    of: Ints
    periods: tuple[tuple[int, ...], ...]
    lost: npt.NDArray[np.object_]


def choose(has: Flags, block: Block, window_months: int) -> Choice:
    """Return the periods to use for each place.

    Parameters
    ----------
    has
        Whether a place has all it needs in a period, shape (periods, places).
    block
        Whose periods they are.
    window_months
        How many months the periods must fill without a gap, back from the end of the latest; 0 for the latest period.
    """
    if window_months:
        return _windows(has, block, window_months)
    last = len(has) - 1 - np.argmax(has[::-1], axis=0)
    kept, of = np.unique(last, return_inverse=True)
    none = np.full(has.shape[1], "", object)
    return Choice(np.where(has.any(axis=0), of, -1), tuple((int(each),) for each in kept), none)


def months(block: Block) -> tuple[Ints, Ints]:
    """Return first and last month of each period, counted from 1970-01; an empty range where it is not whole months."""
    first, after = block.first.astype("datetime64[M]"), (block.last + 1).astype("datetime64[M]")
    whole = (first.astype("datetime64[D]") == block.first) & (after.astype("datetime64[D]") == block.last + 1)
    start = first.astype(np.int64)
    return start, np.where(whole, after.astype(np.int64) - 1, start - 1)


def _windows(has: Flags, block: Block, window: int) -> Choice:
    start, end = months(block)
    packed, inverse = np.unique(np.packbits(has, axis=0), axis=1, return_inverse=True)
    patterns = np.unpackbits(packed, axis=0, count=len(has)).astype(bool)
    filled = [_fill(patterns[:, each], start, end, window) for each in range(patterns.shape[1])]
    sets = sorted({periods for periods, _ in filled if periods})
    order = {periods: number for number, periods in enumerate(sets)}
    of = np.array([order.get(periods, -1) for periods, _ in filled], np.int64)
    lost = np.array([text for _, text in filled], object)
    back = inverse.ravel()
    return Choice(of[back], tuple(sets), lost[back])


def _fill(has: Flags, start: Ints, end: Ints, window: int) -> tuple[tuple[int, ...], str]:
    """Return periods that fill the window, short ones before long ones; else the months that none of them covers."""
    known = np.flatnonzero(has & (end >= start))
    if len(known) == 0:
        return (), ""
    latest = int(end[known].max())
    order = known[np.argsort(end[known] - start[known], kind="stable")]
    inside = order[start[order] > latest - window]
    found = _back(latest, latest - window, inside, (start, end))
    if found is not None:
        return tuple(sorted(found)), ""
    covered = {month for each in inside for month in range(int(start[each]), int(end[each]) + 1)}
    gap = [month for month in range(latest - window + 1, latest + 1) if month not in covered]
    return (), _runs(gap or list(range(latest - window + 1, latest + 1)))


def _back(to: int, stop: int, known: Ints, ends: tuple[Ints, Ints]) -> list[int] | None:
    """Return periods that follow each other from after `stop` to `to`, found from the end."""
    if to == stop:
        return []
    for each in known[ends[1][known] == to]:
        rest = _back(int(ends[0][each]) - 1, stop, known, ends)
        if rest is not None:
            return [*rest, int(each)]
    return None


def _runs(lost: list[int]) -> str:
    """Say months as runs, such as ``months 2018-01 to 2018-12``."""
    starts = [month for month in lost if month - 1 not in lost]
    ends = [month for month in lost if month + 1 not in lost]
    said = [
        _month(one) if one == other else f"{_month(one)} to {_month(other)}"
        for one, other in zip(starts, ends, strict=True)
    ]
    return f"months {', '.join(said)}"


def _month(number: int) -> str:
    return str(np.datetime64(number, "M"))
