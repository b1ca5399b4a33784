"""The region file: what is planned, from which layers, towards which targets, at which prices.

A region file is TOML. `load_region` checks it as a whole and reports all faults at once.
"""

import copy
import datetime as dt
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails
from pyproj import CRS
from pyproj.exceptions import CRSError

from layers import RegionError, Source, declarations
from layers.errors import suggestion
from layers.place import data_path
from planner.prices import PriceBook, load_prices, price_books


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def _exact(value: object) -> object:
    if isinstance(value, (Decimal, int)) and not isinstance(value, bool):
        return Fraction(value)
    return value


def _load_book(name: object, info: ValidationInfo) -> object:
    if not isinstance(name, str):
        raise ValueError(f"is not the name of a price book{suggestion('', price_books())}")  # noqa: TRY004 (pydantic collects ValueError)
    return load_prices(name, Path(info.context["base"]) if info.context else Path())


def _have_rules(programmes: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a programme without a rule file in `planner/programmes`."""
    known = {file.stem for file in (Path(__file__).parent / "programmes").glob("*.toml")}
    lost = [
        f"'{name}' has no rule file in this version{suggestion(name, known)}"
        for name in programmes
        if name not in known
    ]
    if lost:
        raise ValueError("; ".join(lost))
    return programmes


class Target(_Strict):
    """A speed tier and the share of premises that must have it.

    Attributes
    ----------
    down_mbps, up_mbps
        Speeds of the tier in Mbps.
    share
        Share of premises in (0, 1], exact as written: 0.96 is 96/100.
    """

    down_mbps: float = Field(gt=0)
    up_mbps: float = Field(gt=0)
    share: Annotated[Fraction, BeforeValidator(_exact)]

    @field_validator("share")
    @classmethod
    def _is_share(cls, share: Fraction) -> Fraction:
        if not 0 < share <= 1:
            raise ValueError(f"{float(share):g} is not a share above 0 and at most 1; write 96 percent as 0.96")
        return share

    @property
    def label(self) -> str:
        """Speeds as planners write them, such as ``25/3``."""
        return f"{self.down_mbps:g}/{self.up_mbps:g}"


class Area(_Strict):
    """Which towns of the towns layer belong to the region; all of them where nothing is said."""

    states: tuple[Annotated[str, Field(pattern=r"^\d{2}$")], ...] = ()
    counties: tuple[Annotated[str, Field(pattern=r"^\d{5}$")], ...] = ()
    towns: tuple[Annotated[str, Field(pattern=r"^\d{10}$")], ...] = ()

    def holds(self, town_geoid: str) -> bool:
        """Whether a town belongs to the region, by the state and county digits of its code."""
        if not (self.states or self.counties or self.towns):
            return True
        return town_geoid[:2] in self.states or town_geoid[:5] in self.counties or town_geoid in self.towns


class LayerEntry(_Strict):
    """One ``[layers.NAME]`` table of the region file; see `layers.Source` for the meaning of its keys."""

    path: str
    layer: str | None = None
    crs: str | None = None
    columns: dict[str, str] = {}
    encoding: str = "utf-8"
    origin: Literal["published", "approximate", "generated", "modelled", "not stated"] = "not stated"
    source: str | None = None
    as_of: dt.date | None = None

    @field_validator("crs")
    @classmethod
    def _is_crs(cls, crs: str | None) -> str | None:
        if crs is not None:
            _parse_crs(crs)
        return crs

    @field_validator("encoding")
    @classmethod
    def _is_encoding(cls, encoding: str) -> str:
        try:
            b"".decode(encoding)
        except LookupError as error:
            raise ValueError(f"'{encoding}' is not an encoding; use utf-8 or latin-1") from error
        return encoding


class Region(_Strict):
    """A checked region file.

    Attributes
    ----------
    name
        Name for titles.
    crs
        Metric, projected CRS in which all lengths and areas are measured.
    as_of
        Day for which rules and prices are read.
    area
        Which towns belong.
    targets
        Speed tiers with shares; the first one decides, the others are shown beside it.
    prices
        Price book: name of a shipped one or path of an own one.
    programmes
        Programmes to screen for.
    layers
        Layers by name.
    scenario
        Name of the scenario that was applied; empty for the file as it stands.
    path
        The region file.
    """

    name: str = Field(min_length=1)
    crs: str
    as_of: dt.date
    area: Area = Area()
    targets: tuple[Target, ...]
    prices: Annotated[PriceBook, BeforeValidator(_load_book)]
    programmes: Annotated[tuple[str, ...], AfterValidator(_have_rules)] = ()
    layers: dict[str, LayerEntry]
    scenario: str = ""
    path: Path

    @field_validator("crs")
    @classmethod
    def _is_metric(cls, crs: str) -> str:
        known = _parse_crs(crs)
        if not known.is_projected or any(axis.unit_name not in ("metre", "meter") for axis in known.axis_info):
            remedy = "use the state plane or UTM zone, such as EPSG:26986"
            raise ValueError(f"'{crs}' is not a projected CRS in metres; {remedy}")
        return crs

    @property
    def target(self) -> Target:
        """The target that decides."""
        return self.targets[0]

    def source(self, name: str) -> Source:
        """Return where a layer is read; paths are relative to the region file."""
        entry = self.layers[name]
        fields = entry.model_dump(exclude={"path"})
        return Source(path=data_path(entry.path, self.path.parent), **fields)


def _parse_crs(crs: str) -> CRS:
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        raise ValueError(f"'{crs}' is not a known CRS; write it as EPSG:26986") from error


DEFAULT_TARGETS = (
    {"down_mbps": 25, "up_mbps": 3, "share": Decimal("0.96")},
    {"down_mbps": 100, "up_mbps": 20, "share": Decimal("0.96")},
)
_FILE_KEYS = ("name", "crs", "as_of", "area", "targets", "prices", "programmes", "layers", "scenario")


def load_region(path: str | Path, scenario: str = "") -> Region:
    """Read and check a region file.

    Parameters
    ----------
    path
        The TOML file.
    scenario
        Name of a ``[scenario.NAME]`` table whose keys replace those of the file; empty for none.

    Returns
    -------
    Region

    Raises
    ------
    RegionError
        Where the file is missing or not TOML, or with all faults of its content.
    """
    path = Path(path)
    where = f"region file {path}"
    content = _parse(path, where)
    scenarios = content.pop("scenario", {})
    if scenario:
        if scenario not in scenarios:
            raise RegionError(where, [f"has no scenario '{scenario}'{suggestion(scenario, scenarios)}"])
        content = merge(content, scenarios[scenario])
    content["targets"] = content.get("targets") or DEFAULT_TARGETS
    faults = _layer_name_faults(content.get("layers"))
    try:
        region = Region.model_validate({**content, "path": path, "scenario": scenario}, context={"base": path.parent})
    except ValidationError as error:
        raise RegionError(where, [*faults, *map(_clause, error.errors())]) from None
    if faults:
        raise RegionError(where, faults)
    return region


def _parse(path: Path, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        raise RegionError(where, ["does not exist; 'townline init' writes one"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegionError(where, [f"is not TOML: {error}"]) from None
    except OSError as error:
        raise RegionError(where, [f"cannot be read: {error.strerror}"]) from None


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with the keys of `over`; tables are merged, everything else is replaced."""
    merged = copy.deepcopy(dict(base))
    for key, value in over.items():
        if isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = copy.deepcopy(value)
    return merged


def _layer_name_faults(layers: object) -> list[str]:
    known = declarations()
    names = list(layers) if isinstance(layers, dict) else []
    faults = [f"layer '{name}' is not declared{suggestion(name, known)}" for name in names if name not in known]
    if "towns" not in names:
        faults.append("[layers.towns] is missing; every region needs a layer of towns")
    return faults


def _clause(error: ErrorDetails) -> str:
    """Turn one finding of pydantic into a clause with key and remedy."""
    place = ".".join(str(part) for part in error["loc"])
    key = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        return f"key '{place}' is not known{suggestion(key, _known_keys(error['loc']))}"
    if error["type"] == "missing":
        return f"key '{place}' is missing"
    given = error.get("input")
    shown = "" if isinstance(given, (dict, list, tuple)) else f" (given: {str(given)[:60]})"
    message = error["msg"].removeprefix("Value error, ")
    return f"key '{place}': {message}{'' if str(given) in message else shown}"


def _known_keys(place: tuple[int | str, ...]) -> list[str]:
    models: dict[str, type[BaseModel]] = {"targets": Target, "area": Area, "layers": LayerEntry}
    model = models.get(str(place[0])) if len(place) > 1 else None
    return list(model.model_fields) if model else list(_FILE_KEYS)
