"""A choice as tables, with the reason for each town."""

from typing import Final

import numpy as np
import pandas as pd

from planner.choice._milp import Flags
from planner.choice._options import Options, options_of
from planner.choice._rules import Problem, allowed
from planner.choice.entry import ChoiceEntry
from planner.tables import checked
from planner.words import percent

_TAKEN: Final = ["option_id", "model", "technology", "fill", "basis"]
_MONEY: Final = ["capital_low_usd", "capital_central_usd", "capital_high_usd", "public_usd", "provider_usd"]
_REACHED: Final = ["served_after", "share_after", "meets_target"]


def cheapest(table: pd.DataFrame) -> pd.DataFrame:
    """Return each town's least-cost option that reaches the target, without regard to other towns."""
    options = options_of(table)
    reach = options.table["meets_target"].to_numpy(bool)
    pick = options.table.assign(public=options.public)[reach & ~_met(options)[options.town]]
    first = pick.sort_values(["town_geoid", "public", "option_id"]).drop_duplicates("town_geoid")
    chosen = np.isin(np.arange(len(options.table)), first.index.to_numpy())
    count = np.bincount(options.town[reach], minlength=len(options.towns))
    reason = np.select(
        [_met(options), count == 0], ["meets the target today", "no option reaches the target"], _least(count)
    )
    return checked("chosen_projects", _rows(options, chosen).assign(reason=reason))


def chosen_projects(asked: Problem, chosen: Flags, settings: ChoiceEntry) -> pd.DataFrame:
    """Return table `chosen_projects`."""
    table = _rows(asked.options, chosen)
    reason = np.where(table["option_id"].notna(), _why(asked, chosen, settings), _why_none(asked, settings))
    return checked("chosen_projects", table.assign(reason=reason))


def _met(options: Options) -> Flags:
    return options.towns["met_before"].to_numpy(bool)


def _rows(options: Options, chosen: Flags) -> pd.DataFrame:
    """Return a row a town: its option, or its service of today."""
    columns = ["town_geoid", *_TAKEN, *_REACHED, *_MONEY]
    table = options.towns.merge(options.table.loc[chosen, columns], on="town_geoid", how="left")
    none = table["option_id"].isna()
    share = table["served_before"].astype("Float64") / table["premises"].astype("Float64").where(table["premises"] > 0)
    table["served_after"] = table["served_after"].astype("Int64").mask(none, table["served_before"].astype("Int64"))
    table["share_after"] = table["share_after"].mask(none, share.astype("float64"))
    table["meets_target"] = np.where(none, table["met_before"], table["meets_target"].eq(other=True))
    table[_MONEY] = table[_MONEY].mask(none, 0.0)
    return table.assign(origin="modelled")


def _least(count: np.ndarray) -> np.ndarray:
    words = [f"least cost of {each} options that reach the target" for each in count]
    return np.where(count == 1, "the only option that reaches the target", words)


def _counted(options: Options, which: Flags) -> np.ndarray:
    return np.bincount(options.town[which], minlength=len(options.towns))


def _why(asked: Problem, chosen: Flags, settings: ChoiceEntry) -> np.ndarray:
    """Say why each town has its option; towns without one get any words."""
    options = asked.options
    reach = asked.open & options.table["meets_target"].to_numpy(bool)
    count = _counted(options, reach)
    least = np.full(len(options.towns), np.iinfo(np.int64).max)
    np.minimum.at(least, options.town[reach], options.public[reach])
    cheap = np.zeros(len(options.towns), np.int64)  # premises that the cheapest ones serve more
    at_least = reach & (options.public == least[options.town])
    np.maximum.at(cheap, options.town[at_least], options.gain[at_least])
    cost, gain = np.zeros(len(options.towns), np.int64), np.zeros(len(options.towns), np.int64)
    cost[options.town[chosen]], gain[options.town[chosen]] = options.public[chosen], options.gain[chosen]
    shared = _counted(options, chosen & options.table["shared"].to_numpy(bool)) > 0
    meets = _counted(options, chosen & options.table["meets_target"].to_numpy(bool)) > 0
    dearer = [f"; another of {each} options that do costs less" for each in count]
    floor = f"needed for the floor of {percent(settings.floor_share)}" if settings.floor_share is not None else ""
    return np.select(
        [asked.decided, meets & (cost == least), meets & shared, meets & (gain > cheap), meets, asked.must],
        [
            "decided", _least(count), np.char.add("reaches the target together with a neighbour", dearer),
            np.char.add("reaches the target and serves more", dearer),
            "reaches the target; what costs less needs a neighbour that shares", floor,
        ],
        "serves more premises, below the target",
    )  # fmt: skip


def _why_none(asked: Problem, settings: ChoiceEntry) -> np.ndarray:
    """Say why each town has no option; towns with one get any words."""
    options = asked.options
    meets = options.table["meets_target"].to_numpy(bool)
    more = _counted(options, asked.open & (options.gain > 0)) > 0
    use = options.gain > 0 if settings.objective == "premises" else meets
    any_use = _counted(options, use) > 0
    may_use = _counted(options, use & allowed(options, settings)) > 0
    open_use = more if settings.objective == "premises" else _counted(options, asked.open & meets) > 0
    nothing = "no option serves more" if settings.objective == "premises" else "no option reaches the target"
    left = "left out for what its neighbours take" if settings.budget_usd is None else "outside the budget"
    return np.select(
        [asked.decided, _met(options), ~any_use, ~may_use, ~open_use],
        [
            "decided: no project",
            "meets the target today",
            nothing,
            f"{nothing} among the models and speeds that may be chosen",
            "no neighbour shares its network",
        ],
        left,
    )


def totals(asked: Problem, chosen: Flags, table: pd.DataFrame, settings: ChoiceEntry, *, proven: bool) -> pd.DataFrame:
    """Return table `choice_totals`."""
    options = asked.options
    picked = options.table[chosen]
    unknown = int(options.towns["served_before"].isna().sum())
    unpriced = int(picked["provider_usd"].isna().sum())
    premises, after = int(options.towns["premises"].sum()), int(table["served_after"].fillna(0).sum())
    before = int(options.towns["served_before"].fillna(0).sum())
    today = f"{unknown} towns whose present service is not known count as unserved" if unknown else None
    ends = "sum of the towns' ends: all towns at once, which is wider than a band of the sum"
    rows: list[tuple[str, float, str, str | None]] = [
        ("towns", len(table), "towns", "towns with options"),
        ("towns with a project", len(picked), "towns", None),
        ("towns that meet the target today", int(_met(options).sum()), "towns", None),
        ("towns that meet the target", int(table["meets_target"].sum()), "towns", None),
        ("premises", premises, "premises", None),
        ("premises served today", before, "premises", today),
        ("premises served", after, "premises", today),
        ("share served", after / premises if premises else np.nan, "share", today),
        ("capital, low", picked["capital_low_usd"].sum(), "usd", ends),
        ("capital, central", picked["capital_central_usd"].sum(), "usd", None),
        ("capital, high", picked["capital_high_usd"].sum(), "usd", ends),
        ("public money", picked["public_usd"].sum(), "usd", "grants and towns"),
        ("provider money", picked["provider_usd"].sum(), "usd", f"not known in {unpriced} towns" if unpriced else None),
    ]
    if settings.budget_usd is not None:
        rows += [
            ("budget", settings.budget_usd, "usd", "public money"),
            ("budget left", settings.budget_usd - picked["public_usd"].sum(), "usd", None),
        ]
    rows += [(f"towns: {model}", int(count), "towns", None) for model, count in picked.groupby("model").size().items()]
    rows.append(("proved best", int(proven), "1 = yes", _proof(settings, proven=proven)))
    frame = pd.DataFrame(rows, columns=["statistic", "value", "unit", "note"])
    frame["value"] = [round(float(value), 2 if unit == "usd" else 6) for _, value, unit, _ in rows]
    return checked("choice_totals", frame)


def _proof(settings: ChoiceEntry, *, proven: bool) -> str:
    what = {
        "least cost": "no choice brings more towns to the target, and none that brings as many costs less public money",
        "premises": "no choice serves more premises, and none that serves as many costs less public money",
        "towns": "no choice brings more towns to the target, and none that brings as many serves more premises",
        "value": "no choice brings towns of more value to the target",
    }[settings.objective]
    return what if proven else f"the search ended after {settings.seconds:g} seconds; another choice may be better"
