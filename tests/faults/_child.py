"""A command run in a copy of this process, with an accident at a chosen moment."""

import contextlib
import errno
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from planner import cli

_MADE = {"os.mkdir", "os.rename", "os.link", "os.truncate"}
_REMOVED = {"os.remove", "os.rmdir"}


@dataclass(frozen=True)
class Accident:
    """What happens to a run: at the given call that changes files below `home`, or after some seconds.

    Attributes
    ----------
    kind
        ``none``, ``kill``, ``full`` (this and every later write finds no room), ``stop`` (Ctrl-C), ``memory``, ``large``
        (no file may grow beyond the limit).
    call
        Number of the call, from 1; 0 for none.
    after_s
        Seconds until it is killed or stopped from outside.
    limit
        Bytes of the largest file.
    """

    kind: str = "none"
    call: int = 0
    after_s: float = 0.0
    limit: int = 0


@dataclass(frozen=True)
class Ended:
    """How a run ended: status (negative for a signal), what it said, calls that changed files, seconds."""

    status: int
    said: str
    calls: int
    seconds: float


def start(arguments: Sequence[object], home: Path, accident: Accident) -> tuple[int, Path]:
    """Begin a command in a copy of this process; return its process number and the folder with what it says."""
    notes = Path(tempfile.mkdtemp(prefix="said-", dir=home.parent))
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        _child([str(each) for each in arguments], home, notes, accident)
    return pid, notes


def finish(pid: int, notes: Path, begun: float, after_s: float = 0.0, kind: str = "none") -> Ended:
    """Wait for a command, and kill or stop it in time."""
    until = begun + after_s if after_s else None
    while True:
        done, waited = os.waitpid(pid, os.WNOHANG)
        if done:
            break
        if until is not None and time.monotonic() > until:
            os.kill(pid, signal.SIGKILL if kind == "kill" else signal.SIGINT)
            until = None
        time.sleep(0.005)
    status = os.waitstatus_to_exitcode(waited)
    said = (notes / "said").read_text("utf-8", "replace") if (notes / "said").exists() else ""
    calls = int((notes / "calls").read_text() or 0) if (notes / "calls").exists() else 0
    shutil.rmtree(notes)
    return Ended(status, said, calls, time.monotonic() - begun)


def run(arguments: Sequence[object], home: Path, accident: Accident | None = None) -> Ended:
    """Run a command to its end."""
    wanted = accident or Accident()
    begun = time.monotonic()
    pid, notes = start(arguments, home, wanted)
    return finish(pid, notes, begun, wanted.after_s, wanted.kind)


def _child(arguments: list[str], home: Path, notes: Path, accident: Accident) -> None:
    """Be the command; never return."""
    status = 1
    said = os.open(notes / "said", os.O_WRONLY | os.O_CREAT)
    os.dup2(said, 1)
    os.dup2(said, 2)
    sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", buffering=1) for number in (1, 2))  # noqa: SIM115, PTH123
    tempfile.tempdir = str(home / "tmp")
    count = [0]
    try:
        sys.addaudithook(_hook(home, accident, count))
        with _limits(accident):
            status = _main(arguments)
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        (notes / "calls").write_text(str(count[0]))
        os._exit(status)


def _main(arguments: list[str]) -> int:
    sys.argv = ["townline", *arguments]
    try:
        cli.main()
    except SystemExit as done:
        return int(done.code or 0)
    return 0


def _hook(home: Path, accident: Accident, count: list[int]) -> Callable[[str, tuple[object, ...]], None]:
    inside = str(home)

    def hook(event: str, given: tuple[object, ...]) -> None:
        removal = event in _REMOVED
        if not (removal or event in _MADE or (event == "open" and _writes(given))):
            return
        if not isinstance(given[0], (str, bytes)) or not os.fsdecode(given[0]).startswith(inside):
            return
        count[0] += 1
        if accident.call and count[0] >= accident.call:
            first = count[0] == accident.call
            _happen(accident, first=first, removal=removal or (event == "os.rename" and not first))

    return hook


def _writes(given: tuple[object, ...]) -> bool:
    flags = given[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def _happen(accident: Accident, *, first: bool, removal: bool) -> None:
    if accident.kind == "full" and not removal:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if first and accident.kind == "memory":
        raise MemoryError
    if first and accident.kind in {"kill", "stop"}:
        os.kill(os.getpid(), signal.SIGKILL if accident.kind == "kill" else signal.SIGINT)


@contextlib.contextmanager
def _limits(accident: Accident) -> Iterator[None]:
    if accident.kind == "large":  # no file may grow beyond
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (accident.limit, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
