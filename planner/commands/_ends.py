"""How a command ends: well, with one message that says what to do, or at once where it is told to stop."""

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Final, NoReturn

import duckdb

from layers import TownlineError
from layers.errors import what_to_do
from planner.commands import _show

FAULT: Final = 2
_NO_MEMORY: Final = (
    "the memory of this machine, or the share that this process may have, is not enough; earlier files stand;"
    " close other programs, plan a smaller area or use a larger machine"
)


class Stopped(BaseException):
    """A signal told the command to stop; no library takes it for an error of its own.

    Parameters
    ----------
    number
        Of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.status = 128 + number


def run(app: Callable[[], object]) -> int:
    """Run a command and return its exit status; what a user can mend or has asked for ends in one message."""
    try:
        with _listening():
            return _run(app)
    except TownlineError as error:
        _show.fault(error)
    except (MemoryError, duckdb.OutOfMemoryException):
        _say(f"error: {_NO_MEMORY}")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as problem:
        name = f"{problem.filename}: " if problem.filename else ""
        _say(f"error: {name}{problem.strerror or problem}; {what_to_do(problem)}")
    except duckdb.IOException as problem:
        _say(f"error: {' '.join(str(problem).split())}; make room on the disk, or check it")
    except Stopped as stop:
        _say("stopped; earlier files stand")
        return stop.status
    return FAULT


def _run(app: Callable[[], object]) -> int:
    """Run a command to its end, with what it printed; its own exit status stands."""
    status: object = 0
    try:
        app()
    except SystemExit as done:
        status = done.code
    except KeyboardInterrupt:
        raise Stopped(signal.SIGINT) from None
    sys.stdout.flush()
    return status if isinstance(status, int) else int(status is not None)


def _say(text: str) -> None:
    """Print one line to where errors go, even where that cannot be written either."""
    with contextlib.suppress(OSError):
        sys.stderr.write("".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text) + "\n")


@contextlib.contextmanager
def _listening() -> Iterator[None]:
    """Let Ctrl-C and a request to end raise `Stopped` for the time of a block, in this process only."""
    mine, signals = os.getpid(), (signal.SIGINT, signal.SIGTERM)

    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        if os.getpid() != mine:
            os._exit(128 + number)
        for each in signals:
            signal.signal(each, signal.SIG_IGN)  # a second one must not break off the tidying
        raise Stopped(number)

    before = {}
    with contextlib.suppress(ValueError):  # only the main thread may listen
        before = {each: signal.signal(each, stop) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
