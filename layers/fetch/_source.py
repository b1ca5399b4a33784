"""The rows of sources: address, licence, as-of, columns, limits, credentials."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final
from urllib.parse import quote, urlsplit

from layers.errors import FetchError, suggestion

KINDS: Final = ("zip", "csv", "tsv", "json", "xml", "xlsx", "gz")
_DERIVED: Final = {"yy": "year", "next_yy": "year", "varies": "year", "fetched": ""}
_HERE: Final = Path(__file__).parent


@dataclass(frozen=True)
class Credential:
    """A secret that a source asks for.

    Attributes
    ----------
    variable
        Environment variable that holds it; in the keyring the entry of this name of service ``townline``.
    sent_as
        ``query:NAME`` or ``header:NAME``.
    needed
        Whether the source gives nothing without it.
    where
        Where one gets it.
    """

    variable: str
    sent_as: str
    needed: bool
    where: str = ""


@dataclass(frozen=True)
class Part:
    """What fills a pair of braces: how it must look, in words, and an example."""

    pattern: str
    meaning: str
    example: str


@dataclass(frozen=True)
class Source:
    """A public source.

    Attributes
    ----------
    key, title
        Short name, and what it is.
    url
        Address with braces for parts; always https.
    licence, source
        Under which licence, and who publishes it.
    as_of
        Day that the data describes, with braces for parts or ``{fetched}``.
    kind
        Shape of the file: zip, csv, tsv, json, xml, xlsx or gz.
    parts
        Names of the parts that a user gives.
    columns
        Columns, or in JSON keys, that must be there; may have braces. In XML the name of the root.
    member
        Which file in an archive has the columns (a pattern for its last name).
    sha256
        Hash, where the content never changes.
    per_minute
        Most requests to its host in a minute.
    max_mb, max_unpacked_mb
        Most megabytes of the file, and of all that an archive holds (20 times as much where it is 0).
    credentials
        Secrets that it asks for.
    body
        Question that is sent as the form field ``data``; empty for a plain address.
    file
        Name of the file in the cache; the address's last part where it is empty.
    hosts
        Hosts besides its own to which it may redirect.
    varies
        A piece of the address that changes by year.
    read_s
        Seconds between two pieces of an answer, where it needs more than others.
    listing, each, match, choose
        For a source of several files: source that lists them, source of one of them, what rows of the list must say,
        and which parts of one file are which keys of its row.
    """

    key: str
    title: str
    url: str
    licence: str
    as_of: str
    source: str
    kind: str
    parts: tuple[str, ...]
    columns: tuple[str, ...] = ()
    member: str = ""
    sha256: str = ""
    per_minute: float = 30.0
    max_mb: float = 200.0
    max_unpacked_mb: float = 0.0
    credentials: tuple[Credential, ...] = ()
    body: str = ""
    file: str = ""
    hosts: tuple[str, ...] = ()
    varies: Mapping[str, str] = field(default_factory=dict)
    read_s: float = 0.0
    listing: str = ""
    each: str = ""
    match: Mapping[str, str] = field(default_factory=dict)
    choose: Mapping[str, str] = field(default_factory=dict)

    def fault(self, text: str, url: str = "") -> FetchError:
        """Return the error that names this source and its address, without secrets."""
        return FetchError(f"source '{self.key}' ({url or self.url})", [text])

    def filled(self, template: str, values: Mapping[str, str], *, in_url: bool = False) -> str:
        """Return a template with its braces filled; in an address, blanks and the like are escaped."""
        safe = {name: quote(value, safe=",") if in_url else value for name, value in values.items()}
        return template.format_map(safe)

    def values(self, parts: Mapping[str, str]) -> dict[str, str]:
        """Return the parts and what follows from them.

        Raises
        ------
        FetchError
            Where a part is missing, not known, or not of its form.
        """
        faults = [
            f"needs {name}={known_parts()[name].example} ({known_parts()[name].meaning})"
            for name in self.parts
            if name not in parts
        ]
        faults += [f"has no part '{name}'{suggestion(name, self.parts)}" for name in parts if name not in self.parts]
        faults += [fault for name, value in parts.items() if name in self.parts for fault in _part_faults(name, value)]
        year = parts.get("year", "")
        if self.varies and year not in self.varies and not faults:
            faults = [f"is known for the years {', '.join(self.varies)}; name one of them"]
        if faults:
            raise FetchError(f"source '{self.key}'", faults)
        found = {name: str(value) for name, value in parts.items()}
        if year:
            found |= {"yy": year[2:], "next_yy": f"{(int(year) + 1) % 100:02d}", "varies": self.varies.get(year, "")}
        return found


def _part_faults(name: str, value: str) -> list[str]:
    part = known_parts()[name]
    if not re.fullmatch(part.pattern, str(value), re.ASCII):
        shown = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in str(value)[:60])
        return [f"{name}={shown} is not a {part.meaning}; for example {name}={part.example}"]
    if name == "bbox":
        south, west, north, east = map(float, value.split(","))
        if not (-90 <= south < north <= 90 and -180 <= west < east <= 180):
            return [f"bbox={value} is not south,west,north,east in degrees; for example bbox={part.example}"]
    return []


@cache
def known_parts() -> Mapping[str, Part]:
    """Return all parts by name."""
    content = tomllib.loads((_HERE / "parts.toml").read_text("utf-8"))
    return {name: Part(**row) for name, row in content.items()}


@cache
def sources() -> Mapping[str, Source]:
    """Return all sources by key, in the order of the files and of their rows."""
    found: dict[str, Source] = {}
    for path in sorted((_HERE / "sources").glob("*.toml")):
        found |= parsed(tomllib.loads(path.read_text("utf-8")))
    return found


def parsed(content: Mapping[str, Any]) -> dict[str, Source]:
    """Return the sources of one file: `rows` by key; what stands above them holds for all of them.

    Raises
    ------
    ValueError
        Where a row is not as `Source` says, its address is not https, or a brace is no known part.
    """
    common = {name: value for name, value in content.items() if name != "rows"}
    return {key: _source(key, {**common, **row}) for key, row in content["rows"].items()}


def _source(key: str, row: Mapping[str, Any]) -> Source:
    given = dict(row)
    named = {name for text in (row["url"], row.get("body", ""), row.get("file", "")) for name in _braces(str(text))}
    unknown = named - set(known_parts()) - set(_DERIVED)
    address = urlsplit(str(row["url"]))
    if unknown or address.scheme != "https" or not address.hostname or row["kind"] not in KINDS:
        raise ValueError(f"row '{key}' is not a source: check its address, braces {sorted(unknown)} and kind")
    parts = row.get("parts") or sorted({_DERIVED.get(name, name) for name in named} - {""})
    given["parts"] = tuple(parts)
    given["credentials"] = tuple(Credential(**each) for each in row.get("credentials", ()))
    given |= {name: tuple(given.get(name, ())) for name in ("columns", "hosts")}
    given["varies"] = {str(year): text for year, text in row.get("varies", {}).items()}
    return Source(key=key, **given)


def _braces(template: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(template) if name]
