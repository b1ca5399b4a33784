"""Cells as agencies print them -> numbers; what is withheld or has no value becomes empty, never a number."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.adapt._file import Published

_NONE: Final = {
    "", "-", "--", ".", "n.a.", "n", "na", "n/a", "nan", "null", "none", "(n)", "(x)", "x", "(na)", "(d)", "(l)", "(nm)",
    "*", "**", "***", "#", "u", "s",
}  # fmt: skip
_CONTROLLED: Final = "*****"
_JAMMED: Final = -200_000_000.0  # the Census codes are -222222222 to -999999999; no estimate or margin is so low
_CONTROLLED_CODE: Final = -555_555_555.0
_OPEN_ENDED: Final = r"[0-9][0-9,.]*[+-]"

Floats = npt.NDArray[np.float64]


def numbers(file: Published, cells: pd.Series, what: str) -> Floats:
    """Return cells as numbers; NaN for marks of what is withheld, coded values and open intervals such as ``250,000+``.

    Raises
    ------
    LayerError
        Where a cell is neither a number nor a known mark.
    """
    words = cells.fillna("").astype("str").str.strip().str.replace("[,±]|^[+]/-", "", regex=True).str.strip()
    none = words.str.lower().isin(_NONE) | words.str.fullmatch(_OPEN_ENDED) | (words == _CONTROLLED)
    found = pd.to_numeric(words.mask(none), errors="coerce").to_numpy(np.float64, na_value=np.nan)
    odd = np.flatnonzero(~none.to_numpy(bool) & ~np.isfinite(found))
    if len(odd):
        cell = str(cells.iloc[odd[0]])[:40]
        raise file.fault(
            f"column '{what}' holds '{cell}' (row {odd[0] + 1}), which is neither a number nor a known mark"
        )
    return np.where(found < _JAMMED, np.nan, found)


def margins(file: Published, cells: pd.Series, what: str) -> Floats:
    """Return margins of error as `numbers` does; 0 where the estimate is controlled (``*****``, -555555555)."""
    words = cells.fillna("").astype("str").str.strip()
    controlled = (words == _CONTROLLED) | (pd.to_numeric(words, errors="coerce") == _CONTROLLED_CODE)
    return np.where(controlled.to_numpy(bool), 0.0, numbers(file, words.mask(controlled, ""), what))
