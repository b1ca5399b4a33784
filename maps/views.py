"""Several plans or days on one map: what the choice "Show" swaps, packed as differences from the plan as it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Final

import geopandas as gpd

from maps.changes import Change, looks
from maps.layer import PageLayer, Payload
from maps.packed import packed
from maps.styles import FieldStyle, styles
from maps.towns import Polygons
from planner import words

NOW: Final = "now"
Column = dict[str, Any]


@dataclass(frozen=True)
class View:
    """One plan or day, on the areas of the map.

    Attributes
    ----------
    key
        Stable name, such as ``scenario:faster``.
    label, group
        Words of the choice, and of the group that it stands in; the first view stands in none.
    towns
        The areas of the map with the figures of this view, in the order of the first view.
    aim
        Target of one area, in words.
    lead, name
        What stands before the question: words of ours, and a name that a reader gave.
    note
        What a reader must know of it.
    layers
        Keys of the layers that hold here, of those that do not hold everywhere.
    """

    key: str
    label: str
    group: str
    towns: Polygons
    aim: str
    lead: str = ""
    name: str = ""
    note: str = ""
    layers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Views:
    """All that one map can show; `items` begin with the plan as it stands, changes come last."""

    items: Sequence[View]
    changes: Sequence[Change] = field(default=())

    @property
    def fields(self) -> list[FieldStyle]:
        """Return the lines of the panel that any view has: those of towns in their order, then those of changes."""
        there = {name for view in self.items for name in view.towns.table}
        mine = {name for change in self.changes for name in change.table.columns}
        look = styles()
        own = [each for each in look.changes.fields if each.column in mine]
        return [*(each for each in look.town.fields if each.column in there), *own]

    def payload(self) -> Payload:
        """Return all for the page."""
        fields = self.fields
        base = _Base(self.items[0].towns.values(fields), _lines(self.items[0].towns.tips()))
        order = [view.key for view in self.items]
        return {
            "looks": looks({change.measure for change in self.changes}),
            "list": [
                *(_view(view, base, fields) for view in self.items),
                *(self._change(change, order, fields) for change in self.changes),
            ],
        }

    def _change(self, change: Change, order: Sequence[str], fields: Sequence[FieldStyle]) -> Payload:
        columns = [each.column for each in fields]
        return change.payload() | {
            "before": order.index(change.before),
            "after": order.index(change.after),
            "own": {columns.index(name): packed(texts) for name, texts in change.texts().items()},
            "alone": [at for at, name in enumerate(columns) if name in self._alone(change, order)],
            "layers": self._layers(change, order),
        }

    def _alone(self, change: Change, order: Sequence[str]) -> set[str]:
        """Return the columns that are no change, since only one of the two views can have them."""
        before, after = (
            set(map(str, self.items[order.index(key)].towns.table)) for key in (change.before, change.after)
        )
        return before ^ after if change.after == NOW else set()

    def _layers(self, change: Change, order: Sequence[str]) -> list[str]:
        """Return the layers that show with a change: today's for one up to today, else those that both plans share."""
        mine = self.items[0].layers
        if change.after == NOW:
            return list(mine)
        return [key for key in mine if key in self.items[order.index(change.after)].layers]


@dataclass(frozen=True)
class _Base:
    values: list[list[str]]
    lines: list[list[str]]


def _view(view: View, base: _Base, fields: Sequence[FieldStyle]) -> Payload:
    """Return a view for the page; of the first one nothing but words, since the layer has its figures."""
    found: Payload = {
        "key": view.key,
        "label": words.text(view.label),
        "group": view.group,
        "question": [view.lead, words.text(view.name), _question(view)],
        "answer": [[f"answer-{name.replace(' ', '-')}", said] for name, said in view.towns.answer().items()],
        "aim": view.aim,
        "note": view.note,
        "table": [name for name in styles().town.table if name in view.towns.table],
        "layers": list(view.layers),
    }
    if view.key == NOW:
        return found
    values, lines = view.towns.values(fields), _lines(view.towns.tips())
    return found | {
        "classes": view.towns.classes(),
        "class_of": "".join(map(str, view.towns.class_of)),
        "values": _columns(_turned(values), _turned(base.values)),
        "tips": _columns(lines, base.lines),
    }


def _question(view: View) -> str:
    said = f"hich {view.towns.called[1]} have {view.aim}?"
    return f": w{said}" if view.lead else f"W{said}"


def _turned(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _lines(tips: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return tooltips as columns: all first lines, all second ones, and so on."""
    return [list(line) for line in zip_longest(*tips, fillvalue="")]


def _columns(mine: Sequence[list[str]], base: Sequence[list[str]]) -> list[Column | None]:
    """Return columns packed; None where a column is that of the first view."""
    same = [at < len(base) and column == base[at] for at, column in enumerate(mine)]
    return [None if known else packed(column) for known, column in zip(same, mine, strict=True)]


def aligned(table: gpd.GeoDataFrame, towns: Polygons) -> tuple[gpd.GeoDataFrame, int]:
    """Return results on the areas of a map, in their order and with their shapes, and how many areas have no result.

    Parameters
    ----------
    table
        Results with column ``town_geoid``, in any CRS; shapes are not read.
    towns
        The areas of the map.

    Returns
    -------
    tuple
        The table in the CRS of the map, with empty cells for areas without a result; and their number.
    """
    shown = towns.table
    plain = table.drop(columns=table.active_geometry_name or "geometry", errors="ignore")
    rows = plain.set_index("town_geoid").reindex(shown["town_geoid"]).reset_index()
    lost = int((~shown["town_geoid"].isin(table["town_geoid"])).sum())
    for name in ("town", "county", "population_2020"):
        if name in shown:
            rows[name] = shown[name].to_numpy()
    return gpd.GeoDataFrame(rows, geometry=shown.geometry.to_numpy(), crs=shown.crs), lost


def own_layers(
    name: str, number: int, mine: Mapping[str, PageLayer], base: Mapping[str, PageLayer], kept: frozenset[str]
) -> tuple[dict[str, PageLayer], tuple[str, ...]]:
    """Return the layers that a scenario has in place of those of the plan as it stands, and the keys of the latter.

    Parameters
    ----------
    name, number
        Name of the scenario, which stands behind the title, and its place in the list.
    mine, base
        Layers on top of towns, by key: of the scenario, and as it stands.
    kept
        Keys of layers that a page can have once only; where they differ they are hidden.
    """
    off = tuple(key for key, layer in base.items() if key not in mine or not _same(layer, mine[key]))
    found = {}
    for key, layer in mine.items():
        if key in kept or (key in base and key not in off):
            continue
        layer.key = f"{key}-s{number}"
        layer.retitle(f"{layer.words.title} ({words.text(name)})")
        found[layer.key] = layer
    return found, off


def _same(one: PageLayer, other: PageLayer) -> bool:
    return one.table is other.table or bool(one.crs == other.crs and one.table.equals(other.table))
