"""How a layer looks in other programmes: made where styles are known, written by the formats that carry styles."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Swatch:
    """One class of a layer.

    Attributes
    ----------
    value
        Value of the look's column, as text; None for all others.
    label
        What a legend says.
    colour
        As ``#rrggbb``.
    width
        Width of a line or size of a symbol in pixels.
    """

    value: str | None
    label: str
    colour: str
    width: float


@dataclass(frozen=True)
class Look:
    """A named style of one layer of a hand-over.

    Attributes
    ----------
    table
        Layer of the hand-over.
    name
        Name of the style; unique within its layer.
    column
        Column that tells classes apart; empty where there is one class.
    swatches
        Classes in drawing order; the last without a value takes what no other does.
    qml, sld
        The same as a QGIS style and as an OGC styled layer descriptor.
    default
        Whether it is the layer's first style.
    """

    table: str
    name: str
    column: str
    swatches: tuple[Swatch, ...]
    qml: str
    sld: str
    default: bool = True
