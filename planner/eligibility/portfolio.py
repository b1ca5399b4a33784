"""All that one place can apply for: its own verdicts and those of its county, labor market and state, in one table."""

from collections.abc import Iterable
from typing import Any, Final

import pandas as pd

from layers import PlanError
from layers.errors import suggestion
from planner.eligibility._counties import counties
from planner.programmes import names, programme
from planner.tables import checked

VERDICTS: Final = ("eligible", "borderline", "not known", "not eligible")
STATUSES: Final = ("open", "not known", "not open", "frozen", "expired", "rescinded")
NEAREST: Final = ("community", "tract", "tribal land", "drawn area", "county", "local labor market", "state")
_BY_LENGTH: Final = {10: "community", 11: "tract", 5: "county", 2: "state"}
_ORDER: Final = {"verdict": VERDICTS, "status": STATUSES, "unit": NEAREST}
_KEY: Final = ("unit", "place_id", "programme")


def portfolio(
    eligibility: pd.DataFrame,
    tests: pd.DataFrame,
    place_id: str,
    unit: str | None = None,
    labor_markets: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return what a place can apply for, itself and through the areas that contain it.

    Parameters
    ----------
    eligibility, tests
        Tables `eligibility` and `eligibility_tests`.
    place_id
        Code of the place. County and state are read from the codes of towns, tracts and counties.
    unit
        Kind of place; needed only where two kinds have a place of this code.
    labor_markets
        Layer of that name. Without it the verdicts of the place's labor market are not found.

    Returns
    -------
    pd.DataFrame
        Table `eligibility_portfolio`: eligible first, open before closed, then by programme and nearness of the unit.

    Raises
    ------
    PlanError
        Where neither the place nor an area that contains it has a verdict, or its kind is not clear.
    """
    kind = unit or _kind(eligibility, place_id)
    found = containers([place_id], kind, eligibility, labor_markets).iloc[0]
    mine = eligibility["place_id"] == eligibility["unit"].map(found)
    if not mine.any():
        fault = f"has no {unit or 'place'} with code '{place_id}', and none that contains it"
        near = suggestion(place_id, eligibility["place_id"].unique())
        raise PlanError("table 'eligibility'", [fault + (near if "mean" in near else "; give a code of its place_id")])
    rows = ranked(eligibility[mine])
    known = rows.merge(_open_points(tests), on=list(_KEY), how="left")
    known["to_show"] = [
        _unanswered(str(name), day, shown, tests)
        for name, day, shown in zip(known["programme"], known["day"], known["to_show"], strict=True)
    ]
    return checked("eligibility_portfolio", known)


def ranked(eligibility: pd.DataFrame) -> pd.DataFrame:
    """Return verdicts in the order in which they are read: eligible first, open before closed, by name, near first."""
    keys = {name: eligibility[name].map(list(order).index) for name, order in _ORDER.items()}
    sorting = eligibility.assign(**{f"_{name}": key for name, key in keys.items()})
    order = ["_verdict", "_status", "programme_title", "programme", "_unit", "place_id"]
    return eligibility.loc[sorting.sort_values(order, kind="stable").index].reset_index(drop=True)


def containers(
    ids: Iterable[str], unit: str, eligibility: pd.DataFrame, labor_markets: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return for places of one unit the code of the place of every unit that each is or lies in.

    Parameters
    ----------
    ids
        Codes of the places: ten digits for towns, eleven for tracts, five for counties, two for states.
    unit
        Their kind.
    eligibility
        Table `eligibility`; only labor markets that have verdicts are looked for.
    labor_markets
        Layer of that name. A county's labor market is its metropolitan or micropolitan area, else its commuting zone
        (15 USC 3722b(j)(3)).

    Returns
    -------
    pd.DataFrame
        One row a place, in the given order, and one column a unit; empty text where there is none.
    """
    codes = pd.Series(list(ids), dtype=object)
    nested = unit in _BY_LENGTH.values()
    counties = codes.str[:5] if nested and unit != "state" else pd.Series("", index=codes.index)
    table = pd.DataFrame(dict.fromkeys(NEAREST, ""), index=codes.index, dtype=object)
    table["county"], table["state"] = counties, codes.str[:2] if nested else ""
    markets = _markets(eligibility, labor_markets)
    table["local labor market"] = [markets.get(code, "") for code in counties]
    table[unit] = codes
    return table


def _markets(eligibility: pd.DataFrame, labor_markets: pd.DataFrame | None) -> dict[str, str]:
    """Return the labor market of each county, of those that have verdicts."""
    if labor_markets is None:
        return {}
    known = set(eligibility.loc[eligibility["unit"] == "local labor market", "place_id"])
    return {county: code for county, code in counties({"labor_markets": labor_markets}).market.items() if code in known}


def _kind(eligibility: pd.DataFrame, place_id: str) -> str:
    units = sorted(eligibility.loc[eligibility["place_id"] == place_id, "unit"].unique())
    if len(units) > 1:
        fault = f"has places of {len(units)} kinds with code '{place_id}' ({', '.join(units)}); say which unit is meant"
        raise PlanError("table 'eligibility'", [fault])
    return str(units[0]) if units else _BY_LENGTH.get(len(place_id), "drawn area")


def _open_points(tests: pd.DataFrame) -> pd.DataFrame:
    """Return for each place and programme the tests that it fails, and what its applicant still has to show."""
    place, applicant = tests["role"] == "place", tests["role"] == "applicant"
    parts = {
        "not_met": tests[place & (tests["verdict"] == "not eligible")],
        "to_show": tests[applicant & (tests["verdict"] != "eligible")],
    }
    joined = [_titles(rows).rename(name) for name, rows in parts.items()]
    return pd.concat(joined, axis=1).reset_index() if len(tests) else pd.DataFrame(columns=[*_KEY, *parts], dtype="str")


def _unanswered(name: str, day: pd.Timestamp, shown: Any, tests: pd.DataFrame) -> str | None:
    """Return what an applicant has to show: what the table says, and what nobody has answered yet."""
    said = [] if shown is None or pd.isna(shown) else [str(shown)]
    if name not in names():
        return "; ".join(said) or None
    rules = programme(name)
    answered = set(tests.loc[tests["programme"] == name, "test"])
    left = [
        rules.tests[test].title
        for test in rules.applicant
        if test not in answered and rules.tests[test].holds(day.date())
    ]
    return "; ".join([*said, *left]) or None


def _titles(rows: pd.DataFrame) -> pd.Series:
    in_order = rows.sort_values([*_KEY, "test"], kind="stable")
    return in_order.groupby(list(_KEY))["test_title"].agg("; ".join).astype("str")
