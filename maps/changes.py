"""What differs between two plans or two days, town by town: classes, counts and words of the view of changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd

from maps.layer import Payload
from maps.packed import packed
from maps.styles import ChangeMeasure, FieldStyle, styles
from maps.towns import FORMATS, VERDICTS, Row
from planner import words

VERDICT, SHARE, COST = "verdict", "share", "cost"
MUCH_UP, UP, SAME, DOWN, MUCH_DOWN, UNKNOWN = range(6)
_TURNS: Final = {
    ("fail", "pass"): MUCH_UP,
    ("not known", "pass"): UP,
    ("not known", "fail"): DOWN,
    ("pass", "fail"): MUCH_DOWN,
}


@dataclass(frozen=True)
class Change:
    """What changes by one measure between two views.

    Attributes
    ----------
    key, label, group
        As in `maps.views.View`.
    before, after
        Keys of the two views.
    measure
        ``verdict``, ``share`` or ``cost``.
    table
        One row an area, in the order of the map: verdict_before, verdict_after, share_before, share_after (0 to 1)
        and, where costs are compared, cost_before_usd and cost_after_usd; then own lines of the panel, such as gained
        and lost (locations).
    called
        What the areas are called, one and several.
    lead, name
        What stands before the question, and a name that a reader gave.
    title
        What changes, in words.
    aim
        Target, in words; both where they differ.
    note
        What a reader must know of it.
    """

    key: str
    label: str
    group: str
    before: str
    after: str
    measure: str
    table: pd.DataFrame
    called: tuple[str, str]
    lead: str
    name: str
    title: str
    aim: str
    note: str = ""

    @property
    def look(self) -> ChangeMeasure:
        """Classes and words of the measure."""
        return styles().changes.measures[self.measure]

    @cached_property
    def class_of(self) -> list[int]:
        """The class of each area, one of six."""
        columns = {
            VERDICT: ("verdict_before", "verdict_after"),
            SHARE: ("share_before", "share_after"),
            COST: ("cost_before_usd", "cost_after_usd"),
        }[self.measure]
        pairs = zip(self.table[columns[0]], self.table[columns[1]], strict=True)
        if self.measure == VERDICT:
            return [turn(before, after) for before, after in pairs]
        return [step(before, after, self.look.big) for before, after in pairs]

    def payload(self) -> Payload:
        """Return words, classes, and what is said of each area."""
        return {
            "key": self.key,
            "label": words.text(self.label),
            "group": self.group,
            "question": [self.lead, words.text(self.name), f": change of {self.title}"],
            "answer": [["", said] for said in self.answer()],
            "aim": self.aim,
            "note": self.note,
            "table": [*(each.column for each in self._own()), *self.look.table],
            "classes": [self._class(number) for number in range(len(self.look.classes))],
            "class_of": "".join(map(str, self.class_of)),
            "said": packed([self.said(row) for row in self._rows()]),
        }

    def answer(self) -> list[str]:
        """Return how many areas change and how, then the sums that the measure has."""
        counts = [self.class_of.count(number) for number in range(len(self.look.classes))]
        changed = len(self.class_of) - counts[SAME] - counts[UNKNOWN]
        how = [
            f"{words.count(count)} {each.label[0].lower()}{each.label[1:]}"
            for number, (each, count) in enumerate(zip(self.look.classes, counts, strict=True))
            if count and number not in (SAME, UNKNOWN)
        ]
        lead = f"{words.count(changed)} of {words.count(len(self.class_of))} {self.called[1]} change"
        said = [f"{lead}: {', '.join(how)}" if how else lead]
        if counts[UNKNOWN]:
            said.append(f"{words.count(counts[UNKNOWN])} not known")
        if self.measure == COST:
            both = self.table[["cost_before_usd", "cost_after_usd"]].dropna().sum()
            said.append(f"public cost {_arrow(*map(words.usd, both))}")
        if "gained" in self.table:
            gained, lost = (words.count(self.table[name].sum()) for name in ("gained", "lost"))
            said.append(f"{gained} locations gained and {lost} lost")
        return said

    def said(self, row: Row) -> str:
        """Return what is said of one area: the measure before and after, in words."""
        if self.measure == VERDICT:
            looks = styles().verdicts
            return _arrow(looks[_verdict(row["verdict_before"])].label, looks[_verdict(row["verdict_after"])].label)
        if self.measure == SHARE:
            return "Share " + _arrow(*(words.floor_percent(row[name]) for name in ("share_before", "share_after")))
        return "Public cost " + _arrow(*(words.usd(row[name]) for name in ("cost_before_usd", "cost_after_usd")))

    def texts(self) -> dict[str, list[str]]:
        """Return the lines of the panel that only the change has, by column."""
        rows = self._rows()
        return {each.column: [FORMATS[each.format](row, each) for row in rows] for each in self._own()}

    def _rows(self) -> list[Row]:
        return [{str(name): cell for name, cell in row.items()} for row in self.table.to_dict("records")]

    def _own(self) -> list[FieldStyle]:
        return [each for each in styles().changes.fields if each.column in self.table]

    def _class(self, number: int) -> Payload:
        each, count = self.look.classes[number], self.class_of.count(number)
        look = styles().changes.looks[each.look]
        return {
            "label": each.label,
            "colour": look.fill,
            "ink": look.ink,
            "verdict": look_key(self.measure, number),
            "count": count,
            "amount": words.count(count),
            "optional": False,
        }


def look_key(measure: str, number: int) -> str:
    """Return the name under which the page knows the look of a class."""
    return f"{measure} {number}"


def looks(measures: Iterable[str]) -> Payload:
    """Return how the classes of measures look: sign, word, pattern, outline."""
    shapes = styles().changes.looks
    return {
        look_key(measure, number): {"label": each.label, "sign": each.sign, "rank": number != SAME}
        | shapes[each.look].model_dump(mode="json", include={"pattern", "outline", "outline_width", "colour"})
        for measure in sorted(measures)
        for number, each in enumerate(styles().changes.measures[measure].classes)
    }


def turn(before: Any, after: Any) -> int:
    """Return the class of a change of verdict; one that ends in what is not known is not known."""
    pair = (_verdict(before), _verdict(after))
    if pair[1] == "not known":
        return UNKNOWN
    return SAME if pair[0] == pair[1] else _TURNS[pair]


def step(before: Any, after: Any, big: float) -> int:
    """Return the class of a change of a share or of money; `big` is where it begins to be a large one.

    Both are held as the decimals that they are written as: 0.3 and 0.2 are exactly 0.1 apart.
    """
    if words.is_missing(before) or words.is_missing(after):
        return UNKNOWN
    gap = words.exact_share(after) - words.exact_share(before)
    if gap == 0:
        return SAME
    large = abs(gap) >= words.exact_share(big)
    return (MUCH_UP if large else UP) if gap > 0 else (MUCH_DOWN if large else DOWN)


def _verdict(value: Any) -> str:
    said = words.text(value)
    return said if said in VERDICTS else "not known"


def _arrow(before: str, after: str) -> str:
    before, after = before or "not known", after or "not known"
    return f"{before}, unchanged" if before == after else f"{before} → {after}"
