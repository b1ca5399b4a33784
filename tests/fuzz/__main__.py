"""Command: fuzz the readers, print a table, write the report."""

import argparse
import platform
import sys
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.report import section, table
from tests.fuzz.run import run
from tests.robustness import put

from tests.fuzz.readers import readers  # isort: skip


def main() -> int:
    """Run; status 1 where anything but reading and refusing happened."""
    asked = _arguments()
    names = [asked.reader] if asked.reader else list(readers())
    start = time.monotonic()
    found = run(names, asked.seed, asked.seconds, asked.inputs, asked.workers)
    took = time.monotonic() - start
    sys.stdout.write(table(found, names) + f"\n{len(found):,} inputs, {took:.0f} s, seed {asked.seed}\n")
    bad = [each for each in found if each.result not in ("read", "refused")]
    alike = Counter((each.reader, each.kind, each.result, each.detail) for each in bad)
    first = {(each.reader, each.kind, each.result, each.detail): each.index for each in reversed(bad)}
    for key, number in sorted(alike.items()):
        sys.stdout.write(f"{number:4} {' | '.join(key)} (first: {first[key]})\n")
    if asked.report:
        command = f"uv run python -m tests.fuzz --seconds {asked.seconds:g} --seed {asked.seed}"
        command += f" --inputs {asked.inputs}" if asked.inputs else ""
        put(asked.report, "fuzz", section(found, names, f"{command} --report {asked.report}", took))
    return int(bool(bad))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300, help="most seconds to try inputs for")
    parser.add_argument("--inputs", type=int, default=0, help="most inputs of each reader; 0 for no limit")
    parser.add_argument("--reader", choices=sorted(readers()), help="one reader; all where none is named")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same inputs")
    parser.add_argument("--workers", type=int, default=2, help="processes at a time")
    parser.add_argument("--report", type=Path, help="Markdown file to write the section 'Broken files' of")
    return parser.parse_args()


if __name__ == "__main__":
    if platform.system() != "Linux":
        sys.exit("the guards of memory need Linux")
    sys.exit(main())
