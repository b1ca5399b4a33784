"""Scenarios of one region side by side: figures, differences by town, public cost against premises served."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from layers import PlanError
from layers.errors import suggestion
from planner.last_mile.summary import of_chosen
from planner.plan import plan
from planner.region import load_region, scenarios
from planner.result import Plan
from planner.tables import checked

AS_IT_STANDS = "as it stands"


def plans(
    region_file: Path, names: Sequence[str], tell: Callable[[str], None], engine: str = "duckdb"
) -> dict[str, Plan]:
    """Return the plan of the region file as it stands, and that of each scenario.

    Parameters
    ----------
    region_file
        Path of the region file.
    names
        Scenarios; all of the file's where none is named.
    tell
        Called with the scenario and name of each stage as it begins.
    engine
        Where filings are counted.

    Raises
    ------
    PlanError
        Where the file has no scenario, or none of a name.
    RegionError, LayerError
        As `planner.plan` does.
    """
    there = scenarios(region_file)
    lost = [f"has no scenario '{name}'{suggestion(name, there)}" for name in names if name not in there]
    lost += [
        f"has a scenario named {name!r}, which a comparison cannot show; rename it"
        for name in names or there
        if name in there and (name == AS_IT_STANDS or not name.strip() or not name.isprintable())
    ]
    if not there:
        lost = ["has no scenario to compare with; add a table such as [scenario.cheaper]"]
    if lost:
        raise PlanError(f"region file {region_file}", lost)
    regions = {AS_IT_STANDS: load_region(region_file)}
    regions |= {name: load_region(region_file, name) for name in names or there}
    return {
        name: plan(region, lambda stage, name=name: tell(f"{name}: {stage}"), engine)  # type: ignore[misc]
        for name, region in regions.items()
    }


def compare(made: Mapping[str, Plan]) -> dict[str, pd.DataFrame]:
    """Return the tables that hold plans against the first one.

    Parameters
    ----------
    made
        Plans by name; the first is what the others differ from.

    Returns
    -------
    dict
        Tables ``comparison`` and ``comparison_towns`` and, where projects were chosen, ``comparison_front``.
    """
    tables = {"comparison": _figures(made), "comparison_towns": _towns(made)}
    fronts = [_whole(each).assign(scenario=name) for name, each in made.items() if "pareto" in each.tables]
    if fronts:
        tables["comparison_front"] = checked("comparison_front", pd.concat(fronts, ignore_index=True))
    return tables


def _whole(plan: Plan) -> pd.DataFrame:
    """Return the front over all premises of the region, so that scenarios with other towns can stand beside it."""
    cover = plan.tables["coverage"]
    decided = cover[cover["target"] == plan.region.target.label]
    rest = ~decided["town_geoid"].isin(plan.tables["project_options"]["town_geoid"])
    front = plan.tables["pareto"].copy()
    elsewhere = int(decided.loc[rest, "served"].sum())
    front["premises_served"] += elsewhere
    front["bound"] += elsewhere
    known = plan.tables["project_options"].drop_duplicates("town_geoid")["premises"].sum()
    front["share_served"] = front["premises_served"] / (int(decided.loc[rest, "premises"].sum()) + int(known))
    return front


def _figures(made: Mapping[str, Plan]) -> pd.DataFrame:
    frames = []
    for name, each in made.items():
        rows = [(statistic, unit, value) for (statistic, unit), value in _statistics(each).items()]
        frames.append(pd.DataFrame(rows, columns=["statistic", "unit", "value"]).assign(scenario=name))
    table = pd.concat(frames, ignore_index=True)
    base = frames[0].set_index("statistic")["value"]
    table["difference"] = table["value"] - table["statistic"].map(base)
    return checked("comparison", table)


def _statistics(plan: Plan) -> dict[tuple[str, str], float]:
    """Return a plan's figures by name and unit; a stage that was not asked for has none."""
    cover = plan.tables["coverage"]
    decided = cover[cover["target"] == plan.region.target.label]
    found = {
        ("towns that pass today", "towns"): float((decided["verdict"] == "pass").sum()),
        ("premises served today", "premises"): float(decided["served"].sum()),
    }
    if "chosen_projects" in plan.tables:
        found |= _chosen(plan.tables["chosen_projects"])
    if "funding" in plan.tables and "chosen_projects" in plan.tables:
        paid = of_chosen(plan.tables, "funding").groupby("payer", sort=True)["amount_usd"].sum()
        found |= {(f"paid by {payer}", "usd"): float(amount) for payer, amount in paid.items()}
    if "middle_mile_totals" in plan.tables:
        totals = plan.tables["middle_mile_totals"].set_index("statistic")["value"]
        found[("middle mile, central", "usd")] = float(totals["cost, central"])
    return found


def _chosen(table: pd.DataFrame) -> dict[tuple[str, str], float]:
    built = table[table["option_id"].notna()]
    money = {f"capital, {name}": float(built[f"capital_{name}_usd"].sum()) for name in ("low", "central", "high")}
    return {
        ("towns with a project", "towns"): float(len(built)),
        ("towns that reach the target by it", "towns"): float(built["meets_target"].sum()),
        ("premises served by projects", "premises"): float((built["served_after"] - built["served_before"]).sum()),
        **{(name, "usd"): value for name, value in money.items()},
        ("public cost", "usd"): float(built["public_usd"].sum()),
    }


def _towns(made: Mapping[str, Plan]) -> pd.DataFrame:
    frames = []
    for name, each in made.items():
        cover = each.tables["coverage"]
        table = cover.loc[cover["target"] == each.region.target.label, ["town_geoid", "town", "target", "verdict"]]
        table = table.assign(scenario=name, share_after=table["town_geoid"].map(_share(each)))
        for column in ("model", "public_usd"):
            table[column] = _of_projects(each, column).reindex(table["town_geoid"]).array
        frames.append(table)
    rows = pd.concat(frames, ignore_index=True)
    first = frames[0].set_index("town_geoid")
    rows["share_after_difference"] = rows["share_after"] - rows["town_geoid"].map(first["share_after"])
    money = rows["town_geoid"].map(first["public_usd"]).astype("float64").fillna(0)
    rows["public_difference_usd"] = rows["public_usd"].astype("float64").fillna(0) - money
    model, before = rows["model"].astype("str"), rows["town_geoid"].map(first["model"]).astype("str")
    rows["changed"] = model.fillna("") != before.fillna("")
    return checked("comparison_towns", rows.sort_values(["town_geoid", "scenario"], kind="stable"))


def _of_projects(plan: Plan, column: str) -> pd.Series:
    if "chosen_projects" not in plan.tables:
        return pd.Series(dtype="float64" if column.endswith("_usd") else "str")
    return plan.tables["chosen_projects"].set_index("town_geoid")[column]


def _share(plan: Plan) -> pd.Series:
    """Return the share served after the chosen projects; today's where a town has none."""
    cover = plan.tables["coverage"]
    today = cover[cover["target"] == plan.region.target.label].set_index("town_geoid")["share_served"]
    after = _of_projects(plan, "share_after").astype("float64")
    return after.reindex(today.index).fillna(today)
