"""The command that starts a region from the name of a place."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from layers.fetch import Fetcher
from planner.commands._common import AsJson, print_json, progress
from planner.commands._show import line
from planner.start import Wish, start


def new_command(
    place: Annotated[
        str, typer.Argument(help="County, town, state or metropolitan area; several parted by ';'.", show_default=False)
    ],
    out: Annotated[
        Path | None, typer.Option(help="Folder to write; named after the place where none is.", show_default=False)
    ] = None,
    year: Annotated[
        int,
        typer.Option(help="Year of boundaries and statistics; give a newer one where it is out.", min=2021, max=2099),
    ] = 2023,
    bdc: Annotated[
        datetime,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Day of availability filings, 30 June or 31 December; give a newer one where it is out.",
            show_default="2024-06-30",
        ),
    ] = datetime(2024, 6, 30),  # noqa: DTZ001 - a day, not a moment
    base: Annotated[str, typer.Option(help="Address of a mirror that stands for all hosts.", show_default=False)] = "",
    *,
    offline: Annotated[bool, typer.Option("--offline", help="Use only what was fetched before.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a region that is in the folder.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch public data of a place and write a folder with its region file, layers and sources.

    Example: townline new "Franklin County, Massachusetts"
    """
    left_out: list[str] = []
    with progress() as tell:
        fetcher = Fetcher(base=base, offline=offline, tell=tell)
        made = start(Wish(place, year, bdc.date()), fetcher, out, force=force, tell=left_out.append)
    if as_json:
        print_json(
            {
                "region": made.name, "crs": made.crs, "towns": made.towns, "layers": list(made.layers),
                "lost": list(made.lost), "notes": left_out, "files": [str(made.region)],
            }
        )  # fmt: skip
        return
    for each in left_out:
        line(each)
    line(f"{made.name}: {made.towns:,} towns, {len(made.layers)} layers, {made.crs}")
    line(f"wrote {made.region}; next: townline check {made.region}")
