"""The region file: what is planned, from which layers, towards which targets, at which prices.

A region file is TOML. `load_region` checks it as a whole and reports all faults at once.
"""

import copy
import tomllib
from collections.abc import Mapping, Sized
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails

from layers import RegionError, RuleError, Source, declarations
from layers.errors import suggestion
from layers.limits import read_toml
from layers.place import data_path
from planner.choice.entry import ChoiceEntry
from planner.clusters.entry import ClustersEntry
from planner.eligibility.entry import EligibilityEntry
from planner.entry import FilingsEntry, LayerEntry, MapEntry, MiddleMileEntry, parse_crs
from planner.finance.entry import FinanceEntry
from planner.last_mile.entry import LastMileEntry
from planner.prices import PriceBook, load_prices, price_books
from planner.rules import ServiceVersion, in_force, service_version, service_versions
from planner.siting.entry import SitingEntry
from planner.target import Day, Strict, Target
from planner.wireless.entry import WirelessEntry


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


class Area(Strict):
    """Which towns of the towns layer belong to the region; all of them where nothing is said."""

    states: tuple[Annotated[str, Field(pattern=r"^\d{2}$")], ...] = ()
    counties: tuple[Annotated[str, Field(pattern=r"^\d{5}$")], ...] = ()
    towns: tuple[Annotated[str, Field(pattern=r"^\d{10}$")], ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes; a town's code begins with those of its state and county."""
        return self.states + self.counties + self.towns

    def holds(self, town_geoid: str) -> bool:
        """Whether a town belongs to the region: where any of the codes names it, or there are none."""
        return town_geoid.startswith(self.codes) if self.codes else True


class Region(Strict):
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
    filings
        Availability filings; nothing where coverage rests on layers alone.
    middle_mile
        What the middle mile connects; nothing where none is designed.
    last_mile
        How the last mile is planned; nothing where no projects are compared.
    wireless
        How towers are placed for pilots over the air; nothing where none are.
    choice
        Budget and goal of the choice among projects.
    finance
        What is known of take rate, price and debt better than the price book knows it.
    eligibility
        How places are screened for programmes; a region file that has it may do without a layer of towns.
    clusters
        Which areas' clusters are measured, and how places are ranked; nothing where none are.
    siting
        Where institutes or hubs should stand; nothing where none are sited.
    map
        A background map that readers may ask for; nothing where the map is to need no network at all.
    geographies
        What is counted beside towns: counties, census tracts, H3 cells of resolution 8, the layer `areas`.
    scenario
        Name of the scenario that was applied; empty for the file as it stands.
    path
        The region file.
    """

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    crs: str
    as_of: Day
    area: Area = Area()
    targets: tuple[Target, ...]
    prices: Annotated[PriceBook, BeforeValidator(_load_book)]
    programmes: Annotated[tuple[str, ...], AfterValidator(_have_rules)] = ()
    layers: dict[str, LayerEntry]
    filings: FilingsEntry | None = None
    middle_mile: MiddleMileEntry | None = None
    last_mile: LastMileEntry | None = None
    wireless: WirelessEntry | None = None
    choice: ChoiceEntry | None = None
    finance: FinanceEntry | None = None
    eligibility: EligibilityEntry | None = None
    clusters: ClustersEntry | None = None
    siting: SitingEntry | None = None
    map: MapEntry | None = None
    geographies: tuple[Literal["county", "tract", "h3", "area"], ...] = ("county",)
    scenario: str = ""
    path: Path

    @field_validator("targets")
    @classmethod
    def _differ(cls, targets: tuple[Target, ...]) -> tuple[Target, ...]:
        labels = [target.label for target in targets]
        if not targets:
            raise ValueError("must name at least one tier")
        if len(set(labels)) < len(labels):
            raise ValueError(f"names a tier twice ({', '.join(labels)}); use a scenario for another share")
        return targets

    @field_validator("crs")
    @classmethod
    def _is_metric(cls, crs: str) -> str:
        known = parse_crs(crs)
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
        fields = entry.model_dump(exclude={"path", "also"})
        also = tuple(data_path(path, self.path.parent) for path in entry.also)
        return Source(path=data_path(entry.path, self.path.parent), also=also, **fields)

    @property
    def service_rule(self) -> ServiceVersion:
        """The rule for served locations: the one named under ``[filings]``, else the one in force on the region's day.

        Raises
        ------
        RuleError
            Where none is named and none was in force.
        """
        named = self.filings.rule if self.filings else None
        found = service_version(named) if named else in_force(self.as_of)
        if found is None:
            known = ", ".join(version.name for version in service_versions())
            fault = f"was in force on {self.as_of}; name one under [filings], such as rule = one of {known}"
            raise RuleError("no rule for served locations", [fault])
        return found


DEFAULT_TARGETS = (
    {"down_mbps": 25, "up_mbps": 3, "share": Decimal("0.96")},
    {"down_mbps": 100, "up_mbps": 20, "share": Decimal("0.96")},
)
_FILE_KEYS = (
    "name",
    "crs",
    "as_of",
    "area",
    "targets",
    "prices",
    "programmes",
    "layers",
    "filings",
    "middle_mile",
    "last_mile",
    "wireless",
    "choice",
    "finance",
    "eligibility",
    "clusters",
    "siting",
    "map",
    "geographies",
)
_MOST_FAULTS: Final = 50
_KINDS = {
    "tuple_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "string_too_short": "must not be empty",
}


def load_region(path: str | Path, scenario: str = "") -> Region:
    """Read and check a region file.

    Parameters
    ----------
    path
        The TOML file.
    scenario
        Name of a ``[scenario.NAME]`` table. Its tables are merged into those of the file, other keys replaced.

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
    if not isinstance(scenarios, dict):
        raise RegionError(where, ["key 'scenario' must be a table, such as [scenario.faster]"])
    if scenario and scenario not in scenarios:
        raise RegionError(where, [f"has no scenario '{scenario}'{suggestion(scenario, scenarios)}"])
    region, faults = _validate(content, path, "")
    for name, over in scenarios.items():
        varied, found = (
            _validate(merge(content, over), path, name) if isinstance(over, dict) else (None, ["is no table"])
        )
        faults += [f"scenario '{name}': {fault}" for fault in found if fault not in faults]
        region = varied if name == scenario else region
    if faults or region is None:
        raise RegionError(where, faults)
    return region


def scenarios(path: str | Path) -> tuple[str, ...]:
    """Return the names of the scenarios of a region file, in its order.

    Raises
    ------
    RegionError
        Where the file is missing or not TOML.
    """
    found = _parse(Path(path), f"region file {path}").get("scenario", {})
    return tuple(found) if isinstance(found, dict) else ()


def _validate(content: Mapping[str, Any], path: Path, scenario: str) -> tuple[Region | None, list[str]]:
    strange = [name for name in content if name not in _FILE_KEYS]
    faults = [f"key '{name}' is not known{suggestion(name, _FILE_KEYS)}" for name in strange[:_MOST_FAULTS]]
    faults += _rest(strange)
    faults += _layer_name_faults(content.get("layers"), towns="eligibility" not in content)
    known = {name: value for name, value in content.items() if name in _FILE_KEYS}
    known["targets"] = known.get("targets", DEFAULT_TARGETS)
    try:
        region = Region.model_validate({**known, "path": path, "scenario": scenario}, context={"base": path.parent})
    except ValidationError as error:
        found = error.errors()
        return None, [*faults, *map(_clause, found[:_MOST_FAULTS]), *_rest(found)]
    return region, faults


def _rest(found: Sized) -> list[str]:
    """Say how many faults are left out: to look for what each of very many may have meant takes long."""
    left = len(found) - _MOST_FAULTS
    return [f"{left:,} more faults are not shown; mend these first"] if left > 0 else []


def _parse(path: Path, where: str) -> dict[str, Any]:
    try:
        return read_toml(path, Decimal)
    except FileNotFoundError:
        raise RegionError(where, ["does not exist; 'townline init' writes one"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegionError(where, [f"is not TOML in UTF-8 without a byte-order mark: {error}"]) from None
    except (ValueError, ArithmeticError) as error:
        raise RegionError(where, [f"is not a sound TOML file: {error}"]) from None
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


def _layer_name_faults(layers: object, *, towns: bool) -> list[str]:
    known = declarations()
    names = list(layers) if isinstance(layers, dict) else []
    strange = [name for name in names if name not in known]
    faults = [f"layer '{name}' is not declared{suggestion(name, known)}" for name in strange[:_MOST_FAULTS]]
    faults += _rest(strange)
    if towns and "towns" not in names:
        faults.append(
            "[layers.towns] is missing; every region needs a layer of towns, unless it has a table [eligibility]"
        )
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
    message = _KINDS.get(error["type"], error["msg"].removeprefix("Value error, "))
    return f"key '{place}': {message}{'' if str(given) in message else shown}"


def _known_keys(place: tuple[int | str, ...]) -> list[str]:
    models: dict[str, type[BaseModel]] = {
        "targets": Target,
        "area": Area,
        "layers": LayerEntry,
        "filings": FilingsEntry,
        "middle_mile": MiddleMileEntry,
        "last_mile": LastMileEntry,
        "wireless": WirelessEntry,
        "choice": ChoiceEntry,
        "finance": FinanceEntry,
        "eligibility": EligibilityEntry,
        "clusters": ClustersEntry,
        "siting": SitingEntry,
    }
    model = models.get(str(place[0])) if len(place) > 1 else None
    return list(model.model_fields) if model else list(_FILE_KEYS)
