"""The command `townline`: parse, call, print. Nothing imports this module."""

import io
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Annotated

import typer

from planner.commands import _ends, build, fetch, files, handover, new, screen, sites

app = typer.Typer(
    name="townline",
    help="Plan broadband and innovation clusters for a region: layers in; decisions, maps and tables out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
COMMANDS: Mapping[str, Callable[..., None]] = {
    "demo": build.demo,
    "plan": build.plan_command,
    "coverage": build.coverage_command,
    "middle-mile": build.middle_mile_command,
    "last-mile": build.last_mile_command,
    "finance": build.finance_command,
    "compare": build.compare_command,
    "back-test": build.back_test_command,
    "eligibility": screen.eligibility_command,
    "explain": screen.explain_command,
    "portfolio": screen.portfolio_command,
    "redraw": screen.redraw_command,
    "programmes": screen.programmes_command,
    "match": screen.match_command,
    "clusters": sites.clusters_command,
    "site": sites.site_command,
    "report": handover.report_command,
    "export": handover.export_command,
    "fetch": fetch.fetch_command,
    "adapt": files.adapt_command,
    "check": files.check_command,
    "ingest": files.ingest_command,
    "layers": files.layers_command,
    "init": files.init,
    "new": new.new_command,
}
for _name, _command in COMMANDS.items():
    app.command(_name)(_command)


def _tell_version(*, asked: bool) -> None:
    if asked:
        typer.echo(f"townline {version('townline')}")
        raise typer.Exit


@app.callback()
def _before(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=lambda asked: _tell_version(asked=asked), is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command; a fault that the user can mend prints one message and exits with status 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a sign that the terminal cannot show must not end the run
    sys.exit(_ends.run(app))
