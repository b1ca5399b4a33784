"""Places that cannot be written: a small disk, one that is read-only, files where folders must be, names too long."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults._cases import Case
from tests.faults._child import Accident, Ended, run


def places(case: Case) -> Iterator[tuple[str, Ended]]:
    """Run a command against every such place; the earlier result is back before each."""
    case.reset()
    yield "no file may exceed 4 KiB", run(case.arguments, case.home, Accident("large", limit=4096))
    if os.geteuid() == 0 and shutil.which("mount"):
        with _nearly_full(case) as worked:
            if worked:
                yield "a disk with 64 KiB left", run(case.arguments, case.home)
        with _read_only(case) as worked:
            if worked:
                yield "a read-only folder", run(case.arguments, case.home)
    case.reset()
    for kind, bad in _bad(case).items():
        yield kind, run(_elsewhere(case, bad), case.home)
    (case.home / "file").unlink()


def _bad(case: Case) -> dict[str, Path]:
    (case.home / "file").write_text("mine", "utf-8")
    return {
        "a file in place of a folder": case.home / "file",
        "a name of 300 signs": case.home / ("x" * 300),
        "a folder of the kernel": Path("/proc/none"),
    }


def _elsewhere(case: Case, folder: Path) -> list[object]:
    here = str(case.out)
    return [str(each).replace(here, str(folder)) if str(each).startswith(here) else each for each in case.arguments]


@contextmanager
def _nearly_full(case: Case) -> Iterator[bool]:
    """Put the out folder on a disk that holds the earlier result and a little more."""
    case.reset()
    old = case.home / "old"
    pages = sum(path.stat().st_size // 4096 + 1 for path in old.rglob("*"))
    worked = _mount("-t", "tmpfs", "-o", f"size={4 * (pages + 16)}k", "tmpfs", str(case.out))
    try:
        if worked:
            shutil.copytree(old, case.out, dirs_exist_ok=True)
        yield worked
    finally:
        if worked:
            subprocess.run([shutil.which("umount") or "umount", "-l", str(case.out)], check=False)


@contextmanager
def _read_only(case: Case) -> Iterator[bool]:
    case.reset()
    worked = _mount("--bind", str(case.out), str(case.out))
    worked = worked and _mount("-o", "remount,bind,ro", str(case.out))
    try:
        yield worked
    finally:
        subprocess.run([shutil.which("umount") or "umount", "-l", str(case.out)], check=False, capture_output=True)


def _mount(*arguments: str) -> bool:
    done = subprocess.run([shutil.which("mount") or "mount", *arguments], check=False, capture_output=True)
    return done.returncode == 0
