"""One run at a time in a folder: a lock that the system takes back when its process ends, however it ends."""

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

LOCK: Final = ".townline-lock"
PATIENCE_S: Final = 60.0
_PAUSE_S: Final = 0.05
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)  # in a folder that all may write, a link leads to a file of ours

if sys.platform == "win32":
    import msvcrt

    def _take(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def try_lock(place: Path) -> int | None:
    """Return the open file of a lock that is now ours, or nothing where another process holds it.

    Raises
    ------
    OSError
        Where the file cannot be made, or its disk knows no locks.
    """
    file = os.open(place, os.O_RDWR | os.O_CREAT | _NO_LINK, 0o666)
    try:
        _take(file)
        if _is(file, place):  # else its holder removed it while we opened it
            return file
    except (BlockingIOError, FileNotFoundError, PermissionError):
        pass
    except OSError:
        os.close(file)
        raise
    os.close(file)
    return None


def _is(file: int, place: Path) -> bool:
    """Whether an open file is still the one of that name."""
    return os.path.samestat(os.fstat(file), place.lstat())


def release(file: int, place: Path) -> None:
    """Remove a lock file that is ours and give the lock back."""
    if sys.platform == "win32":  # what is open cannot be removed there
        with suppress(OSError):
            os.close(file)
    with suppress(OSError):
        if sys.platform == "win32" or _is(file, place):  # a second try must not remove the lock of the next run
            place.unlink()
    with suppress(OSError):
        os.close(file)


def surely(tidy: Callable[..., None], *given: object) -> None:
    """Tidy up; once more from the start where a signal breaks it off, and then pass the signal on."""
    try:
        tidy(*given)
    except BaseException:
        tidy(*given)
        raise


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder for the time of a block; wait a minute for another run to leave it.

    Raises
    ------
    OSError
        Where another run holds it longer, or nothing can be made in it.
    """
    place, until = folder / LOCK, time.monotonic() + PATIENCE_S
    while (file := try_lock(place)) is None:
        if time.monotonic() > until:
            raise BlockingIOError(errno.EAGAIN, "another run of townline is writing there; wait until it has ended")
        time.sleep(_PAUSE_S)
    try:
        yield
    finally:
        surely(release, file, place)
