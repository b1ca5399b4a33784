"""Commands that hand a plan over: report."""

from pathlib import Path
from typing import Annotated

import typer

from layers import PlanError
from maps.report import report_files, town_code
from planner.check import check
from planner.commands import _show as show
from planner.commands._common import AsJson, Engine, RegionFile, Scenario, print_result, progress
from planner.graph.ahead import compiling_ahead
from planner.plan import plan
from planner.region import Region, load_region
from planner.result import Plan, load_plan, save_files


def report_command(
    region: RegionFile,
    out: Annotated[Path, typer.Option(help="Folder for report.html, report.pdf, report.xlsx and towns/.")] = Path(
        "report"
    ),
    town: Annotated[
        list[str] | None,
        typer.Option(help="Town that gets a report of its own, by name or code; repeat it.", show_default=False),
    ] = None,
    made: Annotated[
        Path | None,
        typer.Option(
            "--plan", help="Folder of a plan that was made already; planned afresh without.", show_default=False
        ),
    ] = None,
    scenario: Scenario = "",
    engine: Engine = "duckdb",
    *,
    all_towns: Annotated[bool, typer.Option("--all-towns", help="A report for every town.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the report that planners hand over: HTML, PDF for print and screen readers, and a workbook.

    Example: townline report region.toml --town Charlemont --out report
    """
    if town and all_towns:
        raise PlanError("--all-towns", ["includes every --town; give one of the two"])
    checked = load_region(region, scenario)
    found = _planned(checked, made, engine, town or [])
    with progress() as tell:
        tell("report")
        towns = list(found.tables["town_results"]["town_geoid"]) if all_towns else town or []
        pages = report_files(found, towns)
    files = save_files({}, out, checked, "", pages)
    if as_json:
        print_result(
            checked, {"town_reports": sum(name.startswith("towns/") for name in pages) // 2}, found.notes, files
        )
    else:
        show.ends(found.notes, files)


def _planned(region: Region, made: Path | None, engine: str, towns: list[str]) -> Plan:
    """Return the plan: the saved one where a folder is given. Towns that are not in it are refused before planning."""
    if made is not None:
        return _known(load_plan(made, region), towns)
    with compiling_ahead(wanted=region.middle_mile is not None), progress() as tell:
        if towns:
            tell("check")
            _known(_towns_only(region), towns)
        return plan(region, tell, engine)


def _known(found: Plan, towns: list[str]) -> Plan:
    for name in towns:
        town_code(found, name)
    return found


def _towns_only(region: Region) -> Plan:
    """Return the towns of a region as a plan without results, to look up names before the work begins."""
    world = check(region)
    return Plan(region, world.layers, {"town_results": world.towns}, (), {})
