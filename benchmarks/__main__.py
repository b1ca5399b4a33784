"""The one door to all benchmarks."""

import argparse
import json
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from benchmarks import CASES, Row, case
from layers import TownlineError


def main(arguments: list[str] | None = None) -> None:
    """Run the named case; print a table, or one JSON object a row."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Townline against its peers.")
    names = parser.add_subparsers(dest="name", required=True)
    arguments = sys.argv[1:] if arguments is None else arguments
    named = [name for name in CASES if name in arguments[:1]] or CASES  # all are loaded for the help alone
    cases = {name: case(name) for name in named}
    for name, each in cases.items():
        sub = names.add_parser(name, help=each.about.splitlines()[0], description=each.about)
        each.arguments(sub)
        sub.add_argument("--json", action="store_true", help="print one JSON object for each row")
    given = parser.parse_args(arguments)
    rows = cases[given.name].rows(given)
    try:
        if given.json:
            for row in rows:
                print(json.dumps(row), flush=True)
        else:
            _print_table(given.name, list(rows))
    except TownlineError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)


def _print_table(title: str, rows: Iterable[Row]) -> None:
    rows = list(rows)
    table = Table(title=title)
    for head in rows[0] if rows else ():
        table.add_column(head)
    for row in rows:
        table.add_row(*(f"{value:,.4g}" if isinstance(value, float) else str(value) for value in row.values()))
    console = Console()
    if not console.is_terminal:
        console.width = 160
    console.print(table)


if __name__ == "__main__":
    main()
