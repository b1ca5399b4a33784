"""Many readings of the same areas, shown one at a time: what a chooser needs, whatever it chooses from."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from maps.layer import Payload
from maps.packed import packed
from maps.styles import ChooserStyle, FitStyle
from planner.words import count

NOTHING: Final = "."


class Chooser(Protocol):
    """What areas can be coloured by, such as programmes or clusters."""

    def start(self) -> int:
        """Return the choice to begin with."""
        ...

    def payload(self, names: tuple[str, str], start: int = -1) -> Payload:
        """Return all for the page; `names` is what the map calls its areas, one and several."""
        ...


def words_of(style: ChooserStyle) -> Payload:
    """Return the words around a chooser, for the page."""
    return style.model_dump(mode="json")


def looks_of(styles: Sequence[FitStyle]) -> list[Payload]:
    """Return how readings look, in the order of their codes."""
    fields = {"label", "count_label", "sign", "pattern", "fill", "ink", "outline", "outline_width", "colour", "open"}
    return [style.model_dump(mode="json", include=fields) for style in styles]


def rows_of(unit: int, codes: Sequence[str], columns: Mapping[str, Sequence[str]]) -> Payload:
    """Return the readings of one choice on all places of a unit.

    Parameters
    ----------
    unit
        Position of the unit in the chooser's list.
    codes
        Position of the look of each place, or `NOTHING`.
    columns
        Lines of the panel by name, one text a place.
    """
    return {
        "unit": unit,
        "codes": "".join(codes),
        **{name: packed(_filled(words, codes)) for name, words in columns.items()},
    }


def _filled(words: Sequence[str], codes: Sequence[str]) -> list[str]:
    """Return texts with any known one where there is no row, since nobody reads it there."""
    any_known = next(word for word, code in zip(words, codes, strict=True) if code != NOTHING)
    return [any_known if code == NOTHING else word for word, code in zip(words, codes, strict=True)]


def counted(codes: Sequence[int], shown: Sequence[int], looks: int) -> list[str]:
    """Return the number of places by look, in words; empty for looks that a choice does not have.

    Parameters
    ----------
    codes
        Look of each place.
    shown
        Looks that the choice has.
    looks
        Number of looks.
    """
    return [count(list(codes).count(code)) if code in shown else "" for code in range(looks)]
