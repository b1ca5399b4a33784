"""The styles file, read and checked: colours, symbols, widths, zoom limits and short labels are data."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

_FILE = Path(__file__).parent / "styles.toml"

Colour = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
Stops = tuple[tuple[float, float], ...]
Pattern = Literal["plain", "hatch", "dots", "lines"]
Format = Literal["text", "count", "share", "of", "usd", "cost", "range", "miles", "date"]


class _Style(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ThemeStyle(_Style):
    """Colours of ground, names and their halo; of lines where a layer's own would not be seen."""

    water: Colour
    land: Colour
    name: Colour
    county: Colour
    state: Colour
    halo: Colour
    line: Colour | None = None
    line_casing: Colour | None = None


class MapStyle(_Style):
    """Zoom limits, tolerances in metres of the region's CRS, and colours of the ground by theme."""

    min_zoom: float
    max_zoom: float
    zoom_snap: float
    town_zoom: float
    place_zoom: float
    town_tolerance_m: float
    outline_tolerance_m: float
    line_tolerance_m: float
    ground_margin: float
    themes: dict[Literal["light", "dark"], ThemeStyle]


class ShareStyle(_Style):
    """Classes of the share served: breaks between 0 and 1, and one colour and hatch colour a class."""

    breaks: tuple[float, ...]
    colours: tuple[Colour, ...]
    hatches: tuple[Colour, ...]
    not_known: Colour
    dots: Colour

    @model_validator(mode="after")
    def _lengths(self) -> Self:
        if not len(self.breaks) + 2 == len(self.colours) == len(self.hatches):
            raise ValueError("share needs one colour and one hatch more than it has breaks, and one for the target")
        return self


class VerdictStyle(_Style):
    """Words, sign and pattern of one verdict; widths in pixels."""

    label: str
    count_label: str
    sign: str
    pattern: Pattern
    outline: Colour
    outline_width: Stops
    colour: Colour


class FitStyle(VerdictStyle):
    """One reading of an area: also its fill, the colour of its pattern, and whether lists show it unfolded."""

    fill: Colour
    ink: Colour
    open: bool = False


class ChooserStyle(_Style):
    """Words around a chooser; ``{name}`` stands for the name of a place."""

    kind: Annotated[str, Field(pattern=r"^[a-z]+$")]
    label: str
    groups: tuple[str, ...]
    none: str
    off: str
    head: str
    columns: tuple[str, str]
    see: str
    verdict: str


class EligibilityStyle(_Style):
    """Verdicts on eligibility, names of units (one, several), and limits and state lines of the map of a nation."""

    min_zoom: float
    county_zoom: float
    detail: float
    words: ChooserStyle
    verdicts: dict[str, FitStyle]
    units: dict[str, tuple[str, str]]
    statuses: dict[str, str]
    states: dict[str, float]


class StrengthStyle(FitStyle):
    """One class of strength: also the least value that it takes; without one it is no matter of value."""

    least: float | None = None


class ClustersStyle(_Style):
    """Classes of the strength of all clusters and of one, names of kinds of area, and what counts as one ground."""

    near_m: float
    below: float
    words: ChooserStyle
    kinds: dict[str, tuple[str, str]]
    shares: dict[str, StrengthStyle]
    quotients: dict[str, StrengthStyle]
    unknown: StrengthStyle


class FieldStyle(_Style):
    """One line of a town's panel, the heading that it stands under, and whether readers can filter by its texts."""

    column: str
    label: str
    format: Format
    group: str
    filter: bool = False
    short: str | None = None
    of: str | None = None


class ChangeLook(_Style):
    """How one kind of change looks; widths in pixels."""

    pattern: Pattern
    fill: Colour
    ink: Colour
    outline: Colour
    outline_width: Stops
    colour: Colour


class ChangeClass(_Style):
    """One class of a change: its words, its sign, and which of the looks it has."""

    label: str
    sign: str
    look: str


class ChangeMeasure(_Style):
    """Classes of one measure, in order: much up, up, the same, down, much down, not known; `big` is a large change.

    `table` names the columns that the table shows beside own lines of the change.
    """

    big: float = 0.0
    table: tuple[str, ...]
    classes: Annotated[tuple[ChangeClass, ...], Field(min_length=6, max_length=6)]


class ChangesStyle(_Style):
    """Looks and classes of changes between two plans or days, and lines of the panel that only changes have."""

    looks: dict[str, ChangeLook]
    measures: dict[str, ChangeMeasure]
    fields: tuple[FieldStyle, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Self:
        named = {each.look for measure in self.measures.values() for each in measure.classes}
        if lost := sorted(named - set(self.looks)):
            raise ValueError(f"changes have no look named {', '.join(lost)}")
        return self


class PatternStyle(_Style):
    """Hatch, dots and lines, in pixels."""

    hatch_spacing: float
    hatch_width: float
    dot_spacing: float
    dot_radius: float
    line_spacing: float
    line_width: float


class LabelSize(_Style):
    """Lettering of towns from a number of residents upwards; size in pixels."""

    min_population: int
    size: float
    weight: int
    reach: float
    min_zoom: float


class LabelStyle(_Style):
    """Names on the map."""

    county_max_zoom: float
    sizes: tuple[LabelSize, ...]


class BadgeStyle(_Style):
    """Words of the badge, and the columns of a town's results that carry an origin of their own."""

    ending: str
    ending_without_generated: str
    columns: dict[str, str]


class TownStyle(_Style):
    """What the panel, the table and the tooltip say about a town."""

    table: tuple[str, ...]
    tip_cost: str
    fields: tuple[FieldStyle, ...]


class ClassStyle(_Style):
    """One class of a layer; without `takes` it takes every row that no class before it took.

    Widths and sizes are in pixels; a width is a list of stops (zoom, pixels).
    """

    label: str
    takes: tuple[str, ...] | None = None
    colour: Colour
    casing: Colour | None = None
    width: Stops = ()
    casing_width: Stops = ()
    dash: tuple[float, ...] = ()
    min_zoom: float = 0.0
    optional: bool = False
    symbol: str | None = None
    size: float = 0.0
    pattern: Pattern = "plain"
    ink: Colour = "#55534d"


class BoxStyle(_Style):
    """How many points are drawn from far: boxes at least so many pixels wide, shrunk where they hold few points.

    `met` and `unknown` are values of the layer's class column; `sizes` are stops (points, share of the box's width);
    `words` say in the legend what the boxes show; `colour` is that of boxes of which nothing is known.
    """

    met: str
    unknown: str
    words: str
    pixels: float
    sizes: Stops
    colour: Colour


class LayerStyle(_Style):
    """How one layer is drawn. `table` names the table that it shows where that is not the layer of its own name.

    `brief` stands in the small key on the map, where there is one. `grow` is by what sizes of symbols are multiplied,
    by zoom.
    """

    noun: str
    title: str = ""
    brief: str = ""
    table: str = ""
    drawn: bool = True
    results: bool = False
    show: bool = True
    measure: Literal["count", "miles"] = "count"
    class_column: str | None = None
    group_column: str | None = None
    max_vertices: int | None = None
    tolerance_m: float | None = None
    tip: tuple[str, ...] = ()
    far_zoom: float = 0.0
    far_size: float = 0.0
    grow: Stops = ()
    classes: tuple[ClassStyle, ...] = ()
    boxes: BoxStyle | None = None
    ground: bool = False
    label_column: str | None = None
    label_kind: Literal["county", "state"] | None = None
    colour: Colour = "#000000"
    width: float = 1.0
    casing: Colour | None = None
    casing_width: float = 0.0
    dash: tuple[float, ...] = ()


class Styles(_Style):
    """The whole file."""

    map: MapStyle
    share: ShareStyle
    verdicts: dict[str, VerdictStyle]
    eligibility: EligibilityStyle
    clusters: ClustersStyle
    changes: ChangesStyle
    patterns: PatternStyle
    labels: LabelStyle
    badge: BadgeStyle
    town: TownStyle
    layers: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], LayerStyle]
    symbols: dict[str, Annotated[str, Field(pattern=r"^[MLHVAZ0-9 .\-]+$")]]


@cache
def styles() -> Styles:
    """Return the shipped styles.

    Raises
    ------
    ValueError
        Where the file is not as it must be.
    """
    return Styles.model_validate(tomllib.loads(_FILE.read_text("utf-8")))
