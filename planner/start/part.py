"""What a new region is made of: a table of the region file with its files, or the reason why it is not there."""

import datetime as dt
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from layers import PlanError, TownlineError
from layers.fetch import Fetched, Fetcher
from layers.state_codes import State, states

FOLDER: Final = "layers"
UNCHANGED: Final = "as fetched"


@dataclass(frozen=True)
class File:
    """A file of the new folder.

    Attributes
    ----------
    name
        Path inside the folder, of our own words only.
    fetched
        What was fetched.
    done
        What was done to it.
    """

    name: str
    fetched: Fetched
    done: str = UNCHANGED


@dataclass(frozen=True)
class Part:
    """A table of the region file, such as ``layers.towns``, with its keys, files and a sentence for the reader."""

    table: str
    keys: Mapping[str, Any]
    files: tuple[File, ...]
    note: str = ""


@dataclass(frozen=True)
class Lost:
    """A table that the region file does not have: what it would hold, and how to add it."""

    table: str
    what: str
    remedy: str


@dataclass(frozen=True)
class Wish:
    """What is asked for: the words for the place, the year of boundaries and statistics, the day of filings."""

    place: str
    year: int = 2023
    bdc: dt.date = dt.date(2024, 6, 30)

    def __post_init__(self) -> None:
        if (self.bdc.month, self.bdc.day) not in ((6, 30), (12, 31)):
            fault = (
                f"{self.bdc} is no day of availability filings; they are of 30 June or 31 December, such as 2024-06-30"
            )
            raise PlanError("--bdc", [fault])


@dataclass(frozen=True)
class Work:
    """What every builder of parts works with.

    Attributes
    ----------
    wish, fetcher, folder
        What is asked for, where files come from, and where they go.
    towns
        Shapes of the region's towns in degrees (NAD83), with ``town_geoid``.
    tell
        Called with one line where a source is left out.
    """

    wish: Wish
    fetcher: Fetcher
    folder: Path
    towns: gpd.GeoDataFrame
    tell: Callable[[str], None] = field(default=lambda _line: None)

    @cached_property
    def states(self) -> tuple[State, ...]:
        """The states of the towns, in the order of their codes."""
        return tuple(states()[code] for code in sorted(set(self.towns["town_geoid"].str[:2])))

    @cached_property
    def counties(self) -> tuple[str, ...]:
        """The counties of the towns, in the order of their codes."""
        return tuple(sorted(set(self.towns["town_geoid"].str[:5])))

    @property
    def year(self) -> str:
        """The year as text."""
        return str(self.wish.year)

    def keep(self, fetched: Fetched, name: str) -> File:
        """Copy a fetched file, or a member of it, into the folder under a name of ours."""
        place = self.place(name)
        shutil.copyfile(fetched.path, place)
        return File(f"{FOLDER}/{name}", fetched)

    def place(self, name: str) -> Path:
        """Return where a file of this name goes."""
        folder = self.folder / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    def member(self, fetched: Fetched, pattern: str) -> Path:
        """Return the one member of a fetched zip that has a name of this pattern, the last where there are several.

        Raises
        ------
        FetchError
            Where there is none.
        """
        return max(self.fetcher.unpack(fetched, pattern))


def common(fetched: Fetched) -> dict[str, Any]:
    """Return the keys that say where rows come from."""
    day = {"as_of": found} if (found := day_of(fetched.as_of)) else {}
    return {"origin": "published", "source": fetched.source, **day}


def day_of(text: str) -> dt.date | None:
    """Return the day at the beginning of a text, None where there is none."""
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None


def attempt(work: Work, lost: Lost, make: Callable[[], tuple[Part, ...]]) -> tuple[Part | Lost, ...]:
    """Return the parts that `make` builds; where its source fails, tell it in one line and return what is lost."""
    try:
        return make()
    except TownlineError as error:
        work.tell(f"left out: {lost.what} ({' '.join(str(error).split())})")
        return (lost,)


def text_table(path: Path, sep: str = ",") -> pd.DataFrame:
    """Return a table of texts; UTF-8, else Latin-1.

    Raises
    ------
    PlanError
        Where it is no table.
    """
    for encoding in ("utf-8-sig", "latin-1"):
        try:
            return pd.read_csv(path, sep=sep, dtype="str", keep_default_na=False, encoding=encoding)
        except UnicodeDecodeError:
            continue
        except ValueError as error:
            raise PlanError(f"file {path.name}", [f"is no table ({' '.join(str(error).split())[:120]})"]) from None
    raise PlanError(f"file {path.name}", ["is no text"])


def needed(table: pd.DataFrame, columns: tuple[str, ...], where: str) -> None:
    """Raise PlanError where a table lacks columns."""
    lost = [name for name in columns if name not in table]
    if lost:
        raise PlanError(where, [f"has no column {', '.join(lost)}; its publisher may have changed it"])
