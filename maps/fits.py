"""Eligibility on a map: for each programme one short run of verdicts beside the shapes that the map has anyway."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd

from maps.chooser import NOTHING, looks_of, rows_of, words_of
from maps.layer import Payload
from maps.styles import styles
from planner.eligibility.portfolio import NEAREST, STATUSES, VERDICTS, containers
from planner.eligibility.words import number
from planner.words import count, day, days, is_missing, listing, text

_LINES: Final = {"reason": "", "margin": "", "missing": "Missing: ", "data": "Data as of ", "citation": ""}


@dataclass(frozen=True)
class Verdicts:
    """Verdicts of one programme on all places of one unit.

    Attributes
    ----------
    unit
        Kind of place.
    rows
        Rows of table `eligibility` by place; places without a row are left out.
    """

    unit: str
    rows: pd.DataFrame


class Fits:
    """Verdicts of all programmes on the areas of a map and on what contains them.

    Parameters
    ----------
    table
        Table `eligibility`, with rows.
    ids
        Codes of the areas of the map, in their order.
    unit
        Kind of the areas: ``community`` or ``county``.
    labor_markets
        Layer of that name, where there is one: it says which labor market a place belongs to.
    """

    def __init__(
        self, table: pd.DataFrame, ids: Iterable[str], unit: str, labor_markets: pd.DataFrame | None = None
    ) -> None:
        self.table = table.sort_values(["unit", "place_id", "programme"], kind="stable")
        self.unit = unit
        self.linked = containers(ids, unit, self.table, labor_markets)
        reach = {name: self._places(name) for name in NEAREST}
        self.places = {name: places for name, places in reach.items() if len(places)}

    def _places(self, unit: str) -> pd.Series:
        """Return names of the places of a unit by code: those that are on the map or contain what is on it."""
        rows = self.table[self.table["unit"] == unit].drop_duplicates("place_id")
        rows = rows[rows["place_id"].isin(self.linked[unit])]
        return pd.Series(rows["place"].to_numpy(), index=rows["place_id"].to_numpy(), dtype=object)

    @cached_property
    def programmes(self) -> list[tuple[str, dict[str, Verdicts]]]:
        """Programmes that have a verdict on the map, those that are open first, with their verdicts by unit."""
        kept = self.table[self.table["unit"].isin(self.places)]
        first = kept.drop_duplicates("programme")
        rank = first["status"].map(list(STATUSES).index)
        order = first.assign(_rank=rank).sort_values(["_rank", "programme_title", "programme"], kind="stable")
        groups = {key: rows.set_index("place_id") for key, rows in kept.groupby(["programme", "unit"])}
        found = [
            (name, {unit: Verdicts(unit, groups[name, unit]) for unit in self.places if (name, unit) in groups})
            for name in order["programme"]
        ]
        return [(name, units) for name, units in found if units]

    def start(self) -> int:
        """Return the programme to begin with.

        It says something and is open, if one is; then it tells places apart; then most places are eligible.
        """

        def rank(at: int) -> tuple[bool, bool, bool, int, int]:
            counts, shown = self._shown(self.programmes[at][1])
            whole = sum(counts.values())
            closed, same = _one(shown.rows, "status") != "open", max(counts.values()) == whole
            return counts["not known"] == whole, closed, same, -counts["eligible"], at

        return min(range(len(self.programmes)), key=rank)

    def of_status(self, status: str) -> int:
        """Return the number of programmes of a status, such as ``open``: those take applications."""
        return sum(_one(self._shown(units)[1].rows, "status") == status for _, units in self.programmes)

    def payload(self, names: tuple[str, str], start: int = -1) -> Payload:
        """Return all for the page.

        Parameters
        ----------
        names
            What the map calls its areas, one and several.
        start
            Position of the programme that is shown at first; -1 for none.
        """
        look, on = styles().eligibility, day(self.table["day"].iloc[0])
        units = {**look.units, self.unit: names}
        many = len(self.programmes)
        screened = "1 is" if many == 1 else f"{count(many)} are"
        return {
            "words": words_of(look.words),
            "looks": looks_of([look.verdicts[verdict] for verdict in VERDICTS]),
            "invite": f"Choose a programme to see who can apply: {screened} screened by the rules of {on}.",
            "note": f"By the rules of {on}. Verdicts on places; an applicant must meet further conditions.",
            "said": f"Rules of {on}.",
            "lines": list(_LINES.items()),
            "tips": [],
            "start": start,
            "units": [self._unit(name, units[name]) for name in self.places],
            "choices": [self._programme(name, found) for name, found in self.programmes],
        }

    def source(self) -> Payload:
        """Return what "Sources and dates" says of the verdicts."""
        as_of = sorted(str(each)[:10] for each in self.table["data_as_of"].unique() if not is_missing(each))
        said = [
            "Verdicts on places by programme rules; each row names the figure, the threshold and where it is written.",
            f"Rules as of {day(self.table['day'].iloc[0])}.",
            f"Figures as of {days(day(as_of[0]), day(as_of[-1]))}." if as_of else "Date of the figures not stated.",
            *self._left_out(),
        ]
        return {"title": "Eligibility", "mark": "", "said": said}

    def _left_out(self) -> list[str]:
        """Return what was screened and is not on the map."""
        off = self.table[~self.table["unit"].isin(self.places)].groupby("unit")["place_id"].nunique()
        units = styles().eligibility.units
        amounts = [f"{count(off[unit])} {units[unit][int(off[unit] > 1)]}" for unit in NEAREST if unit in off]
        drawn = {name for name, _ in self.programmes}
        lost = self.table[~self.table["programme"].isin(drawn)]["programme_title"]
        return [
            *([f"In the tables, but not on the map: {listing(amounts)}."] if amounts else []),
            *(
                [f"Programmes without a verdict on this map: {listing(sorted(map(text, lost.unique())))}."]
                if len(lost)
                else []
            ),
        ]

    def _unit(self, unit: str, names: tuple[str, str]) -> Payload:
        at = pd.Series(range(len(self.places[unit])), index=self.places[unit].index)
        found = self.linked[unit].map(at).fillna(-1).astype(int).tolist()
        own = unit == self.unit
        return {
            "unit": unit,
            "names": list(names),
            "places": [] if own else [text(name) for name in self.places[unit]],
            "of": found,
        }

    def _shown(self, units: dict[str, Verdicts]) -> tuple[dict[str, int], Verdicts]:
        """Return the verdicts that the map shows, those of the nearest unit, and their counts."""
        shown = next(iter(units.values()))
        counts = shown.rows["verdict"].value_counts()
        return {verdict: int(counts.get(verdict, 0)) for verdict in VERDICTS}, shown

    def _programme(self, name: str, units: dict[str, Verdicts]) -> Payload:
        counts, shown = self._shown(units)
        status = _one(shown.rows, "status")
        drawn = sum(code in self.places[shown.unit] for code in shown.rows.index)
        return {
            "name": text(name),
            "title": text(_one(shown.rows, "programme_title")),
            "open": status == "open",
            "group": int(status != "open"),
            "status": styles().eligibility.statuses[status],
            "rank": STATUSES.index(status),
            "counts": [count(counts[verdict]) for verdict in VERDICTS],
            "total": count(sum(counts.values())),
            "off": count(len(shown.rows) - drawn) if drawn < len(shown.rows) else "",
            "units": [self._rows(unit, found) for unit, found in units.items()],
        }

    def _rows(self, unit: str, found: Verdicts) -> Payload:
        rows = found.rows.reindex(self.places[unit].index)
        codes = [NOTHING if is_missing(each) else str(VERDICTS.index(each)) for each in rows["verdict"]]
        return rows_of(list(self.places).index(unit), codes, {name: _words(name, rows) for name in _LINES})


def _words(name: str, rows: pd.DataFrame) -> list[str]:
    """Return one line of what the panel says of each row."""
    if name == "margin":
        return [_margin(*each) for each in zip(rows["margin"], rows["margin_unit"], rows["probability"], strict=True)]
    if name == "data":
        return [day(each) for each in rows["data_as_of"]]
    return [text(each) for each in rows[name]]


def _one(rows: pd.DataFrame, column: str) -> Any:
    """Return what is the same in all rows of a programme."""
    return rows[column].iloc[0]


def _margin(margin: Any, unit: Any, probability: Any) -> str:
    """Return by how much the deciding test is met or missed, in words."""
    if is_missing(margin):
        return ""
    size = number(abs(float(margin)), text(unit))
    if margin == 0:
        said = "Exactly at the threshold"
    else:
        tiny = not any(digit in size for digit in "123456789")
        said = f"{'Met' if margin > 0 else 'Missed'} by {'less than the last digit of ' if tiny else ''}{size}"
    if is_missing(probability):
        return said
    return f"{said}; met with a probability of {_percent(float(probability))}"


def _percent(share: float) -> str:
    """Return a probability as whole percent; never 0 or 100 where it is not."""
    return "under 1 %" if share < 0.01 else "over 99 %" if share > 0.99 else f"{share * 100:.0f} %"
