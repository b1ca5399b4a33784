"""What both kinds of style are written from."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["polygon", "outline", "line", "point"]


@dataclass(frozen=True)
class Symbol:
    """One class: its value (None takes all others), words, colour, and width in pixels."""

    value: object
    label: str
    colour: str
    width: float
    outline: str = "#ffffff"
    pattern: str = "plain"
    marker: str = ""
    dash: bool = False


@dataclass(frozen=True)
class Drawn:
    """One layer: its table and style name, kind of symbol, column of classes (empty for one class), and classes."""

    table: str
    name: str
    kind: Kind
    column: str
    symbols: tuple[Symbol, ...]
