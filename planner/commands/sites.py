"""Commands on clusters and sites: clusters, site."""

from pathlib import Path
from typing import Annotated

import typer

import maps
from layers import PlanError
from maps.clusters import clusters_page
from planner.clusters.door import measure_file
from planner.commands import _show_sites as show
from planner.commands._common import AsJson, RegionFile, Scenario, print_json, print_result, progress
from planner.commands._stale import stale
from planner.plan import sites
from planner.region import load_region
from planner.siting.entry import WhatIfEntry
from planner.siting.summary import figures
from planner.writing import save_csv, save_files


def clusters_command(
    file: Annotated[
        Path,
        typer.Argument(help="Table of employment by area and cluster, or a region file (TOML).", show_default=False),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the tables, and for clusters.html of a region file.")] = Path(
        "clusters"
    ),
    scenario: Scenario = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Measure clusters as the federal cluster map does: location quotients, strength flags, diversity, readiness.

    Example: townline clusters employment_by_cluster.csv --out clusters
    """
    if file.suffix.lower() == ".toml":
        _clusters_of(file, out, scenario, as_json=as_json)
        return
    if scenario:
        raise PlanError(f"--scenario {scenario}", ["goes with a region file (TOML); leave it out for a table"])
    strength = measure_file(file)
    place = out / "cluster_strength.csv"
    if place.resolve() == file.resolve():
        raise PlanError(f"file {place}", ["is the file to be measured; choose another --out"])
    save_csv(strength, place)
    if as_json:
        print_json({"table": file.name, "rows": len(strength), **show.flags(strength), "files": [str(place)]})
    else:
        show.clusters({"cluster_strength": strength}, file.name, [], [place])


def _clusters_of(file: Path, out: Path, scenario: str, *, as_json: bool) -> None:
    """Measure the clusters of a region file."""
    region = load_region(file, scenario)
    if region.clusters is None:
        raise PlanError(f"file {file}", ["has no table [clusters]; add it, with the areas to be measured"])
    with progress() as tell:
        world, made, notes = sites(region.model_copy(update={"siting": None}), tell)
        tell("tables and map")
        page, left_out = clusters_page(region, world.layers, made)
        files = save_files(made, out, region, "", page, stale("clusters", out))
    said = [*world.notes, *notes, *left_out]
    strength = made["cluster_strength"]
    if as_json:
        print_result(region, {"rows": len(strength), **show.flags(strength)}, said, files)
    else:
        show.clusters(made, region.name, said, files)


def site_command(
    region: RegionFile,
    out: Annotated[Path, typer.Option(help="Folder for the tables, siting.gpkg and siting.html.")] = Path("siting"),
    move: Annotated[
        list[str] | None,
        typer.Option(
            help="What if: a chosen site and the candidate to move it to, FROM=TO, by identifier; repeat it.",
            show_default=False,
        ),
    ] = None,
    scenario: Scenario = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Place institutes, hubs or satellites where they serve best under a programme's conditions, and say why.

    Example: townline site region.toml --out siting
    """
    asked = load_region(region, scenario)
    if asked.siting is None:
        raise PlanError(f"file {region}", ["has no table [siting]; add it, see the one that townline init writes"])
    moves = tuple(dict.fromkeys([*asked.siting.what_if, *(_move(each) for each in move or ())]))
    asked = asked.model_copy(update={"siting": asked.siting.model_copy(update={"what_if": moves})})
    with progress() as tell:
        world, made, notes = sites(asked, tell)
        tell("tables and map")
        page = {"siting.html": maps.draw_siting(asked, world.layers, made).get_root().render().encode()}
        files = save_files(made, out, asked, "siting.gpkg", page, stale("site", out))
    said = [*world.notes, *notes]
    if as_json:
        print_result(asked, {"siting": figures(made)}, said, files)
    else:
        show.sites(made, asked.name, said, files)


def _move(text: str) -> WhatIfEntry:
    site, sign, to = (part.strip() for part in text.partition("="))
    if not (site and sign and to) or site == to:
        raise PlanError(f"--move '{text}'", ["is not FROM=TO; name a chosen site and another candidate by identifier"])
    return WhatIfEntry(site=site, to=to)
