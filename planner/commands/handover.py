"""Commands that hand a plan over to others: report, export."""

from pathlib import Path
from typing import Annotated

import typer

from layers import PlanError
from maps.qgis import looks
from maps.report import report_files, town_code
from planner.check import check
from planner.commands import _show as show
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
from planner.export import FORMATS, Exported, export, refuse, verify
from planner.graph.ahead import compiling_ahead
from planner.plan import plan
from planner.publish import Publish, published, refuse_others
from planner.region import Region, load_region
from planner.result import Plan, load_plan
from planner.writing import save_files

MadeAlready = Annotated[
    Path | None,
    typer.Option("--plan", help="Folder of a plan that was made already; planned afresh without.", show_default=False),
]


def report_command(
    region: RegionFile,
    out: Annotated[Path, typer.Option(help="Folder for report.html, report.pdf, report.xlsx and towns/.")] = Path(
        "report"
    ),
    town: Annotated[
        list[str] | None,
        typer.Option(help="Town that gets a report of its own, by name or code; repeat it.", show_default=False),
    ] = None,
    made: MadeAlready = None,
    scenario: Scenario = "",
    engine: Engine = "duckdb",
    *,
    all_towns: Annotated[bool, typer.Option("--all-towns", help="A report for every town.")] = False,
    publish: Published = False,
    least: Least = 10,
    as_json: AsJson = False,
) -> None:
    """Write the report that planners hand over: HTML, PDF for print and screen readers, and a workbook.

    Example: townline report region.toml --town Charlemont --out report
    """
    if town and all_towns:
        raise PlanError("--all-towns", ["includes every --town; give one of the two"])
    _refuse_same(out, made)
    how = publishing(least, publish=publish)
    found = _planned(load_region(region, scenario), made, how, engine, town or [])
    with progress() as tell:
        tell("report")
        towns = list(found.tables["town_results"]["town_geoid"]) if all_towns else town or []
        pages = report_files(found, towns)
    if how is not None:
        refuse_others(out, pages)
    files = save_files({}, out, found.region, "", pages)
    if as_json:
        reports = sum(name.startswith("towns/") for name in pages) // 2
        print_result(found.region, {"town_reports": reports}, found.notes, files)
    else:
        show.ends(found.notes, files)


def export_command(
    region: Annotated[
        Path | None, typer.Argument(help="Region file (TOML); 'townline init' writes one.", show_default=False)
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the files.")] = Path("handover"),
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            help=f"Formats, with commas between: {', '.join(FORMATS)}. All but shapefile where none is named.",
            show_default=False,
        ),
    ] = None,
    made: MadeAlready = None,
    scenario: Scenario = "",
    engine: Engine = "duckdb",
    checked: Annotated[
        Path | None,
        typer.Option("--verify", help="Check the files of a folder against its manifest.", show_default=False),
    ] = None,
    *,
    with_locations: Annotated[
        bool, typer.Option("--with-locations", help="Also hand over where premises are, if your licence allows it.")
    ] = False,
    publish: Published = False,
    least: Least = 10,
    as_json: AsJson = False,
) -> None:
    """Write a plan's tables and layers for GIS users, agencies and network engineers, with a manifest.

    Example: townline export region.toml --out handover --format gpkg,csv
    """
    if checked is not None:
        _verify(checked, as_json=as_json)
        return
    if region is None:
        raise PlanError("export", ["needs a region file, or --verify FOLDER"])
    if publish and with_locations:
        raise PlanError("--publish", ["leaves places of premises out, --with-locations asks for them; give one"])
    wanted = [name for given in formats or [] for name in given.split(",")]
    refuse(out, wanted)
    _refuse_same(out, made)
    found = _planned(load_region(region, scenario), made, publishing(least, publish=publish), engine)
    exported = export(found, out, wanted, looks=looks(found), with_locations=with_locations)
    _show(found, exported, as_json=as_json)


def _refuse_same(out: Path, made: Path | None) -> None:
    """Refuse to write where a saved plan stands: its record lists the files there, and not all may be handed over."""
    if made is not None and (made / "plan.json").is_file() and out.resolve() == made.resolve():
        raise PlanError(f"folder {out}", ["is the plan's own folder; choose another --out"])


def _planned(
    region: Region, folder: Path | None, publish: Publish | None, engine: str, towns: list[str] | None = None
) -> Plan:
    """Return the plan: the saved one where a folder is given. Towns that are not in it are refused before planning."""
    if folder is not None:
        found = _known(load_plan(folder, region), towns or [])
    else:
        with compiling_ahead(wanted=region.middle_mile is not None), progress() as tell:
            if towns:
                tell("check")
                _known(_towns_only(region), towns)
            found = plan(region, tell, engine)
    return found if publish is None else published(found, publish)


def _known(found: Plan, towns: list[str]) -> Plan:
    for name in towns:
        town_code(found, name)
    return found


def _towns_only(region: Region) -> Plan:
    """Return the towns of a region as a plan without results, to look up names before the work begins."""
    world = check(region)
    return Plan(region, world.layers, {"town_results": world.towns}, (), {})


def _show(made: Plan, exported: Exported, *, as_json: bool) -> None:
    files = [str(path) for path in exported.files]
    if as_json:
        left_out = list(exported.left_out)
        print_json(
            {"region": made.region.name, "formats": list(exported.formats), "left_out": left_out, "files": files}
        )
        return
    for said in exported.left_out:
        show.line(f"left out: {said}")
    sizes = sum(path.stat().st_size for path in exported.files)
    show.line(f"wrote {len(files)} files, {sizes / 1e6:.1f} MB, to {exported.files[-1].parent}")
    for name in exported.formats:
        show.line(f"  {name}: {FORMATS[name].title}")


def _verify(folder: Path, *, as_json: bool) -> None:
    count = verify(folder)
    if as_json:
        print_json({"folder": str(folder), "files": count, "verified": True})
    else:
        show.line(f"{count} files are as the manifest says")
