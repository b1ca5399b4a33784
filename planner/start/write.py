"""The region file and the list of sources of a new folder, as text. Names of others are escaped."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from layers.fetch import sources
from planner.start.part import File, Lost, Part
from planner.start.words import one_line

_ORDER: Final = (
    "layers.towns", "layers.counties", "layers.states", "filings", "layers.block_towns", "layers.roads", "layers.anchors",
    "layers.institutes",
)  # fmt: skip
_PRICES: Final = "massachusetts-2015"
_ADD: Final = """\
# What no public source gives, and how to add it:
# - points of presence (a layer of your own), for the middle mile: where the network meets the backbone
# [layers.points_of_presence]
# path = "points_of_presence.csv"
# crs = "EPSG:4326"
# columns = { x = "longitude_deg", y = "latitude_deg" }
# [middle_mile]
#
# - all homes and businesses (the licensed location fabric, or a list of the town's own), for shares of all of them
# [layers.premises]
# path = "premises.csv"
#
# - projects for the towns that fall short: needs who is served, from filings, premises or a layer town_service
# [last_mile]
"""


def value(given: Any) -> str:
    """Return a value as TOML."""
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, (dt.date, int, float)):
        return str(given)
    if isinstance(given, Mapping):
        return "{ " + ", ".join(f"{name} = {value(each)}" for name, each in given.items()) + " }"
    if isinstance(given, Sequence) and not isinstance(given, str):
        inner = [value(each) for each in given]
        short = "[" + ", ".join(inner) + "]"
        return short if len(short) <= 100 else "[\n" + "".join(f"    {each},\n" for each in inner) + "]"
    return json.dumps(one_line(str(given)), ensure_ascii=False)


def region_toml(head: Mapping[str, Any], asked: str, screened: dt.date, parts: Iterable[Part | Lost]) -> str:
    """Return the region file.

    Parameters
    ----------
    head
        Name, crs, day and price book.
    asked
        Words with which the folder can be made again.
    screened
        Day whose rules are applied to places.
    parts
        Its tables, and those that it does not have.
    """
    known = sorted(parts, key=lambda part: (_ORDER.index(part.table) if part.table in _ORDER else 99, part.table))
    lines = [f"# {one_line(str(head['name']))}. Made by: {one_line(asked)}"]
    lines += [
        "# Where every file comes from is in SOURCES.md. Check with: townline check; plan with: townline plan",
        "",
    ]
    lines += [f"{name} = {value(each)}" for name, each in head.items()]
    lines += [f'prices = "{_PRICES}" # the shipped book; put your own prices before you trust a cost', ""]
    for down, up in ((25, 3), (100, 20)):
        lines += ["[[targets]]", f"down_mbps = {down}", f"up_mbps = {up}", "share = 0.96", ""]
    lines += ["# Screening for programmes, on the day on which the files were fetched.", "[eligibility]"]
    lines += [f"as_of = {screened}", ""]
    for part in known:
        lines += [*(_lost(part) if isinstance(part, Lost) else _table(part)), ""]
    return "\n".join(lines) + "\n" + _ADD


def _table(part: Part) -> list[str]:
    note = [f"# {one_line(part.note)}"] if part.note else []
    keys = [f"{name} = {value(each)}" for name, each in part.keys.items() if each is not None and each != []]
    return [*note, f"[{part.table}]", *keys]


def _lost(lost: Lost) -> list[str]:
    return [
        f"# Not here: {lost.what}. What rests on it is not known.",
        f"# To add it: {lost.remedy}",
        f"# [{lost.table}]",
    ]


def sources_md(title: str, parts: Iterable[Part | Lost]) -> str:
    """Return the list of sources: for each file its address, licence, day and hash."""
    rows = {
        (file.name, file.fetched.url, file.fetched.sha256): file
        for part in parts
        if isinstance(part, Part)
        for file in part.files
    }
    head = [f"# Sources of {_cell(title)}", ""]
    head += [
        "Files are as fetched unless the column *what was done* says otherwise; the hash is that of what was fetched.",
        "",
    ]
    head += ["| file | source | address | licence | as of | fetched | what was done | SHA-256 |"]
    head += ["| --- | --- | --- | --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *(_row(rows[key]) for key in sorted(rows))]) + "\n"


def _row(file: File) -> str:
    got, known = file.fetched, sources().get(file.fetched.key)
    named = f"{got.source}: {known.title}" if known else got.source
    cells = (file.name, named, got.url, got.licence, got.as_of[:10], got.fetched_at[:10], file.done, got.sha256)
    return "| " + " | ".join(_cell(each) for each in cells) + " |"


def _cell(text: str) -> str:
    """Return text for a cell: nothing in it ends the cell or opens a tag or link."""
    plain = one_line(text).replace("\\", "\\\\")
    for sign in "|<>[]`*_":
        plain = (
            plain.replace(sign, f"\\{sign}")
            if sign in "|[]`*_"
            else plain.replace(sign, f"&{'lt' if sign == '<' else 'gt'};")
        )
    return plain
