"""Siting in a few sentences and figures."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from planner.words import count, listing, miles, text

_ROLES = ("hub", "satellite", "site")


def figures(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the figures that ``--json`` gives: chosen sites, value, bound and gap."""
    if "chosen_sites" not in tables:
        return {}
    totals = tables["siting_totals"].set_index("statistic")
    told = ["site_id", "site", "role", "hub_id", "demand_places", "demand_share", "mean_m", "score", "conditions_met"]
    rows = pd.DataFrame(by_role(tables["chosen_sites"]))[told].astype("object")
    return {
        "sites": rows.where(rows.notna(), None).to_dict("records"),
        **{
            name: None if pd.isna(value := totals["value"][name]) else float(value)
            for name in ("value", "bound", "gap")
        },
        "unit": str(totals["unit"]["value"]),
        "exact": bool(totals["value"]["exact"] == 1),
        "candidates": int(totals["value"]["candidates"]),
    }


def by_role(chosen: pd.DataFrame) -> pd.DataFrame:
    """Return the chosen sites, hubs first and then by the demand that they serve."""
    rank = chosen["role"].map(_ROLES.index)
    return (
        chosen.assign(rank=rank)
        .sort_values(["rank", "demand_share"], ascending=[True, False], kind="stable")
        .drop(columns="rank")
    )


def answer(tables: Mapping[str, pd.DataFrame]) -> str:
    """Return in one line how many sites are chosen of how many candidates, and how good that is."""
    found = figures(tables)
    roles = [each["role"] for each in found["sites"]]
    sites = listing(
        [f"{roles.count(role)} {role}{'' if roles.count(role) == 1 else 's'}" for role in _ROLES if role in roles]
    )
    best = "no choice is better" if found["exact"] else f"within {found['gap']:.2%} of the best"
    return f"{sites} chosen of {count(found['candidates'])} candidates; {best}"


def sentences(tables: Mapping[str, pd.DataFrame]) -> Iterable[str]:
    """Say which sites are chosen, how far demand is from them, and how good the choice is; nothing where there are none."""
    if "chosen_sites" not in tables:
        return
    totals = tables["siting_totals"].set_index("statistic")["value"]
    named = listing([f"{text(row.site)} ({row.role})" for row in by_role(tables["chosen_sites"]).itertuples()])
    yield f"sites: {answer(tables)}: {named}"
    far = f"demand is {miles(totals['mean distance'])} from its nearest site on average, {miles(totals['longest distance'])} at most"
    yield far
    for row in tables["what_if"].itertuples() if "what_if" in tables else ():
        yield f"what if {text(row.site)} moved to {text(row.instead)}: {text(row.said)}"
