"""Command: fuzz the readers of our own code, guided by which of its branches an input reaches (atheris, libFuzzer).

``uv run --group fuzz python -m tests.fuzz.guided --seconds 120 --report docs/robustness.md``

Readers that are mostly a C library's are left to `tests.fuzz`: their branches are not seen from Python.
"""

import argparse
import importlib
import os
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any, Final

from tests.robustness import put

READERS: Final = ("region", "prices", "rules", "manifest", "csv", "geojson", "qcew", "adapt")
_MOST_BYTES: Final = 65_536
_SLOW_S: Final = 20
_COUNT: Final = re.compile(r"stat::number_of_executed_units:\s+(\d+)")
_REACHED: Final = re.compile(r"cov: (\d+) ft: (\d+)")
_FAULTS: Final = ("ALARM", "timeout", "out-of-memory", "Uncaught Python exception", "deadly signal")


def main() -> int:
    """Fuzz each reader in a process of its own; status 1 where one does anything but read or refuse."""
    asked = _arguments()
    if asked.child:
        _child(asked.child, asked.seconds, asked.seed)
    rows = [_run(name, asked.seconds, asked.seed) for name in ([asked.reader] if asked.reader else READERS)]
    for row in rows:
        sys.stdout.write("  ".join(str(cell) for cell in row) + "\n")
    if asked.report:
        put(asked.report, "guided", _section(rows, asked.seconds, asked.seed))
    return int(any(row[3] for row in rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.guided", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="seconds for each reader")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reader", choices=READERS, help="one reader; all where none is named")
    parser.add_argument("--report", type=Path, help="Markdown file to write the section into")
    parser.add_argument("--child", choices=READERS, help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(name: str, seconds: int, seed: int) -> tuple[str, int, int, int]:
    """Return a reader's inputs, branches reached and faults."""
    asked = ["--child", name, "--seconds", str(seconds), "--seed", str(seed)]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.fuzz.guided", *asked]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, cwd=Path.cwd(),
                              env={**os.environ, "TMPDIR": folder})  # fmt: skip
    count, reached = _COUNT.search(done.stderr), _REACHED.findall(done.stderr)
    if count is None or not reached:
        sys.exit(f"{name}: no counts came\n{done.stderr[-3000:]}")
    fault = done.returncode != 0 or any(each in done.stderr for each in _FAULTS)
    if fault:
        sys.stdout.write(done.stderr[-4000:])
    return name, int(count[1]), int(reached[-1][0]), int(fault)


def _child(name: str, seconds: int, seed: int) -> None:
    """Fuzz one reader; libFuzzer ends the process."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["layers", "planner"]):
        child, readers = (importlib.import_module(f"tests.fuzz.{each}") for each in ("child", "readers"))
        told = importlib.import_module("layers").TownlineError
    reader = readers.readers()[name]
    sound = reader.sounds()[0]
    folder = Path(tempfile.mkdtemp())
    seeds = folder / "seeds"
    seeds.mkdir()
    for number, each in enumerate(each for each in reader.sounds() if each.name == sound.name):
        (seeds / str(number)).write_bytes(each.main)
    place = folder / "case"
    place.mkdir()
    warnings.simplefilter("ignore")

    def one(content: bytes) -> None:
        path = child.place(sound.with_main(content), place)
        try:
            reader.read(path)
        except told:
            return

    atheris.Setup(
        [
            name, f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={_MOST_BYTES}", f"-timeout={_SLOW_S}",
            "-print_final_stats=1", "-rss_limit_mb=4096", f"-artifact_prefix={folder}/", str(seeds),
        ],
        one,
    )  # fmt: skip
    atheris.Fuzz()


def _section(rows: list[tuple[str, int, int, int]], seconds: int, seed: int) -> str:
    lines = [
        "## Inputs that look for branches",
        "",
        f"Readers that are mostly our own code were given inputs for {seconds} s each, made by libFuzzer through atheris, which keeps an",
        "input where it reaches a branch that none before it did. A fault is any exception but the one message, a signal, an input that",
        f"takes more than {_SLOW_S} s, or more than 4 GiB of memory.",
        "",
        "Repeat it with",
        "",
        f"    uv run --group fuzz python -m tests.fuzz.guided --seconds {seconds} --seed {seed} --report docs/robustness.md",
        "",
        "| reader | inputs | branches reached | faults |",
        "| --- | ---: | ---: | ---: |",
        *(f"| {name} | {count:,} | {reached:,} | {faults} |" for name, count, reached, faults in rows),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
