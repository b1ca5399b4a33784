"""The name of a place -> the codes that make it up."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Final

import pandas as pd

from layers import PlanError
from layers.fetch import Fetcher, FetchError
from layers.state_codes import State, states
from planner.start.boundaries import COUNTY, TOWN, read_attributes
from planner.start.metros import read_metros
from planner.start.words import one_line, plain

_CODE: Final = re.compile(r"[0-9]{2}|[0-9]{5}|[0-9]{10}|CBSA[0-9]{5}")
_MOST: Final = 12


@dataclass(frozen=True)
class Place:
    """A place: what it is called, and the codes of states, counties or towns that make it up."""

    title: str
    kind: str
    code: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Gazetteer:
    """Names of counties, metropolitan areas and towns, read from fetched files when they are asked for."""

    fetcher: Fetcher
    year: int
    tell: Callable[[str], None]

    @cached_property
    def counties(self) -> pd.DataFrame:
        """Counties of the nation."""
        return read_attributes(self.fetcher.get("county_shapes", year=str(self.year)).path, COUNTY)

    @cached_property
    def metros(self) -> pd.DataFrame:
        """Counties of metropolitan and micropolitan areas; none where their list is not to be had."""
        try:
            return read_metros(self.fetcher.get("cbsa_delineation", year="2023").path)
        except (FetchError, PlanError) as error:
            self.tell(f"left out: names of metropolitan areas ({' '.join(str(error).split())})")
            return pd.DataFrame({name: pd.Series(dtype="str") for name in ("county_fips", "code", "title", "kind")})

    def towns(self, state: str) -> pd.DataFrame:
        """Towns of a state with the names of their counties."""
        path = self.fetcher.get("cousub_shapes", state=state, year=str(self.year)).path
        table = read_attributes(path, TOWN)
        table = table[table["COUSUBFP"] != "00000"]
        county = self.counties.set_index("GEOID")["NAMELSAD"]
        return table.assign(county=(table["STATEFP"] + table["COUNTYFP"]).map(county).fillna("")).reset_index(drop=True)


def find(text: str, gazetteer: Gazetteer) -> tuple[Place, ...]:
    """Return the places that a text names, several of them parted by ``;``.

    Parameters
    ----------
    text
        ``X County, State``; ``Town, State``; ``Town, X County, State``; ``State``; the title of a metropolitan area;
        or a code: 2 digits a state, 5 a county, 10 a county subdivision, CBSA and 5 digits a metropolitan area.
        States by name or postal code. Capital letters, accents and dots do not matter.
    gazetteer
        Where names are looked up.

    Raises
    ------
    PlanError
        Where a name is not known (with the nearest ones) or means several places (with all of them).
    FetchError
        Where a list of names is not to be had.
    """
    names = [one_line(part) for part in text.split(";") if part.strip()]
    if not names:
        raise PlanError("place", ["is not named; write such as 'Franklin County, Massachusetts'"])
    return tuple(dict.fromkeys(_one(name, gazetteer) for name in names))


def _one(name: str, known: Gazetteer) -> Place:
    if _CODE.fullmatch(name.upper()):
        return _by_code(name.upper(), known)
    *words, last = [plain(part) for part in name.split(",")]
    state = _state(last)
    if not words and state is not None:
        return _of_state(state)
    head = words[0] if state and words else plain(name)
    county = words[1] if state and len(words) > 1 else ""
    near = _counties(known, state.fips if state else "")
    found = [each.place for each in near if head in each.names and not county]  # no town is called a county
    if not found:
        near += _metros(known) + (_towns(known, state.fips) if state else [])
        found = _matches(near, _title(name, state), head, county)
    if len(found) == 1:
        return found[0]
    if found:
        listed = "; ".join(f"{place.title} ({place.code})" for place in found[:_MOST])
        more = f"; and {len(found) - _MOST} more" if len(found) > _MOST else ""
        raise PlanError(
            f"place '{name}'", [f"means {len(found)} places: {listed}{more}. Name one in these words, or by its code"]
        )
    raise PlanError(f"place '{name}'", [f"is not known{_nearest(name, near)}"])


def _matches(near: "list[_Named]", title: str, head: str, county: str) -> list[Place]:
    """Return the places of this name; a county without its word only where nothing else has the name."""
    sure = [each.place for each in near if each.fits(title, head, county)]
    return sure or [each.place for each in near if each.bare == head and not county]


@dataclass(frozen=True)
class _Named:
    """A place with the plain words that name it."""

    place: Place
    names: tuple[str, ...]
    whole: tuple[str, ...] = ()
    county: str = ""
    bare: str = ""

    def fits(self, title: str, head: str, county: str) -> bool:
        named = head in self.names and (not county or county in (self.county, self.county.rsplit(" ", 1)[0]))
        return named or title in self.whole


def _metros(known: Gazetteer) -> list[_Named]:
    found = []
    for (code, title, kind), rows in known.metros.groupby(["code", "title", "kind"], sort=True):
        word = "metro area" if kind == "metropolitan area" else "micro area"
        place = Place(f"{title} {word}", str(kind), f"CBSA{code}", tuple(sorted(rows["county_fips"])))
        words = plain(str(title))
        found.append(_Named(place, (), (words, f"{words} {word}", f"{words} {kind}")))
    return found


def _counties(known: Gazetteer, state: str) -> list[_Named]:
    table = known.counties[known.counties["STATEFP"].str.startswith(state)]
    return [
        _Named(Place(f"{full}, {states()[code[:2]].postal}", "county", code, (code,)), (plain(full),), bare=plain(name))
        for code, name, full in zip(table["GEOID"], table["NAME"], table["NAMELSAD"], strict=True)
        if code[:2] in states()
    ]


def _towns(known: Gazetteer, state: str) -> list[_Named]:
    table = known.towns(state)
    postal = states()[state].postal
    return [
        _Named(Place(f"{full}, {county}, {postal}", "town", code, (code,)), (plain(name), plain(full)), county=plain(county))
        for code, name, full, county in zip(table["GEOID"], table["NAME"], table["NAMELSAD"], table["county"], strict=True)
    ]  # fmt: skip


def _by_code(code: str, known: Gazetteer) -> Place:
    """Return the place of a code."""
    if len(code) == 2 and code in states():
        return _of_state(states()[code])
    near: list[_Named] = []
    if code.startswith("CBSA"):
        near = _metros(known)
    elif len(code) == 5:
        near = _counties(known, code[:2])
    elif len(code) == 10 and code[:2] in states():
        near = _towns(known, code[:2])
    found = [each.place for each in near if each.place.code == code]
    if not found:
        raise PlanError(f"place '{code}'", ["is not known; look its code up, or write the name"])
    return found[0]


def _state(word: str) -> State | None:
    return next((each for each in states().values() if word in (plain(each.name), each.postal.casefold())), None)


def _of_state(state: State) -> Place:
    return Place(state.name, "state", state.fips, (state.fips,))


def _title(name: str, state: State | None) -> str:
    """Return a name as titles of metropolitan areas are written, with the postal code of the state."""
    head, _, _ = name.rpartition(",")
    return plain(f"{head}, {state.postal}") if state and head else plain(name)


def _nearest(name: str, near: Iterable[_Named]) -> str:
    words = {word: each.place for each in near for word in (plain(each.place.title), *each.names, *each.whole)}
    heads = (plain(name), plain(name.rpartition(",")[0]))
    close = [match for head in heads if head for match in get_close_matches(head, words, n=3, cutoff=0.6)]
    titles = list(dict.fromkeys(words[match].title for match in close))[:4]
    return f"; the nearest are: {'; '.join(titles)}" if titles else "; write such as 'Franklin County, Massachusetts'"
