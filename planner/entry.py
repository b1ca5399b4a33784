"""One layer's entry in the region file: where its rows are, and how its columns become ours."""

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, field_validator, model_validator
from pyproj import CRS
from pyproj.exceptions import CRSError

from layers.adapt import ANY, shapes
from layers.errors import suggestion
from planner.rules import service_version
from planner.target import Day, Strict, plain_number

_TILES: Final = re.compile(r"https://[A-Za-z0-9.-]+(:\d+)?/[A-Za-z0-9._~%/?&=@+{}-]+")


def _constant(value: object) -> str | float | dt.date:
    """Read the one value of a column: a text, number, flag or day."""
    plain = float(value) if isinstance(value, Decimal) else value
    if isinstance(plain, dt.datetime) or not isinstance(plain, (str, int, float, dt.date)):
        raise ValueError("must be one text, number, flag or day")  # noqa: TRY004 (pydantic collects ValueError)
    if isinstance(plain, str) and not plain.strip():
        raise ValueError("must not be empty; leave out what is not known")
    if isinstance(plain, (int, float)) and not abs(plain) < 2**53:
        raise ValueError("is not a number of a size that a table holds")
    return plain


_Constant = Annotated[Any, BeforeValidator(_constant)]
_Width = Annotated[int, Field(strict=True, ge=2, le=15)]
_Mark = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class LayerEntry(Strict):
    """One ``[layers.NAME]`` table of the region file; see `layers.Source` for the meaning of its keys."""

    path: str
    layer: str | None = None
    crs: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    values: dict[str, _Constant] = Field(default_factory=dict)
    zero_pad: dict[str, _Width] = Field(default_factory=dict)
    missing: tuple[_Mark, ...] = ()
    encoding: str = ""
    shape: str = ""
    also: tuple[str, ...] = ()
    origin: Literal["published", "approximate", "generated", "modelled", "not stated"] = "not stated"
    source: str | None = None
    as_of: Day | None = None

    @field_validator("crs")
    @classmethod
    def _is_crs(cls, crs: str | None) -> str | None:
        if crs is not None:
            parse_crs(crs)
        return crs

    @field_validator("shape")
    @classmethod
    def _is_shape(cls, shape: str) -> str:
        if shape and shape not in (ANY, *shapes()):
            raise ValueError(f"'{shape}' is no shape of a published file{suggestion(shape, (ANY, *shapes()))}")
        return shape

    @model_validator(mode="after")
    def _shape_says_it(self) -> Self:
        over = [name for name in ("layer", "crs", "columns", "zero_pad", "missing") if getattr(self, name)]
        if self.shape and over:
            raise ValueError(
                f"with shape = '{self.shape}' the file is read as its agency publishes it; leave out {', '.join(over)}"
            )
        if self.also and not self.shape:
            raise ValueError(f"also names more files, which need a shape, such as shape = '{ANY}'")
        return self

    @field_validator("encoding")
    @classmethod
    def _is_encoding(cls, encoding: str) -> str:
        try:
            "".encode(encoding or "utf-8")
        except LookupError as error:
            raise ValueError(f"'{encoding}' is not an encoding; use utf-8 or latin-1") from error
        return encoding


def parse_crs(crs: str) -> CRS:
    """Return a CRS by its name.

    Raises
    ------
    ValueError
        Where the name is none that PROJ knows.
    """
    if not crs.isprintable():
        raise ValueError("holds control characters; write it as EPSG:26986")
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        raise ValueError(f"'{crs}' is not a known CRS; write it as EPSG:26986") from error


def _have_version(name: str) -> str:
    service_version(name)
    return name


class MapEntry(Strict):
    """Table ``[map]`` of the region file: a background map from a tile server, for readers who have a network.

    Attributes
    ----------
    tiles
        Address of tiles with ``{z}``, ``{x}`` and ``{y}``, over https. Nothing is asked of it before a reader ticks it.
    attribution
        Whose map it is, as its terms ask.
    """

    tiles: str
    attribution: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

    @field_validator("tiles")
    @classmethod
    def _is_address(cls, tiles: str) -> str:
        if not _TILES.fullmatch(tiles) or any(tiles.count(part) != 1 for part in ("{z}", "{x}", "{y}")):
            raise ValueError(f"'{tiles}' is not an address such as https://tiles.example.org/{{z}}/{{x}}/{{y}}.png")
        return tiles

    @property
    def server(self) -> str:
        """Scheme and host of the tile server."""
        return "/".join(self.tiles.split("/")[:3])


class FilingsEntry(Strict):
    """Table ``[filings]`` of the region file: federal availability filings, as ``townline ingest`` leaves them.

    Attributes
    ----------
    folder
        Where the filings are.
    earlier
        A folder of filings of an earlier day, for what has changed since.
    rule
        Version of the rule for served locations; where none is named, the one in force on the region's day.
    customers
        Whose offers count: those to residences, to businesses, or all.
    origin, source
        How the filings came about, and where they were read.
    """

    folder: str
    earlier: str | None = None
    rule: Annotated[str, AfterValidator(_have_version)] | None = None
    customers: Literal["all", "residential", "business"] = "all"
    origin: Literal["published", "approximate", "generated", "modelled", "not stated"] = "not stated"
    source: str | None = None


class MiddleMileEntry(Strict):
    """Table ``[middle_mile]`` of the region file: what the network connects, and what it must withstand.

    Attributes
    ----------
    towns
        Whether every town is connected, at its town hall or centre.
    anchors
        Kinds of anchor institutions to connect; all where nothing is said.
    snap_limit_m
        A place farther than this from any road is a fault.
    leave_out_unreachable
        Leave out places that no road joins to a point of presence, and list them, instead of refusing.
    build
        How a route is built where the road does not say.
    hubs
        Number of towns, those with most premises, that must stay connected to a point of presence when any one
        segment is cut; 0 for a plain tree.
    budget_usd
        Build the best network within this instead of connecting all.
    value
        What a budget and phases favour: premises, anchors, or column ``weight`` of the anchors.
    phases
        Number of phases of about equal cost.
    hut_reach_m
        Places hut sites so that no place is farther along the network from a hut or point of presence.
    iterations, seed
        Effort and seed of the search; the same ones give the same network.
    """

    towns: bool = True
    anchors: tuple[str, ...] | None = None
    snap_limit_m: Annotated[float, BeforeValidator(plain_number), Field(gt=0, le=100_000)] = 2000.0
    leave_out_unreachable: bool = False
    build: Literal["aerial", "underground"] = "aerial"
    hubs: Annotated[int, Field(strict=True, ge=0, le=1000)] = 0
    budget_usd: Annotated[float, BeforeValidator(plain_number), Field(ge=0, le=1e12)] | None = None
    value: Literal["premises", "anchors", "weight"] = "premises"
    phases: Annotated[int, Field(strict=True, ge=1, le=20)] = 1
    hut_reach_m: Annotated[float, BeforeValidator(plain_number), Field(gt=0, le=1e7)] | None = None
    iterations: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 16
    seed: Annotated[int, Field(strict=True, ge=0, le=2**31)] = 1

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.budget_usd is not None and self.hubs:
            raise ValueError("takes budget_usd or hubs, not both; a network within a budget is a tree")
        return self
