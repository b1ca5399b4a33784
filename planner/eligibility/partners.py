"""Whether a consortium has the members that a programme asks for, and whether its work fits a list of focus areas."""

import datetime as dt
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

import pandas as pd

from layers import PlanError
from planner.programmes.measures import Focuses, focus_lists
from planner.programmes.rule import Partner, Programme
from planner.tables import checked, nothing

_ALIKE: Final = 0.75


def complete(programme: Programme, day: dt.date, members: pd.DataFrame, *, distinct: bool = False) -> pd.DataFrame:
    """Return which members a consortium must have, has and lacks.

    Parameters
    ----------
    programme, day
        Whose requirements of partners, as they hold on the day.
    members
        Columns `member` and `type`, a row for each type that a member is of, such as layer `consortium_members`. Rows
        of other programmes are passed over where there is a column `programme`.
    distinct
        Whether each member may stand for one requirement only. By default a member of several types counts for each
        requirement that names one of them: most laws ask for a member of every type, not for as many members.

    Returns
    -------
    pandas.DataFrame
        Table `consortium_check`, in the order of the rule file; empty where nothing is asked for.

    Raises
    ------
    PlanError
        Where `members` lacks columns.

    Notes
    -----
    Distinct members are assigned by augmenting paths (Kuhn 1955), earlier requirements first, so that as many places
    as possible are filled.
    """
    lost = [name for name in ("member", "type") if name not in members]
    if lost:
        raise PlanError("consortium", [f"members lack the columns {', '.join(lost)}; add them"])
    mine = members[members["programme"] == programme.name] if "programme" in members else members
    held = [each for each in programme.partners if each.holds(day)]
    of_type = [sorted(set(mine.loc[mine["type"].isin(each.types), "member"])) for each in held]
    if distinct:
        of_type = _assigned(held, of_type)
    rows = [
        _row(programme, number, each, found) for number, (each, found) in enumerate(zip(held, of_type, strict=True))
    ]
    if not rows:
        return nothing("consortium_check")
    return checked("consortium_check", pd.DataFrame(rows).assign(distinct=distinct))


def is_complete(table: pd.DataFrame) -> bool:
    """Return whether all that table `consortium_check` requires is there."""
    return bool((table.loc[table["role"] == "required", "verdict"] == "met").all())


def _row(programme: Programme, number: int, each: Partner, found: Sequence[str]) -> dict[str, object]:
    return {
        "programme": programme.name, "requirement": number + 1, "role": each.role, "types": " or ".join(each.types),
        "least": each.least, "have": len(found), "members": "; ".join(found) or None,
        "verdict": "met" if len(found) >= each.least else "not met", "citation": each.citation, "note": each.note,
    }  # fmt: skip


def _assigned(held: Sequence[Partner], of_type: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return members by requirement so that no member stands for two; required ones first, at most as many as asked."""
    order = sorted(range(len(held)), key=lambda number: held[number].role != "required")
    slots = [number for number in order for _ in range(held[number].least)]
    holder: dict[str, int] = {}

    def fill(slot: int, tried: set[str]) -> bool:
        for member in of_type[slots[slot]]:
            if member not in tried:
                tried.add(member)
                if member not in holder or fill(holder[member], tried):
                    holder[member] = slot
                    return True
        return False

    for slot in range(len(slots)):
        fill(slot, set())
    return [sorted(name for name, slot in holder.items() if slots[slot] == number) for number in range(len(held))]


def fits(programme: Programme, day: dt.date, areas: Sequence[str]) -> pd.DataFrame:
    """Return whether fields of work are on the lists of focus areas that hold for a programme on a day.

    Returns
    -------
    pandas.DataFrame
        Table `focus_fit`: a row for each field and list; empty where no list holds. Case does not matter. A field that
        is not on the list may still be a technology that the agency adds: the verdict is about the list alone.
    """
    lists = [
        (focus.list, found) for focus in programme.focus if focus.holds(day) and (found := _list_on(focus.list, day))
    ]
    rows = [_fit(programme, area, name, listed) for area in dict.fromkeys(areas) for name, listed in lists]
    return checked("focus_fit", pd.DataFrame(rows)) if rows else nothing("focus_fit")


def _list_on(name: str, day: dt.date) -> Focuses | None:
    return next((each for each in reversed(focus_lists()[name]) if each.holds(day)), None)


def _fit(programme: Programme, area: str, name: str, listed: Focuses) -> dict[str, object]:
    known = {each.casefold(): each for each in listed.areas}
    on_list = area.strip().casefold() in known
    near = get_close_matches(area.strip().casefold(), known, n=1, cutoff=_ALIKE)
    return {
        "programme": programme.name, "area": area, "list": name, "verdict": "on the list" if on_list else "not on the list",
        "nearest": None if on_list or not near else known[near[0]], "list_from": pd.Timestamp(listed.since) if listed.since > dt.date.min else None,
        "citation": listed.citation, "note": listed.note,
    }  # fmt: skip
