"""Chosen sites and candidates on a map: big signs with names, why each was chosen, and candidates graded by score."""

from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maps.layer import Payload, Points
from maps.styles import ClassStyle, styles
from planner.siting.words import groups_said
from planner.tables import tables as declarations
from planner.words import count, floor_percent, is_missing, miles, text, usd

CHOSEN: Final = "chosen_sites"
CANDIDATES: Final = "site_candidates"
_ROOM: Final = 0.5
_LEAST_DEG: Final = 0.5
_GRADE: Final = "grade"
_THIRDS: Final = ("first third", "second third", "last third")
Row = Mapping[Any, Any]


class Sites(Points):
    """Chosen sites with their names on the map, and why each was chosen in the panel.

    Parameters
    ----------
    chosen
        Table `chosen_sites` in the region's metric CRS.
    tables
        Table `siting_totals`, where it is there.
    unfold
        Whether the panel opens the reasons at once.
    """

    leads = True

    def __init__(self, chosen: gpd.GeoDataFrame, tables: Mapping[str, pd.DataFrame], *, unfold: bool = False) -> None:
        super().__init__(CHOSEN, chosen, declarations()[CHOSEN])
        self.unfold = unfold
        self.totals = _by(tables.get("siting_totals"), "statistic")

    def content(self) -> Payload:
        """Return the places and their reasons."""
        told = [
            {"title": text(row["site"]) or text(row["site_id"]), "role": _role(row), "said": _sentences(row["why"])}
            for row in self.table.drop(columns="geometry").to_dict("records")
        ]
        return super().content() | {"reasons": {"open": self.unfold, "lead": self._lead(), "places": told}}

    def view(self) -> list[list[float]]:
        """Return a box with room around the sites."""
        (south, west), (north, east) = super().view()
        high, wide = max(north - south, _LEAST_DEG) * _ROOM, max(east - west, _LEAST_DEG) * _ROOM
        return [[south - high, west - wide], [north + high, east + wide]]

    def _lead(self) -> list[str]:
        """Return what the choice as a whole sought and has."""
        sought, demand = self.totals.get("value", {}), self.totals.get("demand", {})
        if not sought:
            return []
        aim, mean, asked = text(sought["note"]), self.totals.get("mean distance", {}), self.totals.get("sites", {})
        said = [f"Sought: {aim}. Reached: {_amount(sought['value'], sought['unit'])}."]
        if mean:
            said.append(f"On average demand is {miles(mean['value'])} from its nearest site ({text(mean['note'])}).")
        if demand:
            said.append(f"Demand is weighed by {text(demand['note']).replace('_', ' ')}.")
        if asked and text(asked["note"]):
            said.append(f"Conditions: {text(asked['note'])}.")
        return [" ".join(said)]


def _by(table: pd.DataFrame | None, key: str) -> dict[str, dict[str, Any]]:
    if table is None:
        return {}
    return {text(row[key]): {str(name): cell for name, cell in row.items()} for row in table.to_dict("records")}


def _role(row: Row) -> str:
    kind = text(row["kind"])
    role = text(row["role"]) if row["role"] != "site" else ""
    return ", ".join(word for word in (role, kind) if word)


def _sentences(why: Any) -> list[str]:
    """Return the parts of a reason as sentences."""
    return [f"{part[0].upper()}{part[1:]}." for part in text(why).split("; ") if part]


def _amount(value: Any, unit: Any) -> str:
    """Return a value of the siting model with its unit, metres in miles."""
    if is_missing(value):
        return "no value"
    if unit == "m":
        return miles(value)
    if unit == "usd":
        return usd(value)
    return f"{floor_percent(value)} of demand" if unit == "share" else f"{count(value)} {text(unit)}"


def graded(table: gpd.GeoDataFrame, *, show: bool) -> Points:
    """Return candidates as circles in three sizes: by readiness score, or by distance where none has a score.

    Parameters
    ----------
    table
        Table `site_candidates` in the region's metric CRS.
    show
        Whether they are shown at once.
    """
    scored = bool(table["score"].notna().any())
    measure, grade = (table["score"], table["score_class"]) if scored else (table["alone_m"], _near(table["alone_m"]))
    style = styles().layers[CANDIDATES]
    said = [_candidate_said(row) for row in table.drop(columns="geometry").to_dict("records")]
    look = style.model_copy(
        update={
            "classes": tuple(_labelled(each, measure, grade, scored=scored) for each in style.classes),
            "class_column": _GRADE, "show": show, "tip": ("candidate", "said"),
        }
    )  # fmt: skip
    rows = gpd.GeoDataFrame(table.assign(**{_GRADE: grade, "said": said}))
    title = "Candidates by readiness of their place (0 to 1)" if scored else "Candidates by mean distance of demand"
    return Points(CANDIDATES, rows, declarations()[CANDIDATES].model_copy(update={"title": title}), look)


def _near(alone_m: "pd.Series[float]") -> "pd.Series[str]":
    """Return thirds of the candidates by distance, the nearest first; those that do not reach all demand have none."""
    place = np.searchsorted(np.sort(alone_m.dropna()), alone_m) * len(_THIRDS) // max(int(alone_m.notna().sum()), 1)
    known = alone_m.notna().to_numpy()
    return pd.Series(
        [_THIRDS[at] if there else "no score" for at, there in zip(place, known, strict=True)], alone_m.index
    )


def _labelled(each: ClassStyle, measure: "pd.Series[float]", grade: "pd.Series[str]", *, scored: bool) -> ClassStyle:
    """Return a class with the values that it spans as its label."""
    mine = measure[grade.isin(each.takes or ())]
    if mine.empty:
        return each
    low, high = mine.min(), mine.max()
    ends = (f"{low:.2f}", f"{high:.2f}") if scored else (miles(low), miles(high))
    said = " to ".join(dict.fromkeys(ends))
    return each.model_copy(update={"label": f"{said} ({each.label})"})


def _candidate_said(row: dict[Any, Any]) -> str:
    """Return in one line what speaks for a candidate, and why it is out."""
    score, alone = row["score"], row["alone_m"]
    parts = [
        "place not ranked" if is_missing(score) else f"readiness {float(score):.2f}",
        "" if is_missing(alone) else f"{miles(alone)} from demand on average if it were the only site",
        f"counts for {groups_said(text(row['groups']))}" if text(row["groups"]) else "",
        f"out: {text(row['why_out'])}" if text(row["why_out"]) else "",
    ]
    return "; ".join(part for part in parts if part)
