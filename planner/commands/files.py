"""Commands on files: check, ingest, adapt, layers, init."""

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

import planner
from layers import PlanError, declarations, declared, filings
from layers.adapt import Period, adapt, shapes
from planner.check import check
from planner.commands import _show_files as show
from planner.commands._common import AsJson, RegionFile, Scenario, print_json, progress
from planner.commands._show import line
from planner.region import load_region
from planner.writing import save_csvs, write_bytes


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
    for place in places:
        if place.resolve() in taken:
            raise PlanError(f"file {place}", ["is one of the files to be adapted; choose another --out"])
    save_csvs(places)
    if as_json:
        print_json(
            {"files": [str(place) for place in places], "rows": {name: len(table) for name, table in made.items()}}
        )
    else:
        for place, table in places.items():
            line(f"wrote {place}: {len(table):,} rows")


def check_command(region: RegionFile, scenario: Scenario = "", *, as_json: AsJson = False) -> None:
    """Read and check the region file and all its layers; print every fault at once.

    Example: townline check region.toml
    """
    checked_region = load_region(region, scenario)
    with progress() as tell:
        tell("check")
        world = check(checked_region)
    rows = {name: len(table) for name, table in world.layers.items()}
    if as_json:
        print_json({"region": checked_region.name, "crs": checked_region.crs, "rows": rows, "notes": list(world.notes)})
    else:
        show.check(checked_region, world)


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
    with progress() as tell:
        tell(f"ingest of {len(found)} files")
        taken = filings.ingest(found, out, format=file_format, encoding=encoding, as_of=as_of.date() if as_of else None)
    if as_json:
        print_json({"files": [_plain_values(each) for each in taken]})
    else:
        show.ingested(taken)


def _filings_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name.lower().endswith((".csv", ".zip")))


def _plain_values(taken: filings.Ingested) -> dict[str, Any]:
    fields = asdict(taken)
    return {name: str(value) if isinstance(value, (Path, date)) else value for name, value in fields.items()}


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
        print_json({key: layer.model_dump(mode="json") for key, layer in wanted.items()})
    else:
        show.layers(wanted)


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
    write_bytes(path, (Path(planner.__file__).parent / "template.toml").read_bytes())
    line(f"wrote {path}; next: townline check {path}")
