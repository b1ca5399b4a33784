"""No more requests to a host in a minute than it likes, over all runs on this machine."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

from filelock import FileLock

from layers.fetch._policy import Policy

_WINDOW_S: Final = 60.0


def wait_for_turn(folder: Path, host: str, per_minute: float, policy: Policy, tell: Callable[[str], None]) -> None:
    """Wait until the host was asked less than `per_minute` times in the last minute, and note this time.

    The times stand in a small file of the cache, under a lock, so that two runs at once share them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{host.replace(':', '_')}.json"
    with FileLock(f"{place}.lock"):
        now = policy.clock()
        times = [time for time in _times(place) if now - _WINDOW_S < time <= now]
        most = max(1, int(per_minute))
        if len(times) >= most:
            rest = times[-most] + _WINDOW_S - now
            tell(f"waiting {rest:.0f} s: {host} is asked at most {most} times a minute")
            policy.pause(rest)
            now += rest
        temporary = place.with_suffix(".new")
        temporary.write_text(json.dumps([*times, now][-most:]), "utf-8")
        temporary.replace(place)


def _times(place: Path) -> list[float]:
    try:
        return sorted(float(time) for time in json.loads(place.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return []
