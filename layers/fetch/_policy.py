"""How patient a fetch is."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

_FIRST_PAUSE_S = 1.0


@dataclass(frozen=True)
class Policy:
    """How patient a fetch is.

    Attributes
    ----------
    attempts
        How often an address is asked before giving up.
    connect_s, read_s
        Seconds until a connection stands, and between two pieces of an answer.
    deadline_s
        Seconds that one file may take in all, pauses counted.
    longest_pause_s
        Longest pause between two attempts; a server that asks for more is told of in the message instead.
    refresh
        Ask again even for what the cache has.
    pause, clock
        Waiting and telling the time, so that tests need not wait.
    """

    attempts: int = 5
    connect_s: float = 10.0
    read_s: float = 60.0
    deadline_s: float = 3600.0
    longest_pause_s: float = 120.0
    refresh: bool = False
    pause: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time

    def back_off(self, attempt: int) -> float:
        """Return seconds to wait after an attempt, counted from 0: twice as long each time, with half of it drawn."""
        longest = min(_FIRST_PAUSE_S * 2**attempt, self.longest_pause_s)
        return secrets.SystemRandom().uniform(longest / 2, longest)
