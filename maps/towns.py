"""Towns on the map: classes of the share served, verdicts, and what the panel says about each town."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import shapely

from maps import geometry
from maps.fits import Fits
from maps.layer import PageLayer, Payload
from maps.styles import FieldStyle, styles
from planner import words

VERDICTS = ("pass", "not known", "fail")
Row = dict[str, Any]


@dataclass(frozen=True)
class ShareClass:
    """One class of the legend: words, colour, and the verdict whose pattern it carries."""

    label: str
    colour: str
    ink: str
    verdict: str


class Views(Protocol):
    """What else than the plan as it stands the areas can show."""

    @property
    def fields(self) -> Sequence[FieldStyle]:
        """Lines of the panel that any of the views has."""
        ...

    def payload(self) -> Payload:
        """Return all for the page."""
        ...


class ShareClasses:
    """Classes of the share served for one target; every town falls into exactly one.

    Parameters
    ----------
    target
        Share of premises that must be served, in (0, 1].
    """

    def __init__(self, target: Fraction) -> None:
        look = styles().share
        self.target = target
        self.breaks = [words.exact_share(limit) for limit in look.breaks if words.exact_share(limit) < target]
        colours = [*look.colours[: len(self.breaks)], *look.colours[-2:]]
        inks = [*look.hatches[: len(self.breaks)], *look.hatches[-2:]]
        verdicts = ["fail"] * (len(self.breaks) + 1) + ["pass"]
        shares = [ShareClass(*each) for each in zip(self._labels(), colours, inks, verdicts, strict=True)]
        self.classes = (
            *reversed(shares),
            ShareClass("Share not known, but short of the target", look.not_known, look.hatches[1], "fail"),
            ShareClass("Not known", look.not_known, look.dots, "not known"),
        )

    def _labels(self) -> list[str]:
        limits = [words.percent(limit) for limit in (*self.breaks, self.target)]
        between = [f"{low} to under {high}" for low, high in pairwise(limits)]
        top = f"{limits[-1]} or more" if self.target < 1 else limits[-1]
        return [f"Under {limits[0]}", *between, top]

    def index(self, verdict: str, share: Any) -> int:
        """Return the class of a town; its verdict decides on which side of the target it falls."""
        last = len(self.classes) - 1
        if verdict == "pass":
            return 0
        if verdict != "fail":
            return last
        if words.is_missing(share):
            return last - 1
        below = sum(words.exact_share(share) >= limit for limit in self.breaks)
        return len(self.breaks) + 1 - below


def _of(row: Row, field: FieldStyle) -> str:
    part, whole = words.count(row.get(field.column)), words.count(row.get(field.of or ""))
    return f"{part} of {whole}" if part and whole else part


def _cost(row: Row, field: FieldStyle) -> str:
    return words.usd(row.get(field.column)) or ("not costed" if field.column in row else "")


def _range(row: Row, field: FieldStyle) -> str:
    low, high = words.usd(row.get(field.column)), words.usd(row.get(field.of or ""))
    return f"{low} to {high}" if low and high else ""


def _plain(form: Callable[[Any], str]) -> Callable[[Row, FieldStyle], str]:
    return lambda row, field: form(row.get(field.column))


FORMATS: dict[str, Callable[[Row, FieldStyle], str]] = {
    "text": _plain(words.text),
    "count": _plain(words.count),
    "share": _plain(words.floor_percent),
    "of": _of,
    "usd": _plain(words.usd),
    "cost": _cost,
    "range": _range,
    "miles": _plain(words.miles),
    "date": _plain(words.day),
}


def value(row: Row, field: FieldStyle) -> str:
    """Return what the panel says in one line about a town; empty where the line is left out."""
    return FORMATS[field.format](row, field)


def tip(row: Row, target: Fraction) -> list[str]:
    """Return the lines of a town's tooltip below its name."""
    verdict, share = verdict_of(row), words.floor_percent(row.get("share_served"))
    short = words.count(row.get("shortfall"))
    said = f"{styles().verdicts[verdict].sign} {styles().verdicts[verdict].label}"
    if verdict != "not known":
        said += f" {words.percent(target)}" + (f" by {short} premises" if verdict == "fail" and short else "")
    cost = words.usd(row.get(styles().town.tip_cost))
    return [f"{share} served" if share else "Share served not known", said, *([f"Cost {cost}"] if cost else [])]


def verdict_of(row: Row) -> str:
    """Return a town's verdict; an empty or unheard-of one is ``not known``."""
    verdict = words.text(row.get("verdict"))
    return verdict if verdict in VERDICTS else "not known"


class Polygons(PageLayer):
    """Towns as areas: colour by share served, pattern and outline by verdict.

    Parameters
    ----------
    table
        Table ``town_results`` in the region's metric CRS.
    target
        Share of premises that must be served, in (0, 1].
    declaration
        Declaration of the towns layer: title, licence.
    results
        Declaration of the table of results: meanings and units of its columns.
    """

    kind = "polygons"

    def __init__(self, table: gpd.GeoDataFrame, target: Fraction, declaration: Any = None, results: Any = None) -> None:
        super().__init__("towns", table, declaration)
        self.target = target
        self.results = results
        self.called = ("town", "towns")
        self.fits: Fits | None = None
        self.views: Views | None = None
        plain = table.drop(columns=table.geometry.name)
        self.rows: list[Row] = [{str(name): cell for name, cell in row.items()} for row in plain.to_dict("records")]
        self.share_classes = ShareClasses(target)
        self.class_of = [self.share_classes.index(verdict_of(row), row.get("share_served")) for row in self.rows]

    def counts(self) -> dict[str, int]:
        """Return the number of towns by verdict."""
        found = [verdict_of(row) for row in self.rows]
        return {verdict: found.count(verdict) for verdict in VERDICTS}

    def content(self) -> Payload:
        """Return shapes, classes, names and what the panel says."""
        simple = geometry.coverage(self.shapes, styles().map.town_tolerance_m)
        fields = self.views.fields if self.views else self.fields()
        return {
            "amount": words.count(len(self.rows)),
            "classes": self.classes(),
            "class_of": self.class_of,
            "shapes": [geometry.encoded_polygon(shape) for shape in self.to_page(simple)],
            "names": [words.text(row.get("town")) or words.text(row.get("town_geoid")) for row in self.rows],
            "hints": [words.text(row.get("county")) for row in self.rows],
            "verdicts": [verdict_of(row) for row in self.rows],
            "labels": self._labels(simple),
            "tips": self.tips(),
            "fields": [self._field(field) for field in fields],
            "values": self.values(fields),
            "table": [name for name in styles().town.table if name in self.table],
            "opacity": 1.0,
            "fits": self.fits.payload(self.called) if self.fits else None,
            "views": self.views.payload() if self.views else None,
        }

    def fields(self) -> list[FieldStyle]:
        """Return the lines of the panel that the table has columns for."""
        return [field for field in styles().town.fields if field.column in self.table]

    def values(self, fields: Sequence[FieldStyle]) -> list[list[str]]:
        """Return what the panel says in each line of each town."""
        return [[value(row, field) for field in fields] for row in self.rows]

    def tips(self) -> list[list[str]]:
        """Return the lines of each town's tooltip below its name."""
        return [tip(row, self.target) for row in self.rows]

    def answer(self) -> dict[str, str]:
        """Return the number of towns by verdict, in words."""
        counts, looks = self.counts(), styles().verdicts
        said = {name: f"{words.count(counts[name])} {looks[name].count_label}" for name in VERDICTS}
        said["pass"] = f"{words.count(counts['pass'])} of {words.count(sum(counts.values()))} {self.called[1]} " + (
            looks["pass"].count_label
        )
        return {name: said[name] for name in ("pass", "fail", "not known")}

    def aim(self, label: str) -> str:
        """Return the target of one town, in words; `label` names its speeds."""
        return f"{words.text(label)} Mbps for at least {words.percent(self.target)} of premises"

    def classes(self) -> list[Payload]:
        """Return the classes of the legend, each with its number of towns."""
        return [
            {
                "label": each.label,
                "colour": each.colour,
                "ink": each.ink,
                "verdict": each.verdict,
                "count": self.class_of.count(index),
                "amount": words.count(self.class_of.count(index)),
                "optional": index == len(self.share_classes.classes) - 2,
            }
            for index, each in enumerate(self.share_classes.classes)
        ]

    def _labels(self, shapes: geometry.Geometries) -> Payload:
        """Return the place, lettering and rank of each town's name: largest populations come first."""
        people: list[Any] = [row.get("population_2020") for row in self.rows]
        size = np.array([0.0 if words.is_missing(number) else float(number) for number in people])
        sizes = styles().labels.sizes
        letters = [next(i for i, each in enumerate(sizes) if each.min_population <= number) for number in size]
        return {
            "xy": geometry.encoded_points(self.to_page(geometry.label_points(shapes))),
            "letters": letters,
            "order": np.lexsort((-shapely.area(shapes), -size)).tolist(),
        }

    def _field(self, field: FieldStyle) -> Payload:
        meaning = self._meaning(field)
        return {
            "column": field.column,
            "label": field.label,
            "short": field.short or field.label,
            "group": field.group,
            "filter": field.filter,
            "meaning": "" if echoes(field.label, meaning) else meaning,
            "number": field.format not in ("text", "date"),
        }

    def _meaning(self, field: FieldStyle) -> str:
        """Return what the declaration says of a field; of both ends where it is a range."""
        columns = getattr(self.results, "columns", {})
        names = (field.column, field.of) if field.format == "range" else (field.column,)
        return " ".join(words.text(columns[name].meaning) for name in names if name in columns)


_SMALL = frozenset(("a", "an", "and", "for", "in", "is", "its", "of", "on", "that", "the", "to", "what"))


def echoes(label: str, meaning: str) -> bool:
    """Return whether a meaning has no word of weight that its label lacks, so that it explains nothing."""
    return _weighty(meaning) <= _weighty(label)


def _weighty(said: str) -> set[str]:
    return {word.removesuffix("s") for word in re.findall(r"\w+", said.lower()) if word not in _SMALL}
