"""Processes that read, guarded from outside: one that hangs is ended, one that dies is counted and replaced."""

import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final

from tests.fuzz.case import Outcome

_PATIENCE: Final = 60  # seconds on the clock; the process's own limits are seconds of the processor and come sooner
_START: Final = 180  # seconds for the first answer: imports and sound inputs
_ROOT: Final = Path(__file__).parents[2]


class Worker:
    """A process and what it answers."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._rest = b""

    def ask(self, reader: str, seed: int, index: int) -> Outcome:
        """Have one input read."""
        process = self._running()
        assert process.stdin is not None
        process.stdin.write(json.dumps({"reader": reader, "seed": seed, "index": index}) + "\n")
        process.stdin.flush()
        kind = "input"
        begun = self._answer(_START)
        if begun is not None:
            kind = begun["kind"]
            answer = self._answer(_PATIENCE)
            if answer is not None:
                del answer["seed"]
                return Outcome.of(answer)
        hung = process.poll() in (None, -signal.SIGXCPU)
        self.end()
        code = process.returncode
        return Outcome(reader, index, kind, "hang" if hung else "crash", "held" if hung else f"signal or status {code}")

    def _running(self) -> "subprocess.Popen[str]":
        if self._process is None:
            command = [sys.executable, "-m", "tests.fuzz.child"]
            self._process = subprocess.Popen(
                command, cwd=_ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        return self._process

    def _answer(self, seconds: float) -> dict[str, Any] | None:
        assert self._process is not None
        assert self._process.stdout is not None
        handle = self._process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(handle, selectors.EVENT_READ)
            while b"\n" not in self._rest:
                if not selector.select(seconds):
                    return None
                part = os.read(handle, 1 << 16)
                if not part:
                    self._process.wait()
                    return None
                self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        return found

    def end(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._rest = b""
            self._process = None


def run(names: list[str], seed: int, seconds: float, inputs: int, workers: int) -> list[Outcome]:
    """Try inputs of all readers in turn, until the time or the number of inputs a reader is used up."""
    jobs = ((name, index) for index in (range(inputs) if inputs else count()) for name in names)
    lock, until, found = threading.Lock(), time.monotonic() + seconds, list[Outcome]()
    threads = [threading.Thread(target=_work, args=(jobs, lock, until, seed, found)) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    order = {name: place for place, name in enumerate(names)}
    return sorted(found, key=lambda each: (each.index, order[each.reader]))


def _work(jobs: Iterator[tuple[str, int]], lock: threading.Lock, until: float, seed: int, found: list[Outcome]) -> None:
    worker = Worker()
    while time.monotonic() < until:
        with lock:
            job = next(jobs, None)
        if job is None:
            break
        found.append(worker.ask(job[0], seed, job[1]))
    worker.end()
