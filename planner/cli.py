"""The command `townline`: parse, call, print. Nothing imports this module."""

import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console

import maps
from layers import PlanError, TownlineError, data_folder, declarations, declared, filings
from layers.adapt import Period, adapt, shapes
from planner import _screening, _show, _show_eligibility, compare
from planner.backtest_stage import back_test_of
from planner.check import check
from planner.clusters.door import measure_file
from planner.clusters.stage import clusters
from planner.covered import cover
from planner.eligibility.around import redrawn
from planner.eligibility.explain import memo
from planner.eligibility.funds import consortium, money_table, stacked
from planner.eligibility.partners import fits
from planner.finance.terms import finance_prices
from planner.graph.ahead import compiling_ahead
from planner.last_mile.summary import figures, finance_figures
from planner.plan import last_mile, middle_mile, plan
from planner.programmes import programme
from planner.region import Region, load_region
from planner.result import refuse_inputs, save_csv, save_geopackage, write_bytes

app = typer.Typer(
    name="townline",
    help="Plan broadband and innovation clusters for a region: layers in; decisions, maps and tables out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)

RegionFile = Annotated[Path, typer.Argument(help="Region file (TOML); 'townline init' writes one.", show_default=False)]
Scenario = Annotated[str, typer.Option(help="Name of a [scenario.NAME] table of the region file.")]
Engine = Annotated[
    str, typer.Option(help="Where filings are counted: duckdb, or spark (master in SPARK_MASTER) for a cluster.")
]
RegionHere = Annotated[Path, typer.Option("--region", help="Region file (TOML).")]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"], help="Day of rules and data; the region's where none is named.", show_default=False
    ),
]
PlaceName = Annotated[str, typer.Argument(help="Code or name of the place.", show_default=False)]
UnitName = Annotated[str, typer.Option(help="Kind of place, where a name means several: county, community, ...")]
_FLAGS = ("strong", "strong10", "qualifying", "significant")
_FINANCE = ("finance", "finance_opex", "funding", "cash_flow", "finance_risk", "finance_tornado")
_FINANCE_CHARTS = ("charts/cash-flow", "charts/what-matters")
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]


def main() -> None:
    """Run the command; a fault that the user can mend prints one message and exits with status 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a sign that the terminal cannot show must not end the run
    try:
        app()
    except TownlineError as error:
        _show.fault(error)
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        sys.exit(f"error: {error.strerror or error}")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("townline-demo"),
    *,
    as_json: AsJson = False,
) -> None:
    """Plan the sample region: 161 towns of western and central Massachusetts.

    Example: townline demo --out townline-demo
    """
    _plan_and_save(data_folder() / "sample" / "region.toml", "", out, as_json=as_json)


@app.command("plan")
def plan_command(
    region: RegionFile,
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("townline-plan"),
    scenario: Scenario = "",
    engine: Engine = "duckdb",
    *,
    as_json: AsJson = False,
) -> None:
    """Make the whole plan of a region and write tables, GeoPackage and map.

    Example: townline plan region.toml --out results
    """
    _plan_and_save(region, scenario, out, engine, as_json=as_json)


def _plan_and_save(region_file: Path, scenario: str, out: Path, engine: str = "duckdb", *, as_json: bool) -> None:
    region = load_region(region_file, scenario)
    with compiling_ahead(wanted=region.middle_mile is not None), _progress() as tell:
        made = plan(region, tell, engine)
        tell("map and files")
        files = maps.save(made, out)
    named = [str(path) for path in files]
    if as_json:
        found = {"last_mile": figures(made.tables)} if "chosen_projects" in made.tables else {}
        _print_json({**made.headline, **found, "notes": list(made.notes), "files": named})
    else:
        _show.plan(made, files)


@app.command("coverage")
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
    with _progress() as tell:
        tell("check")
        world = check(checked_region)
        tell("coverage")
        found, notes = cover(world, checked_region, engine)
    table = found["coverage"]
    places = {out: table} if out is not None else {}
    if tables is not None:
        places |= {tables / f"{name}.csv": each for name, each in found.items()}
    refuse_inputs(checked_region, places)
    for place, each in places.items():
        save_csv(each, place)
    if as_json:
        _print_json(
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
        _show.coverage(found, checked_region, [*world.notes, *notes], places)


@app.command("middle-mile")
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
    with compiling_ahead(wanted=checked_region.middle_mile is not None), _progress() as tell:
        tell("check")
        world = check(checked_region)
        tell("coverage")
        found, notes = cover(world, checked_region)
        tell("middle mile")
        made, said = middle_mile(world, checked_region, found["coverage"])
        notes = (*notes, *said)
    files = _write(made, out, "middle_mile.gpkg", checked_region)
    if as_json:
        totals = made["middle_mile_totals"]
        figures = {"totals": dict(zip(totals["statistic"], totals["value"], strict=True))}
        _print_result(checked_region, figures, [*world.notes, *notes], files)
    else:
        _show.middle_mile(made, checked_region, [*world.notes, *notes], files)


@app.command("last-mile")
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
    with _progress() as tell:
        world, made, notes = last_mile(checked_region, tell)
    files = _write(made, out, "last_mile.gpkg", checked_region, maps.charts(made, checked_region))
    if as_json:
        _print_result(checked_region, {"last_mile": figures(made)}, [*world.notes, *notes], files)
    else:
        _show.last_mile(made, checked_region, [*world.notes, *notes], files)


@app.command("finance")
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
    with _progress() as tell:
        world, made, notes = last_mile(checked_region, tell)
    if "finance" not in made:
        raise PlanError("finance", ["no town has a network of its own to finance; see townline last-mile"])
    wanted = {name: table for name, table in made.items() if name in _FINANCE}
    drawn = {
        name: chart for name, chart in maps.charts(made, checked_region).items() if name.startswith(_FINANCE_CHARTS)
    }
    files = _write(wanted, out, None, checked_region, drawn)
    if as_json:
        _print_result(checked_region, {"finance": finance_figures(made)}, [*world.notes, *notes], files)
    else:
        _show.finance(made, checked_region, [*world.notes, *notes], files)


@app.command("compare")
def compare_command(
    region: RegionFile,
    out: Annotated[Path, typer.Option(help="Folder for the tables and charts.")] = Path("comparison"),
    scenario: Annotated[
        list[str] | None, typer.Option(help="Scenario to compare; repeat it. All where none is named.")
    ] = None,
    engine: Engine = "duckdb",
    *,
    as_json: AsJson = False,
) -> None:
    """Plan each scenario of a region file and show the plans side by side: figures, towns, charts.

    Example: townline compare region.toml --scenario faster --out comparison
    """
    with _progress() as tell:
        made = compare.plans(region, scenario or [], tell, engine)
    tables = compare.compare(made)
    first = next(iter(made.values())).region
    files = _write(tables, out, None, first, maps.comparison_charts(tables))
    if as_json:
        rows = json.loads(tables["comparison"].to_json(orient="records"))
        _print_result(first, {"comparison": rows}, [], files)
    else:
        _show.comparison(tables, first, files)


@app.command("back-test")
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
    with _progress() as tell:
        tell("check")
        world = check(checked_region)
        tell("back-test")
        made, said = back_test_of(world, checked_region)
    files = _write(made, out, None, checked_region)
    if as_json:
        rows = json.loads(made["back_test"].to_json(orient="records"))
        _print_result(checked_region, {"towns": rows, "said": said}, list(world.notes), files)
    else:
        _show.back_test(made, said, checked_region, world.notes, files)


@app.command("eligibility")
def eligibility_command(
    region: Annotated[Path, typer.Argument(help="Region file (TOML).")] = Path("region.toml"),
    out: Annotated[Path, typer.Option(help="Folder for the tables and eligibility.html.")] = Path("eligibility"),
    as_of: AsOf = None,
    changes: Annotated[
        tuple[datetime, datetime] | None,
        typer.Option(formats=["%Y-%m-%d"], help="Two days: what changed between them, and why.", show_default=False),
    ] = None,
    scenario: Scenario = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Say what each place can apply for on a day, under which paragraph, by what margin; or what changed.

    Example: townline eligibility region.toml --as-of 2026-11-22 --out eligibility
    """
    asked = _screening.on_day(region, scenario, as_of.date() if as_of else None)
    if changes is not None:
        _changes(asked, changes, out, as_json=as_json)
        return
    with _progress() as tell:
        told = _screening.tell(asked, tell)
        tell("tables and map")
        made = told.tables()
        files = _write(made, out, None, asked)
        drawn, said = maps.save_eligibility(asked, told.world.layers, made, out)
    notes = [*told.world.notes, *said, *told.notes]
    if as_json:
        counts = (
            made["eligibility"].groupby(["unit", "programme", "status", "verdict"]).size().reset_index(name="places")
        )
        found = {"day": str(told.screening.day), "verdicts": json.loads(counts.to_json(orient="records"))}
        _print_result(asked, found, notes, [*files, *drawn])
    else:
        _show_eligibility.screening(told.title, made["eligibility"], notes, [*files, *drawn])


def _changes(region: Region, days: tuple[datetime, datetime], out: Path, *, as_json: bool) -> None:
    first, last = (day.date() for day in days)
    with _progress() as tell:
        made = _screening.changes_of(region, first, last, tell)
    files = _write(made, out, None, region)
    table = made["eligibility_changes"]
    if as_json:
        _print_result(
            region,
            {"changes": json.loads(table.assign(day=table["day"].astype("str")).to_json(orient="records"))},
            [],
            files,
        )
    else:
        _show_eligibility.changes(f"{region.name}, {first} to {last}", table, files)


@app.command("clusters")
def clusters_command(
    file: Annotated[
        Path,
        typer.Argument(help="Table of employment by area and cluster, or a region file (TOML).", show_default=False),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the tables.")] = Path("clusters"),
    scenario: Scenario = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Measure clusters as the federal cluster map does: location quotients, strength flags, diversity, readiness.

    Example: townline clusters employment_by_cluster.csv --out clusters
    """
    if file.suffix.lower() != ".toml":
        strength = measure_file(file)
        place = out / "cluster_strength.csv"
        if place.resolve() == file.resolve():
            raise PlanError(f"file {place}", ["is the file to be measured; choose another --out"])
        save_csv(strength, place)
        _clusters(strength, file.name, {}, [place], as_json=as_json)
        return
    region = load_region(file, scenario)
    with _progress() as tell:
        tell("check")
        world = check(region)
        tell("clusters")
        made, notes = clusters(world, region, {})
    files = _write(made, out, None, region)
    _clusters(made["cluster_strength"], region.name, {"notes": [*world.notes, *notes]}, files, as_json=as_json)


def _clusters(
    strength: pd.DataFrame, name: str, said: Mapping[str, list[str]], files: Sequence[Path], *, as_json: bool
) -> None:
    counts = {flag: int(strength[flag].fillna(value=False).sum()) for flag in _FLAGS}
    notes = said.get("notes", [])
    if as_json:
        _print_json(
            {"table": name, "rows": len(strength), **counts, "notes": notes, "files": [str(path) for path in files]}
        )
        return
    words = ", ".join(f"{count:,} {flag.replace('_', ' ')}" for flag, count in counts.items())
    _show.line(f"{name}: {len(strength):,} rows; {words}")
    for note in notes:
        _show.line(f"note: {note}")
    for path in files:
        _show.line(f"wrote {path}")


@app.command("explain")
def explain_command(
    place: PlaceName,
    name: Annotated[str, typer.Argument(metavar="PROGRAMME", help="See 'townline programmes'.", show_default=False)],
    region: RegionHere = Path("region.toml"),
    as_of: AsOf = None,
    unit: UnitName = "",
    out: Annotated[Path | None, typer.Option(help="Text file for the memorandum.", show_default=False)] = None,
    scenario: Scenario = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Print the reasoning behind one verdict like a lawyer's memorandum, with figures and citations.

    Example: townline explain "Hampden County" eda-distress --region region.toml
    """
    asked = _screening.on_day(region, scenario, as_of.date() if as_of else None, name)
    with _progress() as tell:
        told = _screening.tell(asked, tell)
    kind, position = told.place(place, unit)
    told.result(name, kind)
    text = memo(told.screening, name, kind, position)
    if out is not None:
        refuse_inputs(asked, [out])
        write_bytes(out, text.encode())
    if as_json:
        _print_result(
            asked, {"place": told.name(kind, position), "programme": name, "memo": text}, [], [out] if out else []
        )
    else:
        for each in text.splitlines():
            _show.line(each)


@app.command("portfolio")
def portfolio_command(
    place: PlaceName,
    region: RegionHere = Path("region.toml"),
    as_of: AsOf = None,
    unit: UnitName = "",
    focus: Annotated[
        list[str] | None, typer.Option(help="Field of work to hold against focus areas; repeat it.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the tables.")] = Path("portfolio"),
    scenario: Scenario = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Show all that a place can apply for: verdicts, shares, awards, and who can pay for its projects.

    Layers project_costs and consortium_members of the region file add stacked grants and members to find.

    Example: townline portfolio Springfield --region region.toml --focus "advanced materials science"
    """
    asked = _screening.on_day(region, scenario, as_of.date() if as_of else None)
    with _progress() as tell:
        told = _screening.tell(asked, tell)
    kind, position = told.place(place, unit)
    made = {
        "eligibility_portfolio": told.portfolio(kind, position),
        "programme_money": money_table(told.screening, kind, position),
    }
    notes: list[str] = []
    costs, members = told.world.get("project_costs"), told.world.get("consortium_members")
    if costs is not None:
        paid = stacked(told.screening, kind, position, costs, ("open", "frozen", "not known"))
        made["stacked_money"] = paid.table
        notes += [
            f"grants for the projects: {paid.grants_usd:,.0f} USD at most{'' if paid.proven else ', not proved'}",
            *paid.notes,
        ]
    if members is not None:
        made["consortium_check"] = consortium(told.screening, members)
    if focus:
        parts = [
            fits(each, told.screening.day, focus)
            for each in {found.programme.name: found.programme for found in told.screening.screened.values()}.values()
        ]
        made["focus_fit"] = pd.concat(parts, ignore_index=True)
    files = _write(made, out, None, asked)
    if as_json:
        rows = {key: json.loads(table.to_json(orient="records", date_format="iso")) for key, table in made.items()}
        _print_result(asked, {"place": told.name(kind, position), **rows}, notes, files)
    else:
        _show_eligibility.portfolio(f"{told.name(kind, position)}: {told.title}", made, notes, files)


@app.command("redraw")
def redraw_command(
    place: PlaceName,
    name: Annotated[str, typer.Argument(metavar="PROGRAMME", help="See 'townline programmes'.", show_default=False)],
    region: RegionHere = Path("region.toml"),
    as_of: AsOf = None,
    unit: UnitName = "",
    out: Annotated[Path, typer.Option(help="Folder for the table.")] = Path("redrawn"),
    scenario: Scenario = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Find the smallest group of neighbouring counties or towns with a place that would qualify.

    Example: townline redraw Franklin eda-distress --region region.toml --unit county
    """
    asked = _screening.on_day(region, scenario, as_of.date() if as_of else None, name)
    with _progress() as tell:
        told = _screening.tell(asked, tell)
        kind, position = told.place(place, unit)
        tell("redraw")
        made = {"redrawn": redrawn(told.world.layers, told.screening, name, kind, position)}
    files = _write(made, out, None, asked)
    if as_json:
        _print_result(
            asked,
            {"place": told.name(kind, position), "redrawn": json.loads(made["redrawn"].to_json(orient="records"))},
            [],
            files,
        )
    else:
        _show_eligibility.redrawn(
            f"{told.name(kind, position)}: {programme(name).title}",
            made["redrawn"],
            told.screening.evidence[kind].places,
            files,
        )


@app.command("programmes")
def programmes_command(
    name: Annotated[str, typer.Argument(help="One programme; all where none is named.", show_default=False)] = "",
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day; today where none is named.", show_default=False)
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Print the programmes that places are screened for: law, status on a day, units, measures.

    Example: townline programmes --as-of 2026-11-22
    """
    day = as_of.date() if as_of else date.today()  # noqa: DTZ011 (the day where the reader sits)
    found = [programme(each) for each in _screening.programmes_named(name)]
    if as_json:
        _print_json({"day": str(day), "programmes": [each.model_dump(mode="json", by_alias=True) for each in found]})
    elif name:
        _show_eligibility.programme(found[0], day)
    else:
        _show_eligibility.programmes(found, day)


@app.command("adapt")
def adapt_command(
    files: Annotated[list[Path], typer.Argument(help="Files as their agency publishes them.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for the layers.")] = Path("statistics"),
    shape: Annotated[str, typer.Option(help=f"Shape, where the content does not tell: {', '.join(shapes())}.")] = "",
    period: Annotated[
        tuple[datetime, datetime] | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="First and last day of a survey, where its name does not tell.",
            show_default=False,
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Turn files of the Census Bureau, BLS, BEA and OMB into declared layers, CSV.

    Example: townline adapt acs5_2023_B23001.json la.data.64.County --out statistics
    """
    days = Period(*(day.date() for day in period)) if period else None
    made = adapt(files, shape, days)
    places = {out / f"{name}.csv": table for name, table in made.items()}
    taken = {file.resolve() for file in files}
    for place, table in places.items():
        if place.resolve() in taken:
            raise PlanError(f"file {place}", ["is one of the files to be adapted; choose another --out"])
        save_csv(table, place)
    if as_json:
        _print_json(
            {"files": [str(place) for place in places], "rows": {name: len(table) for name, table in made.items()}}
        )
    else:
        for place, table in places.items():
            _show.line(f"wrote {place}: {len(table):,} rows")


@app.command("check")
def check_command(region: RegionFile, scenario: Scenario = "", *, as_json: AsJson = False) -> None:
    """Read and check the region file and all its layers; print every fault at once.

    Example: townline check region.toml
    """
    checked_region = load_region(region, scenario)
    with _progress() as tell:
        tell("check")
        world = check(checked_region)
    rows = {name: len(table) for name, table in world.layers.items()}
    if as_json:
        _print_json(
            {"region": checked_region.name, "crs": checked_region.crs, "rows": rows, "notes": list(world.notes)}
        )
    else:
        _show.check(checked_region, world)


@app.command("ingest")
def ingest_command(
    files: Annotated[list[Path], typer.Argument(help="CSV or zip files, or folders of them.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for the Parquet files.")] = Path("filings"),
    file_format: Annotated[str, typer.Option("--format", help="Format, where the header does not tell.")] = "",
    encoding: Annotated[str, typer.Option(help="Encoding of the files.")] = "utf-8",
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of the data.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Read federal filings strictly into Parquet: availability, summaries, fabric, block data, challenge files.

    Example: townline ingest bdc_25_*.zip --out filings
    """
    found = [part for file in files for part in (_filings_in(file) if file.is_dir() else [file])]
    if not found:
        raise PlanError("ingest", ["found no .csv or .zip file; name one"])
    with _progress() as tell:
        tell(f"ingest of {len(found)} files")
        taken = filings.ingest(found, out, format=file_format, encoding=encoding, as_of=as_of.date() if as_of else None)
    if as_json:
        _print_json({"files": [_plain_values(each) for each in taken]})
    else:
        _show.ingested(taken)


def _filings_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name.lower().endswith((".csv", ".zip")))


def _plain_values(taken: filings.Ingested) -> dict[str, Any]:
    fields = asdict(taken)
    return {name: str(value) if isinstance(value, (Path, date)) else value for name, value in fields.items()}


@app.command("layers")
def layers_command(
    name: Annotated[str, typer.Argument(help="One layer; all of them where none is named.", show_default=False)] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Print the declared layers: columns, types, units, meaning.

    Example: townline layers premises
    """
    wanted = {name: declared(name)} if name else declarations()
    if as_json:
        _print_json({key: layer.model_dump(mode="json") for key, layer in wanted.items()})
    else:
        _show.layers(wanted)


@app.command()
def init(
    path: Annotated[Path, typer.Argument(help="Region file to write.")] = Path("region.toml"),
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write a commented region file that plans the sample region until you put in your layers.

    Example: townline init region.toml
    """
    if path.exists() and not force:
        raise PlanError(f"file {path}", ["is there already; name another one or say --force"])
    write_bytes(path, (Path(__file__).parent / "template.toml").read_bytes())
    _show.line(f"wrote {path}; next: townline check {path}")


def _write(
    made: Mapping[str, pd.DataFrame],
    out: Path,
    geopackage: str | None,
    region: Region,
    also: Mapping[str, bytes] | None = None,
) -> list[Path]:
    """Write tables as CSV, those with shapes also as a GeoPackage, and what else there is; return the files."""
    shapes = {name: table for name, table in made.items() if "geometry" in table} if geopackage else {}
    files = [out / f"{name}.csv" for name in made] + [out / name for name in also or {}]
    files += [out / geopackage] if geopackage and shapes else []
    refuse_inputs(region, files)
    for name, table in made.items():
        save_csv(table, out / f"{name}.csv")
    for name, content in (also or {}).items():
        write_bytes(out / name, content)
    if geopackage and shapes:
        save_geopackage(shapes, out / geopackage, region)
    return files


def _print_result(region: Region, figures: Mapping[str, Any], notes: Sequence[str], files: Sequence[Path]) -> None:
    _print_json({"region": region.name, **figures, "notes": list(notes), "files": [str(path) for path in files]})


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show the running stage on a terminal; say nothing in a pipe."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _stage: None
        return
    with console.status("starting") as status:
        yield lambda stage: status.update(f"{stage} ...")


def _print_json(content: Mapping[str, Any]) -> None:
    typer.echo(json.dumps(content, indent=2, allow_nan=False))
