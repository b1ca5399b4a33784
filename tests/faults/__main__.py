"""Kill, starve, crowd and stop the command, again and again, and count what is not as it should be.

``uv run python -m tests.faults --kills 50 --seed 1 --report docs/robustness.md``; Linux, as root for the small disk.
"""

import argparse
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from layers.save import settled
from tests.faults._cases import NAMES, Case, cases, content, left_over
from tests.faults._child import Accident, Ended, finish, run, start
from tests.faults._places import places
from tests.faults._report import section
from tests.robustness import put

BAD = ("mixtures", "corrupt files", "tracebacks", "left-overs", "wrong ends")


class Tally:
    """Counts of runs and of what was wrong with them."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {}

    def add(self, kind: str, case: Case, *wrong: str, detail: str = "") -> None:
        mine = self.counts.setdefault(kind, Counter())
        mine["runs"] += 1
        mine.update(wrong)
        if wrong:
            _say(f"{kind} {case.name}: {', '.join(wrong)} {detail}")


def main() -> int:
    """Run what was asked for, print the counts, and return 1 where anything was wrong."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=50)
    asked.add_argument("--others", type=int, default=2, help="accidents of each other kind, for each command")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--only", default=",".join(NAMES))
    asked.add_argument("--report", type=Path, default=None)
    given = asked.parse_args()
    chance, tally, begun = random.Random(given.seed), Tally(), time.monotonic()  # noqa: S311 (moments, not secrets)
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        ready = cases(Path(folder), set(given.only.split(",")))
        for case in ready:
            case.prepare()
            _say(f"{case.name}: {case.seconds[0]:.1f} s, {case.calls[0]} calls that change files")
        for number in range(given.kills):
            _kill(ready[number % len(ready)], chance, tally)
        for case in ready:
            for kind in ("full", "memory", "stop"):
                for _ in range(given.others):
                    _hurt(case, Accident(kind, chance.randint(1, case.calls[0])), tally)
            for _ in range(given.others):
                _crowd(case, tally)
            for kind, ended in places(case):
                _judge(kind, case, ended, tally)
    for kind, found in sorted(tally.counts.items()):
        _say(f"{kind}: " + ", ".join(f"{name} {found[name]}" for name in ("runs", *BAD)))
    if given.report is not None:
        command = f"uv run python -m tests.faults --kills {given.kills} --others {given.others} --seed {given.seed}"
        command += "" if given.only == ",".join(NAMES) else f" --only {given.only}"
        put(given.report, "faults", section(command, tally.counts, BAD, [case.name for case in ready]))
    _say(f"{time.monotonic() - begun:.0f} s")
    return int(any(found[name] for found in tally.counts.values() for name in BAD))


def _kill(case: Case, chance: random.Random, tally: Tally) -> None:
    """Kill a run at a moment, half of them at a call that changes files; then look, read and run again."""
    case.reset()
    call = chance.randint(1, case.calls[0]) if chance.random() < 0.5 else 0
    accident = Accident("kill", call, 0.0 if call else chance.uniform(0.0, case.seconds[0]))
    run(case.arguments, case.home, accident)
    wrong = []
    if not _whole(case) and not list(case.out.glob(".townline-stage-*/.journal.json")):
        wrong.append("mixtures")
    settled(case.out)
    if not _whole(case):
        wrong.append("corrupt files")
    again = run(case.arguments, case.home)
    wrong += [*_ends_well(again), *_rest(case)]
    if content(case.out) != content(case.home / "new"):
        wrong.append("wrong ends")
    tally.add("kill -9, then again", case, *wrong, detail=f"{accident} {again.said[-400:] if wrong else ''}")


def _hurt(case: Case, accident: Accident, tally: Tally) -> None:
    case.reset()
    ended = run(case.arguments, case.home, accident)
    names = {"full": "no room from a call on", "memory": "no memory at a call", "stop": "Ctrl-C at a call"}
    _judge(names[accident.kind], case, ended, tally, 130 if accident.kind == "stop" else 2, str(accident))


def _judge(kind: str, case: Case, ended: Ended, tally: Tally, status: int = 2, detail: str = "") -> None:
    """Hold a run that was hurt against what it promises: one message, its status, the earlier result whole."""
    wrong = [*_ends_well(ended, status), *_rest(case)]
    if not _whole(case):
        wrong.append("mixtures")
    tally.add(kind, case, *wrong, detail=f"{detail} status {ended.status}: {ended.said[-900:]}" if wrong else "")


def _crowd(case: Case, tally: Tally) -> None:
    """Run a command twice at once."""
    case.reset()
    begun = time.monotonic()
    both = [start(case.arguments, case.home, Accident()) for _ in range(2)]
    wrong: list[str] = []
    said = ""
    for pid, notes in both:
        ended = finish(pid, notes, begun)
        wrong += _ends_well(ended)
        said += ended.said[-300:] if ended.status else ""
    if content(case.out) != content(case.home / "new"):
        wrong.append("mixtures")
    tally.add("two runs at once", case, *wrong, *_rest(case), detail=said)


def _ends_well(ended: Ended, status: int = 0) -> Iterator[str]:
    lines = [line for line in ended.said.splitlines() if line]
    errors = [line for line in lines if re.match(r"error: |stopped; ", line)]
    if "Traceback" in ended.said:
        yield "tracebacks"
    if ended.status not in {0, status} or (ended.status and len(errors) != 1):
        yield "wrong ends"


def _rest(case: Case) -> list[str]:
    return ["left-overs"] * bool(left_over(case.home))


def _whole(case: Case) -> bool:
    return content(case.out) in (content(case.home / "old"), content(case.home / "new"))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
