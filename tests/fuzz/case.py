"""What the parts of the harness hand to each other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

Files = Mapping[str, bytes]
Random = np.random.Generator


@dataclass(frozen=True)
class Sound:
    """A sound input: the file that is read, and those beside it."""

    name: str
    files: Files

    @property
    def main(self) -> bytes:
        return self.files[self.name]

    def with_main(self, content: bytes) -> "Sound":
        return Sound(self.name, {**self.files, self.name: content})


@dataclass(frozen=True)
class Facts:
    """What a reader took from an input."""

    rows: int
    digest: str
    told: bool = False
    """Whether the reader said that something may be wrong."""


@dataclass(frozen=True)
class Case:
    """One input to try.

    `must` is what the reader owes: "refuse"; "same" as the sound input, or a word of warning; the same number of
    "rows", or a word; or nothing but to end in good order ("any").
    """

    kind: str
    sound: Sound
    must: str
    base: Sound | None = None


@dataclass(frozen=True)
class Reader:
    """A reader under test."""

    name: str
    sounds: Callable[[], list[Sound]]
    read: Callable[[Path], Facts]
    text: bool = False
    sealed: bool = False
    """Whether a hash or checksum guards the content, so that no change may pass."""
    foreign: bool = True
    """Whether another format under its name must be refused."""
    hostile: Mapping[str, Callable[[Sound], tuple[Sound, str]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of one input."""

    reader: str
    index: int
    kind: str
    result: str
    detail: str = ""

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Outcome":
        return cls(**content)


RESULTS = ("read", "refused", "crash", "hang", "memory", "silent")
