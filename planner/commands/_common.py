"""What commands share: options, progress, writing of tables, one JSON object for machines."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from planner.publish import Publish
from planner.region import Region

RegionFile = Annotated[Path, typer.Argument(help="Region file (TOML); 'townline init' writes one.", show_default=False)]
Scenario = Annotated[str, typer.Option(help="Name of a [scenario.NAME] table of the region file.")]
Engine = Annotated[
    str, typer.Option(help="Where filings are counted: duckdb, or spark (master in SPARK_MASTER) for a cluster.")
]
RegionHere = Annotated[Path, typer.Option("--region", help="Region file (TOML); 'townline init' writes one.")]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"], help="Day of rules and data; the region's where none is named.", show_default=False
    ),
]
PlaceName = Annotated[str, typer.Argument(help="Code or name of the place.", show_default=False)]
UnitName = Annotated[str, typer.Option(help="Kind of place, where a name means several: county, community, ...")]
Published = Annotated[
    bool, typer.Option("--publish", help="Write only what everybody may see: hexagons in place of single premises.")
]
Least = Annotated[int, typer.Option(help="With --publish: smallest count of locations that a hexagon shows.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]


def publishing(least: int, *, publish: bool) -> Publish | None:
    """Return how a plan is made fit for publication, where that is asked for."""
    return Publish(least) if publish else None


def print_result(region: Region, figures: Mapping[str, Any], notes: Sequence[str], files: Sequence[Path]) -> None:
    print_json({"region": region.name, **figures, "notes": list(notes), "files": [str(path) for path in files]})


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show the running stage on a terminal; say nothing in a pipe."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _stage: None
        return
    with console.status("starting") as status:
        yield lambda stage: status.update(f"{stage} ...")


def print_json(content: Mapping[str, Any]) -> None:
    typer.echo(json.dumps(content, indent=2, allow_nan=False))
