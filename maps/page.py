"""The page: a branca figure with our own template, and the folium map that stands on it.

Folium writes a script for every element. This page does not: it asks our layers for their payloads,
puts them into JSON blocks, and lets constant scripts draw them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

import folium
from branca.element import Element, Figure
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from maps.constants import ASSETS, SCRIPTS, SHEETS, constant, vendored
from maps.layer import PageLayer, Payload
from maps.safe import data_block, policy
from maps.styles import styles
from planner.entry import MapEntry
from planner.words import text

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(ASSETS), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
)
_OWN_HEADER = "meta_http"
_FRAME_PX: Final = 640


@dataclass(frozen=True)
class Heading:
    """Words at the top of the page, in plain text.

    Attributes
    ----------
    region
        Name of the region.
    question
        What the map answers.
    answer
        Verdicts with their number of towns, as words: ``{"pass": "111 of 161 towns pass"}``.
    as_of
        Day of the plan, in words.
    badge
        What is approximate, generated or modelled; empty where nothing is.
    target
        Target of one town, in words.
    unit, units
        What the areas are called, one and several.
    listed
        What the panel lists for a selected area.
    """

    region: str
    question: str
    answer: dict[str, str] = field(default_factory=dict)
    as_of: str = ""
    badge: str = ""
    target: str = ""
    unit: str = "town"
    units: str = "towns"
    listed: str = "Programmes"


class Page(Figure):
    """A self-contained HTML page with one map.

    Parameters
    ----------
    heading
        Words at the top.
    sources
        Title, mark and lines of what "Sources and dates" lists below the drawn layers.
    background
        Tile server that readers may ask for a background map.
    """

    def __init__(self, heading: Heading, sources: Sequence[Payload] = (), background: MapEntry | None = None) -> None:
        super().__init__(title=f"{heading.question} {heading.region}")
        self.heading = heading
        self.sources = sources
        self.background = background

    def render(self, **kwargs: Any) -> str:  # noqa: ARG002 - branca's signature
        """Return the page.

        Raises
        ------
        ValueError
            Where the map holds an element that would need a script or a host of its own.
        """
        layers = list(self._layers())
        scripts = [constant(name) for name in SCRIPTS]
        sheets = [constant(name) for name in SHEETS]
        return _ENVIRONMENT.get_template("page.html").render(
            title=self.title,
            heading=self.heading,
            policy=policy(scripts, sheets, self.background.server if self.background else ""),
            server=self.background.server if self.background else "",
            sheets=sheets,
            scripts=scripts,
            licence=constant("LICENSE-leaflet"),
            leaflet=vendored()["leaflet"],
            data=data_block({"page": self._payload(layers), "keys": [layer.key for layer in layers]}),
            layers=[(layer.key, data_block(layer.payload())) for layer in layers],
        )

    def _payload(self, layers: list[PageLayer]) -> dict[str, Any]:
        look = styles()
        areas = [layer for layer in layers if layer.kind == "polygons"]
        leading = [layer for layer in layers if layer.leads]
        boxes = [layer.view() for layer in areas or leading or layers]
        wide = any(layer.key != "towns" for layer in areas) or bool(leading and not areas)
        zooms = {"min_zoom": look.eligibility.min_zoom, "town_zoom": look.eligibility.county_zoom}
        return {
            "bounds": _around(boxes),
            "reach": _around([PageLayer.view(layer) for layer in areas or layers]),
            "map": look.map.model_dump() | (zooms if wide else {}),
            "verdicts": {name: verdict.model_dump() for name, verdict in look.verdicts.items()},
            "patterns": look.patterns.model_dump(),
            "labels": look.labels.model_dump(),
            "symbols": look.symbols,
            "sources": list(self.sources),
            "unit": self.heading.unit,
            "units": self.heading.units,
            "background": self._background(),
        }

    def _background(self) -> Payload | None:
        if self.background is None:
            return None
        return {
            "tiles": self.background.tiles,
            "whose": text(self.background.attribution),
            "server": self.background.server,
        }

    def _layers(self) -> Iterator[PageLayer]:
        for part in (self.header, self.html, self.script):
            for name, child in part._children.items():  # noqa: SLF001 - branca has no other way to ask
                if name != _OWN_HEADER:
                    raise _refusal(child)
        for child in self._children.values():
            if not isinstance(child, TownMap):
                raise _refusal(child)
            yield from child.page_layers()


class TownMap(folium.Map):
    """A folium map that stands on a `Page` and takes our layers and `folium.LayerControl`."""

    def __init__(self, heading: Heading, sources: Sequence[Payload] = (), background: MapEntry | None = None) -> None:
        super().__init__(tiles=None)
        Page(heading, sources, background).add_child(self)

    def page_layers(self) -> Iterator[PageLayer]:
        """Yield the layers in drawing order.

        Raises
        ------
        ValueError
            Where an element is not ours, or two layers have one key.
        """
        seen: set[str] = set()
        for child in self._children.values():
            if isinstance(child, folium.LayerControl):
                continue
            if not isinstance(child, PageLayer):
                raise _refusal(child)
            for inner in child._children.values():  # noqa: SLF001 - branca has no other way to ask
                raise _refusal(inner)
            if child.key in seen:
                raise ValueError(f"the map has two layers with the key '{child.key}'; give one of them another")
            seen.add(child.key)
            yield child

    def _repr_html_(self, **kwargs: Any) -> str:  # noqa: ARG002 - folium's signature
        """Return the page in a frame that may run its own scripts and nothing else; notebooks call this."""
        root: Any = self.get_root()
        title, page = escape(root.title), escape(root.render())
        return (
            f'<iframe title="{title}" sandbox="allow-scripts" width="100%" height="{_FRAME_PX}"'
            f' style="border:1px solid #d3d7dc" srcdoc="{page}"></iframe>'
        )

    def render(self, **kwargs: Any) -> str:  # noqa: ARG002 - branca's signature
        """Refuse to stand on another figure, which would write scripts from data.

        Raises
        ------
        ValueError
            Always: `Page.render` draws this map.
        """
        raise ValueError(
            "a Townline map cannot be put into another figure; save it on its own, or embed its file in a frame"
        )


def _refusal(child: Element) -> ValueError:
    kind = f"{type(child).__module__.split('.')[0]}.{type(child).__name__}"
    return ValueError(
        f"the map holds a {kind}, which would write its own script or fetch from another host; "
        "use maps.Points, maps.Lines, maps.Outlines or maps.Polygons instead"
    )


def _around(boxes: list[list[list[float]]]) -> list[list[float]]:
    if not boxes:
        raise ValueError("the map has no layers; add one before it is rendered")
    south, west = (min(box[0][axis] for box in boxes) for axis in (0, 1))
    north, east = (max(box[1][axis] for box in boxes) for axis in (0, 1))
    return [[south, west], [north, east]]
