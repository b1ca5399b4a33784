"""Commands on eligibility: eligibility, explain, portfolio, redraw, programmes."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from layers import PlanError
from maps.eligibility import eligibility_page
from planner.commands import _screening
from planner.commands import _show_eligibility as show
from planner.commands._common import (
    AsJson,
    AsOf,
    PlaceName,
    RegionHere,
    Scenario,
    UnitName,
    print_json,
    print_result,
    progress,
)
from planner.commands._show import line
from planner.commands._stale import stale
from planner.eligibility.around import redrawn
from planner.eligibility.explain import memo
from planner.eligibility.funds import consortium, money_table, stacked
from planner.eligibility.match import Project, match_of
from planner.eligibility.partners import fits
from planner.programmes import programme
from planner.region import Region
from planner.writing import refuse_inputs, save_csv, save_files, write_bytes


def eligibility_command(
    region: Annotated[Path, typer.Argument(help="Region file (TOML); 'townline init' writes one.")] = Path(
        "region.toml"
    ),
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
    with progress() as tell:
        told = _screening.tell(asked, tell)
        tell("tables and map")
        made = told.tables()
        pages, said = eligibility_page(asked, told.world.layers, made)
        files = save_files(made, out, asked, "", pages, stale("eligibility", out))
    notes = [*told.world.notes, *said, *told.notes]
    if as_json:
        counts = (
            made["eligibility"].groupby(["unit", "programme", "status", "verdict"]).size().reset_index(name="places")
        )
        found = {"day": str(told.screening.day), "verdicts": json.loads(counts.to_json(orient="records"))}
        print_result(asked, found, notes, files)
    else:
        show.screening(told.title, made["eligibility"], notes, files)


def _changes(region: Region, days: tuple[datetime, datetime], out: Path, *, as_json: bool) -> None:
    first, last = (day.date() for day in days)
    with progress() as tell:
        made = _screening.changes_of(region, first, last, tell)
    files = save_files(made, out, region)
    table = made["eligibility_changes"]
    if as_json:
        print_result(
            region,
            {"changes": json.loads(table.assign(day=table["day"].astype("str")).to_json(orient="records"))},
            [],
            files,
        )
    else:
        show.changes(f"{region.name}, {first} to {last}", table, files)


def explain_command(
    place: PlaceName,
    name: Annotated[str, typer.Argument(metavar="programme", help="See 'townline programmes'.", show_default=False)],
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
    with progress() as tell:
        told = _screening.tell(asked, tell)
    kind, position = told.place(place, unit)
    told.result(name, kind)
    text = memo(told.screening, name, kind, position)
    if out is not None:
        refuse_inputs(asked, [out])
        write_bytes(out, text.encode())
    if as_json:
        print_result(
            asked, {"place": told.name(kind, position), "programme": name, "memo": text}, [], [out] if out else []
        )
    else:
        for each in text.splitlines():
            line(each)


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
    with progress() as tell:
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
    files = save_files(made, out, asked, stale=stale("portfolio", out))
    if as_json:
        rows = {key: json.loads(table.to_json(orient="records", date_format="iso")) for key, table in made.items()}
        print_result(asked, {"place": told.name(kind, position), **rows}, notes, files)
    else:
        show.portfolio(f"{told.name(kind, position)}: {told.title}", made, notes, files)


def match_command(
    place: PlaceName,
    name: Annotated[str, typer.Argument(metavar="programme", help="See 'townline programmes'.", show_default=False)],
    cost_usd: Annotated[float, typer.Option("--cost", help="Cost of the project in dollars.", show_default=False)],
    promise: Annotated[
        list[str] | None, typer.Option(help="What a partner promised, NAME=DOLLARS; repeat it.", show_default=False)
    ] = None,
    activity: Annotated[str, typer.Option(help="Activity, where the programme has several shares.")] = "",
    region: RegionHere = Path("region.toml"),
    as_of: AsOf = None,
    unit: UnitName = "",
    out: Annotated[Path | None, typer.Option(help="CSV file for the table.", show_default=False)] = None,
    scenario: Scenario = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Work out the match of a project: what the grant bears, what partners promised, what is still to be found.

    Example: townline match "25013" eda-distress --cost 4000000 --promise "Commonwealth=500000"
    """
    project = Project(cost_usd, _promises(promise or ()), activity)
    asked = _screening.on_day(region, scenario, as_of.date() if as_of else None, name)
    with progress() as tell:
        told = _screening.tell(asked, tell)
    kind, position = told.place(place, unit)
    made, notes = match_of(told.screening, kind, position, name, project)
    files = [out] if out is not None else []
    refuse_inputs(asked, files)
    for file in files:
        save_csv(made, file)
    where = told.name(kind, position)
    if as_json:
        print_result(asked, {"place": where, "match": json.loads(made.to_json(orient="records"))}, notes, files)
    else:
        show.match(f"{where}: {programme(name).title}", made, notes, files)


def _promises(texts: Sequence[str]) -> dict[str, float]:
    """Return what each partner promised."""
    pairs = [_promise(each) for each in texts]
    twice = [name for name, _ in pairs if [each for each, _ in pairs].count(name) > 1]
    if twice:
        raise PlanError(f"--promise '{twice[0]}'", ["is there twice; give one sum for each partner"])
    return dict(pairs)


def _promise(text: str) -> tuple[str, float]:
    name, sign, amount = (part.strip() for part in text.rpartition("="))
    try:
        return (name, float(amount)) if name and sign else _no_promise(text)
    except ValueError:
        return _no_promise(text)


def _no_promise(text: str) -> tuple[str, float]:
    raise PlanError(f"--promise '{text}'", ["is not NAME=DOLLARS; write for example Commonwealth=500000"])


def redraw_command(
    place: PlaceName,
    name: Annotated[str, typer.Argument(metavar="programme", help="See 'townline programmes'.", show_default=False)],
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
    with progress() as tell:
        told = _screening.tell(asked, tell)
        kind, position = told.place(place, unit)
        tell("redraw")
        made = {"redrawn": redrawn(told.world.layers, told.screening, name, kind, position)}
    files = save_files(made, out, asked)
    if as_json:
        print_result(
            asked,
            {"place": told.name(kind, position), "redrawn": json.loads(made["redrawn"].to_json(orient="records"))},
            [],
            files,
        )
    else:
        show.redrawn(
            f"{told.name(kind, position)}: {programme(name).title}",
            made["redrawn"],
            told.screening.evidence[kind].places,
            files,
        )


def programmes_command(
    name: Annotated[str, typer.Argument(help="One programme; all where none is named.", show_default=False)] = "",
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day of rules; today where none is named.", show_default=False),
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
        print_json({"day": str(day), "programmes": [each.model_dump(mode="json", by_alias=True) for each in found]})
    elif name:
        show.programme(found[0], day)
    else:
        show.programmes(found, day)
