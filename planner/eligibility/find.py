"""Finding a place by its code or name among all places of a region."""

from collections.abc import Mapping

import numpy as np

from layers import PlanError
from layers.errors import suggestion
from planner.eligibility.evidence import Evidence

_MOST_SHOWN = 8


def find(evidence: Mapping[str, Evidence], wanted: str, unit: str = "") -> tuple[str, int]:
    """Return unit and position of the one place with a code or name.

    Parameters
    ----------
    evidence
        Places by unit.
    wanted
        Code (``25013``) or name, in any case; a name may leave out its state.
    unit
        Kind of place, where codes or names repeat among kinds.

    Raises
    ------
    PlanError
        Where no place has it, or several have; they are named.
    """
    if unit and unit not in evidence:
        raise PlanError(f"unit '{unit}'", [f"has no places in this region{suggestion(unit, evidence)}"])
    asked = {unit: evidence[unit]} if unit else evidence
    for matches in (_by_code, _by_name, _by_start):
        found = [(kind, int(at)) for kind, known in asked.items() for at in matches(known, wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise PlanError(f"place '{wanted}'", [f"is not one place: {_shown(asked, found)}; give its code or --unit"])
    names = [str(name) for known in asked.values() for name in known.places["place"]]
    raise PlanError(
        f"place '{wanted}'",
        [f"is not among the places of this region{suggestion(wanted, names) if _near(wanted, names) else ''}"],
    )


def _by_code(known: Evidence, wanted: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.flatnonzero(known.places["place_id"].to_numpy() == wanted)


def _by_name(known: Evidence, wanted: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.flatnonzero(known.places["place"].str.casefold().to_numpy() == wanted.casefold())


def _by_start(known: Evidence, wanted: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.flatnonzero(known.places["place"].str.casefold().str.startswith(wanted.casefold()).to_numpy(bool))


def _near(wanted: str, names: list[str]) -> bool:
    return "did you mean" in suggestion(wanted, names)


def _shown(asked: Mapping[str, Evidence], found: list[tuple[str, int]]) -> str:
    rows = [(kind, asked[kind].places.iloc[at]) for kind, at in found[:_MOST_SHOWN]]
    listed = ", ".join(f"{row['place']} ({kind} {row['place_id']})" for kind, row in rows)
    return listed + (f" and {len(found) - _MOST_SHOWN} more" if len(found) > _MOST_SHOWN else "")
