"""Project options of invented towns, and every choice among them counted out."""

from fractions import Fraction
from itertools import product

import pandas as pd

COLUMNS = [
    "town_geoid", "town", "option_id", "model", "technology", "fill", "premises", "served_before", "met_before",
    "served_after", "share_after", "meets_target", "shared", "capital_low_usd", "capital_central_usd",
    "capital_high_usd", "provider_usd", "public_usd", "down_mbps", "up_mbps", "basis",
]  # fmt: skip
TARGET = Fraction(96, 100)


def code(number):
    return f"25011{number:05}"


def option(town, name, premises=100, before=0, after=100, public=1000.0, model="municipal network", **more):
    """One row: a town by its number."""
    row = {
        "town_geoid": code(town), "town": f"Town {town}", "option_id": name, "model": model, "technology": "fibre",
        "fill": None, "premises": premises, "served_before": before, "met_before": before >= TARGET * premises,
        "served_after": after, "share_after": after / premises, "meets_target": after >= TARGET * premises,
        "shared": model == "multi-town network", "capital_low_usd": public, "capital_central_usd": public,
        "capital_high_usd": public, "provider_usd": 0.0, "public_usd": public, "down_mbps": None, "up_mbps": None,
        "basis": "invented",
    }  # fmt: skip
    return row | more


def frame(*rows):
    return pd.DataFrame(rows, columns=[*COLUMNS])


def pairs(*both):
    return pd.DataFrame([(code(a), code(b)) for a, b in both], columns=["town_geoid", "neighbour"])


def count_out(options, neighbours, settings, decided=None, value=None):
    """Return the best key of all choices, and the least public cost without the budget; None where there is none."""
    towns = {key: list(rows.to_dict("records")) for key, rows in options.groupby("town_geoid")}
    links = {frozenset(pair) for pair in neighbours.itertuples(index=False)}
    fixed = {row.town_geoid: row for row in decided.itertuples()} if decided is not None else {}
    kept, least = [], None
    for picks in product(*[[None, *rows] for rows in towns.values()]):
        choice = dict(zip(towns, picks, strict=True))
        if not all(allowed(towns[key][0], pick, settings, fixed.get(key)) for key, pick in choice.items()):
            continue
        sharing = {key for key, pick in choice.items() if pick and pick["shared"]}
        if any(not any(frozenset((key, other)) in links for other in sharing - {key}) for key in sharing):
            continue
        cost = sum(round(pick["public_usd"] * 100) for pick in picks if pick)
        least = cost if least is None else min(least, cost)
        if settings.budget_usd is None or cost <= settings.budget_usd * 100:
            kept.append(key_of(towns, choice, settings, cost, value))
    return (min(kept) if kept else None), least


def allowed(town, pick, settings, decision):
    served = pick["served_after"] if pick else town["served_before"]
    if settings.floor_share is not None and served < settings.floor_share * town["premises"]:
        return False
    if decision is None:
        return True
    if decision.model == "no project":
        return pick is None
    wanted = getattr(decision, "option_id", None)
    return pick is not None and pick["model"] == decision.model and wanted in (None, pick["option_id"])


def key_of(towns, choice, settings, cost, value):
    meets = {key: pick["meets_target"] if pick else towns[key][0]["met_before"] for key, pick in choice.items()}
    served = sum(pick["served_after"] if pick else towns[key][0]["served_before"] for key, pick in choice.items())
    worth = sum(value[key] for key, met in meets.items() if met) if value else 0
    rank = sum(sorted(row["option_id"] for row in towns[key]).index(pick["option_id"]) + 1
               for key, pick in choice.items() if pick)  # fmt: skip
    return {
        "least cost": (-sum(meets.values()), cost, rank),
        "premises": (-served, cost, rank),
        "towns": (-sum(meets.values()), -served, cost, rank),
        "value": (-worth, -served, cost, rank),
    }[settings.objective]
