"""Errors that a user can mend.

Every one is a `ValueError` whose text is a complete message: what is wrong, where, and what to do.
The command prints it without a traceback and exits with status 2.

::

    TownlineError            base of all; never raised itself
    ├── LayerError           a layer's file or table is not as declared
    ├── RegionError          the region file is not as it must be
    ├── RuleError            a price book or rule file is not as it must be
    ├── PlanError            inputs are sound, but this step cannot be done with them
    └── FetchError           a source cannot be had, or what came is not what was asked for

"""

import errno
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

_MOST_SIGNS: Final = 15_000
_REMEDIES: Final[Mapping[int, str]] = {
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room, your share of the disk is used up",
    errno.EFBIG: "write to a disk, or as a user, that may hold larger files",
    errno.EROFS: "choose a folder on a disk that can be written",
    errno.EACCES: "choose a folder that you may read and write, or ask its owner",
    errno.EPERM: "choose a folder that you may read and write, or ask its owner",
    errno.ENOENT: "correct the path",
    errno.ENOTDIR: "correct the path",
    errno.EISDIR: "name a file, or choose another folder",
    errno.ENAMETOOLONG: "choose shorter names",
    errno.EMFILE: "close other programs, or allow more open files",
    errno.EAGAIN: "run the command again then",
}


class TownlineError(ValueError):
    """Base of all errors that a user can mend.

    Parameters
    ----------
    where
        What the faults are about: a layer, a file, a stage.
    faults
        All that is wrong with it, each a clause with its remedy.
    """

    def __init__(self, where: str, faults: Iterable[str]) -> None:
        self.where = where
        self.faults = tuple(_first(faults))
        super().__init__(f"{where}: {'; '.join(self.faults)}")


def _first(faults: Iterable[str]) -> Iterator[str]:
    """Yield as many faults as a person reads, and say how many more there are."""
    said, left = 0, 0
    for fault in faults:
        short = fault if len(fault) <= _MOST_SIGNS else f"{fault[:_MOST_SIGNS]}..."
        said += len(short)
        if said <= _MOST_SIGNS or said == len(short):
            yield short
        else:
            left += 1
    if left:
        yield f"and {left:,} more; mend these first"


class LayerError(TownlineError):
    """A layer's file or table is not as declared."""


class RegionError(TownlineError):
    """The region file is not as it must be."""


class RuleError(TownlineError):
    """A price book or rule file is not as it must be."""


class PlanError(TownlineError):
    """Inputs are sound, but this step cannot be done with them."""


class FetchError(TownlineError):
    """A source cannot be had, or what came is not what was asked for."""


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return ``" (did you mean 'x'?)"`` or the list of known words, for the end of a message."""
    choices = sorted(known)
    near = get_close_matches(word, choices, n=1)
    if near:
        return f" (did you mean '{near[0]}'?)"
    return f" (known: {', '.join(choices)})" if choices else ""


def what_to_do(problem: OSError) -> str:
    """Return what a user can do where the system refuses something, for the end of a message."""
    return _REMEDIES.get(problem.errno or 0, "check the disk and run the command again")
