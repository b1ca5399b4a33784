"""One process that reads broken inputs, one after the other, under a guard of time and memory."""

import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import traceback
import warnings
import zlib
from pathlib import Path
from types import FrameType
from typing import Any, Final

import numpy as np

from layers import TownlineError
from tests.fuzz.case import Case, Facts, Reader, Sound
from tests.fuzz.mutate import broken
from tests.fuzz.readers import readers

SECONDS: Final = 10
MEMORY: Final = 1 << 30
_ADDRESSES: Final = 3 << 30
_HOSTILE_EACH: Final = 4  # of so many inputs, one is a crafted one


class _TooLong(BaseException):
    """Raised by the alarm."""


def _alarm(_number: int, _frame: FrameType | None) -> None:
    raise _TooLong


def case_of(reader: Reader, seed: int, index: int) -> Case:
    """Return the input of a number; the same seed gives the same one."""
    random = np.random.default_rng([seed, zlib.crc32(reader.name.encode()), index])
    sounds = reader.sounds()
    sound = sounds[int(random.integers(len(sounds)))]
    crafted = sorted(reader.hostile)
    if crafted and index % _HOSTILE_EACH == 0:
        name = crafted[index // _HOSTILE_EACH % len(crafted)]
        made, must = reader.hostile[name](sound)
        return Case(name, made, must, sound)
    mine = sound.name.rpartition(".")[2]
    others = [
        each for name in _FOREIGN for each in readers()[name].sounds()[:1] if each.name.rpartition(".")[2] != mine
    ]
    return broken(reader, sound, others, random)


_FOREIGN: Final = ("gpkg", "geoparquet", "shapefile", "flatgeobuf", "kml", "geojson", "parquet", "terrain tif")


def place(sound: Sound, folder: Path) -> Path:
    """Write an input's files and return the one that is read."""
    for name, content in sound.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder / sound.name


_known: dict[tuple[str, int], Facts] = {}


def facts_of(reader: Reader, sound: Sound) -> Facts:
    """Return what the reader takes from the sound input."""
    key = (reader.name, hash(tuple(sorted(sound.files.items()))))
    if key not in _known:
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            _known[key] = reader.read(place(sound, Path(folder)))
    return _known[key]


def judge(reader: Reader, case: Case, found: Facts) -> tuple[str, str]:
    """Say whether what was read may be."""
    if case.must == "refuse":
        return "silent", f"accepted with {found.rows} rows"
    if case.must == "any" or case.base is None or found.told:
        return "read", ""
    whole = facts_of(reader, case.base)
    if case.must == "same" and found.digest != whole.digest:
        return "silent", f"{found.rows} rows of {whole.rows}, content changed"
    if found.rows != whole.rows:
        return "silent", f"{found.rows} rows of {whole.rows}"
    return "read", ""


def attempt(reader: Reader, case: Case, folder: Path) -> tuple[str, str]:
    """Read one input and return the result and its detail."""
    path = place(case.sound, folder)
    before = _resident()
    _limit(_status("VmSize") + _ADDRESSES)
    used = sum(os.times()[:2])
    resource.setrlimit(resource.RLIMIT_CPU, (int(used) + 2 * SECONDS, resource.RLIM_INFINITY))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        result, detail = _result(reader, case, path)
    except _TooLong:
        result, detail = "hang", f"more than {SECONDS} s of the processor"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        _limit(resource.RLIM_INFINITY)
    if result in ("read", "refused") and _status("VmHWM") - before > MEMORY:
        return "memory", f"{(_status('VmHWM') - before) >> 20} MiB"
    return result, detail


def _result(reader: Reader, case: Case, path: Path) -> tuple[str, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return judge(reader, case, reader.read(path))
    except TownlineError as error:
        text = str(error)
        return ("crash", f"message of {len(text)} signs") if len(text) > 20_000 else ("refused", text[:300])
    except MemoryError:
        return "memory", _where()
    except Exception:  # noqa: BLE001 (any other exception is what is looked for)
        return "crash", _where()


def _where() -> str:
    lines = traceback.format_exc().strip().splitlines()
    frames = [line.strip() for line in lines if line.startswith("  File")]
    ours = [frame for frame in frames if "/layers/" in frame or "/planner/" in frame]
    return f"{lines[-1][:200]} @ {' <- '.join(frame.split('/')[-1] for frame in reversed(ours[-3:]))}"


def _status(key: str) -> int:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) << 10
    return 0


def _resident() -> int:
    """Begin a new count of the most memory, and return what is held now."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    return _status("VmRSS")


def _limit(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (size, resource.RLIM_INFINITY))


def main() -> None:
    """Answer lines of reader, seed and index."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, _alarm)
    for line in sys.stdin:
        asked: dict[str, Any] = json.loads(line)
        reader = readers()[asked["reader"]]
        case = case_of(reader, asked["seed"], asked["index"])
        if case.base is not None:
            facts_of(reader, case.base)
        folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
        answers.write(json.dumps({"kind": case.kind}) + "\n")
        answers.flush()
        try:
            result, detail = attempt(reader, case, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        answers.write(json.dumps({**asked, "kind": case.kind, "result": result, "detail": detail}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
