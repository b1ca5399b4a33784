"""Which counts of the parts of a town are hidden, when the town's own counts are public.

Every column of counts sums to the town's public figure; the sum of columns is shown only where all of them are.
Primary suppression: a part that holds few locations shows no count at all, and other parts show no small count but zero.
Secondary suppression: in every column with a hidden small count further counts are hidden, until these can make up for
any change of one small count; so a town's figure less all that is shown leaves every small count free.
Method: A. Hundepool and others, "Statistical Disclosure Control" (Wiley 2012), chapters 4 and 5 (threshold rule; feasibility
interval of a hidden cell). That zeros may be shown is also the policy of the Centers for Medicare and Medicaid Services
on small cells.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SHOWN: Final = 0
FEWER: Final = 1
HELD: Final = 2


def suppressed(counts: Counts, least: int) -> Counts | None:
    """Return what is shown of each count of a town's parts.

    Parameters
    ----------
    counts
        One row a part, one column a kind of count, none negative, no row all zero. Sums of columns are public, and
        that every part holds something.
    least
        Smallest count that is shown, at least 3.

    Returns
    -------
    array or None
        `SHOWN`, `FEWER` (below ``least``) or `HELD` for each count. In a column with `FEWER`, `HELD` counts are not
        small; in a column without, they may be anything. None where no way of hiding keeps the counts from being
        known, so that the town must be shown as one.
    """
    few = counts.sum(axis=1) < least
    codes = np.column_stack([_column(values, few, least) for values in counts.T])
    vague = (codes == HELD).any(axis=0) & ~(codes == FEWER).any(axis=0)
    nothing = np.where(codes == SHOWN, counts == 0, vague | (codes == FEWER))
    for at in np.flatnonzero(vague):
        hidden = codes[:, at] == HELD
        alone = np.delete(nothing, at, axis=1).all(axis=1)  # parts that must hold something in this column
        if hidden.sum() < 2 or counts[hidden, at].sum() <= (alone & hidden).sum():
            return None
    return codes


def _column(values: Counts, few: Flags, least: int) -> Counts:
    """Return the codes of one column: small counts by name and others with them, or a column that says nothing."""
    small = few | (values > 0) & (values < least)
    if not values.any() or not small.any():
        return np.full(len(values), SHOWN)
    held = np.zeros(len(values), dtype=bool)
    while (lack := least - 1 - int((values[held] - least).sum())) > 0:
        free = np.flatnonzero(~held & (values >= least))
        if not len(free):
            return _vague(values, small)
        enough = free[values[free] - least >= lack]
        held[enough[np.argmin(values[enough])] if len(enough) else free[np.argmax(values[free])]] = True
    return np.where(small, FEWER, np.where(held, HELD, SHOWN)).astype(np.int64)


def _vague(values: Counts, small: Flags) -> Counts:
    """Return a column where nothing is said of what is there or small, nor of as many parts where nothing is."""
    hidden = (values > 0) | small
    hidden[np.flatnonzero(~hidden)[: max(1, int(hidden.sum()))]] = True
    return np.where(hidden, HELD, SHOWN).astype(np.int64)
