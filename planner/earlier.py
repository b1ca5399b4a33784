"""Towns on the day of earlier filings, by the rule and target of today: what a map of two years shows."""

from typing import Final

import pandas as pd

from planner.coverage import judge, with_evidence
from planner.result import Plan

NOTE: Final = "Counted over today's locations: one that was not in the earlier filings counts as without an offer."
_JUDGED: Final = ("premises", "served", "unserved", "unknown", "share_served", "needed", "shortfall", "verdict")
_MOVED: Final = ("gained", "lost", "change_share")


def earlier(plan: Plan) -> pd.DataFrame | None:
    """Return each town as it was on the day of the earlier filings.

    Parameters
    ----------
    plan
        A plan with tables ``town_results`` and, from two filings, ``coverage_change``.

    Returns
    -------
    pandas.DataFrame or None
        One row a town of ``town_results``, in its order: town_geoid, town, before (day of the earlier filings), and by
        the deciding target premises, served, unserved, unknown, share_served (in 0 to 1), needed, shortfall and
        verdict of that day, over today's locations; then what has changed since: gained and lost (locations) and
        change_share. A town that the filings do not count is not known and has no counts. None where the plan has no
        earlier filings.
    """
    change = plan.tables.get("coverage_change")
    if change is None or change.empty:
        return None
    target = plan.region.targets[0]
    rows = change[change["target"] == target.label].set_index("town_geoid")
    if rows.empty:
        return None
    counts = rows[["premises", *_MOVED]].assign(served=rows["served_before"], unknown=rows["unknown_before"])
    counts["unserved"] = counts["premises"] - counts["served"] - counts["unknown"]
    places = plan.tables["town_results"][["town_geoid", "town"]].reset_index(drop=True)
    table = judge(with_evidence(places, counts.assign(basis="filings"), ["town_geoid"]), target)
    for name in _MOVED:
        table[name] = table["town_geoid"].map(rows[name]).astype("float64" if name == "change_share" else "Int64")
    return table.assign(before=rows["before"].iloc[0])[["town_geoid", "town", "before", *_JUDGED, *_MOVED]]
