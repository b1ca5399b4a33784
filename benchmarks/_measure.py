"""Seconds and peak memory of one call, each in a fresh process, so that runs do not help or hurt each other."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Measured:
    """What a call returned, the CPU and wall seconds it took, and the process's peak memory while it ran (Linux)."""

    result: Any
    seconds: float
    wall_seconds: float
    peak_mb: float


def measure(prepare: Callable[..., Any], call: Callable[[Any], Any], *arguments: object) -> Measured:
    """Run ``call(prepare(*arguments))`` in a fresh process and measure the call alone.

    Parameters
    ----------
    prepare
        Makes the input; not measured.
    call
        What is measured; its result must be small and plain.
    arguments
        Given to `prepare`.

    Returns
    -------
    Measured
    """
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(there, prepare, call, arguments))
    process.start()
    there.close()
    try:
        result, seconds, wall_seconds, peak_mb = here.recv()
    except EOFError:
        raise RuntimeError("the measured process ended without a result") from None
    finally:
        process.join()
    return Measured(result, seconds, wall_seconds, peak_mb)


def _child(
    out: Connection, prepare: Callable[..., Any], call: Callable[[Any], Any], arguments: tuple[object, ...]
) -> None:
    given = prepare(*arguments)
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # Linux: forget the peak so far
    wall, start = time.perf_counter(), time.process_time()
    result = call(given)
    seconds, wall = time.process_time() - start, time.perf_counter() - wall
    status = Path("/proc/self/status").read_text("ascii")
    peak_mb = int(status.split("VmHWM:")[1].split()[0]) / 1024
    out.send((result, seconds, wall, peak_mb))
