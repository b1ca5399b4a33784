"""What is wrong with areas that the planner has drawn, before any figure is put together for them."""

from collections.abc import Iterator
from typing import Final

import pandas as pd

from layers import PlanError
from layers.state_codes import states

_KINDS: Final = {5: "counties", 10: "county subdivisions", 11: "tracts"}
_TAKEN: Final = r"(US|CBSA[0-9]+|CZ[0-9]+)"


def refuse_faults(table: pd.DataFrame) -> None:
    """Refuse drawn areas whose figures would be those of others, or would count residents twice.

    Parameters
    ----------
    table
        Layer `drawn_areas`.

    Raises
    ------
    PlanError
        With all areas that have the code of the nation or a labor market, several names, parts of several kinds, or
        parts in no state.
    """
    faults = [fault for code, rows in table.groupby("area_geoid") for fault in _faults(str(code), rows)]
    if faults:
        raise PlanError("layer 'drawn_areas'", faults)


def _faults(code: str, rows: pd.DataFrame) -> Iterator[str]:
    if pd.Series([code]).str.fullmatch(_TAKEN).any():
        yield f"area '{code}' has a code of the nation or of a labor market; give it another"
    names = sorted(rows["area"].unique())
    if len(names) > 1:
        yield f"area '{code}' has {len(names)} names ('{names[0]}', '{names[1]}'); give it one"
    kinds = [kind for size, kind in _KINDS.items() if (rows["member_geoid"].str.len() == size).any()]
    if len(kinds) > 1:
        yield f"area '{code}' is made of {' and '.join(kinds)}, which may count residents twice; use one kind"
    lost = [member for member in sorted(rows["member_geoid"]) if member[:2] not in states()]
    if lost:
        yield f"area '{code}' has {len(lost)} parts in no state (first: '{lost[0]}'); correct the codes"
