"""Commands that plan: demo, plan, coverage, middle mile, last mile, finance, compare, back-test."""

import json
from pathlib import Path
from typing import Annotated

import typer

import maps
from layers import PlanError, data_folder
from planner import compare
from planner.backtest_stage import back_test_of
from planner.check import check
from planner.commands import _show_build as show
from planner.commands._common import (
    AsJson,
    Engine,
    Least,
    Published,
    RegionFile,
    Scenario,
    print_json,
    print_result,
    progress,
    publishing,
)
from planner.commands._stale import stale
from planner.covered import cover
from planner.finance.terms import finance_prices
from planner.graph.ahead import compiling_ahead
from planner.last_mile.summary import figures, finance_figures
from planner.plan import last_mile, middle_mile, plan
from planner.publish import published, published_before, refuse_others
from planner.region import load_region
from planner.siting.summary import figures as siting_figures
from planner.writing import refuse_inputs, save_csvs, save_files, without_inputs

_FIGURES = {"last_mile": figures, "siting": siting_figures}
_FINANCE = ("finance", "finance_opex", "funding", "cash_flow", "finance_risk", "finance_tornado")
_FINANCE_CHARTS = ("charts/cash-flow", "charts/what-matters")


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("townline-demo"),
    *,
    publish: Published = False,
    least: Least = 10,
    as_json: AsJson = False,
) -> None:
    """Plan the sample region: 161 towns of western and central Massachusetts.

    Example: townline demo --out townline-demo
    """
    _plan_and_save(
        data_folder() / "sample" / "region.toml", "", out, publish=publishing(least, publish=publish), as_json=as_json
    )


def plan_command(
    region: RegionFile,
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("townline-plan"),
    scenario: Scenario = "",
    engine: Engine = "duckdb",
    *,
    publish: Published = False,
    least: Least = 10,
    as_json: AsJson = False,
) -> None:
    """Make the whole plan of a region and write tables, GeoPackage and map.

    Example: townline plan region.toml --out results
    """
    _plan_and_save(region, scenario, out, engine, publish=publishing(least, publish=publish), as_json=as_json)


def _plan_and_save(
    region_file: Path, scenario: str, out: Path, engine: str = "duckdb", *, publish: maps.Publish | None, as_json: bool
) -> None:
    region = load_region(region_file, scenario)
    if publish is not None:
        refuse_others(out, published_before(out))
    with compiling_ahead(wanted=region.middle_mile is not None), progress() as tell:
        made = plan(region, tell, engine)
        tell("map and files")
        made = made if publish is None else published(made, publish)
        files = maps.save(made, out)
    named = [str(path) for path in files]
    if as_json:
        found = {name: told for name, each in _FIGURES.items() if (told := each(made.tables))}
        print_json({**made.headline, **found, "notes": list(made.notes), "files": named})
    else:
        show.plan(made, files)


def coverage_command(
    region: RegionFile,
    out: Annotated[Path | None, typer.Option(help="CSV file for the table.", show_default=False)] = None,
    tables: Annotated[
        Path | None,
        typer.Option(help="Folder for all tables: providers, failing locations, counties, change.", show_default=False),
    ] = None,
    scenario: Scenario = "",
    engine: Engine = "duckdb",
    *,
    as_json: AsJson = False,
) -> None:
    """Check who is served, town by town, against the region's targets.

    Example: townline coverage region.toml --out coverage.csv
    """
    checked_region = load_region(region, scenario)
    with progress() as tell:
        tell("check")
        world = check(checked_region)
        tell("coverage")
        found, notes = cover(world, checked_region, engine)
    table = found["coverage"]
    places = {out: table} if out is not None else {}
    earlier: list[Path] = []
    if tables is not None:
        places |= {tables / f"{name}.csv": each for name, each in found.items()}
        earlier = without_inputs(checked_region, [tables / name for name in stale("coverage", tables)])
    refuse_inputs(checked_region, places)
    save_csvs(places, earlier)
    if as_json:
        print_json(
            {
                "region": checked_region.name,
                "towns": json.loads(
                    table.assign(as_of=table["as_of"].dt.strftime("%Y-%m-%d")).to_json(orient="records")
                ),
                "notes": [*world.notes, *notes],
                "files": [str(place) for place in places],
            }
        )
    else:
        show.coverage(found, checked_region, [*world.notes, *notes], places)


def middle_mile_command(
    region: RegionFile,
    out: Annotated[Path, typer.Option(help="Folder for the tables and middle_mile.gpkg.")] = Path("middle-mile"),
    scenario: Scenario = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Design the middle mile: the cheapest network over roads that joins towns and anchors to the backbone.

    Example: townline middle-mile region.toml --out middle-mile
    """
    checked_region = load_region(region, scenario)
    with compiling_ahead(wanted=checked_region.middle_mile is not None), progress() as tell:
        tell("check")
        world = check(checked_region)
        tell("coverage")
        found, notes = cover(world, checked_region)
        tell("middle mile")
        made, said = middle_mile(world, checked_region, found["coverage"])
        notes = (*notes, *said)
    files = save_files(made, out, checked_region, "middle_mile.gpkg", stale=stale("middle-mile", out))
    if as_json:
        totals = made["middle_mile_totals"]
        figures = {"totals": dict(zip(totals["statistic"], totals["value"], strict=True))}
        print_result(checked_region, figures, [*world.notes, *notes], files)
    else:
        show.middle_mile(made, checked_region, [*world.notes, *notes], files)


def last_mile_command(
    region: RegionFile,
    out: Annotated[Path, typer.Option(help="Folder for the tables, last_mile.gpkg and charts.")] = Path("last-mile"),
    scenario: Scenario = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Compare the project models of every town that falls short, choose among them, and say who pays.

    Example: townline last-mile region.toml --out last-mile
    """
    checked_region = load_region(region, scenario)
    with progress() as tell:
        world, made, notes = last_mile(checked_region, tell)
    drawn = maps.charts(made, checked_region)
    files = save_files(made, out, checked_region, "last_mile.gpkg", drawn, stale("last-mile", out))
    if as_json:
        print_result(checked_region, {"last_mile": figures(made)}, [*world.notes, *notes], files)
    else:
        show.last_mile(made, checked_region, [*world.notes, *notes], files)


def finance_command(
    region: RegionFile,
    out: Annotated[Path, typer.Option(help="Folder for the tables and charts.")] = Path("finance"),
    scenario: Scenario = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Say whether a network can live: cash flow, break-even take rate, grant needed, tax impact, risk.

    Example: townline finance region.toml --out finance
    """
    checked_region = load_region(region, scenario)
    finance_prices(checked_region.prices)
    with progress() as tell:
        world, made, notes = last_mile(checked_region, tell)
    if "finance" not in made:
        raise PlanError("finance", ["no town has a network of its own to finance; see townline last-mile"])
    wanted = {name: table for name, table in made.items() if name in _FINANCE}
    drawn = {
        name: chart for name, chart in maps.charts(made, checked_region).items() if name.startswith(_FINANCE_CHARTS)
    }
    files = save_files(wanted, out, checked_region, "", drawn, stale("finance", out))
    if as_json:
        print_result(checked_region, {"finance": finance_figures(made)}, [*world.notes, *notes], files)
    else:
        show.finance(made, checked_region, [*world.notes, *notes], files)


def compare_command(
    region: RegionFile,
    out: Annotated[Path, typer.Option(help="Folder for the tables, map.html and charts.")] = Path("comparison"),
    scenario: Annotated[
        list[str] | None, typer.Option(help="Scenario to compare; repeat it. All where none is named.")
    ] = None,
    engine: Engine = "duckdb",
    *,
    as_json: AsJson = False,
) -> None:
    """Plan each scenario of a region file and show the plans side by side: figures, towns, map, charts.

    Example: townline compare region.toml --scenario faster --out comparison
    """
    with progress() as tell:
        made = compare.plans(region, scenario or [], tell, engine)
        tell("tables and map")
        tables = compare.compare(made)
        stands, *others = made
        page = maps.draw(made[stands], {name: made[name] for name in others}).get_root().render().encode()
        first = made[stands].region
        pages = {"map.html": page, **maps.comparison_charts(tables)}
        files = save_files(tables, out, first, "", pages, stale("compare", out))
    if as_json:
        rows = json.loads(tables["comparison"].to_json(orient="records"))
        print_result(first, {"comparison": rows}, [], files)
    else:
        show.comparison(tables, first, files)


def back_test_command(
    region: RegionFile,
    out: Annotated[Path, typer.Option(help="Folder for the tables.")] = Path("back-test"),
    scenario: Scenario = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Hold predicted costs against published and as-built figures, by town and component.

    Example: townline back-test region.toml --out back-test
    """
    checked_region = load_region(region, scenario)
    with progress() as tell:
        tell("check")
        world = check(checked_region)
        tell("back-test")
        made, said = back_test_of(world, checked_region)
    files = save_files(made, out, checked_region, stale=stale("back-test", out))
    if as_json:
        rows = json.loads(made["back_test"].to_json(orient="records"))
        print_result(checked_region, {"towns": rows, "said": said}, list(world.notes), files)
    else:
        show.back_test(made, said, checked_region, world.notes, files)
